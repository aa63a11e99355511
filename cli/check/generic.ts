/** What the operator needs of a cluster, whatever systems it serves. */
import { X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { defineCheck, fail, pass, warn, type Check, type Finding } from '../../hooks/core/check.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { hookCalls } from '../../hooks/core/former-names.ts';
import { systems } from '../../hooks/systems.ts';
import { definitionOf } from '../../crds/definitions.ts';
import { engineChecks } from './engine.ts';
import { definitionKind, deploymentKind, leaseKind, namespaceKind, secretKind, controllerKinds } from './kinds.ts';

const days = 24 * 3600 * 1000;
/** Days before the end of a certificate from which on it is told. */
const renewal = 30;
/** Milliseconds by which the clock of a node may be ahead of that of the API server, the way of its message included. */
const ahead = 10_000;

const only = <T>([first]: readonly T[]): T | undefined => first;

/** The decoded values of a Secret. */
function valuesOf({ data }: KubernetesObject): Record<string, string> {
  const coded = (data ?? {}) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(coded).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

function certificateFindings(values: Record<string, string>, host: string, now: number): Finding[] {
  const missing = ['tls.crt', 'tls.key', 'ca.crt'].filter((key) => (values[key] ?? '') === '');
  if (missing.length > 0) return [fail(`Secret ${hookCalls.certificate} has no ${missing.join(', ')}`)];
  try {
    const certificate = new X509Certificate(values['tls.crt']!);
    const authority = new X509Certificate(values['ca.crt']!);
    const end = Date.parse(certificate.validTo);
    const until = new Date(end).toISOString();
    const wrong = [
      ...(certificate.checkHost(host) === undefined ? [`it does not name ${host}`] : []),
      ...(certificate.checkIssued(authority) ? [] : ['it was not issued by ca.crt']),
      ...(end < now ? [`it ended at ${until}`] : []),
    ];
    if (wrong.length > 0)
      return [fail(`the certificate in Secret ${hookCalls.certificate} is of no use: ${wrong.join('; ')}`)];
    return [
      end - now < renewal * days
        ? warn(`the certificate in Secret ${hookCalls.certificate} ends at ${until}: renew it`)
        : pass(`the certificate names ${host}, and is good until ${until}`),
    ];
  } catch (error) {
    return [fail(`the certificate in Secret ${hookCalls.certificate} can not be read: ${(error as Error).message}`)];
  }
}

interface Definition extends KubernetesObject {
  spec?: { versions?: { schema?: unknown }[] };
  status?: { conditions?: { type?: string; status?: string }[] };
}

const wishedDefinitions = () => systems.flatMap(({ kinds }) => kinds.map(definitionOf));

/** By the fields that are written: what a server completes is no difference. */
const schemasOf = (definition: { spec?: { versions?: { schema?: unknown }[] } }): unknown =>
  JSON.parse(JSON.stringify(definition.spec?.versions?.map(({ schema }) => schema) ?? []));

export const genericChecks: readonly Check[] = [
  ...engineChecks,
  defineCheck({
    name: 'namespace of the operator',
    link: 'docs/deploying.md#before',
    readings: ({ namespace }) => ({ found: { kind: namespaceKind, name: namespace } }),
    judge({ found }, { namespace }) {
      const object = only(found);
      if (object === undefined) return [fail(`there is no namespace ${namespace}`)];
      const level = object.metadata.labels?.['pod-security.kubernetes.io/enforce'];
      if (level === 'privileged') return [pass(`namespace ${namespace} admits privileged pods, which its helpers are`)];
      const label = `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged --overwrite`;
      return [
        level === undefined
          ? warn(`nothing says whether namespace ${namespace} admits privileged pods, which its helpers are: ${label}`)
          : fail(`namespace ${namespace} admits ${level} pods only, and its helpers are privileged: ${label}`),
      ];
    },
  }),
  defineCheck({
    name: 'certificate of the hooks',
    link: 'docs/deploying.md#the-secrets-of-the-hook-calls',
    readings: ({ namespace }) => ({ found: { kind: secretKind, namespace, name: hookCalls.certificate } }),
    judge({ found }, { namespace, now }) {
      const secret = only(found);
      return secret === undefined
        ? [
            fail(
              `there is no Secret ${hookCalls.certificate} in namespace ${namespace}: the pods of the operator wait for it`,
            ),
          ]
        : certificateFindings(valuesOf(secret), `${hookCalls.service}.${namespace}`, now);
    },
  }),
  defineCheck({
    name: 'token of the hooks',
    link: 'docs/deploying.md#the-secrets-of-the-hook-calls',
    readings: ({ namespace }) => ({ found: { kind: secretKind, namespace, name: hookCalls.token } }),
    judge({ found }, { namespace }) {
      const secret = only(found);
      if (secret === undefined)
        return [
          fail(`there is no Secret ${hookCalls.token} in namespace ${namespace}: the pods of the operator wait for it`),
        ];
      return (valuesOf(secret)['token'] ?? '').trim() === ''
        ? [fail(`Secret ${hookCalls.token} has no token`)]
        : [pass('there is a token')];
    },
  }),
  defineCheck({
    name: 'clocks of the nodes',
    link: 'docs/adr/0025-one-clock-for-all-replicas.md',
    readings: () => ({ leases: { kind: leaseKind, namespace: 'kube-node-lease', all: true } }),
    judge({ leases }, { now }) {
      const fast = leases.filter(({ spec }) => {
        const { renewTime = '' } = (spec ?? {}) as { renewTime?: string };
        return Date.parse(renewTime) - now > ahead;
      });
      return fast.length === 0
        ? [pass(`no clock of ${leases.length} nodes is ahead of the API server`)]
        : [
            warn(
              `clocks are more than ${ahead / 1000} s ahead of the API server: ${fast.map(({ metadata }) => metadata.name).join(', ')}; weka and certificates need clocks that agree`,
            ),
          ];
    },
  }),
  defineCheck({
    name: 'definitions',
    link: 'docs/deploying.md#upgrade',
    when: 'after',
    readings: () => ({ found: { kind: definitionKind, all: true } }),
    judge({ found }) {
      const wished = wishedDefinitions();
      const byName = new Map((found as readonly Definition[]).map((one) => [one.metadata.name, one]));
      const missing = wished.filter(({ metadata }) => !byName.has(metadata.name));
      const other = wished.filter(({ metadata, spec }) => {
        const stored = byName.get(metadata.name);
        return stored !== undefined && !isDeepStrictEqual(schemasOf(stored), schemasOf({ spec }));
      });
      const names = (some: readonly { metadata: { name: string } }[]): string =>
        some.map(({ metadata }) => metadata.name).join(', ');
      if (missing.length > 0) return [fail(`there is no CustomResourceDefinition ${names(missing)}`)];
      return other.length > 0
        ? [
            warn(
              `of another release than this program: CustomResourceDefinition ${names(other)}; apply those of the release that runs`,
            ),
          ]
        : [pass(`all ${wished.length} CustomResourceDefinitions are those of this release`)];
    },
  }),
  defineCheck({
    name: 'controllers',
    link: 'docs/deploying.md#see-that-it-works',
    when: 'after',
    readings: () => ({
      composite: { kind: controllerKinds.composite, all: true },
      decorator: { kind: controllerKinds.decorator, all: true },
    }),
    judge({ composite, decorator }) {
      const there = { composite, decorator };
      const missing = systems
        .flatMap(({ controllers }) => controllers)
        .filter(({ name, type }) => there[type].every(({ metadata }) => metadata.name !== name))
        .map(({ name }) => name);
      return missing.length === 0
        ? [pass('Metacontroller is told of all controllers')]
        : [fail(`Metacontroller is not told of ${missing.join(', ')}: its objects are looked after by nobody`)];
    },
  }),
  defineCheck({
    name: 'pods of the operator',
    link: 'docs/deploying.md#see-that-it-works',
    when: 'after',
    readings: ({ namespace }) => ({ deployments: { kind: deploymentKind, namespace, all: true } }),
    judge({ deployments }, { namespace, release }) {
      const found = deployments.find((one) => containersOf(one).some(({ name }) => name === 'hooks'));
      if (found === undefined) return [fail(`no Deployment in namespace ${namespace} has a container hooks`)];
      const { replicas = 1 } = (found.spec ?? {}) as { replicas?: number };
      const { availableReplicas = 0 } = (found.status ?? {}) as { availableReplicas?: number };
      const { image = '' } = containersOf(found).find(({ name }) => name === 'hooks')!;
      const tag = /:([^/:@]+)(@|$)/.exec(image)?.[1];
      const standing = `${availableReplicas} of ${replicas} pods of the operator are available`;
      return [
        availableReplicas === 0 ? fail(standing) : availableReplicas < replicas ? warn(standing) : pass(standing),
        ...(tag === undefined || tag.replace(/^v/, '') === release
          ? []
          : [
              warn(`the operator runs ${tag}, and this program is of ${release}: take the program of the same release`),
            ]),
      ];
    },
  }),
];

interface Container {
  name?: string;
  image?: string;
}

function containersOf({ spec }: KubernetesObject): Container[] {
  const { template } = (spec ?? {}) as { template?: { spec?: { containers?: Container[] } } };
  return template?.spec?.containers ?? [];
}
