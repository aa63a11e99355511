#!/usr/bin/env python3
"""PID 1 of every weka pod, and the commands that are run in it by exec or by a helper pod.

    weka_runtime.py                 run the mode named by $MODE (see modes.py)
    weka_runtime.py <subcommand>    see SUBCOMMANDS

Standard library only, Python 3.8+. This is the entry; the modules beside it have one job each, and a subcommand loads
those that it needs: nothing in a pod keeps what was compiled, and `report` is run all the time.

Everything hangs off one root ($WEKA_RUNTIME_ROOT, default "/"). With another root the program needs no privileges:
nothing is mounted (symbolic links stand in for bind mounts) and programs are looked up on PATH.
"""

import os
import sys

# in a pod the entry is mounted alone, where commands find it in pods of every release, and all of the ConfigMap there
MODULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "weka-boot-scripts")
if os.path.isdir(MODULES):
    sys.path.insert(0, MODULES)

# subcommand -> module with the function of that name; it is given the settings and the arguments, and returns an exit code
SUBCOMMANDS = {
    "report": "report",
    "write-resources": "operator_resources",
    "cli": "cli",
    "probe-lock": "lock",
    "clean-up": "clean_up",
}


def function_of(subcommand):
    """What carries a subcommand out."""
    return getattr(__import__(SUBCOMMANDS[subcommand]), subcommand.replace("-", "_"))


def main(arguments):
    """Dispatches; returns the exit code."""
    from settings import Settings

    settings = Settings(os.environ)
    if not arguments:
        from life import run_mode

        return run_mode(settings)
    if arguments[0] not in SUBCOMMANDS:
        print("unknown subcommand %s; known: %s" % (arguments[0], ", ".join(SUBCOMMANDS)), file=sys.stderr)
        return 2
    return function_of(arguments[0])(settings, arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
