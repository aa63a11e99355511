/** Which file performs which kind of the catalogue, and how the engine is to treat it. */
import { catalogue, type CatalogueKind } from '../hooks/weka/catalogue.ts';
import { wekaCommands } from '../hooks/weka/commands.ts';
import type { Operation, Target } from '../hooks/core/contract.ts';
import type { Performer } from './context.ts';
import { bootConfigMapEnsure } from './operations/boot-config-map-ensure.ts';
import { claimsRead } from './operations/claims-read.ts';
import { claimsWrite } from './operations/claims-write.ts';
import { configMapKeys } from './operations/configmap-keys.ts';
import { finalizerEnsure } from './operations/finalizer-ensure.ts';
import { eventsRecent } from './operations/events-recent.ts';
import { objectDelete } from './operations/object-delete.ts';
import { objectLive } from './operations/object-live.ts';
import { podLive } from './operations/pod-live.ts';
import { podMetadata } from './operations/pod-metadata.ts';
import { runtimeAllowStop } from './operations/runtime-allow-stop.ts';
import { runtimeReport } from './operations/runtime-report.ts';
import { runtimeWriteResources } from './operations/runtime-write-resources.ts';
import { secretDelete } from './operations/secret-delete.ts';
import { secretEnsure } from './operations/secret-ensure.ts';
import { secretKeys } from './operations/secret-keys.ts';
import { secretOwn } from './operations/secret-own.ts';
import { secretSetPublic } from './operations/secret-set-public.ts';
import { serverTime } from './operations/server-time.ts';
import { wekaCredential } from './operations/weka-credential.ts';
import { wekaJoinToken } from './operations/weka-join-token.ts';
import { wekaQuery } from './operations/weka-query.ts';
import { wekaRun } from './operations/weka-run.ts';

type Performers = { [K in CatalogueKind]: Performer<K> };

export const performers: Performers = {
  'pod.live': podLive,
  'object.live': objectLive,
  'claims.read': claimsRead,
  'secret.keys': secretKeys,
  'configmap.keys': configMapKeys,
  'events.recent': eventsRecent,
  'runtime.report': runtimeReport,
  'weka.query': wekaQuery,
  'server.time': serverTime,
  'weka.credential': wekaCredential,
  'claims.write': claimsWrite,
  'secret.ensure': secretEnsure,
  'secret.own': secretOwn,
  'secret.delete': secretDelete,
  'secret.setPublic': secretSetPublic,
  'pod.metadata': podMetadata,
  'bootConfigMap.ensure': bootConfigMapEnsure,
  'finalizer.ensure': finalizerEnsure,
  'object.delete': objectDelete,
  'runtime.allowStop': runtimeAllowStop,
  'runtime.writeResources': runtimeWriteResources,
  'weka.run': wekaRun,
  'weka.joinToken': wekaJoinToken,
};

export function isKnownKind(kind: string): kind is CatalogueKind {
  return Object.hasOwn(catalogue, kind);
}

/** Seconds within which an operation or observation is over, one way or the other, once it has begun. */
export function deadlineSeconds(wanted: { kind: string; args: Record<string, unknown> }): number {
  const { command } = wanted.args;
  if (wanted.kind !== 'weka.run' || typeof command !== 'string' || !Object.hasOwn(wekaCommands, command)) return 90;
  return wekaCommands[command as keyof typeof wekaCommands].timeoutSeconds + 30;
}

/** What is not held up by a long weka command in the same pod: they touch other files, and a stop must not wait. */
const besideCommands = new Set(['runtime.allowStop', 'pod.metadata']);

/** Operations with the same lane run one after the other: in a pod, on an object. */
export function laneOf({ kind, target }: Operation): string {
  if (besideCommands.has(kind)) return `${kind} ${target.uid ?? ''}`;
  const family = target.uid ?? kind.split('.')[0] ?? kind;
  return `${family} ${addressOf(target)}`;
}

export function addressOf(target: Target): string {
  return `${target.namespace ?? ''}/${target.name}`;
}

/** The addresses whose facts may be out of date after an operation. */
export function touchedBy({ target, args }: Operation): string[] {
  const { secret } = args;
  const further = typeof secret === 'object' && secret !== null && !Array.isArray(secret) ? [secret as unknown as Target] : [];
  return [target, ...further].map(addressOf);
}

/** Namespaces named by an operation or observation, all of which must be allowed. */
export function namespacesOf({ target, args }: { target: Target; args: Record<string, unknown> }): string[] {
  const parameters = (args['parameters'] ?? {}) as Record<string, unknown>;
  const named = [target, args['secret'], parameters['cluster']] as ({ namespace?: string } | undefined)[];
  return named.flatMap((one) => (one?.namespace === undefined ? [] : [one.namespace]));
}
