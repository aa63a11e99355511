/** The first blocks of a lab drive, as weka's tools leave them on a real one: what the runtime judges before it erases. */
import { crc32 } from 'node:zlib';

const sector = 512;
const table = 2;
const entries = 4;
const entrySize = 128;
/** The first sector of the one partition, of weka's type; its owner stands 8 bytes behind the beginning. */
const start = 40;
const ownerOffset = start * sector + 8;
const wekaType = '06c93e99e2b4e711a205a0a8cd3ea1de';
/** What weka writes as the owner of a drive that nobody owns. */
const resigned = '90f0090f'.repeat(4);

/** The block device of a serial, below /dev and /sys/block. */
export const driveDevice = (serial: string): string => `weka-${serial}`;

function tableEntries(): Buffer {
  const buffer = Buffer.alloc(entries * entrySize);
  buffer.write(wekaType, 0, 'hex');
  buffer.writeBigUInt64LE(BigInt(start), 32);
  buffer.writeBigUInt64LE(BigInt(start), 40);
  return buffer;
}

function header(partitions: Buffer): Buffer {
  const buffer = Buffer.alloc(92);
  buffer.write('EFI PART', 0, 'latin1');
  buffer.writeUInt32LE(0x10000, 8);
  buffer.writeUInt32LE(buffer.length, 12);
  buffer.writeBigUInt64LE(1n, 24);
  buffer.writeBigUInt64LE(BigInt(table), 72);
  buffer.writeUInt32LE(entries, 80);
  buffer.writeUInt32LE(entrySize, 84);
  buffer.writeUInt32LE(crc32(partitions), 88);
  buffer.writeUInt32LE(crc32(buffer), 16);
  return buffer;
}

/** GUID of the weka cluster that owns a drive, as it is now. */
export type DriveOwner = (serial: string) => string | undefined;

/** A drive that belongs to the weka cluster of that GUID; without one a drive that nobody owns. */
export function driveImage(guid: string | undefined): Buffer {
  const image = Buffer.alloc((start + 1) * sector);
  const partitions = tableEntries();
  header(partitions).copy(image, sector);
  partitions.copy(image, table * sector);
  image.write(guid === undefined ? resigned : guid.replaceAll('-', ''), ownerOffset, 'hex');
  return image;
}

/** The drives of a machine as its kernel shows them: serials below /sys/block, first blocks below /dev. */
export function driveFiles(serials: readonly string[], owner: DriveOwner): Record<string, string | Buffer> {
  return Object.fromEntries(
    serials.flatMap((serial): [string, string | Buffer][] => [
      [`/sys/block/${driveDevice(serial)}/device/serial`, `${serial}\n`],
      [`/dev/${driveDevice(serial)}`, driveImage(owner(serial) || undefined)],
    ]),
  );
}

const octal = [...Buffer.from(resigned, 'hex')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');

/** Shell that does to the image of the last argument what `weka-sign-drive` does to a drive. */
export const resignImage = [
  'for device; do :; done',
  `printf '${octal}' | dd of="$WEKA_RUNTIME_ROOT$device" bs=1 seek=${ownerOffset} conv=notrunc status=none`,
].join('\n');
