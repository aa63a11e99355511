import { describe, expect, it } from 'vitest';
import { apiVersion } from '../api/index.ts';
import { containerView, isOutdated, readyCondition } from './container-view.ts';

const running = { type: 'WekaRunning', status: 'True' };
const view = (conditions: unknown) =>
  containerView({
    apiVersion,
    kind: 'WekaContainer',
    metadata: { name: 'demo-drive-0', namespace: 'default', uid: 'u' },
    spec: { mode: 'drive' },
    status: { podUid: 'p', conditions },
  });

describe('a container as its cluster sees it', () => {
  it.each<[string, unknown, boolean]>([
    ['is read past a condition that is null', [null, running], true],
    ['is read past a condition that is a word', ['WekaRunning', running], true],
    ['is read past a condition without a status', [{ type: 'WekaRunning' }, running], true],
    ['does not run where its conditions are no list', { type: 'WekaRunning', status: 'True' }, false],
    ['does not run where its conditions are null', null, false],
  ])('%s', (_sentence, conditions, runs) => {
    const seen = view(conditions);
    expect([seen.running, isOutdated(seen), readyCondition(seen)]).toEqual([runs, false, undefined]);
  });
});
