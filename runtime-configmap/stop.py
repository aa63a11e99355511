"""The stop protocol."""

import os
import signal
import subprocess
import time

from agent import keep_agent
from commands import end_group
from drives import drives_returned
from instructions import stop_instructions
from local_weka import local_containers
from log import log

STOP_ATTEMPT_SECONDS = 180


class Stop:
    """The end of a pod that has an agent. One contract for all modes: nothing is stopped before it is allowed."""

    def __init__(self, runtime, replaced):
        self.runtime = runtime
        self.replaced = replaced

    def carry_out(self):
        """Waits for the instruction, stops weka, waits for the drives, ends the children, sleeps; then exit is due."""
        runtime = self.runtime
        if self.replaced and self.weka_may_run():
            runtime.weka("local", "stop", "--force", timeout=STOP_ATTEMPT_SECONDS)
        self.wait_for_instruction()
        if self.weka_may_run():
            runtime.state.enter("stopping", "stops weka %s" % ("by force" if self.forced() else "gracefully"))
            self.stop_weka()
            if runtime.mode.has_drives:
                self.wait_for_drives()
        runtime.children.terminate()
        runtime.state.enter("stopped", "weka is stopped" if self.weka_may_run() else "weka was never started")
        self.exit_sleep()

    def weka_may_run(self):
        """False as long as our agent never answered: weka containers are created disabled, so only a command that the
        agent carries out starts one."""
        return self.runtime.agent_answered

    def forced(self):
        """Whether weka is stopped by force: told so, not ours any more, or a client, which weka stops in no other way."""
        _, force = stop_instructions(self.runtime.settings, self.runtime.paths)
        return force or self.replaced or self.runtime.mode.disposable

    def wait_for_instruction(self):
        """Polls for an instruction; the pod's grace period is a year, so this may take long."""
        runtime = self.runtime
        cause = "another runtime took over the data" if self.replaced else "termination was asked for"
        runtime.state.enter("waiting-to-stop", cause + "; waits for allow-stop or allow-force-stop")
        while not any(stop_instructions(runtime.settings, runtime.paths)):
            self.idle(1)
            if runtime.signals.exiting and not runtime.state.value["exiting"]:
                runtime.state.update(exiting=True)

    def idle(self, seconds):
        """A turn of waiting: the agent stays up, orphans are reaped."""
        runtime = self.runtime
        runtime.signals.wait(runtime.settings.poll(seconds))
        runtime.children.reap()
        if self.weka_may_run():
            keep_agent(runtime)

    def stop_weka(self):
        """Repeats the stop until weka says Stopped or does not know the container. An agent that does not answer
        counts as stopped only when force was allowed."""
        while self.status() != "stopped":
            self.attempt(self.forced())
            status = self.status()
            if status == "stopped" or (status == "unknown" and self.forced()):
                return
            self.idle(3)

    def status(self):
        """`stopped`, `running`, or `unknown` when the agent does not answer."""
        listed = local_containers()
        if listed is None:
            return "unknown"
        ours = [entry for entry in listed if entry.get("name") == self.runtime.settings.name]
        return "running" if ours and ours[0].get("runStatus") != "Stopped" else "stopped"

    def attempt(self, force):
        """One stop of at most 180 s; when force is allowed while a graceful one runs, one forced stop joins it."""
        runtime = self.runtime
        argv = ("weka", "local", "stop", "--force" if force else "-g")
        log("stopping", "runs: " + " ".join(argv))
        deadline = time.monotonic() + STOP_ATTEMPT_SECONDS
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while process.poll() is None and time.monotonic() < deadline:
            if not force and self.forced():
                force = True
                runtime.weka("local", "stop", "--force", timeout=STOP_ATTEMPT_SECONDS)
            runtime.signals.wait(runtime.settings.poll(0.2))
        if process.poll() is None:
            end_group(process, signal.SIGKILL)
            process.wait()

    def wait_for_drives(self):
        """Up to 60 s until the kernel has the drives back, so that the successor finds them; then on regardless."""
        deadline = time.monotonic() + 60
        while not drives_returned(self.runtime) and time.monotonic() < deadline:
            self.idle(1)

    def exit_sleep(self):
        """Stays for WEKA_OPERATOR_DEBUG_SLEEP seconds (default 3), so that a person can look."""
        runtime = self.runtime
        deadline = time.monotonic() + runtime.settings.seconds("WEKA_OPERATOR_DEBUG_SLEEP", 3)
        while time.monotonic() < deadline and not os.path.exists(runtime.paths.cancel_sleep):
            runtime.signals.wait(min(0.5, deadline - time.monotonic()))
