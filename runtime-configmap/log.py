"""What the pod says: lines of its log, and last words."""

from datetime import datetime, timezone


def log(phase, message):
    """One line per event on standard output."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    print(now, phase, message, flush=True)


def leave_termination_message(paths, message):
    """What the kubelet shows in the pod's status after the process has ended. /dev is the host's: create nothing."""
    try:
        with open(paths.termination_message, "r+", encoding="utf-8") as file:
            file.truncate()
            file.write(message)
    except OSError:
        pass
