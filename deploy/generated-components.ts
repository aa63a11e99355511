/**
 * The kustomize component of each system: its kinds, its controllers, its warnings, its rights, its name in the two settings that say
 * which systems are served, and what it has in its folder `own`.
 */
import { stringify } from 'yaml';
import { variablePrefixes } from '../hooks/core/former-names.ts';
import type { DeployedSystem } from './deployed.ts';
import { clusterRoles } from './generated-roles.ts';
import { warningObjects } from './generated-warnings.ts';

const deployment = { kind: 'Deployment', name: 'weka-metacontroller' };
/** The containers and the variable in each that says which systems it serves. */
export const choiceVariables = {
  hooks: `${variablePrefixes.server}SYSTEMS`,
  sidecar: `${variablePrefixes.sidecar}SYSTEMS`,
} as const;

/** The heads of kustomizations. */
const kindOf = (kind: 'Component' | 'Kustomization'): object => ({
  apiVersion: `kustomize.config.k8s.io/${kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`,
  kind,
});

/** A right that two systems want stands twice where both are: rights add up. */
function rolePatches({ sidecar }: DeployedSystem): object[] {
  return clusterRoles([sidecar])
    .filter(({ rules }) => rules.length > 0)
    .map(({ kind, metadata: { name }, rules }) => ({
      target: { kind, name },
      patch: stringify(
        rules.map((value) => ({ op: 'add', path: '/rules/-', value })),
        { version: '1.1' },
      ),
    }));
}

/** Never applied: it holds the name that is put at the end of the lists of systems. */
const holderOf = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `system-${name}`, annotations: { 'config.kubernetes.io/local-config': 'true' } },
  data: { name },
});

/** The name goes to the end of both lists, which begin with a comma then: an empty item counts for nothing. */
function choice(name: string): object {
  const fieldPaths = Object.entries(choiceVariables).map(
    ([container, variable]) => `spec.template.spec.containers.[name=${container}].env.[name=${variable}].value`,
  );
  return {
    source: { kind: 'ConfigMap', name: `system-${name}`, fieldPath: 'data.name' },
    targets: [{ select: deployment, fieldPaths, options: { create: true, delimiter: ',', index: 99 } }],
  };
}

/** Where all systems are there, none is named. */
const withoutChoice = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: deployment.name },
  spec: {
    template: {
      spec: {
        containers: Object.entries(choiceVariables).map(([name, variable]) => ({
          name,
          env: [{ name: variable, $patch: 'delete' }],
        })),
      },
    },
  },
};

const warningFile = (name: string, warnings: readonly object[]): [string, ...object[]][] =>
  warnings.length === 0 ? [] : [[`components/${name}/objects/warnings.yaml`, ...warnings]];

/** Files by path below deploy/: the documents that they hold, without the line that says where they come from. */
export function componentFiles(systems: readonly DeployedSystem[]): [path: string, ...documents: object[]][] {
  const own = systems.flatMap((one): [string, ...object[]][] => {
    const { name } = one.system;
    const warnings = warningObjects(one.system);
    return [
      [`components/${name}/system.yaml`, holderOf(name)],
      ...warningFile(name, warnings),
      // labels of a component would go to all that an overlay has by then
      [
        `components/${name}/objects/kustomization.yaml`,
        {
          ...kindOf('Kustomization'),
          resources: [
            `../../../../crds/${name}`,
            `../../../../compositecontrollers/${name}`,
            ...(warnings.length === 0 ? [] : ['warnings.yaml']),
          ],
          labels: [{ pairs: { 'app.kubernetes.io/part-of': 'weka-metacontroller' } }],
        },
      ],
      [
        `components/${name}/kustomization.yaml`,
        {
          ...kindOf('Component'),
          resources: ['objects', 'system.yaml'],
          ...(one.hasOwn ? { components: ['own'] } : {}),
          patches: rolePatches(one),
          replacements: [choice(name)],
        },
      ],
    ];
  });
  const all = {
    ...kindOf('Component'),
    components: systems.map(({ system }) => `../${system.name}`),
    patches: [{ target: deployment, patch: stringify(withoutChoice, { version: '1.1' }) }],
  };
  return [...own, ['components/all-systems/kustomization.yaml', all]];
}
