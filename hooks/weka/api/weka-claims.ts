/**
 * WekaClaims: who holds what, changed only by compare-and-swap and owned by nobody, so that it outlives whoever holds.
 * Cluster-scoped; `node-<node>`, `cluster-<WekaCluster uid>` and `ports` each use their own part of the spec.
 */
import { z } from 'zod';
import { ageColumn } from '../../core/api/kind.ts';
import { parse } from '../../core/api/parse.ts';
import { dateTime, object, port, text, texts } from '../../core/api/schema.ts';
import { group, version, wekaGroup } from './group.ts';
import { modes } from './modes.ts';

const uid = () => text(64);

const replacements = object({
  podUid: uid().describe('is the uid of the last pod that was replaced'),
  at: z.array(dateTime()).max(4).describe('is when the last four were'),
  level: z.int().min(0).describe('is how many came in a row that were too many'),
  since: dateTime().optional().describe('is when that row began'),
});

const holder = object({
  namespace: text(63).describe('is the namespace of the WekaContainer'),
  name: text().describe('is the name of the WekaContainer'),
  clusterUid: uid().optional().describe('is the uid of its WekaCluster'),
  clusterName: text().optional().describe('is the name of its WekaCluster'),
  wekaName: text().optional().describe('is its name inside weka'),
  mode: z.enum(modes).describe('is its mode'),
  image: text(1024).describe('is the image that it runs or is about to run'),
  driversDistService: text(2048).optional().describe('is where its kernel drivers come from'),
  wekaPort: port().optional().describe('is its first weka port'),
  agentPort: port().optional().describe('is the port of its agent'),
  drives: texts(1024).default([]).describe('are the serials of its drives'),
  incarnation: object({
    podUid: uid().describe('is the uid of its pod'),
    nodeName: text().describe('is the node of its pod'),
    bootId: text(64).describe('is the boot in which its pod ran'),
  })
    .optional()
    .describe('is its last known pod'),
  adopted: object({
    containerUid: uid().describe('is the uid of the one whose claim it took over'),
    dataUid: uid().describe('is the uid that the directory of its data on the node is named after'),
  })
    .optional()
    .describe(
      'is the former WekaContainer that it took over by overrides.adoptFormer; only this says whose data it has',
    ),
  identity: object({
    podUid: uid().describe('is the uid of the pod whose runtime said so'),
    containerId: z.int().min(0).optional().describe('is its number in the weka cluster; absent: it was no member'),
    clusterGuid: text(64).optional().describe('is the GUID of the weka cluster'),
  })
    .optional()
    .describe('is what it is in weka, as was known when its pod was recorded or allowed to stop'),
  deactivated: z
    .int()
    .min(0)
    .optional()
    .describe(
      'is its number in the weka cluster, where weka was seen to have deactivated it: only then it is believed that weka does not know it any more',
    ),
  forceWord: dateTime()
    .optional()
    .describe(
      'is when its overrides.podDeleteForceReplace was first seen: it counts for what is deleted by then, or within ten minutes',
    ),
  stopAllowed: uid().optional().describe('is the uid of the pod that was told to stop'),
  cleanUp: object({
    nodeName: text().describe('is the node'),
    wekaName: text().describe('is its name inside weka, after which the lock of its runtime is named'),
    clusterGuid: text(64)
      .optional()
      .describe('is the weka cluster whose drives may be erased; absent: none is its own'),
    drives: texts(1024).default([]).describe('are the serials of the drives to resign'),
    dataUid: uid()
      .optional()
      .describe('is the uid that the directory to remove is named after; absent: none is removed'),
  })
    .optional()
    .describe(
      'is what the WekaNode is to clean for it, from the namespace of the operator: in its own nothing can be created any more',
    ),
  replacements: replacements
    .optional()
    .describe('are the times at which the operator replaced its pod of its own will'),
  helperReplacements: replacements
    .optional()
    .describe('are the same of its helper pods, which prove its runtime dead or clean up after it'),
});

