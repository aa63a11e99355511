"""A `weka` command for the runtime's tests: one container per state file, every call appended to a log.

Directory $FAKE_WEKA: state.json (the local container, the agent), calls.log (one JSON argv a line), and switches the
test sets by creating files: agent-silent (ps fails), stop-hangs (a graceful stop waits for a forced one), drivers-fail
(driver download fails), start-fails, resources-lost (ps says Unknown until the next start).
"""

import json
import os
import signal
import sys
import time

HOME = os.environ["FAKE_WEKA"]
GUID = "5a4ec0de-0000-4000-8000-000000000001"


def switch(name):
    """True while the test has set this switch."""
    return os.path.exists(os.path.join(HOME, name))


def load():
    """The state: {"container": None or a dict, "agent": pid or False}."""
    try:
        with open(os.path.join(HOME, "state.json")) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {"container": None, "agent": False}


def save(state):
    """Replaces the state."""
    temporary = os.path.join(HOME, "state.%d" % os.getpid())
    with open(temporary, "w") as file:
        json.dump(state, file)
    os.replace(temporary, os.path.join(HOME, "state.json"))


def change(**fields):
    """Changes fields of the container."""
    state = load()
    state["container"] = dict(state["container"] or {}, **fields)
    save(state)


def option(argv, name):
    """The word after an option."""
    return argv[argv.index(name) + 1]


def agent():
    """Runs until TERM, or until the test has removed its root."""
    save(dict(load(), agent=os.getpid()))

    def leave(_number, _frame):
        save(dict(load(), agent=False))
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    while os.path.exists(HOME):
        time.sleep(0.2)


def ps():
    """The list of local containers; fails while the agent is not up."""
    state = load()
    if not state["agent"] or switch("agent-silent"):
        sys.exit("error: agent is not running")
    container = state["container"]
    if not container:
        return []
    status = "Unknown" if switch("resources-lost") else container["runStatus"]
    internal = {"display_status": "READY"} if status == "Running" else {}
    return [{"name": container["name"], "type": "weka", "runStatus": status, "internalStatus": internal}]


def setup(argv):
    """Creates the container."""
    nodes = {"0": {"roles": ["MANAGEMENT"]}}
    nodes.update((str(i + 1), {"roles": ["DRIVES"], "dedicate_core": True}) for i in range(int(option(argv, "--cores"))))
    resources = {
        "base_port": int(option(argv, "--base-port")),
        "restricted_client": "--restricted" in argv,
        "net_devices": [{"device": d} for w, d in zip(argv, argv[1:]) if w == "--net" and d != "udp"],
        "nodes": nodes,
        "memory": 0,
    }
    change(name=option(argv, "--name"), runStatus="Stopped", resources=resources)


def stop(argv):
    """Stops the container; a graceful stop may hang until another call stopped it."""
    if "--force" not in argv:
        while switch("stop-hangs") and load()["container"]["runStatus"] != "Stopped":
            time.sleep(0.02)
    if load()["container"]:
        change(runStatus="Stopped")


def main(argv):
    """Answers one call."""
    with open(os.path.join(HOME, "calls.log"), "a") as file:
        file.write(json.dumps(argv) + "\n")
    head = argv[:2]
    if argv[:1] == ["--agent"]:
        agent()
    elif head == ["local", "ps"]:
        print(json.dumps(ps()))
    elif argv[:3] == ["local", "setup", "container"]:
        setup(argv)
    elif argv[:3] in (["local", "resources", "net"], ["local", "resources", "cores"]):
        pass
    elif head == ["local", "resources"]:
        print(json.dumps(load()["container"]["resources"]))
    elif head == ["local", "start"] and switch("start-fails"):
        sys.exit("error: no hugepages")
    elif head == ["local", "start"]:
        if switch("resources-lost"):
            os.unlink(os.path.join(HOME, "resources-lost"))
        change(runStatus="Running")
    elif head == ["local", "stop"]:
        stop(argv)
    elif head == ["local", "rm"]:
        save(dict(load(), container=None))
    elif head == ["local", "run"]:
        print(json.dumps({"value": {"cluster_guid": GUID, "host_id": "HostId<7>"}, "has_value": True}))
    elif head == ["driver", "download"] and switch("drivers-fail"):
        sys.exit("error: Failed to download the drivers")
    elif argv[:1] == ["echo"]:
        print(json.dumps(argv[1:]))


if __name__ == "__main__":
    main(sys.argv[1:])
