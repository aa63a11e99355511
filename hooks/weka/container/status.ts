/** The status of a WekaContainer: always complete, derived from facts and steps, without a ticking clock. */
import type { Condition } from '../../core/conditions.ts';
import type { Json } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { carried } from '../../core/reasons.ts';
import { is } from '../api/modes.ts';
import type { Reason, StepsResult, Summary } from '../reasons.ts';
import { addedDrives } from './drives-in-weka.ts';
import type { ContainerFacts } from './facts.ts';
import { statedWord } from './force-word.ts';
import { lastPodUid } from './last-pod.ts';

/** What the steps as a whole say; what is unknown leaves a container that was Ready in this generation as it was. */
export function summarize(
  run: StepsResult<ContainerFacts>,
  previous: Condition[],
  generation: number,
  ready: { reason: Reason; message: string },
): Summary {
  const blocked = run.blockedBy?.outcome;
  if (blocked === undefined) return { state: 'ready', ...ready };
  const before = previous.find(({ type }) => type === 'Ready');
  const { message } = blocked;
  // a look that is late, once a minute, must not be written down each time
  if (blocked.state === 'unknown' && before?.status === 'True' && before.observedGeneration === generation)
    return { state: 'ready', ...carried(before) };
  if (blocked.state === 'unknown')
    return { state: 'progressing', reason: 'FactUnknown', message, ready: before?.status === 'True' };
  if (blocked.state === 'stalled') return { state: 'stalled', reason: blocked.reason, message };
  return { state: 'progressing', reason: blocked.reason, message };
}

/** Reasons that have a word of their own, whatever the step. */
const words: Partial<Record<Reason, string>> = {
  RuntimeError: 'Error',
  WaitForDrivers: 'WaitForDrivers',
  HelperRefused: 'WaitForDrivers',
};

/** Upstream's one-word status (docs/weka/reference.md#status-words), derived from the step that is waited for. */
export function statusWord(facts: ContainerFacts, run: StepsResult<ContainerFacts>, settled: string): string {
  if (facts.pod?.terminating === true && facts.state === 'active') return 'PodTerminating';
  const blocked = run.blockedBy;
  if (blocked === undefined) return settled;
  if (blocked.outcome.state === 'unknown') return facts.container.status?.status ?? blocked.step.status ?? 'Init';
  const word = blocked.outcome.state === 'wait' ? words[blocked.outcome.reason] : undefined;
  return word ?? blocked.step.status ?? 'Init';
}

function managementIps(facts: ContainerFacts): string[] {
  const reported = facts.report?.managementIps ?? [];
  return reported.length > 0 ? [...reported] : (facts.container.status?.managementIPs ?? []);
}

function printer(facts: ContainerFacts, ips: string[], node: string | undefined, drives: number | undefined): Json {
  const wanted = facts.container.spec.numDrives ?? 0;
  const first = ips[0];
  return {
    ...(first === undefined ? {} : { managementIPs: ips.length > 1 ? `${first} (+${ips.length - 1})` : first }),
    ...(node === undefined ? {} : { nodeAffinity: node }),
    ...(is(facts.container.spec.mode, 'hasDrives') && drives !== undefined
      ? { drives: `${drives}/${facts.holder?.drives?.length ?? 0}/${wanted}` }
      : {}),
  };
}

function allocations(facts: ContainerFacts): Json | undefined {
  const { holder } = facts;
  if (holder === undefined) return facts.container.status?.allocations as Json | undefined;
  return {
    drives: [...(holder.drives ?? [])],
    ...(holder.wekaPort === undefined ? {} : { wekaPort: holder.wekaPort }),
    ...(holder.agentPort === undefined ? {} : { agentPort: holder.agentPort }),
    ...(holder.adopted === undefined
      ? {}
      : { adoptedUid: holder.adopted.containerUid, dataUid: holder.adopted.dataUid }),
  };
}

/** Where the container holds claims, else where its pod is; what it was while the claims can not be read. */
function boundNode(facts: ContainerFacts): string | undefined {
  const { holder, nodeClaims, pod, claimedNode, joined, container } = facts;
  if (holder !== undefined) return nodeClaims?.name.replace(/^node-/, '');
  // of a member whose claim is lost its data is still there, and so is what any other has left where it is wished or ends
  const isLost = joined || container.metadata.deletionTimestamp !== undefined;
  const stays = isLost || container.spec.nodeAffinity === claimedNode;
  return pod?.nodeName ?? (nodeClaims?.state === 'unknown' || stays ? claimedNode : undefined);
}

function addedDrivesStatus(facts: ContainerFacts): Json[] | undefined {
  return addedDrives(facts)?.map(({ uuid, serial_number, device_path, status, added_time }) =>
    defined({ uuid, serial_number, device_path, status, added_time: added_time ?? undefined }),
  );
}

function internalStatus({ report, pod, container }: ContainerFacts): string | undefined {
  const local = report?.local?.find((entry) => entry.name === container.spec.name);
  return local?.internalStatus?.display_status ?? (pod === undefined ? undefined : container.status?.internalStatus);
}

/** The image that the pod was built with; what admission has made of it is nobody's wish. */
function builtImage({ pod, container: { spec } }: ContainerFacts): string | undefined {
  return pod?.record.image ?? (pod?.image === spec.image ? spec.image : undefined);
}

/** What a helper reported; kept when its pod is gone. */
function result({ report, container }: ContainerFacts): string | undefined {
  const fresh = report?.results;
  return fresh === undefined || fresh === null ? container.status?.result : JSON.stringify(fresh);
}

/** The whole status. */
export function containerStatus(
  facts: ContainerFacts,
  { run, word, conditions }: { run: StepsResult<ContainerFacts>; word: string; conditions: Json },
): Record<string, Json> {
  const old = facts.container.status;
  const ips = managementIps(facts);
  const added = addedDrivesStatus(facts);
  const node = boundNode(facts);
  return defined({
    uid: facts.uid === '' ? undefined : facts.uid,
    status: word,
    conditions,
    internalStatus: internalStatus(facts),
    managementIP: ips[0],
    managementIPs: ips.length === 0 ? undefined : ips,
    containerID: facts.containerId,
    clusterID: facts.clusterGuid,
    // where its claim and its owner reference are lost, this alone says whose it is
    clusterUid: facts.clusterUid ?? old?.clusterUid,
    clusterName: facts.clusterUid === undefined ? old?.clusterName : facts.clusterName,
    podUid: facts.pod?.target.uid,
    lastPodUid: lastPodUid(facts, node),
    forceWord: statedWord(facts),
    nodeAffinity: node,
    lastAppliedImage: (run.blockedBy === undefined ? builtImage(facts) : undefined) ?? old?.lastAppliedImage,
    allocations: is(facts.container.spec.mode, 'allocatable') ? allocations(facts) : undefined,
    addedDrives: added ?? (old?.addedDrives as Json | undefined),
    result: result(facts),
    printer: printer(facts, ips, node, added?.length),
  });
}
