"""The configuration of weka's agent."""

import unittest

from agent import set_option


class Options(unittest.TestCase):
    def test_an_option_is_replaced_in_its_section_or_added_to_it(self):
        text = "[agent]\nport=14100\n[os]\nport=1\ncgroups_mode=auto\n"
        self.assertEqual(set_option(text, "agent", "port", "9"), text.replace("14100", "9"))
        self.assertEqual(set_option(text, None, "cgroups_mode", "none"), text.replace("auto", "none"))
        self.assertEqual(set_option("[os]\nx=1\n", "os", "y", "2"), "[os]\ny=2\nx=1\n")
        self.assertEqual(set_option("", None, "z", "1"), "\n")


if __name__ == "__main__":
    unittest.main()
