"""Lists of hosts for gateways and resolvers: open stores, and the back ends of apps that lead to them.

* ``rpz``: a response policy zone (https://www.ietf.org/archive/id/draft-vixie-dnsop-dns-rpz-00.html): ``CNAME .`` for
  names, ``rpz-ip`` triggers for addresses.
* ``hosts``: lines of a hosts file (hosts(5)); it cannot contain addresses.

A host that others share is left out unless forced: blocking it breaks apps that have nothing to do with the store.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

import msgspec

from tieback.cases.register import own_identifier, vendor_keys
from tieback.model.count_text import count_text
from tieback.model.endpoint import Party
from tieback.model.exposure import Exposure
from tieback.pipeline.fleet.analysed_apps import analysed_apps
from tieback.pipeline.fleet.coverage import DeviceCounts, FleetLine
from tieback.report.texts.addresses import special_words
from tieback.report.texts.clean import clean
from tieback.storage.lake.lake import Lake

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})+")
_SHOWN = 20
"""Apps in the comment of a host."""
_LONGEST = 120


class GatewayHost(msgspec.Struct, frozen=True):
    """A host of an open store, or of a back end that leads to one."""

    host: str
    stores: tuple[str, ...]
    """IDs of the open stores."""
    apps: tuple[str, ...]
    """Every analysed app that names it, with its devices: these would break."""
    refused: str = ""
    """Why it should not be blocked; empty if only apps that lead to the store use it."""


class GatewayList(msgspec.Struct, frozen=True):
    """A list in its format."""

    data: bytes
    hosts: tuple[GatewayHost, ...]
    """The hosts in the list."""
    left_out: tuple[tuple[str, str], ...]
    """Hosts that are not in the list, and why."""


class _Use(msgspec.Struct):
    apps: set[str]
    parties: set[str]
    resources: set[str]
    """Cloud resources that the host serves."""


def gateway_hosts(
    lake: Lake,
    stores: Iterable[Exposure],
    lines: Iterable[FleetLine],
    devices_of: Callable[[Iterable[FleetLine]], DeviceCounts],
) -> list[GatewayHost]:
    """The hosts of these stores and of the back ends that lead to them, by name.

    Args:
        lake: lake with the sightings of the apps.
        stores: the open stores.
        lines: the fleet, for the number of devices of each app.
        devices_of: counts the devices of the lines of one app.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    of_host: dict[str, dict[str, None]] = {}
    leading: dict[str, set[str]] = {}
    shared: set[str] = set()
    for store in stores:
        hosts = {_host(target) for target in store.targets}
        for route in store.routes:
            values = (*route.candidate.endpoints, route.endpoint)
            named = {route.candidate.host, *map(_endpoint_host, values)}
            hosts |= named
            if route.candidate.resource:
                shared.add(route.candidate.host)
            for host in named:
                leading.setdefault(host, set()).add(route.app_sha256)
        for host in hosts - {""}:
            of_host.setdefault(host, {})[store.id] = None
    uses = _uses(lake, of_host)
    lines_of: dict[str, list[FleetLine]] = {}
    for line in lines:
        for one in line.match.apps if line.match else ():
            lines_of.setdefault(one.sha256, []).append(line)
    known = {app.sha256: app for app in analysed_apps(lake, {key for use in uses.values() for key in use.apps})}
    vendors = {key: next(iter(vendor_keys(app)), own_identifier(app)) for key, app in known.items()}
    found = []
    for host, ids in sorted(of_host.items()):
        use = uses.get(host, _Use(set(), set(), set()))
        using = [known[key] for key in use.apps if key in known]
        names = {
            _app(one.name or one.bundle_id, devices_of(of) if (of := lines_of.get(one.sha256)) else None)
            for one in using
        }
        owners = {vendors[one.sha256] for one in using}
        why = "a host that many customers share" if host in shared else ""
        why = why or _refusal(host, use, owners, leading.get(host, set()))
        found.append(GatewayHost(host, tuple(ids), tuple(sorted(names)), why))
    return found


