import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

/** Small files that take minutes: by their size they would come last, and one core would wait for the other. */
const long =
  /test\/simulate\/lives\.test\.ts$|lab\/weka\/start\.test\.ts$|test\/lab\/(plan|simulated|clocks)\.test\.ts$/;

class LongFirst extends BaseSequencer {
  override async sort(...[files]: Parameters<BaseSequencer['sort']>): ReturnType<BaseSequencer['sort']> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: (typeof sorted)[number]): boolean => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    exclude: ['node_modules/**', 'build/**', 'test/cluster/**'],
    testTimeout: 60_000,
    sequence: { sequencer: LongFirst },
    // one more than a small machine has cores: the suites of kubectl and of processes wait for a third of their time
    maxWorkers: 3,
    // a worker compiles the modules once for all files that it runs: a fifth of the time
    isolate: false,
  },
});
