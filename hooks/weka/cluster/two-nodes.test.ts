import { describe, expect, it } from 'vitest';
import { apiVersion, parseWekaCluster } from '../api/index.ts';
import { containerView } from './container-view.ts';
import { rolePlans } from './roles.ts';
import { onTwoNodes } from './two-nodes.ts';

const parsed = parseWekaCluster({
  apiVersion,
  kind: 'WekaCluster',
  metadata: { name: 'demo', namespace: 'default', uid: 'uid' },
  spec: {
    image: 'quay.io/weka.io/weka-in-container:4.4.5',
    dynamicTemplate: { driveContainers: 2, computeContainers: 0 },
  },
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
const plans = rolePlans(parsed.value.spec);
const view = (name: string, wished: string, status: object = {}, metadata: object = {}) =>
  containerView({
    apiVersion,
    kind: 'WekaContainer',
    metadata: { name, namespace: 'default', uid: name, ...metadata },
    spec: { mode: 'drive', nodeAffinity: wished },
    status: { containerID: 3, nodeAffinity: 'n1', ...status },
  });
const runs = { podUid: 'p', conditions: [{ type: 'WekaRunning', status: 'True' }] };

describe('a container whose spec names another node than its status', () => {
  it.each<[string, ReturnType<typeof view>[], boolean]>([
    ['is named with a command where another one is missing', [view('a', 'n2')], true],
    ['is not named where none is missing', [view('a', 'n2'), view('b', 'n2')], false],
    ['is not named while it runs, for then it is put right', [view('a', 'n2', runs)], false],
    ['is not named where it has never been a member', [view('a', 'n2', { containerID: undefined })], false],
    ['is not named where both say the same', [view('a', 'n1')], false],
    ['is not named while it leaves', [view('a', 'n2', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' })], false],
  ])('%s', (_sentence, containers, named) => {
    const said = onTwoNodes({ containers, plans, namespace: 'default' });
    expect(said.length > 0).toBe(named);
    if (named)
      expect(said[0]).toMatch(
        /^the spec of a names node n2 and its status node n1, .* kubectl patch wekacontainer a -n default --type=merge -p '\{"spec":\{"nodeAffinity":"n1"\}\}'$/,
      );
  });
});
