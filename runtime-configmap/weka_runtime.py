#!/usr/bin/env python3
"""PID 1 of every weka pod, and the commands that are run in it by exec or by a helper pod.

Mounted from one ConfigMap key, so it is one file; standard library only, Python 3.8+. Rooms, in order: settings and
paths, files, processes, state, lock and generation, persistency, resources and ports, network, cores, drives, drivers, agent,
weka container, stop, discovery and driver loading, modes, subcommands, erasing, entry.

    weka_runtime.py                 run the mode named by $MODE (see MODES)
    weka_runtime.py <subcommand>    see SUBCOMMANDS

Everything hangs off one root ($WEKA_RUNTIME_ROOT, default "/"). With another root the program needs no privileges:
nothing is mounted (symbolic links stand in for bind mounts) and programs are looked up on PATH.
"""

import base64
import binascii
import contextlib
import errno
import ipaddress
import json
import os
import re
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import uuid
from datetime import datetime, timezone

# ---------------------------------------------------------------------------------------------------------------------
# Settings and paths
# ---------------------------------------------------------------------------------------------------------------------

MEBIBYTE = 1024 * 1024
MEMORY_UNITS = {"": 1, "B": 1, "KiB": 1024, "MiB": MEBIBYTE, "GiB": 1024 * MEBIBYTE, "TiB": 1024 * 1024 * MEBIBYTE}


class Failure(Exception):
    """What a person or the operator must know: becomes phase `error` with this text, and exit code 1."""


class LockHeld(Failure):
    """Another runtime of the same name is alive; the kubelet restarts us until it has gone."""


class StopRequested(Exception):
    """TERM or INT arrived: leave whatever is being waited for and go through the stop protocol."""


class GenerationReplaced(StopRequested):
    """Another process took over our data: stop weka by force, then wait for the instruction all the same."""


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


# ---------------------------------------------------------------------------------------------------------------------
# Files: what survives a power loss, and what does not
# ---------------------------------------------------------------------------------------------------------------------


def read_text(path, default=None):
    """The text of a file, or `default` when it cannot be read. For files of the kernel and of the image; what the
    runtime itself keeps is read by `stored`."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return default


class Unreadable:
    """What was found and not understood: as good as absent, and said once in the life of a process."""

    def __init__(self):
        self.said = set()
        self.loud = False  # the standard output of a subcommand is its answer

    def say(self, what, reason):
        """One line of the log for each thing."""
        if self.loud and what not in self.said:
            log("unreadable", "%s counts as absent: %s" % (what, reason))
        self.said.add(what)


UNREADABLE = Unreadable()


def stored(path, understand):
    """What a state file says, by `understand(text)`, which raises ValueError for what it does not take. None when the
    file is missing, and just so when a power loss or anybody else left it empty, cut off or full of something else."""
    try:
        with open(path, encoding="utf-8") as file:
            return understand(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        UNREADABLE.say(path, "it is not text")
    except (OSError, ValueError, RecursionError) as error:
        UNREADABLE.say(path, getattr(error, "strerror", None) or str(error))
    return None


def no_constant(word):
    """JSON has no NaN and no Infinity; Python takes them, and whoever reads our report does not."""
    raise ValueError("%s is not JSON" % word)


def json_value(text):
    """Understands JSON."""
    if not text.strip("\0 \t\r\n"):
        raise ValueError("it is empty")
    return json.loads(text, parse_constant=no_constant)


def json_object(text):
    """Understands a JSON object."""
    value = json_value(text)
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    return value


def json_flags(text):
    """Understands {flag: bool}."""
    value = json_object(text)
    if not all(isinstance(flag, bool) for flag in value.values()):
        raise ValueError("a flag is neither true nor false")
    return value


def json_drives(text):
    """Understands a list of objects that have a serial each."""
    value = json_value(text)
    if not isinstance(value, list) or not all(isinstance(d, dict) and isinstance(d.get("serial_id"), str) for d in value):
        raise ValueError("it is not a list of drives")
    return value


def one_port(text):
    """Understands the number of a port."""
    if not port_number(text.strip()):
        raise ValueError("it is not the number of a port")
    return port_number(text.strip())


def some_addresses(text):
    """Understands IP addresses, one a line, at least one."""
    if not text.split():
        raise ValueError("it is empty")
    return [str(ipaddress.ip_address(line)) for line in text.split()]


def matching(pattern):
    """Understands a text of that form."""
    def understand(text):
        if not re.fullmatch(pattern, text):
            raise ValueError("it is empty" if not text else "it is not what was written there")
        return text
    return understand


def port_number(value):
    """A port as JSON or text gives it; 0 for anything else."""
    text = str(value) if isinstance(value, (int, str)) else ""
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) and int(text) < 65536 else 0


def texts(value):
    """The texts in a JSON list; none in anything else."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def stored_object(path):
    """The JSON object in a state file, or None."""
    return stored(path, json_object)


def stored_port(path):
    """The port in a state file, or None."""
    return stored(path, one_port)


def sync_directory(directory):
    """Makes what was renamed, created or removed in a directory outlive a power loss, where the file system can."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def make_directory(directory):
    """Makes a directory and those above it, so that they outlive a power loss."""
    if os.path.isdir(directory):
        return
    parent = os.path.dirname(directory)
    make_directory(parent)
    try:
        os.mkdir(directory)
    except FileExistsError:
        return
    sync_directory(parent)


def write_text(path, text):
    """Writes so that a power loss at any moment leaves the old content or the new one: the temporary file is on disk
    before it gets the name, and the name is on disk before anybody goes on."""
    make_directory(os.path.dirname(path))
    temporary = "%s.%d.tmp" % (path, os.getpid())
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_directory(os.path.dirname(path))


def write_json(path, value):
    """write_text of the JSON form."""
    write_text(path, json.dumps(value))


def listdir(directory):
    """Names in a directory; none when it does not exist."""
    return os.listdir(directory) if os.path.isdir(directory) else []


# ---------------------------------------------------------------------------------------------------------------------
# Processes and signals
# ---------------------------------------------------------------------------------------------------------------------

SECRET_OPTIONS = ("--join-secret", "--join-token")


class Finished:
    """A command that ended: exit code (124 = timed out, 127 = no such program), standard output and error."""

    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err

    @property
    def reason(self):
        """One line that says why it failed."""
        lines = (self.err.strip() or self.out.strip()).splitlines()
        # mount's last line only sends the reader elsewhere
        lines = [line for line in lines if not line.strip().startswith("dmesg(1)")]
        return lines[-1][:300] if lines else "exit code %d" % self.code


def run(argv, timeout):
    """Runs a command to its end, at most `timeout` seconds; never raises for a command that fails."""
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        return Finished(127, "", "%s: %s" % (argv[0], error.strerror))
    try:
        out, err = process.communicate(timeout=timeout)
        return Finished(process.returncode, out, err)
    except subprocess.TimeoutExpired:
        end_group(process, signal.SIGKILL)
        process.communicate()
        return Finished(124, "", "no answer in %g s" % timeout)


def end_group(process, number):
    """Signals the whole session of a process started with start_new_session."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def shown(argv):
    """The command as it may be logged: values of secret options are left out."""
    words = list(argv)
    for index, word in enumerate(words[:-1]):
        if word in SECRET_OPTIONS:
            words[index + 1] = "***"
    return " ".join(words)


class Children:
    """Long-running children by name. As PID 1 we also inherit orphans, which reap() takes off the kernel's hands."""

    def __init__(self):
        self.running = {}

    def start(self, name, argv, log_path):
        """Starts a child whose output goes to a file. Raises Failure when the program does not exist."""
        try:
            with open(log_path, "ab") as log:
                self.running[name] = subprocess.Popen(
                    argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
        except OSError as error:
            raise Failure("cannot start %s: %s" % (name, error.strerror))

    def alive(self, name):
        """True while the named child runs."""
        return name in self.running and self.running[name].poll() is None

    def reap(self):
        """Collects orphans that ended. Looks before it takes: the exit code of our own children belongs to Popen."""
        ours = {process.pid for process in self.running.values()}
        for process in self.running.values():
            process.poll()
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None or ended.si_pid in ours:
                return
            os.waitpid(ended.si_pid, 0)

    def terminate(self):
        """Ends every child: TERM, up to 10 s, then KILL."""
        for process in self.running.values():
            end_group(process, signal.SIGTERM)
        deadline = time.monotonic() + 10
        for process in self.running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                end_group(process, signal.SIGKILL)
                process.wait()


class Signals:
    """TERM and INT only mark `exiting`; a wait is cut short by them."""

    def __init__(self):
        self.exiting = False
        self.reader = None

    def install(self):
        """Takes over the two signals of this process."""
        self.reader, writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.mark)

    def mark(self, _number, _frame):
        """The handler."""
        self.exiting = True

    def wait(self, seconds):
        """Sleeps up to `seconds`, less when a signal comes."""
        readable, _, _ = select.select([self.reader], [], [], max(0.0, seconds))
        if readable:
            os.read(self.reader, 1024)


