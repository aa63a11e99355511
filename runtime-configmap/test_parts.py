"""Pieces that a whole process does not show: orphans, parsing, and the command-line wrapper."""

import json
import os
import subprocess
import sys
import unittest
import unittest.mock

import weka_runtime
from testing.runtime_case import HERE, RuntimeCase


class Orphans(unittest.TestCase):
    def test_orphans_are_collected_and_our_own_childrens_exit_codes_are_kept(self):
        children = weka_runtime.Children()
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


class Parsing(unittest.TestCase):
    def settings(self, **environ):
        return weka_runtime.Settings(environ)

    def test_endpoints_of_both_families_survive_a_round_trip(self):
        for text in ("10.0.0.7:14000", "[fd00::5]:14000"):
            self.assertEqual(weka_runtime.format_endpoint(weka_runtime.parse_endpoint(text)), text)
        self.assertEqual(weka_runtime.parse_endpoint("fd00::5:14000"), {"ip": "fd00::5", "port": 14000})

    def test_what_is_not_an_endpoint_is_refused_by_name(self):
        for text in ("10.0.0.7", "host:14000", "fd00::zz:1", ""):
            with self.assertRaisesRegex(weka_runtime.Failure, "join address .* is not ip:port"):
                weka_runtime.parse_endpoint(text)

    def test_amounts_of_memory(self):
        self.assertEqual([weka_runtime.memory_bytes(text) for text in ("1400MiB", "2GiB", "10")],
                         [1468006400, 2147483648, 10])
        with self.assertRaises(weka_runtime.Failure):
            weka_runtime.memory_bytes("1400MB")

    def test_selectors_choose_by_subnet_and_name_within_their_limits(self):
        addresses = [{"device": "eth%d" % n, "ip": "10.0.%d.1" % n} for n in range(4)]
        chosen = weka_runtime.select_addresses(addresses, [{"deviceNames": ["eth3"]}, {"subnet": "10.0.0.0/22", "max": 2}])
        self.assertEqual([entry["device"] for entry in chosen], ["eth3", "eth0", "eth1"])
        with self.assertRaisesRegex(weka_runtime.Failure, "matches 0 devices"):
            weka_runtime.select_addresses(addresses, [{"subnet": "10.1.0.0/16", "min": 1}])

    def test_an_ipv6_pod_sees_ipv6_addresses_only(self):
        both = json.dumps([{"device": "eth0", "ip": "10.0.0.1"}, {"device": "eth0", "ip": "fd00::1"}])
        addresses = weka_runtime.host_addresses(self.settings(IS_IPV6="true", WEKA_RUNTIME_ADDRESSES=both))
        self.assertEqual([entry["ip"] for entry in addresses], ["fd00::1"])

    def test_an_option_is_replaced_in_its_section_or_added_to_it(self):
        text = "[agent]\nport=14100\n[os]\nport=1\ncgroups_mode=auto\n"
        self.assertEqual(weka_runtime.set_option(text, "agent", "port", "9"), text.replace("14100", "9"))
        self.assertEqual(weka_runtime.set_option(text, None, "cgroups_mode", "none"), text.replace("auto", "none"))
        self.assertEqual(weka_runtime.set_option("[os]\nx=1\n", "os", "y", "2"), "[os]\ny=2\nx=1\n")
        self.assertEqual(weka_runtime.set_option("", None, "z", "1"), "\n")


class Cores(RuntimeCase):
    def test_only_whole_cores_are_used_unless_the_policy_is_shared(self):
        self.put("/proc/self/status", "Name:\tx\nCpus_allowed_list:\t0,2,4-5\n")
        for cpu, siblings in ((0, "0,1"), (2, "2-3"), (4, "4-5"), (5, "4-5")):
            self.put("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list" % cpu, siblings)
        settings = weka_runtime.Settings(dict(self.env))
        self.assertEqual(weka_runtime.core_ids(settings, weka_runtime.Paths(settings)), [4])
        shared = weka_runtime.Settings(dict(self.env, CPU_POLICY="shared", CORES="3"))
        self.assertEqual(weka_runtime.core_ids(shared, weka_runtime.Paths(shared)), [0, 2, 4])
        wanted = weka_runtime.Settings(dict(self.env, CORES="2"))
        with self.assertRaisesRegex(weka_runtime.Failure, "2 cores are wanted, 1 can be used"):
            weka_runtime.core_ids(wanted, weka_runtime.Paths(wanted))


class Modules(RuntimeCase):
    def test_the_overlay_of_modules_has_its_layers_on_a_file_system_of_their_own(self):
        layers, commands = os.path.join(self.root, "layers"), []

        def run(argv, _timeout):
            commands.append(argv)
            return weka_runtime.Finished(0, "", "")

        with unittest.mock.patch.object(weka_runtime, "run", run):
            self.assertEqual(weka_runtime.overlay_modules(layers), "")
        self.assertEqual(commands[0], ("mount", "-t", "tmpfs", "tmpfs", layers))
        self.assertIn("upperdir=%s/upper" % layers, commands[1][5])
        self.assertEqual(sorted(os.listdir(layers)), ["upper", "work"])

    def test_a_failed_mount_says_why_and_not_where_to_look(self):
        text = "mount: /lib/modules: wrong fs type, bad option.\n       dmesg(1) may have more information after failed mount system call.\n"
        self.assertEqual(weka_runtime.Finished(32, "", text).reason, "mount: /lib/modules: wrong fs type, bad option.")


class Wrapper(RuntimeCase):
    def environment(self, **env):
        """What the wrapper hands to weka."""
        out = subprocess.run(
            [os.path.join(os.path.dirname(HERE), "run-weka-cli.sh")],
            env=dict(self.env, WEKA_CLI_PROGRAM="/usr/bin/env", **env), stdout=subprocess.PIPE, check=True,
            universal_newlines=True,
        ).stdout
        pairs = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
        return [pairs.get("WEKA_" + key) for key in ("USERNAME", "PASSWORD", "PORT", "HOST")] + [pairs["AGENT_PORT"]]

    def test_it_adds_credentials_ports_and_host(self):
        secrets = "/var/run/secrets/weka-operator/operator-user/"
        self.put(secrets + "username", "operator\n")
        self.put(secrets + "password", "pass word")
        self.put("/opt/weka/k8s-runtime/vars/port", "35000")
        self.put("/opt/weka/k8s-runtime/vars/agent_port", "35303")
        self.put("/opt/weka/data/drivex1/container/resources.json", '{\n "ips": [\n  "10.0.1.2",\n "10.0.1.3"],\n "x": []}')
        self.assertEqual(self.environment(), ["operator", "pass word", "35000", "10.0.1.2", "35303"])
        self.assertEqual(self.environment(WEKA_USERNAME="me", WEKA_PASSWORD="mine")[:2], ["me", "mine"])

    def test_without_any_file_it_just_runs_weka(self):
        self.assertEqual(self.environment(), [None, None, "0", None, "0"])


if __name__ == "__main__":
    unittest.main()
