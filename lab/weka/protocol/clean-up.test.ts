/** One table of clean-ups, over the runtime of the product and over the lab's counterpart of it: they are to say and do the same. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { putFiles } from '../../nodes/process-root.ts';
import { driveDevice, driveFiles, driveImage, resignImage } from '../drive-image.ts';
import { harness, giveResources } from '../simulated-program.fixture.ts';

const allows = '/tmp/.allow-clean-up';
const usable = process.platform === 'linux' && spawnSync('python3', ['--version']).status === 0;
const runtime = join(import.meta.dirname, '../../../runtime-configmap/weka_runtime.py');
const ours = '5a4ec0de-0000-4000-8000-000000000001';
const theirs = 'f0e1d2c3-0000-4000-8000-000000000002';

interface Situation {
  /** Drives of the host by serial, with the weka cluster that owns each. */
  drives: Record<string, string | undefined>;
  serials: string[];
  cluster: string;
  /** The boot that the order is for; absent: it does not say. */
  bootId?: string;
  /** What was done with before for the very container. */
  before?: string[];
  /** Nobody has allowed it to begin. */
  waits?: boolean;
}

interface Result {
  exitCode: number;
  /** Its answer, or its last words. */
  said: unknown;
  owners: Record<string, string | undefined>;
  directory: boolean;
}

const envOf = ({ serials, cluster, bootId }: Situation) => ({
  NAME: 'drivex1',
  RESIGN_SERIALS: serials.join(','),
  CLUSTER_GUID: cluster,
  CLEAN_DIRECTORY: '/clean',
  CLEANED_FOR: 'drive-1-uid',
  ...(bootId === undefined ? {} : { BOOT_ID: bootId }),
});
const saidBy = (exitCode: number, text: string): unknown => (exitCode === 0 ? JSON.parse(text) : text.trim());

async function simulated(situation: Situation): Promise<Result> {
  const test = harness(1);
  const machine = test.hardware.get('node-1')!;
  machine.drives.splice(0, machine.drives.length, ...Object.keys(situation.drives));
  const former = test.start('drive', 1);
  await giveResources(test, former, { drives: [], wekaPort: 35_000, agentPort: 35_303 });
  former.program.signal('KILL');
  for (const [serial, guid] of Object.entries(situation.drives))
    if (guid !== undefined) test.site.imprint(serial, guid);
  const done = test.hosts.cleaned('node-1', 'drive-1-uid');
  for (const serial of situation.before ?? []) done.add(serial);
  const command = ['python3', '/opt/weka_runtime.py', 'clean-up'];
  const helper = test.start('drive', 1, {
    command,
    env: envOf(situation),
    hostPath: '/opt/k8s-weka/containers/drive-1-uid',
  });
  if (situation.waits !== true) await helper.program.exec(['touch', allows], '');
  await test.clock.advance(1000);
  if (situation.waits === true) helper.program.signal('TERM');
  const exitCode = helper.exitCode ?? -1;
  const successor = test.start('drive', 1);
  await test.clock.advance(1000);
  return {
    exitCode,
    said: saidBy(exitCode, helper.program.logs()),
    owners: Object.fromEntries(Object.keys(situation.drives).map((serial) => [serial, test.site.driveGuid(serial)])),
    directory: (await successor.report())['resources'] !== null,
  };
}

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

