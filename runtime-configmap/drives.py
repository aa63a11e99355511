"""drives.json: the signed drives of the host."""

import os
import uuid

from block_devices import NotUnderstood, ambiguity, block_devices, device_file, opened_drive
from files import write_json
from partitions import NO_OWNERS, weka_partitions
from state_files import UNREADABLE, json_drives, stored, texts


def weka_drives(settings, paths):
    """Signed drives that the kernel sees now, as {serial_id, block_device, partition, weka_guid, is_signed}; without a
    device, and with a `problem`, where the serial tells none.

    A drive that weka uses is bound to a user-space driver and not seen. WEKA_RUNTIME_DRIVES (JSON) replaces the list."""
    given = settings.document("WEKA_RUNTIME_DRIVES")
    if given is not None:
        return given
    drives = []
    for serial, names in block_devices(paths).items():
        try:
            drives += [listed_drive(serial, names[0], *found) for found in only_weka_partition(settings, paths, serial, names)]
        except NotUnderstood as error:
            UNREADABLE.say("drive " + serial, str(error))
            if len(names) > 1:
                drives.append({"serial_id": serial, "block_device": None, "partition": None, "weka_guid": "",
                               "is_signed": False, "problem": str(error)})
        except OSError as error:
            UNREADABLE.say("drive " + serial, error.strerror)
    return drives


def only_weka_partition(settings, paths, serial, names):
    """The first weka partition of the one device that carries the serial, in a list; empty without one."""
    if len(names) > 1:
        raise NotUnderstood(ambiguity(paths, names))
    with opened_drive(settings, paths, serial, names[0]) as descriptor:
        return weka_partitions(paths, names[0], descriptor)[:1]


def listed_drive(serial, name, number, owner):
    """An entry of drives.json."""
    device = device_file(name)
    owned = owner not in NO_OWNERS
    return {
        "serial_id": serial,
        "block_device": device,
        "partition": "%s%s%d" % (device, "p" if name[-1].isdigit() else "", number),
        "weka_guid": str(uuid.UUID(bytes=owner)) if owned else "",
        "is_signed": owned,
    }


def record_drives(runtime):
    """Keeps drives.json: what is seen now, and what was seen before weka took it away from the kernel."""
    known = {drive["serial_id"]: drive for drive in stored(runtime.paths.drives, json_drives) or []}
    before = dict(known)
    known.update((drive["serial_id"], drive) for drive in weka_drives(runtime.settings, runtime.paths))
    if known != before or not os.path.exists(runtime.paths.drives):
        write_json(runtime.paths.drives, list(known.values()))


def drives_returned(runtime):
    """True when the kernel sees every allocated exclusive drive again, or when there is no kernel to ask."""
    if not os.path.isdir(runtime.paths.at("/sys/block")) or runtime.settings.text("WEKA_RUNTIME_DRIVES"):
        return True
    return set(texts(runtime.resources.get("drives"))) <= set(block_devices(runtime.paths))
