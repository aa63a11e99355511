"""Loads the kernel drivers of an image."""

import os
import time

from commands import run
from discovery import COS, host_facts
from files import write_json
from image import os_release, weka_version
from log import log

DRIVER_LOAD_SECONDS = 120
REPLACED_MODULES = ("wekafsio", "wekafsgw")


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
