/** Whatever was wished when a clean-up was made, and whatever is wished now: only one of the same wish ends a container. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { answerHook } from '../../hooks/server/hook.ts';

const golden = readFileSync(
  join(
    import.meta.dirname,
    '../golden/wekacontainer/58-a-helper-pod-resigns-the-drives-and-removes-the-data.request.json',
  ),
  'utf8',
);
const claims = 'claims.read node-node-1';

interface Wish {
  drives: string[];
  clusterGuid: string;
  skipDrives: boolean;
  skipDirectory: boolean;
}

interface Request {
  parent: { spec: Record<string, unknown>; status: Record<string, unknown> };
  children: Record<string, Record<string, KubernetesObject>>;
  observed: {
    facts: Record<
      string,
      { value: { spec: { holders: Record<string, { drives: string[]; helperReplacements?: unknown }> } } }
    >;
  };
}

function requestOf({ drives, clusterGuid, skipDrives, skipDirectory }: Wish, helper?: KubernetesObject): Request {
  const request = JSON.parse(golden) as Request;
  request.parent.spec['overrides'] = { skipDrivesForceResign: skipDrives, skipCleanupPersistentDir: skipDirectory };
  request.parent.status['clusterID'] = clusterGuid;
  request.observed.facts[claims]!.value.spec.holders['uid-of-drive-0']!.drives = drives;
  if (helper !== undefined) request.children['Pod.v1'] = { [helper.metadata.name]: helper };
  return request;
}

interface Decided {
  children: KubernetesObject[];
  operations: { kind: string; args?: { changes?: Change[] } }[];
  status: Record<string, unknown>;
}

const decide = (request: Request) => answerHook('wekacontainer', 'finalize', request) as Decided;
const wish = fc.record<Wish>({
  drives: fc.uniqueArray(fc.constantFrom('S1', 'S2', 'S3'), { minLength: 1 }),
  clusterGuid: fc.constantFrom('a3c2b1d0-0000-4000-8000-00000000da7a', 'b4c2b1d0-0000-4000-8000-00000000da7a'),
  skipDrives: fc.boolean(),
  skipDirectory: fc.boolean(),
});

interface Change {
  path: string[];
  value: unknown;
}
const changes = (operations: Decided['operations']): Change[] =>
  operations.flatMap(({ kind, args }) => (kind === 'claims.write' ? (args?.changes ?? []) : []));
const releases = (operations: Decided['operations']): boolean =>
  changes(operations).some(({ path, value }) => path.length === 2 && value === null);
/** How often its helpers were replaced, as it is written down before one goes. */
const counted = (operations: Decided['operations']): unknown =>
  changes(operations).find(({ path }) => path.at(-1) === 'helperReplacements')?.value;

describe('a clean-up', () => {
  it('is told the one GUID that it may erase, and gives way when it was made for another wish or has failed a minute ago', () => {
    fc.assert(
      fc.property(
        wish,
        wish,
        fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed'),
        fc.boolean(),
        (made, now, phase, young) => {
          const [helper] = decide(requestOf(made)).children;
          fc.pre(helper !== undefined && !(now.skipDrives && now.skipDirectory));
          expect(JSON.stringify(helper['spec'])).toContain(`{"name":"CLUSTER_GUID","value":"${made.clusterGuid}"}`);
          const present = {
            ...helper,
            metadata: {
              ...helper.metadata,
              uid: 'uid-of-helper',
              creationTimestamp: young ? '2025-12-31T23:59:01Z' : '2025-12-31T23:59:00Z',
            },
            status: { phase },
          };
          const { children, operations, status } = decide(requestOf(now, present));
          const drives = (one: Wish): string => (one.skipDrives ? '' : [...one.drives].sort().join());
          const same =
            made.clusterGuid === now.clusterGuid &&
            made.skipDirectory === now.skipDirectory &&
            drives(made) === drives(now);
          const fails = same && phase === 'Failed' && !young;
          expect(children.length).toBe(same ? 1 : 0);
          expect(releases(operations)).toBe(false);
          // one that has failed is counted, and then goes
          expect(counted(operations) !== undefined).toBe(fails);
          const after = requestOf(now, present);
          after.observed.facts[claims]!.value.spec.holders['uid-of-drive-0']!.helperReplacements = counted(operations);
          expect(decide(after).children.length).toBe(same && !fails ? 1 : 0);
          // the claims go, and the helper with them, once the status has what the helper says
          const request = requestOf(now, present);
          const next = decide({ ...request, parent: { ...request.parent, status } });
          const said = same && phase === 'Succeeded';
          expect(releases(next.operations)).toBe(said);
          if (said) expect(next.children).toEqual([]);
        },
      ),
    );
  });
});
