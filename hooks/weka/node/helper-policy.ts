/**
 * Which images and driver services the privileged helpers of a node may take. Whoever may create a container can write
 * any of them, so they come from the administrator, or from clusters whose own privileged pods were admitted.
 */
import { factValue, type ReadingRequest } from '../../core/facts.ts';
import type { ClaimHolder } from '../api/index.ts';
import { is, isMode } from '../api/modes.ts';
import type { OperatorConfig } from '../config.ts';
import {
  admitted,
  clusterByUid,
  clusterExists,
  containerLook,
  inTurn,
  liveMembers,
  type ClusterReference,
  type LiveMember,
} from './live.ts';

export interface PolicyInput {
  request: ReadingRequest;
  config: OperatorConfig;
  /** Who holds a place on the node, by uid. */
  holders: Record<string, ClaimHolder>;
  /** Images whose drivers are loaded since the last boot. */
  loaded: readonly string[];
  /** All WekaClusters that have ports. */
  clusters: ClusterReference[];
}

interface Source {
  image: string;
  service?: string | undefined;
}

/** What is to be loaded for one container, or why nothing is. */
export type Verdict =
  | { state: 'allowed'; image: string; service?: string | undefined; frontend: boolean }
  | { state: 'refused'; image: string; message: string }
  /** It has no pod that was not told to stop: nothing is started for it. */
  | { state: 'idle' }
  | { state: 'unknown'; message: string };

/** Clusters that are asked for their images: each costs some looks while an image is not known. */
const clusterLimit = 16;
/** Seconds. A pod that was just recorded must be seen; a cluster's image is rarely of news. */
const ages = { pod: 1, cluster: 60 };

/** Characters of a message. */
const messageLength = 1024;

/** Whether a value is in a list, an entry that ends in * being a prefix; each container that waits is compared with all sources. */
function listOf(entries: readonly string[]): (value: string) => boolean {
  const whole = new Set(entries.filter((entry) => !entry.endsWith('*')));
  const prefixes = [...new Set(entries)].filter((entry) => entry.endsWith('*')).map((entry) => entry.slice(0, -1));
  return (value) => whole.has(value) || prefixes.some((prefix) => value.startsWith(prefix));
}

/** Containers that wait for drivers: a frontend for those of its very image, the backends for any. */
function waiting({ holders, loaded }: PolicyInput): [string, ClaimHolder][] {
  return Object.entries(holders).filter(
    ([, { mode, image }]) =>
      is(mode, 'requiresDrivers') && (is(mode, 'frontend') ? !loaded.includes(image) : loaded.length === 0),
  );
}

/** A pod of it ran and was not told to stop, as far as the claims know. */
const hasPod = ({ incarnation, stopAllowed }: ClaimHolder): boolean =>
  incarnation !== undefined && incarnation.podUid !== stopAllowed;

function clusterOfHolder({ clusters }: PolicyInput, holder: ClaimHolder): ClusterReference | undefined {
  const cluster = clusterByUid(clusters).get(holder.clusterUid ?? '');
  return cluster?.namespace === holder.namespace ? cluster : undefined;
}

/** Images and services of backends on this very node: their cluster lives, and their pods were admitted. */
function ownSources(input: PolicyInput): Source[] {
  return waiting(input).flatMap(([uid, holder]) => {
    const cluster = is(holder.mode, 'backend') && hasPod(holder) ? clusterOfHolder(input, holder) : undefined;
    const trusted =
      cluster !== undefined &&
      clusterExists(input.request, cluster, ages.cluster) === true &&
      admitted(input.request, uid, holder, ages.pod) === 'admitted';
    return trusted ? [{ image: holder.image, service: holder.driversDistService }] : [];
  });
}

const memberFields = ['spec.image', 'spec.mode', 'spec.driversDistService'];

/** What the member's own container says, once it is proven to be a backend of that cluster with an admitted pod; undefined: not known. */
function memberSource(
  { request }: PolicyInput,
  cluster: ClusterReference,
  { pod, containerUid }: LiveMember,
): Source[] | undefined {
  const fact = factValue(request.observed, containerLook(pod, ages.cluster, memberFields));
  const state = admitted(request, containerUid, pod, ages.cluster);
  if (fact.state === 'unknown' || state === undefined) return undefined;
  if (
    !fact.value.exists ||
    fact.value.uid !== containerUid ||
    fact.value.controllerUid !== cluster.uid ||
    state !== 'admitted'
  )
    return [];
  const { 'spec.image': image, 'spec.mode': mode, 'spec.driversDistService': service } = fact.value.fields;
  if (typeof image !== 'string' || typeof mode !== 'string' || !isMode(mode) || !is(mode, 'backend')) return [];
  return [{ image, ...(typeof service === 'string' ? { service } : {}) }];
}

/** A member of the cluster speaks for it; undefined: not known who. */
function spokesman({ request }: PolicyInput, cluster: ClusterReference): LiveMember[] | undefined {
  const exists = clusterExists(request, cluster, ages.cluster);
  const found = liveMembers(request, cluster, ages.cluster);
  if (exists === undefined || found.state === 'unknown') return undefined;
  return exists && found.state === 'present' ? inTurn(found.members, request.context.now, 1) : [];
}

