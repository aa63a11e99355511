import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', 'build/**', 'test/cluster/**'],
    testTimeout: 30_000,
    // the kubectl and process suites are heavy: two workers is what a two-core machine bears
    maxWorkers: 2,
    // a worker compiles the modules once for all files that it runs: a fifth of the time
    isolate: false,
  },
});
