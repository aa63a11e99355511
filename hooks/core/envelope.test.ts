import { describe, expect, it } from 'vitest';
import type { Decision, KubernetesObject } from './contract.ts';
import { syncEnvelope, toSyncResponse } from './envelope.ts';

const pod = (name: string, extra: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  ...extra,
});
const decision = (children: unknown[], status: Decision['status'] = {}): Decision => ({
  status,
  children: children as KubernetesObject[],
  operations: [],
  events: [],
});

describe('an answer that would harm Metacontroller does not leave', () => {
  it.each([
    ['a null child crashes the process', decision([null]), /children/],
    ['a child without apiVersion is deleted', decision([{ kind: 'Pod', metadata: { name: 'a' } }]), /apiVersion/],
    [
      'a child without name is made anew in every sync',
      decision([{ apiVersion: 'v1', kind: 'Pod', metadata: {} }]),
      /name/,
    ],
    [
      'of two children with one name the last wins silently',
      decision([pod('a'), pod('a')]),
      /duplicate child v1\/Pod \/a/,
    ],
    [
      'a null inside a child differs for ever',
      decision([pod('a', { spec: { nodeName: null } })]),
      /response\.children\.0\.spec\.nodeName is null/,
    ],
    [
      'an annotation that is no text loses all annotations',
      decision([pod('a', { metadata: { name: 'a', annotations: { x: 1 } } })]),
      /annotations/,
    ],
    [
      'a number that JSON can not carry becomes null',
      decision([], { count: Number.NaN }),
      /status\.count is null or not a finite number/,
    ],
  ])('%s', (_name, bad, message) => {
    expect(() => toSyncResponse(bad)).toThrow(message);
  });

  it('carries only the four keys that Metacontroller knows', () => {
    const full: Decision = { ...decision([pod('a')], { phase: 'x' }), resyncAfterSeconds: 3, finalized: false };
    expect(Object.keys(toSyncResponse(full)).sort()).toEqual(['children', 'finalized', 'resyncAfterSeconds', 'status']);
  });
});

describe('a request', () => {
  it('without customize has no related objects', () => {
    const body = { controller: pod('c'), parent: pod('p'), children: { 'Pod.v1': {} }, finalizing: false };
    expect(syncEnvelope.parse(body).related).toEqual({});
  });
  it('is passed on as it is, a kind without objects as an empty map', () => {
    const children = { 'Pod.v1': { a: pod('a', { spec: { nodeName: 'n' } }) }, 'Secret.v1': null };
    const body = { controller: pod('c'), parent: pod('p'), children, related: null, finalizing: false };
    expect(syncEnvelope.parse(body)).toMatchObject({ children: { ...children, 'Secret.v1': {} }, related: {} });
  });
  it.each([
    ['a child that is null', { 'Pod.v1': { a: null } }, /Pod\.v1.*is no object/s],
    ['a child without kind', { 'Pod.v1': { a: { apiVersion: 'v1', metadata: { name: 'a' } } } }, /no kind/],
    ['a child whose metadata is null', { 'Pod.v1': { a: { ...pod('a'), metadata: null } } }, /no metadata\.name/],
    ['a list in place of objects by name', { 'Pod.v1': [pod('a')] }, /no map of objects by name/],
    ['a list in place of objects by kind', [pod('a')], /no map of objects by kind/],
    ['children that are left out', undefined, /no map of objects by kind/],
  ])('with %s is refused', (_name, children, message) => {
    expect(() => syncEnvelope.parse({ controller: pod('c'), parent: pod('p'), children, finalizing: false })).toThrow(
      message,
    );
  });
  it('has the very object that was sent as its parent', () => {
    const parent = pod('p');
    expect(syncEnvelope.parse({ controller: pod('c'), parent, children: {}, finalizing: false }).parent).toBe(parent);
  });
  it('without a parent is refused', () => {
    expect(syncEnvelope.safeParse({ controller: pod('c'), children: {}, finalizing: false }).success).toBe(false);
  });
});
