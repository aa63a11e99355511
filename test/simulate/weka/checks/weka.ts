/** What the operator does to weka and to data, judged in the moment in which it is done: who is away then, and who has ordered it. */
import type { Orders } from '../../../lab/orders.ts';
import type { LabWorld } from '../../../lab/world.ts';
import type { WekaCheck, WekaScene } from './given.ts';

/** A machine that fails is seen by the operator only with its next look at weka; what it decided before counts as right. */
export const unseenFault = 30_000;

type Model = LabWorld['weka'];
type Stop = Model['stops'][number];

/** Backends of other failure domains that the operator could know to be away when it let this one stop. */
function knownAway({ at, alreadyAway }: Stop): Stop['alreadyAway'] {
  return alreadyAway.filter(({ by, since }) => by === 'operator' || at - since >= unseenFault);
}

function wrongStop(stop: Stop, orders: Orders): string[] {
  const away = knownAway(stop);
  // the stop of what is missing takes nothing away
  if (!stop.served || away.length === 0 || orders.ofStop(stop.dataId) !== undefined) return [];
  return [
    `${stop.name} on ${stop.nodeName} was stopped by the operator while ${away.map(({ name }) => name).join(', ')} was away`,
  ];
}

function wrongErasure(
  { by, serial, nodeName, guid, status, dataId }: Model['erased'][number],
  orders: Orders,
): string[] {
  if (by !== 'operator' || status === undefined || status === 'INACTIVE' || status === 'FAILED') return [];
  return orders.ofErasure(dataId ?? '') === undefined
    ? [`drive ${serial} of ${nodeName}, ${status} in the cluster ${guid}, was erased without an order`]
    : [];
}

function wrongRemoval({ by, dataId, nodeName, role, state }: Model['removed'][number], orders: Orders): string[] {
  const isPart = (role === 'drive' || role === 'compute') && (state === 'ACTIVE' || state === 'DEACTIVATING');
  if (by !== 'operator' || !isPart || orders.ofErasure(dataId) !== undefined) return [];
  return [
    `the directory of a ${role} container that is ${state} (${dataId}) was removed on ${nodeName} without an order`,
  ];
}

/** Of a destroyed cluster all data is lost: whether that was right is judged with the erasure. */
function ownIncident(
  { stops }: Model,
  { kind, by, clusterGuid, message }: Model['incidents'][number],
  orders: Orders,
): string[] {
  if (by !== 'operator' || kind === 'data-lost') return [];
  if (kind !== 'io-interrupted') return [message];
  const last = stops.filter(({ guid }) => guid === clusterGuid).at(-1);
  if (last === undefined) return [message];
  const unforeseen = last.alreadyAway.length > 0 && knownAway(last).length === 0;
  return unforeseen || orders.ofStop(last.dataId) !== undefined ? [] : [message];
}

/** A check of one of the lists of the model, entry by entry as they are added. */
function eachOf<Entry>(
  list: (model: Model) => readonly Entry[],
  judge: (entry: Entry, model: Model, orders: Orders) => string[],
): WekaCheck['watch'] {
  return ({ world, orders, broken }) => {
    const model = world.weka;
    let judged = 0;
    const look = (): void => {
      const entries = list(model).slice(judged);
      judged += entries.length;
      for (const entry of entries) judge(entry, model, orders).forEach(broken);
    };
    look();
    model.onRecord(look);
  };
}

/** Weka drains one more failure domain while another one is away, or leaves as well. */
function watchLeaving({ world, orders, broken }: WekaScene): void {
  const model = world.weka;
  const awaySince = new Map<string, number>();
  const leaving = new Set<string>();
  model.onChange(() => {
    const now = world.clock.now();
    for (const { guid, members, failedHosts } of model.snapshot().clusters) {
      const keys = failedHosts.map((domain) => `${guid} ${domain}`);
      for (const key of keys) if (!awaySince.has(key)) awaySince.set(key, now);
      for (const key of awaySince.keys()) if (key.startsWith(guid) && !keys.includes(key)) awaySince.delete(key);
      const draining = members.filter(
        ({ role, status }) => status === 'DEACTIVATING' && (role === 'drive' || role === 'compute'),
      );
      for (const member of draining) {
        if (leaving.has(`${guid} ${member.id}`)) continue;
        leaving.add(`${guid} ${member.id}`);
        if (orders.ofErasure(member.dataId) !== undefined) continue;
        const own = member.failureDomain || member.name;
        const away = failedHosts.filter(
          (domain) => domain !== own && now - (awaySince.get(`${guid} ${domain}`) ?? now) >= unseenFault,
        );
        const others = draining
          .filter((other) => leaving.has(`${guid} ${other.id}`) && (other.failureDomain || other.name) !== own)
          .map(({ name }) => name);
        if (away.length + others.length > 0)
          broken(
            `weka was told to drain ${member.name} on ${member.nodeName} while ${[...away, ...others].join(', ')} was away or left`,
          );
      }
      for (const { id, status } of members) if (status !== 'DEACTIVATING') leaving.delete(`${guid} ${id}`);
    }
  });
}

export const wekaChecks: readonly WekaCheck[] = [
  {
    name: 'stops-are-borne',
    promise:
      'a backend is stopped only while nothing that the operator could know of is away, or because somebody said so',
    watch: eachOf(
      ({ stops }) => stops,
      (stop, _, orders) => wrongStop(stop, orders),
    ),
  },
  {
    name: 'leaving-is-borne',
    promise: 'a failure domain is drained only while no other one is away or leaves',
    watch: watchLeaving,
  },
  {
    name: 'erasure-is-ordered',
    promise: 'a drive is resigned only after weka gave it up, or because somebody ordered it',
    watch: eachOf(
      ({ erased }) => erased,
      (erasure, _, orders) => wrongErasure(erasure, orders),
    ),
  },
  {
    name: 'removal-is-ordered',
    promise: 'a directory is removed only after weka gave the container up, or because somebody ordered it',
    watch: eachOf(
      ({ removed }) => removed,
      (removal, _, orders) => wrongRemoval(removal, orders),
    ),
  },
  {
    name: 'incidents-are-not-ours',
    promise:
      "a loss of IO, a second process, an erasure under a live one or mounts cut off are of a person or a fault, never of the operator's own will",
    watch: eachOf(
      ({ incidents }) => incidents,
      (incident, model, orders) => ownIncident(model, incident, orders),
    ),
  },
];
