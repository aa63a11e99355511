"""The way of a pod up to running, step by step, and everything that keeps it from there."""

import json
import os
import unittest

from testing.runtime_case import RESOURCES, RuntimeCase


class StartSequence(RuntimeCase):
    def test_a_drive_pod_waits_for_its_resources_and_then_runs_weka(self):
        self.start()
        self.until_phase("waiting-for-resources")
        early = self.report()
        self.assertEqual((early["persistencyConfigured"], early["resources"], early["generation"], early["local"]),
                         (True, None, None, None))
        self.assertEqual(self.command("write-resources", input=json.dumps(RESOURCES)).returncode, 0)
        self.until_phase("running")

        setup, = self.calls("local", "setup")
        self.assertEqual(setup, [
            "local", "setup", "container", "--name", "drivex1", "--no-start", "--disable", "--core-ids", "0",
            "--cores", "1", "--only-drives-cores", "--net", "eth1", "--base-port", "35000",
            "--join-secret", "s3cret-of-the-cluster", "--failure-domain", "rack1"])
        order = [call for call in self.calls() if call[:2] != ["local", "ps"]]
        self.assertEqual([" ".join(call[:2]) for call in order], [
            "--agent --socket-name", "version set", "local setup", "local resources", "local start", "local exec"])

        report = self.report()
        self.assertEqual(report["phase"], "running")
        self.assertEqual((report["wekaPort"], report["agentPort"]), (35000, 35303))
        self.assertEqual(report["managementIps"], ["10.0.1.2"])
        self.assertEqual(report["identity"], {"clusterGuid": "5a4ec0de-0000-4000-8000-000000000001", "hostId": 7})
        self.assertEqual(report["local"][0]["runStatus"], "Running")
        self.assertEqual((report["resources"], report["missingDriver"], report["bootId"]), (RESOURCES, "", "boot-1"))
        self.assertTrue(report["featureFlags"]["supports_binding_to_not_all_interfaces"])
        self.assertTrue(report["generation"])
        self.assertIn(["local", "run", "wapi", "-H", "localhost:35303/jrpc", "-W", "container-get-identity",
                       "--container-name", "drivex1", "--json"], self.calls("local", "run"))

    def test_resources_of_the_weka_container_follow_the_environment(self):
        self.start_running(JOIN_IPS="[fd00::5]:14000,10.0.0.7:14000", AUTO_REMOVE_TIMEOUT="300")
        directory = "/opt/weka/data/drivex1/container/"
        stored = json.loads(self.get(directory + "resources.json"))
        self.assertEqual(stored["memory"], 1400 * 1024 * 1024)
        self.assertEqual(stored["ips"], ["10.0.1.2"])
        self.assertEqual(stored["backend_endpoints"], [{"ip": "fd00::5", "port": 14000}, {"ip": "10.0.0.7", "port": 14000}])
        self.assertEqual((stored["auto_remove_timeout"], stored["restrict_listen"]), (300, True))
        self.assertEqual(stored["nodes"]["1"], {"roles": ["DRIVES"], "dedicate_core": True, "core_id": 0})
        self.assertEqual(os.readlink(self.at(directory + "resources.json.stable")), os.readlink(self.at(directory + "resources.json")))
        setup, = self.calls("local", "setup")
        self.assertEqual(setup[setup.index("--join-ips") + 1], "[fd00::5]:14000,10.0.0.7:14000")

    def test_no_secret_is_printed(self):
        process = self.start_running()
        process.terminate()
        self.put("/tmp/.allow-stop")
        _, out = self.ended(process)
        self.assertIn("--join-secret ***", out)
        self.assertNotIn("s3cret", out)
        self.assertRegex(out.splitlines()[0], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z starting ")

    def test_a_missing_driver_is_named_and_waited_for(self):
        modules = self.get("/proc/modules")
        self.put("/proc/modules", modules.replace("mpin_user", "other"))
        self.put("/host-binds/opt-weka/k8s-runtime/resources.json", json.dumps(RESOURCES))
        self.start()
        self.until_phase("waiting-for-drivers")
        self.assertEqual(self.report()["missingDriver"], "mpin_user")
        self.put("/proc/modules", modules)
        self.until_phase("running")
        self.assertEqual(self.report()["missingDriver"], "")

    def test_a_second_pod_takes_over_the_container_on_disk(self):
        first = self.start_running()
        first.terminate()
        self.put("/tmp/.allow-stop")
        self.assertEqual(self.ended(first)[0], 0)
        os.unlink(self.at("/tmp/.allow-stop"))
        self.start(CORES="2")
        self.until_phase("running")
        self.assertEqual(len(self.calls("local", "setup")), 1)
        self.assertEqual(self.calls("local", "resources", "cores"), [
            ["local", "resources", "cores", "-C", "drivex1", "--only-drives-cores", "2", "--core-ids", "0,1"]])

    def test_unreadable_resources_are_waited_for_as_if_they_were_absent(self):
        self.put("/host-binds/opt-weka/k8s-runtime/resources.json", "{not json")
        self.start()
        self.until_phase("waiting-for-resources")
        self.assertEqual(self.report()["resources"], None)
        self.assertEqual(self.command("write-resources", input=json.dumps(RESOURCES)).returncode, 0)
        self.until_phase("running")

    def test_drives_are_listed_by_serial(self):
        drives = [{"serial_id": "SER1", "block_device": "/dev/nvme0n1", "partition": "/dev/nvme0n1p1", "weka_guid": "", "is_signed": False}]
        self.start_running(WEKA_RUNTIME_DRIVES=json.dumps(drives))
        self.assertEqual(self.report()["drives"], drives)

    def test_a_compute_pod_uses_compute_cores(self):
        self.start_running(MODE="compute")
        self.assertIn("--only-compute-cores", self.calls("local", "setup")[0])

    def test_allocated_nics_are_found_by_their_mac_address(self):
        self.put("/sys/class/net/ens6/address", "02:fc:00:00:00:0a\n")
        resources = dict(RESOURCES, netDevices=["02:FC:00:00:00:0A", "ens7"])
        self.put("/host-binds/opt-weka/k8s-runtime/resources.json", json.dumps(resources))
        self.start(MODE="compute")
        self.until(lambda: self.calls("local", "setup"), "the container is set up")
        words = " ".join(self.calls("local", "setup")[0])
        self.assertIn("--net ens6 --net ens7 --base-port 35000", words)
        self.assertIn("--management-ips 10.0.1.2", words)

    def test_a_client_picks_free_ports_past_the_used_ones(self):
        self.put("/proc/net/tcp", "header\n 0: 00000000:AFC8 00000000:0000 0A\n 1: 00000000:AFCB 00000000:0000 0A\n")
        self.put("/host-binds/opt-weka/k8s-runtime/resources.json", "{}")
        self.start(MODE="client", BASE_PORT="45000", JOIN_IPS="10.0.0.7:14000")
        self.until_phase("running")
        setup, = self.calls("local", "setup")
        self.assertEqual((setup[setup.index("--base-port") + 1], self.report()["agentPort"]), ("45004", 45001))
        for word in ("--client", "--restricted", "--join-token", "--only-frontend-cores"):
            self.assertIn(word, setup)


class StartRefusals(RuntimeCase):
    def refused(self, **env):
        self.put("/dev/termination-log")
        code, out = self.ended(self.start(**env))
        self.assertEqual(code, 1, out)
        return self.get("/dev/termination-log")

    def test_the_second_process_of_a_name_loses_the_lock_and_leaves_no_trace(self):
        self.start_running()
        generation, state = self.report()["generation"], self.state()
        self.assertEqual(self.refused(), "another runtime holds the lock of drivex1")
        self.assertEqual((self.report()["generation"], self.state()), (generation, state))

    def test_a_mode_that_is_not_written_yet_says_so(self):
        self.assertEqual(self.refused(MODE="s3"), "mode s3 is not supported by this release")
        report = self.report(MODE="s3")
        self.assertEqual((report["phase"], report["message"]), ("error", "mode s3 is not supported by this release"))

    def test_a_stop_that_is_allowed_before_the_resources_ends_the_wait(self):
        self.put("/tmp/.allow-stop")
        self.assertEqual(self.refused(), "a stop was allowed before the resources were written")

    def test_no_device_in_the_subnets_is_an_error(self):
        self.put("/host-binds/opt-weka/k8s-runtime/resources.json", json.dumps(RESOURCES))
        self.assertEqual(self.refused(SUBNETS="172.16.0.0/12"), "no network device matches the selectors or subnets")

    def test_another_container_in_the_data_directory_is_an_error(self):
        self.put("/fake/state.json", json.dumps({"agent": False, "container": {"name": "drivex0", "runStatus": "Stopped"}}))
        self.put("/host-binds/opt-weka/k8s-runtime/resources.json", json.dumps(RESOURCES))
        self.assertEqual(self.refused(), "the data directory holds weka container drivex0, not drivex1")


class LostResources(RuntimeCase):
    def setUp(self):
        super().setUp()
        self.put("/host-binds/opt-weka/k8s-runtime/resources.json", json.dumps(RESOURCES))
        self.put("/fake/state.json", json.dumps({"agent": False, "container": {
            "name": "drivex1", "runStatus": "Stopped", "resources": {"base_port": 35000}}}))
        self.put("/fake/resources-lost")

    def test_a_backend_keeps_its_identity_and_asks_for_help(self):
        code, out = self.ended(self.start())
        self.assertEqual(code, 1)
        self.assertIn("has lost its resources and no backup is left; its identity is kept", out)
        self.assertEqual((self.calls("local", "rm"), self.calls("local", "setup")), ([], []))

    def test_the_newest_backup_is_linked(self):
        data = "/host-binds/opt-weka/data/drivex1/container/"
        for age, name in ((300, "weka-resources.old.json"), (100, "weka-resources.new.json"), (10, "weka-resources.empty.json")):
            self.put(data + name, "" if "empty" in name else "{}")
            os.utime(self.at(data + name), (1e9 - age, 1e9 - age))
        process = self.start()
        self.until_phase("running")
        process.terminate()
        self.put("/tmp/.allow-force-stop")
        self.assertIn("links weka-resources.new.json in place of empty resources", self.ended(process)[1])

    def test_a_client_is_set_up_anew(self):
        self.start(MODE="client", NAME="drivex1", PORT="35000", AGENT_PORT="35303")
        self.until_phase("running")
        self.assertEqual(self.calls("local", "rm"), [["local", "rm", "--all", "--force"]])
        self.assertEqual(len(self.calls("local", "setup")), 1)


if __name__ == "__main__":
    unittest.main()
