"""The signed drives of a host."""

import os
import unittest

from drives import record_drives, weka_drives
from paths import Paths
from runtime import Runtime
from settings import Settings
from state_files import json_drives, stored
from testing.disk_case import GUID, OWN, Disks
from testing.disks import RESIGNED, damaged, gpt


class SignedDrives(Disks):
    def listed(self):
        settings = Settings(dict(self.env))
        return weka_drives(settings, Paths(settings))

    def test_drives_with_a_weka_partition_are_found_with_their_owner(self):
        self.disk("nvme0n1", "SER1", gpt([RESIGNED]))
        self.disk("sdb", "SER2", OWN)
        self.put("/sys/block/sdc/device/serial", "SER3")
        self.disk("sdd", "SER4", damaged(OWN, 512 + 60))
        self.disk("sde", "SER5", bytes(32768))
        self.start_running()
        self.assertEqual(self.report()["drives"], [
            {"serial_id": "SER1", "block_device": "/dev/nvme0n1", "partition": "/dev/nvme0n1p1", "weka_guid": "", "is_signed": False},
            {"serial_id": "SER2", "block_device": "/dev/sdb", "partition": "/dev/sdb1", "weka_guid": str(GUID), "is_signed": True}])

    def test_a_serial_that_two_devices_carry_names_neither_and_says_why(self):
        for name in ("nvme0n1", "nvme0n2"):
            self.disk(name, "SER1", gpt([RESIGNED]))
        self.disk("nvme1n1", "SER2", gpt([RESIGNED]))
        entries = self.listed()
        self.assertEqual([(entry["serial_id"], entry["block_device"]) for entry in entries], [("SER1", None), ("SER2", "/dev/nvme1n1")])
        self.assertEqual(entries[0]["problem"], "2 devices carry its serial: /dev/nvme0n1, /dev/nvme0n2")

    def test_an_entry_of_before_is_forgotten_when_its_serial_becomes_ambiguous(self):
        self.disk("nvme0n1", "SER1", gpt([RESIGNED]))
        runtime = Runtime(Settings(dict(self.env)), None)
        record_drives(runtime)
        self.disk("nvme0n2", "SER1", gpt([RESIGNED]))
        record_drives(runtime)
        self.assertEqual([entry["block_device"] for entry in stored(runtime.paths.drives, json_drives)], [None])

    def test_the_serial_of_a_disk_without_one_in_sysfs_is_that_of_udev(self):
        self.disk("sdb", "x", OWN)
        os.unlink(self.at("/sys/block/sdb/device/serial"))
        self.put("/sys/block/sdb/dev", "8:16\n")
        self.put("/host/run/udev/data/b8:16", "E:ID_SERIAL=ata_WD\nE:ID_SERIAL_SHORT=WD-1\n")
        self.assertEqual([entry["serial_id"] for entry in self.listed()], ["WD-1"])


if __name__ == "__main__":
    unittest.main()
