/** One process of `npm run simulate`: runs the lives that it is sent, one after the other, and answers each with its outcome. */
import type { Life } from './life.ts';
import { runLife } from './run-life.ts';

process.on('message', (life: Life) => {
  const before = process.cpuUsage();
  void runLife(life).then((outcome) => {
    const { user, system } = process.cpuUsage(before);
    process.send?.({ ...outcome, cpuMilliseconds: (user + system) / 1000 });
  });
});