# ---------------------------------------------------------------------------------------------------------------------
# State: what `report` and the log say
# ---------------------------------------------------------------------------------------------------------------------


def log(phase, message):
    """One line per event on standard output."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    print(now, phase, message, flush=True)


class State:
    """The phase of this process, in a file that `report` reads. Nothing is written before the first `enter`."""

    def __init__(self, paths):
        self.path = paths.state
        self.value = {"pid": os.getpid(), "phase": "starting", "message": "", "exiting": False, "agentStarted": False}

    def enter(self, phase, message):
        """Says in which phase the runtime is and what it does or waits for."""
        if (self.value["phase"], self.value["message"]) != (phase, message):
            log(phase, message)
        self.update(phase=phase, message=message)

    def update(self, **changes):
        """Changes other fields of the file. A full disk must not end a pod, so a failed write is only logged."""
        self.value.update(changes)
        try:
            write_json(self.path, self.value)
        except OSError as error:
            log(self.value["phase"], "cannot write %s: %s" % (self.path, error.strerror))


def json_state(text):
    """Understands what State writes."""
    value = json_object(text)
    pid, words = value.get("pid"), [value.get("phase"), value.get("message")]
    if not isinstance(pid, int) or not 0 < pid < 1 << 31 or not all(isinstance(word, str) for word in words):
        raise ValueError("it is not the state of a runtime")
    return value


def published_state(paths):
    """The state for a report: that of the running runtime, or the last words of one that ended."""
    state = stored(paths.state, json_state)
    if state is None:
        return {"phase": "starting", "message": "", "exiting": False, "agentStarted": False}
    if process_exists(state["pid"]) or state["phase"] in ("error", "stopped"):
        return state
    return dict(state, phase="starting", message="the runtime process is not up", agentStarted=False)


def process_exists(pid):
    """True when a process of that number exists, whoever owns it."""
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False
    except PermissionError:
        return True


# ---------------------------------------------------------------------------------------------------------------------
# Lock and generation: never two live runtimes of one name
# ---------------------------------------------------------------------------------------------------------------------


class Lock:
    """The exclusive lock of a weka-internal name on this host: an abstract unix socket in the host's network namespace.

    The kernel frees it with the process. Python's sockets are not inherited, so weka's own processes never hold it.
    """

    # The kernel keeps abstract names per socket type; both are bound, so that a runtime using either one is excluded.
    TYPES = (socket.SOCK_STREAM, socket.SOCK_DGRAM)

    def __init__(self, settings, name):
        scope = settings.text("WEKA_RUNTIME_LOCK_SCOPE")
        self.name = name
        self.address = "\0weka_runtime_" + name + ("_" + scope if scope else "")
        self.sockets = []

    def take(self):
        """True when the lock is ours now; never waits."""
        for kind in self.TYPES:
            candidate = socket.socket(socket.AF_UNIX, kind)
            self.sockets.append(candidate)
            try:
                candidate.bind(self.address)
            except OSError:
                self.release()
                return False
        return True

    def release(self):
        """Gives it back."""
        for held in self.sockets:
            held.close()
        self.sockets = []


class Generation:
    """The value by which a process sees that another one took over the same data."""

    def __init__(self, paths):
        self.path = paths.generation
        self.value = None

    def write(self):
        """Claims the data."""
        value = "%.6f" % time.time()
        write_text(self.path, value)
        self.value = value

    def replaced(self):
        """True when the file names another process; a missing, broken or cut-off file proves nothing."""
        return self.value is not None and not self.value.startswith(stored_generation(self.path) or "")


def stored_generation(path):
    """The generation in a state file, or None."""
    return stored(path, matching(r"[A-Za-z0-9][A-Za-z0-9._: -]*"))


# ---------------------------------------------------------------------------------------------------------------------
# The runtime: what the steps share
# ---------------------------------------------------------------------------------------------------------------------


class Runtime:
    """The rooms of one running process; every step takes it as its only argument."""

    def __init__(self, settings):
        self.settings = settings
        self.paths = Paths(settings)
        self.state = State(self.paths)
        self.signals = Signals()
        self.children = Children()
        self.lock = Lock(settings, settings.name)
        self.generation = Generation(self.paths)
        self.mode = MODES.get(settings.mode)
        self.resources = {}
        self.weka_port = 0
        self.agent_port = 0
        self.agent_answered = False

    def check(self):
        """Raises StopRequested or GenerationReplaced when the present step must be left."""
        if self.signals.exiting:
            raise StopRequested()
        if self.generation.replaced():
            raise GenerationReplaced()

    def pause(self, seconds):
        """Waits, reaping orphans, and looks at least once a second whether the step must be left."""
        deadline = time.monotonic() + seconds
        while True:
            self.check()
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self.signals.wait(min(1.0, left))
            self.children.reap()

    def weka(self, *arguments, **options):
        """Runs `weka ARGUMENTS`, at most `timeout` seconds (default 60), and logs it when `quiet` is not given."""
        if not options.get("quiet"):
            log(self.state.value["phase"], "runs: weka " + shown(arguments))
        return run(("weka",) + arguments, options.get("timeout", 60))

    def must_weka(self, *arguments, **options):
        """Like weka(), but a failure of the command is a Failure; returns its output."""
        finished = self.weka(*arguments, **options)
        if finished.code != 0:
            raise Failure("weka %s failed: %s" % (shown(arguments), finished.reason))
        return finished.out

    def wait_until(self, ready, timeout, poll, message):
        """Polls `ready()` every `poll` seconds; raises Failure(message) after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not ready():
            if time.monotonic() >= deadline:
                raise Failure(message)
            self.pause(self.settings.poll(poll))


def local_containers(timeout=15):
    """The parsed list of `weka local ps --json`, or None when the agent does not answer."""
    finished = run(("weka", "local", "ps", "--json"), timeout)
    try:
        listed = json.loads(finished.out) if finished.code == 0 else None
    except ValueError:
        return None
    return listed if isinstance(listed, list) else None


def take_lock(runtime):
    """Excludes every other runtime of this name. First of all steps: a successor must not touch data, not even the
    generation file, while its predecessor lives."""
    if not runtime.lock.take():
        raise LockHeld("another runtime holds the lock of %s" % runtime.settings.name)
    runtime.state.enter("starting", "holds the lock of %s" % runtime.settings.name)


def write_generation(runtime):
    """Claims the data directory; from here on every wait looks for a replaced generation."""
    runtime.generation.write()


# ---------------------------------------------------------------------------------------------------------------------
# Persistency
# ---------------------------------------------------------------------------------------------------------------------

# (place in /opt/weka/external-mounts, which weka shows inside its containers; mount of the pod; directory in it);
# a mount that the pod does not have is left out
EXTERNAL_MOUNTS = (
    ("cleanup", "/host-binds/boot-level", "{boot_id}/cleanup"),
    ("local-sockets", "/host-binds/shared", "local-sockets"),
    ("ssdproxy", "/host-binds/ssdproxy", ""),
    ("shared_boot_level", "/host-binds/shared-configs", ""),
)


def configure_persistency(runtime):
    """Puts the host's directory under /opt/weka, keeping the image's own dist, and sets the marker that lets the
    operator write below /opt/weka/k8s-runtime."""
    settings, paths = runtime.settings, runtime.paths
    runtime.state.enter("starting", "configures persistency")
    source = persistent_source(settings, paths)
    if source:
        attach_persistent(settings, paths, source)
    for name, mount, inner in EXTERNAL_MOUNTS:
        if os.path.isdir(paths.at(mount)):
            bound = os.path.join(paths.at(mount), inner.format(boot_id=paths.boot_id()))
            os.makedirs(bound, exist_ok=True)
            attach(settings, bound, paths.at("/opt/weka/external-mounts/" + name))
    certificate = paths.at("/var/run/secrets/weka-operator/wekahome-cacert/cert.pem")
    if os.path.isfile(certificate):
        write_text(paths.k8s("vars/wh-cacert/cert.pem"), read_text(certificate, ""))
    os.makedirs(paths.k8s("tmp"), exist_ok=True)
    write_text(paths.marker, "")


