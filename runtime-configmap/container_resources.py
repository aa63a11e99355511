"""The resources that weka keeps of its container."""

import json
import os
import re
import uuid

from cores import core_ids
from failures import Failure
from files import sync_directory, write_text
from image import feature_flags
from management_ips import management_ips
from network import parse_endpoint
from state_files import json_object

MEBIBYTE = 1024 * 1024
MEMORY_UNITS = {"": 1, "B": 1, "KiB": 1024, "MiB": MEBIBYTE, "GiB": 1024 * MEBIBYTE, "TiB": 1024 * 1024 * MEBIBYTE}


def memory_bytes(text):
    """`1400MiB` in bytes."""
    found = re.fullmatch(r"(\d+)\s*([A-Za-z]*)", text)
    if not found or found.group(2) not in MEMORY_UNITS:
        raise Failure("MEMORY %r is not an amount such as 1400MiB" % text)
    return int(found.group(1)) * MEMORY_UNITS[found.group(2)]


def stored_resources(runtime):
    """The container's resources as weka tells them."""
    out = runtime.must_weka("local", "resources", "-C", runtime.settings.name, "--json")
    try:
        return json_object(out)
    except ValueError as error:
        raise Failure("weka local resources did not answer with a JSON object: %s" % error)


def data_nodes(resources):
    """The container's processes but the management one, in order of their numbers."""
    nodes = resources.get("nodes") or {}
    ordered = sorted(nodes.items(), key=lambda item: int(item[0]) if item[0].isdigit() else 0)
    return [node for _, node in ordered if "MANAGEMENT" not in (node.get("roles") or [])]


def edited_resources(runtime, stored):
    """The container's resources with all that follows from the environment; other fields stay."""
    settings, paths = runtime.settings, runtime.paths
    resources = dict(stored)
    resources.update(
        ips=management_ips(paths),
        auto_discovery_enabled=False,
        reserve_1g_hugepages=False,
        excluded_drivers=["igb_uio"],
        auto_remove_timeout=settings.number("AUTO_REMOVE_TIMEOUT"),
    )
    if settings.memory:
        resources["memory"] = memory_bytes(settings.memory)
    if settings.join_ips:
        resources["backend_endpoints"] = [parse_endpoint(text) for text in settings.join_ips]
    if feature_flags(settings, paths)["supports_binding_to_not_all_interfaces"]:
        resources["restrict_listen"] = not settings.flag("BIND_MANAGEMENT_ALL")
    if settings.text("NVIDIA_VF_SINGLE_IP"):
        resources["nvidia_vf_single_ip"] = settings.flag("NVIDIA_VF_SINGLE_IP")
    for node, core in zip(data_nodes(resources), core_ids(settings, paths)):
        shared = settings.cpu_policy == "shared"
        node.update({"core_id": core, "dedicate_core": not shared}, **({"dedicated_mode": "NONE"} if shared else {}))
    if settings.text("NET_GATEWAY"):
        for device in resources.get("net_devices") or []:
            device["gateway"] = settings.text("NET_GATEWAY")
    return resources


def store_resources(runtime, resources):
    """Writes the resources as a new file and links it as current, stable and staging ones."""
    directory = runtime.paths.container_data
    name = "weka-resources.%s.json" % uuid.uuid4()
    write_text(os.path.join(directory, name), json.dumps(resources, indent=2))
    link_resources(directory, name)


def link_resources(directory, name):
    """Points weka's three links at a file in the same directory, each in one step."""
    for link in ("resources.json", "resources.json.stable", "resources.json.staging"):
        temporary = os.path.join(directory, link + ".new")
        if os.path.lexists(temporary):
            os.unlink(temporary)
        os.symlink(name, temporary)
        os.replace(temporary, os.path.join(directory, link))
    sync_directory(directory)
