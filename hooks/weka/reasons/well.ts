/** What needs nothing. */
import { coreWellReasons, type ReasonTable } from '../../core/reasons.ts';

const ended = { meaning: 'nothing is left to be done, and the object goes when it is deleted', cure: '' } as const;

export const wellReasons = {
  ...coreWellReasons,
  Formed: { meaning: 'the weka cluster exists', cure: '', event: 'Normal' },
  IoStarted: { meaning: 'IO runs', cure: '', event: 'Normal' },
  ClusterIsReady: { meaning: 'IO runs and the filesystems exist', cure: '', event: 'Normal' },
  Running: {
    meaning: 'the container is READY in weka; all containers of a WekaClient are',
    cure: '',
    event: 'Normal',
  },
  Rolled: { meaning: 'the pods have been replaced, and are of the wished configuration', cure: '', event: 'Normal' },
  Whole: { meaning: '`Degraded` is False: nothing is away or rebuilt', cure: '' },
  Completed: { meaning: 'the results of a helper are in', cure: '' },
  Known: { meaning: 'the node is known', cure: '' },
  Removed: ended,
  Destroyed: { ...ended, event: 'Normal' },
} satisfies ReasonTable;