def persistent_source(settings, paths):
    """The mounted directory that holds this container's data for good, or None (a mode without one)."""
    if settings.text("WEKA_PERSISTENCE_MODE") == "global":
        source = paths.at("/opt/weka-global-persistence/containers/" + settings.container_uid)
        os.makedirs(source, exist_ok=True)
        return source
    source = paths.at("/host-binds/opt-weka")
    return source if os.path.isdir(source) else None


def attach_persistent(settings, paths, source):
    """Shows `source` at /opt/weka and the image's dist inside it."""
    weka, image = paths.at("/opt/weka"), paths.at("/opt/weka-image")
    if settings.moved:
        if os.path.isdir(weka) and not os.path.islink(weka):
            os.rename(weka, image)
    elif os.path.isdir(weka):
        attach(settings, weka, image)
    attach(settings, source, weka)
    if os.path.isdir(os.path.join(image, "dist")):
        attach(settings, os.path.join(image, "dist"), os.path.join(weka, "dist"))


def attach(settings, source, target):
    """Bind-mounts a directory; below a moved root a symbolic link stands in for it."""
    if not settings.moved:
        os.makedirs(target, exist_ok=True)
        mounted = run(("mount", "-o", "bind", source, target), 30)
        if mounted.code != 0:
            raise Failure("cannot mount %s at %s: %s" % (source, target, mounted.reason))
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(target):
        os.unlink(target)
    elif os.path.isdir(target):
        os.rmdir(target)
    os.symlink(source, target)


# ---------------------------------------------------------------------------------------------------------------------
# Resources and ports
# ---------------------------------------------------------------------------------------------------------------------

CLIENT_PORTS = 100


def wait_for_resources(runtime):
    """Waits for the operator's resources.json. Fails when a stop is allowed meanwhile."""
    paths = runtime.paths
    runtime.state.enter("waiting-for-resources", "waits for /opt/weka/k8s-runtime/resources.json")
    while True:
        runtime.check()
        value = stored_object(paths.resources)
        if value is not None:
            runtime.resources = value
            return
        if os.path.exists(paths.allow_stop):
            raise Failure("a stop was allowed before the resources were written")
        runtime.pause(runtime.settings.poll(3))


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


# ---------------------------------------------------------------------------------------------------------------------
# Network
# ---------------------------------------------------------------------------------------------------------------------


def host_addresses(settings):
    """Global addresses of this host as {device, ip} in the family asked for; WEKA_RUNTIME_ADDRESSES replaces them."""
    given = settings.document("WEKA_RUNTIME_ADDRESSES")
    if given is None:
        given = kernel_addresses()
    version = 6 if settings.ipv6 else 4
    return [entry for entry in given if ipaddress.ip_address(entry["ip"]).version == version]


def kernel_addresses():
    """All global addresses that `ip -j addr` lists."""
    listed = run(("ip", "-j", "addr"), 15)
    if listed.code != 0:
        raise Failure("ip -j addr failed: " + listed.reason)
    return [
        {"device": link["ifname"], "ip": address["local"]}
        for link in json.loads(listed.out)
        for address in link.get("addr_info", [])
        if address.get("scope") == "global"
    ]


def in_subnet(entry, subnet):
    """True when the address of a {device, ip} lies in the subnet (CIDR)."""
    return ipaddress.ip_address(entry["ip"]) in ipaddress.ip_network(subnet, strict=False)


def select_addresses(addresses, selectors):
    """Addresses chosen by NetworkSelectors {subnet, deviceNames, min, max}, in order, each once."""
    chosen = []
    for selector in selectors:
        found = [entry for entry in addresses if matches_selector(entry, selector) and entry not in chosen]
        found = found[: selector.get("max") or len(found)]
        if len(found) < (selector.get("min") or 0):
            raise Failure("network selector %s matches %d devices" % (json.dumps(selector), len(found)))
        chosen += found
    return chosen


def matches_selector(entry, selector):
    """True when the address fits the selector's subnet and device names, as far as they are given."""
    subnet, names = selector.get("subnet"), selector.get("deviceNames")
    return (not subnet or in_subnet(entry, subnet)) and (not names or entry["device"] in names)


def data_addresses(settings):
    """The addresses that selectors or else subnets choose; None when neither is given. None found is a Failure."""
    if not settings.network_selectors and not settings.subnets:
        return None
    addresses = host_addresses(settings)
    if settings.network_selectors:
        chosen = select_addresses(addresses, settings.network_selectors)
    else:
        chosen = [entry for entry in addresses if any(in_subnet(entry, subnet) for subnet in settings.subnets)]
    if not chosen:
        raise Failure("no network device matches the selectors or subnets")
    return chosen


def network_devices(runtime):
    """The devices for `--net`: NICs allocated to the container (AWS, OCI), the ones named, else those that selectors or
    subnets choose; `udp` without a device."""
    settings, allocated = runtime.settings, texts(runtime.resources.get("netDevices"))
    if allocated:
        devices = {mac_address(runtime.paths, name): name for name in listdir(runtime.paths.at("/sys/class/net"))}
        return [devices.get(name.lower(), name) for name in allocated]
    if settings.flag("UDP_MODE"):
        return ["udp"]
    named = settings.items("NETWORK_DEVICE")
    if named:
        return named
    chosen = data_addresses(settings)
    if chosen is None:
        raise Failure("neither NETWORK_DEVICE nor NETWORK_SELECTORS nor SUBNETS is given")
    return list(dict.fromkeys(entry["device"] for entry in chosen))


def mac_address(paths, device):
    """The MAC address of a network device, lower case; allocations name NICs by it."""
    return read_text(paths.at("/sys/class/net/%s/address" % device), "").strip().lower()


def record_management_ips(runtime):
    """Writes the management addresses, one a line."""
    settings = runtime.settings
    if settings.management_selectors:
        chosen = select_addresses(host_addresses(settings), settings.management_selectors)
    else:
        chosen = data_addresses(settings)
    if chosen is None:
        chosen = [{"ip": settings.text("MANAGEMENT_IP")}] if settings.text("MANAGEMENT_IP") else []
    if not chosen:
        raise Failure("no management address: MANAGEMENT_IP is empty and nothing selects one")
    write_text(runtime.paths.management_ips, "".join(entry["ip"] + "\n" for entry in chosen))


def management_ips(paths):
    """The recorded management addresses; empty before they are written."""
    return stored(paths.management_ips, some_addresses) or []


def parse_endpoint(text):
    """`ip:port` or `[ip6]:port` as {ip, port}: an IPv6 address has colons of its own, so the last one counts."""
    ip, separator, port = text.rpartition(":")
    ip = ip.strip("[]")
    try:
        if not separator:
            raise ValueError
        return {"ip": str(ipaddress.ip_address(ip)), "port": int(port)}
    except ValueError:
        raise Failure("join address %s is not ip:port" % text)


def format_endpoint(endpoint):
    """The inverse of parse_endpoint, IPv6 in brackets."""
    return ("[%(ip)s]:%(port)d" if ":" in endpoint["ip"] else "%(ip)s:%(port)d") % endpoint


# ---------------------------------------------------------------------------------------------------------------------
# Cores and memory
# ---------------------------------------------------------------------------------------------------------------------


def core_ids(settings, paths):
    """The core of each weka process: the ones given, else the first thread of whole physical cores we may run on."""
    if settings.core_ids != "auto":
        chosen = [int(core) for core in settings.core_ids.split(",")]
    else:
        chosen = whole_cores(paths, settings.cpu_policy != "shared")
    if chosen is None:
        chosen = list(range(settings.cores))
    if len(chosen) < settings.cores:
        raise Failure("%d cores are wanted, %d can be used" % (settings.cores, len(chosen)))
    return chosen[: settings.cores]


def whole_cores(paths, whole):
    """One thread of each physical core; with `whole`, only of cores whose every thread we may run on. None where the
    kernel is not seen."""
    status = re.search(r"^Cpus_allowed_list:\s*(\S+)", read_text(paths.at("/proc/self/status"), ""), re.M)
    if not status:
        return None
    allowed = parse_cpu_list(status.group(1))
    chosen, seen = [], set()
    for cpu in allowed:
        listed = read_text(paths.at("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list" % cpu))
        siblings = parse_cpu_list(listed) if listed else [cpu]
        if cpu not in seen and (not whole or set(siblings) <= set(allowed)):
            chosen.append(cpu)
        seen.update(siblings)
    return chosen


