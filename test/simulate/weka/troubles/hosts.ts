/** Machines that come back as others: reinstalled, or with another drive. */
import type { LabWorld } from '../../../lab/world.ts';
import { patch, usedNodes } from '../../stage.ts';
import { lasting, picked, which, type Trouble } from '../../trouble.ts';
import { blockAsTold, drivesToSpare } from './weka.ts';

const drivesAnnotation = 'weka.io/weka-drives';

export const hostTroubles: readonly Trouble<LabWorld>[] = [
  {
    name: 'host-is-wiped',
    by: 'person',
    weight: 1,
    onceALife: true,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 60, 300) }),
    begin(stage, args) {
      const { world } = stage;
      const node = picked(usedNodes(stage), args['which']);
      if (node === undefined || drivesToSpare(stage).length === 0) return 'another drive or node is away';
      stage.down.add(node);
      world.lab.machines.fail(node);
      return {
        story: `${node} was reinstalled under its name`,
        end: () => {
          const onNode = world.weka.snapshot().locals.filter(({ nodeName }) => nodeName === node);
          for (const { dataId, nodeName } of onNode) world.weka.forget(dataId, nodeName, 'fault');
          world.lab.machines.recover(node);
          stage.down.delete(node);
        },
      };
    },
  },
  {
    name: 'drive-is-replaced',
    by: 'person',
    weight: 1,
    onceALife: true,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 20, 300) }),
    begin(stage, args) {
      const drive = picked(drivesToSpare(stage), args['which']);
      const machine = drive === undefined ? undefined : stage.world.lab.hardware.get(drive.node);
      if (drive === undefined || machine === undefined) return 'another drive or node is away';
      const others = machine.drives.filter((serial) => serial !== drive.serial);
      machine.drives = others;
      return {
        story: `drive ${drive.serial} was taken out of ${drive.node}, for another one`,
        end: () => {
          machine.drives = [...others, `${drive.serial}NEW`];
          patch(stage, 'Node', drive.node, {
            metadata: { annotations: { [drivesAnnotation]: JSON.stringify(machine.drives) } },
          });
          blockAsTold(stage, drive, true);
        },
      };
    },
  },
];
