/** Helper pods that a webhook rewrites on their way in: what they then do, and find, is not what was wished. */
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { readyCluster, type LabWorld } from './world.ts';

interface Spec {
  affinity?: unknown;
  containers: { env?: { name: string }[] }[];
}
type Rewrite = (spec: Spec) => void;

const without =
  (name: string): Rewrite =>
  ({ containers }) => {
    for (const one of containers) one.env = (one.env ?? []).filter((variable) => variable.name !== name);
  };
const environment: Rewrite = ({ containers }) => {
  for (const one of containers) delete one.env;
};
const affinity: Rewrite = (spec) => {
  delete spec.affinity;
};
const isHelper = ({ kind, metadata }: KubernetesObject): boolean =>
  kind === 'Pod' && /-(cleanup|probe)$/.test(metadata.name);

/** A cluster whose helper pods are rewritten as long as the webhook is there, and which of them were made. */
async function rewritten(rewrite: Rewrite) {
  const made: string[] = [];
  const webhook = { there: true };
  const world = await readyCluster(
    {},
    {
      nodes: 3,
      admission: (object, before) => {
        if (isHelper(object) && before === undefined && webhook.there) rewrite(object['spec'] as Spec);
      },
    },
  );
  world.lab.store.onChange(({ before, after }) => {
    if (after !== undefined && before === undefined && isHelper(after)) made.push(after.metadata.name);
  });
  return { world, made, webhook };
}

const names = (world: LabWorld): string[] => world.list('WekaContainer').map(({ metadata }) => metadata.name);
const resigned = (world: LabWorld): boolean =>
  world.lab.hardware.list().every(({ drives }) => drives.every((serial) => world.weka.driveGuid(serial) === undefined));

describe('helper pods under a webhook that rewrites them', { timeout: 120_000 }, () => {
  it.each<[string, Rewrite, RegExp]>([
    ['all variables', environment, /\(of its variables NAME, RESIGN_SERIALS, CLUSTER_GUID, .* are not as wished\)/],
    ['the serials of its drives', without('RESIGN_SERIALS'), /\(of its variables RESIGN_SERIALS is not as wished\)/],
    ['the node that it is for', affinity, /\(it runs on node \S+, and is for node \S+\)/],
  ])('and take %s off clean nothing, are named, and come again more and more rarely', async (_what, rewrite, words) => {
    const { world, made, webhook } = await rewritten(rewrite);
    world.delete('WekaCluster', 'demo');
    const said = (name: string): string =>
      world.condition('WekaContainer', name, 'ContainerDrivesResigned')?.message ?? '';
    await world.until('one names it', () => names(world).some((name) => words.test(said(name))), 300);
    const named = names(world).filter((name) => words.test(said(name)));
    // on any node by chance one may come to its own
    const cleaned = (): boolean => rewrite !== affinity && names(world).length < named.length;
    await world.stays('none that was rewritten counts', () => !cleaned(), 800);
    const most = Math.max(...named.map((name) => made.filter((one) => one === `${name}-cleanup`).length));
    expect(most).toBeLessThanOrEqual(5);
    webhook.there = false;
    for (const name of names(world))
      if (said(name).includes(`kubectl delete pod ${name}-cleanup`)) world.delete('Pod', `${name}-cleanup`);
    await world.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 900);
    expect(resigned(world)).toBe(true);
    world.lab.stop();
  });
});