def parse_cpu_list(text):
    """`0-2,8` as [0, 1, 2, 8]."""
    cpus = []
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        cpus += range(int(first), int(last or first) + 1)
    return cpus


def memory_bytes(text):
    """`1400MiB` in bytes."""
    found = re.fullmatch(r"(\d+)\s*([A-Za-z]*)", text)
    if not found or found.group(2) not in MEMORY_UNITS:
        raise Failure("MEMORY %r is not an amount such as 1400MiB" % text)
    return int(found.group(1)) * MEMORY_UNITS[found.group(2)]


# ---------------------------------------------------------------------------------------------------------------------
# Drives
# ---------------------------------------------------------------------------------------------------------------------

WEKA_PARTITION_TYPE = uuid.UUID("993ec906-b4e2-11e7-a205-a0a8cd3ea1de")
RESIGNED_OWNER = bytes.fromhex("90f0090f") * 4
NO_OWNERS = (RESIGNED_OWNER, bytes(16))
GPT_SIGNATURE = b"EFI PART"
SECTOR_SIZES = (512, 4096)
VIRTUAL_DEVICES = ("loop", "ram", "zram", "dm-", "md", "sr", "nbd")


class NotUnderstood(Exception):
    """What stands on a drive, or its device, is not what it ought to be: nothing may be concluded."""


def block_devices(paths):
    """Every disk of the kernel: serial -> names of the devices that carry it. With more than one name a serial is no
    identity: NVMe namespaces share that of their controller, two paths lead to one disk, cheap disks come with the same."""
    devices = {}
    for name in sorted(listdir(paths.at("/sys/block"))):
        serial = device_serial(paths, name) if is_disk(paths, name) else ""
        if serial:
            devices.setdefault(serial, []).append(name)
    return devices


def is_disk(paths, name):
    """False for virtual devices, and for the hidden ones by which NVMe multipath shows each path beside the disk."""
    hidden = re.fullmatch(r"nvme\d+c\d+n\d+", name) or read_text(paths.at("/sys/block/%s/hidden" % name), "").strip() == "1"
    return not hidden and not name.startswith(VIRTUAL_DEVICES)


def device_file(name):
    """The file of a device; the kernel writes ! for the / in a name."""
    return "/dev/" + name.replace("!", "/")


def device_serial(paths, name):
    """The serial of a disk: NVMe and virtio publish it, for others udev's database has it."""
    for relative in ("device/serial", "serial"):
        serial = read_text(paths.at("/sys/block/%s/%s" % (name, relative)), "").strip()
        if serial:
            return serial
    found = re.search(
        r"^E:ID_SERIAL_SHORT=(.+)$", read_text(paths.at("/host/run/udev/data/b" + device_number(paths, name)), ""), re.M
    )
    return found.group(1).strip() if found else ""


def device_number(paths, name):
    """major:minor of a disk as the kernel says."""
    return read_text(paths.at("/sys/block/%s/dev" % name), "").strip()


def ambiguity(paths, names):
    """Why a serial is no identity, with what else the kernel knows of the devices that carry it."""
    known = ((name, read_text(paths.at("/sys/block/%s/wwid" % name), "").strip()) for name in names)
    return "%d devices carry its serial: %s" % (
        len(names), ", ".join("%s (%s)" % (device_file(name), wwid) if wwid else device_file(name) for name, wwid in known)
    )


@contextlib.contextmanager
def opened_drive(settings, paths, serial, name):
    """A descriptor of the device that carries the serial. That is checked on the open file: its name may have gone to
    another disk since the list was made."""
    descriptor = os.open(paths.at(device_file(name)), os.O_RDONLY | os.O_CLOEXEC)
    try:
        check_identity(settings, paths, serial, name, descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def check_identity(settings, paths, serial, name, descriptor):
    """Raises NotUnderstood unless the open file is the device of that name, which carries the serial. Below a moved root
    plain files stand in for devices."""
    status = os.fstat(descriptor)
    if stat.S_ISBLK(status.st_mode):
        number = "%d:%d" % (os.major(status.st_rdev), os.minor(status.st_rdev))
        if number != device_number(paths, name):
            raise NotUnderstood("its file is device %s, for the kernel it is %s" % (number, device_number(paths, name) or "gone"))
    elif not settings.moved:
        raise NotUnderstood("its file is no block device")
    if device_serial(paths, name) != serial:
        raise NotUnderstood("it has another serial now")


def blocks(descriptor, offset, length):
    """That many bytes of a drive. Raises NotUnderstood where it ends before."""
    data = os.pread(descriptor, length, offset)
    if len(data) != length:
        raise NotUnderstood("it ends before byte %d" % (offset + length))
    return data


def little(data, first, last):
    """A number in a structure on a drive."""
    return int.from_bytes(data[first:last], "little")


def partition_table(descriptor, sector):
    """The entries of the GPT for that sector size, or None without its signature. Raises NotUnderstood for a damaged one."""
    header = blocks(descriptor, sector, 92)
    if header[:8] != GPT_SIGNATURE:
        return None
    size, crc, place, table, count, width, table_crc = (
        little(header, first, last) for first, last in ((12, 16), (16, 20), (24, 32), (72, 80), (80, 84), (84, 88), (88, 92))
    )
    if not 92 <= size <= sector or place != 1 or not 1 <= count <= 1024 or not 128 <= width <= 4096 or width % 8:
        raise NotUnderstood("the header of its partition table makes no sense")
    header = blocks(descriptor, sector, size)
    if binascii.crc32(header[:16] + bytes(4) + header[20:]) != crc:
        raise NotUnderstood("the header of its partition table is damaged")
    entries = blocks(descriptor, table * sector, count * width)
    if binascii.crc32(entries) != table_crc:
        raise NotUnderstood("its partition table is damaged")
    return [entries[at : at + width] for at in range(0, len(entries), width)]


def weka_partitions(paths, name, descriptor):
    """[(number, owner)] of the weka partitions of an open drive; an owner is 16 bytes. Raises NotUnderstood rather than
    take a damaged drive for an empty one, OSError when it does not read."""
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)  # a partition is written past the cache of its disk
    stated = read_text(paths.at("/sys/block/%s/queue/logical_block_size" % name), "").strip()
    sizes = dict.fromkeys(([int(stated)] if re.fullmatch(r"[1-9][0-9]{2,5}", stated) else []) + list(SECTOR_SIZES))
    for sector in sizes:
        entries = partition_table(descriptor, sector)
        if entries is not None:
            kinds = [uuid.UUID(bytes_le=entry[:16]) for entry in entries]
            starts = [little(entry, 32, 40) * sector for entry in entries]
            return [
                (index + 1, blocks(descriptor, starts[index] + 8, 16))
                for index, kind in enumerate(kinds) if kind == WEKA_PARTITION_TYPE
            ]
    first, size = blocks(descriptor, 0, 512), os.lseek(descriptor, 0, os.SEEK_END)
    protective = first[510:] == b"\x55\xaa" and any(first[446 + 16 * index + 4] == 0xEE for index in range(4))
    if protective or any(os.pread(descriptor, 8, size - sector) == GPT_SIGNATURE for sector in sizes if size > sector):
        raise NotUnderstood("it has lost the head of its partition table")
    return []


def weka_drives(settings, paths):
    """Signed drives that the kernel sees now, as {serial_id, block_device, partition, weka_guid, is_signed}; without a
    device, and with a `problem`, where the serial tells none.

    A drive that weka uses is bound to a user-space driver and not seen. WEKA_RUNTIME_DRIVES (JSON) replaces the list."""
    given = settings.document("WEKA_RUNTIME_DRIVES")
    if given is not None:
        return given
    drives = []
    for serial, names in block_devices(paths).items():
        try:
            drives += [listed_drive(serial, names[0], *found) for found in only_weka_partition(settings, paths, serial, names)]
        except NotUnderstood as error:
            UNREADABLE.say("drive " + serial, str(error))
            if len(names) > 1:
                drives.append({"serial_id": serial, "block_device": None, "partition": None, "weka_guid": "",
                               "is_signed": False, "problem": str(error)})
        except OSError as error:
            UNREADABLE.say("drive " + serial, error.strerror)
    return drives


