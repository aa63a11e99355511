/** What the operator tells people to do, the simulator's person does, or it is said why not. */
import { describe, expect, it } from 'vitest';
import type { ReasonTable } from '../../../hooks/core/reasons.ts';
import { wekaReasons } from '../../../hooks/weka/reasons.ts';
import { readyCluster } from '../../lab/world.ts';
import { asWritten } from '../kubectl.ts';
import { remedies, withoutRemedy } from './remedies.ts';

const named = /kubectl (?!get|describe)|\bcommands?\b|overrides\.|`skip\w+`|podDeleteForceReplace|spec\.state/;

describe('what conditions ask a person for', () => {
  it('is done in the simulator, or said why not', () => {
    const tables: ReasonTable[] = Object.values(wekaReasons);
    const asked = tables
      .flatMap((table) => Object.entries(table))
      .flatMap(([reason, { meaning, cure }]) => (named.test(`${meaning} ${cure}`) ? [reason] : []));
    const done: string[] = remedies.map(({ reason }) => reason);
    const said = Object.keys(withoutRemedy);
    expect(asked.filter((reason) => !done.includes(reason) && !said.includes(reason))).toEqual([]);
    expect(said.filter((reason) => done.includes(reason))).toEqual([]);
  });

  it('is performed as a message has it, up to the words behind the command', async () => {
    const world = await readyCluster();
    const { uid = '' } = world.get('WekaContainer', 'demo-drive-0')?.metadata ?? {};
    const perform = (sentence: string) => asWritten(world, sentence);
    expect(perform(`kubectl annotate node node-1 --overwrite example.com/one='["A","B"]' gives it up, and more`)).toBe(
      `kubectl annotate node node-1 --overwrite example.com/one='["A","B"]'`,
    );
    expect(world.get('Node', 'node-1')?.metadata.annotations?.['example.com/one']).toBe('["A","B"]');
    perform(
      'kubectl label --overwrite -n default wekacontainers demo-drive-0 demo-drive-1 one=two example.com/b=c; then',
    );
    for (const name of ['demo-drive-0', 'demo-drive-1'])
      expect(world.get('WekaContainer', name)?.metadata.labels).toMatchObject({ one: 'two', 'example.com/b': 'c' });
    perform(
      `kubectl patch wekacontainer demo-drive-0 -n default --type=merge -p '{"metadata":{"labels":{"one":null}}}'.`,
    );
    expect(world.get('WekaContainer', 'demo-drive-0')?.metadata.labels).not.toHaveProperty('one');
    perform(
      `kubectl patch wekaclaims node-node-1 --type=json -p '[{"op":"add","path":"/metadata/annotations","value":{"one":"two"}}]' does it`,
    );
    expect(world.get('WekaClaims', 'node-node-1')?.metadata.annotations).toEqual({ one: 'two' });
    perform('kubectl taint nodes node-2 example.com/off=yes:NoSchedule, or delete the Node');
    expect(world.get('Node', 'node-2')?.spec?.['taints']).toEqual([
      { key: 'example.com/off', value: 'yes', effect: 'NoSchedule' },
    ]);
    perform('kubectl delete wekacontainers -n default demo-drive-0 has a new one made');
    expect(world.get('WekaContainer', 'demo-drive-0')?.metadata).toMatchObject({
      uid,
      deletionTimestamp: expect.any(String) as string,
    });
    expect(perform('kubectl get wekanodes')).toBeUndefined();
  });
});
