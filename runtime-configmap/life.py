"""The life of PID 1: the steps of its mode, then the stop."""

import time

from failures import Failure, GenerationReplaced, LockHeld, StopRequested
from log import leave_termination_message, log
from modes import MODES
from runtime import Runtime
from state_files import UNREADABLE
from stop import Stop


def run_mode(settings):
    """Runs the steps of the mode to the end of the pod; returns the exit code: 0 after an orderly stop, else 1."""
    UNREADABLE.loud = True
    runtime = Runtime(settings, MODES.get(settings.mode))
    runtime.signals.install()
    try:
        return attempt_mode(runtime)
    except Failure as failure:
        return fail(runtime, str(failure), hold=not isinstance(failure, LockHeld))
    except Exception as error:  # a bug or a broken host: the report and the kubelet must show it as well
        return fail(runtime, "%s: %s" % (type(error).__name__, error), hold=True)


def attempt_mode(runtime):
    """The steps, then the stop."""
    if runtime.mode is None:
        raise Failure("mode %s is not supported by this release" % (runtime.settings.mode or "(empty)"))
    try:
        for step in runtime.mode.steps:
            runtime.check()
            step(runtime)
    except StopRequested as request:
        return end(runtime, isinstance(request, GenerationReplaced))
    return 0


def end(runtime, replaced):
    """Leaves the steps for good, by the stop protocol where the mode has one."""
    runtime.state.update(exiting=runtime.signals.exiting)
    if runtime.mode.stops_weka:
        Stop(runtime, replaced).carry_out()
    else:
        runtime.state.enter("stopped", "there is nothing to stop")
    return 0


def fail(runtime, message, hold):
    """Phase error, kept readable for a while (WEKA_RUNTIME_ERROR_SECONDS, default 10) before the kubelet restarts us.
    A process that lost the lock leaves no trace in the state: the file may be that of the one that holds it."""
    leave_termination_message(runtime.paths, message)
    if not hold:
        log("error", message)
        return 1
    runtime.state.enter("error", message)
    deadline = time.monotonic() + runtime.settings.seconds("WEKA_RUNTIME_ERROR_SECONDS", 10)
    while time.monotonic() < deadline and not runtime.signals.exiting:
        runtime.signals.wait(min(1.0, deadline - time.monotonic()))
        runtime.children.reap()
    if runtime.signals.exiting and runtime.mode:
        return end(runtime, replaced=False)
    runtime.children.terminate()
    return 1
