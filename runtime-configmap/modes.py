"""What each mode does, step by step."""

from agent import configure_agent, start_agent, start_syslog
from discovery import discover
from driver_loading import load_drivers
from generation import write_generation
from kernel_drivers import missing_backend_driver, missing_frontend_driver, wait_for_drivers, wait_for_former_frontend
from lock import take_lock
from network import record_management_ips
from operator_resources import wait_for_resources
from persistency import configure_persistency
from ports import choose_ports
from weka_container import ensure_weka_container, serve, start_weka_container


def idle(runtime):
    """A one-off mode has done its work: it waits to be deleted."""
    runtime.state.enter("idle", "the results are written")
    while True:
        runtime.pause(runtime.settings.poll(1))


class Mode:
    """A row of the table of modes.

    steps: functions of the runtime, in order; the last one ends only by StopRequested.
    stops_weka: the pod ends by the stop protocol; false = there is nothing to stop, TERM ends it at once.
    cores_option, join_option, setup_options: words for `weka local setup container`.
    missing_driver: what wait_for_drivers asks. picks_ports: the pod chooses its own ports when none are given.
    disposable: weka's container holds no identity, so it may be dropped, and is stopped by force.
    """

    def __init__(self, steps, stops_weka=True, cores_option="", join_option="--join-secret", setup_options=(),
                 missing_driver=missing_backend_driver, has_drives=False, picks_ports=False, disposable=False):
        self.steps = steps
        self.stops_weka = stops_weka
        self.cores_option = cores_option
        self.join_option = join_option
        self.setup_options = list(setup_options)
        self.missing_driver = missing_driver
        self.has_drives = has_drives
        self.picks_ports = picks_ports
        self.disposable = disposable


BEFORE_AGENT = (
    take_lock, configure_persistency, wait_for_resources, choose_ports, write_generation, record_management_ips,
)
AGENT_AND_WEKA = (
    configure_agent, start_syslog, wait_for_drivers, start_agent, ensure_weka_container, start_weka_container, serve,
)

MODES = {
    "drive": Mode(BEFORE_AGENT + AGENT_AND_WEKA, cores_option="--only-drives-cores", has_drives=True),
    "compute": Mode(BEFORE_AGENT + AGENT_AND_WEKA, cores_option="--only-compute-cores"),
    "client": Mode(
        BEFORE_AGENT + (wait_for_former_frontend,) + AGENT_AND_WEKA,
        cores_option="--only-frontend-cores", join_option="--join-token", setup_options=("--client", "--restricted"),
        missing_driver=missing_frontend_driver, picks_ports=True, disposable=True,
    ),
    "discovery": Mode((discover, idle), stops_weka=False),
    "drivers-loader": Mode((load_drivers, idle), stops_weka=False),
}
