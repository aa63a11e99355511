"""The end of a pod: nothing is stopped before it is allowed, and nothing stays behind."""

import json
import os
import signal
import unittest

from testing.runtime_case import RESOURCES, RuntimeCase


class StopProtocol(RuntimeCase):
    def stops(self):
        return [" ".join(call) for call in self.calls("local", "stop")]

    def terminate(self, process):
        process.send_signal(signal.SIGTERM)
        self.until_phase("waiting-to-stop")

    def test_term_alone_stops_nothing_and_allow_stop_stops_gracefully(self):
        process = self.start_running()
        self.terminate(process)
        self.until(lambda: self.report()["exiting"], "the report says exiting")
        report = self.report()
        self.assertEqual((report["phase"], report["allowStop"], report["local"][0]["runStatus"]),
                         ("waiting-to-stop", False, "Running"))
        self.assertEqual(self.stops(), [])
        self.put("/tmp/.allow-stop")
        self.assertEqual(self.ended(process)[0], 0)
        self.assertEqual(self.stops(), ["local stop -g"])
        report = self.report()
        self.assertEqual((report["phase"], report["allowStop"], report["allowForceStop"]), ("stopped", True, False))
        self.assertEqual(json.loads(self.get("/fake/state.json"))["agent"], False)

    def test_allow_force_stop_stops_by_force(self):
        process = self.start_running()
        self.terminate(process)
        self.put("/tmp/.allow-force-stop")
        self.assertEqual(self.ended(process)[0], 0)
        self.assertEqual(self.stops(), ["local stop --force"])

    def test_force_allowed_during_a_graceful_stop_adds_one_forced_stop(self):
        self.put("/fake/stop-hangs")
        process = self.start_running()
        self.terminate(process)
        self.put("/tmp/.allow-stop")
        self.until(lambda: self.stops() == ["local stop -g"], "the graceful stop runs")
        self.put("/tmp/.allow-force-stop")
        self.assertEqual(self.ended(process)[0], 0)
        self.assertEqual(self.stops(), ["local stop -g", "local stop --force"])

    def test_a_flag_without_term_stops_nothing(self):
        process = self.start_running()
        self.put("/tmp/.allow-stop")
        self.until(lambda: self.report()["allowStop"], "the report shows the flag")
        self.assertEqual((self.state()["phase"], process.poll(), self.stops()), ("running", None, []))

    def test_the_instructions_file_of_the_node_agent_counts_too(self):
        process = self.start_running()
        self.terminate(process)
        self.put("/host-binds/shared/instructions/pod-2/boot-1/shutdown_instructions.json", '{"allow_force_stop": true}')
        self.assertEqual(self.report()["allowForceStop"], False)
        self.put("/host-binds/shared/instructions/pod-1/boot-1/shutdown_instructions.json", '{"allow_stop": true}')
        self.assertEqual(self.ended(process)[0], 0)
        self.assertEqual(self.stops(), ["local stop -g"])

    def test_before_the_resources_a_plain_allow_stop_ends_it_without_weka(self):
        process = self.start()
        self.until_phase("waiting-for-resources")
        self.terminate(process)
        self.assertIsNone(process.poll())
        self.put("/tmp/.allow-stop")
        self.assertEqual(self.ended(process)[0], 0)
        self.assertEqual((self.calls(), self.state()["message"]), ([], "weka was never started"))

    def test_a_pod_without_drivers_ends_on_a_plain_allow_stop(self):
        self.put("/proc/modules", "")
        self.put("/host-binds/opt-weka/k8s-runtime/resources.json", json.dumps(RESOURCES))
        process = self.start()
        self.until_phase("waiting-for-drivers")
        self.terminate(process)
        self.put("/tmp/.allow-stop")
        self.assertEqual((self.ended(process)[0], self.calls()), (0, []))

    def test_a_pod_whose_agent_never_answered_ends_on_a_plain_allow_stop(self):
        self.put("/fake/agent-silent")
        self.put("/host-binds/opt-weka/k8s-runtime/resources.json", json.dumps(RESOURCES))
        process = self.start()
        self.until(lambda: self.calls("local", "ps"), "the agent is asked")
        self.terminate(process)
        self.put("/tmp/.allow-stop")
        self.assertEqual((self.ended(process)[0], self.stops()), (0, []))

    def test_term_after_an_error_still_waits_for_the_instruction(self):
        self.put("/fake/start-fails")
        self.put("/host-binds/opt-weka/k8s-runtime/resources.json", json.dumps(RESOURCES))
        process = self.start(WEKA_RUNTIME_ERROR_SECONDS="60")
        self.until_phase("error")
        self.assertEqual(self.report()["message"], "weka local start failed: error: no hugepages")
        self.terminate(process)
        self.assertIsNone(process.poll())
        self.put("/tmp/.allow-stop")
        self.assertEqual(self.ended(process)[0], 0)

    def test_an_agent_that_does_not_answer_is_waited_for_unless_force_is_allowed(self):
        process = self.start_running()
        self.put("/fake/agent-silent")
        self.terminate(process)
        self.put("/tmp/.allow-stop")
        self.until(lambda: len(self.stops()) >= 2, "the graceful stop is repeated")
        self.assertIsNone(process.poll())
        self.put("/tmp/.allow-force-stop")
        self.assertEqual(self.ended(process)[0], 0)

    def test_a_dead_agent_is_started_again(self):
        self.start_running()
        self.until(lambda: self.calls("--agent") == [["--agent", "--socket-name", "weka_agent_ud_socket_35303"]], "an agent runs")
        state = json.loads(self.get("/fake/state.json"))
        os.kill(state["agent"], signal.SIGTERM)
        self.until(lambda: len(self.calls("--agent")) == 2, "a second agent runs")

    def test_a_replaced_generation_stops_by_force_at_once_but_waits_for_the_instruction(self):
        process = self.start_running()
        self.put("/opt/weka/k8s-runtime/runtime-generation", "another one")
        self.until_phase("waiting-to-stop")
        self.assertEqual(self.stops(), ["local stop --force"])
        self.assertEqual((process.poll(), self.report()["exiting"]), (None, False))
        self.put("/tmp/.allow-stop")
        self.assertEqual(self.ended(process)[0], 0)
        self.assertEqual(self.stops(), ["local stop --force"])

    def test_a_client_waits_for_the_instruction_and_is_stopped_by_force(self):
        process = self.start_running(MODE="client")
        self.terminate(process)
        self.assertEqual(self.stops(), [])
        self.put("/tmp/.allow-stop")
        self.assertEqual(self.ended(process)[0], 0)
        self.assertEqual(self.stops(), ["local stop --force"])

    def test_the_exit_sleep_is_cut_short_by_a_file_and_holds_the_lock(self):
        process = self.start_running(WEKA_OPERATOR_DEBUG_SLEEP="60")
        self.terminate(process)
        self.put("/tmp/.allow-stop")
        self.until_phase("stopped")
        self.assertEqual(self.command("probe-lock", "drivex1").returncode, 1)
        self.put("/tmp/.cancel-debug-sleep")
        self.assertEqual(self.ended(process)[0], 0)
        self.assertEqual(self.command("probe-lock", "drivex1").returncode, 0)


class Drives(RuntimeCase):
    def test_a_drive_pod_stays_until_the_kernel_has_its_drives_back(self):
        self.put("/sys/block/nvme0n1/device/serial", "OTHER\n")
        process = self.start_running()
        process.send_signal(signal.SIGTERM)
        self.put("/tmp/.allow-stop")
        self.until(lambda: self.calls("local", "stop"), "weka was told to stop")
        self.until_phase("stopping")
        self.put("/sys/block/nvme1n1/device/serial", "SER1\n")
        self.assertEqual(self.ended(process)[0], 0)


if __name__ == "__main__":
    unittest.main()
