/** The pure parts: durations, JSONPath, columns, paths, Accept headers, discovery. */
import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { builtInColumns } from './columns.ts';
import { selfSignedCertificate } from './certificate.ts';
import { customColumns } from './custom-columns.ts';
import { wantsAggregated } from './discovery.ts';
import { age, humanDuration } from './duration.ts';
import { compileJsonPath } from './json-path.ts';
import { parseResourcePath } from './path.ts';
import { wantedShape } from './table.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('humanDuration, as kubectl rounds', () => {
  it.each([
    [-5 * second, '<invalid>'],
    [-second, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [9 * minute + 59 * second, '9m59s'],
    [10 * minute + 59 * second, '10m'],
    [179 * minute, '179m'],
    [3 * hour + 5 * minute, '3h5m'],
    [8 * hour + 5 * minute, '8h'],
    [47 * hour, '47h'],
    [2 * day + 3 * hour, '2d3h'],
    [8 * day + 3 * hour, '8d'],
    [729 * day, '729d'],
    [731 * day, '2y1d'],
    [3000 * day, '8y'],
  ])('%d ms is %s', (milliseconds, shown) => {
    expect(humanDuration(milliseconds)).toBe(shown);
  });

  it('says what is no time', () => {
    expect([age(undefined, 0), age('soon', 0), age('1970-01-01T00:00:00Z', 5 * second)]).toEqual([
      '<unknown>',
      '<invalid>',
      '5s',
    ]);
  });
});

describe('JSONPath of printer columns', () => {
  const object = {
    spec: {
      list: [
        { name: 'a', value: 1 },
        { name: 'b', value: 2 },
      ],
    },
    'with.dot': { 'x/y': 'z' },
  };
  it.each([
    ['.spec.list[0].name', ['a']],
    ['.spec.list[-1].name', ['b']],
    ['.spec.list[*].value', [1, 2]],
    ['.spec.list[?(@.name=="b")].value', [2]],
    ['.spec.list[?(@.value==1)].name', ['a']],
    [".with\\.dot['x/y']", ['z']],
    ['{.spec.list[0].value}', [1]],
    ['.spec.none.deep', []],
    ['.spec[', []],
  ])('%s finds %j', (path, found) => {
    expect(compileJsonPath(path)(object)).toEqual(found);
  });
});

describe('the cells of a custom column', () => {
  const definition = (type: string): KubernetesObject => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'x' },
    spec: { versions: [{ name: 'v1', additionalPrinterColumns: [{ name: 'C', type, jsonPath: '.value' }] }] },
  });
  it.each([
    ['string', 'text', 'text'],
    ['string', 5, '5'],
    ['string', { a: 1 }, '{"a":1}'],
    ['integer', 5.7, 5],
    ['integer', 'five', null],
    ['number', 5.7, 5.7],
    ['boolean', false, false],
    ['date', '1970-01-01T00:00:00Z', '60s'],
    ['date', 'never', '<invalid>'],
    ['date', undefined, null],
  ])('type %s of %j is %j', (type, value, cell) => {
    const [, column] = customColumns(definition(type), 'v1');
    expect(column!.cell({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, value }, minute)).toEqual(cell);
  });

  it('without printer columns are name and age', () => {
    expect(
      customColumns({ ...definition('string'), spec: { versions: [{ name: 'v1' }] } }, 'v1').map(({ name }) => name),
    ).toEqual(['Name', 'Age']);
  });
});

