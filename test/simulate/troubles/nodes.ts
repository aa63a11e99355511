/** Machines, and what administrators do to nodes. */
import type { Stage } from '../stage.ts';
import { patch, podsOn, remove, upNodes, usedNodes } from '../stage.ts';
import { lasting, picked, which, type Begun, type Trouble } from '../trouble.ts';

/** Takes these down, and gives them back. */
function takeDown(
  stage: Stage,
  nodes: readonly string[],
  story: string,
  down: (name: string) => void,
  up: (name: string) => void,
): Begun {
  for (const name of nodes) {
    stage.down.add(name);
    down(name);
  }
  return {
    story: `${nodes.join(', ')} ${story}`,
    end: () => {
      for (const name of nodes) {
        up(name);
        stage.down.delete(name);
      }
    },
  };
}

function fail(stage: Stage, nodes: readonly string[], cause: 'power' | 'network'): Begun {
  const { machines } = stage.world.lab;
  return takeDown(
    stage,
    nodes,
    cause === 'power' ? 'lost power' : 'lost the network',
    (name) => machines.fail(name, cause),
    (name) => machines.recover(name),
  );
}

const setNode = (stage: Stage, name: string, merge: object): boolean => patch(stage, 'Node', name, merge);

const cordon = (stage: Stage, node: string, story: string): Begun => {
  setNode(stage, node, { spec: { unschedulable: true } });
  return { story, end: () => setNode(stage, node, { spec: { unschedulable: null } }) };
};

const taint = { key: 'example.com/maintenance', value: 'yes', effect: 'NoExecute' };