def write_list(name: str, hosts: Sequence[GatewayHost], *, force: bool = False) -> GatewayList:
    """A list in the format ``rpz`` or ``hosts``."""
    kept: list[GatewayHost] = []
    left_out: list[tuple[str, str]] = []
    for one in hosts:
        why = "" if force else one.refused
        if not why and name == "hosts" and _address(one.host) is not None:
            why = "a hosts file cannot contain an address"
        if not why and _address(one.host) is None and not _NAME.fullmatch(one.host):
            why = "not a host name"
        if why:
            left_out.append((one.host, why))
        else:
            kept.append(one)
    lines = _rpz(kept) if name == "rpz" else _hosts(kept)
    return GatewayList("".join(f"{line}\n" for line in lines).encode(), tuple(kept), tuple(left_out))


def _rpz(hosts: Iterable[GatewayHost]) -> list[str]:
    lines = ["$TTL 60", "@ IN SOA localhost. root.localhost. ( 1 3600 900 604800 60 )", "@ IN NS localhost."]
    for one in hosts:
        address = _address(one.host)
        lines += [f"; {text}" for text in _comments(one)]
        lines.append(f"{one.host if address is None else _trigger(address)} IN CNAME .")
    return lines


def _hosts(hosts: Iterable[GatewayHost]) -> list[str]:
    lines: list[str] = []
    for one in hosts:
        lines += [f"# {text}" for text in _comments(one)]
        lines += [f"0.0.0.0 {one.host}", f":: {one.host}"]
    return lines


def _comments(one: GatewayHost) -> list[str]:
    """Who would notice: one line per app, without control characters and line breaks."""
    apps = [f"breaks: {clean(app, _LONGEST)}" for app in one.apps[:_SHOWN]]
    if len(one.apps) > _SHOWN:
        apps.append(f"breaks: {count_text(len(one.apps) - _SHOWN, 'more app')}")
    return [f"open stores: {', '.join(one.stores)}", *(apps or ["breaks: no analysed app names this host"])]


def _app(name: str, devices: DeviceCounts | None) -> str:
    return f"{name} ({'not in the inventory' if devices is None else devices.text})"


def _refusal(host: str, use: _Use, owners: Collection[str], leading: Collection[str]) -> str:
    if words := special_words(host):
        return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
    if use.parties & {Party.THIRD, Party.PLATFORM}:
        return "a host of an SDK or platform"
    if use.resources and not any(name and name in host for name in use.resources):
        return "a cloud host of many customers"
    if len(owners) > 1:
        return f"apps of {count_text(len(owners), 'vendor uses', 'vendors use')} it"
    others = use.apps - set(leading)
    return (
        f"{count_text(len(others), 'app uses it that does', 'apps use it that do')} not lead to the store"
        if leading and others
        else ""
    )


def _uses(lake: Lake, hosts: Mapping[str, object]) -> dict[str, _Use]:
    import pyarrow as pa

    sql = """SELECT DISTINCT host, app_sha256, party, CASE kind WHEN 'cloud' THEN value END
        FROM sightings SEMI JOIN wanted USING (host)"""
    found: dict[str, _Use] = {}
    wanted = pa.table({"host": pa.array(sorted(hosts), pa.string())})
    for host, app, party, resource in lake.stream(sql, tables={"wanted": wanted}):
        use = found.setdefault(host, _Use(set(), set(), set()))
        use.apps.add(app)
        use.parties.add(party)
        if resource:
            use.resources.add(resource.partition(":")[2].partition("/")[0].lower())
    return found


def _endpoint_host(value: str) -> str:
    """The host that an endpoint names; empty for a cloud resource without one."""
    _, url, rest = value.partition("://")
    host = _host((rest if url else value).partition("/")[0].rpartition("@")[2])
    return host if url or _address(host) is not None or _NAME.fullmatch(host) else ""


def _host(authority: str) -> str:
    """The host of ``host:port``; an IPv6 address without brackets."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    host, _, port = authority.rpartition(":")
    return (host if port.isdigit() and ":" not in host else authority).lower()


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _trigger(address: IPv4Address | IPv6Address) -> str:
    """The owner name of an ``rpz-ip`` trigger: the prefix length and the reversed parts; ``zz`` stands for ``::``."""
    if isinstance(address, IPv4Address):
        return f"32.{'.'.join(reversed(str(address).split('.')))}.rpz-ip"
    parts = [part for part in address.compressed.replace("::", ":zz:").split(":") if part]
    return f"128.{'.'.join(reversed(parts))}.rpz-ip"
