/** WekaNode: what the hooks need to know of a Node, in a small object that changes rarely. Cluster-scoped. */
import { z } from 'zod';
import { ageColumn, readyColumns } from '../../core/api/kind.ts';
import { parse, type Parsed } from '../../core/api/parse.ts';
import {
  conditions,
  dateTime,
  integer,
  object,
  observedGeneration,
  stringMap,
  text,
  texts,
} from '../../core/api/schema.ts';
import type { KubernetesObject } from '../../core/contract.ts';
import { wekaGroup } from './group.ts';

const amount = (maximum = 2_000_000_000) => integer(0, maximum);

const spec = object({
  nodeUid: text(64).describe('is the uid of the Node'),
  labels: stringMap().default({}).describe('are the labels of the Node'),
  taints: z
    .array(
      object({
        key: text(317).describe('is the key of the taint'),
        value: text(63).optional().describe('is the value of the taint'),
        effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).describe('is the effect of the taint'),
      }),
    )
    .max(128)
    .default([])
    .describe('are the taints of the Node'),
  unschedulable: z.boolean().default(false).describe('says that the Node is cordoned'),
  ready: z.boolean().default(false).describe('is the Ready condition of the Node'),
  bootId: text(64).optional().describe('changes with each boot'),
  kernel: text(128).optional().describe('is the version of the kernel'),
  architecture: text(32).optional().describe('is amd64 or arm64'),
  osImage: text().optional().describe('is the name of the operating system'),
  providerId: text(1024).optional().describe('is the id that the cloud gave the Node'),
  internalIps: texts(16, 64).default([]).describe('are the internal addresses of the Node'),
  drives: texts(1024).default([]).describe('are the serials of signed drives that are not blocked'),
  blockedDrives: texts(1024).default([]).describe('are the serials of drives that are not to be used'),
  allocatable: object({
    cpuMillis: amount().optional().describe('is thousandths of a CPU'),
    memoryMib: amount().optional().describe('is MiB of memory'),
    hugepages2Mib: amount().optional().describe('is MiB in pages of 2 MiB'),
    hugepages1Gib: amount().optional().describe('is MiB in pages of 1 GiB'),
  })
    .prefault({})
    .describe('is what pods may use'),
});

/** A WekaClaims object that is known to be complete. */
const claimsObject = () =>
  object({
    uid: text(64).describe('is the uid of the WekaClaims object that is complete'),
    pending: text(64)
      .optional()
      .describe('is the uid of the one that is there in its place, empty where there is none'),
    since: dateTime().optional().describe('is when that was seen'),
  });

const status = object({
  conditions: conditions().optional().describe('say where the node stands'),
  observedGeneration: observedGeneration(),
  discovery: object({
    bootId: text(64).describe('is the boot that the facts are about'),
    schema: amount(1000).describe('is the version of the facts'),
    isHt: z.boolean().describe('says that the CPU has hyper-threads'),
    kubernetesDistro: text(63).optional().describe('is the Kubernetes distribution, such as openshift'),
    os: text(63).optional().describe('is the operating system, such as rhcos or cos'),
    osBuildId: text().optional().describe('is the build of the operating system'),
    numCpus: amount(100_000).optional().describe('is how many CPUs the node has'),
  })
    .optional()
    .describe('are facts that a discovery container read on the node'),
  drivers: z
    .array(
      object({
        image: text(1024).describe('is the image whose drivers were loaded'),
        bootId: text(64).describe('is the boot in which they were loaded'),
      }),
    )
    .max(64)
    .optional()
    .describe('are the kernel drivers that were loaded'),
  failedLoads: z
    .array(
      object({
        image: text(1024).describe('is the image whose drivers could not be loaded'),
        bootId: text(64).describe('is the boot in which that was tried'),
        at: dateTime().describe('is when the last try was given up'),
        message: text(2048).describe('says why'),
      }),
    )
    .max(64)
    .optional()
    .describe(
      'are loads of kernel drivers that failed or never ended; each is tried again after those that were not tried yet',
    ),
  cleanUps: z
    .array(
      object({
        containerUid: text(64).describe('is the uid of the WekaContainer'),
        wish: text(64).describe('is the hash of what was to be cleaned'),
        done: z.boolean().describe('says that it is clean'),
        message: text(2048).describe('is how it stands'),
      }),
    )
    .max(64)
    .optional()
    .describe('is what is cleaned for containers whose namespace is being deleted, as their claims ask for'),
  claims: claimsObject()
    .optional()
    .describe(
      'is in which object the claims of the node are: in one made anew those who run on the node have to claim again what they have, before anybody chooses',
    ),
  portClaims: claimsObject().optional().describe('is the same of the port ranges of all WekaClusters'),
  refused: z
    .array(
      object({
        image: text(1024).describe('is the image of a container on the node'),
        message: text(2048).describe('says why no helper may run it, and what an administrator does'),
      }),
    )
    .max(64)
    .optional()
    .describe('are images whose kernel drivers are not loaded, because no helper may run them'),
});

export const wekaNodeSchema = wekaGroup.customResource('WekaNode', spec, status);
export type WekaNode = z.output<typeof wekaNodeSchema>;

/** The WekaNode with defaults, or what is wrong with it. */
export const parseWekaNode = (input: unknown) => parse(wekaNodeSchema, input);

const isMap = (value: unknown): boolean => value !== null && typeof value === 'object' && !Array.isArray(value);
const isFlag = (value: unknown): boolean => typeof value === 'boolean';

/** Every field that has a default, and what it looks like once the API server has filled it in. */
const filledIn: Record<
  keyof { [Field in keyof WekaNode['spec'] as undefined extends WekaNode['spec'][Field] ? never : Field]: unknown },
  (value: unknown) => boolean
> = {
  nodeUid: (value) => typeof value === 'string',
  labels: isMap,
  taints: (value) => Array.isArray(value) && value.every(isMap),
  unschedulable: isFlag,
  ready: isFlag,
  internalIps: Array.isArray,
  drives: Array.isArray,
  blockedDrives: Array.isArray,
  allocatable: isMap,
};
const fields = Object.entries(filledIn);

/**
 * A WekaNode that is related to many parents, read shallowly: there may be thousands of them in one request. The API
 * server checked it when it was written and filled in its defaults; one that does not look so is parsed.
 */
export function readWekaNode(input: KubernetesObject): Parsed<WekaNode> {
  const spec = input['spec'] as Record<string, unknown> | undefined;
  const complete = isMap(spec) && fields.every(([field, holds]) => holds(spec?.[field]));
  return complete ? { ok: true, value: input as unknown as WekaNode } : parseWekaNode(input);
}

export const wekaNodeKind = wekaGroup.kind({
  kind: 'WekaNode',
  plural: 'wekanodes',
  singular: 'wekanode',
  shortNames: ['wn'],
  scope: 'Cluster',
  description: 'WekaNode is what the operator knows of a Node. Written by the operator only.',
  schema: wekaNodeSchema,
  columns: [
    { name: 'Node Ready', type: 'boolean', jsonPath: '.spec.ready' },
    ...readyColumns,
    { name: 'Kernel', type: 'string', jsonPath: '.spec.kernel' },
    { name: 'Drives', type: 'string', jsonPath: '.spec.drives', priority: 1 },
    ageColumn,
  ],
});
