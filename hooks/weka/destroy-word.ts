/**
 * `spec.state: destroying` of a WekaContainer: the one word that erases. Of a backend it is a person's only with the uid of its own
 * object beside it: a cluster that ends writes it too, and a backup of then gives it back to whoever has the name by now.
 */
import { isTrue } from '../core/conditions.ts';
import { annotations } from './api/group.ts';
import type { WekaContainer } from './api/index.ts';
import { is } from './api/modes.ts';

/** Whether the confirmation of this very object stands in it. */
const hasConfirmation = ({ metadata }: WekaContainer): boolean =>
  metadata.annotations?.[annotations.destroyConfirmed] === metadata.uid;

/**
 * Whether a confirmation stands that once stood alone, as of a word that was taken back. Whoever writes `destroying` later, such
 * as a restore of the spec, is not the person who confirmed it; so it counts no more until it was taken off.
 */
export const isLeft = (container: WekaContainer): boolean =>
  hasConfirmation(container) && (container.spec.state !== 'destroying' || isTrue(container, 'WordLeft'));

/** Whether a person has said it of this very object; what is no backend has nothing to erase. */
export const isConfirmed = (container: WekaContainer): boolean =>
  !is(container.spec.mode, 'backend') || (hasConfirmation(container) && !isLeft(container));

/** The command that says it, and confirms it. */
export const destroyCommand = (name: string, namespace: string, uid: string): string =>
  `kubectl patch wekacontainer ${name} -n ${namespace} --type=merge -p '${JSON.stringify({
    metadata: { annotations: { [annotations.destroyConfirmed]: uid } },
    spec: { state: 'destroying' },
  })}'`;
