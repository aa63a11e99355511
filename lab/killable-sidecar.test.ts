import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import type { Sidecar } from '../hooks/core/sidecar.ts';
import type { ClusterAccess } from '../sidecar/cluster-access.ts';
import { killableSidecar } from './killable-sidecar.ts';

const object: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } };

/** Two creations after one another, the second one when `next` is called. */
function scripted() {
  const created: number[] = [];
  const steps: (() => void)[] = [];
  let processes = 0;
  const access = {
    create: (given: KubernetesObject) => Promise.resolve(given).then(() => void created.push(created.length) as never),
  } as unknown as ClusterAccess;
  const sidecar = killableSidecar(access, (own) => {
    processes += 1;
    return {
      async operations() {
        await own.create(object);
        await new Promise<void>((resolve) => steps.push(resolve));
        await own.create(object);
        return { operations: {} };
      },
    } as unknown as Sidecar;
  });
  return { sidecar, created, next: () => steps.shift()?.(), processes: () => processes };
}

describe('a sidecar that is killed', () => {
  it('does nothing more, and who waits hears that it is gone', async () => {
    const { sidecar, created, next, processes } = scripted();
    const answer = sidecar.operations([], 0);
    answer.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(created).toHaveLength(1);
    sidecar.kill();
    next();
    await expect(answer).rejects.toMatchObject({ reason: 'unavailable' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(created).toHaveLength(1);
    expect(processes()).toBe(2);
  });

  it('is followed by one that works', async () => {
    const { sidecar, created, next } = scripted();
    sidecar.kill();
    const answer = sidecar.operations([], 0);
    await new Promise((resolve) => setImmediate(resolve));
    next();
    await expect(answer).resolves.toEqual({ operations: {} });
    expect(created).toHaveLength(2);
  });
});
