import { defineConfig } from 'vitest/config';

/** The suite on a real cluster: one file after the other, since they share it, and patience for real pods. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.cluster.test.ts'],
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 1_800_000,
    bail: 0,
  },
});
