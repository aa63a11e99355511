/** The sidecar's access to the cluster on a bad day: requests that fail before or after they took effect. Equipment of simulations. */
import { AccessError, refusal, type ClusterAccess } from '../sidecar/cluster-access.ts';
import type { Random } from './random.ts';

export interface AccessFaults {
  /** Chance that a request never arrives. */
  lost: number;
  /** Chance that it took effect and the answer is lost. */
  answerLost: number;
  /** Chance that the API server has too much to do and says so (429). */
  refused?: number;
}

export function faultyAccess(inner: ClusterAccess, random: Random, faults: () => AccessFaults): ClusterAccess {
  const broken = (when: string): AccessError => new AccessError('transport', `connection ${when}`);
  const through = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    const { lost, answerLost, refused = 0 } = faults();
    if (refused > 0 && random.next() < refused)
      throw refusal('the server has received too many requests and has asked us to try again later', 429, undefined);
    if (random.next() < lost) throw broken('refused');
    const answer = await work();
    if (random.next() < answerLost) throw broken('reset');
    return answer;
  };
  return {
    get: (address) => through(() => inner.get(address)),
    list: (request) => through(() => inner.list(request)),
    create: (object) => through(() => inner.create(object)),
    patchJson: (address, patch) => through(() => inner.patchJson(address, patch)),
    delete: (address, uid) => through(() => inner.delete(address, uid)),
    serverTime: () => through(() => inner.serverTime()),
    exec: (request) => through(() => inner.exec(request)),
  };
}