def only_weka_partition(settings, paths, serial, names):
    """The first weka partition of the one device that carries the serial, in a list; empty without one."""
    if len(names) > 1:
        raise NotUnderstood(ambiguity(paths, names))
    with opened_drive(settings, paths, serial, names[0]) as descriptor:
        return weka_partitions(paths, names[0], descriptor)[:1]


def listed_drive(serial, name, number, owner):
    """An entry of drives.json."""
    device = device_file(name)
    owned = owner not in NO_OWNERS
    return {
        "serial_id": serial,
        "block_device": device,
        "partition": "%s%s%d" % (device, "p" if name[-1].isdigit() else "", number),
        "weka_guid": str(uuid.UUID(bytes=owner)) if owned else "",
        "is_signed": owned,
    }


def record_drives(runtime):
    """Keeps drives.json: what is seen now, and what was seen before weka took it away from the kernel."""
    known = {drive["serial_id"]: drive for drive in stored(runtime.paths.drives, json_drives) or []}
    before = dict(known)
    known.update((drive["serial_id"], drive) for drive in weka_drives(runtime.settings, runtime.paths))
    if known != before or not os.path.exists(runtime.paths.drives):
        write_json(runtime.paths.drives, list(known.values()))


def drives_returned(runtime):
    """True when the kernel sees every allocated exclusive drive again, or when there is no kernel to ask."""
    if not os.path.isdir(runtime.paths.at("/sys/block")) or runtime.settings.text("WEKA_RUNTIME_DRIVES"):
        return True
    return set(texts(runtime.resources.get("drives"))) <= set(block_devices(runtime.paths))


# ---------------------------------------------------------------------------------------------------------------------
# Image, operating system and kernel drivers
# ---------------------------------------------------------------------------------------------------------------------

BACKEND_DRIVERS = ("wekafsio", "wekafsgw", "mpin_user", "igb_uio")
# Google's COS has no igb_uio: weka uses the kernel's own uio there.
ABSENT_ON_COS = ("igb_uio",)
FEATURE_FLAGS = (
    "traces_override_partial_support",
    "traces_override_in_slash_traces",
    "supports_binding_to_not_all_interfaces",
    "agent_validate_60_ports_per_container",
    "allow_per_container_driver_interfaces",
    "weka_get_copy_local_driver_files",
    "driver_supports_auto_drain",
    "ssd_proxy_iommu_support",
)


def os_release(paths):
    """The host's /etc/os-release as a mapping."""
    pairs = (line.partition("=") for line in read_text(paths.os_release, "").splitlines())
    return {key.strip(): value.strip().strip("\"'") for key, separator, value in pairs if separator}


def weka_version(settings, paths):
    """The weka version of the image: its only release spec, else its tag."""
    tag = settings.image.rpartition(":")[2]
    versions = [name[:-5] for name in listdir(paths.release_specs) if name.endswith(".spec")]
    if len(versions) == 1:
        return versions[0]
    if not tag:
        raise Failure("the weka version is unknown: no release spec, no image tag")
    return tag


def feature_flags(settings, paths):
    """{flag: bool} from the bitmap in the image's release spec; all false where there is none."""
    spec = read_text(os.path.join(paths.release_specs, weka_version(settings, paths) + ".spec"), "")
    found = re.search(r"feature_flags[\"']?\s*[:=]\s*[\"']?([A-Za-z0-9+/=]+)", spec)
    try:
        bits = int.from_bytes(base64.b64decode(found.group(1) + "=="), "little") if found else 0
    except ValueError:
        bits = 0
    return {name: bool(bits >> index & 1) for index, name in enumerate(FEATURE_FLAGS)}


def loaded_modules(paths):
    """Names of the loaded kernel modules."""
    return {line.split()[0] for line in read_text(paths.at("/proc/modules"), "").splitlines() if line.strip()}


def missing_backend_driver(runtime):
    """The first module that a backend lacks, or ""."""
    absent = ABSENT_ON_COS if os_release(runtime.paths).get("ID") == "cos" else ()
    loaded = loaded_modules(runtime.paths)
    return next((name for name in BACKEND_DRIVERS if name not in loaded and name not in absent), "")


def missing_frontend_driver(runtime):
    """`weka-drivers-loading` while weka does not find the drivers of its own version, or ""."""
    version = weka_version(runtime.settings, runtime.paths)
    asked = runtime.weka("driver", "ready", "--without-agent", "--version", version, quiet=True)
    return "" if asked.code == 0 else "weka-drivers-loading"


def wait_for_drivers(runtime):
    """Waits until the kernel drivers are loaded; the missing one stands in /tmp/weka-drivers.log."""
    while True:
        missing = runtime.mode.missing_driver(runtime)
        write_text(runtime.paths.missing_driver, missing)
        if not missing:
            return
        runtime.state.enter("waiting-for-drivers", "waits for kernel driver " + missing)
        runtime.pause(runtime.settings.poll(3))


def wait_for_former_frontend(runtime):
    """Waits up to 120 s until the driver no longer lists a frontend of our name."""
    name = runtime.settings.name
    runtime.wait_until(
        lambda: name not in read_text(runtime.paths.wekafs, ""), 120, 1, "another frontend named %s is still there" % name
    )


# ---------------------------------------------------------------------------------------------------------------------
# Agent
# ---------------------------------------------------------------------------------------------------------------------

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


# ---------------------------------------------------------------------------------------------------------------------
# Weka container
# ---------------------------------------------------------------------------------------------------------------------


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


def stored_resources(runtime):
    """The container's resources as weka tells them."""
    out = runtime.must_weka("local", "resources", "-C", runtime.settings.name, "--json")
    try:
        return json_object(out)
    except ValueError as error:
        raise Failure("weka local resources did not answer with a JSON object: %s" % error)


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


def data_nodes(resources):
    """The container's processes but the management one, in order of their numbers."""
    nodes = resources.get("nodes") or {}
    ordered = sorted(nodes.items(), key=lambda item: int(item[0]) if item[0].isdigit() else 0)
    return [node for _, node in ordered if "MANAGEMENT" not in (node.get("roles") or [])]


def edited_resources(runtime, stored):
    """The container's resources with all that follows from the environment; other fields stay."""
    settings, paths = runtime.settings, runtime.paths
    resources = dict(stored)
    resources.update(
        ips=management_ips(paths),
        auto_discovery_enabled=False,
        reserve_1g_hugepages=False,
        excluded_drivers=["igb_uio"],
        auto_remove_timeout=settings.number("AUTO_REMOVE_TIMEOUT"),
    )
    if settings.memory:
        resources["memory"] = memory_bytes(settings.memory)
    if settings.join_ips:
        resources["backend_endpoints"] = [parse_endpoint(text) for text in settings.join_ips]
    if feature_flags(settings, paths)["supports_binding_to_not_all_interfaces"]:
        resources["restrict_listen"] = not settings.flag("BIND_MANAGEMENT_ALL")
    if settings.text("NVIDIA_VF_SINGLE_IP"):
        resources["nvidia_vf_single_ip"] = settings.flag("NVIDIA_VF_SINGLE_IP")
    for node, core in zip(data_nodes(resources), core_ids(settings, paths)):
        shared = settings.cpu_policy == "shared"
        node.update({"core_id": core, "dedicate_core": not shared}, **({"dedicated_mode": "NONE"} if shared else {}))
    if settings.text("NET_GATEWAY"):
        for device in resources.get("net_devices") or []:
            device["gateway"] = settings.text("NET_GATEWAY")
    return resources


def store_resources(runtime, resources):
    """Writes the resources as a new file and links it as current, stable and staging ones."""
    directory = runtime.paths.container_data
    name = "weka-resources.%s.json" % uuid.uuid4()
    write_text(os.path.join(directory, name), json.dumps(resources, indent=2))
    link_resources(directory, name)


def link_resources(directory, name):
    """Points weka's three links at a file in the same directory, each in one step."""
    for link in ("resources.json", "resources.json.stable", "resources.json.staging"):
        temporary = os.path.join(directory, link + ".new")
        if os.path.lexists(temporary):
            os.unlink(temporary)
        os.symlink(name, temporary)
        os.replace(temporary, os.path.join(directory, link))
    sync_directory(directory)


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


# ---------------------------------------------------------------------------------------------------------------------
# Stop protocol
# ---------------------------------------------------------------------------------------------------------------------

STOP_ATTEMPT_SECONDS = 180


