/** The image of a pretended weka: the base of the real-cluster tool, the project's `weka` shim, and a machine with drives. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { driveDevice } from '../../lab/weka/drive-image.ts';

const here = import.meta.dirname;
const shim = join(here, '../../lab/weka/shim/weka');

/** Serials of the drives of the pretended machine. */
export const drives = ['PRETENDED1', 'PRETENDED2', 'PRETENDED3', 'PRETENDED4'];
const driverModules = ['wekafsio', 'wekafsgw', 'mpin_user', 'igb_uio'];

/** File system of the image on top of its base; `modelPort` is where the model of weka listens on the loopback. */
function writeOverlay(directory: string, modelPort: number): void {
  const copy = (from: string, to: string): void => {
    const target = join(directory, to);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(from, target);
    chmodSync(target, 0o755);
  };
  const put = (to: string, text: string): void => {
    const target = join(directory, to);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  };
  copy(shim, 'usr/bin/weka');
  copy(shim, 'weka-sign-drive');
  copy(join(here, 'image/python3'), 'usr/local/sbin/python3');
  copy(join(here, 'image/sitecustomize.py'), 'etc/pretended/sitecustomize.py');
  put('etc/weka-shim-url', `http://127.0.0.1:${modelPort}\n`);
  put('etc/pretended/modules', driverModules.map((name) => `${name} 16384 0 - Live 0x0\n`).join(''));
  drives.forEach((serial, index) => {
    const device = driveDevice(serial);
    put(`etc/pretended/block/${device}/device/serial`, `${serial}\n`);
    put(`etc/pretended/block/${device}/dev`, `259:${index}\n`);
    put(`etc/pretended/dev/${device}`, '');
  });
  const found = drives.map((serial) => {
    const device = `/dev/disk/by-id/weka-${serial}`;
    return { serial_id: serial, block_device: device, partition: device, weka_guid: '', is_signed: false };
  });
  put('etc/pretended/drives.json', JSON.stringify(found));
  mkdirSync(join(directory, 'opt/weka/dist/release'), { recursive: true });
}

/** Makes the image and imports it into the cluster of the tool. Throws with what the tool says. */
export function makeImage(realCluster: string, image: string, modelPort: number): void {
  const overlay = mkdtempSync(join(tmpdir(), 'pretended-weka-'));
  try {
    writeOverlay(overlay, modelPort);
    execFileSync(realCluster, ['image', 'base', image, '--overlay', overlay], { stdio: 'pipe' });
  } finally {
    rmSync(overlay, { recursive: true, force: true });
  }
}
