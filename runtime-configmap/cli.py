"""A weka command with secrets that are only named."""

import os
import signal
import sys

from paths import Paths


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
