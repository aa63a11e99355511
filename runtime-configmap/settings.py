"""The environment of a pod, read once."""

import json
import os
import re

from failures import Failure


class Settings:
    """The environment of the pod, parsed once. `environ` is a mapping of strings; no other code reads it."""

    def __init__(self, environ):
        self.environ = environ
        self.root = os.path.abspath(self.text("WEKA_RUNTIME_ROOT", "/"))
        self.mode = self.text("MODE")
        self.name = self.text("NAME")
        self.pod_uid = self.text("POD_ID")
        self.container_uid = self.text("WEKA_CONTAINER_ID")
        self.cores = self.number("CORES") or 1
        self.core_ids = self.text("CORE_IDS", "auto")
        self.cpu_policy = self.text("CPU_POLICY", "auto")
        self.memory = self.text("MEMORY")
        self.ipv6 = self.flag("IS_IPV6")
        self.subnets = self.items("SUBNETS")
        self.network_selectors = self.document("NETWORK_SELECTORS") or []
        self.management_selectors = self.document("MANAGEMENT_IPS_SELECTORS") or []
        self.join_ips = self.items("JOIN_IPS")
        self.image = self.text("CLUSTER_IMAGE_NAME") or self.text("IMAGE_NAME")

    @property
    def moved(self):
        """True when the root is not "/": a test or a lab, without privileges."""
        return self.root != "/"

    def text(self, key, default=""):
        """The variable as text; unset and empty are both `default`."""
        return self.environ.get(key, "").strip() or default

    def number(self, key):
        """The variable as an integer; unset, empty and unreadable are 0, which means "not given" everywhere."""
        text = self.text(key)
        return int(text) if re.fullmatch(r"\d+", text) else 0

    def flag(self, key):
        """True only for the text `true`."""
        return self.text(key) == "true"

    def items(self, key):
        """A comma list without empty entries."""
        return [item.strip() for item in self.text(key).split(",") if item.strip()]

    def document(self, key):
        """The variable as JSON; unset or `null` is None. Raises Failure naming the variable when it is not JSON."""
        text = self.text(key)
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError:
            raise Failure("environment variable %s is not JSON" % key)

    def seconds(self, key, default):
        """A duration in seconds, fractions allowed."""
        try:
            return float(self.text(key))
        except ValueError:
            return default

    def poll(self, default):
        """The interval of a poll in seconds: WEKA_RUNTIME_POLL_SECONDS replaces every one of them."""
        return self.seconds("WEKA_RUNTIME_POLL_SECONDS", default)
