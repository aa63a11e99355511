"""The weka container: made, taken over, or made anew; started, and kept up."""

import os
import re
import time

from agent import keep_agent
from container_resources import data_nodes, edited_resources, link_resources, store_resources, stored_resources
from cores import core_ids
from drives import record_drives
from failures import Failure
from files import listdir, read_text, write_json
from image import feature_flags
from local_weka import local_containers
from log import log
from management_ips import management_ips
from network import format_endpoint, network_devices, parse_endpoint
from state_files import stored_object, texts


def ensure_weka_container(runtime):
    """Creates the weka container, or takes over the one on disk, and brings its resources up to the environment."""
    name = runtime.settings.name
    runtime.state.enter("starting-weka", "configures weka container " + name)
    listed = local_containers()
    if listed is None:
        raise Failure("the agent does not answer to weka local ps")
    others = [entry["name"] for entry in listed if entry.get("name") != name]
    if others:
        raise Failure("the data directory holds weka container %s, not %s" % (others[0], name))
    if listed and usable_on_disk(runtime, listed[0]):
        stored = stored_resources(runtime)
        if runtime.mode.disposable and not fits_client(runtime, stored):
            drop_client(runtime)
            create_weka_container(runtime)
        else:
            change_devices_and_cores(runtime, stored)
    else:
        create_weka_container(runtime)
    store_resources(runtime, edited_resources(runtime, stored_resources(runtime)))


def usable_on_disk(runtime, entry):
    """Sees to it that an existing container has resources. False when it was dropped and must be created.

    Only a client is ever dropped: a backend's identity would be lost, so that is a Failure for a person to judge."""
    directory = runtime.paths.container_data
    current = os.path.join(directory, "resources.json")
    if entry.get("runStatus") != "Unknown" or stored_object(current) is not None:
        return True
    backups = [os.path.join(directory, f) for f in listdir(directory) if re.fullmatch(r"weka-resources\..+\.json", f)]
    backups = sorted((f for f in backups if stored_object(f) is not None), key=os.path.getmtime)
    if backups:
        log("starting-weka", "links " + os.path.basename(backups[-1]) + " in place of empty resources")
        link_resources(directory, os.path.basename(backups[-1]))
        return True
    if not runtime.mode.disposable:
        raise Failure("weka container %s has lost its resources and no backup is left; its identity is kept, "
                      "restore %s or delete the WekaContainer" % (runtime.settings.name, current))
    drop_client(runtime)
    return False


def fits_client(runtime, stored):
    """True when a client container on disk has our base port and is restricted; both are fixed at creation."""
    return stored.get("base_port") == runtime.weka_port and stored.get("restricted_client", False)


def drop_client(runtime):
    """Removes a client's container; clients have no identity worth keeping."""
    runtime.weka("local", "stop", "--force", timeout=180)
    runtime.must_weka("local", "rm", "--all", "--force")


def create_weka_container(runtime):
    """weka local setup container, with everything that is fixed at creation."""
    settings, mode = runtime.settings, runtime.mode
    cores = ",".join(str(core) for core in core_ids(settings, runtime.paths))
    argv = ["local", "setup", "container", "--name", settings.name, "--no-start", "--disable"]
    argv += ["--core-ids", cores, "--cores", str(settings.cores), mode.cores_option]
    for device in network_devices(runtime):
        argv += ["--net", device]
    argv += ["--base-port", str(runtime.weka_port)]
    secret = read_text(runtime.paths.join_secret, "").strip()
    if secret:  # weka takes it in no other way than as an argument
        argv += [mode.join_option, secret]
    if settings.join_ips:
        argv += ["--join-ips", ",".join(format_endpoint(parse_endpoint(ip)) for ip in settings.join_ips)]
    argv += mode.setup_options
    if texts(runtime.resources.get("netDevices")):
        argv += ["--management-ips", ",".join(management_ips(runtime.paths))]
    failure_domain = runtime.resources.get("failureDomain")
    if isinstance(failure_domain, str) and failure_domain:
        argv += ["--failure-domain", failure_domain]
    runtime.must_weka(*argv, timeout=300)


def change_devices_and_cores(runtime, stored):
    """Aligns the network devices and the number of cores of an existing container."""
    settings, name = runtime.settings, runtime.settings.name
    wanted = [device for device in network_devices(runtime) if device != "udp"]
    present = [device.get("device") for device in stored.get("net_devices") or []]
    for action, devices in (("remove", set(present) - set(wanted)), ("add", set(wanted) - set(present))):
        for device in sorted(device for device in devices if device):
            runtime.must_weka("local", "resources", "net", "-C", name, action, device)
    nodes = data_nodes(stored)
    if nodes and len(nodes) != settings.cores:
        cores = ",".join(str(core) for core in core_ids(settings, runtime.paths))
        option = runtime.mode.cores_option
        runtime.must_weka("local", "resources", "cores", "-C", name, option, str(settings.cores), "--core-ids", cores)


def start_weka_container(runtime):
    """Starts weka, waits up to 300 s until a command runs inside it, and writes what the operator reads."""
    name = runtime.settings.name
    if runtime.mode.has_drives:
        record_drives(runtime)
    runtime.state.enter("starting-weka", "starts weka container " + name)
    runtime.must_weka("local", "start", timeout=300)
    runtime.wait_until(
        lambda: runtime.weka("local", "exec", "--container", name, "--", "ls", quiet=True).code == 0,
        300, 1, "weka container %s does not answer 300 s after its start" % name,
    )
    write_json(runtime.paths.feature_flags, feature_flags(runtime.settings, runtime.paths))


def serve(runtime):
    """The running phase: keeps the agent alive and drives.json fresh until a stop is asked for."""
    runtime.state.enter("running", "weka container %s runs" % runtime.settings.name)
    drives_due = time.monotonic()
    while True:
        keep_agent(runtime)
        if runtime.mode.has_drives and time.monotonic() >= drives_due:
            drives_due = time.monotonic() + 30
            try:
                record_drives(runtime)
            except OSError as error:
                log("running", "cannot record drives: %s" % error)
        runtime.pause(runtime.settings.poll(1))
