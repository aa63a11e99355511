/** Which systems an installation has: kinds, controllers, rights, mounts and settings follow the choice, in kustomize and in Helm alike. */
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { singleRights, type PolicyRule } from '../hooks/core/access.ts';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import { commaList } from '../hooks/core/settings.ts';
import { rbacRules, rbacRulesByScope } from '../sidecar/rbac.ts';
import { chart, renderChart, type Values } from './chart.fixture.ts';
import { conditionalObjects } from './conditional.ts';
import { plainFiles, renderedChoices } from './generate.ts';
import { chartFiles } from './generated-chart.ts';
import { roleNames } from './generated-roles.ts';
import { valuesSchema } from './generated-values.ts';
import { findKubectl, render, renderWith } from './kustomize.ts';
import { bothSystems, notes, treeOfBoth } from './two-systems.fixture.ts';

const kubectl = findKubectl() ?? '';
const names = bothSystems.map(({ system }) => system.name);
const defaults = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Values;

let deploy = '';
let templates: string[] = [];
beforeAll(() => {
  if (kubectl === '') return;
  deploy = treeOfBoth();
  const written = chartFiles(
    renderedChoices(kubectl, bothSystems, deploy),
    bothSystems.map(({ system }) => system),
  );
  templates = [...written].filter(([path]) => path.endsWith('.yaml')).map(([, text]) => text);
}, 120_000);
afterAll(() => {
  if (deploy !== '') rmSync(dirname(deploy), { recursive: true });
});

interface Container {
  name: string;
  env: { name: string; value?: string }[];
  volumeMounts: { name: string }[];
}

const namesOf = (objects: readonly KubernetesObject[], ...kinds: string[]): string[] =>
  objects
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ metadata }) => metadata.name)
    .sort();
const containersOf = (objects: readonly KubernetesObject[]): Container[] =>
  (
    objects.find(({ kind }) => kind === 'Deployment') as unknown as {
      spec: { template: { spec: { containers: Container[] } } };
    }
  ).spec.template.spec.containers;

/** Null is what is left of a list in Helm when no system has an item in it; to Kubernetes it is the empty one. */
const rightsOf = (objects: readonly KubernetesObject[], role: string): string[] =>
  singleRights(
    (
      objects.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === role) as unknown as {
        rules: PolicyRule[] | null;
      }
    ).rules ?? [],
  );

/** What a container is told to serve; undefined where it is told nothing. */
function servedBy(objects: readonly KubernetesObject[], container: string, variable: string): string[] | undefined {
  const value = containersOf(objects)
    .find(({ name }) => name === container)
    ?.env.find(({ name }) => name === variable)?.value;
  return value === undefined ? undefined : commaList.parse(value);
}

type Install = (choice: readonly string[]) => KubernetesObject[];

/** Rendered once for each choice. */
function once(install: Install): Install {
  const rendered = new Map<string, KubernetesObject[]>();
  return (choice) => {
    const objects = rendered.get(choice.join()) ?? install(choice);
    rendered.set(choice.join(), objects);
    return objects;
  };
}

/** An installation, made in one of the two ways. */
const kustomize = once((choice) =>
  choice.length === 0
    ? render(kubectl, 'overlays/default', deploy)
    : renderWith(kubectl, [...choice, 'webhook-tls'], deploy),
);
const helm = once((choice) => renderChart({ ...defaults, systems: choice }, templates));
const ways = [
  ['kustomize', kustomize],
  ['Helm', helm],
] as const;
const choices = [[['weka']], [['notes']], [['weka', 'notes']], [[]]] as const;

