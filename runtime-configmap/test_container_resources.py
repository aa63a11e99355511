"""What stands in the resources of weka's container."""

import unittest

from container_resources import memory_bytes
from failures import Failure


class Memory(unittest.TestCase):
    def test_amounts_of_memory(self):
        self.assertEqual([memory_bytes(text) for text in ("1400MiB", "2GiB", "10")],
                         [1468006400, 2147483648, 10])
        with self.assertRaises(Failure):
            memory_bytes("1400MB")


if __name__ == "__main__":
    unittest.main()
