/** `weka cluster drive ...`. A drive is named by the path of its device; see `devicePath`. */
import { randomUuid } from '../nodes/hardware.ts';
import type { ClusterCommand, ClusterCommandContext } from './command.ts';
import { answer, answerJson, isRefusal, memberById, refuse } from './command.ts';
import { noticePulledDrives } from './drive-failures.ts';
import { hasDrives } from './roles.ts';
import type { Drive } from './state.ts';
import { drivenDomains, isUp } from './state.ts';

const devicePrefix = '/dev/disk/by-id/weka-';

/** Where the lab's hosts show the drive of that serial. */
export function devicePath(serial: string): string {
  return `${devicePrefix}${serial}`;
}

/** Commands about drives. */
export const driveCommands: ClusterCommand[] = [
  { scope: 'cluster', words: 'cluster drive', role: 'any', options: { '--status': 'value' }, run: list },
  {
    scope: 'cluster',
    words: 'cluster drive add',
    role: 'clusteradmin',
    options: { '--pool': 'value', '--allow-format-weka-drives': 'flag' },
    run: add,
  },
  { scope: 'cluster', words: 'cluster drive deactivate', role: 'clusteradmin', run: deactivate },
  { scope: 'cluster', words: 'cluster drive activate', role: 'clusteradmin', run: activate },
  { scope: 'cluster', words: 'cluster drive remove', role: 'clusteradmin', run: remove },
];

function list({ site, cluster, positionals, options }: ClusterCommandContext) {
  noticePulledDrives(site, cluster);
  const container = options.value('--container');
  const drives = [...cluster.drives.values()].filter(
    (drive) =>
      (positionals.length === 0 || positionals.includes(drive.uuid)) &&
      (container === undefined || drive.hostId === Number(container)),
  );
  if (options.json) return answerJson(drives.map(driveJson));
  return answer(drives.map((drive) => `${drive.uuid}  ${drive.serial}  ${drive.hostId}  ${drive.status}\n`).join(''));
}

function driveJson(drive: Drive) {
  return {
    added_time: new Date(drive.addedAt).toISOString(),
    device_path: drive.devicePath,
    host_id: `HostId<${drive.hostId}>`,
    serial_number: drive.serial,
    should_be_active: drive.status === 'ACTIVE' || drive.status === 'PHASING_IN',
    size_bytes: drive.sizeBytes,
    status: drive.status,
    uid: drive.uuid,
    uuid: drive.uuid,
  };
}

/** Adds one drive or several to a drive container that is up, all of them or none. */
function add(context: ClusterCommandContext) {
  const { site, cluster, positionals } = context;
  const [id, ...paths] = positionals;
  const member = memberById(cluster, id);
  if (isRefusal(member)) return member;
  if (paths.length === 0) return refuse('no device was given');
  if (!hasDrives(member)) return refuse(`Host HostId<${member.hostId}> has no drive cores`);
  if (member.state !== 'ACTIVE' || !isUp(site, cluster, member))
    return refuse(`Host HostId<${member.hostId}> is not up`);
  const serials: string[] = [];
  for (const path of paths) {
    const serial = path.startsWith(devicePrefix) ? path.slice(devicePrefix.length) : undefined;
    const machine = site.hardware?.get(member.nodeName);
    if (serial === undefined || (machine !== undefined && !machine.drives.includes(serial))) {
      return refuse(`Device ${path} was not found on HostId<${member.hostId}>`);
    }
    if ([...cluster.drives.values()].some((drive) => drive.serial === serial))
      return refuse(`${path}: Device is already in use`);
    const owner = site.driveGuids.get(serial);
    if (owner !== undefined)
      return refuse(`Device ${path} carries the cluster GUID ${owner}, it has to be resigned first`);
    serials.push(serial);
  }
  const added = serials.map((serial): Drive => ({
    uuid: randomUuid(site.random),
    serial,
    devicePath: devicePath(serial),
    hostId: member.hostId,
    status: 'INACTIVE',
    sizeBytes: site.settings.driveBytes,
    addedAt: site.clock.now(),
    rebuilt: false,
    cancelFailure: undefined,
  }));
  for (const drive of added) {
    cluster.drives.set(drive.uuid, drive);
    site.driveGuids.set(drive.serial, cluster.guid);
    phasesIn(context, drive);
  }
  return answerJson(added.map(driveJson));
}

function phasesIn({ site, cluster }: ClusterCommandContext, drive: Drive): void {
  drive.status = cluster.io === 'started' ? 'PHASING_IN' : 'ACTIVE';
  site.clock.after(site.settings.phaseIn, () => {
    if (drive.status === 'PHASING_IN') drive.status = 'ACTIVE';
  });
}

function driveByUuid({ cluster, positionals }: ClusterCommandContext) {
  const uuid = positionals[0] ?? '';
  return cluster.drives.get(uuid) ?? refuse(`The given drive "${uuid}" does not exist.`);
}

/** Starts draining; refused where too few failure domains with drives would be left for a stripe. */
function deactivate(context: ClusterCommandContext) {
  const drive = driveByUuid(context);
  if (isRefusal(drive)) return drive;
  if (drive.status !== 'ACTIVE' && drive.status !== 'PHASING_IN') return answer('');
  const { site, cluster } = context;
  const left = drivenDomains(cluster, (_, other) => other === drive).size;
  const stripe = cluster.dataDrives + cluster.parityDrives;
  if (drive.status === 'ACTIVE' && cluster.io !== 'never' && left < stripe) {
    return refuse(
      `Deactivating the drive "${drive.uuid}" would leave ${left} failure domains with drives, fewer than the stripe width ${stripe}`,
    );
  }
  drive.status = cluster.io === 'started' ? 'PHASING_OUT' : 'INACTIVE';
  site.clock.after(site.settings.deactivateDrive, () => {
    if (drive.status === 'PHASING_OUT' && cluster.members.get(drive.hostId)?.state !== 'DEACTIVATING')
      drive.status = 'INACTIVE';
  });
  return answer('');
}

/** Data comes back onto a drive that was emptied. */
function activate(context: ClusterCommandContext) {
  const drive = driveByUuid(context);
  if (isRefusal(drive)) return drive;
  if (drive.status !== 'INACTIVE') return refuse(`The drive "${drive.uuid}" is ${drive.status}, not INACTIVE`);
  phasesIn(context, drive);
  return answer('');
}

/** Only an INACTIVE or FAILED drive; it keeps the cluster's GUID until it is resigned. */
function remove(context: ClusterCommandContext) {
  const drive = driveByUuid(context);
  if (isRefusal(drive)) return drive;
  if (drive.status !== 'INACTIVE' && drive.status !== 'FAILED') {
    return refuse(`The drive "${drive.uuid}" is ${drive.status}, it must be deactivated before it is removed`);
  }
  context.cluster.drives.delete(drive.uuid);
  return answer('');
}
