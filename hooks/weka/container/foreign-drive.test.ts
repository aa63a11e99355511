import { describe, expect, it } from 'vitest';
import { claimsRead } from '../../core/families/claims.ts';
import { factsOf, read, report } from './facts.fixture.ts';
import { refusedDriveWords } from './foreign-drive.ts';

const guid = '0000feed-0000-4000-8000-00000000da7a';
const claims = (name: string, spec: object) =>
  read(claimsRead(name, 0), { exists: true, resourceVersion: '1', spec: spec as never });
const ranges = claims('ports', {
  ranges: { two: { namespace: 'other', name: 'two', basePort: 36000, portRange: 500 } },
});
const formed = (of: string) => claims('cluster-two', { formed: { guid: of, at: '2026-01-01T00:00:00Z' } });
const words = (weka_guid: string, ...answers: ReturnType<typeof read>[]): string =>
  refusedDriveWords(
    factsOf({ report: report({ drives: [{ serial_id: 'SERIAL0', weka_guid }] }) }, { answers }),
    'SERIAL0',
  );

describe('a drive that weka does not take', () => {
  it.each<[string, string, ReturnType<typeof read>[], string]>([
    [
      'of a cluster that is there',
      guid,
      [ranges, formed(guid)],
      `carries the GUID ${guid}, of the weka cluster of WekaCluster other/two, which may have its data there: it is signed anew only if weka cluster drive, run in a pod of that one, does not list it`,
    ],
    [
      'of a cluster that is there, in capitals',
      guid.toUpperCase(),
      [ranges, formed(guid)],
      `carries the GUID ${guid}, of the weka cluster of WekaCluster other/two, which may have its data there: it is signed anew only if weka cluster drive, run in a pod of that one, does not list it`,
    ],
    [
      'of a cluster that none has formed',
      guid,
      [ranges, formed('other')],
      `carries the GUID ${guid}, of a weka cluster that no WekaCluster here has formed: it is signed anew if that one is given up`,
    ],
    [
      'where that has not been read',
      guid,
      [ranges],
      `carries the GUID ${guid}, of a weka cluster of which it is not known whose it is: it is not to be signed anew before that is known`,
    ],
    [
      'where nothing has been read',
      guid,
      [],
      `carries the GUID ${guid}, of a weka cluster of which it is not known whose it is: it is not to be signed anew before that is known`,
    ],
    [
      'where one does not say what it has formed',
      guid,
      [ranges, claims('cluster-two', {})],
      `carries the GUID ${guid}, of a weka cluster of which it is not known whose it is: it is not to be signed anew before that is known`,
    ],
    ['of its own cluster', 'guid', [], 'is signed anew if no weka cluster uses it, here or elsewhere'],
    ['of none', '', [], 'is signed anew if no weka cluster uses it, here or elsewhere'],
  ])('%s', (_what, said, answers, expected) => {
    expect(words(said, ...answers)).toBe(expected);
  });
});