describe.skipIf(kubectl === '').each(ways)('an installation by %s', (_way, install) => {
  it.each(choices)('with the systems %j has their kinds, controllers and rights, and no others', (choice) => {
    const objects = install(choice);
    const systems = bothSystems.filter(
      ({ system }) => choice.length === 0 || (choice as readonly string[]).includes(system.name),
    );
    expect(namesOf(objects, 'CustomResourceDefinition')).toEqual(
      systems.flatMap(({ system }) => system.kinds.map(({ plural, group }) => `${plural}.${group}`)).sort(),
    );
    expect(namesOf(objects, 'CompositeController', 'DecoratorController')).toEqual(
      systems.flatMap(({ system }) => system.controllers.map(({ name }) => name)).sort(),
    );
    const { cluster, namespaced } = rbacRulesByScope(systems.map(({ sidecar }) => sidecar));
    expect(rightsOf(objects, roleNames.cluster)).toEqual(singleRights(cluster));
    expect(rightsOf(objects, roleNames.namespaced)).toEqual(singleRights(namespaced));
    expect(
      objects.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] !== 'weka-metacontroller'),
    ).toEqual([]);
  });

  it.each(choices)('with the systems %j tells both programs so, and nothing where all are served', (choice) => {
    const told = choice.length === 0 ? undefined : choice;
    expect(servedBy(install(choice), 'hooks', 'WEKA_SYSTEMS')).toEqual(told);
    expect(servedBy(install(choice), 'sidecar', 'WEKA_SIDECAR_SYSTEMS')).toEqual(told);
  });

  it.each([
    ['weka', true],
    ['notes', false],
  ] as const)('with %s alone has what only weka needs: %s', (system, wanted) => {
    const objects = install([system]);
    const mounted = containersOf(objects).map(({ volumeMounts }) =>
      volumeMounts.some(({ name }) => name === 'boot-scripts'),
    );
    expect(mounted).toEqual([wanted, wanted]);
    expect(namesOf(objects, 'ConfigMap').some((name) => name.startsWith('weka-boot-scripts-'))).toBe(wanted);
    expect(namesOf(objects, 'PriorityClass').length > 0).toBe(wanted);
  });

  it.each(choices)('with the systems %j has every call encrypted and with the token', (choice) => {
    const controllers = install(choice).filter(({ kind }) => kind.endsWith('Controller')) as unknown as {
      spec: { hooks: Record<string, { webhook: object }> };
    }[];
    for (const { webhook } of controllers.flatMap(({ spec }) => Object.values(spec.hooks))) {
      expect(webhook).toMatchObject({
        service: { protocol: 'https' },
        caBundle: { secretRef: { key: 'ca.crt' } },
        authorization: { type: 'Bearer' },
      });
    }
  });
});

describe.skipIf(kubectl === '')('an overlay', () => {
  it('that chooses systems can do without DNS as well', () => {
    // the ConfigMap with the address is the overlay's own: without it the replacement says what it misses
    expect(() => renderWith(kubectl, ['notes', 'webhook-tls', 'service-address'], deploy)).toThrow(
      'weka-metacontroller-address',
    );
    const controllers = render(kubectl, 'overlays/no-service-dns', deploy).filter(
      ({ metadata }) => metadata.name === 'note',
    ) as unknown as { spec: { hooks: Record<string, { webhook: { url: string } }> } }[];
    expect(
      controllers.flatMap(({ spec }) => Object.values(spec.hooks).map(({ webhook }) => webhook.url)).sort(),
    ).toEqual(['finalize', 'sync'].map((hook) => `https://10.96.250.80:8080/note/${hook}`));
  });

  it('keeps its own objects as they are when it chooses systems', () => {
    const own = renderWith(kubectl, ['notes'], deploy, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'own' },
    }).find(({ metadata }) => metadata.name === 'own');
    expect(own?.metadata.labels).toBeUndefined();
  });

  it('that names a system that there is not is refused', () => {
    expect(() => renderWith(kubectl, ['swarms'], deploy)).toThrow('swarms');
  });
});

