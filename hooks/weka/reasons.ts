/**
 * Seconds between two events of one object, type and reason, whatever they say. Reasons that are not here are
 * throttled together with their message, so that three drives added at once are three events.
 */
export const throttledReasons: Readonly<Record<string, number>> = {
  NodeNotReady: 60,
  NodeUnschedulable: 60,
  NodeNotFound: 60,
  ActiveMounts: 60,
  WekaLocalStatus: 60,
  DriveRemovalSkipped: 60,
  AllocateContainerDrivesError: 60,
  RollBackedOff: 3600,
  DependentWekaClients: 30,
  EnsureNos3ContainersError: 30,
  EnsureNonfsContainersError: 30,
  EnsureNoContainersError: 30,
};
