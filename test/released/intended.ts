/**
 * What hooks decide otherwise than a release did, on purpose: by the release whose record shows it, then by controller, the
 * places as `hooks replay` names them, each with the reason why a site bears it. A place counts for all that is below it.
 */
export const intended: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  '0.1.0': {
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
