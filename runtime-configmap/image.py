"""What the image and the operating system are."""

import base64
import os
import re

from failures import Failure
from files import listdir, read_text

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
