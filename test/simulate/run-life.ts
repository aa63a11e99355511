/** Runs one life and judges it: every check at every write, and at the end whether all came back, is quiet, and ends. */
import type { Broken } from './check.ts';
import { watchDecisions } from './checks/decisions.ts';
import type { Life, Scheduled } from './life.ts';
import { clockTime, setStage, type Stage } from './stage.ts';
import { troubleOf, type SimulatedSystem } from './system.ts';

/** Seconds of virtual time within which something has to be so. */
export const bounds = {
  ready: 900,
  /** All is whole again once nothing is broken any more; what leaves takes its time. */
  settled: 3600,
  /** For so long it has to be whole: what is Ready may just not have been looked at yet. */
  stable: 120,
  /** After a person did what a condition asked for, to settle or to end; as often as `remedies`. */
  remedied: 1800,
  remedies: 12,
  /** From then on nothing is written. */
  pause: 900,
  quiet: 600,
  /** From the deletion to the end, beyond the grace. */
  gone: 1800,
} as const;

export interface Outcome {
  /** What was broken first; absent: the life passed. */
  broken?: Broken;
  story: string[];
  /** What the objects looked like when it was broken. */
  picture: string;
  /** Troubles that took place; the others did not apply. */
  took: string[];
  /** Seconds of virtual time. */
  seconds: number;
  /** Processor time of the machine; absent where nobody knows. */
  cpuMilliseconds?: number;
}

