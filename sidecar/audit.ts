/** One line for each operation that was performed, and nothing in it that is secret. */
import type { Logger } from 'pino';
import type { FinishedOperation } from './engine.ts';
import { cleanText } from './redaction.ts';

/** @returns a listener; a failed operation is a warning */
export function auditLog(logger: Logger): (finished: FinishedOperation) => void {
  return ({ operation, outcome, changed, milliseconds, attempts }) => {
    const { id, kind, target, args } = operation;
    const line = {
      // of the arguments only the name of the command: the others may be long, or a person's own
      id,
      kind,
      target,
      ...(typeof args['command'] === 'string' ? { command: args['command'] } : {}),
      outcome: outcome.state,
      changed,
      milliseconds,
      attempts,
      ...(outcome.error === undefined ? {} : { error: cleanText(outcome.error) }),
    };
    if (outcome.state === 'failed') logger.warn(line, 'operation failed');
    else logger.info(line, 'operation performed');
  };
}
