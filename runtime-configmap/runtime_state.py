"""The phase: what `report` and the log say of the process."""

import os

from files import write_json
from log import log
from state_files import json_object, stored


class State:
    """The phase of this process, in a file that `report` reads. Nothing is written before the first `enter`."""

    def __init__(self, paths):
        self.path = paths.state
        self.value = {"pid": os.getpid(), "phase": "starting", "message": "", "exiting": False, "agentStarted": False}

    def enter(self, phase, message):
        """Says in which phase the runtime is and what it does or waits for."""
        if (self.value["phase"], self.value["message"]) != (phase, message):
            log(phase, message)
        self.update(phase=phase, message=message)

    def update(self, **changes):
        """Changes other fields of the file. A full disk must not end a pod, so a failed write is only logged."""
        self.value.update(changes)
        try:
            write_json(self.path, self.value)
        except OSError as error:
            log(self.value["phase"], "cannot write %s: %s" % (self.path, error.strerror))


def json_state(text):
    """Understands what State writes."""
    value = json_object(text)
    pid, words = value.get("pid"), [value.get("phase"), value.get("message")]
    if not isinstance(pid, int) or not 0 < pid < 1 << 31 or not all(isinstance(word, str) for word in words):
        raise ValueError("it is not the state of a runtime")
    return value


def published_state(paths):
    """The state for a report: that of the running runtime, or the last words of one that ended."""
    state = stored(paths.state, json_state)
    if state is None:
        return {"phase": "starting", "message": "", "exiting": False, "agentStarted": False}
    if process_exists(state["pid"]) or state["phase"] in ("error", "stopped"):
        return state
    return dict(state, phase="starting", message="the runtime process is not up", agentStarted=False)


def process_exists(pid):
    """True when a process of that number exists, whoever owns it."""
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
