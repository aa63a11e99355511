"""What the steps of one process share, and their waits."""

import time

from children import Children
from commands import run, shown
from failures import Failure, GenerationReplaced, StopRequested
from generation import Generation
from lock import Lock
from log import log
from paths import Paths
from runtime_state import State
from signals import Signals


class Runtime:
    """One running process; every step takes it as its only argument. `mode`: a row of the table of modes, or None."""

    def __init__(self, settings, mode):
        self.settings = settings
        self.paths = Paths(settings)
        self.state = State(self.paths)
        self.signals = Signals()
        self.children = Children()
        self.lock = Lock(settings, settings.name)
        self.generation = Generation(self.paths)
        self.mode = mode
        self.resources = {}
        self.weka_port = 0
        self.agent_port = 0
        self.agent_answered = False

    def check(self):
        """Raises StopRequested or GenerationReplaced when the present step must be left."""
        if self.signals.exiting:
            raise StopRequested()
        if self.generation.replaced():
            raise GenerationReplaced()

    def pause(self, seconds):
        """Waits, reaping orphans, and looks at least once a second whether the step must be left."""
        deadline = time.monotonic() + seconds
        while True:
            self.check()
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self.signals.wait(min(1.0, left))
            self.children.reap()

    def weka(self, *arguments, **options):
        """Runs `weka ARGUMENTS`, at most `timeout` seconds (default 60), and logs it when `quiet` is not given."""
        if not options.get("quiet"):
            log(self.state.value["phase"], "runs: weka " + shown(arguments))
        return run(("weka",) + arguments, options.get("timeout", 60))

    def must_weka(self, *arguments, **options):
        """Like weka(), but a failure of the command is a Failure; returns its output."""
        finished = self.weka(*arguments, **options)
        if finished.code != 0:
            raise Failure("weka %s failed: %s" % (shown(arguments), finished.reason))
        return finished.out

    def wait_until(self, ready, timeout, poll, message):
        """Polls `ready()` every `poll` seconds; raises Failure(message) after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not ready():
            if time.monotonic() >= deadline:
                raise Failure(message)
            self.pause(self.settings.poll(poll))
