"""The cores of a container."""

import unittest

from cores import core_ids
from failures import Failure
from paths import Paths
from settings import Settings
from testing.runtime_case import RuntimeCase


class Cores(RuntimeCase):
    def test_only_whole_cores_are_used_unless_the_policy_is_shared(self):
        self.put("/proc/self/status", "Name:\tx\nCpus_allowed_list:\t0,2,4-5\n")
        for cpu, siblings in ((0, "0,1"), (2, "2-3"), (4, "4-5"), (5, "4-5")):
            self.put("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list" % cpu, siblings)
        settings = Settings(dict(self.env))
        self.assertEqual(core_ids(settings, Paths(settings)), [4])
        shared = Settings(dict(self.env, CPU_POLICY="shared", CORES="3"))
        self.assertEqual(core_ids(shared, Paths(shared)), [0, 2, 4])
        wanted = Settings(dict(self.env, CORES="2"))
        with self.assertRaisesRegex(Failure, "2 cores are wanted, 1 can be used"):
            core_ids(wanted, Paths(wanted))


if __name__ == "__main__":
    unittest.main()
