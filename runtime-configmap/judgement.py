"""What becomes of a drive at the end of a container: the drive says itself whose it is, and only what is its own is erased."""

import os
import uuid

from block_devices import NotUnderstood, ambiguity, block_devices, device_file, opened_drive
from files import listdir, read_text
from partitions import NO_OWNERS, weka_partitions

# outcome -> what a person reads while the clean-up waits for such a drive; "" = it does not wait
OUTCOMES = {
    "own": "",  # a weka partition of the cluster that the container was in: it is erased
    "resigned": "",  # a weka partition that nobody owns
    "none": "",  # no weka partition
    "cleaned": "",  # it was done with for this very container before
    "foreign": "drive %(serial)s (%(device)s) belongs to weka cluster %(detail)s",
    "unreadable": "drive %(serial)s (%(device)s) does not say whose it is: %(detail)s",
    "not visible": "drive %(serial)s is not visible on this host: it is gone, or bound to a user-space driver%(detail)s",
    "ambiguous": "drive %(serial)s cannot be told from another: %(detail)s",
    "not erased": "drive %(serial)s (%(device)s) was not erased: %(detail)s",
}
USER_SPACE_DRIVERS = ("vfio-pci", "igb_uio", "uio_pci_generic")
NVME_CLASS = "0x0108"


class Judgement:
    """What is known of one drive: its outcome, the device that it was read from, and what a person wants to know."""

    def __init__(self, serial, outcome, device="", detail=""):
        self.serial = serial
        self.outcome = outcome
        self.device = device
        self.detail = detail

    @property
    def waits(self):
        """Why the clean-up waits for this drive, or ""."""
        return OUTCOMES[self.outcome] % vars(self)


def judge(settings, paths, serial, cluster):
    """What the drive itself says."""
    names = block_devices(paths).get(serial, [])
    if not names:
        return Judgement(serial, "not visible", detail=user_space_drives(paths))
    if len(names) > 1:
        return Judgement(serial, "ambiguous", detail=ambiguity(paths, names))
    try:
        with opened_drive(settings, paths, serial, names[0]) as descriptor:
            return judge_opened(paths, serial, names[0], descriptor, cluster)
    except (OSError, NotUnderstood) as error:
        return Judgement(serial, "unreadable", device_file(names[0]), getattr(error, "strerror", None) or str(error))


def judge_opened(paths, serial, name, descriptor, cluster):
    """What the drive says that was opened. The tool erases all weka partitions of a drive, so all have to be ours."""
    owners = [owner for _, owner in weka_partitions(paths, name, descriptor)]
    held = [uuid.UUID(bytes=owner) for owner in owners if owner not in NO_OWNERS]
    others = [owner for owner in held if owner != cluster]
    if others:
        reason = "not to %s" % cluster if cluster else "and this container never joined one"
        return Judgement(serial, "foreign", device_file(name), "%s, %s" % (others[0], reason))
    return Judgement(serial, "own" if held else "resigned" if owners else "none", device_file(name))


def user_space_drives(paths):
    """Where the drives may be that the kernel does not see: PCI addresses that a user-space driver holds."""
    held = []
    for driver in USER_SPACE_DRIVERS:
        directory = paths.at("/sys/bus/pci/drivers/" + driver)
        held += [
            "%s by %s" % (address, driver) for address in sorted(listdir(directory))
            if read_text(os.path.join(directory, address, "class"), "").startswith(NVME_CLASS)
        ]
    return " (such a driver holds: %s)" % ", ".join(held) if held else ""
