"""Hosts with disks: whose a drive is stands on the drive itself."""

import os
import uuid

from testing.disks import gpt
from testing.runtime_case import RuntimeCase

GUID = uuid.UUID("0b5e7d3c-1111-4222-8333-444455556666")
OWN = gpt([GUID.bytes])


class Disks(RuntimeCase):
    def disk(self, name, serial, image):
        """A disk of the host."""
        self.put("/sys/block/%s/device/serial" % name, serial + "\n")
        os.makedirs(self.at("/dev"), exist_ok=True)
        with open(self.at("/dev/" + name), "wb") as file:
            file.write(image)

    def image(self, name):
        with open(self.at("/dev/" + name), "rb") as file:
            return file.read()
