/** How Beacons and their ConfigMaps are shown. */
import { findCondition } from '../../../hooks/core/conditions.ts';
import type { SystemView } from '../../../lab/system.ts';
import { lampContainer } from '../hooks/access.ts';
import { beaconGroup } from '../hooks/api.ts';
import type { Shown } from '../hooks/catalogue.ts';

export const beaconView: SystemView = {
  group: beaconGroup.group,
  parents: ['Beacon'],
  awaited: 'Beacon',
  children: 'ConfigMap',
  mainContainer: lampContainer,
  parent: (beacon) => ({ word: findCondition(beacon, 'Ready')?.reason ?? 'new', counts: [] }),
  child: ({ data }) => ({ word: (data as Shown | undefined)?.colour ?? 'new', node: '-', ready: true }),
  // other ConfigMaps are not ours
  helper: () => undefined,
  nextSteps: ({ namespace, name }, [configMap = '']) => [
    [`kubectl get beacons -n ${namespace}`, ''],
    [`kubectl get configmap ${configMap} -n ${namespace} -o yaml`, 'the message'],
    [`kubectl delete beacon ${name} -n ${namespace}`, 'the ConfigMap goes with it'],
  ],
};
