/** kustomize, as kubectl brings it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../hooks/core/contract.ts';

/** The kubectl of this machine, or undefined. */
export function findKubectl(): string | undefined {
  return spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0 ? 'kubectl' : undefined;
}

/**
 * @param folder below deploy/
 * @returns the rendered objects in the order of kustomize; throws with its message when it refuses
 */
export function render(kubectl: string, folder: string): KubernetesObject[] {
  const text = execFileSync(kubectl, ['kustomize', join(import.meta.dirname, folder)], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'] });
  return parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as KubernetesObject);
}
