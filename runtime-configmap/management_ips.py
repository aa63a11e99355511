"""The management addresses as they were recorded."""

import ipaddress

from state_files import stored


def some_addresses(text):
    """Understands IP addresses, one a line, at least one."""
    if not text.split():
        raise ValueError("it is empty")
    return [str(ipaddress.ip_address(line)) for line in text.split()]


def management_ips(paths):
    """The recorded management addresses; empty before they are written."""
    return stored(paths.management_ips, some_addresses) or []
