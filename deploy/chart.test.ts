import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { singleRights, type PolicyRule } from '../hooks/core/access.ts';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import { rbacRulesByScope } from '../sidecar/rbac.ts';
import { chart, documents, namespace, renderChart, type Values } from './chart.fixture.ts';
import { findKubectl, render } from './kustomize.ts';
import { sidecarSystems } from '../sidecar/systems/index.ts';

const read = (name: string): string => readFileSync(join(chart, name), 'utf8');
const defaults = parse(read('values.yaml')) as Values;
const kubectl = findKubectl();
const helm = spawnSync('helm', ['version'], { stdio: 'ignore' }).status === 0 ? 'helm' : undefined;

/** Without empty lists and objects, which mean nothing in the fields that the chart leaves empty. */
function dense(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(dense);
  if (typeof tree !== 'object' || tree === null) return tree;
  const entries = Object.entries(tree).map(([key, value]): [string, unknown] => [key, dense(value)]);
  return Object.fromEntries(
    entries.filter(
      ([key, value]) =>
        key === 'emptyDir' || typeof value !== 'object' || value === null || Object.keys(value).length > 0,
    ),
  );
}

/** By kind and name; the hash of the settings and Helm's own annotation are left out. */
function comparable(objects: KubernetesObject[]): Record<string, unknown> {
  return Object.fromEntries(
    objects
      .filter(({ kind }) => kind !== 'Namespace')
      .map((object) => {
        const text = JSON.stringify(object).replace(
          /weka-metacontroller-settings-[a-z0-9]{10}/g,
          'weka-metacontroller-settings',
        );
        const copy = JSON.parse(text) as KubernetesObject;
        delete copy.metadata.annotations?.['helm.sh/resource-policy'];
        // a right that two systems want stands twice in the one, and as often as the chart has it in the other
        if (copy['rules'] !== undefined) copy['rules'] = singleRights(copy['rules'] as PolicyRule[]);
        return [
          `${copy.kind} ${copy.metadata.name}`,
          dense({ ...copy, metadata: { ...copy.metadata, namespace: copy.metadata.namespace } }),
        ];
      }),
  );
}

interface PodTemplate {
  containers: {
    name: string;
    env: { name: string; value?: string }[];
    volumeMounts: { name: string; mountPath: string }[];
  }[];
}