const spec = object({
  ofCluster: uid()
    .optional()
    .describe(
      'is the uid of the WekaCluster that the claims are of; where it is not that of their name they count for nothing',
    ),
  holders: z.record(uid(), holder).optional().describe('are the WekaContainers on a node, by uid'),
  former: object({
    containerUid: uid().describe('is the uid of the WekaContainer'),
    at: dateTime().describe('is when it was chosen'),
  })
    .optional()
    .describe('is the one container that may form a cluster'),
  formed: object({
    guid: text(64).describe('is the GUID that weka gave itself'),
    at: dateTime().describe('is when it was first seen'),
  })
    .optional()
    .describe('is the weka cluster that the WekaCluster has formed; it forms no other one while this stands'),
  turn: object({
    containerUid: uid().describe('is the uid of the WekaContainer'),
    namespace: text(63).describe('is the namespace of the WekaContainer'),
    name: text().describe('is the name of the WekaContainer'),
    reason: text(1024).describe('is why it is disturbed'),
    at: dateTime().describe('is when the turn began'),
    nodeName: text()
      .optional()
      .describe('is its node, where the reason is the node; the others of that node may share the turn'),
    failureDomain: text(256)
      .optional()
      .describe("is weka's own failure domain of it; only containers of the same one share the turn"),
    others: z
      .record(
        uid(),
        object({
          namespace: text(63).describe('is the namespace of the WekaContainer'),
          name: text().describe('is the name of the WekaContainer'),
        }),
      )
      .optional()
      .describe('are the containers that share the turn, by uid'),
  })
    .optional()
    .describe('is the one container of a cluster, or the one node, that may be disturbed'),
  roll: object({
    next: object({
      containerUid: uid().describe('is the uid of the WekaContainer'),
      name: text().describe('is the name of the WekaContainer'),
    }).describe('is the container whose pod is replaced next: of those that wait for the turn only this one takes it'),
    at: dateTime().describe(
      'is when the cluster said so last; it says so anew every five minutes, and an older word than fifteen counts for nothing',
    ),
    since: dateTime()
      .optional()
      .describe(
        'is since when nothing but the container itself keeps it from its turn; absent while another one has the turn or something is missing',
      ),
    passed: z
      .record(uid(), dateTime())
      .optional()
      .describe('are the containers that were passed over, by uid, and when'),
  })
    .optional()
    .describe('is the order in which a cluster replaces its pods, as its hook says it'),
  forced: object({
    containerUid: uid().describe('is the uid of the WekaContainer'),
    nodeName: text().optional().describe('is its node'),
    at: dateTime().describe('is when that was seen'),
  })
    .optional()
    .describe(
      'is the container of a cluster of which overrides.podDeleteForceReplace was said last: within ten minutes that of another node does not count unless it is confirmed',
    ),
  grace: object({
    startedAt: dateTime().describe('is when it began, by the clock of the hooks'),
    startedAtServer: dateTime().describe('is when it began, by the clock of the API server'),
    generation: z
      .int()
      .min(1)
      .optional()
      .describe(
        'is the metadata.generation of the WekaCluster for which it runs: any other one has a grace of its own',
      ),
    seenAt: dateTime()
      .optional()
      .describe(
        'is when the operator last saw it running, by the clock of the API server: after a time in which nobody looked, or a restore, it begins anew',
      ),
    afterOrder: dateTime()
      .optional()
      .describe('is when the destruction was ordered that this grace has interrupted: some of the data may be erased'),
    anew: object({
      times: z.int().min(1).describe('is how many of the same deletion have begun before it'),
      because: text(200).describe('is why the last of them does not count, one sentence'),
    })
      .optional()
      .describe('says that it is not the first grace of this deletion'),
  })
    .optional()
    .describe(
      'is the grace of the deletion of a cluster that runs now; each deletion that is taken up again begins a new one',
    ),
  destroy: object({
    at: dateTime().describe('is when the grace was over'),
    seenAt: dateTime()
      .optional()
      .describe(
        'is when its cluster last said that it stands: after a time in which nobody did, or a restore, it is void and a new grace begins',
      ),
    generation: z
      .int()
      .min(1)
      .optional()
      .describe('is the metadata.generation of the WekaCluster for which it was given: for any other one it is void'),
  })
    .optional()
    .describe('is the order to destroy the data of the cluster; its containers obey nothing else'),
  ranges: z
    .record(
      uid(),
      object({
        namespace: text(63).describe('is the namespace of the WekaCluster'),
        name: text().describe('is the name of the WekaCluster'),
        basePort: port().describe('is the first port'),
        portRange: port().describe('is how many ports'),
      }),
    )
    .optional()
    .describe('are the port ranges of clusters, by the uid of the WekaCluster'),
});

export const wekaClaimsSchema = wekaGroup.dataResource('WekaClaims', spec);
export type WekaClaims = z.output<typeof wekaClaimsSchema>;
export type WekaClaimsSpec = WekaClaims['spec'];
export type ClaimHolder = z.output<typeof holder>;

/** The WekaClaims with defaults, or what is wrong with it. */
export const parseWekaClaims = (input: unknown) => parse(wekaClaimsSchema, input);

/** Only the spec, as the observation `claims.read` hands it over. */
export const wekaClaimsSpecSchema = spec;

/** Names of the claims objects. */
export const claimsNames = {
  ofNode: (node: string): string => `node-${node}`,
  ofCluster: (clusterUid: string): string => `cluster-${clusterUid}`,
  ofPorts: 'ports',
} as const;

export const wekaClaimsKind = wekaGroup.kind({
  kind: 'WekaClaims',
  plural: 'wekaclaims',
  singular: 'wekaclaims',
  shortNames: [],
  scope: 'Cluster',
  description: `WekaClaims is who holds which ports, drives and turns (${group}/${version}). Written by the operator only.`,
  schema: wekaClaimsSchema,
  columns: [{ name: 'Turn', type: 'string', jsonPath: '.spec.turn.reason' }, ageColumn],
});
