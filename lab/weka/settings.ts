/** Durations and sizes of the weka model. Times are model milliseconds: short enough for a demonstration, in the order of the real thing. */
export interface WekaSettings {
  /** Any command, before it acts. */
  command: number;
  /** `local start` until the process runs. */
  start: number;
  /** From there until the container answers: STEM, or READY in its cluster. */
  join: number;
  /** `local stop -g`. */
  stopGracefully: number;
  /** `local stop --force`. */
  stopForced: number;
  clusterCreate: number;
  startIo: number;
  /** From the return of a failed container until its data is fully protected again. */
  rebuild: number;
  /** From a failure until weka has rebuilt the missing data on the remaining failure domains. */
  rebuildElsewhere: number;
  /** Draining a container. */
  deactivate: number;
  /** Draining one drive. */
  deactivateDrive: number;
  /** A new drive of a running cluster: PHASING_IN until ACTIVE. */
  phaseIn: number;
  /** From the first look at a drive that is no longer in its machine until weka calls it FAILED. */
  driveFailure: number;
  /** Capacity of each drive, bytes. */
  driveBytes: number;
  /** Ports that a running container occupies from its base port on; two running ones on a node must not overlap. */
  portBlock: number;
  /** Weka names the host as failure domain of a container that was told none; else it names none. */
  namesDomains: boolean;
}

/** What holds where `settings` of `createWekaSite` says nothing. */
export const defaultWekaSettings: WekaSettings = {
  command: 0,
  start: 300,
  join: 200,
  stopGracefully: 500,
  stopForced: 100,
  clusterCreate: 1000,
  startIo: 1000,
  rebuild: 2000,
  rebuildElsewhere: 30_000,
  deactivate: 2000,
  deactivateDrive: 1000,
  phaseIn: 1000,
  driveFailure: 3000,
  driveBytes: 1_000_000_000_000,
  portBlock: 60,
  namesDomains: true,
};