describe('the STATUS of a pod', () => {
  const waiting = (reason: string): object => ({
    name: 'main',
    ready: false,
    restartCount: 0,
    state: { waiting: { reason } },
  });
  const ended = (exitCode: number, more: object = {}): object => ({
    name: 'main',
    ready: false,
    restartCount: 0,
    state: { terminated: { exitCode, ...more } },
  });
  const running = {
    name: 'main',
    ready: true,
    restartCount: 2,
    state: { running: {} },
    lastState: { terminated: { finishedAt: '1970-01-01T00:00:00Z' } },
  };
  it.each([
    { name: 'nothing known', status: {}, metadata: {}, row: ['0/1', 'Unknown', '0'] },
    {
      name: 'a container that waits',
      status: { phase: 'Pending', containerStatuses: [waiting('ImagePullBackOff')] },
      metadata: {},
      row: ['0/1', 'ImagePullBackOff', '0'],
    },
    {
      name: 'a running one that was restarted',
      status: { phase: 'Running', containerStatuses: [running] },
      metadata: {},
      row: ['1/1', 'Running', '2 (60s ago)'],
    },
    {
      name: 'one that goes',
      status: { phase: 'Running', containerStatuses: [running] },
      metadata: { deletionTimestamp: '1970-01-01T00:00:00Z' },
      row: ['1/1', 'Terminating', '2 (60s ago)'],
    },
    {
      name: 'a completed one',
      status: { phase: 'Succeeded', containerStatuses: [ended(0, { reason: 'Completed' })] },
      metadata: {},
      row: ['0/1', 'Completed', '0'],
    },
    {
      name: 'an exit without a reason',
      status: { phase: 'Failed', containerStatuses: [ended(3)] },
      metadata: {},
      row: ['0/1', 'ExitCode:3', '0'],
    },
    { name: 'an eviction', status: { phase: 'Failed', reason: 'Evicted' }, metadata: {}, row: ['0/1', 'Evicted', '0'] },
    {
      name: 'a scheduling gate',
      status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
      metadata: {},
      row: ['0/1', 'SchedulingGated', '0'],
    },
    {
      name: 'an init container that runs',
      status: { phase: 'Pending', initContainerStatuses: [{ name: 'first', state: { running: {} } }] },
      metadata: {},
      row: ['0/1', 'Init:0/1', '0'],
    },
    {
      name: 'an init container that failed',
      status: {
        phase: 'Pending',
        initContainerStatuses: [{ name: 'first', state: { terminated: { exitCode: 1, reason: 'Error' } } }],
      },
      metadata: {},
      row: ['0/1', 'Init:Error', '0'],
    },
  ])('with $name', ({ status, metadata, row }) => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', ...metadata },
      spec: { containers: [{ name: 'main' }], initContainers: [{ name: 'first' }] },
      status,
    };
    expect(
      builtInColumns('pods')
        .slice(1, 4)
        .map((column) => column.cell(pod, minute)),
    ).toEqual(row);
  });
});

describe('parseResourcePath', () => {
  it.each([
    ['/api/v1/pods', { group: '', version: 'v1', plural: 'pods' }],
    ['/api/v1/namespaces/a', { group: '', version: 'v1', plural: 'namespaces', name: 'a' }],
    [
      '/api/v1/namespaces/a/status',
      { group: '', version: 'v1', plural: 'namespaces', name: 'a', subresource: 'status' },
    ],
    [
      '/api/v1/namespaces/a/pods/b/log',
      { group: '', version: 'v1', namespace: 'a', plural: 'pods', name: 'b', subresource: 'log' },
    ],
    [
      '/apis/storage.example.com/v1alpha1/namespaces/a/clusters',
      { group: 'storage.example.com', version: 'v1alpha1', namespace: 'a', plural: 'clusters' },
    ],
    ['/api/v1/nodes/n/proxy/metrics/x', { group: '', version: 'v1', plural: 'nodes', name: 'n', subresource: 'proxy' }],
    ['/api/v1/namespaces/a/pods/b/log/c', undefined],
    ['/apis/group', undefined],
    ['/version', undefined],
  ])('%s', (path, parsed) => {
    expect(parseResourcePath(path)).toEqual(parsed);
  });
});

describe('Accept', () => {
  it.each([
    [
      'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
      'Table',
    ],
    [
      'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
      'PartialObjectMetadata',
    ],
    ['application/vnd.kubernetes.protobuf, */*', 'object'],
    [undefined, 'object'],
  ])('%s gives %s', (accept, shape) => {
    expect(wantedShape(accept).shape).toBe(shape);
  });

  it('names aggregated discovery v2, not the beta of it', () => {
    expect(
      wantsAggregated('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'),
    ).toBe(true);
    expect(
      wantsAggregated('application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json'),
    ).toBe(false);
  });
});

it('the certificate is for this machine, signed by itself and valid for a year', () => {
  const now = Date.UTC(2026, 0, 10);
  const certificate = new X509Certificate(selfSignedCertificate(now).certificate);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect([certificate.checkIP('127.0.0.1'), certificate.checkHost('localhost'), certificate.ca]).toEqual([
    '127.0.0.1',
    'localhost',
    true,
  ]);
  expect([Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]).toEqual([now - day, now + 365 * day]);
});
