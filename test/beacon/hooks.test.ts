/** Decisions about a Beacon, and what its system brings into an installation. */
import { describe, expect, it } from 'vitest';
import { files } from '../../crds/generate.ts';
import type { Condition } from '../../hooks/core/conditions.ts';
import type { Decision, HookRequest, KubernetesObject } from '../../hooks/core/contract.ts';
import {
  completeSettings,
  controllersOf,
  describeSystemSettings,
  readSystemSettings,
} from '../../hooks/core/system.ts';
import { readManifests } from '../../lab/manifests.ts';
import { wekaSystem } from '../../hooks/weka/system.ts';
import { lampShown } from './hooks/catalogue.ts';
import { beaconController } from './hooks/hook.ts';
import { beaconSystem } from './hooks/system.ts';

const configMap = (message: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name: 'harbour-beacon' },
  data: { message, colour: 'white' },
});
const lamp: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default', name: 'lamp-0', uid: 'lamp-uid' },
  status: { containerStatuses: [{ name: 'lamp', state: { running: {} } }] },
};

function request(spec: object, facts: HookRequest['observed']['facts'] = {}, finalizing = false): HookRequest {
  return {
    parent: {
      apiVersion: 'beacon.example.com/v1',
      kind: 'Beacon',
      metadata: { namespace: 'default', name: 'harbour', uid: 'harbour-uid', generation: 1 },
      spec,
    },
    controller: {
      apiVersion: 'metacontroller.k8s.io/v1alpha1',
      kind: 'CompositeController',
      metadata: { name: 'beacon' },
    },
    children: { 'ConfigMap.v1': { 'default/harbour-beacon': configMap('fog') } },
    related: { 'Pod.v1': { 'default/lamp-0': lamp } },
    finalizing,
    observed: { facts, operations: {} },
    context: {
      now: '2026-01-01T00:00:00Z',
      entropy: '00',
      operatorNamespace: 'operator',
      config: completeSettings([beaconSystem], {}),
    },
  };
}
const conditions = ({ status }: Decision): string[] =>
  (status['conditions'] as unknown as Condition[]).map(
    ({ type, status: value, reason }) => `${type} ${value} ${reason}`,
  );

describe('a decision about a beacon', () => {
  it('of which all is as wished asks for nothing', () => {
    const decision = beaconController.decide(request({ message: 'fog' }));
    expect(decision).toMatchObject({ children: [configMap('fog')], operations: [] });
    expect(decision).not.toHaveProperty('resyncAfterSeconds');
    expect(conditions(decision)).toEqual([
      'Ready True Shining',
      'Reconciling False Settled',
      'Stalled False Settled',
      'Published True Success',
    ]);
  });

  it('whose lamp has not been asked yet asks it, and tells it nothing', () => {
    const unknown = request({ message: 'fog', lamp: 'lamp-0' });
    expect(beaconController.observe(unknown).map(({ kind, target }) => [kind, target])).toEqual([
      ['beacon.shown', { namespace: 'default', name: 'lamp-0', uid: 'lamp-uid' }],
    ]);
    expect(beaconController.decide(unknown)).toMatchObject({ operations: [], resyncAfterSeconds: 2 });
  });

  it('whose lamp shows something else has it show the message', () => {
    const { id } = lampShown({ namespace: 'default', name: 'lamp-0', uid: 'lamp-uid' }, 0);
    const known = request(
      { message: 'fog', lamp: 'lamp-0' },
      { [id]: { observedAt: '2026-01-01T00:00:00Z', value: { message: 'sun', colour: 'white' } } },
    );
    expect(beaconController.decide(known).operations).toMatchObject([
      { kind: 'beacon.show', args: { message: 'fog', colour: 'white' } },
    ]);
  });

  it.each([
    ['still shows the message', 'fog', undefined, [configMap('fog').metadata.name], ['beacon.show']],
    ['shows nothing', '', true, [], []],
  ] as const)('that is deleted, whose lamp %s', (_sentence, message, finalized, children, operations) => {
    const { id } = lampShown({ namespace: 'default', name: 'lamp-0', uid: 'lamp-uid' }, 0);
    const facts = { [id]: { observedAt: '2026-01-01T00:00:00Z', value: { message, colour: 'white' } } };
    const decision = beaconController.decide(request({ message: 'fog', lamp: 'lamp-0' }, facts, true));
    expect(decision.finalized).toBe(finalized);
    expect(decision.children.map(({ metadata }) => metadata.name)).toEqual(children);
    expect(decision.operations.map(({ kind }) => kind)).toEqual(operations);
  });

  it('that is deleted with a spec that is not valid is held, and says so', () => {
    const decision = beaconController.decide(request({ message: '' }, {}, true));
    expect(decision.finalized).toBeUndefined();
    expect(decision.children).toHaveLength(1);
    expect(decision.events[0]?.message).toContain('its deletion waits until that is corrected');
  });

  it('comes by a controller of Metacontroller that has its hooks and its children', () => {
    const [{ spec }] = readManifests(`${import.meta.dirname}/compositecontrollers/beacon.yaml`) as unknown as [
      { spec: { hooks: object; childResources: { apiVersion: string; resource: string }[] } },
    ];
    expect(beaconController.finalizes).toBe(true);
    expect(Object.keys(spec.hooks).sort()).toEqual(['customize', 'finalize', 'sync']);
    expect(spec.childResources.map(({ apiVersion, resource }) => [apiVersion, resource])).toEqual(
      beaconSystem.children['beacon']?.map(({ apiVersion, plural }) => [apiVersion, plural]),
    );
  });

  it('that an earlier schema let pass gives back what is there, and says which field is wrong', () => {
    const decision = beaconController.decide(request({ message: '' }));
    expect(decision.children).toMatchObject([{ kind: 'ConfigMap', metadata: { name: 'harbour-beacon' } }]);
    expect(conditions(decision)).toEqual([
      'Ready False InvalidSpec',
      'Reconciling False Settled',
      'Stalled True InvalidSpec',
    ]);
    expect(decision.events).toMatchObject([
      { type: 'Warning', reason: 'InvalidSpec', message: expect.stringContaining('spec.message') as string },
    ]);
  });
});

describe('the system beside weka', () => {
  it('has a controller, a CRD and settings of its own', () => {
    expect(controllersOf([wekaSystem, beaconSystem]).map(({ name }) => name)).toContain('beacon');
    expect([...files([wekaSystem, beaconSystem]).keys()]).toContain('beacon/beacons.beacon.example.com.yaml');
    expect(describeSystemSettings([beaconSystem]).map(({ env }) => env)).toEqual([
      'BEACON_COLOUR',
      'BEACON_LOOK_SECONDS',
    ]);
    expect(readSystemSettings([wekaSystem, beaconSystem], { BEACON_COLOUR: 'green', LOOK_SECONDS: '3' })).toMatchObject(
      { beaconColour: 'green', beaconLookSeconds: 5, lookSeconds: 3 },
    );
    expect(() => readSystemSettings([beaconSystem], { BEACON_COLOUR: 'blue' })).toThrow('beaconColour');
  });
});
