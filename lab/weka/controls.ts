/** What `hooks lab` does to the drives and the weka clusters of a lab. */
import type { LabControl } from '../controls.ts';
import { late } from './distortions.ts';
import type { WekaModel } from './model.ts';

/** How much later a slow weka answers, milliseconds. */
const lateMilliseconds = 2000;

export const wekaControls: readonly LabControl<WekaModel>[] = [
  {
    name: 'drive fail',
    operand: 'SERIAL',
    summary: 'the drive breaks: FAILED in the cluster that lists it',
    mishap: 'drive-failed',
    run({ site }, { operand = '' }) {
      site.failDrive(operand);
      return `${operand} has failed`;
    },
  },
  {
    name: 'weka slow',
    options: { end: 'as fast as before' },
    summary: `each answer of weka comes ${lateMilliseconds / 1000} s later`,
    run(model, { options }) {
      model.endSlowness?.();
      delete model.endSlowness;
      if (options['end'] === true) return 'weka answers at once';
      model.endSlowness = model.site.distort(undefined, late(model.clock, lateMilliseconds));
      return `weka answers ${lateMilliseconds / 1000} s later`;
    },
  },
];
