"""Back ends from endpoints: each distinct host is resolved once, with the resolver that the pipeline passes.

The resolver comes from ``scope``. It uses the host table of the grant, and DNS only if the grant allows it. Without a
resolver nothing leaves the machine, and only literal addresses have an address. Provider and region are added later.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Protocol

from tieback.backends.normalise import OwnerDomains, host_of, literal_address
from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint, EndpointKind, Party

NO_GRANT = "no grant"
"""Value of ``Backend.resolved_by`` without a resolver."""
NO_ADDRESS_OF_ITS_OWN = "the scheme names a DNS record of servers, not a host"
_AT_ONCE = 32
"""Most names that are resolved at the same time."""


class ResolverAnswer(Protocol):
    """A response of the resolver."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Canonical addresses; empty if the name was not or could not be resolved."""
        ...

    @property
    def by(self) -> str:
        """Source of the addresses: ``hosts`` or ``dns``."""
        ...

    @property
    def reason(self) -> str:
        """Why there are no addresses."""
        ...


type Resolver = Callable[[str], Awaitable[ResolverAnswer]]
"""Resolves one host name. A refusal is a value, not an exception."""


async def map_backends(
    endpoints: Iterable[Endpoint],
    resolve: Resolver | None,
    parties: Mapping[str, Party] | None = None,
    owners: OwnerDomains | None = None,
) -> list[Backend]:
    """Resolve and attribute endpoints.

    Args:
        endpoints: endpoints of any number of apps; equal values count once.
        resolve: resolves a name to addresses; ``None`` without a grant.
        parties: party by endpoint value, from the sightings; a missing one is unknown.
        owners: the public suffix list, if the caller has already read it.

    Returns:
        One back end per distinct endpoint value, in the order of first appearance.
    """
    distinct: dict[str, Endpoint] = {}
    for endpoint in endpoints:
        distinct.setdefault(endpoint.value, endpoint)
    ordered = list(distinct.values())
    owners = owners if owners is not None else OwnerDomains()
    names = {host_of(endpoint): None for endpoint in ordered if _resolvable(endpoint)}
    answers = await _resolve_all(names, resolve)
    backends = []
    for endpoint in ordered:
        host = host_of(endpoint)
        addresses, by = _addresses(endpoint, host, answers, asked=resolve is not None)
        backends.append(
            Backend(
                endpoint=endpoint,
                addresses=addresses,
                resolved_by=by,
                # A cloud resource belongs only to its owner, even if the list names another owner of the host.
                owner_domain=host if endpoint.kind is EndpointKind.CLOUD else owners.owner_domain(host),
                party=(parties or {}).get(endpoint.value, Party.UNKNOWN),
            )
        )
    return backends


def _resolvable(endpoint: Endpoint) -> bool:
    host = host_of(endpoint)
    return bool(host) and literal_address(host) is None and not endpoint.scheme.endswith("+srv")


async def _resolve_all(names: Iterable[str], resolve: Resolver | None) -> dict[str, ResolverAnswer]:
    if resolve is None:
        return {}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def ask(name: str) -> tuple[str, ResolverAnswer]:
        async with gate:
            return name, await resolve(name)

    return dict(await asyncio.gather(*(ask(name) for name in names)))


def _addresses(
    endpoint: Endpoint, host: str, answers: Mapping[str, ResolverAnswer], *, asked: bool
) -> tuple[tuple[str, ...], str]:
    literal = literal_address(host)
    if literal is not None:
        return (literal,), "literal"
    if endpoint.scheme.endswith("+srv"):
        return (), NO_ADDRESS_OF_ITS_OWN
    if not host:
        return (), "no host"
    if not asked:
        return (), NO_GRANT
    answer = answers[host]
    return (answer.addresses, answer.by) if answer.addresses else ((), answer.reason)
