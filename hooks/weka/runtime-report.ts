/** What the runtime of a pod says about itself: the answer of `weka_runtime.py report`, schema version 1. */
import { z } from 'zod';
import { json, jsonObject } from '../core/validation.ts';

export const runtimePhases = [
  'starting',
  'waiting-for-resources',
  'waiting-for-drivers',
  'starting-weka',
  'running',
  'waiting-to-stop',
  'stopping',
  'stopped',
  'idle',
  'error',
] as const;

/** An entry of `weka local ps --json`. */
const localContainer = z.looseObject({
  name: z.string(),
  type: z.string().optional(),
  /** `Running`, `Stopped`, `Starting`, `Error`. */
  runStatus: z.string().optional(),
  internalStatus: z
    .looseObject({
      /** `READY`, `STEM`, `CLUSTERIZING` ... */
      display_status: z.string().optional(),
    })
    .nullable()
    .optional(),
});

export const runtimeReport = z.looseObject({
  schema: z.literal(1),
  mode: z.string(),
  /** Weka-internal name. */
  name: z.string(),
  podUid: z.string(),
  /** Kernel boot id. */
  bootId: z.string(),
  generation: z.string().nullable(),
  persistencyConfigured: z.boolean(),
  phase: z.enum(runtimePhases),
  message: z.string(),
  /** TERM was seen. */
  exiting: z.boolean(),
  allowStop: z.boolean(),
  allowForceStop: z.boolean(),
  resources: jsonObject.nullable(),
  missingDriver: z.string().nullable(),
  managementIps: z.array(z.string()),
  wekaPort: z.number().nullable(),
  agentPort: z.number().nullable(),
  /** null: the agent does not answer. */
  local: z.array(localContainer).nullable(),
  /** null: not joined. */
  identity: z.looseObject({ clusterGuid: z.string(), hostId: z.number() }).nullable(),
  featureFlags: z.record(z.string(), z.boolean()).nullable(),
  /** Kernel mounts of the node's driver; null: not known. Runtimes of before do not say. */
  activeMounts: z.int().min(0).nullish(),
  drives: json.nullable(),
  results: json.nullable(),
});
export type RuntimeReport = z.infer<typeof runtimeReport>;
