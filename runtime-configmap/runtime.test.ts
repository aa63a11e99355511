// Runs the Python tests of the runtime, one process per test module; they are skipped, and counted, without python3.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bootScripts } from '../lab/weka/boot-scripts.ts';

const folder = dirname(fileURLToPath(import.meta.url));
const modules = readdirSync(folder)
  .filter((name) => /^test_\w+\.py$/.test(name))
  .sort();
const pythonMissing = spawnSync('python3', ['--version']).status !== 0;

/** Runs `python3 -m unittest` on one module; resolves to its exit code and everything it printed. */
function unittest(module: string): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', ['-B', '-m', 'unittest', module.replace('.py', '')], { cwd: folder });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}

it('a pod gets each module of the runtime, and no test', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.py') && !name.startsWith('test_'));
  expect(Object.keys(bootScripts()).sort()).toEqual([...names, 'run-weka-cli.sh', 'syslog-ng.conf'].sort());
});

describe.skipIf(pythonMissing)('weka_runtime.py', () => {
  it.concurrent.each(modules)('%s passes', { timeout: 120_000 }, async (module) => {
    const { exitCode, output } = await unittest(module);
    expect(output).toMatch(/Ran [1-9]\d* tests?/);
    expect(exitCode, output).toBe(0);
  });
});
