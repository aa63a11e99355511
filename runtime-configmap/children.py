"""Processes that run as long as the pod."""

import os
import signal
import subprocess
import time

from commands import end_group
from failures import Failure


class Children:
    """Long-running children by name. As PID 1 we also inherit orphans, which reap() takes off the kernel's hands."""

    def __init__(self):
        self.running = {}

    def start(self, name, argv, log_path):
        """Starts a child whose output goes to a file. Raises Failure when the program does not exist."""
        try:
            with open(log_path, "ab") as log:
                self.running[name] = subprocess.Popen(
                    argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
        except OSError as error:
            raise Failure("cannot start %s: %s" % (name, error.strerror))

    def alive(self, name):
        """True while the named child runs."""
        return name in self.running and self.running[name].poll() is None

    def reap(self):
        """Collects orphans that ended. Looks before it takes: the exit code of our own children belongs to Popen."""
        ours = {process.pid for process in self.running.values()}
        for process in self.running.values():
            process.poll()
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None or ended.si_pid in ours:
                return
            os.waitpid(ended.si_pid, 0)

    def terminate(self):
        """Ends every child: TERM, up to 10 s, then KILL."""
        for process in self.running.values():
            end_group(process, signal.SIGTERM)
        deadline = time.monotonic() + 10
        for process in self.running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                end_group(process, signal.SIGKILL)
                process.wait()
