/** The runtime of the product as a real process: what it finds on a lab machine, and the model of weka behind its commands. */
import { join } from 'node:path';
import type { NodeHardware } from '../nodes/hardware.ts';
import type { ProcessRuntime } from '../nodes/process-runtime.ts';
import { repository } from '../repository.ts';
import { cleanedContainer } from './cleaned-directory.ts';
import { devicePath } from './drive-commands.ts';
import { driveFiles, resignImage } from './drive-image.ts';
import type { WekaSite } from './site.ts';

export interface WekaProcessOptions {
  site: Pick<WekaSite, 'driveGuid' | 'forget'>;
  /** Address of the model for the shim: `http://HOST:PORT` or `unix:/PATH`. */
  shimUrl: string;
  /** Environment of every process, over all else: WEKA_RUNTIME_POLL_SECONDS and the like. */
  env?: Record<string, string>;
}

const shim = (program: string): string => join(repository, 'lab/weka/shim', program);

/** The kernel modules of weka's drivers. */
const driverModules = ['wekafsio', 'wekafsgw', 'mpin_user', 'igb_uio'];

const osRelease: Record<string, (build: string) => string> = {
  rhcos: (build) => `OPENSHIFT_VERSION="${build}"\n`,
  cos: (build) => `BUILD_ID=${build}\n`,
};

/** What every process of a weka pod has. */
export function wekaProcessRuntime({ site, shimUrl, env }: WekaProcessOptions): ProcessRuntime {
  const owner = (serial: string): string | undefined => site.driveGuid(serial);
  const drive = (serial: string) => {
    const guid = owner(serial) ?? '';
    const device = devicePath(serial);
    return { serial_id: serial, block_device: device, partition: device, weka_guid: guid, is_signed: guid !== '' };
  };
  return {
    commands: [
      { name: 'weka', script: shim('weka') },
      { name: 'wekaauthcli', script: shim('weka') },
      { name: 'weka-sign-drive', script: shim('weka-sign-drive'), after: resignImage },
    ],
    directories: ['/weka-runtime'],
    links: { '/opt/weka_runtime.py': join(repository, 'runtime-configmap/weka_runtime.py') },
    machineFiles: (hardware) => ({
      '/hostside/etc/os-release': `ID="${hardware.os}"\n${osRelease[hardware.os]?.(hardware.osBuildId) ?? ''}`,
      ...driveFiles(hardware.drives, owner),
    }),
    liveFiles: ({ driversLoaded, activeMounts, frontends }: NodeHardware) => ({
      ...(driversLoaded.size === 0
        ? {}
        : { '/proc/wekafs/interface': `Active mounts: ${activeMounts}\nFrontends: ${[...frontends].join(' ')}\n` }),
      '/proc/modules':
        driversLoaded.size === 0 ? '' : driverModules.map((name) => `${name} 16384 0 - Live 0x0\n`).join(''),
    }),
    environment: ({ root, commands, scope, podIp, hardware }) => ({
      WEKA_RUNTIME_ROOT: root,
      WEKA_RUNTIME_LOCK_SCOPE: scope,
      WEKA_RUNTIME_ADDRESSES: JSON.stringify([{ device: 'eth0', ip: podIp }]),
      WEKA_RUNTIME_DRIVES: JSON.stringify(hardware.drives.map(drive)),
      WEKA_SHIM_URL: shimUrl,
      WEKA_CLI_PROGRAM: join(commands, 'weka'),
      ...env,
    }),
    // it has emptied the directory; the identity that was in there is the model's
    onEnd(environment, exitCode) {
      const cleaned = exitCode === 0 ? cleanedContainer(environment) : undefined;
      if (cleaned !== undefined) site.forget(cleaned, environment.nodeName);
    },
  };
}
