/** What needs nothing. */
import { coreWellReasons, together, type ReasonTable } from '../../core/reasons.ts';

export const wellReasons = {
  ...coreWellReasons,
  ClusterIsReady: { meaning: 'IO runs and the filesystems exist', cure: '' },
  Running: { meaning: 'the container is READY in weka; all containers of a WekaClient are', cure: '' },
  Whole: { meaning: '`Degraded` is False: nothing is away or rebuilt', cure: '' },
  Completed: { meaning: 'the results of a helper are in', cure: '' },
  Known: { meaning: 'the node is known', cure: '' },
  ...together(['Removed', 'Destroyed'], {
    meaning: 'nothing is left to be done, and the object goes when it is deleted',
    cure: '',
  }),
} satisfies ReasonTable;
