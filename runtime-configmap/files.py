"""Files of the kernel and of the image, and writes that survive a power loss."""

import errno
import json
import os


def read_text(path, default=None):
    """The text of a file, or `default` when it cannot be read. For files of the kernel and of the image; what the
    runtime itself keeps is read by `stored`."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return default


def listdir(directory):
    """Names in a directory; none when it does not exist."""
    return os.listdir(directory) if os.path.isdir(directory) else []


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