function real(situation: Situation): Result {
  const root = mkdtempSync(join(tmpdir(), 'clean-up-'));
  roots.push(root);
  const serials = Object.keys(situation.drives);
  putFiles(
    root,
    driveFiles(serials, (serial) => situation.drives[serial]),
  );
  for (const directory of ['bin', 'clean', 'cleaned', 'tmp']) mkdirSync(join(root, directory));
  if (situation.before !== undefined)
    writeFileSync(join(root, 'cleaned/drive-1-uid.json'), JSON.stringify(situation.before));
  if (situation.waits !== true) writeFileSync(join(root, allows), '');
  writeFileSync(join(root, 'clean/generation'), '1');
  writeFileSync(join(root, 'bin/weka-sign-drive'), `#!/bin/sh\n${resignImage}\n`, { mode: 0o755 });
  const env = {
    ...envOf(situation),
    PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`,
    WEKA_RUNTIME_ROOT: root,
    WEKA_RUNTIME_LOCK_SCOPE: root.slice(-6),
  };
  const command = ['python3', '-S', runtime, 'clean-up'];
  const [program = '', ...words] =
    // in the foreground it sends TERM once: a second one may meet an interpreter that ends, and has its handlers back
    situation.waits === true ? ['timeout', '--foreground', '--preserve-status', '2', ...command] : command;
  const { status, stdout, stderr } = spawnSync(program, words, { env, encoding: 'utf8' });
  const ownerOf = (serial: string): string | undefined => {
    const image = readFileSync(join(root, 'dev', driveDevice(serial)));
    return [undefined, ours, theirs].find((guid) => image.equals(driveImage(guid)));
  };
  return {
    exitCode: status ?? -1,
    said: saidBy(status ?? -1, status === 0 ? stdout : stderr),
    owners: Object.fromEntries(serials.map((serial) => [serial, ownerOf(serial)])),
    directory: existsSync(join(root, 'clean/generation')),
  };
}

const foreign = (serial: string, end = `not to ${ours}`): string =>
  `drive ${serial} (/dev/weka-${serial}) belongs to weka cluster ${theirs}, ${end}`;
const invisible = (serial: string): string =>
  `drive ${serial} is not visible on this host: it is gone, or bound to a user-space driver`;

/** Who owns a drive on the host that is to be erased for `ours`, and what becomes of it. */
const table: [string, Situation, Pick<Result, 'exitCode' | 'said' | 'owners'>][] = [
  [
    'its own drive is erased',
    { drives: { a: ours }, serials: ['a'], cluster: ours },
    { exitCode: 0, said: { resigned: ['a'], removed: 1, drives: { a: 'own' } }, owners: { a: undefined } },
  ],
  [
    'an order of another boot is none',
    { drives: { a: ours }, serials: ['a'], cluster: ours, bootId: 'another-boot' },
    {
      exitCode: 1,
      said: 'the machine was started again since it was ordered to be cleaned; waits for a new order',
      owners: { a: ours },
    },
  ],
  [
    'nothing is touched before it is allowed',
    { drives: { a: ours }, serials: ['a'], cluster: ours, waits: true },
    { exitCode: 1, said: 'was told to end before it was allowed to begin', owners: { a: ours } },
  ],
  [
    'a drive that nobody owns is done',
    { drives: { a: undefined }, serials: ['a'], cluster: ours },
    { exitCode: 0, said: { resigned: [], removed: 1, drives: { a: 'resigned' } }, owners: { a: undefined } },
  ],
  [
    'a drive that was not named is let alone',
    { drives: { a: ours, b: ours }, serials: ['a'], cluster: ours },
    { exitCode: 0, said: { resigned: ['a'], removed: 1, drives: { a: 'own' } }, owners: { a: undefined, b: ours } },
  ],
  [
    'a drive that was done with for the container is a successor’s by now, and is done',
    { drives: { a: ours, b: ours, c: theirs }, serials: ['a', 'b', 'c', 'd'], cluster: ours, before: ['a', 'c', 'd'] },
    {
      exitCode: 0,
      said: { resigned: ['b'], removed: 1, drives: { a: 'cleaned', b: 'own', c: 'cleaned', d: 'cleaned' } },
      owners: { a: ours, b: undefined, c: theirs },
    },
  ],
  [
    'a foreign drive waits',
    { drives: { a: theirs }, serials: ['a'], cluster: ours },
    { exitCode: 1, said: foreign('a'), owners: { a: theirs } },
  ],
  [
    'a container that never joined owns nothing',
    { drives: { a: theirs, b: undefined }, serials: ['a', 'b'], cluster: '' },
    { exitCode: 1, said: foreign('a', 'and this container never joined one'), owners: { a: theirs, b: undefined } },
  ],
  [
    'a drive that is not there waits',
    { drives: { a: ours }, serials: ['b'], cluster: ours },
    { exitCode: 1, said: invisible('b'), owners: { a: ours } },
  ],
  [
    'what is its own is erased beside drives that wait',
    { drives: { a: theirs, b: ours }, serials: ['a', 'b', 'c'], cluster: ours },
    { exitCode: 1, said: `${foreign('a')}; ${invisible('c')}`, owners: { a: theirs, b: undefined } },
  ],
];

const directoryStays = ({ exitCode, directory }: Result): boolean => directory === (exitCode !== 0);

describe('clean-up, simulated', () => {
  it.each(table)('%s', async (_, situation, expected) => {
    const result = await simulated(situation);
    expect(result).toMatchObject(expected);
    expect(directoryStays(result)).toBe(true);
  });
});

describe.skipIf(!usable)('clean-up, the runtime itself', () => {
  it.each(table)('%s', (_, situation, expected) => {
    const result = real(situation);
    expect(result).toMatchObject(expected);
    expect(directoryStays(result)).toBe(true);
  });

  it('says and does what the simulated one does, whoever owns which drive', { timeout: 120_000 }, async () => {
    const owner = fc.constantFrom(undefined, ours, theirs);
    const serials = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'));
    const situation = fc.record({
      drives: fc.record({ a: owner, b: owner, c: owner }),
      serials,
      cluster: fc.constantFrom(ours, theirs, ''),
      before: fc.uniqueArray(fc.constantFrom('a', 'b', 'd')),
    });
    await fc.assert(
      fc.asyncProperty(situation, async (one) => {
        const [model, truth] = [await simulated(one), real(one)];
        expect(model).toEqual(truth);
        for (const [serial, guid] of Object.entries(one.drives)) {
          const isNamed = one.serials.some((named) => named === serial);
          const mayGo = isNamed && guid === one.cluster && !one.before.some((done) => done === serial);
          expect(truth.owners[serial]).toBe(mayGo ? undefined : guid);
        }
        expect(directoryStays(truth)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });
});
