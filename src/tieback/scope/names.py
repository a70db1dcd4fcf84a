"""Names to addresses: the grant's own table first, DNS only for names that the grant covers and when it says so."""

import secrets
import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from tieback.model.grant import Grant
from tieback.model.probe import Outcome
from tieback.scope.address import Address, parse_address
from tieback.scope.decide import Scope, host_table
from tieback.scope.hostname import parse_host

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver
    from dns.message import Message

MAX_ADDRESSES = 16
"""Addresses of one name that are looked at."""
_DNS_SECONDS = 4.0
"""For all attempts of one question."""
_KEEP_SECONDS = 60.0
"""How long an answer holds, so that what was permitted is what is connected to."""
_MAX_KEPT = 4096
_MAX_ALIASES = 16
_SERVERS = "_mongodb._tcp"
"""https://www.mongodb.com/docs/manual/reference/connection-string/#srv-connection-format"""


class Resolution(msgspec.Struct, frozen=True):
    """What a host resolved to."""

    addresses: tuple[str, ...]
    """Canonical, in the order to try."""
    by: str
    """``literal``, ``hosts`` or ``dns``; for no addresses the way that gave none, or empty."""
    reason: str = ""
    """Why there are none, one clause."""
    outcome: Outcome = Outcome.OUT_OF_SCOPE
    """How a conversation ends that needs an address where there is none."""
    aliases: tuple[str, ...] = ()
    """Names that DNS leads to by CNAME, in order; the last may not exist."""
    missing: bool = False
    """Whether DNS says that the name, or the last of its aliases, does not exist (NXDOMAIN)."""
    authentic: bool = False
    """Whether the resolver says that it checked the answer's signatures (DNSSEC): its word, not our own check."""


