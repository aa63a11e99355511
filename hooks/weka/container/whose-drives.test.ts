import { describe, expect, it } from 'vitest';
import { wekaQuery } from '../catalogue.ts';
import { factsOf, inWeka, letGo, other, read, second, type Change, type Given } from './facts.fixture.ts';
import { whoseDrives } from './whose-drives.ts';

const gone: Change = { state: 'destroying', pod: undefined, report: undefined };
/** SERIAL0 is in that container of weka, the drives of the others where they are. */
const lists = (speaker: typeof other, host: number): NonNullable<Given['answers']> => [
  read(
    wekaQuery(speaker, 'drives', 0),
    [0, 1, 2, 3, 4, 5].map((index) => ({
      uuid: `uuid-${index}`,
      status: 'ACTIVE',
      serial_number: `SERIAL${index}`,
      host_id: `HostId<${index === 0 ? host : index}>`,
    })),
  ),
];
const members = inWeka().members;
const asFirst = (change: object) => ({
  state: 'known' as const,
  members: members.map((one) => (one.hostId === 0 ? { ...one, ...change } : one)),
});
const free = { state: 'known', others: [] };
const unheard = (reason: string) => ({ state: 'unknown', reason });

describe('the drives that a container leaves behind', () => {
  it.each<[string, Change, Given, object]>([
    ["are nobody else's where weka has none of them", {}, { answers: [letGo(other)] }, free],
    [
      "are its successor's where weka has them in another container",
      {},
      { answers: lists(other, 4) },
      { state: 'known', others: ['SERIAL0'] },
    ],
    [
      'are its own where weka still has them in it, and it is not there',
      { inWeka: asFirst({ status: 'DOWN' }) },
      { answers: lists(other, 0) },
      free,
    ],
    [
      "are its successor's that has its number by now",
      { inWeka: asFirst({ name: 'drivex9' }) },
      { answers: lists(other, 0) },
      { state: 'known', others: ['SERIAL0'] },
    ],
    [
      'are not known while weka calls it UP',
      {},
      { answers: lists(other, 0) },
      unheard('weka calls drivex0 UP and has the drives in it'),
    ],
    ['are not known before weka is read', {}, {}, unheard('the drives of the weka cluster have not been read')],
    [
      'are not known where nobody is there to say it',
      { speakers: [] },
      {},
      unheard('no other member is known that could say it'),
    ],
    [
      'are not known before the second one has said it as well',
      { witness: inWeka() },
      { answers: [letGo(other)] },
      unheard('the drives of the weka cluster have not been read'),
    ],
    [
      'are those of another one where one of two says so',
      { witness: inWeka() },
      { answers: [letGo(other), ...lists(second, 4)] },
      { state: 'known', others: ['SERIAL0'] },
    ],
    ['are not asked about that are kept', {}, { spec: { overrides: { skipDrivesForceResign: true } } }, free],
    ['are not asked about in a cluster that ends', { owner: { state: 'terminating', cancelled: false } }, {}, free],
    ['are not asked about in a cluster that is gone', { owner: { state: 'gone' } }, {}, free],
    [
      'are asked about where the end was called back',
      { owner: { state: 'terminating', cancelled: true } },
      {},
      unheard('the drives of the weka cluster have not been read'),
    ],
    [
      'are not known while the cluster has not been read',
      { owner: { state: 'unknown' } },
      {},
      unheard('its WekaCluster has not been read'),
    ],
    ['are none of one that never joined', { clusterGuid: undefined }, {}, free],
  ])('%s', (_sentence, change, given, expected) =>
    expect(whoseDrives(factsOf({ ...gone, ...change }, given))).toEqual(expected),
  );
});
