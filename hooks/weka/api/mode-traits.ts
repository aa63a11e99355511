/** What can be asked of a mode. A row of the table of modes has to answer all of it. */

/** A request and its limit as Kubernetes quantities in canonical form; no limit means none. */
export interface Amount {
  request?: string | undefined;
  limit?: string | undefined;
}

/** MiB of memory that follow from the size of a container; spec.additionalMemory comes on top. */
export interface MemoryFormula {
  mebibytes: number;
  /** For each core that weka uses. */
  perCore: number;
  /** For each core that weka does not use. */
  perExtraCore: number;
  perDrive: number;
  /** How much the limit is above the request. */
  headroom: number;
}

/** What the pod of a mode is given, where the spec does not say it (docs/weka/reference.md#cores, #hugepages and #memory). */
export interface PodTraits {
  /** Pods of the mode are made; the others are known to the API only. */
  built: boolean;
  /** Seconds that the kubelet waits after TERM. */
  gracePeriodSeconds: number;
  /** Fixed; or by the cores of weka, with or without one more for management processes. */
  cpu: Amount | 'cores' | 'cores and management';
  memory: Amount | MemoryFormula;
  /** Memory that the spec requests and limits is taken in place of the formula. */
  ownMemory: boolean;
  /** MiB of the hugepages that weka does not get; for each drive, or each core where drives are shared; or the setting of the SSD proxy. */
  hugepagesOffset: number | { perDrive: number } | 'ssdProxyHugepagesOffset';
  /** May have cores that weka does not use. */
  extraCores: boolean;
  /** The setting that takes the toleration of any NoSchedule taint away; without one there is no such toleration. */
  skipsNoScheduleBy?: 'skipClientNoScheduleToleration' | 'skipAuxNoScheduleToleration';
  /** Spread over failure domains. */
  spread: boolean;
  /** The shared configuration of the cluster is mounted there as well. */
  sharedConfigs: readonly string[];
}

/**
 * How the runtime in the pod runs the mode. The runtime has a table of its own, which a test compares with this one; the
 * lab's counterpart of the runtime is made of this one.
 */
export interface RuntimeTraits {
  /** Which steps it takes: a weka container, that of a client, or a work that is done once. */
  steps: 'server' | 'client' | 'discovery' | 'driver loading';
  /** The pod ends by the stop protocol; otherwise there is nothing to stop and TERM ends it at once. */
  stopsWeka: boolean;
  /** Words for `weka local setup container`; empty: none. */
  coresOption: string;
  joinOption: '--join-secret' | '--join-token';
  setupOptions: readonly string[];
  /** The pod chooses its own ports when none are given. */
  picksPorts: boolean;
  /** Only kernel drivers of exactly its own version will do. */
  needsOwnDrivers: boolean;
  /** Weka's container holds no identity: it may be set up anew, and is stopped by force. */
  disposable: boolean;
}

/** `Mode` is the list of modes. */
export interface ModeTraits<Mode extends string> {
  /** Processes of weka run in it. */
  weka: boolean;
  backend: boolean;
  /** Is recorded in the claims of its node, with its pod: so the node is told what it needs, and a lost pod is not doubled. */
  claims: boolean;
  /** Gets ports or drives from us. */
  allocatable: boolean;
  agent: boolean;
  /** Keeps data in host directories. */
  persistent: boolean;
  hostNetwork: boolean;
  joinsCluster: boolean;
  requiresDrivers: boolean;
  frontend: boolean;
  protocol: boolean;
  /** Does one thing and is then removed. */
  oneOff: boolean;
  adhoc: boolean;
  /** Builds, stores or loads kernel drivers. */
  drivers: boolean;
  /** Loads them into the kernel of its node. */
  loadsDrivers: boolean;
  /** Finds out the facts of its node, so it waits for none. */
  discovers: boolean;
  /** Has drives of its node, claims them and gives them to weka. */
  hasDrives: boolean;
  /** A cluster wishes a number of them: its role. */
  wished: boolean;
  /** A member of this mode can be asked for others, and be joined at. */
  speaks: boolean;
  /** Weka forgets it when it has been away for spec.autoRemoveTimeout. */
  autoRemoved: boolean;
  /** The field of `containers` of `weka status` that counts them; absent: weka counts them as neither. */
  countedAs?: 'drives' | 'computes' | undefined;
  /** Weka's word for what it is: a client has no part in the cluster's data, so it leaves without being emptied. */
  listedAs: 'backend' | 'client';
  /** The type that `weka local ps` shows: envoy, telemetry and ssdproxy are set up by commands of their own. */
  localType: 'weka' | 'envoy' | 'telemetry' | 'ssdproxy';
  /** What weka's resources call the processes on its cores. */
  processRole: 'DRIVES' | 'COMPUTE' | 'DATASERV' | 'FRONTEND';
  /** The mode of the same cluster without which, on its node, it makes no sense. */
  companion?: Mode;
  pod: PodTraits;
  /** Absent: the runtime refuses the mode. */
  runtime?: RuntimeTraits;
}
