import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import { createStore } from '../lab/api/store/store.ts';
import { VirtualClock } from '../lab/clock.ts';
import { controllersOf, type System } from '../hooks/core/system.ts';
import { systems } from '../hooks/systems.ts';
import { singleRights, type PolicyRule } from '../hooks/core/access.ts';
import { rbacRulesByScope } from '../sidecar/rbac.ts';
import { deployedSystems, readControllers } from './deployed.ts';
import { plainFiles, renderedChoices, staleFiles } from './generate.ts';
import { chartFiles } from './generated-chart.ts';
import { roleNames } from './generated-roles.ts';
import { findKubectl, render } from './kustomize.ts';
import { sidecarSystems } from '../sidecar/systems/index.ts';

const kubectl = findKubectl();
const folders = ['base', 'overlays/default', 'overlays/no-service-dns'] as const;
const rendered = new Map<string, KubernetesObject[]>();
beforeAll(() => {
  if (kubectl !== undefined) for (const folder of folders) rendered.set(folder, render(kubectl, folder));
}, 60_000);

interface Container {
  name: string;
  image: string;
  securityContext: { runAsUser: number };
  volumeMounts: { name: string; mountPath: string }[];
  envFrom?: { configMapRef: { name: string } }[];
}
interface Volume {
  name: string;
  projected?: { sources: { serviceAccountToken?: object }[] };
  secret?: { secretName: string };
  configMap?: { name: string };
}
interface Pod {
  automountServiceAccountToken: boolean;
  serviceAccountName: string;
  containers: Container[];
  volumes: Volume[];
  securityContext: object;
}

function objectsOf(folder: string, kind: string): (KubernetesObject & Record<string, unknown>)[] {
  return (rendered.get(folder) ?? []).filter((object) => object.kind === kind);
}

function podOf(folder: string): Pod {
  const [deployment] = objectsOf(folder, 'Deployment') as unknown as { spec: { template: { spec: Pod } } }[];
  if (deployment === undefined) throw new Error(`${folder} has no Deployment`);
  return deployment.spec.template.spec;
}

/** Names of the volumes that a container mounts. */
function mounts(pod: Pod, container: string): Volume[] {
  const names = pod.containers.find(({ name }) => name === container)?.volumeMounts.map(({ name }) => name) ?? [];
  return pod.volumes.filter(({ name }) => names.includes(name));
}

describe.skipIf(kubectl === undefined).each(folders)('%s', (folder) => {
  it('is accepted by the API server of the lab, but for NetworkPolicies, which it does not serve', () => {
    const store = createStore({ clock: new VirtualClock(), seed: 1 });
    const refused = (rendered.get(folder) ?? []).flatMap((object) => {
      const definition = store.definitionOf(object.apiVersion, object.kind);
      if (definition === undefined) return [object.kind];
      expect(definition.namespaced, `${object.kind} ${object.metadata.name}`).toBe(
        object.metadata.namespace !== undefined,
      );
      store.create(definition, object.metadata.namespace, object);
      return [];
    });
    expect(refused).toEqual(['NetworkPolicy']);
  });

  it('gives the token of the service account to the sidecar alone', () => {
    const pod = podOf(folder);
    const tokenOf = (container: string) =>
      mounts(pod, container).filter(({ projected }) =>
        projected?.sources.some((source) => 'serviceAccountToken' in source),
      );
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(tokenOf('sidecar').map(({ name }) => name)).toEqual(['service-account-token']);
    expect(tokenOf('hooks')).toEqual([]);
    expect(
      pod.containers
        .find(({ name }) => name === 'hooks')
        ?.volumeMounts.filter(({ mountPath }) => mountPath.startsWith('/var/run/secrets')),
    ).toEqual([]);
    expect(
      objectsOf(folder, 'ServiceAccount').find(({ metadata }) => metadata.name === pod.serviceAccountName)?.[
        'automountServiceAccountToken'
      ],
    ).toBe(false);
  });

  it('keeps the pod to the restricted profile, each container as a user of its own', () => {
    const pod = podOf(folder);
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.containers.map(({ name, securityContext }) => [name, securityContext])).toEqual(
      [
        ['hooks', 65532],
        ['sidecar', 65533],
      ].map(([name, runAsUser]) => [
        name,
        { runAsUser, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      ]),
    );
  });

  it('runs the image of this version', () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(podOf(folder).containers.map(({ image }) => image)).toEqual([
      `weka-metacontroller:${version}`,
      `weka-metacontroller:${version}`,
    ]);
  });

  it('mounts the boot scripts in both containers, under the name of their content', () => {
    const names = objectsOf(folder, 'ConfigMap').map(({ metadata }) => metadata.name);
    const mounted = ['hooks', 'sidecar'].map((container) =>
      mounts(podOf(folder), container).flatMap(({ configMap }) => configMap?.name ?? []),
    );
    expect(mounted[0]).toEqual(mounted[1]);
    expect(mounted[0]).toHaveLength(1);
    expect(mounted[0]?.[0]).toMatch(/^weka-boot-scripts-[a-z0-9]{10}$/);
    expect(names).toContain(mounted[0]?.[0]);
    expect(names).toContain(podOf(folder).containers[0]?.envFrom?.[0]?.configMapRef.name);
  });

  it('labels every object, so that a Metacontroller of our own can select the controllers', () => {
    const unlabelled = (rendered.get(folder) ?? []).filter(
      ({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] !== 'weka-metacontroller',
    );
    expect(unlabelled.map(({ metadata }) => metadata.name)).toEqual([]);
  });
});

