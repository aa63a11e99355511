/** The filesystems that every cluster has (docs/weka/reference.md#filesystems). */
import { act, done, skipped, unknown } from '../../core/steps.ts';
import { clusterConditions } from '../api/group.ts';
import { wekaRun } from '../catalogue.ts';
import type { Outcome, Step } from '../reasons.ts';
import type { ClusterFacts } from './facts.ts';
import { answered } from './looks.ts';

const gibibyte = 1024 ** 3;
const group = 'default';
/** Bytes; sizes of .config_fs are upstream's. */
const configFilesystem = { name: '.config_fs', size: 100 * gibibyte, thinMin: 10 * gibibyte, thinMax: 100 * gibibyte };

/** The filesystem of the user: a tenth of the capacity, at least 1 GiB; a hundredth is guaranteed. */
export function defaultFilesystem(totalBytes: number): {
  name: string;
  size: number;
  thinMin: number;
  thinMax: number;
} {
  const size = Math.max(Math.floor(totalBytes / 10), gibibyte);
  return { name: 'default', size, thinMin: Math.floor(totalBytes / 100), thinMax: size };
}

function filesystemsCreated(facts: ClusterFacts): Outcome {
  const { executor, wekaStatus, cluster } = facts;
  if ((cluster.spec.expandEndpoints ?? []).length > 0) return skipped;
  const groups = answered(facts, 'filesystemGroups');
  const filesystems = answered(facts, 'filesystems');
  const total = wekaStatus?.capacity?.total_bytes;
  if (executor === undefined || groups === undefined || filesystems === undefined || total === undefined)
    return unknown('the filesystems have not been read', facts.config.lookSeconds);
  if (groups.every(({ name }) => name !== group)) {
    return act('CreatingFilesystems', `creates the filesystem group ${group}`, [
      wekaRun(executor, 'filesystemGroupCreate', { name: group }),
    ]);
  }
  const missing = [configFilesystem, defaultFilesystem(total)].filter(({ name }) =>
    filesystems.every((one) => one.name !== name),
  );
  if (missing.length === 0) return done();
  return act(
    'CreatingFilesystems',
    `creates the filesystems ${missing.map(({ name }) => name).join(', ')}`,
    missing.map(({ name, size, thinMin, thinMax }) =>
      wekaRun(executor, 'filesystemCreate', {
        name,
        group,
        sizeBytes: size,
        thinMinBytes: thinMin,
        thinMaxBytes: thinMax,
      }),
    ),
  );
}

export const filesystemStep = {
  name: 'Filesystems',
  condition: clusterConditions.defaultFilesystemsCreated,
  mode: 'always',
  status: 'StartingIO',
  summary: 'The filesystems .config_fs and default exist.',
  check: filesystemsCreated,
} as const satisfies Step<ClusterFacts>;
