/** What this API server does not do. One table: the server refuses by it, the documentation is written from it. */
import { ApiError } from '../../contract.ts';
import type { ApiRequest } from './answer.ts';
import type { ResourcePath } from './path.ts';
import { isKnownProtobuf } from './protobuf.ts';

export interface Refusal {
  /** The feature as a user names it. */
  feature: string;
  code: 415 | 501;
  reason: 'UnsupportedMediaType' | 'NotImplemented';
  /** What to do instead, or why not. */
  message: string;
  applies(request: ApiRequest, path: ResourcePath | undefined): boolean;
}

const onSubresource =
  (...names: string[]) =>
  (_request: ApiRequest, path: ResourcePath | undefined): boolean =>
    names.includes(path?.subresource ?? '');

const logOption =
  (...names: string[]) =>
  (request: ApiRequest, path: ResourcePath | undefined): boolean =>
    path?.subresource === 'log' && names.some((name) => !['', 'false', null].includes(request.query.get(name)));

export const refusals: readonly Refusal[] = [
  {
    feature: 'server-side apply (kubectl apply --server-side)',
    code: 415,
    reason: 'UnsupportedMediaType',
    message:
      'server-side apply is not served: use kubectl apply without --server-side, or a merge, JSON or strategic merge patch',
    applies: (request) => request.method === 'PATCH' && (request.headers['content-type'] ?? '').includes('apply-patch'),
  },
  {
    feature: 'kubectl attach',
    code: 501,
    reason: 'NotImplemented',
    message: 'attach is not served: use kubectl exec or kubectl logs -f',
    applies: onSubresource('attach'),
  },
  {
    feature: 'kubectl port-forward',
    code: 501,
    reason: 'NotImplemented',
    message: 'port-forward is not served: the pods of the lab have no network of their own',
    applies: onSubresource('portforward'),
  },
  {
    feature: 'proxy to pods, services and nodes',
    code: 501,
    reason: 'NotImplemented',
    message: 'proxying to pods, services and nodes is not served',
    applies: onSubresource('proxy'),
  },
  {
    feature: 'kubectl scale',
    code: 501,
    reason: 'NotImplemented',
    message: 'the scale subresource is not served: patch the replica count of the object',
    applies: onSubresource('scale'),
  },
  {
    feature: 'kubectl debug on pods (ephemeral containers), in-place resize',
    code: 501,
    reason: 'NotImplemented',
    message: 'ephemeral containers and in-place resize are not served',
    applies: onSubresource('ephemeralcontainers', 'resize'),
  },
  {
    feature: 'kubectl create token',
    code: 501,
    reason: 'NotImplemented',
    message: 'tokens of service accounts are not served: the lab has one user',
    applies: onSubresource('token'),
  },
  {
    feature: 'kubectl logs --timestamps, --since, --since-time',
    code: 501,
    reason: 'NotImplemented',
    message: 'log lines of the lab carry no time: use kubectl logs with --tail',
    applies: logOption('timestamps', 'sinceSeconds', 'sinceTime'),
  },
  {
    feature: 'exec over SPDY (KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false, kubectl cp of old versions)',
    code: 501,
    reason: 'NotImplemented',
    message: 'SPDY is not served: exec needs WebSocket with v5.channel.k8s.io or v4.channel.k8s.io',
    applies: (request, path) =>
      path?.subresource === 'exec' && (request.headers.upgrade ?? '').toLowerCase() !== 'websocket',
  },
  {
    feature: 'kubectl create deployment, job, service, role and the like (protobuf bodies)',
    code: 415,
    reason: 'UnsupportedMediaType',
    message:
      'objects of this kind are not accepted as protobuf: use a manifest (kubectl create ... --dry-run=client -o yaml | kubectl create -f -)',
    applies: (request) =>
      (request.headers['content-type'] ?? '').includes('protobuf') &&
      request.body.length > 0 &&
      !isKnownProtobuf(request.body),
  },
];

/** Throws ApiError when the table refuses the request. */
export function refuse(request: ApiRequest, path: ResourcePath | undefined): void {
  const refusal = refusals.find((candidate) => candidate.applies(request, path));
  if (refusal !== undefined) throw new ApiError(refusal.code, refusal.reason, refusal.message);
}
