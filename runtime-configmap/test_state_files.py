"""A power loss at any write: what is on disk is the old content or the new one, and a broken file is as good as absent."""

import contextlib
import io
import json
import os
import random
import subprocess
import unittest
import unittest.mock

from container_resources import link_resources
from drives import record_drives
from files import sync_directory, write_json, write_text
from instructions import stop_instructions
from operator_resources import write_resources
from paths import Paths
from ports import pick_client_ports
from report import report
from runtime import Runtime
from settings import Settings
from testing.runtime_case import RESOURCES, RuntimeCase

KEPT = "/host-binds/opt-weka/k8s-runtime/"
# what a power loss, a full disk or a wrong hand leaves behind
BROKEN = {
    "empty": b"",
    "zeros": bytes(64),
    "garbage bytes": b"\x80\xff\x00\xfe\x01 \xc3(" * 40,
    "half of it": b'{"drives": ["SER1"], "wekaPort": 35',
    "another type": b'["SER1", 7, null]',
    "a number": b"-1e400",
    "no JSON for others": b'{"wekaPort": NaN}',
    "too deep": b"[" * 100000,
    "digits of other scripts": "²³".encode(),
}
# state file -> (its place in a pod, the key of the report, what the report says without it)
STATE_FILES = {
    "resources": (KEPT + "resources.json", "resources", None),
    "generation": (KEPT + "runtime-generation", "generation", None),
    "management ips": (KEPT + "management_ips", "managementIps", []),
    "port": (KEPT + "vars/port", "wekaPort", None),
    "agent port": (KEPT + "vars/agent_port", "agentPort", None),
    "feature flags": (KEPT + "feature_flags.json", "featureFlags", None),
    "drives": (KEPT + "drives.json", "drives", None),
    "state": ("/tmp/weka-runtime-state.json", "phase", "starting"),
    "missing driver": ("/tmp/weka-drivers.log", "missingDriver", None),
    "results": ("/weka-runtime/results.json", "results", None),
    "instructions": ("/host-binds/shared/instructions/pod-1/boot-1/shutdown_instructions.json", "allowStop", False),
}
# broken for most, but just what stands in this file, or a value of its type
SOUND = {("missing driver", "empty")}


class BrokenStateFiles(RuntimeCase):
    def break_file(self, path, content):
        os.makedirs(os.path.dirname(self.at(path)), exist_ok=True)
        with open(self.at(path), "wb") as file:
            file.write(content)

    def link_persistent(self):
        """The place of the persistent directory in a pod whose persistency is configured."""
        os.rename(self.at("/opt/weka"), self.at("/opt/weka-image"))
        os.symlink(self.at("/host-binds/opt-weka"), self.at("/opt/weka"))

    def report_here(self):
        """The report, without a process of its own."""
        with contextlib.redirect_stdout(io.StringIO()) as out:
            self.assertEqual(report(Settings(dict(self.env)), []), 0)
        return json.loads(out.getvalue(), parse_constant=self.fail)

    def test_the_report_of_a_pod_with_a_broken_file_is_that_of_a_pod_without_it(self):
        self.link_persistent()
        absent = self.report_here()
        for name, (path, key, value) in STATE_FILES.items():
            self.assertEqual(absent[key], value)
            for kind, content in BROKEN.items():
                with self.subTest(file=name, content=kind):
                    self.break_file(path, content)
                    if (name, kind) not in SOUND:
                        self.assertEqual(self.report_here(), absent)
            os.unlink(self.at(path))

    def test_a_pod_with_broken_files_starts_as_one_without_them_and_says_so_once_for_each(self):
        for kind in ("empty", "garbage bytes", "half of it", "another type"):
            with self.subTest(content=kind):
                self.put("/tmp/.cancel-debug-sleep")
                for path, _, _ in STATE_FILES.values():
                    self.break_file(path, BROKEN[kind])
                process = self.start()
                self.until_phase("waiting-for-resources")
                self.command("write-resources", input=json.dumps(RESOURCES))
                self.until_phase("running")
                process.terminate()
                self.until_phase("waiting-to-stop")
                self.put("/tmp/.allow-force-stop")
                code, out = self.ended(process)
                self.assertEqual(code, 0, out)
                said = sorted(os.path.basename(line.split()[2]) for line in out.splitlines() if " unreadable " in line)
                # the others are written before anybody reads them
                self.assertEqual(said, ["drives.json", "resources.json", "shutdown_instructions.json"], out)
                os.unlink(self.at("/tmp/.allow-force-stop"))

    def test_a_client_with_broken_ports_picks_new_ones(self):
        for content in (BROKEN["empty"], BROKEN["garbage bytes"], BROKEN["digits of other scripts"]):
            self.put(KEPT + "resources.json", "{}")
            self.break_file(KEPT + "vars/port", content)
            self.break_file(KEPT + "vars/agent_port", content)
            process = self.start(MODE="client")
            self.until_phase("running")
            self.assertEqual([self.report()[key] for key in ("agentPort", "wekaPort")], [45000, 45001])
            process.terminate()
            self.put("/tmp/.allow-stop")
            out = self.ended(process)[1]
            self.assertEqual(sum("vars/port counts as absent" in line for line in out.splitlines()), 1, out)
            os.unlink(self.at("/tmp/.allow-stop"))

    def test_resources_of_a_wrong_kind_are_refused_by_name(self):
        for value in ({"wekaPort": "x", "agentPort": [1]}, {"wekaPort": None}, {"wekaPort": 99999, "agentPort": True}):
            self.put(KEPT + "resources.json", json.dumps(value))
            code, out = self.ended(self.start())
            self.assertEqual(code, 1)
            self.assertIn("resources.json names no wekaPort and agentPort", out)

    def test_odd_values_beside_sound_ports_stop_nothing(self):
        odd = dict(RESOURCES, drives=[["SER1"], 7], netDevices="eth9", failureDomain={}, machineIdentifier=4)
        self.put(KEPT + "resources.json", json.dumps(odd))
        self.start()
        self.until_phase("running")

    def test_a_broken_generation_is_no_other_process(self):
        process = self.start_running()
        mine = self.get("/opt/weka/k8s-runtime/runtime-generation")
        for content in list(BROKEN.values()) + [mine[:-3].encode()]:
            self.break_file("/opt/weka/k8s-runtime/runtime-generation", content)
            self.assertEqual((self.state()["phase"], process.poll()), ("running", None))
        self.put("/opt/weka/k8s-runtime/runtime-generation", "9.900000")
        self.until_phase("waiting-to-stop")

    def test_any_damage_of_any_file_raises_nothing(self):
        chance = random.Random(7)
        settings = Settings(dict(self.env))
        paths = Paths(settings)
        runtime = Runtime(settings, None)
        runtime.resources = dict(RESOURCES)
        self.link_persistent()
        sound = [json.dumps(RESOURCES), "35000", "1764129.123456", "10.0.0.1\n10.0.0.2\n", '[{"serial_id": "S"}]', '{"x": true}']
        for _ in range(60):
            for path, _, _ in STATE_FILES.values():
                text = bytearray(chance.choice(sound).encode())
                for _ in range(chance.randrange(4)):
                    text[chance.randrange(len(text))] = chance.randrange(256)
                self.break_file(path, bytes(text[:chance.randrange(len(text) + 1)]))
            self.report_here()
            pick_client_ports(runtime)
            record_drives(runtime)
            runtime.generation.replaced()
            stop_instructions(settings, paths)

    def test_what_a_command_is_given_is_judged_as_well(self):
        self.put("/opt/weka/k8s-runtime/persistency-configured")
        self.break_file("/secret", b"\xff\xfe")
        for content in BROKEN.values():
            settings = Settings(dict(self.env))
            with unittest.mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(content))), contextlib.redirect_stderr(io.StringIO()):
                self.assertEqual(write_resources(settings, []), 2)
        done = self.command("cli", "echo", "@file:/secret")
        self.assertEqual((done.returncode, done.stderr), (2, "standard input or a file that an argument names is not text\n"))


