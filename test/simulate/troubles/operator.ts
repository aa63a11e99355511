/** The operator's own programs and the ways between them. */
import { lasting, type Trouble } from '../trouble.ts';

const tenth = (value: number): number => Math.floor(value * 1000) / 1000;

export const operatorTroubles: readonly Trouble[] = [
  {
    name: 'hook-calls-go-wrong',
    by: 'fault',
    weight: 3,
    draw: (random) => ({
      lost: tenth(random.next() * 0.3),
      answerLost: tenth(random.next() * 0.3),
      repeated: tenth(random.next() * 0.3),
      delayMilliseconds: random.integer(2000),
      seconds: lasting(random, 30, 600),
    }),
    begin({ transport }, { lost, answerLost, repeated, delayMilliseconds }) {
      const faults = {
        lost: Number(lost),
        answerLost: Number(answerLost),
        repeated: Number(repeated),
        delayMilliseconds: Number(delayMilliseconds),
      };
      transport.add(faults);
      return { story: `hook calls: ${JSON.stringify(faults)}`, end: () => transport.delete(faults) };
    },
  },
  {
    name: 'hooks-are-away',
    by: 'operator',
    draw: (random) => ({ seconds: lasting(random, 20, 400) }),
    begin({ transport }) {
      const faults = { lost: 1, answerLost: 0, repeated: 0, delayMilliseconds: 5 };
      transport.add(faults);
      return { story: 'the hooks do not run', end: () => transport.delete(faults) };
    },
  },
  {
    name: 'sidecar-access-goes-wrong',
    by: 'fault',
    weight: 3,
    draw: (random) => ({
      lost: tenth(random.next() * 0.3),
      answerLost: tenth(random.next() * 0.3),
      seconds: lasting(random, 30, 600),
    }),
    begin({ access }, { lost, answerLost }) {
      const faults = { lost: Number(lost), answerLost: Number(answerLost) };
      access.add(faults);
      return { story: `the sidecar's way to the cluster: ${JSON.stringify(faults)}`, end: () => access.delete(faults) };
    },
  },
  {
    name: 'api-server-has-too-much-to-do',
    by: 'fault',
    draw: (random) => ({ refused: tenth(0.1 + random.next() * 0.6), seconds: lasting(random, 30, 600) }),
    begin({ access }, { refused }) {
      const faults = { lost: 0, answerLost: 0, refused: Number(refused) };
      access.add(faults);
      return {
        story: `the API server answers ${String(refused)} of the sidecar's requests with 429`,
        end: () => access.delete(faults),
      };
    },
  },
  {
    name: 'replicas-disagree-on-the-time',
    by: 'fault',
    draw: (random) => ({ hours: 1 + random.integer(12), seconds: lasting(random, 60, 1200) }),
    begin({ replicas }, { hours }) {
      replicas.add(Number(hours));
      return {
        story: `the clock of one of two replicas of the hooks is ${String(hours)} h ahead`,
        end: () => replicas.delete(Number(hours)),
      };
    },
  },
  {
    name: 'clock-of-the-api-server-is-set',
    by: 'person',
    draw: (random) => ({
      hours: (1 + random.integer(12)) * (random.next() < 0.5 ? 1 : -1),
      seconds: lasting(random, 60, 900),
    }),
    begin(stage, args) {
      const hours = Number(args['hours']);
      stage.serverAhead += hours;
      return {
        story: `the clock of the API server was set by ${hours} h`,
        end: () => {
          stage.serverAhead -= hours;
        },
      };
    },
  },
  {
    name: 'sidecar-cannot-reach-the-cluster',
    by: 'fault',
    weight: 1,
    draw: (random) => ({ seconds: lasting(random, 20, 300) }),
    begin({ access }) {
      const faults = { lost: 1, answerLost: 0 };
      access.add(faults);
      return { story: 'the sidecar does not reach the cluster', end: () => access.delete(faults) };
    },
  },
  {
    name: 'sidecar-is-killed',
    by: 'operator',
    weight: 3,
    draw: (random) => ({ effects: 1 + random.integer(30), before: random.next() < 0.5 }),
    begin(stage, args) {
      stage.killSidecar({ effects: Number(args['effects']), before: args['before'] === true });
      return {
        story: `the sidecar dies ${args['before'] === true ? 'before' : 'after'} its effect number ${String(args['effects'])} from now`,
      };
    },
  },
  {
    name: 'metacontroller-is-killed',
    by: 'operator',
    weight: 2,
    draw: () => ({}),
    begin({ world }) {
      void world.lab.restartDriver();
      return { story: 'Metacontroller was killed' };
    },
  },
  {
    name: 'watches-break',
    by: 'fault',
    weight: 1,
    draw: () => ({}),
    begin({ world }) {
      world.lab.store.breakWatches({ forget: true });
      return { story: 'all watches broke, and what was missed is forgotten' };
    },
  },
];