/** Every webhook of a rendered overlay. */
function webhooks(folder: string): Record<string, unknown>[] {
  const all = [...objectsOf(folder, 'CompositeController'), ...objectsOf(folder, 'DecoratorController')] as unknown as {
    spec: { hooks: Record<string, { webhook: Record<string, unknown> }> };
  }[];
  return all.flatMap(({ spec }) => Object.values(spec.hooks).map(({ webhook }) => webhook));
}

describe.skipIf(kubectl === undefined)('the hook calls', () => {
  it('are encrypted and carry the token, every one of them', () => {
    for (const webhook of webhooks('overlays/default')) {
      expect(webhook).toMatchObject({
        service: {
          protocol: 'https',
          name: 'weka-metacontroller-hooks',
          namespace: 'weka-operator-system',
          port: 8080,
        },
        caBundle: {
          secretRef: { name: 'weka-metacontroller-hooks-tls', namespace: 'weka-operator-system', key: 'ca.crt' },
        },
        authorization: {
          type: 'Bearer',
          secretRef: { name: 'weka-metacontroller-hooks-token', namespace: 'weka-operator-system', key: 'token' },
        },
      });
    }
    expect(mounts(podOf('overlays/default'), 'sidecar').filter(({ secret }) => secret !== undefined)).toEqual([]);
  });

  it('go to the Service that there is', () => {
    const [service] = objectsOf('overlays/default', 'Service') as unknown as {
      metadata: object;
      spec: { ports: { port: number }[] };
    }[];
    expect(service?.metadata).toMatchObject({ name: 'weka-metacontroller-hooks', namespace: 'weka-operator-system' });
    expect(service?.spec.ports.map(({ port }) => port)).toEqual([8080]);
  });

  it('go to the stated address of the Service where there is no DNS', () => {
    const [service] = objectsOf('overlays/no-service-dns', 'Service') as unknown as { spec: { clusterIP: string } }[];
    expect(service?.spec.clusterIP).toBe('10.96.250.80');
    expect(webhooks('overlays/no-service-dns').map(({ url }) => url)).toEqual(
      webhooks('overlays/default').map(({ path }) => `https://10.96.250.80:8080${String(path)}`),
    );
  });
});

describe('the controllers', () => {
  const controllers = deployedSystems().flatMap((one) => one.controllers);

  it('have a webhook for exactly the hooks that the server has code for, and watch the kinds that it lists', () => {
    const kindsOf = Object.assign({}, ...systems.map(({ children }) => children)) as System['children'];
    const wanted = controllersOf(systems).map(({ name, type, customize, finalizes }) => ({
      name,
      kind: type === 'decorator' ? 'DecoratorController' : 'CompositeController',
      hooks: ['sync', ...(customize === undefined ? [] : ['customize']), ...(finalizes ? ['finalize'] : [])].sort(),
      children: kindsOf[name]?.map(({ apiVersion, plural }) => `${apiVersion} ${plural}`).sort(),
    }));
    const declared = controllers.map(({ kind, metadata, spec }) => ({
      name: metadata.name,
      kind,
      hooks: Object.keys(spec.hooks).sort(),
      children: [...(spec.childResources ?? []), ...(spec.attachments ?? [])]
        .map(({ apiVersion, resource }) => `${apiVersion} ${resource}`)
        .sort(),
    }));
    const sorted = <T extends { name: string }>(list: T[]): T[] => list.sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(sorted(declared)).toEqual(sorted(wanted));
  });

  it('call the routes of the server', () => {
    const paths = controllers.flatMap(({ metadata, spec }) =>
      Object.entries(spec.hooks).map(([hook, { webhook }]) => [webhook.path, `/${metadata.name}/${hook}`]),
    );
    for (const [path, route] of paths) expect(path).toBe(route);
  });
});

