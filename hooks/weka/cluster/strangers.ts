/** Members of the weka cluster that are away and of which there is no WekaContainer, as after etcd was restored to an earlier moment: nobody brings them back. */
import { countedModes } from '../api/modes.ts';
import { leaveWords } from '../leave-words.ts';
import { countedAs, readContainers, type WekaMember } from '../weka-containers.ts';
import type { ClusterFacts } from './facts.ts';
import { answered } from './looks.ts';

const shown = 2;

/** Weka counts more containers of a mode than the cluster has, and not all of them are there. */
const hasStrangers = ({ wekaStatus, containers }: ClusterFacts): boolean =>
  countedModes.some(({ mode, field }) => {
    const { active, total } = wekaStatus?.containers?.[field] ?? {};
    const own = containers.filter(({ role }) => role === mode).length;
    return active !== undefined && total !== undefined && active < total && own < total;
  });

function strangersIn(facts: ClusterFacts): WekaMember[] {
  const { containers, executor, wekaStatus, cluster } = facts;
  const speaker = containers.find(({ pod }) => pod !== undefined && pod.uid === executor?.uid);
  const found = readContainers(answered(facts, 'containers'), {
    containerId: speaker?.status.containerID,
    status: wekaStatus,
    clusterGuid: cluster.status?.clusterID,
  });
  if (found.state === 'unknown') return [];
  const names = new Set(containers.map(({ spec }) => spec.name));
  const ids = new Set(containers.map(({ status }) => status.containerID));
  return found.members.filter(
    (member) =>
      countedAs(member) !== undefined &&
      (member.status === 'DOWN' || member.status === 'INACTIVE') &&
      member.name !== undefined &&
      !names.has(member.name) &&
      !ids.has(member.hostId),
  );
}

/** A sentence for each, with the commands that give it up; empty where nothing of it is known. */
export function strangers(facts: ClusterFacts): string[] {
  // who is not among the children for want of a label comes back with it
  if (facts.unlabelled.length > 0 || !hasStrangers(facts)) return [];
  const found = strangersIn(facts);
  const drives = found.length === 0 ? undefined : answered(facts, 'drives');
  if (drives === undefined) return [];
  const sentences = found.slice(0, shown).map(({ hostId: number, name = '', status }) => {
    const hostId = `HostId<${number}>`;
    const held = drives.filter(({ host_id }) => host_id === hostId).map(({ uuid }) => uuid);
    return `no WekaContainer is there of ${hostId} (${name}), which is ${status} in weka; if it is given up, ${leaveWords({ hostId, drives: held })}`;
  });
  return found.length > shown ? [...sentences, `${found.length - shown} more are such`] : sentences;
}
