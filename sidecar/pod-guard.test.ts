/** Which pods may be touched: who controls them, along which chain, and for whose operations. */
import { describe, expect, it } from 'vitest';
import type { ResourceKind, SystemAccess } from '../hooks/core/access.ts';
import type { KubernetesObject, OwnerReference } from '../hooks/core/contract.ts';
import { changingRunner, ourPod } from './pod-guard.ts';
import type { OperationContext } from './context.ts';
import { ScriptedAccess } from './scripted-access.fixture.ts';

const statefulSet: ResourceKind = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  namespaced: true,
};
const lighthouse: ResourceKind = {
  apiVersion: 'light.example.com/v1',
  kind: 'Lighthouse',
  plural: 'lighthouses',
  namespaced: true,
};
const coast: ResourceKind = { apiVersion: 'light.example.com/v1', kind: 'Coast', plural: 'coasts', namespaced: false };
const well: ResourceKind = { apiVersion: 'water.example.com/v1', kind: 'Well', plural: 'wells', namespaced: true };

const nothing = { readable: [], deletable: [], finalized: [] };
const light: SystemAccess = {
  ...nothing,
  apiGroups: ['light.example.com'],
  pods: [
    { owners: [lighthouse], container: 'lamp' },
    { owners: [statefulSet, lighthouse], container: 'lamp' },
    { owners: [statefulSet, coast], container: 'buoy' },
  ],
};
const water: SystemAccess = {
  ...nothing,
  apiGroups: ['water.example.com'],
  pods: [{ owners: [well], container: 'pump' }],
};

const target = { namespace: 'default', name: 'pod-0', uid: 'pod-uid' };
const ref = (
  { apiVersion, kind }: ResourceKind,
  name: string,
  change: Partial<OwnerReference> = {},
): OwnerReference => ({ apiVersion, kind, name, uid: `${name}-uid`, controller: true, ...change });

function object(
  { apiVersion, kind, namespaced }: ResourceKind,
  name: string,
  ...ownerReferences: OwnerReference[]
): KubernetesObject {
  return {
    apiVersion,
    kind,
    metadata: { name, uid: `${name}-uid`, ...(namespaced ? { namespace: 'default' } : {}), ownerReferences },
  };
}
const pod = (...ownerReferences: OwnerReference[]): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...target, ownerReferences },
});

/** The container for commands, or why there is none. */
async function guard(systems: readonly SystemAccess[], ...objects: KubernetesObject[]): Promise<string> {
  try {
    return (await ourPod(new ScriptedAccess().put(...objects), target, { systems })).container;
  } catch (error) {
    return (error as Error).message;
  }
}
const refused = 'pod pod-0 is not controlled by a kind of ours';

describe('a pod', () => {
  it.each<[string, KubernetesObject[], string]>([
    ['of a kind of the system', [pod(ref(lighthouse, 'north'))], 'lamp'],
    ['of another version of it', [pod(ref(lighthouse, 'north', { apiVersion: 'light.example.com/v2' }))], 'lamp'],
    [
      'of a StatefulSet of it',
      [pod(ref(statefulSet, 'set')), object(statefulSet, 'set', ref(lighthouse, 'north')), object(lighthouse, 'north')],
      'lamp',
    ],
    [
      'of a StatefulSet of a cluster-scoped kind of it',
      [pod(ref(statefulSet, 'set')), object(statefulSet, 'set', ref(coast, 'west')), object(coast, 'west')],
      'buoy',
    ],
  ])('%s is ours', async (_name, objects, container) => {
    expect(await guard([water, light], ...objects)).toBe(container);
  });

  it.each<[string, KubernetesObject[]]>([
    ['of nobody', [pod()]],
    ['that a kind of the system owns without controlling it', [pod(ref(lighthouse, 'north', { controller: false }))]],
    [
      'of the same kind in a look-alike group',
      [pod(ref(lighthouse, 'north', { apiVersion: 'light.example.com.example.org/v1' }))],
    ],
    [
      'of a StatefulSet of nobody',
      [pod(ref(statefulSet, 'set')), object(statefulSet, 'set'), object(lighthouse, 'north')],
    ],
    [
      'of a StatefulSet of another kind',
      [pod(ref(statefulSet, 'set')), object(statefulSet, 'set', ref(well, 'deep')), object(well, 'deep')],
    ],
    ['of a StatefulSet that is gone', [pod(ref(statefulSet, 'set')), object(lighthouse, 'north')]],
    [
      'that names a StatefulSet with another uid',
      [
        pod(ref(statefulSet, 'set', { uid: 'forged' })),
        object(statefulSet, 'set', ref(lighthouse, 'north')),
        object(lighthouse, 'north'),
      ],
    ],
    [
      'of a StatefulSet that names its owner with another uid',
      [
        pod(ref(statefulSet, 'set')),
        object(statefulSet, 'set', ref(lighthouse, 'north', { uid: 'forged' })),
        object(lighthouse, 'north'),
      ],
    ],
    [
      'of a StatefulSet whose owner is gone',
      [pod(ref(statefulSet, 'set')), object(statefulSet, 'set', ref(lighthouse, 'north'))],
    ],
    [
      'of a Deployment, a chain that the system does not name',
      [
        pod(ref({ ...statefulSet, kind: 'ReplicaSet' }, 'set')),
        object({ ...statefulSet, kind: 'ReplicaSet' }, 'set', ref(lighthouse, 'north')),
        object(lighthouse, 'north'),
      ],
    ],
  ])('%s is not ours', async (_name, objects) => {
    expect(await guard([light], ...objects)).toBe(refused);
  });

  it('of another system is not ours', async () => {
    const pump = pod(ref(well, 'deep'));
    expect(await guard([light], pump)).toBe(refused);
    expect(await guard([water], pump)).toBe('pump');
  });
});

describe('a command that changes something', () => {
  const context = {
    systems: [{ ...light, pods: [{ owners: [lighthouse], container: 'lamp', uidVariable: 'POD_UID' }] }],
    settings: { outputLimitBytes: 1000 },
  } as unknown as OperationContext;
  const running = { ...pod(ref(lighthouse, 'north')), status: { phase: 'Running' } };

  it.each<[string, ScriptedAccess['saysWhoseItIs'], string]>([
    ['is run where the container says that it is of that pod', { exitCode: 0, stdout: 'pod-uid\n' }, 'on'],
    ['is run where it does not say', { exitCode: 1 }, 'on'],
    [
      'is not run where the kubelet still runs another pod under the name',
      { exitCode: 0, stdout: 'another\n' },
      'the kubelet runs another pod under the name pod-0, of uid another',
    ],
  ])('%s', async (_sentence, says, expected) => {
    const access = new ScriptedAccess().put(running);
    access.saysWhoseItIs = says;
    const done = await changingRunner(
      access,
      target,
      context,
    )(['on'], { timeoutSeconds: 1 }).then(
      () => access.execs.map(({ command }) => command.join(' ')).join(),
      (error: unknown) => (error as Error).message,
    );
    expect(done).toBe(expected);
  });
});
