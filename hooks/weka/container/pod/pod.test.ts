import { describe, expect, it } from 'vitest';
import { modes } from '../../api/index.ts';
import { buildPod, gracePeriodSeconds } from './pod.ts';
import { config, podInput, wekaContainer, wekaNode } from './pod-input.fixture.ts';

type Fields = Record<string, unknown>;

function podSpec(spec: Fields = {}, more: Parameters<typeof podInput>[1] = {}): Fields {
  const wish = buildPod(podInput(spec, more));
  if ('refused' in wish) throw new Error(wish.refused);
  return wish.pod['spec'] as Fields;
}
const mainContainer = (spec: Fields): Fields => (podSpec(spec)['containers'] as Fields[])[0] ?? {};

describe('frame', () => {
  it.each([
    ['drive', true],
    ['compute', true],
    ['client', true],
    ['s3', true],
    ['nfs', true],
    ['data-services', true],
    ['envoy', true],
    ['telemetry', undefined],
    ['discovery', undefined],
    ['drivers-loader', undefined],
    ['adhoc-op', undefined],
  ])('mode %s: host network %s', (mode, expected) => {
    expect(podSpec({ mode })['hostNetwork']).toBe(expected);
  });

  it.each(modes)('grace period of %s', (mode) => {
    const seconds: Record<string, number> = {
      discovery: 30,
      dist: 300,
      'drivers-dist': 300,
      envoy: 300,
      telemetry: 300,
      'drivers-builder': 120,
      'drivers-loader': 60,
      'adhoc-op': 60,
      'adhoc-op-with-container': 60,
    };
    expect(gracePeriodSeconds(mode)).toBe(seconds[mode] ?? 31_536_000);
  });

  const table: [string, Fields, Parameters<typeof podInput>[1], string, unknown][] = [
    // sentence, spec, input, field, value
    ['the priority while the scheduler is to choose', {}, {}, 'priorityClassName', 'weka-initial-no-evict'],
    ['the priority on a node', {}, { nodeName: 'node-1' }, 'priorityClassName', 'weka-targeted-no-evict'],
    ['no host processes', {}, {}, 'hostPID', undefined],
    ['host processes', { hostPID: true }, {}, 'hostPID', true],
    ['no DNS policy', {}, {}, 'dnsPolicy', undefined],
    [
      'the DNS policy of the host network',
      {},
      { config: config({ dnsPolicyHostNetwork: 'ClusterFirstWithHostNet' }) },
      'dnsPolicy',
      'ClusterFirstWithHostNet',
    ],
    [
      'the DNS policy of other pods',
      { mode: 'discovery' },
      { config: config({ dnsPolicyKubernetesNetwork: 'Default' }) },
      'dnsPolicy',
      'Default',
    ],
    ['the service account', { serviceAccountName: 'weka' }, {}, 'serviceAccountName', 'weka'],
    ['the pull secret', { imagePullSecret: 'robot' }, {}, 'imagePullSecrets', [{ name: 'robot' }]],
    [
      'a driver container on Google COS: network',
      { mode: 'drivers-loader' },
      { node: wekaNode({ isHt: false, os: 'cos' }) },
      'hostNetwork',
      true,
    ],
    [
      'a driver container on Google COS: processes',
      { mode: 'drivers-loader' },
      { node: wekaNode({ isHt: false, os: 'cos' }) },
      'hostPID',
      true,
    ],
  ];
  it.each(table)('%s', (_, spec, more, field, expected) => {
    expect(podSpec(spec, more)[field]).toEqual(expected);
  });

  it('declares ports of both lists, with the port of the node on the host network', () => {
    expect(
      mainContainer({
        mode: 'envoy',
        exposePorts: [35300],
        exposedPorts: [{ name: 'envoy-admin', containerPort: 35301 }],
      })['ports'],
    ).toEqual([
      { containerPort: 35300, protocol: 'TCP', hostPort: 35300 },
      { name: 'envoy-admin', containerPort: 35301, protocol: 'TCP', hostPort: 35301 },
    ]);
    expect(mainContainer({})['ports']).toBeUndefined();
  });

  it('a loader with a foreign image first copies the files of the image whose drivers it loads', () => {
    const instructions = { type: 'copy-weka-files-to-driver-loader', payload: 'weka:5.1.0' };
    expect(podSpec({ mode: 'drivers-loader', image: 'loader:1.0.0', instructions })['initContainers']).toMatchObject([
      { name: 'init-setup', image: 'weka:5.1.0' },
    ]);
  });

  it('a loader on Google COS first loads uio', () => {
    expect(
      podSpec({ mode: 'drivers-loader' }, { node: wekaNode({ isHt: false, os: 'cos' }) })['initContainers'],
    ).toMatchObject([{ name: 'uio-loader-init', command: ['modprobe', 'uio'], securityContext: { privileged: true } }]);
  });

  it.each([
    ['a mode that is not supported', { mode: 'smbw' }, 'pods of mode smbw are not supported'],
    [
      'drivers without a name',
      { mode: 'drivers-loader', instructions: { type: 'copy-weka-files-to-driver-loader', payload: '' } },
      'the instruction names no image to load drivers of',
    ],
  ])('refuses %s', (_, spec, refused) => {
    expect(buildPod(podInput(spec))).toEqual({ refused });
  });
});

describe('labels and annotations', () => {
  const metadata = {
    labels: { app: 'weka', 'weka.io/mode': 'drive', team: 'storage', 'controller-uid': 'someone' },
    annotations: {
      note: 'b',
      comment: 'a',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'metacontroller.k8s.io/last-applied-configuration': '{}',
    },
  };
  const wish = buildPod({ ...podInput(), container: wekaContainer({}, metadata) });
  const built = 'pod' in wish ? wish.pod.metadata : undefined;

  it("inherits the container's labels but for the one that selects its siblings", () => {
    expect(built?.labels).toEqual({
      'app.kubernetes.io/name': 'WekaContainer',
      'app.kubernetes.io/part-of': 'weka-operator',
      'app.kubernetes.io/created-by': 'weka-operator',
      'weka.io/mode': 'drive',
      app: 'weka',
      team: 'storage',
      'weka.io/cluster-id': 'cluster-uid',
    });
  });

  it("inherits the container's annotations but for those about applying it, and lists them", () => {
    expect(built?.annotations).toEqual({
      note: 'b',
      comment: 'a',
      'weka.io/applied-annotations': 'comment,note',
      'weka.io/config-hash': 'hash',
    });
  });
});
