/** Faults of the operator that are found and not mended yet: troubles that no life draws until they are. Nothing is held out without a line here. */

export interface KnownFault {
  /** Name of a trouble. */
  trouble: string;
  /** What goes wrong. */
  reason: string;
}

export const knownFaults: readonly KnownFault[] = [
  {
    trouble: 'pod-loses-its-owner',
    reason: 'a pod whose label controller-uid was taken off is released by Metacontroller: the container says NameTaken for ever, and the pod that troubleshooting tells to delete gets no permission to stop',
  },
  {
    trouble: 'container-vanishes',
    reason: 'its successor asks for overrides.giveUpFormer, and when that is set it waits for ever for a live read of the pod, which it does not ask for while it has a pod of its own',
  },
  {
    trouble: 'container-is-orphaned',
    reason: 'the container does not see its pod any more, and its clean-up waits for ever for the lock of the runtime, which nobody stops',
  },
];
