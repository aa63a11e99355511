import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../core/contract.ts';
import { operatorConfig } from '../../config.ts';
import { buildHelperPod } from './helper-pod.ts';
import { rewritten } from './rewritten.ts';

const wished = buildHelperPod({
  kind: 'clean-up',
  madeFor: 'wish',
  bootId: 'b1',
  container: {
    metadata: { name: 'demo-drive-0', namespace: 'default', uid: 'u1' },
    spec: { name: 'drivexe0', image: 'weka:1' },
  },
  nodeName: 'node-1',
  config: operatorConfig.parse({}),
  resignSerials: ['S1'],
  cleanedFor: 'u1',
  clusterGuid: 'guid',
  cleanDirectory: true,
});

interface Container {
  [field: string]: unknown;
  image?: string;
  command: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: object }[];
  volumeMounts: { mountPath: string; subPath?: string }[];
}
interface Spec {
  [field: string]: unknown;
  containers: [Container, ...Container[]];
  volumes: { name: string; hostPath?: { path: string }; emptyDir?: object; configMap?: object }[];
}

/** As it came to be, once it runs. */
function after(rewrite: (spec: Spec) => void, nodeName: string | undefined = 'node-1'): string[] {
  const pod = structuredClone(wished) as KubernetesObject & { spec: Spec };
  rewrite(pod.spec);
  if (nodeName !== '') pod.spec['nodeName'] = nodeName;
  return rewritten(pod, wished, 'node-1');
}
const main = ({ containers: [one] }: Spec): Container => one;
const change =
  (name: string, value: object | undefined) =>
  (spec: Spec): void => {
    main(spec).env = (main(spec).env ?? []).flatMap((one) =>
      one.name !== name ? [one] : value === undefined ? [] : [{ name, ...value }],
    );
  };

describe('a helper pod as it came to be', () => {
  it.each<[string, (spec: Spec) => void]>([
    ['as it was wished', () => undefined],
    ['with another image', (spec) => (main(spec).image = 'mirror.example.com/weka:1')],
    ['with a sidecar before it', (spec) => spec.containers.unshift({ command: [], volumeMounts: [] })],
    ['with a variable more', (spec) => main(spec).env?.push({ name: 'TZ', value: 'UTC' })],
    ['with a wrapper before its command', (spec) => main(spec).command.unshift('/vault/env')],
    [
      'with a wrapper that has it as its arguments',
      (spec) => {
        main(spec).args = main(spec).command;
        main(spec).command = ['/vault/env'];
      },
    ],
    [
      'with the boot scripts of another release',
      (spec) => {
        const scripts = spec.volumes.find(({ configMap }) => configMap !== undefined);
        if (scripts !== undefined) scripts.configMap = { name: 'older' };
      },
    ],
    ['without the boot, as of an earlier release', change('BOOT_ID', undefined)],
    ['with other tolerations', (spec) => delete spec['tolerations']],
  ])('is believed %s', (_what, rewrite) => {
    expect(after(rewrite)).toEqual([]);
  });

  it('is believed without a variable that says nothing', () => {
    const one = (value?: string): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'any' },
      spec: {
        hostNetwork: true,
        containers: [{ name: 'weka-container', env: value === undefined ? [] : [{ name: 'RESIGN_SERIALS', value }] }],
      },
    });
    expect(rewritten(one(), one(''), 'node-1')).toEqual([]);
    expect(rewritten(one(), one('S1'), 'node-1')).toHaveLength(1);
  });

  it.each<[string, (spec: Spec) => void, string]>([
    [
      'all its variables',
      (spec) => delete main(spec).env,
      'of its variables NAME, RESIGN_SERIALS, CLUSTER_GUID, CLEAN_DIRECTORY, CLEANED_FOR, MADE_FOR are not as wished',
    ],
    ['its serials', change('RESIGN_SERIALS', undefined), 'of its variables RESIGN_SERIALS is not as wished'],
    [
      'a GUID of another cluster',
      change('CLUSTER_GUID', { value: 'other' }),
      'of its variables CLUSTER_GUID is not as wished',
    ],
    [
      'a name from a field',
      change('NAME', { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }),
      'of its variables NAME is not as wished',
    ],
    ['its command', (spec) => (main(spec).command = ['sleep', '1']), 'its command is another one'],
    ['the network of its host', (spec) => delete spec['hostNetwork'], 'it is not on the network of its host'],
    [
      'its data',
      (spec) =>
        (main(spec).volumeMounts = main(spec).volumeMounts.filter(({ mountPath }) => mountPath !== '/persistent')),
      'what is mounted at /persistent is not as wished',
    ],
    [
      'a directory of the host in place of its devices',
      (spec) => (spec.volumes = spec.volumes.map((one) => (one.name === 'dev' ? { name: 'dev', emptyDir: {} } : one))),
      'what is mounted at /dev is not as wished',
    ],
  ])('is not believed with a change of %s', (_what, rewrite, words) => {
    expect(after(rewrite)).toEqual([words]);
  });

  it('is not believed on another node, and may still come to its own', () => {
    expect(after(() => undefined, 'node-2')).toEqual(['it runs on node node-2, and is for node node-1']);
    expect(after(() => undefined, '')).toEqual([]);
  });
});
