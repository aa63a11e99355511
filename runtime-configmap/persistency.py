"""The host's directory under /opt/weka."""

import os

from commands import run
from failures import Failure
from files import read_text, write_text

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
