"""What the pretended image shows to Python programs in place of the machine: the kernel drivers of weka, for this machine's
kernel has no such modules and nothing can be mounted over a file that /proc does not have; and drives, whose blocks are
those of the model of weka."""

import builtins
import errno
import os
import stat
import types

PRETENDED = {"/proc/modules": "/etc/pretended/modules"}
DRIVES = "/etc/pretended/dev/"
real_open, real_os_open, real_fstat, real_pread = builtins.open, os.open, os.fstat, os.pread


def pretended_open(file, *arguments, **options):
    """open(), with the files of PRETENDED in place of the machine's."""
    return real_open(PRETENDED.get(file, file) if isinstance(file, str) else file, *arguments, **options)


def pretended_os_open(path, *arguments, **options):
    """os.open(), with the pretended drives in /dev."""
    drive = DRIVES + path[len("/dev/"):] if isinstance(path, str) and path.startswith("/dev/weka-") else path
    return real_os_open(drive, *arguments, **options)


def drive_of(descriptor):
    """The device that is open there, such as weka-SERIAL; empty: it is no pretended drive."""
    path = os.readlink("/proc/self/fd/%d" % descriptor)
    return path[len(DRIVES):] if path.startswith(DRIVES) else ""


def pretended_fstat(descriptor):
    """os.fstat(), where a pretended drive is a block device of the number that its kernel gives it."""
    drive = drive_of(descriptor)
    if not drive:
        return real_fstat(descriptor)
    with real_open("/sys/block/%s/dev" % drive, encoding="ascii") as file:
        major, minor = file.read().split(":")
    return types.SimpleNamespace(st_mode=stat.S_IFBLK | 0o600, st_rdev=os.makedev(int(major), int(minor)))


def pretended_pread(descriptor, length, offset):
    """os.pread(), where a pretended drive is read from the model of weka; one that weka uses cannot be read."""
    drive = drive_of(descriptor)
    if not drive:
        return real_pread(descriptor, length, offset)
    import urllib.request  # by every command that starts it would be paid for

    with real_open("/etc/weka-shim-url", encoding="ascii") as file:
        url = "%s/drives/%s" % (file.read().strip(), drive[len("weka-"):])
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.read()[offset : offset + length]
    except OSError as error:
        raise OSError(errno.EIO, "the model of weka does not give it: %s" % error) from error


builtins.open, os.open, os.fstat, os.pread = pretended_open, pretended_os_open, pretended_fstat, pretended_pread
