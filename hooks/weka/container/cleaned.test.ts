/** The clean-up of a container in whose namespace nothing can be created any more. */
import { describe, expect, it } from 'vitest';
import { ensureBootConfigMap } from '../../core/families/boot-files.ts';
import { claimsWrite } from '../../core/families/claims.ts';
import { configMapKeys } from '../../core/families/objects.ts';
import type { ClaimHolder } from '../api/index.ts';
import { cleaned, lastEvents, requestHash, withdrawalStep, type CleanUpRequest } from './cleaned.ts';
import {
  factsOf,
  holder,
  letGo,
  namespace,
  node,
  nodeClaims,
  now,
  other,
  read,
  uid,
  type Change,
  type Given,
} from './facts.fixture.ts';

const request: CleanUpRequest = {
  nodeName: 'node-1',
  wekaName: 'drivexe0',
  clusterGuid: 'guid',
  drives: ['SERIAL0'],
  dataUid: uid,
};
const asked = (cleanUp?: CleanUpRequest): Change => {
  const own: ClaimHolder = holder(cleanUp === undefined ? {} : { cleanUp });
  return {
    state: 'destroying',
    pod: undefined,
    report: undefined,
    namespaceEnds: true,
    holder: own,
    nodeClaims: nodeClaims(own),
  };
};
const given = (spec: object = {}, status: Record<string, unknown> = {}): Given => ({
  metadata: { deletionTimestamp: now },
  spec: { name: 'drivexe0', ...spec },
  status,
  answers: [letGo(other)],
});
const answered = (done: boolean, wish = requestHash(request), message = 'the helper pod is Pending'): Change => ({
  ...asked(request),
  node: { ...node(), status: { cleanUps: [{ containerUid: uid, wish, done, message }] } },
});
const writes = (value: CleanUpRequest | null) => [
  claimsWrite('node-node-1', '7', [{ path: ['holders', uid, 'cleanUp'], value: value as never }]),
];
const pvc = { pvc: { name: 'data-0' } };
const onVolume =
  'its data on PersistentVolumeClaim data-0 can not be removed, because namespace default is being deleted; what becomes of it says the reclaim policy of the volume';

describe('the node of a container whose namespace is being deleted', () => {
  it.each<[string, Change, Given, object]>([
    ['is asked to be cleaned by its WekaNode', asked(), given(), { state: 'act', operations: writes(request) }],
    [
      'is asked anew for another wish',
      asked(request),
      given({ overrides: { skipDrivesForceResign: true } }),
      { state: 'act', operations: writes({ ...request, drives: [] }) },
    ],
    [
      'is not asked for anything where all is to be kept',
      asked(),
      given({ overrides: { skipDrivesForceResign: true, skipCleanupPersistentDir: true } }),
      { state: 'done' },
    ],
    [
      'is waited for',
      answered(false),
      given(),
      {
        state: 'wait',
        reason: 'CleaningNode',
        message:
          'resigns the drives and removes the data on node node-1, by a helper pod of its WekaNode, because namespace default is being deleted: the helper pod is Pending; overrides.skipDrivesForceResign and overrides.skipCleanupPersistentDir skip it',
      },
    ],
    ['is not clean by what was done for another wish', answered(true, 'another'), given(), { state: 'wait' }],
    ['is clean', answered(true), given(), { state: 'done' }],
    [
      'is waited for once it was asked, whatever is known of the namespace by then',
      { ...answered(false), namespaceEnds: false },
      given(),
      { state: 'wait', reason: 'CleaningNode' },
    ],
    [
      'has its drives resigned where the data is on a volume, which stays',
      asked(),
      given(pvc),
      {
        state: 'act',
        operations: writes({ nodeName: 'node-1', wekaName: 'drivexe0', clusterGuid: 'guid', drives: ['SERIAL0'] }),
      },
    ],
    [
      'is clean but for the volume where it has no drives',
      { ...asked(), holder: holder({ drives: [] }), nodeClaims: nodeClaims(holder({ drives: [] })) },
      given(pvc),
      { state: 'done', message: onVolume },
    ],
  ])('%s', (_sentence, change, of, expected) => {
    expect(cleaned(factsOf(change, of))).toMatchObject(expected);
  });

  it('has the boot scripts that its helper needs, also in a namespace where somebody has deleted them', () => {
    const scripts = (exists: boolean): Given => ({
      ...given(),
      answers: [
        letGo(other),
        read(
          configMapKeys({ namespace, name: 'weka-boot-scripts' }, 0),
          exists ? { exists, keys: ['weka_runtime.py'] } : { exists },
        ),
      ],
    });
    const here: Change = { ...asked(), namespaceEnds: false };
    expect(cleaned(factsOf(here, scripts(false)))).toMatchObject({
      state: 'act',
      reason: 'CleaningNode',
      operations: [ensureBootConfigMap({ namespace, name: 'weka-boot-scripts' })],
    });
    expect(cleaned(factsOf(here, scripts(true)))).toMatchObject({ state: 'wait', reason: 'CleaningNode' });
  });

  it('is named in an event, with what is left of it, once its status says so', () => {
    const said = (status: 'True' | 'False', message: string): Given =>
      given(
        {},
        {
          conditions: [
            { type: 'ContainerDrivesResigned', status, reason: 'Success', message, lastTransitionTime: now },
          ],
        },
      );
    expect(lastEvents(factsOf(asked(), said('True', onVolume)))).toEqual([
      { type: 'Warning', reason: 'LeftBehind', message: onVolume },
    ]);
    expect(lastEvents(factsOf(asked(), said('True', '')))).toEqual([]);
    expect(lastEvents(factsOf(asked(), said('False', onVolume)))).toEqual([]);
    expect(lastEvents(factsOf(asked(), given()))).toEqual([]);
  });

  it('is not to be cleaned any more once the destruction was called back', () => {
    expect(withdrawalStep.check(factsOf(asked(request), given()))).toMatchObject({ operations: writes(null) });
    expect(withdrawalStep.check(factsOf(asked(), given()))).toEqual({ state: 'skipped' });
  });
});
