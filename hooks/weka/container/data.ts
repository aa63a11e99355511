/**
 * Whose directory on the node is the container's data. Only its claim says so: `overrides.adoptFormer` may name anybody,
 * and may be taken out of the spec again.
 */
import type { PodView } from '../../core/pod-view.ts';
import type { ClaimHolder } from '../api/index.ts';
import { is } from '../api/modes.ts';
import type { ContainerFacts } from './facts.ts';
import { persistenceVolume } from './pod/volumes.ts';

/** The uid that the data is named after; undefined: the claim that would say it is not known. */
export function dataOwner({
  container: { spec },
  holder,
  nodeClaims,
  uid,
}: Pick<ContainerFacts, 'container' | 'holder' | 'nodeClaims' | 'uid'>): string | undefined {
  if (!is(spec.mode, 'claims')) return uid;
  if (holder !== undefined) return holder.adopted?.dataUid ?? uid;
  // one whose node the scheduler chooses has claimed nothing yet, so it has adopted nothing
  return nodeClaims === undefined && spec.overrides?.adoptFormer === undefined ? uid : undefined;
}

/** After whom the directory is named that the live pod has as its data. */
export function mountedData({ object }: PodView): string | undefined {
  const volumes =
    (object['spec'] as { volumes?: { name?: string; hostPath?: { path?: string } }[] } | undefined)?.volumes ?? [];
  return volumes
    .find(({ name }) => name === persistenceVolume)
    ?.hostPath?.path?.split('/')
    .at(-1);
}

/** Whom the container has adopted although the claims do not know it any more: what its pod runs with, else what its status says. */
export function rememberedAdoption({
  container: { status },
  pod,
  uid,
}: Pick<ContainerFacts, 'container' | 'pod' | 'uid'>): ClaimHolder['adopted'] {
  const { adoptedUid, dataUid } = status?.allocations ?? {};
  const data = (pod === undefined ? undefined : mountedData(pod)) ?? dataUid;
  return data === undefined || data === uid ? undefined : { containerUid: adoptedUid ?? data, dataUid: data };
}
