/**
 * What must hold whatever people and machines do, judged from the API, the machines and the model of weka. What the
 * operator does to weka (a stop, an erasure) is judged in the moment in which it is done; what is only true or not
 * (claims, ports, runtimes) whenever somebody asks.
 */
import type { ClusterSnapshot, WorldSnapshot } from '../../lab/weka/snapshot.ts';
import { ordersIn, type Orders } from './orders.ts';
import type { World } from './world.ts';

/** How long, in milliseconds, something may be so before it counts. */
export const tolerances = {
  /** A machine that fails is seen by the operator only with its next look at weka; what it decided before counts as right. */
  unseenFault: 30_000,
  /** A claim that a person deleted, or that is being made or given back, while the container runs. */
  claimDrift: 120_000,
  /** A pod whose runtime finds the lock taken ends at once. */
  secondRuntime: 5_000,
} as const;

interface Holder {
  node: string;
  uid: string;
  drives?: string[];
  wekaPort?: number;
}

export interface Invariants {
  /** Everything that was broken so far, a sentence each. */
  check(): string[];
  /** The same, but looks again only where the API has changed or a second has passed: cheap enough for every event. */
  checkOften(): string[];
}

const known = new WeakMap<World, Invariants>();

/** The invariants of this world, watched from the first call on. */
export function invariantsOf(world: World): Invariants {
  const present = known.get(world);
  if (present !== undefined) return present;
  const made = watchInvariants(world);
  known.set(world, made);
  return made;
}

function watchInvariants(world: World): Invariants {
  const orders = ordersIn(world);
  const found = new Set<string>();
  const since = new Map<string, number>();
  const judged = { incidents: 0, erased: 0, removed: 0, stops: 0 };
  let looked = { at: Number.NEGATIVE_INFINITY, version: '' };

  const judgeRecords = (): void => {
    orders.look();
    const { incidents, erased, removed, stops } = world.lab.world;
    for (const text of [
      ...stops.slice(judged.stops).flatMap((stop) => wrongStop(stop, orders)),
      ...erased.slice(judged.erased).flatMap((erasure) => wrongErasure(erasure, orders)),
      ...removed.slice(judged.removed).flatMap((removal) => wrongRemoval(removal, orders)),
      ...incidents.slice(judged.incidents).flatMap((incident) => ownIncident(world.lab.world, incident, orders)),
    ]) found.add(text);
    Object.assign(judged, { incidents: incidents.length, erased: erased.length, removed: removed.length, stops: stops.length });
  };
  world.lab.world.onRecord(judgeRecords);

  const check = (): string[] => {
    judgeRecords();
    const now = world.clock.now();
    looked = { at: now, version: world.lab.store.resourceVersion() };
    const wrong = new Map([...wrongClaims(world), ...secondRuntimes(world)]);
    for (const text of since.keys()) if (!wrong.has(text)) since.delete(text);
    for (const [text, tolerance] of wrong) {
      const begun = since.get(text) ?? now;
      since.set(text, begun);
      if (now - begun >= tolerance) found.add(text);
    }
    return [...found];
  };
  return {
    check,
    checkOften: () => (looked.version === world.lab.store.resourceVersion() && world.clock.now() - looked.at < 1000 ? [...found] : check()),
  };
}

type Model = World['lab']['world'];
type Stop = Model['stops'][number];

/** Backends of other failure domains that the operator could know to be away when it let this one stop. */
function knownAway({ at, alreadyAway }: Stop): Stop['alreadyAway'] {
  return alreadyAway.filter(({ by, since }) => by === 'operator' || at - since >= tolerances.unseenFault);
}

function wrongStop(stop: Stop, orders: Orders): string[] {
  const away = knownAway(stop);
  // the stop of what is missing takes nothing away
  if (!stop.served || away.length === 0 || orders.ofStop(stop.dataId) !== undefined) return [];
  return [`${stop.name} on ${stop.nodeName} was stopped by the operator while ${away.map(({ name }) => name).join(', ')} was away`];
}

function wrongErasure({ by, serial, nodeName, guid, status, dataId }: Model['erased'][number], orders: Orders): string[] {
  if (by !== 'operator' || status === undefined || status === 'INACTIVE' || status === 'FAILED') return [];
  return orders.ofErasure(dataId ?? '') === undefined ? [`drive ${serial} of ${nodeName}, ${status} in the cluster ${guid}, was erased without an order`] : [];
}

function wrongRemoval({ by, dataId, nodeName, role, state }: Model['removed'][number], orders: Orders): string[] {
  const isPart = (role === 'drive' || role === 'compute') && (state === 'ACTIVE' || state === 'DEACTIVATING');
  if (by !== 'operator' || !isPart || orders.ofErasure(dataId) !== undefined) return [];
  return [`the directory of a ${role} container that is ${state} (${dataId}) was removed on ${nodeName} without an order`];
}

