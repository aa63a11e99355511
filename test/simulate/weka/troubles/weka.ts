/** Weka, its drives, and what it says. */
import { emptied, late, stale, thinned } from '../../../../lab/weka/distortions.ts';
import { createRandom } from '../../../../lab/random.ts';
import { attempt } from '../../stage.ts';
import { lasting, picked, which, type Trouble } from '../../trouble.ts';
import type { LabWorld } from '../../../lab/world.ts';
import type { WekaStage } from '../stage.ts';

interface UsedDrive {
  serial: string;
  node: string;
}

/** Drives that weka uses, and none while anything of the cluster is away or other drives are not whole: two such faults would be the end of data. */
export function drivesToSpare(stage: WekaStage): UsedDrive[] {
  const [cluster] = stage.world.weka.snapshot().clusters;
  if (
    cluster === undefined ||
    stage.down.size > 0 ||
    !cluster.fullyProtected ||
    cluster.drives.some(({ status }) => status !== 'ACTIVE')
  )
    return [];
  return cluster.drives.map(({ serial, nodeName }) => ({ serial, node: nodeName }));
}

const blockedAnnotation = 'weka.io/blocked-drives';

function setBlocked(stage: WekaStage, node: string, change: (blocked: string[]) => string[]): void {
  const text = stage.world.get('Node', node)?.metadata.annotations?.[blockedAnnotation] ?? '[]';
  const blocked = change(JSON.parse(text) as string[]);
  attempt(() =>
    stage.world.patch('Node', node, {
      metadata: { annotations: { [blockedAnnotation]: blocked.length === 0 ? null : JSON.stringify(blocked) } },
    }),
  );
}

/** Seconds between two looks of an administrator who has heard that a drive is broken. */
const lookSeconds = 30;

/**
 * Blocks a drive that weka has given up as soon as a condition of a container tells an administrator to; who is told nothing does nothing.
 * @param gone it will not come back, so weka gives it up sooner or later
 */
export function blockAsTold(stage: WekaStage, { serial, node }: UsedDrive, gone = false): void {
  const hasFailed = stage.world.weka
    .snapshot()
    .clusters.some(({ drives }) => drives.some((one) => one.serial === serial && (gone || one.status === 'FAILED')));
  if (!hasFailed) return;
  stage.given.add(serial);
  const told = stage.world
    .list('WekaContainer')
    .flatMap(({ status }) => (status?.['conditions'] ?? []) as { reason?: string; message?: string }[])
    .some(({ reason, message = '' }) => reason === 'DriveFailed' && message.includes(serial));
  if (!told) return void stage.world.clock.after(lookSeconds * 1000, () => blockAsTold(stage, { serial, node }, gone));
  stage.tell(`an administrator blocks the drive ${serial}, as a condition says`);
  setBlocked(stage, node, (blocked) => [...blocked, serial]);
}

const member = (stage: WekaStage, fraction: unknown): string | undefined =>
  picked(stage.world.weka.snapshot().clusters[0]?.members.map(({ name }) => name) ?? [], fraction);

