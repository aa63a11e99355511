import { describe, expect, it } from 'vitest';
import type { Json } from '../../hooks/core/contract.ts';
import { cleanerOf, removed } from './clean.ts';
import { secretTexts } from './secrets.ts';

const coded = (text: string): string => Buffer.from(text).toString('base64');
const secret = (data: Record<string, string>, type = 'Opaque') => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'one' },
  type,
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, coded(value)])),
});

describe('of Secrets', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['a value is looked for as it is, and as base64', { password: 'hunter-2' }, ['hunter-2', coded('hunter-2')]],
    ['a value that is JSON is looked for by its parts', { config: '{"auth":{"key":"hunter-3"}}' }, ['hunter-3']],
    [
      'a value of several lines is looked for line by line',
      { key: 'first-line\nother-line' },
      ['first-line', 'other-line'],
    ],
  ])('%s', (_sentence, data, expected) => {
    const found = secretTexts([secret(data)]);
    for (const text of expected) expect(found).toContain(text);
  });

  it.each<[string, Record<string, string>, string | undefined]>([
    ['names and addresses are no secrets', { username: 'weka-operator', endpoints: '10.0.0.1:14000' }, undefined],
    ['short values are in every text', { flag: 'true' }, undefined],
    ['a release of Helm is a chart', { release: 'a whole chart of somebody' }, 'helm.sh/release.v1'],
  ])('%s', (_sentence, data, type) => {
    expect(secretTexts([secret(data, type)])).toEqual(new Set());
  });
});

describe('a text', () => {
  const { text } = cleanerOf(new Set(['hunter-2', 'a+b(c']));
  it.each([
    ['loses the value of a Secret', 'login as hunter-2 failed', `login as ${removed} failed`],
    ['loses one with signs in it', 'login as a+b(c failed', `login as ${removed} failed`],
    ['loses who is before a registry', 'pull robot:t0ken@registry/weka:4.4', `pull ${removed}@registry/weka:4.4`],
    ['keeps a digest', 'quay.io/weka:4.4@sha256:0123', 'quay.io/weka:4.4@sha256:0123'],
    ['loses a header', 'Authorization: Bearer abcdef.ghi', expect.not.stringContaining('abcdef')],
    ['loses the key of a cloud', 'key AKIAABCDEFGHIJKLMNOP', `key ${removed}`],
    ['loses a variable that says what it is', 'PASSWORD=xyz123 weka status', expect.not.stringContaining('xyz123')],
    ['loses what JSON in it says', '{"password":"xyz","name":"one"}', `{"password":"${removed}","name":"one"}`],
    [
      'loses a private key that has lines',
      'a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb',
      `a\n${removed}\nb`,
    ],
    ['keeps a sentence', 'waits for the token of nobody', 'waits for the token of nobody'],
  ])('%s', (_sentence, given, expected) => {
    expect(text(given)).toEqual(expected);
  });
});

describe('an object', () => {
  const { value } = cleanerOf(new Set());
  it.each<[string, Json, Json]>([
    [
      'has the names of its variables, not what they are',
      {
        env: [
          { name: 'A', value: 'b' },
          { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        ],
      },
      {
        env: [
          { name: 'A', value: removed },
          { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        ],
      },
    ],
    [
      'keeps annotations of the operator and of Kubernetes, and the names of others',
      {
        annotations: {
          'weka.io/weka-drives': '["serial"]',
          'deployment.kubernetes.io/revision': '1',
          'example.com/note': 'b',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
        },
      },
      {
        annotations: {
          'weka.io/weka-drives': '["serial"]',
          'deployment.kubernetes.io/revision': '1',
          'example.com/note': removed,
        },
      },
    ],
    [
      'keeps the name of a Secret, and loses what is called one',
      { wekaSecretRef: 'one', imagePullSecret: 'two', joinSecret: 'three', adminToken: 'four' },
      { wekaSecretRef: 'one', imagePullSecret: 'two', joinSecret: removed, adminToken: removed },
    ],
    [
      'that is a Secret has its keys',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' }, data: { a: 'Yg==' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' }, data: { a: removed } },
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(value(given)).toEqual(expected);
  });
});
