import { describe, expect, it } from 'vitest';
import { heldWords } from './finalizers.ts';

const object = (finalizers: string[], deletionTimestamp?: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'one', namespace: 'default', finalizers, ...(deletionTimestamp && { deletionTimestamp }) },
});

describe('an object that is being deleted', () => {
  it('names the finalizers of others, and the command that lets it go', () => {
    expect(heldWords(object(['example.com/hold'], '2026-01-01T00:00:00Z'), 'pod')).toMatch(
      /finalizer example\.com\/hold, .* kubectl patch pod one -n default --type=merge -p '\{"metadata":\{"finalizers":null\}\}' lets it go$/,
    );
  });

  it.each<[string, string[], string?]>([
    ['is not being deleted', ['example.com/hold']],
    ['has none', [], '2026-01-01T00:00:00Z'],
    ['has not come to its end yet', ['metacontroller.io/one', 'example.com/hold'], '2026-01-01T00:00:00Z'],
    ["is the collector's", ['foregroundDeletion'], '2026-01-01T00:00:00Z'],
  ])('says nothing where it %s', (_sentence, finalizers, deletionTimestamp) => {
    expect(heldWords(object(finalizers, deletionTimestamp), 'pod')).toBeUndefined();
  });
});