def stop_instructions(settings, paths):
    """(allow stop, allow forced stop): flag files, or the file the node agent writes where exec is forbidden (cri-o)."""
    node = (stored_object(paths.instructions) if settings.pod_uid else None) or {}
    allow = os.path.exists(paths.allow_stop) or node.get("allow_stop") is True
    force = os.path.exists(paths.allow_force_stop) or node.get("allow_force_stop") is True
    return allow, force


class Stop:
    """The end of a pod that has an agent. One contract for all modes: nothing is stopped before it is allowed."""

    def __init__(self, runtime, replaced):
        self.runtime = runtime
        self.replaced = replaced

    def carry_out(self):
        """Waits for the instruction, stops weka, waits for the drives, ends the children, sleeps; then exit is due."""
        runtime = self.runtime
        if self.replaced and self.weka_may_run():
            runtime.weka("local", "stop", "--force", timeout=STOP_ATTEMPT_SECONDS)
        self.wait_for_instruction()
        if self.weka_may_run():
            runtime.state.enter("stopping", "stops weka %s" % ("by force" if self.forced() else "gracefully"))
            self.stop_weka()
            if runtime.mode.has_drives:
                self.wait_for_drives()
        runtime.children.terminate()
        runtime.state.enter("stopped", "weka is stopped" if self.weka_may_run() else "weka was never started")
        self.exit_sleep()

    def weka_may_run(self):
        """False as long as our agent never answered: weka containers are created disabled, so only a command that the
        agent carries out starts one."""
        return self.runtime.agent_answered

    def forced(self):
        """Whether weka is stopped by force: told so, not ours any more, or a client, which weka stops in no other way."""
        _, force = stop_instructions(self.runtime.settings, self.runtime.paths)
        return force or self.replaced or self.runtime.mode.disposable

    def wait_for_instruction(self):
        """Polls for an instruction; the pod's grace period is a year, so this may take long."""
        runtime = self.runtime
        cause = "another runtime took over the data" if self.replaced else "termination was asked for"
        runtime.state.enter("waiting-to-stop", cause + "; waits for allow-stop or allow-force-stop")
        while not any(stop_instructions(runtime.settings, runtime.paths)):
            self.idle(1)
            if runtime.signals.exiting and not runtime.state.value["exiting"]:
                runtime.state.update(exiting=True)

    def idle(self, seconds):
        """A turn of waiting: the agent stays up, orphans are reaped."""
        runtime = self.runtime
        runtime.signals.wait(runtime.settings.poll(seconds))
        runtime.children.reap()
        if self.weka_may_run():
            keep_agent(runtime)

    def stop_weka(self):
        """Repeats the stop until weka says Stopped or does not know the container. An agent that does not answer
        counts as stopped only when force was allowed."""
        while self.status() != "stopped":
            self.attempt(self.forced())
            status = self.status()
            if status == "stopped" or (status == "unknown" and self.forced()):
                return
            self.idle(3)

    def status(self):
        """`stopped`, `running`, or `unknown` when the agent does not answer."""
        listed = local_containers()
        if listed is None:
            return "unknown"
        ours = [entry for entry in listed if entry.get("name") == self.runtime.settings.name]
        return "running" if ours and ours[0].get("runStatus") != "Stopped" else "stopped"

    def attempt(self, force):
        """One stop of at most 180 s; when force is allowed while a graceful one runs, one forced stop joins it."""
        runtime = self.runtime
        argv = ("weka", "local", "stop", "--force" if force else "-g")
        log("stopping", "runs: " + " ".join(argv))
        deadline = time.monotonic() + STOP_ATTEMPT_SECONDS
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while process.poll() is None and time.monotonic() < deadline:
            if not force and self.forced():
                force = True
                runtime.weka("local", "stop", "--force", timeout=STOP_ATTEMPT_SECONDS)
            runtime.signals.wait(runtime.settings.poll(0.2))
        if process.poll() is None:
            end_group(process, signal.SIGKILL)
            process.wait()

    def wait_for_drives(self):
        """Up to 60 s until the kernel has the drives back, so that the successor finds them; then on regardless."""
        deadline = time.monotonic() + 60
        while not drives_returned(self.runtime) and time.monotonic() < deadline:
            self.idle(1)

    def exit_sleep(self):
        """Stays for WEKA_OPERATOR_DEBUG_SLEEP seconds (default 3), so that a person can look."""
        runtime = self.runtime
        deadline = time.monotonic() + runtime.settings.seconds("WEKA_OPERATOR_DEBUG_SLEEP", 3)
        while time.monotonic() < deadline and not os.path.exists(runtime.paths.cancel_sleep):
            runtime.signals.wait(min(0.5, deadline - time.monotonic()))


# ---------------------------------------------------------------------------------------------------------------------
# Discovery and driver loading
# ---------------------------------------------------------------------------------------------------------------------

DISCOVERY_SCHEMA = 3
OPENSHIFT, COS = "rhcos", "cos"
DRIVER_LOAD_SECONDS = 120
REPLACED_MODULES = ("wekafsio", "wekafsgw")


def discover(runtime):
    """Writes the facts of the host that a pod's shape depends on."""
    write_json(runtime.paths.results, host_facts(runtime.paths))


def host_facts(paths):
    """{is_ht, kubernetes_distro, os, os_build_id, schema, num_cpus, boot_id}."""
    release = os_release(paths)
    system = release.get("ID", "")
    build = {OPENSHIFT: release.get("OPENSHIFT_VERSION") or release.get("VERSION_ID"), COS: release.get("BUILD_ID")}
    online = read_text(paths.at("/sys/devices/system/cpu/online"))
    return {
        "is_ht": read_text(paths.at("/sys/devices/system/cpu/smt/active"), "0").strip() == "1",
        "kubernetes_distro": {OPENSHIFT: "openshift", COS: "gke"}.get(system, "k8s"),
        "os": system,
        "os_build_id": build.get(system) or "",
        "schema": DISCOVERY_SCHEMA,
        "num_cpus": len(parse_cpu_list(online)) if online and online.strip() else os.cpu_count(),
        "boot_id": paths.boot_id(),
    }


def load_drivers(runtime):
    """Loads the drivers into the kernel, trying for 120 s, and writes {err, drivers_loaded}; a failure is a result."""
    settings = runtime.settings
    runtime.state.enter("starting", "loads kernel drivers")
    deadline = time.monotonic() + settings.seconds("WEKA_RUNTIME_DRIVER_SECONDS", DRIVER_LOAD_SECONDS)
    error = prepare_driver_load(runtime)
    while not error:
        error = load_drivers_once(runtime)
        if not error or time.monotonic() >= deadline:
            break
        log("starting", "drivers not loaded: " + error)
        error = ""
        runtime.pause(settings.poll(5))
    write_json(runtime.paths.results, {"err": error or None, "drivers_loaded": not error})


def prepare_driver_load(runtime):
    """Makes /lib/modules writable by an overlay and takes over a foreign image's files; an error text, or ""."""
    settings, paths = runtime.settings, runtime.paths
    if not settings.text("DIST_SERVICE"):
        return "DIST_SERVICE is not set"
    foreign = paths.at("/shared-weka-version-data/dist")
    if os.path.isdir(foreign):
        copied = run(("cp", "-rT", foreign, paths.at("/opt/weka/dist")), 300)
        if copied.code != 0:
            return "cannot copy the image's driver files: " + copied.reason
    if settings.moved:
        return ""
    return overlay_modules()


def overlay_modules(layers="/tmp/overlay-modules"):
    """Lays a writable overlay over /lib/modules; an error text, or "". The layers need a tmpfs: the container's own file
    system is mostly an overlay itself, and the kernel takes no overlay as an upper layer."""
    os.makedirs(layers, exist_ok=True)
    mounted = run(("mount", "-t", "tmpfs", "tmpfs", layers), 30)
    if mounted.code == 0:
        for directory in ("upper", "work"):
            os.makedirs(os.path.join(layers, directory), exist_ok=True)
        options = "lowerdir=/lib/modules,upperdir=%s/upper,workdir=%s/work" % (layers, layers)
        mounted = run(("mount", "-t", "overlay", "overlay", "-o", options, "/lib/modules"), 30)
    return "" if mounted.code == 0 else "cannot overlay /lib/modules: " + mounted.reason


