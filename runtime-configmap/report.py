"""The answer to the operator's look into the pod."""

import json
import os
import re

from files import read_text
from generation import stored_generation
from instructions import stop_instructions
from local_weka import REPORT_COMMAND_SECONDS, identity, local_containers
from management_ips import management_ips
from paths import Paths
from runtime_state import published_state
from state_files import json_drives, json_flags, matching, stored, stored_object, stored_port

REPORT_SCHEMA = 1


def report(settings, _arguments):
    """Prints a RuntimeReport (one JSON object). A piece that cannot be had is null."""
    paths = Paths(settings)
    state = published_state(paths)
    allow, force = stop_instructions(settings, paths)
    local = local_containers(REPORT_COMMAND_SECONDS) if state.get("agentStarted") else None
    answer = {
        "schema": REPORT_SCHEMA,
        "mode": settings.mode,
        "name": settings.name,
        "podUid": settings.pod_uid,
        "bootId": paths.boot_id(),
        "generation": stored_generation(paths.generation),
        "persistencyConfigured": os.path.exists(paths.marker),
        "phase": state.get("phase", "starting"),
        "message": state.get("message", ""),
        "exiting": state.get("exiting") is True,
        "allowStop": allow,
        "allowForceStop": force,
        "resources": stored_object(paths.resources),
        "missingDriver": stored(paths.missing_driver, matching(r"([A-Za-z][A-Za-z0-9_-]*)?")),
        "managementIps": management_ips(paths),
        "wekaPort": stored_port(paths.port),
        "agentPort": stored_port(paths.agent_port),
        "local": local,
        "identity": identity(settings, paths, local),
        "featureFlags": stored(paths.feature_flags, json_flags),
        "activeMounts": active_mounts(paths),
        "drives": stored(paths.drives, json_drives),
        "results": stored_object(paths.results),
    }
    print(json.dumps(answer))
    return 0


def active_mounts(paths):
    """Kernel mounts of the node as the driver counts them; 0 without a driver, None when it does not say."""
    if not os.path.exists(paths.wekafs):
        return 0
    found = re.search(r"^Active mounts:\s*(\d+)", read_text(paths.wekafs, ""), re.MULTILINE | re.IGNORECASE)
    return int(found.group(1)) if found else None
