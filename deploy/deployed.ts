/** The systems as deploy/ sees them: all faces of each, and what stands in files of its own. Generators take a list of them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { System } from '../hooks/core/system.ts';
import { systems } from '../hooks/systems.ts';
import type { SidecarSystem } from '../sidecar/system.ts';
import { sidecarSystems } from '../sidecar/systems/index.ts';
import type { Controller } from './generated-controllers.ts';

export interface DeployedSystem {
  system: System;
  sidecar: SidecarSystem;
  /** What Metacontroller is told of it. */
  controllers: readonly Controller[];
  /** Whether `components/<system>/own` has what it needs beside kinds, controllers and rights. */
  hasOwn: boolean;
}

/** The controllers in `compositecontrollers/<system>`, in the order of their files. Throws when a file is no YAML, or when the kustomization has others. */
export function readControllers(
  system: string,
  root = join(import.meta.dirname, '..', 'compositecontrollers'),
): Controller[] {
  const folder = join(root, system);
  const names = readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name) && name !== 'kustomization.yaml')
    .sort();
  const { resources } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as {
    resources?: string[] | null;
  };
  const unlisted = names.find((name) => resources?.includes(name) !== true);
  if (unlisted !== undefined)
    throw new Error(
      `compositecontrollers/${system}/kustomization.yaml does not list ${unlisted}: nobody would install it`,
    );
  return names.map((name) => parse(readFileSync(join(folder, name), 'utf8')) as Controller);
}

/** All systems of the release. Throws when one has no face in the sidecar. */
export function deployedSystems(): DeployedSystem[] {
  return systems.map((system) => {
    const sidecar = sidecarSystems.find(({ name }) => name === system.name);
    if (sidecar === undefined)
      throw new Error(`${system.name} is in hooks/systems.ts and not in sidecar/systems/index.ts`);
    const hasOwn = existsSync(join(import.meta.dirname, 'components', system.name, 'own', 'kustomization.yaml'));
    return { system, sidecar, controllers: readControllers(system.name), hasOwn };
  });
}