class PowerLoss(RuntimeCase):
    """Records what reaches the disk, in which order."""

    def test_a_file_is_on_disk_before_its_name_and_its_name_before_anything_else(self):
        steps = []
        fsync, replace, mkdir = os.fsync, os.replace, os.mkdir

        def synced(descriptor):
            steps.append("fsync " + os.path.relpath(os.readlink("/proc/self/fd/%d" % descriptor), self.root))
            fsync(descriptor)

        def replaced(source, target):
            steps.append("rename " + os.path.relpath(source, self.root))
            replace(source, target)

        def made(path):
            steps.append("mkdir " + os.path.relpath(path, self.root))
            mkdir(path)

        with unittest.mock.patch("os.fsync", synced), unittest.mock.patch("os.replace", replaced), unittest.mock.patch("os.mkdir", made):
            write_text(self.at("/kept/vars/port"), "35000")
            write_json(self.at("/kept/vars/port"), 35001)
        temporary = "kept/vars/port.%d.tmp" % os.getpid()
        written = ["fsync " + temporary, "rename " + temporary, "fsync kept/vars"]
        self.assertEqual(steps, ["mkdir kept", "fsync .", "mkdir kept/vars", "fsync kept"] + written + written)
        self.assertEqual(self.get("/kept/vars/port"), "35001")

    def test_the_links_of_weka_are_on_disk_too(self):
        directory = self.at("/data")
        os.makedirs(directory)
        synced = []
        with unittest.mock.patch("container_resources.sync_directory", synced.append):
            link_resources(directory, "weka-resources.x.json")
        self.assertEqual(synced, [directory])

    def test_a_file_system_that_syncs_no_directory_is_good_enough_and_a_broken_one_is_not(self):
        for number, raised in ((22, False), (5, True)):
            with unittest.mock.patch("os.fsync", side_effect=OSError(number, os.strerror(number))):
                with self.assertRaises(OSError) if raised else contextlib.nullcontext():
                    sync_directory(self.root)


class WrapperOfBrokenFiles(RuntimeCase):
    def test_the_wrapper_takes_no_port_from_a_broken_file(self):
        for name, content in dict(BROKEN, words=b"none", negative=b"-1", long=b"123456").items():
            os.makedirs(self.at("/opt/weka/k8s-runtime/vars"), exist_ok=True)
            for file in ("port", "agent_port"):
                with open(self.at("/opt/weka/k8s-runtime/vars/" + file), "wb") as target:
                    target.write(content)
            wrapper = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run-weka-cli.sh")
            out = subprocess.run([wrapper], env=dict(self.env, WEKA_CLI_PROGRAM="/usr/bin/env"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            ports = [line for line in out.splitlines() if line.startswith((b"WEKA_PORT=", b"AGENT_PORT=", b"PORT="))]
            self.assertEqual(sorted(ports), [b"AGENT_PORT=0", b"PORT=0", b"WEKA_PORT=0"], name)


if __name__ == "__main__":
    unittest.main()
