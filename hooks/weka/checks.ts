/** What Weka needs of the nodes of a cluster. */
import { defineCheck, fail, pass, warn, type Check } from '../core/check.ts';
import type { KubernetesObject } from '../core/contract.ts';
import { parseMebibytes } from '../core/quantities.ts';
import { wekaNodeKind } from './access.ts';

const nodeKind = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false } as const;
const kubeletKind = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  plural: 'kubeletconfigurations',
  namespaced: false,
} as const;

const shown = 5;
const listed = (objects: readonly KubernetesObject[]): string => {
  const names = objects.map(({ metadata }) => metadata.name).sort();
  const rest = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
};

/** MiB of the size that containers ask for unless their spec says another one. */
function hugepages({ status }: KubernetesObject): number {
  const { allocatable } = (status ?? {}) as { allocatable?: Record<string, unknown> };
  const quantity = allocatable?.['hugepages-2Mi'];
  return (typeof quantity === 'string' ? parseMebibytes(quantity) : undefined) ?? 0;
}

interface NodeSpec {
  ready?: boolean;
  drives?: unknown[];
}
const specOf = ({ spec }: KubernetesObject): NodeSpec => spec ?? {};

export const wekaChecks: readonly Check[] = [
  defineCheck({
    name: 'hugepages of the nodes',
    link: 'docs/weka/reference.md#hugepages',
    readings: () => ({ nodes: { kind: nodeKind, all: true } }),
    judge({ nodes }) {
      const having = nodes.filter((node) => hugepages(node) > 0);
      if (having.length === 0)
        return [
          warn(
            'no node has hugepages of 2 MiB (allocatable hugepages-2Mi): a container whose hugepages no node has is not scheduled; reserve them at the boot of the nodes, or with sysctl vm.nr_hugepages before the kubelet starts',
          ),
        ];
      const least = Math.min(...having.map(hugepages));
      return [pass(`${having.length} of ${nodes.length} nodes have hugepages of 2 MiB, at least ${least} MiB each`)];
    },
  }),
  defineCheck({
    name: 'CPU manager of the nodes',
    link: 'docs/weka/reference.md#cores',
    readings: () => ({ kubelets: { kind: kubeletKind, all: true } }),
    judge({ kubelets }) {
      const without = kubelets.filter(({ cpuManagerPolicy }) => cpuManagerPolicy !== 'static');
      return without.length === 0
        ? [pass(`the kubelets of ${kubelets.length} nodes give whole cores to a pod (cpuManagerPolicy static)`)]
        : [
            warn(
              `the kubelets of ${listed(without)} share all cores among all pods: the cores of weka are then used by others as well; set cpuManagerPolicy: static where containers of weka are to run`,
            ),
          ];
    },
  }),
  defineCheck({
    name: 'WekaNodes',
    link: 'docs/deploying.md#see-that-it-works',
    when: 'after',
    readings: () => ({ nodes: { kind: nodeKind, all: true }, known: { kind: wekaNodeKind, all: true } }),
    judge({ nodes, known }) {
      const names = new Set(known.map(({ metadata }) => metadata.name));
      const missing = nodes.filter(({ metadata }) => !names.has(metadata.name));
      const silent = known.filter((node) => specOf(node).ready === false);
      return [
        missing.length === 0
          ? pass(`each of ${nodes.length} nodes has its WekaNode`)
          : fail(`nodes without a WekaNode: ${listed(missing)}; the hooks are not called, or have just been installed`),
        ...(silent.length === 0 ? [] : [warn(`nodes that do not report: ${listed(silent)}`)]),
      ];
    },
  }),
  defineCheck({
    name: 'signed drives',
    link: 'docs/maintenance.md',
    when: 'after',
    readings: () => ({ known: { kind: wekaNodeKind, all: true } }),
    judge({ known }) {
      const having = known.filter((node) => (specOf(node).drives ?? []).length > 0);
      const count = having.reduce((sum, node) => sum + (specOf(node).drives ?? []).length, 0);
      return having.length === 0
        ? [
            warn(
              'no node has drives that are signed for weka (annotation weka.io/weka-drives): no drive container can come',
            ),
          ]
        : [pass(`${count} drives are signed on ${having.length} nodes`)];
    },
  }),
];
