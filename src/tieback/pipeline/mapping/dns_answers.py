"""DNS answers for the names of a run: queried once, under the grant, and kept as reasons.

The grant's own table comes first, then addresses from captures of the run; DNS is queried for the rest. The dialer
resolves a name again before it connects, because an address from a capture may belong to someone else now.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping

from tieback.backends.dns_hints import DnsHints
from tieback.backends.normalise import OwnerDomains, host_of, literal_address
from tieback.model.backend import Attribution, Backend, Candidate, Route
from tieback.model.endpoint import Party
from tieback.scope.resolver import NameResolver, Resolution

BY_DNS = 0.9
"""Confidence of an answer from a DNS server."""
BY_CAPTURE = "capture"
"""``Backend.resolved_by`` if a capture shows the address that an app contacted."""
MAX_PARENTS = 64
"""Maximum domains checked for wildcards, with one query each."""
MAX_DOMAINS = 1_000
"""Maximum domains queried for NS, MX and TXT records (three queries each), in the order of the back ends."""
MAX_REVERSE = 4_000
"""Maximum addresses queried for their names."""
_AT_ONCE = 32
_OTHERS = (Party.THIRD, Party.PLATFORM)


class DnsLookups:
    """Resolves names and caches the answers."""

    def __init__(self, names: NameResolver, captured: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Set up; sends no query.

        Args:
            names: resolves under the grant.
            captured: addresses from captures of this run, by name.
        """
        self._names = names
        self._captured = captured or {}
        self._told: dict[str, Resolution] = {}
        self._parents: dict[str, bool] = {}
        self._hints: dict[str, tuple[Attribution, ...]] = {}

    async def resolve(self, host: str) -> Resolution:
        """As ``NameResolver.resolve``, but names with a captured address need no query."""
        known = self._told.get(host)
        if known is not None:
            return known
        seen = self._captured.get(host)
        if seen and self._names.may_query(host) and not self._names.known(host).addresses:
            found = self._told[host] = Resolution(seen, BY_CAPTURE)
            return found
        found = self._told[host] = await self._names.resolve(host)
        parent = host.partition(".")[2]
        if found.by == "dns" and found.addresses and parent not in self._parents and len(self._parents) < MAX_PARENTS:
            self._parents[parent] = False
            self._parents[parent] = await self._names.wildcard(host)
        return found

    def _known(self, host: str) -> Resolution | None:
        """The DNS answer for a name, even if only the dialer queried it; else the source of its addresses."""
        return self._names.last_answer(host) or self._told.get(host)

    def aliases(self, host: str) -> tuple[str, ...]:
        """CNAME targets of a host, if DNS was queried."""
        told = self._known(host)
        return told.aliases if told is not None else ()

    def attributions_of(self, host: str) -> Iterator[Attribution]:
        """What DNS says about a name, besides its addresses."""
        yield from self._hints.get(host, ())
        told = self._known(host)
        if told is None or told.by != "dns":
            return
        chain = " → ".join((host, *told.aliases))
        if told.aliases:
            yield Attribution("alias", told.aliases[-1], f"CNAME {chain}", BY_DNS)
        if told.missing and told.aliases:
            reason = (
                f"CNAME {chain}; the target does not exist: anyone who registers it controls {host}; tieback did not"
            )
            yield Attribution("dns", "dangling", reason, BY_DNS)
        elif told.missing:
            yield Attribution("dns", "does not exist", told.reason, BY_DNS)
        elif not told.addresses:
            yield Attribution("dns", "no address", told.reason, BY_DNS)
        if self._parents.get(host.partition(".")[2]):
            yield Attribution("dns", "wildcard", f"a random name next to {host} has the same addresses", BY_DNS)
        if told.authentic:
            reason = "the resolver reports that it validated the signatures of the answer"
            yield Attribution("dnssec", "checked", reason, BY_DNS)

    async def query_owner_hints(self, backends: Iterable[Backend], hints: DnsHints, domains: OwnerDomains) -> None:
        """Query records that indicate owners: NS, MX and TXT of domains, and PTR names of addresses.

        Back ends of SDKs and platforms are not queried: their owner is known.

        Args:
            backends: mapped back ends.
            hints: evaluates the records.
            domains: the public suffix list.
        """
        if not self._names.uses_dns:
            return
        hosts: dict[str, tuple[str, ...]] = {}
        for backend in backends:
            if backend.party not in _OTHERS and (host := host_of(backend.endpoint)):
                hosts.setdefault(host, backend.addresses)
        by_domain: dict[str, list[str]] = {}
        for host in hosts:
            if (domain := domains.owner_domain(host)) and self._names.may_query(domain):
                by_domain.setdefault(domain, []).append(host)
        found: dict[str, list[Attribution]] = {}

        async def of_domain(domain: str, its: list[str]) -> None:
            for kind in ("NS", "MX", "TXT"):
                answer = await self._names.records(domain, kind)
                if answer is None:
                    return
                for one in hints.read_domain(domain, answer):
                    for host in its:
                        found.setdefault(host, []).append(one)

        async def of_address(host: str, address: str) -> None:
            answer = await self._names.reverse(address, _name(host))
            if answer is not None:
                found.setdefault(host, []).extend(hints.read_address(host, address, answer))

        pairs = [
            (host, address)
            for host, addresses in hosts.items()
            for address in addresses
            if self._names.may_reverse(address, _name(host))
        ]
        await _some_at_once(
            [
                *(lambda pair=pair: of_domain(*pair) for pair in list(by_domain.items())[:MAX_DOMAINS]),
                *(lambda pair=pair: of_address(*pair) for pair in pairs[:MAX_REVERSE]),
            ]
        )
        self._hints = {host: tuple(said) for host, said in found.items()}

    async def srv_candidates(self, backends: Iterable[Backend]) -> list[Candidate]:
        """The servers of clusters that apps name with ``mongodb+srv://``, if they have an address."""
        found: list[Candidate] = []
        for backend in backends:
            endpoint = backend.endpoint
            if not endpoint.scheme.endswith("+srv") or not endpoint.host:
                continue
            for host, port in await self._names.servers(endpoint.host):
                if (await self.resolve(host)).addresses:
                    reason = f"SRV record of {endpoint.host}, which the app contains"
                    found.append(Candidate(host, port, "mongodb", Route.NAMED, (endpoint.value,), reason, tls=True))
        return found


def _name(host: str) -> str:
    return "" if literal_address(host) else host


async def _some_at_once(calls: Iterable[Callable[[], Awaitable[None]]]) -> None:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def within(call: Callable[[], Awaitable[None]]) -> None:
        async with gate:
            await call()

    await asyncio.gather(*(within(call) for call in calls))
