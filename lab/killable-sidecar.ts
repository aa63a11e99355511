/** A sidecar that is killed and started again between any two of its effects. Equipment of simulations. */
import { AccessError, type ClusterAccess } from '../sidecar/cluster-access.ts';
import { SidecarError, type Sidecar } from '../hooks/core/sidecar.ts';

export interface KillableSidecar extends Sidecar {
  /** The process ends: who waits for it hears so, what it had not asked for yet never happens. Another one without memory stands there at once. */
  kill(): void;
}

interface Process {
  sidecar: Sidecar;
  ended: Promise<never>;
  end(): void;
}

/** `start` makes the parts of one process, on the access that it is given. */
export function killableSidecar(access: ClusterAccess, start: (access: ClusterAccess) => Sidecar): KillableSidecar {
  let present = startProcess(access, start);
  const ask = <Answer>(question: (sidecar: Sidecar) => Promise<Answer>): Promise<Answer> =>
    Promise.race([question(present.sidecar), present.ended]);
  return {
    observe: (observations, waitMillis) => ask((sidecar) => sidecar.observe(observations, waitMillis)),
    operations: (operations, waitMillis) => ask((sidecar) => sidecar.operations(operations, waitMillis)),
    events: (subject, reported) => ask((sidecar) => sidecar.events(subject, reported)),
    kill() {
      present.end();
      present = startProcess(access, start);
    },
  };
}

function startProcess(access: ClusterAccess, start: (access: ClusterAccess) => Sidecar): Process {
  let isAlive = true;
  const through = <Value>(work: () => Promise<Value>): Promise<Value> =>
    isAlive ? work() : Promise.reject(new AccessError('transport', 'the process was killed'));
  let end = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    end = () => {
      isAlive = false;
      reject(new SidecarError('unavailable', 'socket hang up'));
    };
  });
  // nobody may be waiting
  ended.catch(() => undefined);
  const sidecar = start({
    get: (address) => through(() => access.get(address)),
    list: (request) => through(() => access.list(request)),
    create: (object) => through(() => access.create(object)),
    patchJson: (address, patch) => through(() => access.patchJson(address, patch)),
    delete: (address, uid) => through(() => access.delete(address, uid)),
    exec: (request) => through(() => access.exec(request)),
    serverTime: () => through(() => access.serverTime()),
  });
  return { sidecar, ended, end };
}
