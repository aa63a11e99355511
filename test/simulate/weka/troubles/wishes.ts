/** What people wish of the cluster, at any moment. */
import { attempt } from '../../stage.ts';
import { lasting, type Trouble } from '../../trouble.ts';
import type { LabWorld } from '../../../lab/world.ts';
import { eachRole, type WekaStage } from '../stage.ts';

const wish = (stage: WekaStage, spec: object): boolean =>
  attempt(() => stage.world.patch('WekaCluster', 'demo', { spec }));
const isTerminating = (stage: WekaStage): boolean =>
  stage.world.get('WekaCluster', 'demo')?.metadata.deletionTimestamp !== undefined;

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
