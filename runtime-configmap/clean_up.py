"""The end of a container."""

import json
import os
import shutil
import sys
import uuid

from block_devices import NotUnderstood, opened_drive
from commands import run
from failures import Failure
from files import listdir, sync_directory, write_json
from judgement import Judgement, judge, judge_opened
from local_weka import NO_GUID
from lock import Lock
from log import leave_termination_message, log
from paths import Paths
from signals import Signals
from state_files import json_value, stored, texts

NAMED_DRIVES = 16  # the kubelet keeps 4 KiB of last words


def clean_up(settings, _arguments):
    """The end of a container: erases those drives of RESIGN_SERIALS that CLUSTER_GUID owns, then empties CLEAN_DIRECTORY.

    It begins when it is allowed to, as a pod stops: what was wished when the pod was made may be called back, and a pod may
    be from a backup. The order is for one boot of the machine (BOOT_ID) as well.
    All drives are judged before one is erased, but for those that were done with for CLEANED_FOR, the WekaContainer, before. While one waits the directory stays, for the identity is in it. Holds the
    lock of NAME to its end, and refuses while a runtime has it. The kubelet repeats it; what was done stays done."""
    paths = Paths(settings)
    if not settings.name:
        return clean_up_failed(paths, "NAME is not set")
    # without the lock: nobody may ever allow it, and a runtime of its name may come
    if not allowed(settings, paths):
        return clean_up_failed(paths, "was told to end before it was allowed to begin")
    lock = Lock(settings, settings.name)
    if not lock.take():
        return clean_up_failed(paths, "lock is held")
    try:
        ordered = settings.text("BOOT_ID")
        if ordered and ordered != paths.boot_id():
            raise Failure("the machine was started again since it was ordered to be cleaned; waits for a new order")
        cluster = cluster_guid(settings)
        serials = list(dict.fromkeys(settings.items("RESIGN_SERIALS")))
        before = cleaned_before(paths)
        judged = [
            Judgement(serial, "cleaned") if serial in before else judge(settings, paths, serial, cluster) for serial in serials
        ]
        erased = [erase(settings, paths, drive, cluster) if drive.outcome == "own" else drive for drive in judged]
        waiting = [drive.waits for drive in erased if drive.waits]
        if waiting:
            more = ["and %d more drives" % len(waiting[NAMED_DRIVES:])] if waiting[NAMED_DRIVES:] else []
            raise Failure("; ".join(waiting[:NAMED_DRIVES] + more))
        removed = empty_directory(paths, settings.text("CLEAN_DIRECTORY"))
        # last, for the disk may be full of what was to be removed; what was erased and not written down is resigned the next time
        if paths.cleaned and serials:
            write_json(paths.cleaned, sorted(before.union(serials)))
    except Failure as failure:
        return clean_up_failed(paths, str(failure))
    except OSError as error:
        return clean_up_failed(paths, "cannot clean up: %s" % error)
    finally:
        lock.release()
    resigned = [drive.serial for drive in erased if drive.outcome == "own"]
    print(json.dumps({"resigned": resigned, "removed": removed, "drives": {drive.serial: drive.outcome for drive in erased}}))
    return 0


def cleaned_before(paths):
    """Serials that were done with for this container, as its node has it. The node goes on where etcd is put back to a
    moment before that, and who has such a drive by now is a successor."""
    return set(texts(stored(paths.cleaned, json_value))) if paths.cleaned else set()


def allowed(settings, paths):
    """Waits until the operator allows it to begin; False when it is told to end before."""
    if os.path.exists(paths.allow_clean_up):
        return True
    signals = Signals()
    signals.install()
    log("waiting-to-begin", "waits for allow-clean-up")
    while not os.path.exists(paths.allow_clean_up):
        if signals.exiting:
            return False
        signals.wait(settings.poll(1))
    return True


def clean_up_failed(paths, message):
    """Says why; in a helper pod the kubelet shows the termination message."""
    print(message, file=sys.stderr)
    leave_termination_message(paths, message)
    return 1


def cluster_guid(settings):
    """The weka cluster whose drives may be erased; None when the container never joined one."""
    text = settings.text("CLUSTER_GUID")
    if not text or text == NO_GUID:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Failure("CLUSTER_GUID %s is no GUID" % text)


def erase(settings, paths, drive, cluster):
    """Wipes weka's ownership of a drive that was judged own. It is opened and judged once more, stays open while the tool
    works, so that its device cannot become another's, and has to say afterwards that nobody owns it."""
    name = drive.device[len("/dev/"):].replace("/", "!")
    program = "weka-sign-drive" if settings.moved else "/weka-sign-drive"
    try:
        with opened_drive(settings, paths, drive.serial, name) as descriptor:
            again = judge_opened(paths, drive.serial, name, descriptor, cluster)
            if again.outcome != "own":
                return again
            # the kernel refuses this for what is mounted or otherwise held
            os.close(os.open(paths.at(drive.device), os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
            finished = run((program, "--allow-erase-weka-partitions", "--", drive.device), 300)
            if finished.code != 0:
                raise NotUnderstood(finished.reason)
            if judge_opened(paths, drive.serial, name, descriptor, cluster).outcome not in ("resigned", "none"):
                raise NotUnderstood("the tool reported success, and the drive still has an owner")
    except (OSError, NotUnderstood) as error:
        return Judgement(drive.serial, "not erased", drive.device, getattr(error, "strerror", None) or str(error))
    return drive


def empty_directory(paths, directory):
    """Removes everything in a mounted directory, which itself stays; returns the number of entries removed."""
    if not directory:
        return 0
    if os.path.normpath(directory) in ("/", "//", "."):
        raise Failure("CLEAN_DIRECTORY must be a directory of its own")
    entries = [os.path.join(paths.at(directory), name) for name in listdir(paths.at(directory))]
    for entry in entries:
        if os.path.isdir(entry) and not os.path.islink(entry):
            shutil.rmtree(entry)
        else:
            os.unlink(entry)
    if entries:
        sync_directory(paths.at(directory))
    return len(entries)
