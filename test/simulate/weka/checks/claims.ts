/** What is held by whom: claims against each other, against weka and against the ports of what runs. */
import type { ClusterSnapshot, SiteSnapshot } from '../../../../lab/weka/snapshot.ts';
import type { LabWorld } from '../../../lab/world.ts';
import type { Finding } from '../../check.ts';
import type { WekaCheck } from './given.ts';

export const claimTolerances = {
  /** A claim that a person deleted, or that is being made or given back, while the container runs. */
  drift: 120_000,
  /** A holder whose container has gone is collected once its end is proven. */
  holderGone: 900_000,
} as const;

interface Holder {
  node: string;
  uid: string;
  name?: string;
  drives?: string[];
  wekaPort?: number;
}

function holdersIn(world: LabWorld): Holder[] {
  return world.list('WekaClaims').flatMap((claims) => {
    const { holders = {} } = (claims['spec'] ?? {}) as { holders?: Record<string, Omit<Holder, 'node' | 'uid'>> };
    return Object.entries(holders).map(([uid, holder]) => ({ ...holder, node: claims.metadata.name, uid }));
  });
}

function heldTwice(holders: Holder[]): Finding[] {
  const seen = new Map<string, string>();
  return holders.flatMap(({ node, uid, drives = [], wekaPort }) =>
    [...drives.map((serial) => `drive ${serial}`), ...(wekaPort === undefined ? [] : [`port ${wekaPort}`])].flatMap(
      (thing): Finding[] => {
        const other = seen.get(`${node} ${thing}`) ?? uid;
        seen.set(`${node} ${thing}`, uid);
        return other === uid ? [] : [[`${node}: ${thing} is held twice`, 0]];
      },
    ),
  );
}

/** Whose claim nobody can make again: the container was gone already when somebody deleted the claims of its node. */
function lostClaims(world: LabWorld): ReadonlySet<string> {
  const lost = new Set<string>();
  world.lab.store.onChange(({ before, after }) => {
    if (before?.kind !== 'WekaClaims' || after !== undefined) return;
    const uids = new Set(world.list('WekaContainer').map(({ metadata }) => metadata.uid));
    const { holders = {} } = (before['spec'] ?? {}) as { holders?: object };
    for (const uid of Object.keys(holders)) if (!uids.has(uid)) lost.add(uid);
  });
  return lost;
}

/** Of members that are up, and of drives that are neither coming nor going. */
function wrongDrives({ drives, members }: ClusterSnapshot, holders: Holder[], lost: ReadonlySet<string>): Finding[] {
  return drives
    .filter(({ status }) => status === 'ACTIVE')
    .flatMap(({ serial, containerId }): Finding[] => {
      const member = members.find(({ id, status }) => id === containerId && status === 'UP');
      if (member === undefined) return [];
      const claimants = holders.filter(
        ({ node, drives: claimed = [] }) => node === `node-${member.nodeName}` && claimed.includes(serial),
      );
      const foreign = claimants
        .filter(({ uid }) => uid !== member.dataId)
        .map(({ uid }): Finding => [`drive ${serial} is ACTIVE in ${member.name} and claimed by ${uid}`, 0]);
      const own = claimants.some(({ uid }) => uid === member.dataId);
      return own || lost.has(member.dataId)
        ? foreign
        : [...foreign, [`drive ${serial} is ACTIVE in ${member.name}, which does not claim it`, claimTolerances.drift]];
    });
}

/** A client picks its port itself. */
function wrongPorts({ locals }: SiteSnapshot, holders: Holder[], lost: ReadonlySet<string>): Finding[] {
  return locals
    .filter(({ role, runStatus, dataId }) => role !== 'client' && runStatus === 'Running' && !lost.has(dataId))
    .flatMap(({ dataId, nodeName, name, basePort }): Finding[] => {
      const claimed = holders.find(({ uid, node }) => uid === dataId && node === `node-${nodeName}`)?.wekaPort;
      return claimed === basePort
        ? []
        : [[`${name} listens on port ${basePort} and claims ${claimed ?? 'none'}`, claimTolerances.drift]];
    });
}

/** Holders whose container has gone, and of which the WekaNode says nothing. */
function absentHolders(world: LabWorld, holders: Holder[]): Finding[] {
  const uids = new Set(world.list('WekaContainer').map(({ metadata }) => metadata.uid));
  const told = world
    .list('WekaNode')
    .flatMap(
      (node) =>
        (node['status'] as { conditions?: { type: string; status: string; message: string }[] } | undefined)
          ?.conditions ?? [],
    )
    .filter(({ type, status }) => type === 'HoldersSettled' && status !== 'True')
    .map(({ message }) => message)
    .join(' ');
  return holders
    .filter(({ uid, name = '' }) => !uids.has(uid) && !told.includes(uid) && !told.includes(name))
    .map(({ node, uid, name }): Finding => [
      `${node} is claimed by ${name ?? ''} (${uid}), which does not exist`,
      claimTolerances.holderGone,
    ]);
}

const claimKinds = ['WekaClaims'];

export const claimChecks: readonly WekaCheck[] = [
  {
    name: 'held-once',
    promise: 'no two containers hold one drive or port',
    watch: ({ world, whileSo }) => whileSo(() => heldTwice(holdersIn(world)), claimKinds),
  },
  {
    name: 'active-drives-are-claimed',
    promise: "each ACTIVE drive of weka is in the claim of its own container, and in nobody else's",
    watch({ world, whileSo }) {
      const lost = lostClaims(world);
      return whileSo(
        () => world.weka.snapshot().clusters.flatMap((cluster) => wrongDrives(cluster, holdersIn(world), lost)),
        claimKinds,
      );
    },
  },
  {
    name: 'ports-are-claimed',
    promise: 'each port that a backend listens on is the one that it claims',
    watch({ world, whileSo }) {
      const lost = lostClaims(world);
      return whileSo(() => wrongPorts(world.weka.snapshot(), holdersIn(world), lost), claimKinds);
    },
  },
  {
    name: 'holders-exist',
    promise: 'who holds something exists, or is collected, or a condition of the node says what is missing for that',
    watch: ({ world, whileSo }) =>
      whileSo(() => absentHolders(world, holdersIn(world)), [...claimKinds, 'WekaContainer']),
  },
];
