/** From the apply of a WekaCluster to the existence of all its pods, behind the real Metacontroller. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../../../hooks/core/contract.ts';
import { clusterSettings } from '../../../cluster/settings.ts';
import { realMetacontroller } from '../../../cluster/setup.ts';
import { wekaCluster } from '../../../lab/world.ts';
import type { Measure } from '../../measure.ts';
import { median } from '../../median.ts';
import { controllersAt, newControlPlane, wipe, type ControlPlane, type EndToEndSettings } from './cluster.ts';
import { startOf, type HooksName } from './hooks.ts';

const sizes = [12, 100, 300];
/** Of each pair of hooks for each size, in turns. */
const repeats = 3;
const goal = 1.25;
const lookMillis = 100;
const longestSeconds = 240;

const named = (name: string, containers: number): KubernetesObject => {
  const cluster = wekaCluster({ drive: Math.ceil(containers / 2), compute: Math.floor(containers / 2) });
  return { ...cluster, metadata: { ...cluster.metadata, name } };
};

/** Seconds until so many pods of the cluster exist. */
async function secondsUntilPods({ world }: ControlPlane, name: string, containers: number): Promise<number> {
  const began = performance.now();
  const passed = (): number => (performance.now() - began) / 1000;
  await world.apply(named(name, containers));
  for (;;) {
    const pods = (await world.list('Pod')).filter(({ metadata }) => metadata.name.startsWith(`${name}-`));
    if (pods.length >= containers) return passed();
    if (passed() > longestSeconds)
      throw new Error(`${pods.length} of ${containers} pods exist after ${longestSeconds} s`);
    await pause(lookMillis);
  }
}

async function run(
  settings: EndToEndSettings,
  node: KubernetesObject,
  hooksName: HooksName,
  containers: number,
): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'weka-bench-'));
  const plane = await newControlPlane(settings, node, Math.ceil(containers / 2) + 1);
  const hooks = await startOf[hooksName](plane, directory);
  for (const controller of controllersAt(hooks.port, hooks.names)) await plane.world.apply(controller);
  const metacontroller = realMetacontroller(settings.metacontroller, plane.kubeconfig, directory);
  await metacontroller.start();
  try {
    // when these two have their pods, everything has started and has seen the nodes
    await secondsUntilPods(plane, 'warm', 2);
    return await secondsUntilPods(plane, 'demo', containers);
  } finally {
    await metacontroller.kill();
    await hooks.stop();
    plane.client.close();
    wipe(settings.realCluster);
    rmSync(directory, { recursive: true });
  }
}

const nameOf = (containers: number): string => `end to end, ${containers} containers: operator to trivial hooks`;

/** Rows for each size; without a cluster they say why they are empty. */
export async function measureEndToEnd(node: KubernetesObject, say: (text: string) => void): Promise<Measure[]> {
  const { realCluster, metacontroller, metacontrollerCrds } = clusterSettings(process.env) ?? {};
  if (realCluster === undefined || metacontroller === undefined || metacontrollerCrds === undefined) {
    return sizes.map((containers) => ({
      name: nameOf(containers),
      unit: 'ratio',
      goal,
      missing: 'REAL_CLUSTER, METACONTROLLER and METACONTROLLER_CRDS are not all set',
    }));
  }
  const measures: Measure[] = [];
  for (const containers of sizes) {
    const seconds: Record<HooksName, number[]> = { operator: [], trivial: [] };
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (const hooksName of ['trivial', 'operator'] as const) {
        const taken = await run({ realCluster, metacontroller, metacontrollerCrds }, node, hooksName, containers);
        say(`end to end, ${containers} containers, ${hooksName}: ${taken.toFixed(1)} s`);
        seconds[hooksName].push(taken);
      }
    }
    const [operator, trivial] = [median(seconds.operator), median(seconds.trivial)];
    measures.push({
      name: nameOf(containers),
      unit: 'ratio',
      value: operator / trivial,
      goal,
      detail: `operator ${operator.toFixed(1)} s, trivial ${trivial.toFixed(1)} s`,
    });
  }
  return measures;
}
