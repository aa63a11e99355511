import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definitionOf } from '../../crds/definitions.ts';
import type { Check, Known } from '../../hooks/core/check.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { systems } from '../../hooks/systems.ts';
import { startWorld, type LabWorld } from '../../test/lab/world.ts';
import { serveLab, type ServedLab } from '../served-lab.fixture.ts';
import { genericChecks } from './generic.ts';

const context = { namespace: 'operator', release: '0.1.0', now: Date.UTC(2026, 0, 1) };
const all: readonly Check[] = [...genericChecks, ...systems.flatMap(({ checks = [] }) => checks)];
/** What a check says of objects: a line for each finding. */
function said(name: string, answers: Record<string, unknown[]>, now = context.now): string[] {
  const check = all.find((one) => one.name === name);
  if (check === undefined) throw new Error(`there is no check ${name}`);
  return check
    .judge(answers as unknown as Known, { ...context, now })
    .map(({ verdict, message }) => `${verdict} ${message}`);
}
const named = (name: string, more: object = {}) => ({ metadata: { name }, ...more });

describe('Metacontroller', () => {
  const engine = (image: string, args: string[] = [], uid = 'one', phase = 'Running') => ({
    metadata: { name: 'engine-0', namespace: 'metacontroller', ownerReferences: [{ uid, controller: true }] },
    spec: { containers: [{ image, args }] },
    status: { phase },
  });
  const image = 'ghcr.io/metacontroller/metacontroller:v4.17.2';
  const fast = ['--client-go-qps=200'];
  it.each<[string, object[], string[]]>([
    ['that is known to work passes', [engine(image, fast)], [`PASS metacontroller/engine-0 runs ${image}`]],
    [
      'that is not there fails',
      [engine('registry/x-metacontroller:1')],
      [expect.stringMatching(/^FAIL no pod/) as string],
    ],
    [
      'whose pod has ended fails',
      [engine(image, fast, 'one', 'Failed')],
      [expect.stringMatching(/^FAIL no pod/) as string],
    ],
    [
      'that is too old fails',
      [engine('metacontroller:v4.11.9', fast)],
      [expect.stringMatching(/^FAIL .* need 4.17.2$/) as string],
    ],
    [
      'that is newer is told',
      [engine('metacontroller:v5.0.0', fast)],
      [expect.stringMatching(/^WARN .* tried with/) as string],
    ],
    [
      'that may send five requests a second is told',
      [engine(image)],
      [
        expect.stringMatching(/^PASS/) as string,
        expect.stringMatching(/^WARN .* may send 5 requests a second/) as string,
      ],
    ],
    [
      'that logs whole requests is told',
      [engine(image, ['--client-go-qps', '200', '--zap-log-level', '6'])],
      [
        expect.stringMatching(/^PASS/) as string,
        expect.stringMatching(/^WARN .*--zap-log-level=6: not above 5/) as string,
      ],
    ],
    [
      'that is there twice, and takes every controller, is told',
      [engine(image, fast), engine(image, fast, 'two')],
      [
        expect.stringMatching(/^PASS/) as string,
        expect.stringMatching(/^PASS/) as string,
        expect.stringMatching(/^WARN there are 2 Metacontrollers/) as string,
      ],
    ],
    [
      'with two replicas passes',
      [engine(image, fast), engine(image, fast)],
      [expect.anything() as string, expect.stringMatching(/^PASS/) as string],
    ],
  ])('%s', (_sentence, pods, expected) => {
    expect(said('Metacontroller', { pods })).toEqual(expected);
  });
});

