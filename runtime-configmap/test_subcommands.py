"""The commands that the operator runs in a pod or as a helper pod, and the modes without weka."""

import json
import os
import signal
import struct
import unittest
import uuid

from testing.runtime_case import RESOURCES, RuntimeCase

GUID = uuid.UUID("0b5e7d3c-1111-4222-8333-444455556666")


class Commands(RuntimeCase):
    def test_report_answers_in_a_pod_that_has_nothing_yet(self):
        self.assertEqual(self.report(), {
            "schema": 1, "mode": "drive", "name": "drivex1", "podUid": "pod-1", "bootId": "boot-1", "generation": None,
            "persistencyConfigured": False, "phase": "starting", "message": "", "exiting": False, "allowStop": False,
            "allowForceStop": False, "resources": None, "missingDriver": None, "managementIps": [], "wekaPort": None,
            "agentPort": None, "local": None, "identity": None, "featureFlags": None, "activeMounts": 0,
            "drives": None, "results": None})

    def test_report_of_a_killed_runtime_does_not_claim_to_run(self):
        process = self.start_running()
        process.kill()
        process.wait()
        report = self.report()
        self.assertEqual((report["phase"], report["message"]), ("starting", "the runtime process is not up"))

    def test_report_counts_the_mounts_of_the_driver(self):
        for interface, mounts in (("Version: 4\nActive mounts: 3\nFrontends: 1\n", 3), ("Active mounts: 0\n", 0), ("Frontends: 1\n", None)):
            self.put("/proc/wekafs/interface", interface)
            self.assertEqual(self.report()["activeMounts"], mounts)

    def test_report_survives_broken_files_and_a_silent_agent(self):
        self.start_running()
        self.put("/fake/agent-silent")
        self.put("/weka-runtime/results.json", "{")
        self.put("/opt/weka/k8s-runtime/vars/port", "none")
        report = self.report()
        self.assertEqual([report[key] for key in ("local", "identity", "results", "wekaPort")], [None] * 4)

    def test_write_resources_is_refused_before_persistency_is_configured(self):
        done = self.command("write-resources", input="{}")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (3, "", "persistency is not configured yet\n"))

    def test_write_resources_stores_and_prints_the_text(self):
        self.put("/opt/weka/k8s-runtime/persistency-configured")
        text = json.dumps(RESOURCES, indent=1)
        done = self.command("write-resources", input=text)
        self.assertEqual((done.returncode, done.stdout, self.get("/opt/weka/k8s-runtime/resources.json")), (0, text, text))
        self.assertEqual(sorted(os.listdir(self.at("/opt/weka/k8s-runtime"))), ["persistency-configured", "resources.json"])

    def test_write_resources_refuses_what_is_not_an_object(self):
        self.put("/opt/weka/k8s-runtime/persistency-configured")
        for text in ("", "[]", "{"):
            self.assertEqual(self.command("write-resources", input=text).returncode, 2, text)

    def test_cli_replaces_stdin_and_file_references(self):
        done = self.command("cli", "echo", "@stdin", "--secret=@file:/var/run/secrets/weka-operator/operator-user/join-secret",
                            "--name=@home", "@", input="two\nlines\n")
        self.assertEqual(json.loads(done.stdout), ["two\nlines", "--secret=s3cret-of-the-cluster", "--name=@home", "@"])

    def test_cli_passes_the_exit_code_on_and_names_a_missing_file(self):
        self.assertEqual(self.command("cli", "local", "ps").returncode, 1)
        done = self.command("cli", "echo", "@file:/nowhere")
        self.assertEqual((done.returncode, done.stderr), (2, "cannot read %s: No such file or directory\n" % self.at("/nowhere")))

    def test_probe_lock_tells_whether_a_runtime_of_that_name_lives(self):
        self.assertEqual(self.command("probe-lock", "drivex1").returncode, 0)
        self.start()
        self.until_phase("waiting-for-resources")
        held = self.command("probe-lock", "drivex1")
        self.assertEqual((held.returncode, held.stderr), (1, "lock is held\n"))
        self.assertEqual(self.command("probe-lock", "drivex2").returncode, 0)

    def test_an_unknown_subcommand_is_refused(self):
        self.assertEqual(self.command("reprot").returncode, 2)


