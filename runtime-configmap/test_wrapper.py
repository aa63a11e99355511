"""The command-line wrapper."""

import os
import subprocess
import unittest

from testing.runtime_case import HERE, RuntimeCase


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
