"""Disks for the runtime's tests: a GPT as weka's tool makes it, and the ways in which it can be broken."""

import binascii
import struct
import uuid

WEKA_TYPE = uuid.UUID("993ec906-b4e2-11e7-a205-a0a8cd3ea1de")
OTHER_TYPE = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")
RESIGNED = bytes.fromhex("90f0090f") * 4
SECTORS = 64
FIRST = 40  # the first sector of the first partition; each has one


def gpt(owners, sector=512, kinds=None):
    """A disk with one weka partition per owner (16 bytes). `kinds` are the types of its partitions instead of weka's."""
    image = bytearray(sector * SECTORS)
    image[446 + 4] = 0xEE
    image[510:512] = b"\x55\xaa"
    entries = bytearray(128 * 16)
    for index, owner in enumerate(owners):
        kind = (kinds or [WEKA_TYPE] * len(owners))[index]
        struct.pack_into("<16s16xQQ", entries, 128 * index, kind.bytes_le, FIRST + index, FIRST + index)
        start = sector * (FIRST + index) + 8
        image[start:start + 16] = owner
    image[2 * sector:2 * sector + len(entries)] = entries
    fields = (b"EFI PART", 0x10000, 92, 0, 0, 1, SECTORS - 1, FIRST, SECTORS - 2, bytes(16), 2, 16, 128, binascii.crc32(entries))
    header = struct.pack("<8sIIIIQQQQ16sQIII", *fields)
    header = header[:16] + struct.pack("<I", binascii.crc32(header)) + header[20:]
    image[sector:sector + 92] = header
    image[-sector:-sector + 8] = b"EFI PART"
    return bytes(image)


def damaged(image, offset, content=b"\xa5"):
    """The image with something else at an offset."""
    return image[:offset] + content + image[offset + len(content):]
