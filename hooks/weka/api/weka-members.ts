/** WekaMembers: a few containers of a cluster that can run commands for others, and the addresses to join it at. */
import { z } from 'zod';
import { ageColumn } from '../../core/api/kind.ts';
import { parse } from '../../core/api/parse.ts';
import { object, port, text, texts } from '../../core/api/schema.ts';
import { wekaGroup } from './group.ts';
import { modes, type Role } from './modes.ts';

const spec = object({
  clusterGuid: text(64).optional().describe('is the GUID that weka gave itself; absent before formation'),
  basePort: port().optional().describe('is the first port of the cluster'),
  // Metacontroller merges a list of which all entries have containerPort, port, mountPath, name, uid, ip or path: what a person writes into it would stay
  members: z
    .array(
      object({
        containerUid: text(64).describe('is the uid of the WekaContainer'),
        containerName: text().describe('is the name of the WekaContainer'),
        podUid: text(64).optional().describe('is the uid of its pod'),
        mode: z.enum(modes).describe('is its mode'),
        containerId: z.int().min(0).optional().describe('is its number in the weka cluster'),
        address: text(64).describe('is its first management address'),
      }),
    )
    .max(96)
    .default([])
    .describe('are containers that can run commands for others'),
  silent: z
    .array(
      object({
        wekaName: text().describe('is its name inside weka'),
        nodeName: text().describe('is the node'),
      }),
    )
    .max(96)
    .optional()
    .describe('are members whose node does not report: weka that calls them UP speaks of the past'),
  wished: object({
    drive: z.int().min(0).optional().describe('is how many drive containers'),
    compute: z.int().min(0).optional().describe('is how many compute containers'),
  } satisfies Record<Role, z.ZodType>)
    .optional()
    .describe('is how many containers the WekaCluster wishes: who leaves waits for the successor of who left before'),
  joinIpPorts: texts(128, 64).default([]).describe('are ip:port addresses to join the cluster at'),
});

export const wekaMembersSchema = wekaGroup.dataResource('WekaMembers', spec);
export type WekaMembers = z.output<typeof wekaMembersSchema>;
export type SilentMember = NonNullable<WekaMembers['spec']['silent']>[number];

/** The WekaMembers with defaults, or what is wrong with it. */
export const parseWekaMembers = (input: unknown) => parse(wekaMembersSchema, input);

/** Name of the members object of a cluster. */
export const membersName = (cluster: string): string => `${cluster}-members`;

export const wekaMembersKind = wekaGroup.kind({
  kind: 'WekaMembers',
  plural: 'wekamembers',
  singular: 'wekamembers',
  shortNames: [],
  scope: 'Namespaced',
  description: 'WekaMembers is who can speak for a cluster. Written by the operator only.',
  schema: wekaMembersSchema,
  columns: [{ name: 'Cluster ID', type: 'string', jsonPath: '.spec.clusterGuid' }, ageColumn],
});
