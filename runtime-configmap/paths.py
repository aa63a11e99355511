"""Where everything lies, below one root."""

import os

from files import read_text


class Paths:
    """Every file the runtime touches, below the root."""

    def __init__(self, settings):
        self.root = settings.root
        self.k8s_runtime = self.at("/opt/weka/k8s-runtime")
        self.marker = self.k8s("persistency-configured")
        self.resources = self.k8s("resources.json")
        self.generation = self.k8s("runtime-generation")
        self.management_ips = self.k8s("management_ips")
        self.port = self.k8s("vars/port")
        self.agent_port = self.k8s("vars/agent_port")
        self.feature_flags = self.k8s("feature_flags.json")
        self.drives = self.k8s("drives.json")
        self.release_specs = self.at("/opt/weka/dist/release")
        self.machine_identifier = self.at("/opt/weka/data/agent/machine-identifier")
        self.container_data = self.at("/opt/weka/data/%s/container" % settings.name)
        self.state = self.at("/tmp/weka-runtime-state.json")
        self.allow_stop = self.at("/tmp/.allow-stop")
        self.allow_force_stop = self.at("/tmp/.allow-force-stop")
        self.allow_clean_up = self.at("/tmp/.allow-clean-up")
        cleaned_for = settings.text("CLEANED_FOR")
        self.cleaned = self.at("/cleaned/%s.json" % cleaned_for) if cleaned_for else ""
        self.cancel_sleep = self.at("/tmp/.cancel-debug-sleep")
        self.missing_driver = self.at("/tmp/weka-drivers.log")
        self.wekafs = self.at("/proc/wekafs/interface")
        self.agent_log = self.at("/tmp/weka-agent.log")
        self.termination_message = self.at("/dev/termination-log")
        self.results = self.at("/weka-runtime/results.json")
        self.os_release = self.at("/hostside/etc/os-release")
        self.join_secret = self.at("/var/run/secrets/weka-operator/operator-user/join-secret")
        self.instructions = self.at(
            "/host-binds/shared/instructions/%s/%s/shutdown_instructions.json" % (settings.pod_uid, self.boot_id())
        )

    def at(self, absolute):
        """The place of an absolute path below the root."""
        return os.path.join(self.root, absolute.lstrip("/"))

    def k8s(self, relative):
        """A file below /opt/weka/k8s-runtime, the directory shared with the operator."""
        return os.path.join(self.k8s_runtime, relative)

    def boot_id(self):
        """The kernel's boot id, or "" where it cannot be read."""
        return read_text(self.at("/proc/sys/kernel/random/boot_id"), "").strip()
