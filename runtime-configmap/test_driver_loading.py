"""What surrounds the loading of kernel drivers; the loading itself is in test_subcommands.py."""

import os
import unittest
import unittest.mock

from commands import Finished
from driver_loading import overlay_modules
from testing.runtime_case import RuntimeCase


class Modules(RuntimeCase):
    def test_the_overlay_of_modules_has_its_layers_on_a_file_system_of_their_own(self):
        layers, commands = os.path.join(self.root, "layers"), []

        def run(argv, _timeout):
            commands.append(argv)
            return Finished(0, "", "")

        with unittest.mock.patch("driver_loading.run", run):
            self.assertEqual(overlay_modules(layers), "")
        self.assertEqual(commands[0], ("mount", "-t", "tmpfs", "tmpfs", layers))
        self.assertIn("upperdir=%s/upper" % layers, commands[1][5])
        self.assertEqual(sorted(os.listdir(layers)), ["upper", "work"])

    def test_a_failed_mount_says_why_and_not_where_to_look(self):
        text = "mount: /lib/modules: wrong fs type, bad option.\n       dmesg(1) may have more information after failed mount system call.\n"
        self.assertEqual(Finished(32, "", text).reason, "mount: /lib/modules: wrong fs type, bad option.")


if __name__ == "__main__":
    unittest.main()
