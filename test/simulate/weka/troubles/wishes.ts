/** What people wish of the cluster, at any moment. */
import { attempt, namesOf, ours } from '../../stage.ts';
import { lasting, picked, which, type Trouble } from '../../trouble.ts';
import type { LabWorld } from '../../../lab/world.ts';
import type { Stage } from '../../stage.ts';
import { eachRole, type WekaStage } from '../stage.ts';

const wish = (stage: WekaStage, spec: object): boolean =>
  attempt(() => stage.world.patch('WekaCluster', 'demo', { spec }));
const isTerminating = (stage: WekaStage): boolean =>
  stage.world.get('WekaCluster', 'demo')?.metadata.deletionTimestamp !== undefined;

const patchContainers = (stage: Stage<LabWorld>, names: readonly string[], spec: object): void => {
  for (const name of names) attempt(() => stage.world.patch('WekaContainer', name, { spec }));
};
const containerNames = (stage: Stage<LabWorld>): string[] => namesOf(ours(stage, 'WekaContainer'));

export const wishTroubles: readonly Trouble<LabWorld>[] = [
  {
    name: 'memory-is-changed',
    by: 'person',
    weight: 3,
    draw: (random) => ({ role: random.next() < 0.5 ? 'drive' : 'compute', mebibytes: 100 + random.integer(900) }),
    begin(stage, args) {
      wish(stage, { additionalMemory: { [String(args['role'])]: args['mebibytes'] } });
      return { story: `additionalMemory.${String(args['role'])} was set to ${String(args['mebibytes'])}` };
    },
  },
  {
    name: 'two-tools-flip-a-field',
    by: 'person',
    weight: 1,
    onceALife: true,
    draw: (random) => ({ period: 20 + random.integer(100), seconds: lasting(random, 200, 1200) }),
    begin(stage, args) {
      let isOn = false;
      let ended = false;
      const flip = (): void => {
        if (ended) return;
        isOn = !isOn;
        wish(stage, { additionalMemory: { compute: isOn ? 2001 : 2002 } });
        stage.world.clock.after(Number(args['period']) * 1000, flip);
      };
      flip();
      return {
        story: `two tools flip additionalMemory.compute every ${String(args['period'])} s`,
        end: () => {
          ended = true;
        },
      };
    },
  },
  {
    name: 'cluster-is-paused',
    by: 'person',
    weight: 1,
    draw: (random) => ({ seconds: lasting(random, 5, 300) }),
    begin(stage) {
      wish(stage, { overrides: { paused: true } });
      return { story: 'the cluster was paused', end: () => wish(stage, { overrides: { paused: null } }) };
    },
  },
  {
    name: 'containers-are-paused-by-hand',
    by: 'person',
    weight: 1,
    draw: (random) => ({ which: which(random), all: random.next() < 0.5, seconds: lasting(random, 5, 400) }),
    begin(stage, args) {
      const all = containerNames(stage);
      const names = args['all'] === true ? all : all.filter((name) => name === picked(all, args['which']));
      patchContainers(stage, names, { state: 'paused' });
      return {
        story: `spec.state of ${names.join(', ')} was set to paused`,
        end: () => patchContainers(stage, names, { state: 'active' }),
      };
    },
  },
  {
    name: 'word-of-an-earlier-cluster-is-put-back',
    by: 'person',
    weight: 1,
    onceALife: true,
    draw: (random) => ({ seconds: lasting(random, 5, 600) }),
    begin(stage) {
      const names = containerNames(stage);
      patchContainers(stage, names, { state: 'destroying' });
      return {
        story: `the specs of ${names.length} WekaContainers were put back from a backup that says destroying`,
        end: () => patchContainers(stage, names, { state: 'active' }),
      };
    },
  },
  {
    name: 'word-of-force-is-left',
    by: 'person',
    weight: 1,
    onceALife: true,
    draw: (random) => ({ seconds: lasting(random, 700, 4000) }),
    begin(stage) {
      const names = containerNames(stage);
      patchContainers(stage, names, { overrides: { podDeleteForceReplace: true } });
      return {
        story: `overrides.podDeleteForceReplace was set on ${names.length} WekaContainers`,
        end: () => patchContainers(stage, names, { overrides: { podDeleteForceReplace: null } }),
      };
    },
  },
  {
    name: 'one-more-container',
    by: 'person',
    weight: 1,
    onceALife: true,
    draw: (random) => ({ role: random.next() < 0.5 ? 'drive' : 'compute' }),
    begin(stage, args) {
      const drive = args['role'] === 'drive';
      const wished = eachRole(stage.life) + 1;
      wish(stage, { dynamicTemplate: drive ? { driveContainers: wished } : { computeContainers: wished } });
      return { story: `one more ${drive ? 'drive' : 'compute'} container was wished for` };
    },
  },
  {
    name: 'deletion-is-cancelled',
    by: 'person',
    weight: 1,
    onceALife: true,
    draw: (random) => ({ seconds: lasting(random, 5, 500) }),
    begin(stage) {
      if (isTerminating(stage)) return 'the cluster is being deleted already';
      // then its containers wait for the word of a person, and there is no way back
      if ((stage.world.get('WekaCluster', 'demo')?.metadata.finalizers ?? []).length === 0)
        return 'without a finalizer the cluster would be gone at once';
      attempt(() => stage.world.delete('WekaCluster', 'demo'));
      return { story: 'the cluster was deleted', end: () => wish(stage, { overrides: { cancelDeletion: true } }) };
    },
  },
];
