import { describe, expect, it } from 'vitest';
import { buildHelperPod, madeForOf, isOfOtherBoot } from './helper-pod.ts';
import { config, wekaContainer, wekaNode } from './pod-input.fixture.ts';

const common = {
  container: wekaContainer({ imagePullSecret: 'robot' }),
  nodeName: 'node-1',
  node: wekaNode(),
  config: config(),
  madeFor: 'the one of today',
};
type Fields = Record<string, unknown>;
const specOf = (pod: ReturnType<typeof buildHelperPod>): Fields => pod['spec'] as Fields;
const main = (pod: ReturnType<typeof buildHelperPod>): Fields => (specOf(pod)['containers'] as Fields[])[0] ?? {};

describe('probe', () => {
  const probe = buildHelperPod({ kind: 'probe-lock', ...common });

  it('tries the lock on the node, in the network of the node, until it gets it', () => {
    expect(probe.metadata.name).toBe('demo-drive-0-probe');
    expect(specOf(probe)).toMatchObject({
      restartPolicy: 'OnFailure',
      hostNetwork: true,
      tolerations: [{ operator: 'Exists' }],
    });
    expect(JSON.stringify(specOf(probe)['affinity'])).toContain('"values":["node-1"]');
    expect(main(probe)['command']).toEqual(['python3', '/opt/weka_runtime.py', 'probe-lock', 'drivex0']);
  });

  it('says what it was made for in its spec, which a webhook that rewrites metadata leaves', () => {
    const { metadata, ...rest } = probe;
    expect(madeForOf({ ...rest, metadata: { name: metadata.name } })).toBe('the one of today');
    expect(madeForOf({ ...rest, metadata, spec: { containers: [{ name: 'weka-container' }] } })).toBeUndefined();
  });

  it('has no privileges and no role, or the anti-affinity of the role would keep it away', () => {
    expect(main(probe)['securityContext']).toBeUndefined();
    expect(probe.metadata.labels?.['weka.io/mode']).toBeUndefined();
  });
});

describe('clean-up', () => {
  const cleanUp = (resignSerials: string[], cleanDirectory: boolean, spec: Fields = {}) =>
    buildHelperPod({
      kind: 'clean-up',
      ...common,
      container: wekaContainer(spec),
      resignSerials,
      cleanedFor: 'uid',
      cleanDirectory,
      clusterGuid: resignSerials.length > 0 ? 'guid' : undefined,
      ...(resignSerials.length > 0 ? { bootId: 'boot-1' } : {}),
    });

  it.each<[string, string[], string, boolean]>([
    ['of this boot', ['A'], 'boot-1', false],
    ['of another boot', ['A'], 'boot-2', true],
    ['where the boot of the node is not known', ['A'], '', false],
    ['that does not say of which boot it is', [], 'boot-2', false],
  ])('is an order %s', (_sentence, serials, bootId, other) => {
    expect(isOfOtherBoot(cleanUp(serials, true), bootId)).toBe(other);
  });

  it.each([
    [
      'resigns drives and removes data',
      ['B', 'A'],
      true,
      [
        { name: 'NAME', value: 'drivex0' },
        { name: 'RESIGN_SERIALS', value: 'A,B' },
        { name: 'CLUSTER_GUID', value: 'guid' },
        { name: 'CLEAN_DIRECTORY', value: '/persistent' },
        { name: 'CLEANED_FOR', value: 'uid' },
        { name: 'BOOT_ID', value: 'boot-1' },
        { name: 'MADE_FOR', value: 'the one of today' },
      ],
    ],
    [
      'leaves both',
      [],
      false,
      [
        { name: 'NAME', value: 'drivex0' },
        { name: 'RESIGN_SERIALS' },
        { name: 'CLUSTER_GUID' },
        { name: 'CLEAN_DIRECTORY' },
        { name: 'MADE_FOR', value: 'the one of today' },
      ],
    ],
  ])('%s', (_, serials, clean, env) => {
    const pod = cleanUp(serials, clean);
    expect(main(pod)['env']).toEqual(env);
    expect((specOf(pod)['volumes'] as Fields[]).some(({ name }) => name === 'data')).toBe(clean);
  });

  it('leaves its last words to the kubelet, whatever ended it', () => {
    expect(main(cleanUp(['A'], true))['terminationMessagePolicy']).toBe('FallbackToLogsOnError');
  });

  it('resigns with the sign tool, and cleans with the image that is on the node anyway', () => {
    expect(main(cleanUp(['A'], true))['image']).toBe(config().signDrivesImage);
    expect(main(cleanUp([], true))['image']).toBe('quay.io/weka.io/weka-in-container:5.1.0');
  });

  it.each<[string, Fields, Fields, Fields]>([
    [
      'the directory of the container on its node',
      {},
      { hostPath: { path: '/opt/k8s-weka/containers/container-uid', type: 'DirectoryOrCreate' } },
      { mountPath: '/persistent' },
    ],
    [
      'its directory on the volume',
      { pvc: { name: 'data' } },
      { persistentVolumeClaim: { claimName: 'data' } },
      { mountPath: '/persistent', subPath: 'containers/container-uid' },
    ],
  ])('removes %s', (_, spec, source, mount) => {
    const pod = cleanUp([], true, spec);
    expect((specOf(pod)['volumes'] as Fields[]).at(-1)).toMatchObject(source);
    expect((main(pod)['volumeMounts'] as Fields[]).at(-1)).toMatchObject(mount);
  });
});