describe.skipIf(kubectl === '')('the chart of two systems', () => {
  it('refuses a system that there is not, and says which there are', () => {
    expect(() => helm(['weka', 'swarms'])).toThrow(`there is no system swarms; known are ${names.join(', ')}`);
  });

  it.each(choices)('keeps every CRD when the systems are %j', (choice) => {
    for (const { metadata } of helm(choice).filter(({ kind }) => kind === 'CustomResourceDefinition'))
      expect(metadata.annotations?.['helm.sh/resource-policy']).toBe('keep');
  });

  it('narrows the rights of a chosen system to namespaces', () => {
    const roles = renderChart({ ...defaults, systems: ['notes'], namespaces: ['apps'] }, templates).filter(
      ({ kind }) => kind === 'Role',
    ) as unknown as { metadata: { namespace: string }; rules: PolicyRule[] }[];
    expect(roles.map(({ metadata, rules }) => [metadata.namespace, singleRights(rules)])).toEqual(
      ['apps', 'weka-operator-system'].map((one) => [one, singleRights(rbacRulesByScope([notes.sidecar]).namespaced)]),
    );
  });
});

describe('the rights of two systems', () => {
  it('are those of each alone, together', () => {
    const faces = bothSystems.map(({ sidecar }) => sidecar);
    expect(singleRights(faces.flatMap((one) => rbacRules([one])))).toEqual(singleRights(rbacRules(faces)));
  });
});

describe('the settings of two systems', () => {
  const validate = new Ajv({ strict: false }).compile(valuesSchema(bothSystems.map(({ system }) => system)));
  const cases: [sentence: string, change: object, accepted: boolean][] = [
    ['are accepted where all systems are served', { settings: { NOTE_LINES: '4', POD_CONFIG_VERSION: '2' } }, true],
    [
      'are accepted where both are chosen',
      { systems: names, settings: { NOTE_LINES: '4', POD_CONFIG_VERSION: '2' } },
      true,
    ],
    ['are accepted of the one that is chosen', { systems: ['notes'], settings: { NOTE_LINES: '4' } }, true],
    ['are refused of the one that is not', { systems: ['weka'], settings: { NOTE_LINES: '4' } }, false],
    [
      'are refused of the first one likewise, also those named after the operator',
      { systems: ['notes'], settings: { WEKA_OPERATOR_DEBUG_SLEEP: '4' } },
      false,
    ],
    ["of the server itself are no system's", { systems: ['notes'], settings: { WEKA_LOG_LEVEL: 'debug' } }, true],
    ['are not of a third one', { systems: ['swarms'] }, false],
  ];
  it.each(cases)('%s', (_sentence, change, accepted) => {
    expect(validate({ ...defaults, ...change })).toBe(accepted);
  });

  it('stand in the list for overlays', () => {
    const listed = plainFiles(bothSystems).get('operator/settings.env') ?? '';
    expect(['# NOTE_LINES=3', '# POD_CONFIG_VERSION=1'].filter((line) => !listed.split('\n').includes(line))).toEqual(
      [],
    );
  });
});

describe('what a system may change in an object that is always there', () => {
  const of = (spec: object) =>
    [{ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'thing' }, spec }] as unknown as KubernetesObject[];
  const compare = (none: object, alone: object) =>
    conditionalObjects({ all: of(alone), none: of(none), alone: new Map([['weka', of(alone)]]) }, (systems, items) => [
      `for ${systems.join()}`,
      ...items,
    ]);

  it('are items of lists, which are enclosed; equal items of before stay as they are', () => {
    expect(compare({ list: ['a', 'a'] }, { list: ['a', 'a', 'b'] })[0]?.object).toMatchObject({
      spec: { list: ['a', 'a', 'for weka', 'b'] },
    });
  });

  it('is nothing else', () => {
    expect(() => compare({ replicas: 1 }, { replicas: 2 })).toThrow(
      'v1 Thing  thing.spec.replicas follows a system: a system may add objects, and items to lists',
    );
  });
});
