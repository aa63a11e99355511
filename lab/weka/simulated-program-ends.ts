/** How a step of the simulated runtime ends other than well. */

/** A step must be left: TERM came. */
export class StopRequested extends Error {}
/** Another process took over the data: weka is stopped by force, and then waits for the word all the same. */
export class GenerationReplaced extends StopRequested {}
/** The process is gone: nothing of it may act any more. */
export class Killed extends Error {}
/** Becomes phase `error` with this text. */
export class Failure extends Error {}
/** Ends the process at once: its state file may be that of the process that holds the lock. */
export class LockHeld extends Failure {}
