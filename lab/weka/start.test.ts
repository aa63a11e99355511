import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPython } from '../nodes/process-tools.ts';
import { sampleManifest } from '../start/arguments.ts';
import { whyNoProcessPods } from '../start/process-pods.ts';

const directory = mkdtempSync(join(tmpdir(), 'weka-start-test-'));
const kubeconfig = join(directory, 'kubeconfig');
const sample = readFileSync(sampleManifest, 'utf8');
// alone it takes seconds, beside other suites on two cores minutes
const patience = 300_000;

afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the program; `interruptAt` sends SIGINT once the output has it, after `before`. */
function start(args: string[], interruptAt?: string, before?: () => void): Promise<Ended> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, '../start.ts'), '--port', '0', '--kubeconfig', kubeconfig, ...args],
    { env: { ...process.env, TMPDIR: directory } },
  );
  const result: Ended = { code: null, stdout: '', stderr: '' };
  let interrupted = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    result.stdout += text;
    if (interrupted || interruptAt === undefined || !result.stdout.includes(interruptAt)) return;
    interrupted = true;
    before?.();
    child.kill('SIGINT');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...result, code })));
}

/** The modes of the runtimes that run in the files of a lab of this test. */
function runtimeModes(): string[] {
  return readdirSync('/proc')
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0${directory}/`)) return [];
        const mode = /\0MODE=([^\0]*)/.exec(`\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`)?.[1];
        return mode === undefined ? [] : [mode];
      } catch {
        // no process, or one that has just ended
        return [];
      }
    })
    .sort();
}

function manifest(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe('npm start', () => {
  it(
    'brings the sample up over real sockets, says so and ends',
    async () => {
      const { code, stdout, stderr } = await start([
        '--nodes',
        '6',
        '--apply',
        sampleManifest,
        '--until',
        'Ready',
        '--exit',
        '--timeout',
        '240',
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^default\/demo is Ready after .* s\.$/);
      expect(stdout).toContain('WekaCluster default/demo: Ready (drive 6/6/6, compute 6/6/6, drives 6/6/6)');
      expect(existsSync(kubeconfig)).toBe(false);
    },
    patience,
  );

  it(
    'ends with 0 at Ctrl-C, and takes its kubeconfig with it',
    async () => {
      const { code, stderr } = await start([], 'nodes ready');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(existsSync(kubeconfig)).toBe(false);
    },
    patience,
  );

  const noProcesses = whyNoProcessPods(process.platform, findPython);
  it.skipIf(noProcesses !== undefined)(
    'runs one drive and one compute as processes of the real runtime, to Ready, and leaves none behind',
    async () => {
      let modes: string[] = [];
      const { code, stdout, stderr } = await start(
        ['--pods', 'process', '--timeout', '240'],
        'default/demo is Ready',
        () => (modes = runtimeModes()),
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('WekaCluster default/demo: Ready (drive 6/6/6, compute 6/6/6, drives 6/6/6)');
      expect(modes).toEqual(expect.arrayContaining(['compute', 'drive']));
      expect(runtimeModes()).toEqual([]);
      expect(readdirSync(directory).filter((name) => name.startsWith('lab-pods-'))).toEqual([]);
    },
    patience,
  );

  it(
    'ends with 1 and says why when the time is over',
    async () => {
      const { code, stderr } = await start(['--exit', '--timeout', '1', '--quiet']);
      expect(code).toBe(1);
      expect(stderr).toContain('not Ready within 1 s:\n  default/demo: ');
    },
    patience,
  );

  const refused: [string, string, string][] = [
    [
      'an image with a placeholder',
      sample.replace('4.4.5.118-k8s', '<weka-version>'),
      'spec.image: Invalid value: "quay.io/weka.io/weka-in-container:<weka-version>"',
    ],
    [
      'a field that is misspelled',
      sample.replace('driveContainers', 'driveContianers'),
      'unknown field "spec.dynamicTemplate.driveContianers"',
    ],
    [
      'a namespace that is not there',
      sample.replace('namespace: default', 'namespace: nowhere'),
      'namespaces "nowhere" not found',
    ],
  ];
  it.each(refused)(
    'ends with 2 and what the API says of %s',
    async (_sentence, text, message) => {
      const { code, stderr } = await start(['--apply', manifest('refused.yaml', text), '--exit']);
      expect(code).toBe(2);
      expect(stderr).toContain('refused.yaml: ');
      expect(stderr).toContain(message);
    },
    patience,
  );

  const unread: [string, string[], string][] = [
    ['a file that is missing', ['--apply', join(directory, 'missing.yaml')], 'ENOENT'],
    [
      'an object without a kind',
      ['--apply', manifest('kindless.yaml', 'apiVersion: v1\nmetadata: {name: a}\n')],
      'document 1: kind is missing',
    ],
    [
      'a kubeconfig of somebody else',
      ['--kubeconfig', manifest('config', 'apiVersion: v1\nkind: Config\nclusters: [{name: production}]\n')],
      'is left alone',
    ],
  ];
  it.each(unread)(
    'ends with 2 before it starts for %s',
    async (_sentence, args, message) => {
      const { code, stderr } = await start(args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) as string });
    },
    patience,
  );
});
