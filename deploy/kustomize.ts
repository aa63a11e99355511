/** kustomize, as kubectl brings it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../hooks/core/contract.ts';

/** The kubectl of this machine, or undefined. */
export function findKubectl(): string | undefined {
  return spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0 ? 'kubectl' : undefined;
}

/**
 * @param folder below `directory`
 * @param directory deploy/, or a copy of it with its neighbours
 * @returns the rendered objects in the order of kustomize; throws with its message when it refuses
 */
export function render(kubectl: string, folder: string, directory = import.meta.dirname): KubernetesObject[] {
  const text = execFileSync(kubectl, ['kustomize', join(directory, folder)], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as KubernetesObject);
}

/** As `render`, of the operator with some components, as an overlay would have them, and with objects of the overlay's own. */
export function renderWith(
  kubectl: string,
  components: readonly string[],
  directory = import.meta.dirname,
  ...own: KubernetesObject[]
): KubernetesObject[] {
  // kustomize follows links before it counts the steps up
  const overlay = realpathSync(mkdtempSync(join(tmpdir(), 'overlay-')));
  const path = (folder: string): string => relative(overlay, join(realpathSync(directory), folder));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [path('operator'), ...own.map((_one, index) => `own-${index}.json`)],
    components: components.map((name) => path(`components/${name}`)),
  };
  try {
    for (const [index, object] of own.entries())
      writeFileSync(join(overlay, `own-${index}.json`), JSON.stringify(object));
    writeFileSync(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
    return render(kubectl, relative(directory, overlay), directory);
  } finally {
    rmSync(overlay, { recursive: true });
  }
}
