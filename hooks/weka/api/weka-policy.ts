/** WekaPolicy: something done again and again. */
import { z } from 'zod';
import { ageColumn, nameAtMost, readyColumns } from '../../core/api/kind.ts';
import { parse } from '../../core/api/parse.ts';
import { withRules } from '../../core/api/rules.ts';
import {
  anyObject,
  conditions,
  dateTime,
  duration,
  object,
  observedGeneration,
  text,
  texts,
  tolerations,
} from '../../core/api/schema.ts';
import { wekaGroup } from './group.ts';
import {
  discoverDrivesPayload,
  driverDistPayload,
  ensureNicsPayload,
  payloadRules,
  remoteTracesSession,
  signDrivesPayload,
} from './payloads.ts';

/** Each type of policy, and the field of the payload that it reads. */
export const policyTypes = {
  'sign-drives': 'signDrivesPayload',
  'discover-drives': 'discoverDrivesPayload',
  'ensure-nics': 'ensureNICsPayload',
  'enable-local-drivers-distribution': 'driverDistPayload',
  'remote-traces-session': 'remoteTracesSessionPayload',
} as const;
export const policyTypeNames = Object.keys(policyTypes) as (keyof typeof policyTypes)[];

const specFields = object({
  type: z.enum(policyTypeNames).describe('is what to do'),
  payload: object({
    signDrivesPayload: signDrivesPayload.optional().describe('is for sign-drives'),
    schedulingConfigPayload: anyObject().optional().describe('is accepted and has no effect'),
    discoverDrivesPayload: discoverDrivesPayload.optional().describe('is for discover-drives'),
    ensureNICsPayload: ensureNicsPayload.optional().describe('is for ensure-nics'),
    driverDistPayload: driverDistPayload.optional().describe('is for enable-local-drivers-distribution'),
    remoteTracesSessionPayload: remoteTracesSession.optional().describe('is for remote-traces-session'),
    interval: duration().default('5m').describe('is the time from one run to the next'),
    waitForPolicies: texts(64).optional().describe('is accepted and has no effect'),
  })
    .optional()
    .describe('is what to do it with; one field, named after the type'),
  image: text(1024).optional().describe('is the image of the helpers; an operator setting when absent'),
  imagePullSecret: text().optional().describe('is the secret with which nodes pull the image'),
  tolerations: tolerations().optional().describe('are added to the tolerations of the helpers'),
  serviceAccountName: text().optional().describe('is the service account of the helpers'),
});

const status = object({
  conditions: conditions().optional().describe('say where the policy stands'),
  observedGeneration: observedGeneration(),
  status: z
    .enum(['Running', 'Done', 'Failed', 'Expired'])
    .optional()
    .describe('is one word for people, derived from the conditions'),
  result: text(262_144).optional().describe('is the JSON that the last run answered with'),
  lastRunTime: dateTime().optional().describe('is when the last run ended'),
  progress: text(64).optional().describe('is <completed>/<expected>'),
  typedStatus: object({
    distService: object({
      serviceUrl: text(2048).optional().describe('is the base URL of the kernel drivers'),
    })
      .optional()
      .describe('is about the driver distribution'),
  })
    .optional()
    .describe('is what one type of policy says'),
});

export const wekaPolicySchema = withRules(
  wekaGroup.customResource(
    'WekaPolicy',
    withRules(specFields, payloadRules<z.output<typeof specFields>>('type', policyTypes)),
    status,
  ),
  [nameAtMost(58, 'the name of its Service is <name>-dist')],
);

export type WekaPolicy = z.output<typeof wekaPolicySchema>;

/** The WekaPolicy with defaults, or what is wrong with it. */
export const parseWekaPolicy = (input: unknown) => parse(wekaPolicySchema, input);

export const wekaPolicyKind = wekaGroup.kind({
  kind: 'WekaPolicy',
  plural: 'wekapolicies',
  singular: 'wekapolicy',
  shortNames: ['wp'],
  scope: 'Namespaced',
  description: 'WekaPolicy is something done again and again, such as signing new drives.',
  schema: wekaPolicySchema,
  columns: [
    { name: 'Type', type: 'string', jsonPath: '.spec.type' },
    { name: 'Status', type: 'string', jsonPath: '.status.status' },
    ...readyColumns,
    { name: 'Progress', type: 'string', jsonPath: '.status.progress' },
    { name: 'Result', type: 'string', jsonPath: '.status.result', priority: 1 },
    { name: 'Interval', type: 'string', jsonPath: '.spec.payload.interval', priority: 1 },
    { name: 'Last Run Time', type: 'date', jsonPath: '.status.lastRunTime', priority: 1 },
    ageColumn,
  ],
});
