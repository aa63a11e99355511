"""Never two live runtimes of one name on a host."""

import socket
import sys

from failures import LockHeld


class Lock:
    """The exclusive lock of a weka-internal name on this host: an abstract unix socket in the host's network namespace.

    The kernel frees it with the process. Python's sockets are not inherited, so weka's own processes never hold it.
    """

    # The kernel keeps abstract names per socket type; both are bound, so that a runtime using either one is excluded.
    TYPES = (socket.SOCK_STREAM, socket.SOCK_DGRAM)

    def __init__(self, settings, name):
        scope = settings.text("WEKA_RUNTIME_LOCK_SCOPE")
        self.name = name
        self.address = "\0weka_runtime_" + name + ("_" + scope if scope else "")
        self.sockets = []

    def take(self):
        """True when the lock is ours now; never waits."""
        for kind in self.TYPES:
            candidate = socket.socket(socket.AF_UNIX, kind)
            self.sockets.append(candidate)
            try:
                candidate.bind(self.address)
            except OSError:
                self.release()
                return False
        return True

    def release(self):
        """Gives it back."""
        for held in self.sockets:
            held.close()
        self.sockets = []


def take_lock(runtime):
    """Excludes every other runtime of this name. First of all steps: a successor must not touch data, not even the
    generation file, while its predecessor lives."""
    if not runtime.lock.take():
        raise LockHeld("another runtime holds the lock of %s" % runtime.settings.name)
    runtime.state.enter("starting", "holds the lock of %s" % runtime.settings.name)


def probe_lock(settings, arguments):
    """Exit 0 when the lock of the name could be taken at once: no runtime of that name lives on this host."""
    if len(arguments) != 1:
        print("usage: probe-lock NAME", file=sys.stderr)
        return 2
    lock = Lock(settings, arguments[0])
    if not lock.take():
        print("lock is held", file=sys.stderr)
        return 1
    lock.release()
    return 0