describe.skipIf(kubectl === undefined)('the ClusterRoles', () => {
  it('have the rules of the catalogue, and are bound to the account of the sidecar', () => {
    const roles = objectsOf('base', 'ClusterRole') as unknown as { metadata: { name: string }; rules: PolicyRule[] }[];
    const bindings = objectsOf('base', 'ClusterRoleBinding') as unknown as { roleRef: object; subjects: object[] }[];
    // a right that two systems want stands twice: each component brings its own
    expect(Object.fromEntries(roles.map(({ metadata, rules }) => [metadata.name, singleRights(rules)]))).toEqual({
      [roleNames.cluster]: singleRights(rbacRulesByScope(sidecarSystems).cluster),
      [roleNames.namespaced]: singleRights(rbacRulesByScope(sidecarSystems).namespaced),
    });
    expect(roles.map(({ metadata: { name } }) => name).sort()).toEqual(Object.values(roleNames).sort());
    expect(bindings.map(({ roleRef }) => roleRef)).toEqual(
      roles.map(({ metadata }) => ({
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: metadata.name,
      })),
    );
    for (const { subjects } of bindings)
      expect(subjects).toEqual([
        { kind: 'ServiceAccount', name: 'weka-metacontroller', namespace: 'weka-operator-system' },
      ]);
  });
});

describe('a generated file', () => {
  it.each([...plainFiles().keys()])('%s is up to date', (name) => {
    expect(readFileSync(join(import.meta.dirname, name), 'utf8')).toBe(plainFiles().get(name));
  });

  it.skipIf(kubectl === undefined)('of the chart is up to date', () => {
    const deployed = deployedSystems();
    for (const [name, content] of chartFiles(
      renderedChoices(kubectl ?? '', deployed),
      deployed.map(({ system }) => system),
    )) {
      expect(readFileSync(join(import.meta.dirname, name), 'utf8') === content, `${name}: run npm run generate`).toBe(
        true,
      );
    }
  });
});

describe('what is generated', () => {
  const scratch = (files: Record<string, string>): string => {
    const directory = mkdtempSync(join(tmpdir(), 'generated-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), content);
    }
    return directory;
  };

  it('for a system that is gone is stale, and what was written by hand is not', () => {
    const generated = '# Generated by `npm run generate` from hooks/systems.ts. Do not edit.\n';
    const directory = scratch({
      'components/gone/system.yaml': generated,
      'components/gone/own/kustomization.yaml': 'kind: Component\n',
      'components/here/system.yaml': generated,
      'helm/templates/gone.yaml':
        '{{- /* Generated by `npm run generate` from deploy/overlays/default. Do not edit. */}}\n',
    });
    expect(
      staleFiles(directory, ['components', 'helm'], new Map([['components/here/system.yaml', generated]])),
    ).toEqual(['components/gone/system.yaml', 'helm/templates/gone.yaml']);
    expect(staleFiles(import.meta.dirname, ['components', 'operator'], plainFiles())).toEqual([]);
  });

  it('is refused where a controller is not in the kustomization that installs it', () => {
    const directory = scratch({
      'light/kustomization.yaml': 'resources: [lamp.yaml]\n',
      'light/lamp.yaml': 'kind: CompositeController\n',
      'light/beacon.yaml': 'kind: CompositeController\n',
    });
    expect(() => readControllers('light', directory)).toThrow(
      'compositecontrollers/light/kustomization.yaml does not list beacon.yaml',
    );
  });
});

describe('the Dockerfile', () => {
  it('names every base image by digest and ends as a user that is not root', () => {
    const lines = readFileSync(join(import.meta.dirname, 'Dockerfile'), 'utf8').split('\n');
    for (const line of lines.filter((one) => one.startsWith('FROM ')))
      expect(line).toMatch(/@sha256:[0-9a-f]{64}( AS \w+)?$/);
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER 65532:65532']);
  });
});
