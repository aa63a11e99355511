"""The processes below PID 1."""

import os
import sys
import unittest

from children import Children


class Orphans(unittest.TestCase):
    def test_orphans_are_collected_and_our_own_childrens_exit_codes_are_kept(self):
        children = Children()
        children.start("agent", [sys.executable, "-S", "-c", "raise SystemExit(5)"], os.devnull)
        orphan = os.fork()
        if orphan == 0:
            os._exit(0)
        while children.alive("agent"):
            pass
        # it has ended and nobody has collected it: reap does not wait for those that run
        os.waitid(os.P_PID, orphan, os.WEXITED | os.WNOWAIT)
        children.reap()
        with self.assertRaises(ChildProcessError):
            os.waitpid(orphan, 0)
        self.assertEqual(children.running["agent"].returncode, 5)


if __name__ == "__main__":
    unittest.main()
