"""Weka's agent: its configuration, its start, and that it stays up."""

import os
import re
import shutil

from failures import Failure
from files import read_text, write_json, write_text
from image import weka_version
from local_weka import local_containers
from log import log

# (section that must hold the option, or None = only where the option already stands, option, value)
AGENT_OPTIONS = (
    ("agent", "port", "{agent_port}"),
    ("os", "skip_driver_install", "true"),
    ("os", "ignore_driver_spec", "true"),
    (None, "external_mounts", "/opt/weka/external-mounts"),
    (None, "conditional_mounts_ids", "etc-hosts,etc-resolv"),
    (None, "cgroups_mode", "none"),
    (None, "override_core_pattern", "false"),
)
SYSLOG_ARGV = ("syslog-ng", "--foreground", "--cfgfile", "/etc/syslog-ng/syslog-ng.conf", "--no-caps")


def set_option(text, section, option, value):
    """The INI text with an option set; with a section, it is added there when absent."""
    line, replaced, inside, result = "%s=%s" % (option, value), False, None, []
    for current in text.splitlines():
        if current.strip().startswith("["):
            inside = current.strip().strip("[]")
        if re.match(r"\s*%s\s*=" % re.escape(option), current) and section in (None, inside):
            current, replaced = line, True
        result.append(current)
    if section and not replaced:
        header = "[%s]" % section
        if header not in result:
            result.append(header)
        result.insert(result.index(header) + 1, line)
    return "\n".join(result) + "\n"


def configure_agent(runtime):
    """Writes the agent's configuration: its port, and that it leaves drivers and cgroups alone."""
    paths = runtime.paths
    configuration = paths.at("/etc/wekaio/service.conf")
    text = read_text(configuration, "")
    for section, option, value in AGENT_OPTIONS:
        text = set_option(text, section, option, value.format(agent_port=runtime.agent_port))
    write_text(configuration, text)
    write_json(paths.at("/etc/wekaio/service.json"), {"agent": {"port": str(runtime.agent_port)}})
    identifier = runtime.resources.get("machineIdentifier") or runtime.settings.text("MACHINE_IDENTIFIER")
    if isinstance(identifier, str) and identifier:
        write_text(paths.machine_identifier, identifier)


def start_syslog(runtime):
    """Starts syslog-ng where the image has it; weka logs through it, but its absence stops nothing."""
    if not runtime.settings.moved and shutil.which(SYSLOG_ARGV[0]):
        os.makedirs("/run/systemd/journal", exist_ok=True)  # where syslog-ng.conf listens
        runtime.children.start("syslog", SYSLOG_ARGV, runtime.paths.at("/tmp/syslog-ng.log"))


def launch_agent(runtime):
    """Starts the agent process."""
    runtime.state.update(agentStarted=True)
    # the wrapper on PATH is for people and commands; the agent is the image's own program
    program = "weka" if runtime.settings.moved else "/usr/bin/weka"
    socket_name = "weka_agent_ud_socket_%d" % runtime.agent_port
    runtime.children.start("agent", (program, "--agent", "--socket-name", socket_name), runtime.paths.agent_log)


def start_agent(runtime):
    """Starts the agent, waits until it answers (60 s, 1500 s with global persistence) and sets the weka version."""
    runtime.state.enter("starting-weka", "starts the agent on port %d" % runtime.agent_port)
    version = weka_version(runtime.settings, runtime.paths)
    launch_agent(runtime)
    slow = runtime.settings.text("WEKA_PERSISTENCE_MODE") == "global"
    timeout = 1500 if slow else 60
    runtime.wait_until(
        lambda: local_containers() is not None, timeout, 1, "the agent does not answer after %d s" % timeout
    )
    runtime.agent_answered = True
    runtime.must_weka("version", "set", version)


def keep_agent(runtime):
    """Starts the agent again when it died: a stop could not be carried out without it."""
    if not runtime.children.alive("agent"):
        log(runtime.state.value["phase"], "the agent ended; starts it again")
        try:
            launch_agent(runtime)
        except Failure as failure:
            log(runtime.state.value["phase"], str(failure))
