/** The status of a WekaCluster: upstream's summary word, its metrics and what its printer columns show. */
import { z } from 'zod';
import { conditions, dateTime, metric, object, observedGeneration, text, texts } from '../../core/api/schema.ts';
import { driveMetrics, entityStatefulNum } from './common.ts';

export const clusterStatuses = [
  'Init',
  'WaitForDrives',
  'StartingIO',
  'Ready',
  'GracePeriod',
  'Destroying',
  'Deallocating',
  'Paused',
] as const;

const containerMetrics = object({
  numContainers: entityStatefulNum.optional().describe('counts the containers'),
  processes: entityStatefulNum.optional().describe('counts the processes'),
  cpuUtilization: text(64).optional().describe('is the average utilisation in percent'),
});

const bytes = (of: string) => metric().optional().describe(`is the bytes ${of}`);
const rate = (of: string) => metric().optional().describe(`is the ${of} per second`);

export const clusterMetrics = object({
  containers: object({
    drive: containerMetrics.optional().describe('is about drive containers'),
    compute: containerMetrics.optional().describe('is about compute containers'),
    s3: containerMetrics.optional().describe('is about s3 containers'),
    nfs: containerMetrics.optional().describe('is about nfs containers'),
  })
    .optional()
    .describe('is about containers, by role'),
  ioStats: object({
    throughput: object({ read: rate('bytes read'), write: rate('bytes written') })
      .optional()
      .describe('is bytes per second'),
    iops: object({
      read: rate('reads'),
      write: rate('writes'),
      metadata: rate('other operations'),
      total: rate('operations'),
    })
      .optional()
      .describe('is operations per second'),
  })
    .optional()
    .describe('is what clients do'),
  drives: driveMetrics.optional().describe('is about drives'),
  alertsCount: metric().optional().describe('is the active alerts'),
  clusterStatus: text(64).optional().describe("is weka's own word, such as OK or REBUILDING"),
  capacity: object({
    totalBytes: bytes('in all'),
    unprovisionedBytes: bytes('in no filesystem'),
    unavailableBytes: bytes('on failed drives'),
    hotSpareBytes: bytes('kept as spare'),
  })
    .optional()
    .describe('is the capacity of the drives'),
  numFailures: z
    .record(text(64), text(64))
    .optional()
    .describe('is the percent of the data with so many failures, by their number'),
  lastUpdate: dateTime().optional().describe('is when these numbers were read'),
  filesystem: object({
    totalProvisionedCapacity: bytes('provisioned'),
    totalUsedCapacity: bytes('used'),
    totalAvailableCapacity: bytes('available'),
    totalProvisionedSSDCapacity: bytes('provisioned on SSD'),
    totalUsedSSDCapacity: bytes('used on SSD'),
    totalAvailableSSDCapacity: bytes('available on SSD'),
    hasTieredFilesystems: z.boolean().optional().describe('says whether any filesystem is tiered to an object store'),
    totalObsCapacity: bytes('provisioned in object stores'),
    obsBucketCount: metric().optional().describe('counts the buckets'),
    activeObsBucketCount: metric().optional().describe('counts the buckets that are up'),
  })
    .optional()
    .describe('is the sum over filesystems'),
});

const column = (of: string) => text().optional().describe(`is the column ${of}`);

/** Names in `rollOrder`. */
export const rollNames = 16;

/** @param ports the same shape as in the spec */
export const wekaClusterStatus = <Ports extends z.ZodType>(ports: Ports) =>
  object({
    conditions: conditions().optional().describe('say where the cluster stands'),
    observedGeneration: observedGeneration(),
    status: z.enum(clusterStatuses).optional().describe('is one word for people, derived from the conditions'),
    clusterID: text(64).optional().describe('is the GUID that weka gave itself'),
    traceId: text(64).optional().describe('is the trace of the bring-up'),
    spanId: text(64).optional().describe('is the span of the bring-up'),
    lastAppliedImage: text(1024).optional().describe('is the image that all containers run'),
    lastAppliedSpec: text(128).optional().describe('is the hash of the spec that was last given to all containers'),
    ports: ports.optional().describe('are the ports that were allocated'),
    stats: clusterMetrics.optional().describe('are numbers that weka reports'),
    printer: object({
      computeContainers: column('CCT, active/created/desired'),
      driveContainers: column('DCT, active/created/desired'),
      drives: column('DRVS, active/created/desired'),
      throughput: column('THRPT, read/written'),
      iops: column('IOPS, read/written/metadata'),
      filesystemCapacity: column('FS, used/available'),
    })
      .optional()
      .describe('is what the printer columns show'),
    rollOrder: texts(rollNames)
      .optional()
      .describe(`are the WekaContainers whose pods wait to be replaced, the next one first, the first ${rollNames}`),
    timestamps: z
      .record(text(64), dateTime())
      .optional()
      .describe('are when things happened that a later step waits on'),
  });
