"""Waiting for the kernel drivers."""

from files import read_text, write_text
from image import os_release, weka_version

BACKEND_DRIVERS = ("wekafsio", "wekafsgw", "mpin_user", "igb_uio")
# Google's COS has no igb_uio: weka uses the kernel's own uio there.
ABSENT_ON_COS = ("igb_uio",)


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
