"""What DNS says of the names of a run: asked once, under the grant, and kept as reasons.

The grant's own table comes first, then what captures of the run show of a name: DNS is asked for the rest. Whoever is
to be connected to is asked for again by the dialer, for an address in a capture may be somebody else's by now.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping

from tieback.backends.dns_hints import DnsHints
from tieback.backends.normalise import OwnerDomains, host_of, literal_address
from tieback.model.backend import Attribution, Backend, Candidate, Route
from tieback.model.endpoint import Party
from tieback.scope.names import Names, Resolution

BY_DNS = 0.9
"""What a name server told us."""
BY_CAPTURE = "capture"
"""``Backend.resolved_by`` where a capture shows the address that an app went to."""
MAX_PARENTS = 64
"""Domains that are looked at for wildcards: one question each."""
MAX_DOMAINS = 1_000
"""Domains whose NS, MX and TXT records are asked for, three questions each: those of the first back ends."""
MAX_REVERSE = 4_000
"""Addresses that are asked for their names."""
_AT_ONCE = 32
_OTHERS = (Party.THIRD, Party.PLATFORM)


class NameAnswers:
    """Asks for names and remembers what was said of each."""

    def __init__(self, names: Names, captured: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Ask nobody yet.

        Args:
            names: asks under the grant.
            captured: addresses that captures of this run show, by name.
        """
        self._names = names
        self._captured = captured or {}
        self._told: dict[str, Resolution] = {}
        self._parents: dict[str, bool] = {}
        self._hints: dict[str, tuple[Attribution, ...]] = {}

    async def resolve(self, host: str) -> Resolution:
        """As ``Names.resolve``, but what a capture shows needs no question."""
        known = self._told.get(host)
        if known is not None:
            return known
        seen = self._captured.get(host)
        if seen and self._names.may_ask(host) and not self._names.known(host).addresses:
            found = self._told[host] = Resolution(seen, BY_CAPTURE)
            return found
        found = self._told[host] = await self._names.resolve(host)
        parent = host.partition(".")[2]
        if found.by == "dns" and found.addresses and parent not in self._parents and len(self._parents) < MAX_PARENTS:
            self._parents[parent] = False
            self._parents[parent] = await self._names.wildcard(host)
        return found

    def _known(self, host: str) -> Resolution | None:
        """What DNS said of a name, also where only the dialer asked; else how its addresses are known."""
        return self._names.told(host) or self._told.get(host)

    def aliases(self, host: str) -> tuple[str, ...]:
        """Names that a host leads to by CNAME, as far as anybody was asked."""
        told = self._known(host)
        return told.aliases if told is not None else ()

    def said_of(self, host: str) -> Iterator[Attribution]:
        """What DNS said of a name beside its addresses."""
        yield from self._hints.get(host, ())
        told = self._known(host)
        if told is None or told.by != "dns":
            return
        chain = " → ".join((host, *told.aliases))
        if told.aliases:
            yield Attribution("alias", told.aliases[-1], f"CNAME {chain}", BY_DNS)
        if told.missing and told.aliases:
            reason = (
                f"CNAME {chain}, and that does not exist: whoever may make it answers for {host}; nothing was claimed"
            )
            yield Attribution("dns", "dangling", reason, BY_DNS)
        elif told.missing:
            yield Attribution("dns", "does not exist", told.reason, BY_DNS)
        elif not told.addresses:
            yield Attribution("dns", "no address", told.reason, BY_DNS)
        if self._parents.get(host.partition(".")[2]):
            yield Attribution("dns", "wildcard", f"a made-up name beside {host} has the same addresses", BY_DNS)
        if told.authentic:
            reason = "the resolver says that it checked the answer's signatures"
            yield Attribution("dnssec", "checked", reason, BY_DNS)

    async def look_around(self, backends: Iterable[Backend], hints: DnsHints, domains: OwnerDomains) -> None:
        """Ask for the records that hint at owners: NS, MX and TXT of domains, and the names of addresses.

        Of back ends of SDKs and platforms nothing is asked: whose they are is known.

        Args:
            backends: as mapped.
            hints: reads the records.
            domains: the public suffix list.
        """
        if not self._names.asks:
            return
        hosts: dict[str, tuple[str, ...]] = {}
        for backend in backends:
            if backend.party not in _OTHERS and (host := host_of(backend.endpoint)):
                hosts.setdefault(host, backend.addresses)
        by_domain: dict[str, list[str]] = {}
        for host in hosts:
            if (domain := domains.owner_domain(host)) and self._names.may_ask(domain):
                by_domain.setdefault(domain, []).append(host)
        found: dict[str, list[Attribution]] = {}

        async def of_domain(domain: str, its: list[str]) -> None:
            for kind in ("NS", "MX", "TXT"):
                answer = await self._names.records(domain, kind)
                if answer is None:
                    return
                for one in hints.of_domain(domain, answer):
                    for host in its:
                        found.setdefault(host, []).append(one)

        async def of_address(host: str, address: str) -> None:
            answer = await self._names.reverse(address, _name(host))
            if answer is not None:
                found.setdefault(host, []).extend(hints.of_address(host, address, answer))

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

    async def servers(self, backends: Iterable[Backend]) -> list[Candidate]:
        """The servers of clusters that apps name by ``mongodb+srv://``, as far as they have an address."""
        found: list[Candidate] = []
        for backend in backends:
            endpoint = backend.endpoint
            if not endpoint.scheme.endswith("+srv") or not endpoint.host:
                continue
            for host, port in await self._names.servers(endpoint.host):
                if (await self.resolve(host)).addresses:
                    reason = f"the SRV record of {endpoint.host}, which the app names, leads to it"
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
