/**
 * The environment of the suite: a real cluster, the operator's two programs and Metacontroller beside it as processes of
 * this machine, and the model of weka that its pods talk to. What is pretended stands in image.ts and
 * pretended-hardware.yaml; runtime, kubelet, exec, signals and grace are real.
 */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { sidecarClient } from '../../hooks/server/sidecar-client.ts';
import { httpClient, type HttpClient } from '../../lab/api/http/client.ts';
import { RealClock } from '../../lab/clock.ts';
import { createDriver, type Driver } from '../../lab/driver/driver.ts';
import { httpTransport } from '../../lab/driver/transport.ts';
import { readManifests } from '../../lab/manifests.ts';
import { createRandom } from '../../lab/random.ts';
import { repository } from '../../lab/repository.ts';
import { bootScripts } from '../../lab/weka/boot-scripts.ts';
import { serveShim } from '../../lab/weka/shim-server.ts';
import { createWekaSite } from '../../lab/weka/site.ts';
import { clusterWorld, type ClusterWorld } from './cluster-world.ts';
import { makeImage } from './image.ts';
import { controllersAt, install } from './installation.ts';
import { program, type Program } from './programs.ts';
import { clusterSettings, type ClusterSettings } from './settings.ts';
import { sidecarKubeconfig } from './sidecar-account.ts';

const execute = promisify(execFile);

/** A cluster with pretended hardware and the model of weka, without any operator. */
export interface Cluster {
  world: ClusterWorld;
  client: HttpClient;
  /** Of the administrator. */
  kubeconfig: string;
  /** For the files of this run. */
  directory: string;
  close(): Promise<void>;
}

export interface Environment {
  world: ClusterWorld;
  hooks: Program;
  sidecar: Program;
  /** The real Metacontroller, or the lab's driver in its place. */
  metacontroller: Pick<Program, 'start' | 'kill' | 'stop'>;
  /** Kills a component of the cluster and starts it again two seconds later, when its port is free for sure; there only where the tool has brought the cluster up. */
  restart?(component: 'kubelet' | 'apiserver'): Promise<void>;
  stop(): Promise<void>;
}

/** Undefined where there is no cluster to test on: the tests are skipped. */
export const settings = clusterSettings(process.env);

function kubeconfigOf({ realCluster, kubeconfig }: ClusterSettings): string {
  if (realCluster === undefined) return kubeconfig ?? '';
  execFileSync(realCluster, ['up'], { stdio: 'pipe' });
  return execFileSync(realCluster, ['kubeconfig'], { encoding: 'utf8' }).trim();
}

function operatorPrograms(
  given: ClusterSettings,
  sidecarConfig: string,
  directory: string,
): { hooks: Program; sidecar: Program } {
  const scripts = join(directory, 'boot-scripts');
  mkdirSync(scripts);
  for (const [name, content] of Object.entries(bootScripts())) writeFileSync(join(scripts, name), content);
  const socket = join(directory, 'sidecar.sock');
  const typescript = (path: string, ...args: string[]): string[] => [
    process.execPath,
    '--import',
    'tsx',
    path,
    ...args,
  ];
  return {
    hooks: program({
      name: 'the hook server',
      command: typescript('hooks/server/main.ts'),
      cwd: repository,
      log: join(directory, 'hooks.log'),
      env: {
        WEKA_PORT: String(given.hooksPort),
        WEKA_HOST: '127.0.0.1',
        WEKA_SIDECAR_SOCKET: socket,
        WEKA_BOOT_SCRIPTS: scripts,
        SIGN_DRIVES_IMAGE: given.image,
        MAINTENANCE_IMAGE: given.image,
      },
      ready: async () => (await fetch(`http://127.0.0.1:${given.hooksPort}/readyz`)).ok,
    }),
    sidecar: program({
      name: 'the sidecar',
      command: typescript(
        'sidecar/main.ts',
        '--socket',
        socket,
        '--kubeconfig',
        sidecarConfig,
        '--boot-scripts',
        scripts,
      ),
      cwd: repository,
      log: join(directory, 'sidecar.log'),
      ready: async () => existsSync(socket) && (await sidecarClient({ socket }).observe([], 0)) !== undefined,
    }),
  };
}

/** Its ports of its own are off: another one may run on this machine. */
export function realMetacontroller(path: string, kubeconfig: string, directory: string): Program {
  const flags = [
    '--discovery-interval=5s',
    '--client-go-qps=200',
    '--client-go-burst=400',
    '--metrics-address=0',
    '--health-probe-bind-address=0',
  ];
  return program({
    name: 'Metacontroller',
    command: [path, `--kubeconfig=${kubeconfig}`, ...flags],
    cwd: directory,
    log: join(directory, 'metacontroller.log'),
    ready: async () => {
      await sleep(1000);
      return true;
    },
  });
}

/** The lab's driver over HTTP; a new one at each start, as a process would be. */
function labDriver(client: HttpClient, hooksPort: number): Environment['metacontroller'] {
  let driver: Driver | undefined;
  const end = async (): Promise<void> => driver?.stop();
  return {
    async start() {
      driver = createDriver({
        api: client,
        clock: new RealClock(),
        transport: httpTransport(),
        random: createRandom(Date.now()),
        controllers: controllersAt(hooksPort),
      });
      await driver.start();
    },
    kill: end,
    stop: end,
  };
}

/** Brings up the cluster and what the scenarios need in it. */
export async function startCluster(given: ClusterSettings): Promise<Cluster> {
  const kubeconfig = kubeconfigOf(given);
  if (given.realCluster !== undefined) makeImage(given.realCluster, given.image, given.modelPort);
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const client = httpClient(config);
  const weka = createWekaSite({ clock: new RealClock(), random: () => Math.random() });
  const world = clusterWorld(client, weka, given.image);
  const directory = mkdtempSync(join(tmpdir(), 'weka-cluster-test-'));

  await install(world, client);
  if (given.metacontrollerCrds !== undefined)
    for (const crd of readManifests(given.metacontrollerCrds)) await world.apply(crd);
  const shim = await serveShim({ site: weka, port: given.modelPort });
  return {
    world,
    client,
    kubeconfig,
    directory,
    async close() {
      await shim.close();
      client.close();
    },
  };
}

/** Brings everything up; rejects with the tail of the log of what does not start. */
export async function startEnvironment(given: ClusterSettings): Promise<Environment> {
  const cluster = await startCluster(given);
  const { world, client, kubeconfig, directory } = cluster;
  const { hooks, sidecar } = operatorPrograms(given, await sidecarKubeconfig(world, kubeconfig, directory), directory);
  await Promise.all([hooks.start(), sidecar.start()]);
  const metacontroller =
    given.metacontroller === undefined
      ? labDriver(client, given.hooksPort)
      : realMetacontroller(given.metacontroller, kubeconfig, directory);
  if (given.metacontroller !== undefined)
    for (const controller of controllersAt(given.hooksPort)) await world.apply(controller);
  await metacontroller.start();
  const { realCluster } = given;
  return {
    world,
    hooks,
    sidecar,
    metacontroller,
    ...(realCluster === undefined
      ? {}
      : {
          restart: async (component) =>
            void (await execute(realCluster, ['restart', component, '--kill', '--pause', '2'])),
        }),
    async stop() {
      await metacontroller.stop();
      await Promise.all([hooks.stop(), sidecar.stop()]);
      await cluster.close();
    },
  };
}
