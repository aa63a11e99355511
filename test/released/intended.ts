import type { HookRequest } from '../../hooks/core/contract.ts';

/**
 * What hooks decide otherwise than a release did, on purpose: by the release whose record shows it, then by controller, the
 * places as `hooks replay` names them, each with the reason why a site bears it. A place counts for all that is below it.
 */
export const intended: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  '0.1.0': {
    wekacluster: {
      'operations[claims.write].args.changes[]':
        'its claims do not keep any more that the end was once ordered: a word of a container is confirmed in any case',
      'children[WekaContainer].metadata.annotations':
        'nor are its containers marked; a mark that is there is not looked at',
    },
    wekaclient: Object.fromEntries(
      ['ContainersCreated', 'Ready', 'Reconciling'].map((type) => [
        `status.conditions[${type}].message`,
        'where no node matches, the message has the selector; nothing else is decided by it',
      ]),
    ),
    wekacontainer: {
      'children[Pod].spec.containers[].env[]':
        'a clean-up is told the boot that its order is for; one that is there without goes on as it was',
    },
  },
};

/** Requests that are decided otherwise altogether, on purpose: by release and controller, each with the reason why a site bears it. */
export const decidedAnew: Readonly<
  Record<string, Readonly<Record<string, readonly { why: string; when(request: HookRequest): boolean }[]>>>
> = {
  '0.1.0': {
    wekacontainer: [
      {
        why: 'the word of a cluster that ends counts with its order, for which the cluster is looked at anew; until then the container goes on, in place of being paused',
        when: ({ parent: { metadata, spec } }) =>
          metadata.deletionTimestamp === undefined && (spec as { state?: string }).state === 'destroying',
      },
    ],
  },
};
