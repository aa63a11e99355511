/** For tests: this repository's deploy/ as it would be with a second system, in a directory of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { SystemAccess } from '../hooks/core/access.ts';
import { apiGroup } from '../hooks/core/api/kind.ts';
import { notSupported } from '../hooks/core/not-supported.ts';
import { setting } from '../hooks/core/settings.ts';
import { sidecarSystem } from '../sidecar/system.ts';
import { deployedSystems, type DeployedSystem } from './deployed.ts';
import { plainFiles, treeWith } from './generate.ts';

const { apiVersion, group, kind, customResource } = apiGroup({
  group: 'notes.example.com',
  version: 'v1',
  categories: ['notes'],
});
const noteSchema = customResource(
  'Note',
  z.object({ text: z.string().optional().describe('what it says') }).describe('a note'),
  z.object({}),
);
const webhook = (hook: string) => ({
  webhook: {
    path: `/note/${hook}`,
    service: { name: 'weka-metacontroller-hooks', namespace: 'weka-operator-system', port: 8080 },
  },
});

const access: SystemAccess = {
  apiGroups: [group],
  pods: [{ owners: [{ apiVersion, kind: 'Note', plural: 'notes', namespaced: true }], container: 'reader' }],
  readable: [{ apiVersion, kind: 'Note', plural: 'notes', namespaced: true }],
  deletable: [],
  finalized: [],
};

/** One kind, one controller that holds its objects by a finalizer, one setting; nothing else in deploy/. */
export const notes: DeployedSystem = {
  system: {
    name: 'notes',
    kinds: [
      kind({
        kind: 'Note',
        plural: 'notes',
        singular: 'note',
        shortNames: [],
        scope: 'Namespaced',
        description: 'A note.',
        schema: noteSchema,
        columns: [],
      }),
    ],
    controllers: [notSupported('note')],
    children: { note: [] },
    settings: z.object({ noteLines: setting('NOTE_LINES', z.number().default(3), 'lines of a note') }),
    access,
    catalogue: {},
    reasons: {},
    lives: {},
  },
  sidecar: sidecarSystem({ name: 'notes', access, catalogue: {}, performers: {}, reasons: {}, details: [] }),
  controllers: [
    {
      apiVersion: 'metacontroller.k8s.io/v1alpha1',
      kind: 'CompositeController',
      metadata: { name: 'note' },
      spec: {
        parentResource: { apiVersion, resource: 'notes' },
        hooks: { sync: webhook('sync'), finalize: webhook('finalize') },
      },
    },
  ],
  hasOwn: false,
};

export const bothSystems: readonly DeployedSystem[] = [...deployedSystems(), notes];

function put(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/**
 * Writes down what `npm run generate` would, and what is written by hand for a system: its controllers.
 * @returns the directory in place of deploy/; the caller removes what is above it
 */
export function treeOfBoth(): string {
  const tree = treeWith(
    plainFiles(bothSystems),
    bothSystems.map(({ system }) => system),
  );
  const root = dirname(tree);
  put(join(root, 'compositecontrollers/notes/note.yaml'), notes.controllers.map((one) => stringify(one)).join('---\n'));
  put(
    join(root, 'compositecontrollers/notes/kustomization.yaml'),
    stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: ['note.yaml'] }),
  );
  return tree;
}
