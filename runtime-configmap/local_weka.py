"""What the weka of this pod says of its containers."""

import json
import re

from commands import run
from state_files import stored_port

NO_GUID = "00000000-0000-0000-0000-000000000000"
REPORT_COMMAND_SECONDS = 2  # two weka commands at most, so that a report takes less than 5 s
IDENTIFIED_STATES = ("READY", "STEM")


def local_containers(timeout=15):
    """The parsed list of `weka local ps --json`, or None when the agent does not answer."""
    finished = run(("weka", "local", "ps", "--json"), timeout)
    try:
        listed = json.loads(finished.out) if finished.code == 0 else None
    except ValueError:
        return None
    return listed if isinstance(listed, list) else None


def identity(settings, paths, local):
    """{clusterGuid, hostId} when weka says that the container has joined a cluster, else None."""
    ours = [entry for entry in local or [] if isinstance(entry, dict) and entry.get("name") == settings.name]
    internal = ours[0].get("internalStatus") if ours else None
    if not isinstance(internal, dict) or internal.get("display_status") not in IDENTIFIED_STATES:
        return None
    endpoint = "localhost:%s/jrpc" % (stored_port(paths.agent_port) or 0)
    argv = ("weka", "local", "run", "wapi", "-H", endpoint, "-W", "container-get-identity",
            "--container-name", settings.name, "--json")
    finished = run(argv, REPORT_COMMAND_SECONDS)
    try:
        answer = json.loads(finished.out)
        guid, host = answer["value"]["cluster_guid"], re.search(r"\d+", str(answer["value"]["host_id"]))
    except (ValueError, KeyError, TypeError):
        return None
    joined = finished.code == 0 and answer.get("has_value", True) and not answer.get("exception")
    if not joined or not guid or guid == NO_GUID or not host:
        return None
    return {"clusterGuid": guid, "hostId": int(host.group())}