class CleanUp(RuntimeCase):
    def setUp(self):
        super().setUp()
        self.put("/sys/block/nvme0n1/device/serial", "SER1\n")
        self.put("/persistent/data/file", "x")
        os.symlink(self.at("/proc"), self.at("/persistent/link"))
        self.program("weka-sign-drive", 'echo "$@" >> "$FAKE_WEKA/signed"')

    def test_it_resigns_the_drives_and_empties_the_directory(self):
        done = self.command("clean-up", env={"RESIGN_SERIALS": "SER1", "CLEAN_DIRECTORY": "/persistent"})
        self.assertEqual((done.returncode, json.loads(done.stdout)), (0, {"resigned": ["SER1"], "removed": 2}))
        self.assertEqual(self.get("/fake/signed"), "--allow-erase-weka-partitions -- /dev/nvme0n1\n")
        self.assertEqual((os.listdir(self.at("/persistent")), os.path.exists(self.at("/proc/modules"))), ([], True))

    def test_nothing_to_do_is_done(self):
        done = self.command("clean-up", env={"RESIGN_SERIALS": "", "CLEAN_DIRECTORY": "/not-there"})
        self.assertEqual((done.returncode, json.loads(done.stdout)), (0, {"resigned": [], "removed": 0}))

    def test_it_refuses_while_the_runtime_lives(self):
        self.start()
        self.until_phase("waiting-for-resources")
        done = self.command("clean-up", env={"RESIGN_SERIALS": "SER1", "CLEAN_DIRECTORY": "/persistent"})
        self.assertEqual((done.returncode, done.stderr), (1, "lock is held\n"))
        self.assertFalse(os.path.exists(self.at("/fake/signed")))
        self.assertTrue(os.path.exists(self.at("/persistent/data/file")))

    def test_a_drive_that_is_not_there_stops_it_before_the_directory_is_touched(self):
        self.put("/dev/termination-log")
        done = self.command("clean-up", env={"RESIGN_SERIALS": "SER9", "CLEAN_DIRECTORY": "/persistent"})
        self.assertEqual((done.returncode, self.get("/dev/termination-log")), (1, "drive SER9 is not on this host"))
        self.assertTrue(os.path.exists(self.at("/persistent/data/file")))

    def test_the_root_directory_is_never_cleaned(self):
        for directory in ("/", "//", "/a/.."):
            self.assertEqual(self.command("clean-up", env={"CLEAN_DIRECTORY": directory}).returncode, 1, directory)


class OneOffModes(RuntimeCase):
    def results(self, **env):
        process = self.start(**env)
        self.until_phase("idle")
        results = self.report()["results"]
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.ended(process)[0], 0)
        return results

    def test_discovery_reads_the_host_and_ends_on_term_without_asking(self):
        self.put("/sys/devices/system/cpu/smt/active", "1\n")
        self.put("/sys/devices/system/cpu/online", "0-7\n")
        self.put("/hostside/etc/os-release", 'ID="rhcos"\nOPENSHIFT_VERSION="4.16"\n')
        self.assertEqual(self.results(MODE="discovery"), {
            "is_ht": True, "kubernetes_distro": "openshift", "os": "rhcos", "os_build_id": "4.16", "schema": 3,
            "num_cpus": 8, "boot_id": "boot-1"})

    def test_the_loader_downloads_and_installs_the_drivers(self):
        self.program("rmmod", 'echo "$@" >> "$FAKE_WEKA/removed"; exit 1')
        self.assertEqual(self.results(MODE="drivers-loader"), {"err": None, "drivers_loaded": True})
        self.assertEqual(self.calls("driver"), [
            ["driver", "download", "--from", "https://drivers.example", "--without-agent", "--version", "4.4.5"],
            ["driver", "install", "--without-agent", "--version", "4.4.5"]])
        self.assertEqual(self.get("/fake/removed"), "wekafsio\nwekafsgw\n")

    def test_the_loader_gives_up_in_time_and_says_why(self):
        self.put("/fake/drivers-fail")
        results = self.results(MODE="drivers-loader", WEKA_RUNTIME_DRIVER_SECONDS="0.2")
        self.assertEqual(results, {"err": "download failed: error: Failed to download the drivers", "drivers_loaded": False})
        self.assertGreater(len(self.calls("driver", "download")), 1)


class SignedDrives(RuntimeCase):
    def disk(self, name, serial, owner):
        """A disk with a weka partition at sector 40, owned by 16 bytes."""
        self.put("/sys/block/%s/device/serial" % name, serial)
        kind = uuid.UUID("993ec906-b4e2-11e7-a205-a0a8cd3ea1de").bytes_le
        image = bytearray(512 * 64)
        image[512:512 + 92] = struct.pack("<8s64xQII4x", b"EFI PART", 2, 4, 128)
        image[1024:1024 + 40] = struct.pack("<16s16xQ", kind, 40)
        image[512 * 40 + 8:512 * 40 + 24] = owner
        os.makedirs(self.at("/dev"), exist_ok=True)
        with open(self.at("/dev/" + name), "wb") as file:
            file.write(image)

    def test_drives_with_a_weka_partition_are_found_with_their_owner(self):
        self.disk("nvme0n1", "SER1", bytes.fromhex("90f0090f") * 4)
        self.disk("sdb", "SER2", GUID.bytes)
        self.put("/sys/block/sdc/device/serial", "SER3")
        self.start_running()
        self.assertEqual(self.report()["drives"], [
            {"serial_id": "SER1", "block_device": "/dev/nvme0n1", "partition": "/dev/nvme0n1p1", "weka_guid": "", "is_signed": False},
            {"serial_id": "SER2", "block_device": "/dev/sdb", "partition": "/dev/sdb1", "weka_guid": str(GUID), "is_signed": True}])


if __name__ == "__main__":
    unittest.main()
