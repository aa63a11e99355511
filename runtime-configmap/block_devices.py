"""The disks of the kernel, each told by its serial."""

import contextlib
import os
import re
import stat

from files import listdir, read_text

VIRTUAL_DEVICES = ("loop", "ram", "zram", "dm-", "md", "sr", "nbd")


class NotUnderstood(Exception):
    """What stands on a drive, or its device, is not what it ought to be: nothing may be concluded."""


def block_devices(paths):
    """Every disk of the kernel: serial -> names of the devices that carry it. With more than one name a serial is no
    identity: NVMe namespaces share that of their controller, two paths lead to one disk, cheap disks come with the same."""
    devices = {}
    for name in sorted(listdir(paths.at("/sys/block"))):
        serial = device_serial(paths, name) if is_disk(paths, name) else ""
        if serial:
            devices.setdefault(serial, []).append(name)
    return devices


def is_disk(paths, name):
    """False for virtual devices, and for the hidden ones by which NVMe multipath shows each path beside the disk."""
    hidden = re.fullmatch(r"nvme\d+c\d+n\d+", name) or read_text(paths.at("/sys/block/%s/hidden" % name), "").strip() == "1"
    return not hidden and not name.startswith(VIRTUAL_DEVICES)


def device_file(name):
    """The file of a device; the kernel writes ! for the / in a name."""
    return "/dev/" + name.replace("!", "/")


def device_serial(paths, name):
    """The serial of a disk: NVMe and virtio publish it, for others udev's database has it."""
    for relative in ("device/serial", "serial"):
        serial = read_text(paths.at("/sys/block/%s/%s" % (name, relative)), "").strip()
        if serial:
            return serial
    found = re.search(
        r"^E:ID_SERIAL_SHORT=(.+)$", read_text(paths.at("/host/run/udev/data/b" + device_number(paths, name)), ""), re.M
    )
    return found.group(1).strip() if found else ""


def device_number(paths, name):
    """major:minor of a disk as the kernel says."""
    return read_text(paths.at("/sys/block/%s/dev" % name), "").strip()


def ambiguity(paths, names):
    """Why a serial is no identity, with what else the kernel knows of the devices that carry it."""
    known = ((name, read_text(paths.at("/sys/block/%s/wwid" % name), "").strip()) for name in names)
    return "%d devices carry its serial: %s" % (
        len(names), ", ".join("%s (%s)" % (device_file(name), wwid) if wwid else device_file(name) for name, wwid in known)
    )


@contextlib.contextmanager
def opened_drive(settings, paths, serial, name):
    """A descriptor of the device that carries the serial. That is checked on the open file: its name may have gone to
    another disk since the list was made."""
    descriptor = os.open(paths.at(device_file(name)), os.O_RDONLY | os.O_CLOEXEC)
    try:
        check_identity(settings, paths, serial, name, descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def check_identity(settings, paths, serial, name, descriptor):
    """Raises NotUnderstood unless the open file is the device of that name, which carries the serial. Below a moved root
    plain files stand in for devices."""
    status = os.fstat(descriptor)
    if stat.S_ISBLK(status.st_mode):
        number = "%d:%d" % (os.major(status.st_rdev), os.minor(status.st_rdev))
        if number != device_number(paths, name):
            raise NotUnderstood("its file is device %s, for the kernel it is %s" % (number, device_number(paths, name) or "gone"))
    elif not settings.moved:
        raise NotUnderstood("its file is no block device")
    if device_serial(paths, name) != serial:
        raise NotUnderstood("it has another serial now")
