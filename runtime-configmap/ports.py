"""The ports of the container."""

from failures import Failure
from files import read_text, write_text
from state_files import port_number, stored_port

CLIENT_PORTS = 100


def choose_ports(runtime):
    """Ports of the environment win over the file's; a client picks free ones; the choice is stored for the CLI."""
    settings, resources = runtime.settings, runtime.resources
    runtime.agent_port = settings.number("AGENT_PORT") or port_number(resources.get("agentPort"))
    runtime.weka_port = settings.number("PORT") or settings.number("WEKA_PORT") or port_number(resources.get("wekaPort"))
    if not (runtime.agent_port and runtime.weka_port) and runtime.mode.picks_ports:
        pick_client_ports(runtime)
    if not (runtime.agent_port and runtime.weka_port):
        raise Failure("resources.json names no wekaPort and agentPort, nor does the environment")
    write_text(runtime.paths.port, str(runtime.weka_port))
    write_text(runtime.paths.agent_port, str(runtime.agent_port))


def pick_client_ports(runtime):
    """The first free agent port, then the first free run of 100 ports, within BASE_PORT and PORT_RANGE.

    The stored choice is kept while it is free: a new base port would make weka's client container be created anew."""
    settings, paths = runtime.settings, runtime.paths
    used = used_ports(paths)
    agent, port = stored_port(paths.agent_port), stored_port(paths.port)
    if agent and port and not used & {agent, *range(port, port + CLIENT_PORTS)}:
        runtime.agent_port, runtime.weka_port = agent, port
        return
    first = settings.number("BASE_PORT") or 45000
    last = first + settings.number("PORT_RANGE") - 1 if settings.number("PORT_RANGE") else 65535
    runtime.agent_port = next((port for port in range(first, last + 1) if port not in used), 0)
    taken = used | {runtime.agent_port}
    starts = range(first, last + 2 - CLIENT_PORTS)
    runtime.weka_port = next((p for p in starts if taken.isdisjoint(range(p, p + CLIENT_PORTS))), 0)
    if not runtime.weka_port:
        raise Failure("no %d free ports in a row between %d and %d" % (CLIENT_PORTS, first, last))


def used_ports(paths):
    """Local ports of every TCP and UDP socket of this network namespace."""
    used = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in read_text(paths.at("/proc/net/" + table), "").splitlines()[1:]:
            used.add(int(line.split()[1].rsplit(":", 1)[1], 16))
    return used
