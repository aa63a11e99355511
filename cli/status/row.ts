/** An object among others: its word, whether it is Ready, its age. */
import { conditionsOf, findCondition, type Condition } from '../../hooks/core/conditions.ts';
import { readyColumns, type KindDefinition } from '../../hooks/core/api/kind.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { defined } from '../../hooks/core/defined.ts';
import type { ObjectReference } from '../../hooks/core/leads.ts';
import { deletedSince, type Overview, type OverviewSummary, type Tone } from '../../hooks/core/overview.ts';
import { systems } from '../../hooks/systems.ts';

export interface StatusRow {
  object: ObjectReference;
  /** What its system calls its state. */
  word?: string;
  /** Its condition; absent: it has none, or is of a kind that has none. */
  ready?: Condition['status'];
  reason?: string;
  message?: string;
  /** The operator has not answered to the spec of now: what is said is about an earlier one. */
  isOld: boolean;
  /** It does not answer: what is said is of the past, since then where that is known. */
  silent?: { since?: string };
  counts: OverviewSummary['counts'];
  /** RFC 3339. */
  createdAt?: string;
  /** RFC 3339: it is being deleted since. */
  deletedSince?: string;
  tone: Tone;
  /** Ready, by what is known now; of a kind that is never Ready, that it is there. */
  isWell: boolean;
}

export const overviewOf = (kind: KindDefinition): Overview | undefined =>
  systems.find(({ kinds }) => kinds.includes(kind))?.overviews?.find((one) => one.kind === kind.kind);

/** The kinds that are listed where no name is given: what people apply, and all of a system that does not say which those are. */
export const listedKinds: readonly KindDefinition[] = systems.flatMap(({ kinds, overviews: shown }) =>
  kinds.filter(({ kind }) => shown === undefined || shown.some((one) => one.kind === kind && one.applied)),
);

/** The operator tells of such objects whether they are Ready. */
const isJudged = ({ columns }: KindDefinition): boolean =>
  columns.some(({ jsonPath }) => jsonPath === readyColumns[0]?.jsonPath);

/** Its conditions are about an earlier spec. */
function isBehind(object: KubernetesObject): boolean {
  const { generation } = object.metadata;
  const seen = conditionsOf(object).map(({ observedGeneration }) => observedGeneration);
  return generation !== undefined && seen.some((one) => typeof one === 'number' && one < generation);
}

function toneOf(object: KubernetesObject, isWell: boolean): Tone {
  if (object.metadata.deletionTimestamp !== undefined) return 'leaving';
  if (isWell) return 'good';
  return findCondition(object, 'Stalled')?.status === 'True' ? 'bad' : 'waiting';
}

export function rowOf(object: KubernetesObject, kind: KindDefinition): StatusRow {
  const { namespace, name, creationTimestamp, deletionTimestamp } = object.metadata;
  const { word, counts, silent }: OverviewSummary = overviewOf(kind)?.summary(object) ?? { counts: [] };
  const ready = findCondition(object, 'Ready');
  const isOld = isBehind(object);
  const isPresent = deletionTimestamp === undefined && silent === undefined && !isOld;
  const isWell = isPresent && (!isJudged(kind) || ready?.status === 'True');
  return defined({
    object: defined({ apiVersion: object.apiVersion, kind: object.kind, namespace, name }),
    word,
    ready: ready?.status,
    reason: ready?.reason,
    message: ready?.message,
    isOld,
    silent,
    counts,
    createdAt: creationTimestamp,
    deletedSince: deletedSince(object.metadata),
    tone: toneOf(object, isWell),
    isWell,
  });
}
