/** The WekaNode controller: facts and kernel drivers of one node, each through a helper container on it. */
import type { Condition } from '../../core/conditions.ts';
import type { Json, KubernetesObject } from '../../core/contract.ts';
import { defineController } from '../../core/controller.ts';
import { hasPassed } from '../../core/deadlines.ts';
import { defined } from '../../core/defined.ts';
import { objectsOf } from '../../core/envelope.ts';
import type { ReadingRequest } from '../../core/facts.ts';
import { contentHash } from '../../core/operations.ts';
import { done, skipped, unknown, wait } from '../../core/steps.ts';
import { apiVersion, containerConditions, driversLoaderServiceAccount, labels } from '../api/group.ts';
import { claimsNames, parseWekaContainer, parseWekaNode, type WekaContainer, type WekaNode } from '../api/index.ts';
import { readableEntries } from '../claims/claims.ts';
import { configOf, type OperatorConfig } from '../config.ts';
import type { Life, Outcome, Step, StepsResult, Summary } from '../reasons.ts';
import type { HolderInput } from './holder-proof.ts';
import { holdersSettled } from './holders.ts';
import { claimsSeen } from './claims-object.ts';
import { clustersLeft, type ClustersInput } from './clusters-left.ts';
import { cleanUpPods, cleanUpsOf, cleanUpStatus, nodeCleaned, type CleanUp } from './clean-ups.ts';
import { failedLoads, nextLoad, type FailedLoad, type LoadsInput } from './driver-loads.ts';
import { loads, verdicts, type Load, type PolicyInput, type Verdict } from './helper-policy.ts';

/** Older facts are read again (docs/weka/reference.md#discovery). */
const discoverySchema = 3;

/** Entries of each list in the status, as the schema has it. */
const listLimit = 64;
/** Seconds from the failure of a discovery to the next try. */
const failedHelperSeconds = 60;

interface NodeFacts extends PolicyInput {
  request: ReadingRequest;
  node: WekaNode;
  config: OperatorConfig;
  helpers: WekaContainer[];
  unreadable: HolderInput['unreadable'];
  ranges: ClustersInput['ranges'];
  /** The claims objects that are there, as the status is to have them, and in how many seconds that may change. */
  seen: ({ field: 'claims' | 'portClaims' } & ReturnType<typeof claimsSeen>)[];
  discovery?: NonNullable<WekaNode['status']>['discovery'];
  drivers: { image: string; bootId: string }[];
  /** What is to be loaded for each container that waits for drivers. */
  verdicts: Verdict[];
  /** What is to be cleaned for containers that can not have it done in their own namespace. */
  cleanUps: CleanUp[];
  /** What of it could not be loaded, and the load that a helper works at or is to begin. */
  failedLoads: FailedLoad[];
  /** Loads that wait for others, or for their next try. */
  waiting: number;
  next?: Load;
}

type KnownBefore = Pick<
  NodeFacts,
  'request' | 'node' | 'config' | 'holders' | 'unreadable' | 'ranges' | 'clusters' | 'helpers'
>;

const discoveryName = (node: string): string => shorten(`weka-dsc-${node}`);
const loaderName = (node: string, image: string): string =>
  shorten(`weka-drivers-loader-${node}-${contentHash(image, 6)}`);

/** A pod's name is a label value as well: at most 63 characters, the rest as a hash. */
function shorten(name: string): string {
  return name.length <= 63 ? name : `${name.slice(0, 54).replace(/[.-]+$/, '')}-${contentHash(name, 8)}`;
}

