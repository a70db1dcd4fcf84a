"""Candidates on the neighbouring addresses of an API, if the grant lists their block and allows probing them."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address

from tieback.backends.candidates import SharedHosting, is_api, service_title
from tieback.backends.normalise import host_of
from tieback.model.backend import Backend, Candidate, Route


def neighbour_candidates(
    backends: Iterable[Backend],
    blocks: Iterable[IPv4Network | IPv6Network],
    store_ports: Mapping[str, tuple[int, ...]],
) -> Iterator[Candidate]:
    """The default ports of every store on the other addresses of each block with an API, one block after the other.

    A block is walked once, even if several APIs are in it; each candidate then has all of them as endpoints.

    Args:
        backends: back ends of the run. APIs use HTTP, belong to no third party, and are not a shared front end.
        blocks: blocks of the grant, each of them small.
        store_ports: default ports by service.
    """
    fronts = SharedHosting()
    apis: dict[str, tuple[str, set[str]]] = {}
    for backend in backends:
        host = host_of(backend.endpoint)
        if is_api(backend) and fronts.reason(host) is None:
            for address in backend.addresses:
                apis.setdefault(address, (host, set()))[1].add(backend.endpoint.value)
    for block in sorted(blocks, key=str):
        inside = sorted(address for address in apis if ip_address(address) in block)
        if not inside:
            continue
        host = apis[inside[0]][0]
        values = tuple(sorted(set().union(*(apis[address][1] for address in inside))))
        said = f"next to the API {host} ({inside[0]}), in the block {block} of the grant"
        for address in map(str, block.hosts()):
            if address in apis:
                continue  # the API's own host has its own candidates
            for service, ports in store_ports.items():
                for port in ports:
                    reason = f"{said}; default port of {service_title(service)}"
                    yield Candidate(address, port, service, Route.PIVOT, values, reason)
