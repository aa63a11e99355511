/** What the objects of a live cluster say of its containers of weka: specs, statuses, claims and pods, put together. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { defined } from '../../../hooks/core/defined.ts';
import { parseWekaClaims, parseWekaContainer, parseWekaNode } from '../../../hooks/weka/api/index.ts';
import type { ClaimHolder, WekaContainer, WekaNode } from '../../../hooks/weka/api/index.ts';
import { mainContainerName } from '../../../hooks/weka/api/group.ts';
import { is } from '../../../hooks/weka/api/modes.ts';
import { failureDomainOf } from '../../../hooks/weka/container/runtime-resources.ts';
import type { Container, ContainerStatus, Pod } from '../../nodes/core-types.ts';

export interface SaidContainer {
  /** The object itself, for its conditions. */
  object: KubernetesObject;
  container: WekaContainer;
  /** After which the directory of its data is named. */
  dataId: string;
  nodeName: string;
  ip: string;
  /** 0: the runtime picks it. */
  wekaPort: number;
  agentPort: number;
  /** What its runtime was told to claim. */
  resources: Record<string, unknown>;
  failureDomain: string | undefined;
  /** Variables of its pod that stand there as they are; empty without one. */
  env: Record<string, string>;
  image: string;
  membership: { guid: string; hostId: number } | undefined;
  /** A pod of it runs on its node, and weka in it. */
  runs: boolean;
  /** Since when its program runs, milliseconds; undefined where it does not. */
  since: number | undefined;
}

const byKind = (objects: readonly KubernetesObject[], kind: string): KubernetesObject[] =>
  objects.filter((one) => one.kind === kind);

/** Claims of nodes, by the uid of the holder. */
function holdersOf(objects: readonly KubernetesObject[]): Map<string, ClaimHolder> {
  return new Map(
    byKind(objects, 'WekaClaims').flatMap((object) => {
      const parsed = parseWekaClaims(object);
      return parsed.ok ? Object.entries(parsed.value.spec.holders ?? {}) : [];
    }),
  );
}

export function nodesOf(objects: readonly KubernetesObject[]): WekaNode[] {
  return byKind(objects, 'WekaNode').flatMap((object) => {
    const parsed = parseWekaNode(object);
    return parsed.ok ? [parsed.value] : [];
  });
}

const mainOf = (pod: Pod | undefined): { spec?: Container | undefined; status?: ContainerStatus | undefined } => ({
  spec: pod?.spec.containers.find(({ name }) => name === mainContainerName),
  status: pod?.status?.containerStatuses?.find(({ name }) => name === mainContainerName),
});

const ownPod = (objects: readonly KubernetesObject[], uid: string | undefined): Pod | undefined =>
  byKind(objects, 'Pod').find(({ metadata }) =>
    metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid),
  ) as Pod | undefined;

/** Weka's own words for one that is started and answers. */
const upWords = ['READY', 'STEM'];

/** All that speaks of one container. */
interface Sources {
  object: KubernetesObject;
  container: WekaContainer;
  /** That of a restored object is somebody else's, and left out. */
  status: NonNullable<WekaContainer['status']>;
  holder: ClaimHolder | undefined;
  pod: Pod | undefined;
  main: ReturnType<typeof mainOf>;
}

function sourcesOf(
  object: KubernetesObject,
  objects: readonly KubernetesObject[],
  holders: ReadonlyMap<string, ClaimHolder>,
): Sources | undefined {
  const parsed = parseWekaContainer(object);
  if (!parsed.ok || !is(parsed.value.spec.mode, 'joinsCluster')) return undefined;
  const { uid = '' } = object.metadata;
  const { status = {} } = parsed.value;
  const pod = ownPod(objects, uid);
  return {
    object,
    container: parsed.value,
    status: status.uid === undefined || status.uid === uid ? status : {},
    holder: holders.get(uid),
    pod,
    main: mainOf(pod),
  };
}

const nodeNameOf = ({ pod, holder, status }: Sources): string | undefined =>
  pod?.spec.nodeName ?? holder?.incarnation?.nodeName ?? status.nodeAffinity;

function membershipOf({ status, holder }: Sources): SaidContainer['membership'] {
  const guid = status.clusterID ?? holder?.identity?.clusterGuid;
  const hostId = status.containerID ?? holder?.identity?.containerId;
  return guid === undefined || hostId === undefined ? undefined : { guid, hostId };
}

const envOf = ({ main }: Sources): Record<string, string> =>
  Object.fromEntries((main.spec?.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));

/** What it holds, by its claim or by the copy in its status. */
function allocatedTo(sources: Sources, labels: Record<string, string>) {
  const { status, holder, container } = sources;
  const { allocations = {} } = status;
  const { drives = [], wekaPort, agentPort } = holder ?? allocations;
  const failureDomain = allocations.failureDomain ?? failureDomainOf(container.spec.failureDomain, labels);
  const resources = is(container.spec.mode, 'allocatable')
    ? defined({ drives, wekaPort, agentPort, failureDomain })
    : {};
  return { wekaPort: wekaPort ?? 0, agentPort: agentPort ?? 0, failureDomain, resources };
}

const dataIdOf = ({ object, status, holder }: Sources, env: Record<string, string>): string =>
  env['WEKA_CONTAINER_ID'] ?? holder?.adopted?.dataUid ?? status.allocations?.dataUid ?? object.metadata.uid ?? '';

function runOf({ main, status }: Sources): Pick<SaidContainer, 'runs' | 'since'> {
  const startedAt = main.status?.state.running?.startedAt;
  return {
    runs: startedAt !== undefined && upWords.includes(status.internalStatus ?? ''),
    since: startedAt === undefined ? undefined : Date.parse(startedAt),
  };
}

/** Of one: undefined where it has not begun anything on a node. */
function saidOf(sources: Sources, nodes: readonly WekaNode[]): SaidContainer | undefined {
  const { object, container, status, pod, main } = sources;
  const nodeName = nodeNameOf(sources);
  if (nodeName === undefined) return undefined;
  const env = envOf(sources);
  return {
    object,
    container,
    nodeName,
    env,
    dataId: dataIdOf(sources, env),
    ip: status.managementIP ?? pod?.status?.podIP ?? '',
    image: main.spec?.image ?? status.lastAppliedImage ?? container.spec.image,
    membership: membershipOf(sources),
    ...allocatedTo(sources, nodes.find(({ metadata }) => metadata.name === nodeName)?.spec.labels ?? {}),
    ...runOf(sources),
  };
}

/** All that have a place on a node, in the order of their ids in weka. */
export function saidContainers(objects: readonly KubernetesObject[]): SaidContainer[] {
  const [holders, nodes] = [holdersOf(objects), nodesOf(objects)];
  const place = ({ membership }: SaidContainer): number => membership?.hostId ?? Number.MAX_SAFE_INTEGER;
  return byKind(objects, 'WekaContainer')
    .flatMap((object) => sourcesOf(object, objects, holders) ?? [])
    .flatMap((sources) => saidOf(sources, nodes) ?? [])
    .sort((one, other) => place(one) - place(other));
}
