"""Commands that end, and what they answer."""

import os
import signal
import subprocess

SECRET_OPTIONS = ("--join-secret", "--join-token")


class Finished:
    """A command that ended: exit code (124 = timed out, 127 = no such program), standard output and error."""

    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err

    @property
    def reason(self):
        """One line that says why it failed."""
        lines = (self.err.strip() or self.out.strip()).splitlines()
        # mount's last line only sends the reader elsewhere
        lines = [line for line in lines if not line.strip().startswith("dmesg(1)")]
        return lines[-1][:300] if lines else "exit code %d" % self.code


def run(argv, timeout):
    """Runs a command to its end, at most `timeout` seconds; never raises for a command that fails."""
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        return Finished(127, "", "%s: %s" % (argv[0], error.strerror))
    try:
        out, err = process.communicate(timeout=timeout)
        return Finished(process.returncode, out, err)
    except subprocess.TimeoutExpired:
        end_group(process, signal.SIGKILL)
        process.communicate()
        return Finished(124, "", "no answer in %g s" % timeout)


def end_group(process, number):
    """Signals the whole session of a process started with start_new_session."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def shown(argv):
    """The command as it may be logged: values of secret options are left out."""
    words = list(argv)
    for index, word in enumerate(words[:-1]):
        if word in SECRET_OPTIONS:
            words[index + 1] = "***"
    return " ".join(words)
