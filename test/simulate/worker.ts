/** One process of `npm run simulate`: runs the lives that it is sent, one after the other, and answers each with its outcome. */
import type { Life } from './life.ts';
import { runLife } from './run-life.ts';
import { systemOf } from './systems.ts';

process.on('message', ({ life, system }: { life: Life; system: string }) => {
  const before = process.cpuUsage();
  void runLife(life, systemOf(system)).then((outcome) => {
    const { user, system } = process.cpuUsage(before);
    process.send?.({ ...outcome, cpuMilliseconds: (user + system) / 1000 });
  });
});
