/** What the sidecar may do for beacon: execute in the lamps that belong to a Beacon, along one of two chains. */
import type { ResourceKind, SystemAccess } from '../../../hooks/core/access.ts';
import { beaconGroup } from './api.ts';

const beaconKind: ResourceKind = {
  apiVersion: beaconGroup.apiVersion,
  kind: 'Beacon',
  plural: 'beacons',
  namespaced: true,
};
const statefulSetKind: ResourceKind = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  namespaced: true,
};
export const configMapKind: ResourceKind = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

export const lampContainer = 'lamp';

export const beaconAccess: SystemAccess = {
  apiGroups: [beaconGroup.group],
  pods: [
    { owners: [beaconKind], container: lampContainer },
    { owners: [statefulSetKind, beaconKind], container: lampContainer },
  ],
  readable: [beaconKind, configMapKind],
  deletable: [],
  finalized: [],
};
