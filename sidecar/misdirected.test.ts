/** An answer that is about another object than the one that was asked for says nothing of this one. */
import { expect, it } from 'vitest';
import type { KubernetesObject, Observation } from '../hooks/core/contract.ts';
import { namespaceLive } from '../hooks/core/families/namespaces.ts';
import { objectLive } from '../hooks/core/families/objects.ts';
import { podLive } from '../hooks/core/families/pods.ts';
import type { ObjectAddress } from './cluster-access.ts';
import { createEngine } from './engine.ts';
import { HandClock, ScriptedAccess, countingBytes } from './scripted-access.fixture.ts';
import { sidecarSystems } from './systems/index.ts';

const weka = 'weka.weka.io/v1alpha1';
const of = (kind: string, namespace: string | undefined, name: string, apiVersion = weka): ObjectAddress => ({
  apiVersion,
  kind,
  ...(namespace === undefined ? {} : { namespace }),
  name,
});
const demo = of('WekaCluster', 'default', 'demo');
const pod = { ...of('Pod', 'default', 'demo-drive-0', 'v1'), namespace: 'default' };
const site = of('Namespace', undefined, 'site', 'v1');

const asObject = ({ apiVersion, kind, ...metadata }: ObjectAddress): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { ...metadata, uid: `${kind} ${metadata.namespace ?? ''} ${metadata.name}` },
});

async function answerTo(asked: ObjectAddress, instead: ObjectAddress, observation: Observation, isThere: boolean) {
  const access = new ScriptedAccess().put(asObject(asked), ...(isThere ? [asObject(instead)] : []));
  const { get } = access;
  access.get = (address) => get.call(access, address.name === asked.name ? instead : address);
  const clock = new HandClock();
  const engine = createEngine({
    systems: sidecarSystems,
    access,
    clock,
    randomBytes: countingBytes(),
    settings: { namespaces: [], outputLimitBytes: 1e6, bootScripts: {} },
  });
  // who may lie once is asked again, so the first answer comes late
  const answer = engine.observe([observation], 60_000);
  await clock.advance(60_000);
  return (await answer).facts[observation.id];
}

it.each<[string, ObjectAddress, ObjectAddress, Observation, boolean, string]>([
  ['another WekaCluster', demo, of('WekaCluster', 'default', 'prod'), objectLive(demo, 5), true, 'default/prod'],
  ['one of another namespace', demo, of('WekaCluster', 'other', 'demo'), objectLive(demo, 5), true, 'other/demo'],
  ['another kind', demo, of('WekaClient', 'default', 'demo'), objectLive(demo, 5), true, 'WekaClient default/demo'],
  [
    'another version',
    demo,
    of('WekaCluster', 'default', 'demo', 'weka.weka.io/v1'),
    objectLive(demo, 5),
    true,
    'io/v1',
  ],
  ['another pod', pod, of('Pod', 'default', 'demo-drive-1', 'v1'), podLive(pod, 5), true, 'demo-drive-1'],
  [
    'another namespace',
    site,
    of('Namespace', undefined, 'gone', 'v1'),
    namespaceLive('site', 5),
    true,
    'Namespace gone',
  ],
  [
    'the absence of another WekaCluster',
    demo,
    of('WekaCluster', 'default', 'prod'),
    objectLive(demo, 5),
    false,
    'prod',
  ],
  ['the absence of another pod', pod, of('Pod', 'default', 'x', 'v1'), podLive(pod, 5), false, 'about x'],
])('%s is no fact', async (_, asked, instead, observation, isThere, words) => {
  const fact = await answerTo(asked, instead, observation, isThere);
  expect(fact?.value).toBeUndefined();
  expect(fact?.error).toContain('the answer is about');
  expect(fact?.error).toContain(words);
});

it('the absence of the very object is a fact', async () => {
  const fact = await answerTo(pod, demo, objectLive(of('WekaCluster', 'default', 'prod'), 5), true);
  expect(fact?.value).toEqual({ exists: false });
});
