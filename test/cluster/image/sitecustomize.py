"""Shows the kernel drivers of weka to Python programs of the pretended image: this machine's kernel has no such modules,
and nothing can be mounted over a file that /proc does not have."""

import builtins

PRETENDED = {"/proc/modules": "/etc/pretended/modules"}
real_open = builtins.open


def pretended_open(file, *arguments, **options):
    """open(), with the files of PRETENDED in place of the machine's."""
    return real_open(PRETENDED.get(file, file) if isinstance(file, str) else file, *arguments, **options)


builtins.open = pretended_open