def load_drivers_once(runtime):
    """Downloads, removes the loaded modules and installs; an error text, or ""."""
    settings, paths = runtime.settings, runtime.paths
    version = weka_version(settings, paths)
    download = ["driver", "download", "--from", settings.text("DIST_SERVICE"), "--without-agent", "--version", version]
    build = host_facts(paths)["os_build_id"] if os_release(paths).get("ID") == COS else ""
    if build:
        download += ["--kernel-build-id", build]
    downloaded = runtime.weka(*download, timeout=100)
    if downloaded.code != 0:
        return "download failed: " + downloaded.reason
    for module in REPLACED_MODULES:
        run(("rmmod", module), 30)  # fails when it is not loaded or in use; the installation tells
    installed = runtime.weka("driver", "install", "--without-agent", "--version", version, timeout=100)
    return "" if installed.code == 0 else "installation failed: " + installed.reason


def idle(runtime):
    """A one-off mode has done its work: it waits to be deleted."""
    runtime.state.enter("idle", "the results are written")
    while True:
        runtime.pause(runtime.settings.poll(1))


# ---------------------------------------------------------------------------------------------------------------------
# Modes
# ---------------------------------------------------------------------------------------------------------------------


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


# ---------------------------------------------------------------------------------------------------------------------
# Subcommands: run by exec in the pod, or as the command of a helper pod. Each returns an exit code.
# ---------------------------------------------------------------------------------------------------------------------

REPORT_SCHEMA = 1
REPORT_COMMAND_SECONDS = 2  # two weka commands at most, so that a report takes less than 5 s
IDENTIFIED_STATES = ("READY", "STEM")
NO_GUID = "00000000-0000-0000-0000-000000000000"


def report(settings, _arguments):
    """Prints a RuntimeReport (one JSON object). A piece that cannot be had is null."""
    paths = Paths(settings)
    state = published_state(paths)
    allow, force = stop_instructions(settings, paths)
    local = local_containers(REPORT_COMMAND_SECONDS) if state.get("agentStarted") else None
    answer = {
        "schema": REPORT_SCHEMA,
        "mode": settings.mode,
        "name": settings.name,
        "podUid": settings.pod_uid,
        "bootId": paths.boot_id(),
        "generation": stored_generation(paths.generation),
        "persistencyConfigured": os.path.exists(paths.marker),
        "phase": state.get("phase", "starting"),
        "message": state.get("message", ""),
        "exiting": state.get("exiting") is True,
        "allowStop": allow,
        "allowForceStop": force,
        "resources": stored_object(paths.resources),
        "missingDriver": stored(paths.missing_driver, matching(r"([A-Za-z][A-Za-z0-9_-]*)?")),
        "managementIps": management_ips(paths),
        "wekaPort": stored_port(paths.port),
        "agentPort": stored_port(paths.agent_port),
        "local": local,
        "identity": identity(settings, paths, local),
        "featureFlags": stored(paths.feature_flags, json_flags),
        "activeMounts": active_mounts(paths),
        "drives": stored(paths.drives, json_drives),
        "results": stored_object(paths.results),
    }
    print(json.dumps(answer))
    return 0


def active_mounts(paths):
    """Kernel mounts of the node as the driver counts them; 0 without a driver, None when it does not say."""
    if not os.path.exists(paths.wekafs):
        return 0
    found = re.search(r"^Active mounts:\s*(\d+)", read_text(paths.wekafs, ""), re.MULTILINE | re.IGNORECASE)
    return int(found.group(1)) if found else None


def identity(settings, paths, local):
    """{clusterGuid, hostId} when weka says that the container has joined a cluster, else None."""
    ours = [entry for entry in local or [] if isinstance(entry, dict) and entry.get("name") == settings.name]
    internal = ours[0].get("internalStatus") if ours else None
    if not isinstance(internal, dict) or internal.get("display_status") not in IDENTIFIED_STATES:
        return None
    endpoint = "localhost:%s/jrpc" % (stored_port(paths.agent_port) or 0)
    argv = ("weka", "local", "run", "wapi", "-H", endpoint, "-W", "container-get-identity",
            "--container-name", settings.name, "--json")
    finished = run(argv, REPORT_COMMAND_SECONDS)
    try:
        answer = json.loads(finished.out)
        guid, host = answer["value"]["cluster_guid"], re.search(r"\d+", str(answer["value"]["host_id"]))
    except (ValueError, KeyError, TypeError):
        return None
    joined = finished.code == 0 and answer.get("has_value", True) and not answer.get("exception")
    if not joined or not guid or guid == NO_GUID or not host:
        return None
    return {"clusterGuid": guid, "hostId": int(host.group())}


def write_resources(settings, _arguments):
    """Stores standard input as resources.json and prints what is stored. Exit 3 while persistency is not configured
    (the file would land in the image and vanish), 2 for what is not a JSON object."""
    paths = Paths(settings)
    try:
        text = sys.stdin.buffer.read().decode("utf-8")
        json_object(text)
    except (ValueError, RecursionError):
        print("standard input is not a JSON object", file=sys.stderr)
        return 2
    if not os.path.exists(paths.marker):
        print("persistency is not configured yet", file=sys.stderr)
        return 3
    write_text(paths.resources, text)
    sys.stdout.write(read_text(paths.resources, ""))
    return 0


def cli(settings, arguments):
    """Becomes `weka ARGUMENTS`, with @stdin and @file:PATH (also after `--option=`) replaced by the text they name,
    so that no secret passes through an exec request."""
    paths = Paths(settings)
    try:
        argv = ["weka"] + [with_text(paths, argument) for argument in arguments]
    except OSError as error:
        print("cannot read %s: %s" % (error.filename, error.strerror), file=sys.stderr)
        return 2
    except ValueError:
        print("standard input or a file that an argument names is not text", file=sys.stderr)
        return 2
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and a program keeps that across exec
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        print("cannot run weka: %s" % error.strerror, file=sys.stderr)
        return 127


def with_text(paths, argument):
    """An argument with its reference replaced; one trailing newline of the text is cut."""
    option, separator, value = argument.partition("=") if argument.startswith("--") else ("", "", argument)
    if value == "@stdin":
        text = sys.stdin.read()
    elif value.startswith("@file:"):
        with open(paths.at(value[len("@file:"):]), encoding="utf-8") as file:
            text = file.read()
    else:
        return argument
    return option + separator + (text[:-1] if text.endswith("\n") else text)


def probe_lock(settings, arguments):
    """Exit 0 when the lock of the name could be taken at once: no runtime of that name lives on this host."""
    if len(arguments) != 1:
        print("usage: probe-lock NAME", file=sys.stderr)
        return 2
    lock = Lock(settings, arguments[0])
    if not lock.take():
        print("lock is held", file=sys.stderr)
        return 1
    lock.release()
    return 0


# ---------------------------------------------------------------------------------------------------------------------
# Erasing: the end of a container. Each drive says itself whose it is, and only what is its own is erased.
# ---------------------------------------------------------------------------------------------------------------------

# outcome -> what a person reads while the clean-up waits for such a drive; "" = it does not wait
OUTCOMES = {
    "own": "",  # a weka partition of the cluster that the container was in: it is erased
    "resigned": "",  # a weka partition that nobody owns
    "none": "",  # no weka partition
    "foreign": "drive %(serial)s (%(device)s) belongs to weka cluster %(detail)s",
    "unreadable": "drive %(serial)s (%(device)s) does not say whose it is: %(detail)s",
    "not visible": "drive %(serial)s is not visible on this host: it is gone, or bound to a user-space driver%(detail)s",
    "ambiguous": "drive %(serial)s cannot be told from another: %(detail)s",
    "not erased": "drive %(serial)s (%(device)s) was not erased: %(detail)s",
}
USER_SPACE_DRIVERS = ("vfio-pci", "igb_uio", "uio_pci_generic")
NVME_CLASS = "0x0108"
NAMED_DRIVES = 16  # the kubelet keeps 4 KiB of last words


class Judgement:
    """What is known of one drive: its outcome, the device that it was read from, and what a person wants to know."""

    def __init__(self, serial, outcome, device="", detail=""):
        self.serial = serial
        self.outcome = outcome
        self.device = device
        self.detail = detail

    @property
    def waits(self):
        """Why the clean-up waits for this drive, or ""."""
        return OUTCOMES[self.outcome] % vars(self)


