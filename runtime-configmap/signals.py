"""A process that is told to end finishes what it has begun."""

import os
import select
import signal


class Signals:
    """TERM and INT only mark `exiting`; a wait is cut short by them."""

    def __init__(self):
        self.exiting = False
        self.reader = None

    def install(self):
        """Takes over the two signals of this process."""
        self.reader, writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.mark)

    def mark(self, _number, _frame):
        """The handler."""
        self.exiting = True

    def wait(self, seconds):
        """Sleeps up to `seconds`, less when a signal comes."""
        readable, _, _ = select.select([self.reader], [], [], max(0.0, seconds))
        if readable:
            os.read(self.reader, 1024)
