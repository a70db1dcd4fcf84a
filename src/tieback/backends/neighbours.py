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

    A block is walked once, even if several APIs are in it; each candidate then has as endpoints all of them that are at
    other addresses. The reason is the same for each API, because it is shown with the endpoint.

    Args:
        backends: back ends of the run. APIs use HTTP, belong to no third party, and are not a shared front end.
        blocks: blocks of the grant, each of them small.
        store_ports: default ports by service.
    """
    fronts = SharedHosting()
    apis: dict[str, set[str]] = {}
    for backend in backends:
        host = host_of(backend.endpoint)
        if is_api(backend) and fronts.reason(host) is None:
            for address in backend.addresses:
                apis.setdefault(address, set()).add(backend.endpoint.value)
    for block in sorted(blocks, key=str):
        inside = [address for address in apis if ip_address(address) in block]
        if not inside:
            continue
        every = set[str]().union(*(apis[address] for address in inside))
        in_order = tuple(sorted(every))
        for address in map(str, block.hosts()):
            # The API's own host has its own candidates.
            values = tuple(sorted(every - apis[address])) if address in apis else in_order
            if not values:
                continue
            for service, ports in store_ports.items():
                for port in ports:
                    reason = (
                        f"next to the API, in the block {block} of the grant; default port of {service_title(service)}"
                    )
                    yield Candidate(address, port, service, Route.PIVOT, values, reason)
