"""What the runtime and the operator keep on disk, read so that damage is as good as absence."""

import json
import re

from log import log


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