def clean_up(settings, _arguments):
    """The end of a container: erases those drives of RESIGN_SERIALS that CLUSTER_GUID owns, then empties CLEAN_DIRECTORY.

    All drives are judged before one is erased. While one waits the directory stays, for the identity is in it. Holds the
    lock of NAME to its end, and refuses while a runtime has it. The kubelet repeats it; what was done stays done."""
    paths = Paths(settings)
    lock = Lock(settings, settings.name)
    if not settings.name or not lock.take():
        return clean_up_failed(paths, "lock is held" if settings.name else "NAME is not set")
    try:
        cluster = cluster_guid(settings)
        judged = [judge(settings, paths, serial, cluster) for serial in dict.fromkeys(settings.items("RESIGN_SERIALS"))]
        erased = [erase(settings, paths, drive, cluster) if drive.outcome == "own" else drive for drive in judged]
        waiting = [drive.waits for drive in erased if drive.waits]
        if waiting:
            more = ["and %d more drives" % len(waiting[NAMED_DRIVES:])] if waiting[NAMED_DRIVES:] else []
            raise Failure("; ".join(waiting[:NAMED_DRIVES] + more))
        removed = empty_directory(paths, settings.text("CLEAN_DIRECTORY"))
    except Failure as failure:
        return clean_up_failed(paths, str(failure))
    except OSError as error:
        return clean_up_failed(paths, "cannot clean up: %s" % error)
    finally:
        lock.release()
    resigned = [drive.serial for drive in erased if drive.outcome == "own"]
    print(json.dumps({"resigned": resigned, "removed": removed, "drives": {drive.serial: drive.outcome for drive in erased}}))
    return 0


def clean_up_failed(paths, message):
    """Says why; in a helper pod the kubelet shows the termination message."""
    print(message, file=sys.stderr)
    leave_termination_message(paths, message)
    return 1


def cluster_guid(settings):
    """The weka cluster whose drives may be erased; None when the container never joined one."""
    text = settings.text("CLUSTER_GUID")
    if not text or text == NO_GUID:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Failure("CLUSTER_GUID %s is no GUID" % text)


def judge(settings, paths, serial, cluster):
    """What the drive itself says."""
    names = block_devices(paths).get(serial, [])
    if not names:
        return Judgement(serial, "not visible", detail=user_space_drives(paths))
    if len(names) > 1:
        return Judgement(serial, "ambiguous", detail=ambiguity(paths, names))
    try:
        with opened_drive(settings, paths, serial, names[0]) as descriptor:
            return judge_opened(paths, serial, names[0], descriptor, cluster)
    except (OSError, NotUnderstood) as error:
        return Judgement(serial, "unreadable", device_file(names[0]), getattr(error, "strerror", None) or str(error))


def judge_opened(paths, serial, name, descriptor, cluster):
    """What the drive says that was opened. The tool erases all weka partitions of a drive, so all have to be ours."""
    owners = [owner for _, owner in weka_partitions(paths, name, descriptor)]
    held = [uuid.UUID(bytes=owner) for owner in owners if owner not in NO_OWNERS]
    others = [owner for owner in held if owner != cluster]
    if others:
        reason = "not to %s" % cluster if cluster else "and this container never joined one"
        return Judgement(serial, "foreign", device_file(name), "%s, %s" % (others[0], reason))
    return Judgement(serial, "own" if held else "resigned" if owners else "none", device_file(name))


def user_space_drives(paths):
    """Where the drives may be that the kernel does not see: PCI addresses that a user-space driver holds."""
    held = []
    for driver in USER_SPACE_DRIVERS:
        directory = paths.at("/sys/bus/pci/drivers/" + driver)
        held += [
            "%s by %s" % (address, driver) for address in sorted(listdir(directory))
            if read_text(os.path.join(directory, address, "class"), "").startswith(NVME_CLASS)
        ]
    return " (such a driver holds: %s)" % ", ".join(held) if held else ""


def erase(settings, paths, drive, cluster):
    """Wipes weka's ownership of a drive that was judged own. It is opened and judged once more, stays open while the tool
    works, so that its device cannot become another's, and has to say afterwards that nobody owns it."""
    name = drive.device[len("/dev/"):].replace("/", "!")
    program = "weka-sign-drive" if settings.moved else "/weka-sign-drive"
    try:
        with opened_drive(settings, paths, drive.serial, name) as descriptor:
            again = judge_opened(paths, drive.serial, name, descriptor, cluster)
            if again.outcome != "own":
                return again
            # the kernel refuses this for what is mounted or otherwise held
            os.close(os.open(paths.at(drive.device), os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
            finished = run((program, "--allow-erase-weka-partitions", "--", drive.device), 300)
            if finished.code != 0:
                raise NotUnderstood(finished.reason)
            if judge_opened(paths, drive.serial, name, descriptor, cluster).outcome not in ("resigned", "none"):
                raise NotUnderstood("the tool reported success, and the drive still has an owner")
    except (OSError, NotUnderstood) as error:
        return Judgement(drive.serial, "not erased", drive.device, getattr(error, "strerror", None) or str(error))
    return drive


def empty_directory(paths, directory):
    """Removes everything in a mounted directory, which itself stays; returns the number of entries removed."""
    if not directory:
        return 0
    if os.path.normpath(directory) in ("/", "//", "."):
        raise Failure("CLEAN_DIRECTORY must be a directory of its own")
    entries = [os.path.join(paths.at(directory), name) for name in listdir(paths.at(directory))]
    for entry in entries:
        if os.path.isdir(entry) and not os.path.islink(entry):
            shutil.rmtree(entry)
        else:
            os.unlink(entry)
    if entries:
        sync_directory(paths.at(directory))
    return len(entries)


SUBCOMMANDS = {
    "report": report,
    "write-resources": write_resources,
    "cli": cli,
    "probe-lock": probe_lock,
    "clean-up": clean_up,
}


# ---------------------------------------------------------------------------------------------------------------------
# Entry
# ---------------------------------------------------------------------------------------------------------------------


def run_mode(settings):
    """Runs the steps of the mode to the end of the pod; returns the exit code: 0 after an orderly stop, else 1."""
    UNREADABLE.loud = True
    runtime = Runtime(settings)
    runtime.signals.install()
    try:
        return attempt_mode(runtime)
    except Failure as failure:
        return fail(runtime, str(failure), hold=not isinstance(failure, LockHeld))
    except Exception as error:  # a bug or a broken host: the report and the kubelet must show it as well
        return fail(runtime, "%s: %s" % (type(error).__name__, error), hold=True)


def attempt_mode(runtime):
    """The steps, then the stop."""
    if runtime.mode is None:
        raise Failure("mode %s is not supported by this release" % (runtime.settings.mode or "(empty)"))
    try:
        for step in runtime.mode.steps:
            runtime.check()
            step(runtime)
    except StopRequested as request:
        return end(runtime, isinstance(request, GenerationReplaced))
    return 0


def end(runtime, replaced):
    """Leaves the steps for good, by the stop protocol where the mode has one."""
    runtime.state.update(exiting=runtime.signals.exiting)
    if runtime.mode.stops_weka:
        Stop(runtime, replaced).carry_out()
    else:
        runtime.state.enter("stopped", "there is nothing to stop")
    return 0


def fail(runtime, message, hold):
    """Phase error, kept readable for a while (WEKA_RUNTIME_ERROR_SECONDS, default 10) before the kubelet restarts us.
    A process that lost the lock leaves no trace in the state: the file may be that of the one that holds it."""
    leave_termination_message(runtime.paths, message)
    if not hold:
        log("error", message)
        return 1
    runtime.state.enter("error", message)
    deadline = time.monotonic() + runtime.settings.seconds("WEKA_RUNTIME_ERROR_SECONDS", 10)
    while time.monotonic() < deadline and not runtime.signals.exiting:
        runtime.signals.wait(min(1.0, deadline - time.monotonic()))
        runtime.children.reap()
    if runtime.signals.exiting and runtime.mode:
        return end(runtime, replaced=False)
    runtime.children.terminate()
    return 1


def leave_termination_message(paths, message):
    """What the kubelet shows in the pod's status after the process has ended. /dev is the host's: create nothing."""
    try:
        with open(paths.termination_message, "r+", encoding="utf-8") as file:
            file.truncate()
            file.write(message)
    except OSError:
        pass


def main(arguments):
    """Dispatches; returns the exit code."""
    settings = Settings(os.environ)
    if not arguments:
        return run_mode(settings)
    if arguments[0] not in SUBCOMMANDS:
        print("unknown subcommand %s; known: %s" % (arguments[0], ", ".join(SUBCOMMANDS)), file=sys.stderr)
        return 2
    return SUBCOMMANDS[arguments[0]](settings, arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