export const nodeTroubles: readonly Trouble[] = [
  {
    name: 'node-loses-power',
    by: 'fault',
    weight: 3,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 10, 400) }),
    begin(stage, args) {
      const node = picked(usedNodes(stage), args['which']);
      return node === undefined ? 'no node is up' : fail(stage, [node], 'power');
    },
  },
  {
    name: 'node-loses-network',
    by: 'fault',
    weight: 3,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 10, 600) }),
    begin(stage, args) {
      const node = picked(usedNodes(stage), args['which']);
      return node === undefined ? 'no node is up' : fail(stage, [node], 'network');
    },
  },
  {
    name: 'nodes-lose-power',
    by: 'fault',
    draw: (random) => ({ which: which(random), count: 2 + random.integer(2), seconds: lasting(random, 30, 300) }),
    begin(stage, args) {
      const nodes = usedNodes(stage);
      const first = Math.floor(Number(args['which']) * nodes.length);
      const chosen = nodes.slice(first, first + Number(args['count']));
      return chosen.length === 0 ? 'no node is up' : fail(stage, chosen, 'power');
    },
  },
  {
    name: 'all-nodes-lose-power',
    by: 'fault',
    weight: 1,
    draw: (random) => ({ seconds: lasting(random, 20, 200) }),
    begin: (stage) => fail(stage, upNodes(stage), 'power'),
  },
  {
    name: 'all-nodes-lose-network',
    by: 'fault',
    weight: 1,
    draw: (random) => ({ seconds: lasting(random, 20, 200) }),
    begin: (stage) => fail(stage, upNodes(stage), 'network'),
  },
  {
    name: 'node-reboots',
    by: 'person',
    draw: (random) => ({ which: which(random), seconds: 35 }),
    begin(stage, args) {
      const node = picked(usedNodes(stage), args['which']);
      if (node === undefined) return 'no node is up';
      return takeDown(
        stage,
        [node],
        'was rebooted',
        (name) => stage.world.lab.machines.reboot(name),
        () => undefined,
      );
    },
  },
  {
    name: 'node-gets-another-address',
    by: 'person',
    draw: (random) => ({ which: which(random), number: 1 + random.integer(250), seconds: 35 }),
    begin(stage, args) {
      const node = picked(usedNodes(stage), args['which']);
      if (node === undefined) return 'no node is up';
      const { hardware, machines } = stage.world.lab;
      const taken = new Set(hardware.list().map(({ ip }) => ip));
      const address = [0, 1]
        .map((block) => `10.0.${200 + block}.${String(args['number'])}`)
        .find((ip) => !taken.has(ip));
      if (address === undefined) return 'the address is taken';
      return takeDown(
        stage,
        [node],
        `was rebooted, and gets the address ${address}`,
        (name) => machines.reboot(name, address),
        () => undefined,
      );
    },
  },
  {
    name: 'node-shuts-down',
    by: 'person',
    draw: (random) => ({ which: which(random), seconds: lasting(random, 20, 300) }),
    begin(stage, args) {
      const node = picked(usedNodes(stage), args['which']);
      if (node === undefined) return 'no node is up';
      for (const pod of podsOn(stage, node))
        stage.world.lab.kubelet.evict(
          'default',
          pod,
          'Terminated',
          'Pod was terminated in response to imminent node shutdown.',
        );
      const begun = fail(stage, [node], 'power');
      return { ...begun, story: `${node} was shut down in order` };
    },
  },
  {
    name: 'node-is-cordoned',
    by: 'person',
    draw: (random) => ({ which: which(random), seconds: lasting(random, 20, 900) }),
    begin(stage, args) {
      const node = picked(usedNodes(stage), args['which']);
      return node === undefined ? 'no node is up' : cordon(stage, node, `${node} was cordoned`);
    },
  },
  {
    name: 'node-is-drained',
    by: 'person',
    weight: 3,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 60, 1200) }),
    begin(stage, args) {
      const node = picked(usedNodes(stage), args['which']);
      if (node === undefined) return 'no node is up';
      const begun = cordon(stage, node, `${node} was drained`);
      for (const pod of podsOn(stage, node)) remove(stage, 'Pod', pod);
      return begun;
    },
  },
  {
    name: 'node-is-tainted',
    by: 'person',
    draw: (random) => ({ which: which(random), seconds: lasting(random, 30, 600) }),
    begin(stage, args) {
      const node = picked(usedNodes(stage), args['which']);
      if (node === undefined) return 'no node is up';
      const taints = (): { key: string }[] =>
        ((stage.world.get('Node', node)?.spec?.['taints'] ?? []) as { key: string }[]).filter(
          ({ key }) => key !== taint.key,
        );
      setNode(stage, node, { spec: { taints: [...taints(), taint] } });
      return {
        story: `${node} got a NoExecute taint`,
        end: () => setNode(stage, node, { spec: { taints: taints() } }),
      };
    },
  },
  {
    name: 'images-cannot-be-pulled',
    by: 'fault',
    weight: 3,
    draw: (random) => ({ which: which(random), everywhere: random.next() < 0.4, seconds: lasting(random, 30, 500) }),
    begin(stage, args) {
      const { hardware } = stage.world.lab;
      const one = picked(hardware.list(), args['which']);
      const hosts = args['everywhere'] === true ? hardware.list() : one === undefined ? [] : [one];
      for (const host of hosts) {
        host.images.clear();
        host.imagePullError = 'failed to resolve reference: connection refused';
      }
      return {
        story: `images were collected and can not be pulled on ${hosts.map(({ name }) => name).join(', ')}`,
        end: () =>
          hosts.forEach((host) => {
            delete host.imagePullError;
          }),
      };
    },
  },
  {
    name: 'drivers-cannot-be-loaded',
    by: 'fault',
    weight: 1,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 30, 500) }),
    begin(stage, args) {
      const host = picked(stage.world.lab.hardware.list(), args['which']);
      if (host === undefined) return 'no machine is there';
      host.driverLoadError = 'no drivers for this kernel';
      return {
        story: `kernel drivers can not be loaded on ${host.name}`,
        end: () => {
          delete host.driverLoadError;
        },
      };
    },
  },
];
