"""Addresses and devices: which of this host's the settings choose."""

import ipaddress
import json

from commands import run
from failures import Failure
from files import listdir, read_text, write_text
from state_files import texts


def host_addresses(settings):
    """Global addresses of this host as {device, ip} in the family asked for; WEKA_RUNTIME_ADDRESSES replaces them."""
    given = settings.document("WEKA_RUNTIME_ADDRESSES")
    if given is None:
        given = kernel_addresses()
    version = 6 if settings.ipv6 else 4
    return [entry for entry in given if ipaddress.ip_address(entry["ip"]).version == version]


def kernel_addresses():
    """All global addresses that `ip -j addr` lists."""
    listed = run(("ip", "-j", "addr"), 15)
    if listed.code != 0:
        raise Failure("ip -j addr failed: " + listed.reason)
    return [
        {"device": link["ifname"], "ip": address["local"]}
        for link in json.loads(listed.out)
        for address in link.get("addr_info", [])
        if address.get("scope") == "global"
    ]


def in_subnet(entry, subnet):
    """True when the address of a {device, ip} lies in the subnet (CIDR)."""
    return ipaddress.ip_address(entry["ip"]) in ipaddress.ip_network(subnet, strict=False)


def select_addresses(addresses, selectors):
    """Addresses chosen by NetworkSelectors {subnet, deviceNames, min, max}, in order, each once."""
    chosen = []
    for selector in selectors:
        found = [entry for entry in addresses if matches_selector(entry, selector) and entry not in chosen]
        found = found[: selector.get("max") or len(found)]
        if len(found) < (selector.get("min") or 0):
            raise Failure("network selector %s matches %d devices" % (json.dumps(selector), len(found)))
        chosen += found
    return chosen


def matches_selector(entry, selector):
    """True when the address fits the selector's subnet and device names, as far as they are given."""
    subnet, names = selector.get("subnet"), selector.get("deviceNames")
    return (not subnet or in_subnet(entry, subnet)) and (not names or entry["device"] in names)


def data_addresses(settings):
    """The addresses that selectors or else subnets choose; None when neither is given. None found is a Failure."""
    if not settings.network_selectors and not settings.subnets:
        return None
    addresses = host_addresses(settings)
    if settings.network_selectors:
        chosen = select_addresses(addresses, settings.network_selectors)
    else:
        chosen = [entry for entry in addresses if any(in_subnet(entry, subnet) for subnet in settings.subnets)]
    if not chosen:
        raise Failure("no network device matches the selectors or subnets")
    return chosen


def network_devices(runtime):
    """The devices for `--net`: NICs allocated to the container (AWS, OCI), the ones named, else those that selectors or
    subnets choose; `udp` without a device."""
    settings, allocated = runtime.settings, texts(runtime.resources.get("netDevices"))
    if allocated:
        devices = {mac_address(runtime.paths, name): name for name in listdir(runtime.paths.at("/sys/class/net"))}
        return [devices.get(name.lower(), name) for name in allocated]
    if settings.flag("UDP_MODE"):
        return ["udp"]
    named = settings.items("NETWORK_DEVICE")
    if named:
        return named
    chosen = data_addresses(settings)
    if chosen is None:
        raise Failure("neither NETWORK_DEVICE nor NETWORK_SELECTORS nor SUBNETS is given")
    return list(dict.fromkeys(entry["device"] for entry in chosen))


def mac_address(paths, device):
    """The MAC address of a network device, lower case; allocations name NICs by it."""
    return read_text(paths.at("/sys/class/net/%s/address" % device), "").strip().lower()


def record_management_ips(runtime):
    """Writes the management addresses, one a line."""
    settings = runtime.settings
    if settings.management_selectors:
        chosen = select_addresses(host_addresses(settings), settings.management_selectors)
    else:
        chosen = data_addresses(settings)
    if chosen is None:
        chosen = [{"ip": settings.text("MANAGEMENT_IP")}] if settings.text("MANAGEMENT_IP") else []
    if not chosen:
        raise Failure("no management address: MANAGEMENT_IP is empty and nothing selects one")
    write_text(runtime.paths.management_ips, "".join(entry["ip"] + "\n" for entry in chosen))


def parse_endpoint(text):
    """`ip:port` or `[ip6]:port` as {ip, port}: an IPv6 address has colons of its own, so the last one counts."""
    ip, separator, port = text.rpartition(":")
    ip = ip.strip("[]")
    try:
        if not separator:
            raise ValueError
        return {"ip": str(ipaddress.ip_address(ip)), "port": int(port)}
    except ValueError:
        raise Failure("join address %s is not ip:port" % text)


def format_endpoint(endpoint):
    """The inverse of parse_endpoint, IPv6 in brackets."""
    return ("[%(ip)s]:%(port)d" if ":" in endpoint["ip"] else "%(ip)s:%(port)d") % endpoint
