import { runtimeCommand } from '../../hooks/weka/api/group.ts';
import type { WekaCatalogue } from '../../hooks/weka/catalogue.ts';
import type { RuntimeReport } from '../../hooks/weka/runtime-report.ts';
import type { Performer } from '../context.ts';
import { jsonOutput, podRunner, refuseAnother } from '../pod-guard.ts';

/** Asks the runtime of a pod what it is doing. */
export const runtimeReport: Performer<WekaCatalogue['runtime.report']> = async (access, target, _args, context) => {
  const run = podRunner(access, target, context);
  const result = await run([...runtimeCommand, 'report'], { timeoutSeconds: 20 });
  // the engine checks the shape
  const report = jsonOutput('runtime report', result) as RuntimeReport;
  refuseAnother(target, typeof report.podUid === 'string' ? report.podUid : '');
  return report;
};
