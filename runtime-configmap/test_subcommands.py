"""The commands that the operator runs in a pod or as a helper pod, and the modes without weka."""

import json
import os
import signal
import unittest

from testing.runtime_case import RESOURCES, RuntimeCase


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


if __name__ == "__main__":
    unittest.main()
