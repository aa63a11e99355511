"""The facts of a host."""

import os

from cores import parse_cpu_list
from files import read_text, write_json
from image import os_release

DISCOVERY_SCHEMA = 3
OPENSHIFT, COS = "rhcos", "cos"


def discover(runtime):
    """Writes the facts of the host that a pod's shape depends on."""
    write_json(runtime.paths.results, host_facts(runtime.paths))


def host_facts(paths):
    """{is_ht, kubernetes_distro, os, os_build_id, schema, num_cpus, boot_id}."""
    release = os_release(paths)
    system = release.get("ID", "")
    build = {OPENSHIFT: release.get("OPENSHIFT_VERSION") or release.get("VERSION_ID"), COS: release.get("BUILD_ID")}
    online = read_text(paths.at("/sys/devices/system/cpu/online"))
    return {
        "is_ht": read_text(paths.at("/sys/devices/system/cpu/smt/active"), "0").strip() == "1",
        "kubernetes_distro": {OPENSHIFT: "openshift", COS: "gke"}.get(system, "k8s"),
        "os": system,
        "os_build_id": build.get(system) or "",
        "schema": DISCOVERY_SCHEMA,
        "num_cpus": len(parse_cpu_list(online)) if online and online.strip() else os.cpu_count(),
        "boot_id": paths.boot_id(),
    }