export async function runLife(life: Life, system: SimulatedSystem): Promise<Outcome> {
  const stage = await setStage(life, system);
  const { world } = stage;
  const watch = system.watch(stage, () => stage.hindrances > 0);
  const own: Broken[] = [];
  const unwatch = watchDecisions(system.controllers, (text) => own.push({ check: 'decisions-repeat', text }));
  const took: string[] = [];
  const start = world.clock.now();
  const outcome = (broken?: Broken): Outcome => ({
    ...(broken === undefined ? {} : { broken }),
    story: [...stage.story],
    picture: world.picture(),
    took,
    seconds: (world.clock.now() - start) / 1000,
  });
  const stopWhenBroken = (): void => {
    const first = own[0] ?? watch.broken[0];
    if (first !== undefined) throw new PromiseBroken(first);
  };
  const within: Within = async (seconds, predicate) => {
    const reached = await world.clock.runUntil(
      () => {
        stopWhenBroken();
        return predicate();
      },
      { maxMilliseconds: seconds * 1000 },
    );
    stopWhenBroken();
    return reached;
  };
  try {
    await live(stage, within, took);
    await end(stage, within);
    watch.look();
    stopWhenBroken();
    return outcome();
  } catch (error) {
    const broken =
      error instanceof PromiseBroken
        ? error.broken
        : { check: 'no-exception', text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    stage.tell(`BROKEN ${broken.check}: ${broken.text}`);
    return outcome(broken);
  } finally {
    unwatch();
    watch.end();
    world.lab.stop();
  }
}

/** Ends a life. */
class PromiseBroken extends Error {
  readonly broken: Broken;
  constructor(broken: Broken) {
    super(broken.text);
    this.broken = broken;
  }
}

const fail = (check: string, text: string): never => {
  throw new PromiseBroken({ check, text });
};

/** True when it became so, false when time ran out. Rejects with PromiseBroken as soon as a check is broken. */
type Within = (seconds: number, predicate: () => boolean) => Promise<boolean>;

const never = (): boolean => false;

const lacks = (stage: Stage): string[] => [...stage.system.lacking(stage)];

/** Cheap enough to be asked after each write. */
const isWhole = (stage: Stage): boolean => stage.system.lacking(stage)[Symbol.iterator]().next().done === true;

/** Asked often, and only when something was written: looking at everything costs. */
function whenWritten(stage: Stage, predicate: () => boolean): () => boolean {
  let version = '';
  let looked = Number.NEGATIVE_INFINITY;
  let last = false;
  return () => {
    const now = stage.world.clock.now();
    const present = stage.world.lab.store.resourceVersion();
    if (present === version && now - looked < 1000) return last;
    [version, looked] = [present, now];
    last = predicate();
    return last;
  };
}

/** All comes up, the troubles come, and all is whole again. */
async function live(stage: Stage, within: Within, took: string[]): Promise<void> {
  const whole = whenWritten(stage, () => isWhole(stage));
  if (!(await within(bounds.ready, whole)))
    fail('comes-up', `not whole ${bounds.ready} s after it was applied: ${lacks(stage).join('; ')}`);
  const ends = stage.life.schedule.map((scheduled) => begin(stage, scheduled, took));
  await within(Math.max(0, ...ends) + 1, never);
  stage.tell('all troubles have ended');
  await settle(stage, within, whole);
}

/** Sets the trouble on the clock; gives the second in which it is over. */
function begin(stage: Stage, { at, name, arguments: args }: Scheduled, took: string[]): number {
  const trouble = troubleOf(stage.system, name);
  const seconds = Number(args['seconds'] ?? 0);
  stage.world.clock.after(at * 1000, () => {
    const begun = trouble.begin(stage, args);
    if (typeof begun === 'string') return stage.tell(`(${name} does not apply: ${begun})`);
    took.push(name);
    stage.tell(`${begun.story}${begun.end === undefined ? '' : `, for ${seconds} s`}`);
    const { end } = begun;
    const hinders = trouble.by === 'person' ? 0 : 1;
    if (end !== undefined) {
      stage.hindrances += hinders;
      stage.world.clock.after(seconds * 1000, () => {
        stage.tell(`  (over: ${begun.story})`);
        end();
        stage.hindrances -= hinders;
      });
    }
  });
  return at + seconds;
}

/** True when all is whole, and stays so for a while, within so many seconds. */
async function becomesWhole(stage: Stage, within: Within, whole: () => boolean, seconds: number): Promise<boolean> {
  const { clock } = stage.world;
  const end = clock.now() + seconds * 1000;
  while (clock.now() < end) {
    if (!(await within((end - clock.now()) / 1000, whole))) return false;
    if (!(await within(bounds.stable, () => !whole()))) return true;
  }
  return false;
}

/** Does what conditions ask for; false where they ask for nothing. */
function asked(stage: Stage): boolean {
  const done = stage.system.doAsAsked(stage);
  for (const line of done) stage.tell(`as a condition asks: ${line}`);
  return done.length > 0;
}

async function settle(stage: Stage, within: Within, whole: () => boolean): Promise<void> {
  if (await becomesWhole(stage, within, whole, bounds.settled)) return quiet(stage, within);
  for (let time = 0; time < bounds.remedies; time += 1) {
    if (!asked(stage)) break;
    if (await becomesWhole(stage, within, whole, bounds.remedied)) return quiet(stage, within);
  }
  return fail(
    'all-settles',
    `not whole ${bounds.settled} s after the last trouble, and no condition asks for what would help: ${lacks(stage).join('; ')}`,
  );
}

/** A converged system writes nothing; the users and turns of the first minutes are over by then. */
async function quiet(stage: Stage, within: Within): Promise<void> {
  stage.tell('all is whole');
  await within(bounds.pause, never);
  const lost = lacks(stage);
  if (lost.length > 0) fail('stays-whole', `whole, and then not any more: ${lost.join('; ')}`);
  const writes: string[] = [];
  const unlisten = stage.world.lab.store.onChange(({ before, after }) => {
    const object = after ?? before;
    if (object !== undefined && object.kind !== 'Event') writes.push(`${object.kind} ${object.metadata.name}`);
  });
  await within(bounds.quiet, never);
  unlisten();
  const counts = new Map<string, number>();
  for (const write of writes) counts.set(write, (counts.get(write) ?? 0) + 1);
  const shown = [...counts].map(([what, count]) => `${what} (${count})`).join(', ');
  if (counts.size > 0)
    fail('is-quiet', `written while nothing happens, ${bounds.pause} s after all was whole: ${shown}`);
}

async function end(stage: Stage, within: Within): Promise<void> {
  const { life, system } = stage;
  const leftovers = (): string[] => system.leftovers(stage);
  if (life.ending === 'stays') return;
  stage.tell(system.end(stage));
  const ended = whenWritten(stage, () => leftovers().length === 0);
  const seconds = system.graceSeconds + bounds.gone;
  if (await within(seconds, ended)) return;
  for (let time = 0; time < bounds.remedies; time += 1) {
    if (!asked(stage)) break;
    if (await within(bounds.remedied, ended)) return;
  }
  fail(
    'deletion-ends',
    `left ${clockTime(seconds * 1000)} after the deletion, and no condition asks for what would help: ${leftovers().join('; ')}`,
  );
}