/** Images of clusters wherever they run, for a node may have clients only. */
function sourcesElsewhere(input: PolicyInput): { sources: Source[]; complete: boolean } {
  const found = input.clusters.slice(0, clusterLimit).flatMap((cluster): (Source[] | undefined)[] => {
    const members = spokesman(input, cluster);
    return members === undefined ? [undefined] : members.map((member) => memberSource(input, cluster, member));
  });
  return { sources: found.flatMap((one) => one ?? []), complete: !found.includes(undefined) };
}

/** The operator's own images are its administrator's already. */
const ownImages = ({ signDrivesImage, maintenanceImage, discoveryImage }: OperatorConfig): string[] => [
  signDrivesImage,
  maintenanceImage,
  ...(discoveryImage === undefined ? [] : [discoveryImage]),
];

/** Only an administrator writes patterns: what a container says of itself is taken word for word, and a word that would be read as one is none. */
const isPlain = (value: string | undefined): value is string => value !== undefined && !value.endsWith('*');

interface Allowed {
  image(value: string): boolean;
  service(value: string): boolean;
}

function allowed(input: PolicyInput, sources: readonly Source[]): Allowed {
  const { helperImages, driversDistServices } = input.config;
  return {
    image: listOf([
      ...ownImages(input.config),
      ...(helperImages.length > 0 ? helperImages : sources.map(({ image }) => image).filter(isPlain)),
    ]),
    service: listOf(
      driversDistServices.length > 0 ? driversDistServices : sources.map(({ service }) => service).filter(isPlain),
    ),
  };
}

const permits = (list: Allowed, { image, driversDistService }: ClaimHolder): boolean =>
  list.image(image) && (driversDistService === undefined || list.service(driversDistService));

/** Whether the clusters elsewhere have to be asked: only for what nothing on this node and no setting allows. */
function asksElsewhere(input: PolicyInput): boolean {
  const { helperImages, driversDistServices } = input.config;
  if (helperImages.length > 0 && driversDistServices.length > 0) return false;
  const known = allowed(input, ownSources(input));
  return waiting(input).some(
    ([uid, holder]) =>
      hasPod(holder) && admitted(input.request, uid, holder, ages.pod) === 'admitted' && !permits(known, holder),
  );
}

const way = (setting: string, what: string): string =>
  `an administrator of the operator adds it to ${setting}, or the container uses ${what} of a WekaCluster that runs`;

function verdict(input: PolicyInput, list: Allowed, [uid, holder]: [string, ClaimHolder]): Verdict {
  const { image, mode, namespace, name, driversDistService } = holder;
  // its parts were written by others, and an overlong status would be refused as a whole
  const refuse = (message: string): Verdict => ({ state: 'refused', image, message: message.slice(0, messageLength) });
  if (!hasPod(holder)) return { state: 'idle' };
  const pod = admitted(input.request, uid, holder, ages.pod);
  if (pod === undefined) return { state: 'unknown', message: `the pod of ${namespace}/${name} has not been read` };
  // it may have come after that look: nothing else would ask again
  if (pod === 'absent')
    return { state: 'unknown', message: `the pod of ${namespace}/${name} that is recorded here is not seen` };
  if (pod === 'unprivileged')
    return refuse(
      `pod ${namespace}/${name} was not admitted as a privileged one, and no helper does for it what it may not do itself`,
    );
  if (!list.image(image))
    return refuse(`no helper may run image ${image} of ${namespace}/${name}: ${way('HELPER_IMAGES', 'the image')}`);
  if (driversDistService !== undefined && !list.service(driversDistService)) {
    return refuse(
      `no drivers may be loaded from ${driversDistService}, which ${namespace}/${name} names: ${way('DRIVERS_DIST_SERVICES', 'the service')}`,
    );
  }
  return { state: 'allowed', image, service: driversDistService, frontend: is(mode, 'frontend') };
}

/** What is to be loaded for each container that waits for drivers. */
export function verdicts(input: PolicyInput): Verdict[] {
  const elsewhere = asksElsewhere(input) ? sourcesElsewhere(input) : { sources: [], complete: true };
  const list = allowed(input, [...ownSources(input), ...elsewhere.sources]);
  return waiting(input).map((entry) => {
    const found = verdict(input, list, entry);
    // what is not allowed yet may be, once the clusters were heard
    return found.state === 'refused' && !elsewhere.complete
      ? {
          state: 'unknown',
          message: `not all clusters have been asked whether drivers of ${found.image} may be loaded`,
        }
      : found;
  });
}

/** A load of kernel drivers that containers of a node wait for. */
export interface Load extends Source {
  /** Backends wait for it: others of the node follow. */
  backend: boolean;
}

/**
 * The loads that are to be made: each frontend its own image, the backends any one, whichever can be loaded. The first
 * container that names a service gives it.
 */
export function loads(found: readonly Verdict[], loaded: readonly string[]): Load[] {
  const permitted = found.flatMap((one) =>
    one.state === 'allowed' && (one.frontend || loaded.length === 0) ? [one] : [],
  );
  const byImage = new Map<string, Load>();
  for (const { image, service, frontend } of permitted) {
    const before = byImage.get(image);
    byImage.set(image, { image, service: before?.service ?? service, backend: before?.backend === true || !frontend });
  }
  return [...byImage.values()].sort((one, other) => (one.image < other.image ? -1 : 1));
}
