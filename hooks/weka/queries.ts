/**
 * The closed table of weka queries: argv and the part of the JSON answer that we rely on. Other fields pass through;
 * nearly all are optional, because weka versions differ and a missing number must not hide the rest; a gate that needs
 * one treats its absence as unknown (protection.ts, weka-containers.ts, weka-drives.ts).
 */
import { z } from 'zod';

const count = z.looseObject({ active: z.number().optional(), total: z.number().optional() });

export const wekaStatus = z.looseObject({
  /** `OK`, `REDISTRIBUTING`, `REBUILDING`, `UNINITIALIZED` ... */
  status: z.string().optional(),
  /** `STARTED` once IO runs. */
  io_status: z.string().optional(),
  name: z.string().optional(),
  guid: z.string().optional(),
  hot_spare: z.number().optional(),
  stripe_data_drives: z.number().optional(),
  stripe_protection_drives: z.number().optional(),
  active_alerts_count: z.number().optional(),
  activity: z
    .looseObject({
      num_ops: z.number().optional(),
      num_reads: z.number().optional(),
      num_writes: z.number().optional(),
      sum_bytes_read: z.number().optional(),
      sum_bytes_written: z.number().optional(),
    })
    .optional(),
  capacity: z
    .looseObject({
      total_bytes: z.number().optional(),
      unavailable_bytes: z.number().optional(),
      unprovisioned_bytes: z.number().optional(),
      hot_spare_bytes: z.number().optional(),
    })
    .optional(),
  containers: z
    .looseObject({
      computes: count.optional(),
      drives: count.optional(),
      backends: count.optional(),
      clients: count.optional(),
    })
    .optional(),
  drives: count.optional(),
  rebuild: z
    .looseObject({
      movingData: z.boolean().optional(),
      progressPercent: z.number().optional(),
      protectionState: z
        .array(z.looseObject({ numFailures: z.number().optional(), percent: z.number().optional() }))
        .optional(),
    })
    .optional(),
});
export type WekaStatus = z.infer<typeof wekaStatus>;

/** `host_id` is `HostId<N>`. */
const wekaContainers = z.array(
  z.looseObject({
    host_id: z.string(),
    status: z.string().optional(),
    container_name: z.string().optional(),
    hostname: z.string().optional(),
    mgmt_port: z.number().optional(),
    mode: z.string().optional(),
    roles: z.array(z.string()).optional(),
    failure_domain: z.string().nullable().optional(),
  }),
);

const wekaDrives = z.array(
  z.looseObject({
    uuid: z.string(),
    status: z.string().optional(),
    serial_number: z.string().optional(),
    device_path: z.string().optional(),
    added_time: z.string().nullable().optional(),
    host_id: z.string().optional(),
  }),
);

const wekaUsers = z.array(z.looseObject({ username: z.string(), role: z.string().optional() }));
const named = z.array(z.looseObject({ name: z.string(), status: z.string().optional() }));
const wekaOverrides = z.array(z.looseObject({ key: z.string() }));

export const wekaQueries = {
  status: { argv: ['weka', 'status', '--json'], answer: wekaStatus },
  containers: { argv: ['weka', 'cluster', 'container', '--json'], answer: wekaContainers },
  drives: { argv: ['weka', 'cluster', 'drive', '--json'], answer: wekaDrives },
  users: { argv: ['weka', 'user', '-J'], answer: wekaUsers },
  filesystems: { argv: ['weka', 'fs', '--json'], answer: named },
  filesystemGroups: { argv: ['weka', 'fs', 'group', '--json'], answer: named },
  overrides: { argv: ['weka', 'debug', 'override', 'list', '--json'], answer: wekaOverrides },
} as const;

/** What weka says when it does not take a user name and password. Lacking a right is no refusal of these. */
export const refusedCredentials =
  /authentication (failed|error)|incorrect (user ?name|password)|(invalid|wrong) (user ?name|password|credentials)|unauthori[sz]ed|not logged in|log ?in failed|failed to log ?in|locked out|user is locked/i;

/** What weka says to somebody whom it knows and who may not do this. */
export const lackingRight =
  /permission denied|forbidden|not (permitted|allowed)|insufficient (permissions|privileges|role)/i;

/**
 * Asks weka who one is, as the user whose name and password are the two lines of stdin, so that neither is in an argv.
 * Of a shell alone, for pods of an earlier release have an earlier runtime.
 */
export const loginArgv = [
  'sh',
  '-c',
  [
    'IFS= read -r WEKA_USERNAME && IFS= read -r WEKA_PASSWORD || exit 2',
    'WEKA_ORG=Root',
    'export WEKA_USERNAME WEKA_PASSWORD WEKA_ORG',
    'exec weka user whoami',
  ].join('; '),
] as const;

export type WekaQueryName = keyof typeof wekaQueries;
export type WekaAnswer<N extends WekaQueryName> = z.infer<(typeof wekaQueries)[N]['answer']>;
