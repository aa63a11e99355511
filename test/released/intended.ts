import type { HookRequest } from '../../hooks/core/contract.ts';
import { madeForOf } from '../../hooks/weka/container/pod/helper-pod.ts';

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
      'operations[claims.write].args.changes[]': 'the claims of a cluster say whose they are, from the next write on',
      'children[Pod].spec.containers[].env[]':
        'a clean-up is told the boot that its order is for, and the container that it is at the end of',
      ...Object.fromEntries(
        ['containers[].volumeMounts[]', 'volumes[]'].map((place) => [
          `children[Pod].spec.${place}`,
          'a clean-up has the record of its node: no drive is erased twice for one container',
        ]),
      ),
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
      {
        why: 'a clean-up that erases drives has the record of its node; one without is of another wish, and is replaced',
        when: ({ children }) =>
          Object.values(children?.['Pod.v1'] ?? {}).some(
            (pod) =>
              madeForOf(pod)?.includes('"directory"') === true && madeForOf(pod)?.includes('"drives":["') === true,
          ),
      },
    ],
  },
};