function resultOf(facts: Pick<NodeFacts, 'helpers' | 'node'>, name: string): Record<string, Json> | undefined {
  const helper = facts.helpers.find(({ metadata }) => metadata.name === name);
  if (helper?.status?.result === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(helper.status.result);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, Json>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A helper is bound to a boot by its label: results of an earlier boot are not taken. */
const bootLabel = 'weka.io/boot-id';

function discoveryOf(facts: KnownBefore): NodeFacts['discovery'] {
  const { node } = facts;
  const known = node.status?.discovery;
  if (known !== undefined && known.bootId === node.spec.bootId && known.schema >= discoverySchema) return known;
  const helper = facts.helpers.find(({ metadata }) => metadata.name === discoveryName(node.metadata.name));
  if (helper?.metadata.labels?.[bootLabel] !== node.spec.bootId) return undefined;
  const result = resultOf(facts, discoveryName(node.metadata.name));
  if (result === undefined || typeof result['is_ht'] !== 'boolean' || node.spec.bootId === undefined) return undefined;
  const text = (key: string): Record<string, string> =>
    typeof result[key] === 'string' && result[key] !== '' ? { [camel(key)]: result[key] } : {};
  return {
    bootId: node.spec.bootId,
    schema: discoverySchema,
    isHt: result['is_ht'],
    ...text('kubernetes_distro'),
    ...text('os'),
    ...text('os_build_id'),
    ...(typeof result['num_cpus'] === 'number' ? { numCpus: result['num_cpus'] } : {}),
  };
}

const camel = (key: string): string => key.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

function driversOf(facts: KnownBefore): NodeFacts['drivers'] {
  const { bootId } = facts.node.spec;
  if (bootId === undefined) return [];
  const known = (facts.node.status?.drivers ?? []).filter((driver) => driver.bootId === bootId);
  const fresh = Object.values(facts.holders).flatMap(({ image }) => {
    const name = loaderName(facts.node.metadata.name, image);
    const helper = facts.helpers.find(({ metadata }) => metadata.name === name);
    const loaded =
      helper?.metadata.labels?.[bootLabel] === bootId && resultOf(facts, name)?.['drivers_loaded'] === true;
    return loaded && !known.some((driver) => driver.image === image) ? [{ image, bootId }] : [];
  });
  const unique = new Map([...known, ...fresh].map((driver) => [driver.image, driver]));
  return [...unique.values()];
}

/** The loads with what is known of their helpers in this boot. */
function loadsInput(facts: KnownBefore, wanted: readonly Load[]): LoadsInput {
  const {
    node,
    helpers,
    request: {
      context: { now },
    },
  } = facts;
  const bootId = node.spec.bootId ?? '';
  return {
    loads: wanted,
    bootId,
    now,
    failed: (node.status?.failedLoads ?? []).filter((one) => one.bootId === bootId),
    loaderOf: (image) => {
      const name = loaderName(node.metadata.name, image);
      const loader = helpers.find(({ metadata }) => metadata.name === name && metadata.labels?.[bootLabel] === bootId);
      if (loader === undefined) return undefined;
      const error = resultOf(facts, name)?.['err'];
      const words = loader.status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? 'it is starting';
      return {
        createdAt: loader.metadata.creationTimestamp ?? now,
        words,
        ...(typeof error === 'string' && error !== '' ? { error } : {}),
      };
    },
  };
}

function nodeFacts(request: ReadingRequest, node: WekaNode): NodeFacts {
  const objects = objectsOf(request.related, 'WekaClaims', apiVersion);
  const claims = new Map(objects.map((object) => [object.metadata.name, object['spec']]));
  const helpers = objectsOf(request.children, 'WekaContainer', apiVersion).flatMap((object) => {
    const parsed = parseWekaContainer(object);
    return parsed.ok && object.metadata.namespace === request.context.operatorNamespace ? [parsed.value] : [];
  });
  const { entries: holders, unreadable } = readableEntries(
    'holders',
    claims.get(claimsNames.ofNode(node.metadata.name)),
  );
  const { entries: ranges } = readableEntries('ranges', claims.get(claimsNames.ofPorts));
  const base = {
    request,
    node,
    config: configOf(request.context.config),
    helpers,
    holders,
    unreadable,
    ranges,
    clusters: Object.entries(ranges).map(([uid, { namespace, name }]) => ({ uid, namespace, name })),
  };
  const drivers = driversOf(base);
  const loaded = drivers.map(({ image }) => image);
  const found = verdicts({ ...base, loaded });
  const wanted = loadsInput(base, loads(found, loaded));
  // what is related may be damaged
  const uidOf = (name: string): string | undefined =>
    objects
      .map(({ metadata }) => metadata)
      .find((metadata) => metadata.name === name && typeof metadata.uid === 'string')?.uid;
  const uids = { claims: uidOf(claimsNames.ofNode(node.metadata.name)), portClaims: uidOf(claimsNames.ofPorts) };
  const seen = (['claims', 'portClaims'] as const).map((field) => ({
    field,
    ...claimsSeen(node.status?.[field], uids[field], request.context.now),
  }));
  return defined({
    ...base,
    seen,
    discovery: discoveryOf(base),
    drivers,
    loaded,
    verdicts: found,
    cleanUps: cleanUpsOf(base),
    failedLoads: failedLoads(wanted),
    waiting: wanted.loads.length,
    next: nextLoad(wanted),
  });
}

function helperFailure(facts: NodeFacts, name: string): string {
  const helper = facts.helpers.find(({ metadata }) => metadata.name === name);
  const ready = helper?.status?.conditions?.find(({ type }) => type === 'Ready');
  return helper === undefined
    ? `helper ${name} is to be created`
    : `helper ${name}: ${ready?.message ?? 'is starting'}`;
}

function discovered(facts: NodeFacts): Outcome {
  if (facts.discovery !== undefined) return done();
  // a node on which nothing has a claim is left alone
  if (Object.keys(facts.holders).length === 0) return skipped;
  if (facts.node.spec.bootId === undefined) return wait('BootIdUnknown', 'the node has not reported its boot id', 30);
  if (!facts.node.spec.ready) return wait('NodeNotReady', 'the node is not Ready', 30);
  return wait('Discovering', helperFailure(facts, discoveryName(facts.node.metadata.name)), 10);
}

function driversLoaded(facts: NodeFacts): Outcome {
  const { next, waiting, failedLoads: failed } = facts;
  if (waiting > 0) {
    const working = next === undefined ? [] : [helperFailure(facts, loaderName(facts.node.metadata.name, next.image))];
    const given = failed
      .filter(({ image }) => image !== next?.image)
      .slice(0, 3)
      .map(({ image, message }) => `drivers of ${image}: ${message}`);
    return wait('LoadingDrivers', [...working, ...given].join('; '), 10);
  }
  const refused = facts.verdicts.find((one) => one.state === 'refused');
  if (refused !== undefined) return wait('HelperRefused', refused.message, 30);
  const open = facts.verdicts.find((one) => one.state === 'unknown');
  if (open !== undefined) return unknown(open.message, 5);
  return facts.drivers.length === 0 ? skipped : done();
}

const steps: readonly Step<NodeFacts>[] = [
  {
    name: 'Discovered',
    condition: 'Discovered',
    mode: 'always',
    summary: 'The facts of the node are read for its present boot.',
    check: discovered,
  },
  {
    name: 'DriversLoaded',
    condition: 'DriversLoaded',
    mode: 'always',
    summary: 'The kernel drivers are loaded for its present boot that its containers need whose pods were admitted.',
    check: driversLoaded,
  },
  {
    name: 'Holders',
    condition: 'HoldersSettled',
    mode: 'independent',
    summary:
      'Every container that holds something on the node exists; what one that is gone holds is given back on proof.',
    check: holdersSettled,
  },
  {
    name: 'Clusters',
    condition: 'ClustersSettled',
    mode: 'independent',
    summary: 'Every WekaCluster that has a range of ports exists. Shown only while one does not.',
    check: clustersLeft,
  },
  {
    name: 'CleanUps',
    condition: 'NodeCleaned',
    mode: 'independent',
    summary:
      'What containers have left here whose namespace is being deleted is cleaned. Shown only while something is not.',
    check: nodeCleaned,
  },
];

function helper(
  facts: NodeFacts,
  name: string,
  mode: 'discovery' | 'drivers-loader',
  image: string,
  extra: Record<string, Json> = {},
): KubernetesObject {
  const { node, config, request } = facts;
  return {
    apiVersion,
    kind: 'WekaContainer',
    metadata: {
      name,
      namespace: request.context.operatorNamespace,
      labels: { [labels.mode]: mode, [bootLabel]: node.spec.bootId ?? '' },
    },
    spec: {
      name: mode,
      mode,
      image,
      nodeAffinity: node.metadata.name,
      ...(config.imagePullSecret === undefined ? {} : { imagePullSecret: config.imagePullSecret }),
      ...extra,
    },
  };
}

/** At most one helper of a kind at a time; it goes once its results are in. A helper of an earlier boot goes first. */
function helpers(facts: NodeFacts): KubernetesObject[] {
  const { node, config } = facts;
  if (!node.spec.ready || node.spec.bootId === undefined) return [];
  const wanted: KubernetesObject[] = [];
  // an image of the operator's own: the container that asks for it was not admitted by anybody yet
  const image = config.discoveryImage ?? config.signDrivesImage;
  if (facts.discovery === undefined && Object.keys(facts.holders).length > 0)
    wanted.push(helper(facts, discoveryName(node.metadata.name), 'discovery', image));
  const { next } = facts;
  if (facts.discovery !== undefined && next !== undefined) {
    wanted.push(
      helper(
        facts,
        loaderName(node.metadata.name, next.image),
        'drivers-loader',
        next.image,
        defined({
          serviceAccountName: driversLoaderServiceAccount,
          driversDistService: next.service,
        }),
      ),
    );
  }
  const stale = new Set(
    facts.helpers
      .filter(({ metadata }) => metadata.labels?.[bootLabel] !== node.spec.bootId)
      .map(({ metadata }) => metadata.name),
  );
  return wanted.filter(({ metadata }) => !stale.has(metadata.name) && !failedLongAgo(facts, metadata.name));
}

/** A failed helper stays for a while, with its reason; then it makes room for another try. */
function failedLongAgo(facts: NodeFacts, name: string): boolean {
  const error = resultOf(facts, name)?.['err'];
  if (typeof error !== 'string' || error === '') return false;
  const helper = facts.helpers.find(({ metadata }) => metadata.name === name);
  const received = helper?.status?.conditions?.find(
    ({ type }) => type === containerConditions.resultsReceived,
  )?.lastTransitionTime;
  return hasPassed(received ?? helper?.metadata.creationTimestamp, failedHelperSeconds, facts.request.context.now);
}

/** What the containers are told whose images are refused. */
function refusals({ verdicts: found }: NodeFacts): { refused?: Json } {
  const refused = found.flatMap((one) => (one.state === 'refused' ? [{ image: one.image, message: one.message }] : []));
  const unique = [...new Map(refused.map((one) => [one.image, one])).values()].slice(0, listLimit);
  return unique.length === 0 ? {} : { refused: unique };
}

/** How the node stands; what is merely not known is nothing that it waits for. */
function summary(_facts: NodeFacts, { blockedBy }: StepsResult<NodeFacts>): Summary {
  const blocked = blockedBy?.outcome;
  return blocked?.state === 'wait'
    ? { state: 'progressing', reason: blocked.reason, message: blocked.message }
    : { state: 'ready', reason: 'Known', message: 'the node is known' };
}

/** Seconds to the next look, also at whether the claims are complete by then. */
function resync({ seen }: NodeFacts, { resyncAfterSeconds = Infinity }: StepsResult<NodeFacts>): number | undefined {
  const seconds = Math.min(resyncAfterSeconds, ...seen.map(({ again = Infinity }) => again));
  return seconds === Infinity ? undefined : seconds;
}

const known: Life<NodeFacts> = { steps, whenDone: 'create', summary, resync };

export const wekaNodeController = defineController({
  name: 'wekanode',
  parse: parseWekaNode,
  facts: nodeFacts,
  lives: { known },
  life: () => 'known',
  previous: ({ node }) => (node.status?.conditions ?? []) as Condition[],
  children: (facts) => [...helpers(facts), ...cleanUpPods(facts, facts.cleanUps)],
  status: (facts, { conditions }) => ({
    conditions,
    ...(facts.discovery === undefined ? {} : { discovery: { ...facts.discovery } as Json }),
    // a list that is too long would have the whole status refused
    drivers: facts.drivers.slice(-listLimit),
    ...(facts.failedLoads.length === 0 ? {} : { failedLoads: facts.failedLoads.slice(-listLimit) }),
    ...Object.fromEntries(
      facts.seen.flatMap((one) => (one.seen === undefined ? [] : [[one.field, { ...one.seen } as Json]])),
    ),
    ...(facts.cleanUps.length === 0 ? {} : { cleanUps: cleanUpStatus(facts.cleanUps).slice(0, listLimit) }),
    ...refusals(facts),
  }),
  // `ports` names all WekaClusters, and changes only as they come and go
  related: (_node, { metadata }) => [
    { apiVersion, resource: 'wekaclaims', names: [claimsNames.ofNode(metadata.name), claimsNames.ofPorts] },
  ],
});
