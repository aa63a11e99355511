/**
 * `spec.state: destroying` of a WekaContainer: the one word that erases. Of a backend it is a person's only with the uid of its own
 * object beside it: a cluster that ends writes it too, and a backup of then gives it back to whoever has the name by now.
 */
import { annotations } from './api/group.ts';
import type { WekaContainer } from './api/index.ts';
import { is } from './api/modes.ts';

/** Whether a person has said it of this very object; what is no backend has nothing to erase. */
export const isConfirmed = ({ metadata, spec }: Pick<WekaContainer, 'metadata' | 'spec'>): boolean =>
  !is(spec.mode, 'backend') || metadata.annotations?.[annotations.destroyConfirmed] === metadata.uid;

/** The command that says it, and confirms it. */
export const destroyCommand = (name: string, namespace: string, uid: string): string =>
  `kubectl patch wekacontainer ${name} -n ${namespace} --type=merge -p '${JSON.stringify({
    metadata: { annotations: { [annotations.destroyConfirmed]: uid } },
    spec: { state: 'destroying' },
  })}'`;
