/** The nodes on which something is rendered: those of a file, or as many like those of a lab as are enough. */
import type { Context, HookController, KubernetesObject } from '../../hooks/core/contract.ts';
import { defined } from '../../hooks/core/defined.ts';
import { asObject } from '../../lab/api/store/json.ts';
import type { Lab } from '../../lab/lab.ts';
import type { LabSystem } from '../../lab/system.ts';
import { hardwareOf } from '../../lab/twin/machines.ts';

type Labels = Record<string, string>;

/** Adds the nodes of a file as they are; of one without a status that of a lab's is taken. */
export async function addNodes(lab: Lab, nodes: readonly KubernetesObject[]): Promise<void> {
  for (const node of nodes) {
    const name = await lab.machines.add({ name: node.metadata.name, hardware: hardwareOf(node, lab.systems) });
    const made = lab.find('Node', name)!;
    const { uid, creationTimestamp } = made.metadata;
    const metadata = { ...node.metadata, ...defined({ uid, creationTimestamp }) };
    const status = { ...asObject(made['status']), ...asObject(node['status']) };
    lab.store.restore({
      ...made,
      ...node,
      metadata,
      spec: { ...asObject(made['spec']), ...asObject(node['spec']) },
      status,
    });
  }
}

/** The controller of a system whose parents are of the kind of the object. */
function controllerOf(object: KubernetesObject, one: LabSystem): HookController | undefined {
  const { system } = one;
  const plural = system.kinds.find(({ kind }) => kind === object.kind)?.plural;
  const parents = (controller: KubernetesObject): unknown =>
    asObject(asObject(controller['spec'])['parentResource'])['resource'];
  const name = one.controllers().find((controller) => parents(controller) === plural)?.metadata.name;
  return system.controllers.find((controller) => controller.name === name);
}

/** Labels by which the hooks select objects that stand for nodes: of kinds without a namespace. */
function selected(objects: readonly KubernetesObject[], systems: readonly LabSystem[], context: Context): Labels[] {
  return systems.flatMap((one) => {
    const clusterScoped = one.system.kinds.filter(({ scope }) => scope === 'Cluster').map(({ plural }) => plural);
    const rules = objects.flatMap((object) => controllerOf(object, one)?.customize?.(object, context) ?? []);
    return rules
      .filter(({ resource }) => clusterScoped.includes(resource))
      .map(({ labelSelector }) => labelSelector?.matchLabels ?? {});
  });
}

const matches = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

/**
 * Adds so many nodes like those of a lab for each set of labels that the objects select.
 * @returns how many there are then, with the labels of those that have others than a lab's own
 */
export async function addDefaultNodes(
  lab: Lab,
  objects: readonly KubernetesObject[],
  count: number,
  context: Context,
): Promise<{ nodes: number; labels: Labels[] }> {
  for (let index = 0; index < count; index += 1) await lab.machines.add();
  const kinds: Labels[] = [];
  for (const wanted of selected(objects, lab.systems, context)) {
    const present = lab.all('Node').map(({ metadata }) => metadata.labels ?? {});
    if (present.some((labels) => matches(labels, wanted))) continue;
    kinds.push(wanted);
    for (let index = 0; index < count; index += 1) await lab.machines.add({ profile: { labels: wanted } });
  }
  return { nodes: lab.all('Node').length, labels: kinds };
}