class Names:
    """Resolves hosts under a grant. Nothing is asked of the network but what the grant allows."""

    def __init__(
        self,
        grant: Grant,
        *,
        resolver: "Resolver | None" = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare the table.

        Args:
            grant: decides which names may be asked of DNS.
            resolver: whom to ask; the system's DNS servers by default.
            clock: seconds, for how long an answer holds.

        Raises:
            GrantError: a target or host of the grant is malformed.
        """
        # Dates are for decide(); here only the rules by name matter.
        self._scope = Scope(grant, date.min)
        self._dns = grant.dns
        self._table = host_table(grant)
        self._resolver = resolver
        self._clock = clock
        self._kept: dict[str, tuple[float, Resolution]] = {}

    def known(self, host: str) -> Resolution:
        """The addresses of a literal, or by the grant's table; no traffic."""
        try:
            asked = parse_host(host)
        except ValueError as error:
            return Resolution((), "", str(error))
        if asked.address is not None:
            return Resolution((str(asked.address),), "literal")
        given = self._table.get(asked.name)
        if given is not None:
            return Resolution(tuple(str(address) for address in given[:MAX_ADDRESSES]), "hosts")
        if not self._dns:
            return Resolution((), "", f"{asked.name} is not in [hosts], and the grant does not allow DNS")
        if not self._scope.names_rule(asked.name):
            return Resolution((), "", f"{asked.name} is not in [hosts], and no target covers it by name")
        return Resolution((), "", f"{asked.name} is left to DNS")

    async def resolve(self, host: str) -> Resolution:
        """The addresses of ``host``; empty with the reason where there are none or they may not be asked for."""
        found = self.known(host)
        if found.addresses or not self._dns or not self._scope.names_rule(host):
            return found
        name = parse_host(host).name
        now = self._clock()
        kept = self._kept.get(name)
        if kept is not None and now - kept[0] < _KEEP_SECONDS:
            return kept[1]
        found = await self._ask(name)
        if len(self._kept) >= _MAX_KEPT:
            self._kept.clear()
        self._kept[name] = (now, found)
        return found

    async def _ask(self, name: str) -> Resolution:
        # Loading dnspython takes longer than a scan without DNS.
        import dns.exception
        import dns.flags
        import dns.name
        import dns.rdatatype
        import dns.resolver

        resolver = self._configured()
        if resolver is None:
            return Resolution((), "dns", "no DNS server is configured", Outcome.ERROR)
        found: dict[Address, None] = {}
        aliases: dict[str, None] = {}
        authentic: list[bool] = []
        missing = False
        problem, outcome = f"DNS has no address for {name}", Outcome.OUT_OF_SCOPE
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            try:
                answer = await resolver.resolve(
                    dns.name.from_text(name + "."), kind, lifetime=_DNS_SECONDS, search=False, raise_on_no_answer=False
                )
            except dns.resolver.NXDOMAIN as error:
                missing = True
                aliases |= _aliases((error.kwargs.get("responses") or {}).values())
                problem = f"{next(reversed(aliases), name)} does not exist in DNS"
                break
            except dns.exception.Timeout:
                problem, outcome = f"DNS did not answer for {name}", Outcome.TIMEOUT
                break
            except (dns.exception.DNSException, OSError, EOFError, ValueError) as error:
                problem, outcome = f"DNS failed for {name} ({type(error).__name__})", Outcome.ERROR
                continue
            aliases |= _aliases([answer.response])
            authentic.append(bool(answer.response.flags & dns.flags.AD))
            for record in answer.rrset or ():
                found.setdefault(parse_address(record.address))
        addresses = tuple(str(address) for address in found)[:MAX_ADDRESSES]
        told = tuple(aliases)
        if addresses:
            return Resolution(addresses, "dns", aliases=told, authentic=all(authentic))
        return Resolution((), "dns", problem, outcome, aliases=told, missing=missing)

    async def servers(self, host: str) -> tuple[tuple[str, int], ...]:
        """The servers that ``mongodb+srv://`` of a host means: targets and ports of its SRV records, sorted.

        Nothing is asked that the grant does not cover by name, and no target is resolved here.
        """
        import dns.exception
        import dns.name

        resolver = self._configured() if self._dns and self._scope.names_rule(host) else None
        if resolver is None:
            return ()
        question = dns.name.from_text(f"{_SERVERS}.{parse_host(host).name}.")
        try:
            answer = await resolver.resolve(
                question, "SRV", lifetime=_DNS_SECONDS, search=False, raise_on_no_answer=False
            )
        except (dns.exception.DNSException, OSError, EOFError, ValueError):
            return ()
        found: dict[tuple[str, int], None] = {}
        for record in list(answer.rrset or ())[:MAX_ADDRESSES]:
            try:
                target = parse_host(record.target.to_text().removesuffix("."))
            except ValueError:
                continue
            found[target.text, int(record.port)] = None
        return tuple(sorted(found))

    async def wildcard(self, host: str) -> bool:
        """Whether a name beside this one that nobody can have made resolves to the same addresses."""
        parent = host.partition(".")[2]
        if "." not in parent:
            return False
        here = await self.resolve(host)
        if here.by != "dns" or not here.addresses:
            return False
        beside = await self.resolve(f"tieback-{secrets.token_hex(8)}.{parent}")
        return beside.by == "dns" and set(beside.addresses) == set(here.addresses)

    def _configured(self) -> "Resolver | None":
        import dns.asyncresolver
        import dns.exception

        if self._resolver is None:
            try:
                self._resolver = dns.asyncresolver.Resolver()
            except (dns.exception.DNSException, OSError):
                return None
        return self._resolver


def _aliases(responses: Iterable["Message"]) -> dict[str, None]:
    """The targets of the CNAMEs of answers, in the order of the chain as far as the server gives it."""
    import dns.rdatatype

    found: dict[str, None] = {}
    for response in responses:
        for rrset in response.answer[:_MAX_ALIASES]:
            if rrset.rdtype == dns.rdatatype.CNAME:
                for record in rrset:
                    found[record.target.to_text().rstrip(".").lower()] = None
    return found
