"""What the runtime's tests share: a temporary root with a fake `weka`, and the real script as a real process in it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(os.path.dirname(HERE), "weka_runtime.py")
RESOURCES = {"drives": ["SER1"], "wekaPort": 35000, "agentPort": 35303, "failureDomain": "rack1"}
WAIT_SECONDS = 8


class RuntimeCase(unittest.TestCase):
    """One root per test. Its runtimes are killed with it; a fake agent ends by itself when the root is gone."""

    def setUp(self):
        self.root = os.path.realpath(tempfile.mkdtemp(prefix="weka-runtime-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.processes = []
        self.addCleanup(self.end_processes)
        self.put("/proc/modules", "wekafsio 1 0\nwekafsgw 1 0\nmpin_user 1 0\nigb_uio 1 0\n")
        self.put("/proc/sys/kernel/random/boot_id", "boot-1\n")
        self.put("/hostside/etc/os-release", 'ID="ubuntu"\nVERSION_ID="22.04"\n')
        self.put("/opt/weka/dist/release/4.4.5.spec", '{"feature_flags": "BA=="}')
        self.put("/var/run/secrets/weka-operator/operator-user/join-secret", "s3cret-of-the-cluster\n")
        os.makedirs(self.at("/host-binds/opt-weka"))
        os.makedirs(self.at("/fake"))
        self.program("weka", 'exec "%s" -S -E "%s" "$@"' % (sys.executable, os.path.join(HERE, "fake_weka.py")))
        self.env = {
            "PATH": self.at("/bin") + os.pathsep + os.environ["PATH"],
            "FAKE_WEKA": self.at("/fake"),
            "WEKA_RUNTIME_ROOT": self.root,
            "WEKA_RUNTIME_LOCK_SCOPE": os.path.basename(self.root),
            "WEKA_RUNTIME_POLL_SECONDS": "0.03",
            "WEKA_RUNTIME_ERROR_SECONDS": "0",
            "WEKA_OPERATOR_DEBUG_SLEEP": "0",
            "MODE": "drive", "NAME": "drivex1", "POD_ID": "pod-1", "WEKA_CONTAINER_ID": "container-1",
            "PORT": "0", "WEKA_PORT": "0", "AGENT_PORT": "0", "MEMORY": "1400MiB", "CORES": "1", "CORE_IDS": "auto",
            "NETWORK_DEVICE": "", "SUBNETS": "10.0.0.0/16", "MANAGEMENT_IP": "192.168.0.9",
            "WEKA_RUNTIME_ADDRESSES": json.dumps([{"device": "eth0", "ip": "192.168.0.9"}, {"device": "eth1", "ip": "10.0.1.2"}]),
            "IMAGE_NAME": "quay.io/weka.io/weka-in-container:4.4.5", "DIST_SERVICE": "https://drivers.example",
        }

    # the root

    def at(self, path):
        return self.root + path

    def put(self, path, text=""):
        os.makedirs(os.path.dirname(self.at(path)), exist_ok=True)
        with open(self.at(path), "w") as file:
            file.write(text)

    def get(self, path):
        with open(self.at(path)) as file:
            return file.read()

    def program(self, name, script):
        """Puts a shell script on the PATH of everything a test starts."""
        self.put("/bin/" + name, "#!/bin/sh\n" + script + "\n")
        os.chmod(self.at("/bin/" + name), 0o755)

    def calls(self, *head):
        """The argv of every call of the fake weka so far that begins with these words."""
        lines = self.get("/fake/calls.log").splitlines() if os.path.exists(self.at("/fake/calls.log")) else []
        return [call for call in map(json.loads, lines) if call[: len(head)] == list(head)]

    # processes

    def start(self, **env):
        """Starts the runtime as a process of its own."""
        process = subprocess.Popen(
            [sys.executable, "-S", SCRIPT], env=dict(self.env, **env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            universal_newlines=True,
        )
        self.processes.append(process)
        return process

    def end_processes(self):
        for process in self.processes:
            process.kill()
            process.communicate()

    def command(self, *arguments, **options):
        """Runs a subcommand to its end."""
        return subprocess.run(
            [sys.executable, "-S", SCRIPT] + list(arguments), env=dict(self.env, **options.get("env", {})),
            input=options.get("input", ""), stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
            timeout=WAIT_SECONDS,
        )

    def report(self, **env):
        done = self.command("report", env=env)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    # waiting

    def until(self, ready, what):
        """Waits for a condition, fails the test after WAIT_SECONDS."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not ready():
            if time.monotonic() > deadline:
                self.fail("timed out waiting until %s; state %s" % (what, self.state()))
            time.sleep(0.01)

    def state(self):
        """What the runtime last wrote of itself; {} before."""
        try:
            state = json.loads(self.get("/tmp/weka-runtime-state.json"))
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def until_phase(self, phase):
        self.until(lambda: self.state().get("phase") == phase, "the phase is " + phase)

    def ended(self, process):
        """(exit code, output) of a process that is expected to end."""
        out, _ = process.communicate(timeout=WAIT_SECONDS)
        return process.returncode, out

    def start_running(self, **env):
        """A runtime that has its resources and runs weka."""
        self.put("/host-binds/opt-weka/k8s-runtime/resources.json", json.dumps(RESOURCES))
        process = self.start(**env)
        self.until_phase("running")
        return process