/** Of a destroyed cluster all data is lost: whether that was right is judged with the erasure. */
function ownIncident({ stops }: Model, { kind, by, clusterGuid, message }: Model['incidents'][number], orders: Orders): string[] {
  if (by !== 'operator' || kind === 'data-lost') return [];
  if (kind !== 'io-interrupted') return [message];
  const last = stops.filter(({ guid }) => guid === clusterGuid).at(-1);
  if (last === undefined) return [message];
  const unforeseen = last.alreadyAway.length > 0 && knownAway(last).length === 0;
  return unforeseen || orders.ofStop(last.dataId) !== undefined ? [] : [message];
}

/** A sentence, and how long it may be true. */
type Finding = [text: string, tolerance: number];

function holdersIn(world: World): Holder[] {
  return world.lab.all('WekaClaims').flatMap((claims) => {
    const { holders = {} } = (claims['spec'] ?? {}) as { holders?: Record<string, Omit<Holder, 'node' | 'uid'>> };
    return Object.entries(holders).map(([uid, holder]) => ({ node: claims.metadata.name, uid, ...holder }));
  });
}

function wrongClaims(world: World): Finding[] {
  const holders = holdersIn(world);
  const snapshot = world.lab.world.snapshot();
  return [...heldTwice(holders), ...snapshot.clusters.flatMap((cluster) => wrongDrives(cluster, holders)), ...wrongPorts(snapshot, holders)];
}

function heldTwice(holders: Holder[]): Finding[] {
  const seen = new Map<string, string>();
  return holders.flatMap(({ node, uid, drives = [], wekaPort }) =>
    [...drives.map((serial) => `drive ${serial}`), ...(wekaPort === undefined ? [] : [`port ${wekaPort}`])].flatMap((thing): Finding[] => {
      const other = seen.get(`${node} ${thing}`) ?? uid;
      seen.set(`${node} ${thing}`, uid);
      return other === uid ? [] : [[`${node}: ${thing} is held twice`, 0]];
    }));
}

/** Of members that are up, and of drives that are neither coming nor going. */
function wrongDrives({ drives, members }: ClusterSnapshot, holders: Holder[]): Finding[] {
  return drives.filter(({ status }) => status === 'ACTIVE').flatMap(({ serial, containerId }): Finding[] => {
    const member = members.find(({ id, status }) => id === containerId && status === 'UP');
    if (member === undefined) return [];
    const claimants = holders.filter(({ node, drives: claimed = [] }) => node === `node-${member.nodeName}` && claimed.includes(serial));
    const foreign = claimants.filter(({ uid }) => uid !== member.dataId).map(({ uid }): Finding => [`drive ${serial} is ACTIVE in ${member.name} and claimed by ${uid}`, 0]);
    const own = claimants.some(({ uid }) => uid === member.dataId);
    return own ? foreign : [...foreign, [`drive ${serial} is ACTIVE in ${member.name}, which does not claim it`, tolerances.claimDrift]];
  });
}

/** A client picks its port itself. */
function wrongPorts({ locals }: WorldSnapshot, holders: Holder[]): Finding[] {
  return locals.filter(({ role, runStatus }) => role !== 'client' && runStatus === 'Running').flatMap(({ dataId, nodeName, name, basePort }): Finding[] => {
    const claimed = holders.find(({ uid, node }) => uid === dataId && node === `node-${nodeName}`)?.wekaPort;
    return claimed === basePort ? [] : [[`${name} listens on port ${basePort} and claims ${claimed ?? 'none'}`, tolerances.claimDrift]];
  });
}

interface RuntimeSpec {
  containers?: { command?: string[]; args?: string[]; env?: { name: string; value?: string }[] }[];
}

/** The WekaContainer whose runtime runs in the pod; helpers of it run a subcommand. */
function runtimeOf(pod: object): string | undefined {
  const [main] = ((pod as { spec?: RuntimeSpec }).spec?.containers ?? []);
  const value = (name: string): string | undefined => main?.env?.find((one) => one.name === name)?.value;
  const isHelper = [...(main?.command ?? []), ...(main?.args ?? [])].length > 2;
  return isHelper || !['drive', 'compute'].includes(value('MODE') ?? '') ? undefined : value('WEKA_CONTAINER_ID');
}

function secondRuntimes(world: World): Finding[] {
  const places = new Map<string, string>();
  return world.lab.kubelet.pods().filter(({ running }) => running.length > 0).flatMap(({ pod, nodeName }): Finding[] => {
    const uid = runtimeOf(pod);
    if (uid === undefined) return [];
    const other = places.get(uid);
    places.set(uid, nodeName);
    if (other === undefined) return [];
    return [[`two runtimes of ${pod.metadata.name} are alive, on ${other} and ${nodeName}`, other === nodeName ? tolerances.secondRuntime : 0]];
  });
}
