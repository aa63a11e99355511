"""resources.json: what the operator hands to the container."""

import os
import sys

from failures import Failure
from files import read_text, write_text
from paths import Paths
from state_files import json_object, stored_object


def wait_for_resources(runtime):
    """Waits for the operator's resources.json. Fails when a stop is allowed meanwhile."""
    paths = runtime.paths
    runtime.state.enter("waiting-for-resources", "waits for /opt/weka/k8s-runtime/resources.json")
    while True:
        runtime.check()
        value = stored_object(paths.resources)
        if value is not None:
            runtime.resources = value
            return
        if os.path.exists(paths.allow_stop):
            raise Failure("a stop was allowed before the resources were written")
        runtime.pause(runtime.settings.poll(3))


def write_resources(settings, _arguments):
    """Stores standard input as resources.json and prints what is stored. Exit 3 while persistency is not configured
    (the file would land in the image and vanish), 2 for what is not a JSON object."""
    paths = Paths(settings)
    try:
        text = sys.stdin.buffer.read().decode("utf-8")
        json_object(text)
    except (ValueError, RecursionError):
        print("standard input is not a JSON object", file=sys.stderr)
        return 2
    if not os.path.exists(paths.marker):
        print("persistency is not configured yet", file=sys.stderr)
        return 3
    write_text(paths.resources, text)
    sys.stdout.write(read_text(paths.resources, ""))
    return 0