describe('the certificate of the hooks', () => {
  let values: Record<string, string>;
  let other: string;
  beforeAll(() => {
    const directory = mkdtempSync(join(tmpdir(), 'certificate-'));
    const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    for (const name of ['ca', 'other'])
      openssl(
        'req',
        '-x509',
        ...key,
        '-days',
        '3650',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.crt`,
      );
    openssl('req', ...key, '-subj', '/CN=hooks', '-keyout', 'tls.key', '-out', 'tls.csr');
    writeFileSync(join(directory, 'tls.ext'), 'subjectAltName=DNS:weka-metacontroller-hooks.operator\n');
    openssl(
      'x509',
      '-req',
      '-in',
      'tls.csr',
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '365',
      '-extfile',
      'tls.ext',
      '-out',
      'tls.crt',
    );
    const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
    values = { 'tls.crt': read('tls.crt'), 'tls.key': read('tls.key'), 'ca.crt': read('ca.crt') };
    other = read('other.crt');
    rmSync(directory, { recursive: true });
  });
  const day = 24 * 3600 * 1000;
  const found = (change: Record<string, string> = {}, daysFromNow = 0, namespace = 'operator'): string[] => {
    const data = Object.fromEntries(
      Object.entries({ ...values, ...change }).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    );
    const check = genericChecks.find(({ name }) => name === 'certificate of the hooks')!;
    const now = Date.now() + daysFromNow * day;
    return check
      .judge({ found: [named('one', { data }) as unknown as KubernetesObject] }, { ...context, namespace, now })
      .map(({ verdict, message }) => `${verdict} ${message}`);
  };
  it('is good, ends soon, has ended', () => {
    expect(found()[0]).toMatch(/^PASS the certificate names weka-metacontroller-hooks.operator, and is good until 20/);
    expect(found({}, 340)[0]).toMatch(/^WARN the certificate .* ends at .*: renew it$/);
    expect(found({}, 400)[0]).toMatch(/^FAIL .* is of no use: it ended at/);
  });
  it('is of another host, of another authority, damaged, not there', () => {
    expect(found({}, 0, 'elsewhere')[0]).toMatch(/^FAIL .*: it does not name weka-metacontroller-hooks.elsewhere$/);
    expect(found({ 'ca.crt': other })[0]).toMatch(/^FAIL .*: it was not issued by ca.crt$/);
    expect(found({ 'tls.crt': 'nothing' })[0]).toMatch(/^FAIL .* can not be read: /);
    expect(found({ 'ca.crt': '' })).toEqual(['FAIL Secret weka-metacontroller-hooks-tls has no ca.crt']);
    expect(said('certificate of the hooks', { found: [] })[0]).toMatch(/^FAIL there is no Secret/);
  });
});

describe('an installation', () => {
  const definitions = systems.flatMap(({ kinds }) => kinds.map(definitionOf));
  const deployment = (image: string, availableReplicas: number) =>
    named('operator', {
      spec: { replicas: 2, template: { spec: { containers: [{ name: 'hooks', image }] } } },
      status: { availableReplicas },
    });
  const labelled = (level?: string) => ({
    metadata: { name: 'operator', labels: level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level } },
  });
  const lease = (renewTime: string) => named('node-1', { spec: { renewTime } });
  it.each<[string, string, Record<string, unknown[]>, RegExp]>([
    ['has its namespace', 'namespace of the operator', { found: [labelled('privileged')] }, /^PASS/],
    [
      'has a namespace that says nothing',
      'namespace of the operator',
      { found: [labelled()] },
      /^WARN .*kubectl label namespace operator/,
    ],
    [
      'has a namespace that refuses its helpers',
      'namespace of the operator',
      { found: [labelled('baseline')] },
      /^FAIL .* admits baseline pods only/,
    ],
    ['has no namespace', 'namespace of the operator', { found: [] }, /^FAIL there is no namespace operator$/],
    ['has a token', 'token of the hooks', { found: [named('one', { data: { token: 'YWJj' } })] }, /^PASS/],
    [
      'has an empty token',
      'token of the hooks',
      { found: [named('one', { data: { token: 'Cg==' } })] },
      /^FAIL .* has no token$/,
    ],
    ['has clocks that agree', 'clocks of the nodes', { leases: [lease('2026-01-01T00:00:03.000000Z')] }, /^PASS/],
    [
      'has a clock that is ahead',
      'clocks of the nodes',
      { leases: [lease('2026-01-01T00:01:00.000000Z')] },
      /^WARN .*: node-1; /,
    ],
    ['has its definitions', 'definitions', { found: definitions }, /^PASS all \d+ /],
    [
      'lacks a definition',
      'definitions',
      { found: definitions.slice(1) },
      /^FAIL there is no CustomResourceDefinition \S+$/,
    ],
    [
      'has a definition of another release',
      'definitions',
      {
        found: definitions.map((one, index) =>
          index === 0 ? { ...one, spec: { ...one.spec, versions: [{ schema: {} }] } } : one,
        ),
      },
      /^WARN of another release than this program: CustomResourceDefinition \S+;/,
    ],
    ['has no controllers', 'controllers', { composite: [], decorator: [] }, /^FAIL Metacontroller is not told of .*,/],
    ['runs', 'pods of the operator', { deployments: [deployment('r/x:0.1.0', 2)] }, /^PASS 2 of 2/],
    ['runs in part', 'pods of the operator', { deployments: [deployment('r/x:v0.1.0', 1)] }, /^WARN 1 of 2/],
    ['does not run', 'pods of the operator', { deployments: [deployment('r/x:0.1.0', 0)] }, /^FAIL 0 of 2/],
    [
      'is of another release',
      'pods of the operator',
      { deployments: [deployment('r/x:0.0.9', 2)] },
      /^PASS .*\nWARN the operator runs 0.0.9/,
    ],
    ['is not there', 'pods of the operator', { deployments: [] }, /^FAIL no Deployment/],
    [
      'has hugepages',
      'hugepages of the nodes',
      { nodes: [named('n', { status: { allocatable: { 'hugepages-2Mi': '2Gi' } } })] },
      /^PASS 1 of 1 nodes .* 2048 MiB each$/,
    ],
    [
      'has no hugepages',
      'hugepages of the nodes',
      { nodes: [named('n', { status: {} })] },
      /^WARN no node has hugepages/,
    ],
    [
      'has kubelets that give whole cores',
      'CPU manager of the nodes',
      { kubelets: [named('n', { cpuManagerPolicy: 'static' })] },
      /^PASS/,
    ],
    [
      'has kubelets that share cores',
      'CPU manager of the nodes',
      { kubelets: [named('n', { cpuManagerPolicy: 'none' })] },
      /^WARN the kubelets of n share/,
    ],
    ['knows its nodes', 'WekaNodes', { nodes: [named('n')], known: [named('n', { spec: { ready: true } })] }, /^PASS/],
    ['does not know a node', 'WekaNodes', { nodes: [named('n')], known: [] }, /^FAIL nodes without a WekaNode: n;/],
    [
      'hears nothing of a node',
      'WekaNodes',
      { nodes: [], known: [named('n', { spec: { ready: false } })] },
      /WARN nodes that do not report: n$/,
    ],
    [
      'has signed drives',
      'signed drives',
      { known: [named('n', { spec: { drives: ['a', 'b'] } })] },
      /^PASS 2 drives are signed on 1 nodes$/,
    ],
    ['has no signed drives', 'signed drives', { known: [named('n')] }, /^WARN no node has drives that are signed/],
  ])('%s', (_sentence, name, answers, expected) => {
    expect(said(name, answers).join('\n')).toMatch(expected);
  });
});

describe('hooks check', () => {
  let world: LabWorld;
  let served: ServedLab;
  beforeAll(async () => {
    world = await startWorld({ nodes: 2 });
    await world.until('the nodes are known', () => world.list('WekaNode').length === 2, 60);
    served = await serveLab(world);
  });
  afterAll(() => served.stop());

  it('tells of each thing how it stands, and fails where something is missing', async () => {
    const lines = (await served.hooks('check')).split('\n');
    expect(served.status()).toBe(1);
    expect(lines[0]).toMatch(/^PASS {2}Kubernetes: Kubernetes v1\./);
    expect(lines).toContain('PASS  WekaNodes: each of 2 nodes has its WekaNode');
    expect(lines.find((line) => line.includes('certificate of the hooks'))).toMatch(
      /^FAIL {2}.* there is no Secret .* \(docs\/deploying.md#the-secrets-of-the-hook-calls\)$/,
    );
    expect(lines.at(-2)).toMatch(/^\d+ passed, \d+ warnings, \d+ failed$/);
  });

  it('before an installation leaves out what is installed, and asks for your rights', async () => {
    const found = JSON.parse(await served.hooks('check', '--pre', '-o', 'json')) as {
      check: string;
      message: string;
    }[];
    expect(found.find(({ check }) => check === 'your rights')?.message).toBe('you may create all that is installed');
    expect(found.map(({ check }) => check)).not.toContain('pods of the operator');
  });

  it('names pages that are there', () => {
    for (const { link } of all) {
      const [page = '', heading = ''] = link.split('#');
      const headings = [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, one = '']) =>
        one
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      if (heading !== '') expect(headings, link).toContain(heading);
    }
  });
});
