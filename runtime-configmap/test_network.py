"""Endpoints, and the choice of addresses."""

import json
import unittest

from failures import Failure
from network import format_endpoint, host_addresses, parse_endpoint, select_addresses
from settings import Settings


class Network(unittest.TestCase):
    def test_endpoints_of_both_families_survive_a_round_trip(self):
        for text in ("10.0.0.7:14000", "[fd00::5]:14000"):
            self.assertEqual(format_endpoint(parse_endpoint(text)), text)
        self.assertEqual(parse_endpoint("fd00::5:14000"), {"ip": "fd00::5", "port": 14000})

    def test_what_is_not_an_endpoint_is_refused_by_name(self):
        for text in ("10.0.0.7", "host:14000", "fd00::zz:1", ""):
            with self.assertRaisesRegex(Failure, "join address .* is not ip:port"):
                parse_endpoint(text)

    def test_selectors_choose_by_subnet_and_name_within_their_limits(self):
        addresses = [{"device": "eth%d" % n, "ip": "10.0.%d.1" % n} for n in range(4)]
        chosen = select_addresses(addresses, [{"deviceNames": ["eth3"]}, {"subnet": "10.0.0.0/22", "max": 2}])
        self.assertEqual([entry["device"] for entry in chosen], ["eth3", "eth0", "eth1"])
        with self.assertRaisesRegex(Failure, "matches 0 devices"):
            select_addresses(addresses, [{"subnet": "10.1.0.0/16", "min": 1}])

    def test_an_ipv6_pod_sees_ipv6_addresses_only(self):
        both = json.dumps([{"device": "eth0", "ip": "10.0.0.1"}, {"device": "eth0", "ip": "fd00::1"}])
        addresses = host_addresses(Settings({"IS_IPV6": "true", "WEKA_RUNTIME_ADDRESSES": both}))
        self.assertEqual([entry["ip"] for entry in addresses], ["fd00::1"])


if __name__ == "__main__":
    unittest.main()