export const wekaTroubles: readonly Trouble<LabWorld>[] = [
  {
    name: 'drive-fails',
    by: 'fault',
    weight: 2,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 20, 300) }),
    begin(stage, args) {
      const drive = picked(drivesToSpare(stage), args['which']);
      if (drive === undefined) return 'another drive or node is away';
      stage.world.weka.failDrive(drive.serial);
      stage.given.add(drive.serial);
      return {
        story: `drive ${drive.serial} of ${drive.node} failed`,
        end: () => blockAsTold(stage, drive),
      };
    },
  },
  {
    name: 'drive-is-blocked',
    by: 'person',
    weight: 2,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 5, 600) }),
    begin(stage, args) {
      const drive = picked(drivesToSpare(stage), args['which']);
      if (drive === undefined) return 'another drive or node is away';
      setBlocked(stage, drive.node, (blocked) => [...blocked, drive.serial]);
      // what was replaced keeps its signature
      stage.given.add(drive.serial);
      return {
        story: `drive ${drive.serial} of ${drive.node} was blocked`,
        end: () => setBlocked(stage, drive.node, (blocked) => blocked.filter((serial) => serial !== drive.serial)),
      };
    },
  },
  {
    name: 'drive-is-pulled',
    by: 'fault',
    weight: 1,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 5, 900) }),
    begin(stage, args) {
      const drive = picked(drivesToSpare(stage), args['which']);
      const machine = drive === undefined ? undefined : stage.world.lab.hardware.get(drive.node);
      if (drive === undefined || machine === undefined) return 'another drive or node is away';
      machine.drives = machine.drives.filter((serial) => serial !== drive.serial);
      return {
        story: `drive ${drive.serial} was pulled out of ${drive.node}`,
        end: () => {
          machine.drives = [...machine.drives, drive.serial];
          blockAsTold(stage, drive);
        },
      };
    },
  },
  {
    name: 'drives-are-not-listed',
    by: 'person',
    weight: 1,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 20, 400) }),
    begin(stage, args) {
      const node = picked(stage.world.list('Node'), args['which']);
      const annotation = 'weka.io/weka-drives';
      const before = node?.metadata.annotations?.[annotation];
      if (node === undefined || before === undefined) return 'no node says its drives';
      const put = (value: string | null): boolean =>
        attempt(() =>
          stage.world.patch('Node', node.metadata.name, { metadata: { annotations: { [annotation]: value } } }),
        );
      put(null);
      return { story: `the annotation ${annotation} was taken off ${node.metadata.name}`, end: () => put(before) };
    },
  },
  {
    name: 'weka-is-late',
    by: 'fault',
    draw: (random) => ({ milliseconds: 500 + random.integer(20_000), seconds: lasting(random, 30, 300) }),
    begin: ({ world }, args) => ({
      story: `weka answers ${String(args['milliseconds'])} ms late`,
      end: world.weka.distort(undefined, late(world.clock, Number(args['milliseconds']))),
    }),
  },
  {
    name: 'weka-answers-nothing',
    by: 'fault',
    draw: (random) => ({ which: which(random), everybody: random.next() < 0.5, seconds: lasting(random, 20, 200) }),
    begin(stage, args) {
      const name = args['everybody'] === true ? undefined : member(stage, args['which']);
      return {
        story: `${name ?? 'every member'} answers with empty lists`,
        end: stage.world.weka.distort(name, emptied),
      };
    },
  },
  {
    name: 'weka-answers-partly',
    by: 'fault',
    draw: (random) => ({
      which: which(random),
      everybody: random.next() < 0.5,
      chance: 0.02 + 0.2 * which(random),
      seed: random.integer(1_000_000),
      seconds: lasting(random, 20, 200),
    }),
    begin(stage, args) {
      const name = args['everybody'] === true ? undefined : member(stage, args['which']);
      const random = createRandom(Number(args['seed']));
      return {
        story: `${name ?? 'every member'} leaves out parts of its answers`,
        end: stage.world.weka.distort(
          name,
          thinned(() => random.next(), Number(args['chance'])),
        ),
      };
    },
  },
  {
    name: 'member-hears-nothing',
    by: 'fault',
    draw: (random) => ({ which: which(random), seconds: lasting(random, 30, 300) }),
    begin(stage, args) {
      const name = member(stage, args['which']);
      return name === undefined
        ? 'there is no member'
        : { story: `${name} repeats its first answers`, end: stage.world.weka.distort(name, stale()) };
    },
  },
  {
    name: 'runtime-report-is-garbage',
    by: 'fault',
    draw: (random) => ({
      which: which(random),
      everybody: random.next() < 0.3,
      text: ['', '{', 'null', '{"schema":1}', '[]'][random.integer(5)] ?? '',
      seconds: lasting(random, 20, 300),
    }),
    begin(stage, args) {
      const pods = stage.world
        .list('Pod')
        .filter(({ metadata }) => metadata.namespace === 'default')
        .map(({ metadata }) => metadata.name);
      const one = picked(pods, args['which']);
      const disguise: Parameters<WekaStage['disguises']['add']>[0] = ({ pod, command }, answer) =>
        command.includes('report') && (args['everybody'] === true || pod === one)
          ? { ...answer, stdout: String(args['text']) }
          : undefined;
      stage.disguises.add(disguise);
      return {
        story: `the runtime of ${args['everybody'] === true ? 'every pod' : (one ?? '-')} reports ${JSON.stringify(args['text'])}`,
        end: () => stage.disguises.delete(disguise),
      };
    },
  },
];
