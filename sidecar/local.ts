/** The sidecar without a socket: for tests, the simulator and the lab. */
import type { Sidecar } from '../hooks/core/sidecar.ts';
import type { Engine } from './engine.ts';
import type { EventReporter } from './events.ts';

/** @param events absent: events are taken and thrown away */
export function localSidecar(engine: Engine, events?: EventReporter): Sidecar {
  return {
    observe: (observations, waitMillis) => engine.observe(observations, waitMillis),
    operations: (operations, waitMillis) => engine.operations(operations, waitMillis),
    // a promise as over the socket, and no exception that the socket would not have
    events: (subject, reported) => Promise.resolve({ accepted: events?.report(subject, reported) ?? reported.length }),
  };
}
