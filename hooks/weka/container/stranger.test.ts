import { describe, expect, it } from 'vitest';
import type { WekaAnswer } from '../queries.ts';
import { wekaQuery } from '../catalogue.ts';
import type { ContainerFacts } from './facts.ts';
import {
  clusterClaims,
  factsOf,
  holder,
  inWeka,
  node,
  nodeClaims,
  now,
  other,
  read,
  type Change,
} from './facts.fixture.ts';
import { wordOnEnding } from './stranger.ts';

const formed = clusterClaims({ formed: { guid: 'guid', at: now } });
const nobody: Change = {
  state: 'deleting',
  pod: undefined,
  joined: false,
  containerId: undefined,
  clusterGuid: undefined,
  claimedNode: undefined,
  holder: undefined,
  nodeClaims: nodeClaims(),
  clusterClaims: formed,
};
/** What is said of the container where these facts are. */
function said(change: Change, spec: Record<string, unknown> = {}, host = 'node-1') {
  const listed = change.inWeka ?? inWeka({ 0: { status: 'DOWN' } });
  const entries: WekaAnswer<'containers'> =
    listed.state === 'known'
      ? listed.members.map(({ hostId, name = '', status }) => ({
          host_id: `HostId<${hostId}>`,
          container_name: name,
          status,
          ...(hostId === 0 ? { hostname: host, mgmt_port: 35_000 } : {}),
        }))
      : [];
  const drives = Array.from({ length: 6 }, (_none, hostId) => ({
    uuid: `uuid-${hostId}`,
    host_id: `HostId<${hostId}>`,
    serial_number: `SERIAL${hostId}`,
    status: 'ACTIVE',
  }));
  const answers =
    listed.state === 'known'
      ? [read(wekaQuery(other, 'containers', 0), entries), read(wekaQuery(other, 'drives', 0), drives)]
      : [];
  const facts: ContainerFacts = factsOf(
    { ...nobody, inWeka: listed, ...change },
    { metadata: { deletionTimestamp: now, finalizers: ['hold'] }, spec, answers },
  );
  return wordOnEnding(facts);
}
const without = inWeka();
const absent: Change = {
  inWeka: { state: 'known', members: without.members.filter(({ hostId }) => hostId !== 0) },
};
const member = {
  containerID: 0,
  clusterID: 'guid',
  nodeAffinity: 'node-1',
  allocations: { drives: ['SERIAL0'], wekaPort: 35_000 },
};

describe('a container that ends and of which nothing is known', () => {
  it.each<[string, Change, object | undefined]>([
    ['is a member where weka lists it', {}, { state: 'member', status: member }],
    ['is none where weka does not list it', absent, { state: 'stranger' }],
    [
      'may be one where one of two members lists it',
      { ...absent, witness: inWeka({ 0: { status: 'DOWN' } }) },
      { state: 'unheard', reason: expect.stringMatching('says otherwise') as string },
    ],
    [
      'may be one where nobody can be asked',
      { otherMember: undefined },
      { state: 'unheard', passing: false, reason: expect.stringMatching('no other member is known') as string },
    ],
    ['is asked for where nothing was answered yet', { inWeka: { state: 'unknown', reason: '' } }, { passing: true }],
    [
      'may be one that runs without a pod of this name',
      { inWeka: inWeka() },
      { state: 'unheard', reason: expect.stringMatching('weka calls drivex0, HostId<0>, UP') as string },
    ],
    [
      'is not asked for where its cluster never formed',
      { nodeClaims: nodeClaims(), clusterClaims: clusterClaims() },
      undefined,
    ],
    ['is not asked for where it is destroyed', { state: 'destroying' }, undefined],
    ['is not asked for where its cluster pauses', { state: 'paused' }, undefined],
    ['is not asked for where its cluster is gone', { owner: { state: 'gone' } }, undefined],
    ['is not asked for where it has no cluster', { clusterUid: undefined }, undefined],
    [
      'may have been one that weka does not list any more, where its claim says that a pod of it ran',
      { ...absent, holder: holder(), nodeClaims: nodeClaims(holder()), identityKnown: false },
      { state: 'unheard', reason: 'weka does not have drivex0, and a pod of it was there' },
    ],
    [
      'is not asked for where its claim says that it never joined',
      { holder: holder(), nodeClaims: nodeClaims(holder()) },
      undefined,
    ],
  ])('%s', (_sentence, change, expected) => {
    const word = said(change);
    if (expected === undefined) expect(word).toBeUndefined();
    else expect(word).toMatchObject(expected);
  });

  it.each<[string, Record<string, unknown>, string, object]>([
    [
      'a node that the scheduler has chosen',
      { nodeAffinity: undefined },
      'node-1',
      { state: 'member', status: member },
    ],
    ['a host that is called by its whole name', {}, 'node-1.example.com', { state: 'member' }],
    [
      'another host than that of its node',
      {},
      'node-2',
      { state: 'unheard', reason: expect.stringMatching('node-2, and its spec.nodeAffinity is node-1') as string },
    ],
    [
      'a host that no node is called by',
      { nodeAffinity: undefined },
      'strange',
      { state: 'unheard', reason: expect.stringMatching('no node of that name') as string },
    ],
  ])('is where weka has it: %s', (_sentence, spec, host, expected) => {
    expect(said({ candidates: [node()], inWeka: inWeka({ 0: { status: 'DOWN' } }) }, spec, host)).toMatchObject(
      expected,
    );
  });
});
