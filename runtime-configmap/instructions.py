"""Whether a stop is allowed."""

import os

from state_files import stored_object


def stop_instructions(settings, paths):
    """(allow stop, allow forced stop): flag files, or the file the node agent writes where exec is forbidden (cri-o)."""
    node = (stored_object(paths.instructions) if settings.pod_uid else None) or {}
    allow = os.path.exists(paths.allow_stop) or node.get("allow_stop") is True
    force = os.path.exists(paths.allow_force_stop) or node.get("allow_force_stop") is True
    return allow, force
