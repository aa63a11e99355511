"""The cores of the container."""

import re

from failures import Failure
from files import read_text


def core_ids(settings, paths):
    """The core of each weka process: the ones given, else the first thread of whole physical cores we may run on."""
    if settings.core_ids != "auto":
        chosen = [int(core) for core in settings.core_ids.split(",")]
    else:
        chosen = whole_cores(paths, settings.cpu_policy != "shared")
    if chosen is None:
        chosen = list(range(settings.cores))
    if len(chosen) < settings.cores:
        raise Failure("%d cores are wanted, %d can be used" % (settings.cores, len(chosen)))
    return chosen[: settings.cores]


def whole_cores(paths, whole):
    """One thread of each physical core; with `whole`, only of cores whose every thread we may run on. None where the
    kernel is not seen."""
    status = re.search(r"^Cpus_allowed_list:\s*(\S+)", read_text(paths.at("/proc/self/status"), ""), re.M)
    if not status:
        return None
    allowed = parse_cpu_list(status.group(1))
    chosen, seen = [], set()
    for cpu in allowed:
        listed = read_text(paths.at("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list" % cpu))
        siblings = parse_cpu_list(listed) if listed else [cpu]
        if cpu not in seen and (not whole or set(siblings) <= set(allowed)):
            chosen.append(cpu)
        seen.update(siblings)
    return chosen


def parse_cpu_list(text):
    """`0-2,8` as [0, 1, 2, 8]."""
    cpus = []
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        cpus += range(int(first), int(last or first) + 1)
    return cpus
