/** A server over a fresh store with a kind of its own, containers that echo, and kubectl as a subprocess. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ApiError } from '../../contract.ts';
import type { ExecResult } from '../../contract.ts';
import { RealClock } from '../../clock.ts';
import { createStore } from '../store/store.ts';
import type { ResourceDefinition, Store } from '../store/types.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import type { PodAccess } from './pod-access.ts';
import { startApiServer } from './server.ts';
import type { ApiServer } from './server.ts';

export const kubectlIsInstalled = spawnSync('kubectl', ['version', '--client']).status === 0;

export const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.lab.example.io' },
  spec: {
    group: 'lab.example.io',
    scope: 'Namespaced',
    names: {
      plural: 'widgets',
      singular: 'widget',
      kind: 'Widget',
      listKind: 'WidgetList',
      shortNames: ['wd'],
      categories: ['all'],
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size', description: 'How big.' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: 'Mode', type: 'string', jsonPath: '.spec.network.mode', priority: 1 },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A widget.',
            properties: {
              spec: {
                type: 'object',
                description: 'What is wanted.',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1, description: 'How big.' },
                  network: {
                    type: 'object',
                    description: 'Its network.',
                    properties: {
                      ports: { type: 'array', items: { type: 'integer' } },
                      mode: { type: 'string', enum: ['a', 'b'], description: 'How it talks.' },
                    },
                  },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};

/** A pod that is ready on node-1. */
export function podManifest(name: string, labels: Record<string, string> = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: {
      nodeName: 'node-1',
      terminationGracePeriodSeconds: 5,
      containers: [{ name: 'main', image: 'lab/image:1' }],
    },
  };
}

const readyPodStatus = {
  phase: 'Running',
  podIP: '10.1.2.3',
  conditions: [{ type: 'Ready', status: 'True' }],
  containerStatuses: [
    {
      name: 'main',
      ready: true,
      restartCount: 0,
      image: 'lab/image:1',
      imageID: '',
      state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
    },
  ],
};

/** `fail N` exits with N, `cat` gives stdin back, `missing` cannot be started, anything else is echoed; stderr says so. */
async function exec(
  _namespace: string,
  _pod: string,
  container: string,
  command: string[],
  stdin: string,
): Promise<ExecResult> {
  const [program, argument] = command;
  if (program === 'missing') throw new ApiError(500, 'InternalError', 'no such program');
  if (program === 'fail') return { exitCode: Number(argument), stdout: '', stderr: 'it failed\n' };
  return { exitCode: 0, stdout: program === 'cat' ? stdin : `${container}: ${command.join(' ')}\n`, stderr: '' };
}

export interface TestServer {
  server: ApiServer;
  store: Store;
  clock: RealClock;
  /** Log lines written from now on reach whoever follows; `undefined` ends the container. */
  log(line: string | undefined): void;
  definition(plural: string): ResourceDefinition;
  /** Creates the pod and makes it ready. */
  readyPod(name: string, labels?: Record<string, string>): KubernetesObject;
  kubectl(args: string[], options?: KubectlOptions): Promise<KubectlResult>;
  /** Starts kubectl; `until` resolves with the output when it matches, `end` when kubectl has ended. */
  startKubectl(
    args: string[],
    options?: KubectlOptions,
  ): { until(pattern: RegExp): Promise<string>; end: Promise<KubectlResult>; kill(): void };
  /** Writes a manifest to a file and gives its path. */
  file(name: string, ...objects: object[]): Promise<string>;
  stop(): Promise<void>;
}

export interface KubectlOptions {
  stdin?: string;
  env?: Record<string, string>;
}

export interface KubectlResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export async function startTestServer(): Promise<TestServer> {
  const clock = new RealClock();
  const store = createStore({ clock, seed: 1 });
  const followers = new Set<(line: string | undefined) => void>();
  const podAccess: PodAccess = {
    exec,
    logs: () => ({
      text: 'first\nsecond\n',
      follow(onLine, onEnd) {
        const follower = (line: string | undefined): void => (line === undefined ? onEnd?.() : onLine(line));
        followers.add(follower);
        return () => followers.delete(follower);
      },
    }),
  };
  const server = await startApiServer({ store, podAccess, clock, port: 0 });
  const directory = await mkdtemp(join(tmpdir(), 'lab-api-'));
  const kubeconfigPath = join(directory, 'kubeconfig');
  await writeKubeconfig(kubeconfigPath, server);

  const definition = (plural: string): ResourceDefinition =>
    store.resources().find((candidate) => candidate.plural === plural)!;
  store.create(definition('customresourcedefinitions'), undefined, widgetDefinition);
  store.create(definition('nodes'), undefined, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1', labels: { 'node-role.kubernetes.io/worker': '' } },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { kubeletVersion: 'v1.32.0' },
      allocatable: { cpu: '8' },
    },
  });

  const startKubectl = (
    args: string[],
    { stdin, env = {} }: KubectlOptions = {},
  ): ReturnType<TestServer['startKubectl']> => {
    const child = spawn('kubectl', args, {
      env: { PATH: process.env['PATH'], HOME: directory, KUBECONFIG: kubeconfigPath, ...env },
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.end(stdin);
    const result: KubectlResult = { code: null, stdout: '', stderr: '' };
    const listeners = new Set<() => void>();
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]!.setEncoding('utf8').on('data', (text: string) => {
        result[name] += text;
        for (const listener of listeners) listener();
      });
    }
    const end = new Promise<KubectlResult>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ ...result, code }));
    });
    const until = async (pattern: RegExp): Promise<string> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(result.stdout)) resolve(result.stdout);
        };
        listeners.add(look);
        void end.then(({ stdout, stderr }) =>
          reject(new Error(`kubectl ended without ${String(pattern)}: ${stdout}${stderr}`)),
        );
        look();
      });
    return { until, end, kill: () => child.kill() };
  };

  return {
    server,
    store,
    clock,
    log: (line) => {
      for (const follower of [...followers]) follower(line);
    },
    definition,
    readyPod(name, labels) {
      store.create(definition('pods'), 'default', podManifest(name, labels));
      return store.patch(
        definition('pods'),
        'default',
        name,
        'application/merge-patch+json',
        { status: readyPodStatus },
        'status',
      );
    },
    kubectl: async (args, options) => startKubectl(args, options).end,
    startKubectl,
    async file(name, ...objects) {
      const path = join(directory, name);
      await writeFile(path, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
      return path;
    },
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
