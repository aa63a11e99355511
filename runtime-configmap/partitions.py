"""Whose a drive is, by what stands on it."""

import binascii
import os
import re
import uuid

from block_devices import NotUnderstood
from files import read_text

WEKA_PARTITION_TYPE = uuid.UUID("993ec906-b4e2-11e7-a205-a0a8cd3ea1de")
RESIGNED_OWNER = bytes.fromhex("90f0090f") * 4
NO_OWNERS = (RESIGNED_OWNER, bytes(16))
GPT_SIGNATURE = b"EFI PART"
SECTOR_SIZES = (512, 4096)


def blocks(descriptor, offset, length):
    """That many bytes of a drive. Raises NotUnderstood where it ends before."""
    data = os.pread(descriptor, length, offset)
    if len(data) != length:
        raise NotUnderstood("it ends before byte %d" % (offset + length))
    return data


def little(data, first, last):
    """A number in a structure on a drive."""
    return int.from_bytes(data[first:last], "little")


def partition_table(descriptor, sector):
    """The entries of the GPT for that sector size, or None without its signature. Raises NotUnderstood for a damaged one."""
    header = blocks(descriptor, sector, 92)
    if header[:8] != GPT_SIGNATURE:
        return None
    size, crc, place, table, count, width, table_crc = (
        little(header, first, last) for first, last in ((12, 16), (16, 20), (24, 32), (72, 80), (80, 84), (84, 88), (88, 92))
    )
    if not 92 <= size <= sector or place != 1 or not 1 <= count <= 1024 or not 128 <= width <= 4096 or width % 8:
        raise NotUnderstood("the header of its partition table makes no sense")
    header = blocks(descriptor, sector, size)
    if binascii.crc32(header[:16] + bytes(4) + header[20:]) != crc:
        raise NotUnderstood("the header of its partition table is damaged")
    entries = blocks(descriptor, table * sector, count * width)
    if binascii.crc32(entries) != table_crc:
        raise NotUnderstood("its partition table is damaged")
    return [entries[at : at + width] for at in range(0, len(entries), width)]


def weka_partitions(paths, name, descriptor):
    """[(number, owner)] of the weka partitions of an open drive; an owner is 16 bytes. Raises NotUnderstood rather than
    take a damaged drive for an empty one, OSError when it does not read."""
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)  # a partition is written past the cache of its disk
    stated = read_text(paths.at("/sys/block/%s/queue/logical_block_size" % name), "").strip()
    sizes = dict.fromkeys(([int(stated)] if re.fullmatch(r"[1-9][0-9]{2,5}", stated) else []) + list(SECTOR_SIZES))
    for sector in sizes:
        entries = partition_table(descriptor, sector)
        if entries is not None:
            kinds = [uuid.UUID(bytes_le=entry[:16]) for entry in entries]
            starts = [little(entry, 32, 40) * sector for entry in entries]
            return [
                (index + 1, blocks(descriptor, starts[index] + 8, 16))
                for index, kind in enumerate(kinds) if kind == WEKA_PARTITION_TYPE
            ]
    first, size = blocks(descriptor, 0, 512), os.lseek(descriptor, 0, os.SEEK_END)
    protective = first[510:] == b"\x55\xaa" and any(first[446 + 16 * index + 4] == 0xEE for index in range(4))
    if protective or any(os.pread(descriptor, 8, size - sector) == GPT_SIGNATURE for sector in sizes if size > sector):
        raise NotUnderstood("it has lost the head of its partition table")
    return []
