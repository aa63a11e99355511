/** WekaManualOperation: something done once. */
import { z } from 'zod';
import { ageColumn, readyColumns } from '../../core/api/kind.ts';
import { parse } from '../../core/api/parse.ts';
import { withRules } from '../../core/api/rules.ts';
import {
  conditions,
  dateTime,
  duration,
  object,
  observedGeneration,
  text,
  tolerations,
} from '../../core/api/schema.ts';
import { wekaGroup } from './group.ts';
import {
  blockDrivesPayload,
  discoverDrivesPayload,
  ensureNicsPayload,
  forceResignDrivesPayload,
  payloadRules,
  remoteTracesSession,
  signDrivesPayload,
} from './payloads.ts';

/** Each action, and the field of the payload that it reads. */
export const manualActions = {
  'sign-drives': 'signDrivesPayload',
  'discover-drives': 'discoverDrivesPayload',
  'force-resign-drives': 'forceResignDrivesPayload',
  'block-drives': 'blockDrivesPayload',
  'unblock-drives': 'blockDrivesPayload',
  'ensure-nics': 'ensureNICsPayload',
  'remote-traces-session': 'remoteTracesSessionPayload',
} as const;
export const manualActionNames = Object.keys(manualActions) as (keyof typeof manualActions)[];

const specFields = object({
  action: z.enum(manualActionNames).describe('is what to do'),
  payload: object({
    signDrivesPayload: signDrivesPayload.optional().describe('is for sign-drives'),
    blockDrivesPayload: blockDrivesPayload.optional().describe('is for block-drives and unblock-drives'),
    discoverDrivesPayload: discoverDrivesPayload.optional().describe('is for discover-drives'),
    ensureNICsPayload: ensureNicsPayload.optional().describe('is for ensure-nics'),
    forceResignDrivesPayload: forceResignDrivesPayload.optional().describe('is for force-resign-drives'),
    remoteTracesSessionPayload: remoteTracesSession.optional().describe('is for remote-traces-session'),
  })
    .optional()
    .describe('is what to do it with; one field, named after the action'),
  image: text(1024).optional().describe('is the image of the helpers; an operator setting when absent'),
  imagePullSecret: text().optional().describe('is the secret with which nodes pull the image'),
  tolerations: tolerations().optional().describe('are added to the tolerations of the helpers'),
  serviceAccountName: text().optional().describe('is the service account of the helpers'),
  deletionDelay: duration()
    .default('5m')
    .describe('is how long the object stays after it is done; a failed one stays for ever'),
});

const status = object({
  conditions: conditions().optional().describe('say where the operation stands'),
  observedGeneration: observedGeneration(),
  result: text(262_144).optional().describe('is the JSON that the operation answered with'),
  status: z
    .enum(['Running', 'Done', 'Failed'])
    .optional()
    .describe('is one word for people, derived from the conditions'),
  completedAt: dateTime().optional().describe('is when the operation ended'),
});

export const wekaManualOperationSchema = wekaGroup.customResource(
  'WekaManualOperation',
  withRules(specFields, payloadRules<z.output<typeof specFields>>('action', manualActions)),
  status,
);

export type WekaManualOperation = z.output<typeof wekaManualOperationSchema>;

/** The WekaManualOperation with defaults, or what is wrong with it. */
export const parseWekaManualOperation = (input: unknown) => parse(wekaManualOperationSchema, input);

export const wekaManualOperationKind = wekaGroup.kind({
  kind: 'WekaManualOperation',
  plural: 'wekamanualoperations',
  singular: 'wekamanualoperation',
  shortNames: ['wmo'],
  scope: 'Namespaced',
  description: 'WekaManualOperation is something done once, such as signing drives.',
  schema: wekaManualOperationSchema,
  columns: [
    { name: 'Action', type: 'string', jsonPath: '.spec.action' },
    { name: 'Status', type: 'string', jsonPath: '.status.status' },
    ...readyColumns,
    ageColumn,
    { name: 'Result', type: 'string', jsonPath: '.status.result', priority: 1 },
  ],
});
