"""By which a process sees that its data was taken over."""

import time

from files import write_text
from state_files import matching, stored


class Generation:
    """The value by which a process sees that another one took over the same data."""

    def __init__(self, paths):
        self.path = paths.generation
        self.value = None

    def write(self):
        """Claims the data."""
        value = "%.6f" % time.time()
        write_text(self.path, value)
        self.value = value

    def replaced(self):
        """True when the file names another process; a missing, broken or cut-off file proves nothing."""
        return self.value is not None and not self.value.startswith(stored_generation(self.path) or "")


def stored_generation(path):
    """The generation in a state file, or None."""
    return stored(path, matching(r"[A-Za-z0-9][A-Za-z0-9._: -]*"))


def write_generation(runtime):
    """Claims the data directory; from here on every wait looks for a replaced generation."""
    runtime.generation.write()
