import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    exclude: ['node_modules/**', 'build/**', 'test/cluster/**'],
    testTimeout: 60_000,
    // one more than a small machine has cores: the suites of kubectl and of processes wait for a third of their time
    maxWorkers: 3,
    // a worker compiles the modules once for all files that it runs: a fifth of the time
    isolate: false,
  },
});