describe('the chart', () => {
  it.skipIf(kubectl === undefined)('with its default values has the objects of overlays/default', () => {
    expect(comparable(renderChart(defaults))).toEqual(comparable(render(kubectl ?? '', 'overlays/default')));
  });

  const choices: [what: string, values: Values][] = [
    ['default values', {}],
    ['a choice of systems', { systems: ['weka'] }],
    ['a record', { record: true, recordMebibytes: 16 }],
    ['two namespaces', { namespaces: ['weka', 'apps'] }],
  ];
  it.skipIf(helm === undefined).each(choices)('is rendered by helm as by this test, with %s', (_what, values) => {
    const options = Object.entries(values).flatMap(([name, value]) => [
      '--set-json',
      `${name}=${JSON.stringify(value)}`,
    ]);
    const text = execFileSync(
      helm ?? '',
      ['template', 'weka', chart, '--namespace', namespace, '--kube-version', '1.33.0', ...options],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    expect(comparable(documents(text))).toEqual(comparable(renderChart({ ...defaults, ...values })));
  });

  it.each<[string, Values, string | undefined]>([
    ['not by default', {}, undefined],
    ['when it is told to', { record: true, recordMebibytes: 16 }, '16'],
    ['with --reuse-values of a release that had no such size', { record: true, recordMebibytes: undefined }, '64'],
  ])('has the hooks record %s', (_what, values, size) => {
    const [deployment] = renderChart({ ...defaults, ...values }).filter(({ kind }) => kind === 'Deployment');
    const { containers } = (deployment as unknown as { spec: { template: { spec: PodTemplate } } }).spec.template.spec;
    const hooks = containers.find(({ name }) => name === 'hooks')!;
    const variable = (name: string) => hooks.env.find((one) => one.name === name)?.value;
    expect(variable('WEKA_RECORD_MEBIBYTES')).toBe(size);
    const mount = hooks.volumeMounts.find(({ name }) => name === 'record');
    expect(variable('WEKA_RECORD_DIRECTORY')).toBe(size === undefined ? undefined : mount?.mountPath);
    for (const { name, volumeMounts } of containers)
      expect(volumeMounts.some((one) => one.name === 'record')).toBe(name === 'hooks');
  });

  it('keeps every CRD when it is uninstalled', () => {
    const definitions = renderChart(defaults).filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(definitions.length).toBeGreaterThan(0);
    for (const { metadata } of definitions) expect(metadata.annotations?.['helm.sh/resource-policy']).toBe('keep');
  });

  it('leaves out what is turned off', () => {
    const off = { enabled: false };
    const kinds = new Set(
      renderChart({
        ...defaults,
        crds: off,
        priorityClasses: off,
        networkPolicy: { ...off, metacontrollerNamespace: 'm' },
        warnings: false,
      }).map(({ kind }) => kind),
    );
    const left = ['CustomResourceDefinition', 'PriorityClass', 'NetworkPolicy'].filter((kind) => kinds.has(kind));
    expect([...left, ...[...kinds].filter((kind) => kind.startsWith('ValidatingAdmission'))]).toEqual([]);
  });

  it('narrows the rights of the sidecar to the namespaces that it serves', () => {
    const objects = renderChart({ ...defaults, namespaces: ['weka', 'apps'] }) as (KubernetesObject & {
      rules: PolicyRule[];
      roleRef: { kind: string; name: string };
      subjects: { namespace: string }[];
    })[];
    const of = (kind: string) => objects.filter((object) => object.kind === kind);
    expect(of('ClusterRole').map(({ rules }) => singleRights(rules))).toEqual([
      singleRights(rbacRulesByScope(sidecarSystems).cluster),
    ]);
    expect(of('ClusterRoleBinding').map(({ roleRef }) => roleRef.name)).toEqual(
      of('ClusterRole').map(({ metadata }) => metadata.name),
    );
    expect(of('Role').map(({ metadata, rules }) => [metadata.namespace, singleRights(rules)])).toEqual(
      ['weka', 'apps', namespace].map((one) => [one, singleRights(rbacRulesByScope(sidecarSystems).namespaced)]),
    );
    expect(
      of('RoleBinding').map(({ metadata, roleRef, subjects }) => [
        metadata.namespace,
        roleRef.kind,
        subjects[0]?.namespace,
      ]),
    ).toEqual(['weka', 'apps', namespace].map((one) => [one, 'Role', namespace]));
    expect(JSON.stringify(of('Deployment'))).toContain(
      `{"name":"WEKA_SIDECAR_NAMESPACES","value":"weka,apps,${namespace}"}`,
    );
  });

  it('names the settings by their content, so that others roll the hooks', () => {
    const nameOf = (settings: object) =>
      renderChart({ ...defaults, settings }).find(({ metadata }) =>
        metadata.name.startsWith('weka-metacontroller-settings'),
      )?.metadata.name;
    expect(nameOf({ POD_CONFIG_VERSION: '2' })).not.toBe(nameOf({}));
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(parse(read('Chart.yaml'))).toMatchObject({ version, appVersion: version });
    expect(defaults['image']).toBe(`weka-metacontroller:${version}`);
  });
});

describe('the schema of the values', () => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(read('values.schema.json')) as object);
  const cases: [sentence: string, change: object, accepted: boolean][] = [
    ['accepts the defaults', {}, true],
    ['accepts a setting of the operator', { settings: { POD_CONFIG_VERSION: '2' } }, true],
    ['accepts a setting of the hook server', { settings: { WEKA_LOG_LEVEL: 'debug' } }, true],
    ['refuses a setting that is misspelt', { settings: { POD_CONFIG_VERSON: '2' } }, false],
    ['refuses a setting that is no text', { settings: { POD_CONFIG_VERSION: 2 } }, false],
    ['refuses to run no hooks at all', { replicas: 0 }, false],
    ['refuses a value it does not know', { replica: 2 }, false],
    ['accepts a choice of systems', { systems: ['weka'] }, true],
    ['refuses a system that there is not', { systems: ['wekaa'] }, false],
    ['refuses a second word on the choice of systems', { settings: { WEKA_SYSTEMS: 'weka' } }, false],
  ];
  it.each(cases)('%s', (_sentence, change, accepted) => {
    expect(validate({ ...defaults, ...change })).toBe(accepted);
  });
});
