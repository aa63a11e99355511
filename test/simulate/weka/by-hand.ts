/** A person at weka's command line, who takes containers out of weka as conditions ask for it: one at a time, and while no other one is away. */
import { conditionsOf } from '../../../hooks/core/conditions.ts';
import { attempt, namesOf, ours } from '../stage.ts';
import type { WekaStage } from './stage.ts';

const commands =
  /weka cluster container deactivate (\d+); when it is INACTIVE(?: (weka cluster drive remove [-0-9a-f ]+), and)? (weka cluster container remove \d+)/g;

interface Asked {
  id: number;
  /** To be run when it is INACTIVE. */
  then: string[];
}

/** Milliseconds between two looks. */
const look = 30_000;

/** All that conditions ask for at this moment, each container once. */
function askedNow({ world }: WekaStage): Asked[] {
  const messages = ['WekaCluster', 'WekaNode', 'WekaContainer']
    .flatMap((kind) => world.list(kind))
    .flatMap((object) => conditionsOf(object).map(({ message }) => message));
  const found = messages.flatMap((message) =>
    [...message.matchAll(commands)].map(([, id, drives, container]): [number, Asked] => [
      Number(id),
      { id: Number(id), then: [drives, container].filter((one) => one !== undefined) },
    ]),
  );
  return [...new Map(found).values()];
}

/** True when weka took it. */
async function run(stage: WekaStage, id: number, command: string): Promise<boolean> {
  const { world } = stage;
  const up = new Set(
    world.weka
      .snapshot()
      .clusters.flatMap(({ members }) => members)
      // a client is logged in as one that may not
      .filter((member) => member.id !== id && member.status === 'UP' && member.role !== 'client')
      .map(({ dataId }) => dataId),
  );
  const pod = ours(stage, 'Pod').find(({ metadata: { ownerReferences = [] } }) =>
    ownerReferences.some(({ uid }) => up.has(uid)),
  );
  if (pod === undefined) return false;
  try {
    const place = ['default', pod.metadata.name, 'weka-container'] as const;
    const { exitCode, stderr } = await world.lab.pods.exec(...place, command.split(' '), '');
    const line = `  ${command}${exitCode === 0 ? '' : `: ${stderr.trim()}`}`;
    // what is tried again and again is told once
    if (!stage.story.some((told) => told.endsWith(line))) stage.tell(line);
    return exitCode === 0;
  } catch {
    return false;
  }
}

/**
 * The next step; gives the container that weka does not let go, where that is all that is left to do.
 * @param begun what is carried out to its end, whatever becomes of the condition
 */
async function step(stage: WekaStage, begun: Map<number, Asked>): Promise<number | undefined> {
  const members = stage.world.weka.snapshot().clusters.flatMap((cluster) => cluster.members);
  const of = (id: number) => members.find((member) => member.id === id);
  const asked = askedNow(stage);
  for (const one of asked) begun.set(one.id, one);
  for (const { id, then } of begun.values()) {
    if (of(id) === undefined) begun.delete(id);
    if (of(id)?.status !== 'INACTIVE') continue;
    for (const command of then) if (!(await run(stage, id, command))) break;
  }
  const backends = members.filter(({ role }) => role !== 'client');
  if (backends.some(({ status }) => status === 'DEACTIVATING')) return undefined;
  const away = backends.filter(({ status }) => status === 'DOWN').map(({ id }) => id);
  let refused: number | undefined;
  for (const { id } of asked.filter((one) => ['UP', 'DOWN'].includes(of(one.id)?.status ?? ''))) {
    if (away.some((other) => other !== id)) continue;
    if (await run(stage, id, `weka cluster container deactivate ${id}`)) return undefined;
    refused ??= id;
  }
  return refused;
}

/** Lives in which it was done: once is enough. */
const grown = new WeakSet<object>();

/** One more container of the role of a container that weka does not let go. */
function oneMore(stage: WekaStage, id: number): void {
  const members = stage.world.weka.snapshot().clusters.flatMap((cluster) => cluster.members);
  const key = `${members.find((member) => member.id === id)?.role ?? 'drive'}Containers`;
  const { dynamicTemplate = {} } = (stage.world.get('WekaCluster', 'demo')?.spec ?? {}) as {
    dynamicTemplate?: Record<string, number>;
  };
  const wished = (dynamicTemplate[key] ?? 0) + 1;
  attempt(() => stage.world.patch('WekaCluster', 'demo', { spec: { dynamicTemplate: { [key]: wished } } }));
  stage.tell(
    `  weka refuses, so one more is wished for: ${key} ${wished} (${namesOf(ours(stage, 'WekaContainer')).length} are there)`,
  );
}

/** Goes on for so many seconds, or until no condition asks any more. The text says what was begun. */
export function leaveByHand(stage: WekaStage, seconds: number): string {
  const { clock } = stage.world;
  const end = clock.now() + seconds * 1000;
  const begun = new Map<number, Asked>();
  const goOn = async (): Promise<void> => {
    const refused = await step(stage, begun);
    if (refused !== undefined && !grown.has(stage)) {
      grown.add(stage);
      oneMore(stage, refused);
    }
    if (clock.now() + look < end && askedNow(stage).length + begun.size > 0) clock.after(look, () => void goOn());
  };
  void goOn();
  return 'containers are taken out of weka one after the other, as the commands have it';
}
