/** The model of weka takes over what the objects of a live cluster say of it, as if all of it had come to be in the model. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { asObject, asText } from '../../api/store/json.ts';
import type { HardwareRegistry } from '../../nodes/hardware.ts';
import { blankLocal } from '../local-setup.ts';
import { isClient } from '../roles.ts';
import { versionOf } from '../command.ts';
import { clusterStatus, exposeByDrive } from '../protection.ts';
import type { SimulatedHosts } from '../simulated-program-host.ts';
import { recordedDrive } from '../simulated-program-steps.ts';
import type { WekaSite } from '../site.ts';
import { localKey, type Cluster, type LocalContainer, type SiteState } from '../state.ts';
import { adoptedCluster, saidStatus } from './cluster.ts';
import { nodesOf, saidContainers, type SaidContainer } from './said.ts';
import { secretValue } from './secrets.ts';

/** What a discovery and loaders of kernel drivers have found out and done on the machines. */
function equip(hardware: HardwareRegistry, objects: readonly KubernetesObject[]): void {
  for (const { metadata, spec, status } of nodesOf(objects)) {
    const machine = hardware.get(metadata.name);
    if (machine === undefined) continue;
    const { isHt, os, osBuildId, kubernetesDistro, numCpus } = status?.discovery ?? {};
    machine.isHt = isHt ?? machine.isHt;
    machine.os = os ?? machine.os;
    machine.osBuildId = osBuildId ?? machine.osBuildId;
    machine.kubernetesDistro = kubernetesDistro ?? machine.kubernetesDistro;
    machine.numCpus = numCpus ?? machine.numCpus;
    for (const { image, bootId } of status?.drivers ?? []) {
      machine.images.add(image);
      if (bootId === spec.bootId) machine.driversLoaded.add(versionOf({ IMAGE_NAME: image }));
    }
  }
}

/** Ports that a client picked for itself, which nobody wrote down: the first that are free on its node. */
function pickedPorts(taken: Set<string>, nodeName: string): { wekaPort: number; agentPort: number } {
  let agentPort = 45_000;
  while (taken.has(`${nodeName} ${agentPort}`)) agentPort += 101;
  taken.add(`${nodeName} ${agentPort}`);
  return { agentPort, wekaPort: agentPort + 1 };
}

function localOf(said: SaidContainer, joinSecret: string | undefined): LocalContainer {
  const { container, env, dataId, nodeName, ip, failureDomain, image, membership, runs, wekaPort } = said;
  const { mode, name, numCores = 1, joinIpPorts = [] } = container.spec;
  const joins = isClient({ role: mode }) ? { joinToken: joinSecret } : { joinSecret };
  return {
    ...blankLocal(dataId, nodeName, name),
    ...joins,
    ip,
    role: mode,
    basePort: wekaPort,
    cores: Number(env['CORES'] ?? numCores),
    restricted: isClient({ role: mode }),
    joinIps: joinIpPorts,
    failureDomain,
    machineIdentifier: env['MACHINE_IDENTIFIER'],
    version: versionOf({ IMAGE_NAME: image }),
    process: runs ? 'running' : 'stopped',
    ready: runs,
    membership,
  };
}

function fillDirectory(hosts: SimulatedHosts, said: SaidContainer, site: SiteState): void {
  const { nodeName, dataId, resources, ip, wekaPort, agentPort, runs, since = hosts.clock.now() } = said;
  Object.assign(hosts.directory(nodeName, dataId), {
    resources,
    generation: (since / 1000).toFixed(6),
    managementIps: ip === '' ? [] : [ip],
    wekaPort,
    agentPort,
    featureFlags: {},
    drives: (hosts.hardware.get(nodeName)?.drives ?? []).map((serial) =>
      recordedDrive(serial, site.driveGuids.get(serial)),
    ),
  });
  if (runs) hosts.takeOver(nodeName, dataId);
}

/** Data of drives that FAILED, and that weka has not made anew on others yet. */
function exposeFailed(site: SiteState, cluster: Cluster): void {
  for (const drive of cluster.drives.values()) {
    const member = cluster.members.get(drive.hostId);
    if (drive.status === 'FAILED' && !drive.rebuilt && member !== undefined)
      exposeByDrive(site, cluster, member, 'fault');
  }
}

/** @returns what of it the objects do not say, and how it is in the model, one sentence each */
export function adoptWeka(
  { site, hosts, hardware }: { site: WekaSite; hosts: SimulatedHosts; hardware: HardwareRegistry },
  objects: readonly KubernetesObject[],
): string[] {
  equip(hardware, objects);
  const clusters = objects.filter(({ kind }) => kind === 'WekaCluster');
  const guidOf = (cluster: KubernetesObject): string => asText(asObject(cluster['status'])['clusterID']);
  const picked = new Set<string>();
  const said = saidContainers(objects).map((one): SaidContainer => ({
    ...one,
    ...(one.wekaPort === 0 ? pickedPorts(picked, one.nodeName) : {}),
    // what its machine does not say can not be known
    runs: one.runs && hardware.get(one.nodeName) !== undefined,
  }));
  const assumed: string[] = [];
  site.adopt((state) => {
    const guids = new Set(said.flatMap(({ membership }) => membership?.guid ?? []));
    for (const guid of guids) {
      const object = clusters.find((one) => guidOf(one) === guid);
      const members = said.filter(({ membership }) => membership?.guid === guid);
      const cluster = adoptedCluster(state, guid, object, members, objects);
      state.clusters.set(guid, cluster);
      assumed.push(
        `weka cluster ${cluster.name || guid} has stripes of ${cluster.dataDrives}+${cluster.parityDrives}, as weka chooses them for the drive containers of its formation where its spec says nothing`,
      );
    }
    for (const one of said) {
      const cluster = clusters.find((other) => guidOf(other) === one.membership?.guid);
      const secret = isClient({ role: one.container.spec.mode }) ? 'client' : 'operator';
      const joinSecret = cluster === undefined ? undefined : secretValue(objects, cluster, secret, 'join-secret');
      state.locals.set(localKey(one.nodeName, one.dataId), localOf(one, joinSecret));
      fillDirectory(hosts, one, state);
    }
    for (const cluster of state.clusters.values()) exposeFailed(state, cluster);
  });
  site.adopt((state) => {
    for (const [guid, cluster] of state.clusters) {
      const word = saidStatus(clusters.find((one) => guidOf(one) === guid));
      const own = clusterStatus(cluster);
      if (word !== '' && word !== own)
        assumed.push(
          `weka cluster ${cluster.name} is ${own}, by what runs and which drives have failed; its object says ${word}`,
        );
    }
  });
  return assumed;
}
