"""Resolve names: first from the grant's own table; from DNS only if the grant allows it and covers the name."""

import secrets
import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from tieback.model.dns_answer import DnsAnswer, DnsAnswerState
from tieback.model.grant import Grant
from tieback.model.probe import Outcome
from tieback.scope.address import parse_address, special
from tieback.scope.decide import CompiledGrant, host_table
from tieback.scope.dns_client import AnswerCache, DnsClient
from tieback.scope.hostname import parse_host
from tieback.scope.policy.exclude import SourcedRule
from tieback.scope.policy.never import load_site_policy

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

DNS_NOT_ALLOWED = "the grant does not allow DNS"
NOT_RESOLVED = ("DNS has no address for", "does not exist in DNS")
"""Parts of the reasons why a name has no address; reports count them."""
DNS_FAILED = ("DNS did not answer for", "DNS failed for")
"""Parts of the reasons why it is unknown whether a name has an address; reports count them."""
_MAX_TOLD = 100_000
MAX_ADDRESSES = 16
"""Maximum addresses per name."""
_SERVERS = "_mongodb._tcp"
"""https://www.mongodb.com/docs/manual/reference/connection-string/#srv-connection-format"""


class Resolution(msgspec.Struct, frozen=True):
    """The result of resolving a host."""

    addresses: tuple[str, ...]
    """Canonical addresses, in the order to try."""
    by: str
    """``literal``, ``hosts`` or ``dns``; without addresses, the source that gave none, or empty."""
    reason: str = ""
    """Why there are no addresses, as one clause."""
    outcome: Outcome = Outcome.OUT_OF_SCOPE
    """Outcome of a conversation that needs an address if there is none."""
    aliases: tuple[str, ...] = ()
    """CNAME targets in order; the last may not exist."""
    missing: bool = False
    """True if DNS reports that the name, or its last alias, does not exist (NXDOMAIN)."""
    authentic: bool = False
    """True if the resolver reports a validated answer (DNSSEC); tieback does not validate it again."""


class NameResolver:
    """Resolves hosts under a grant. Sends only queries that the grant allows."""

    def __init__(
        self,
        grant: Grant,
        *,
        resolver: "Resolver | None" = None,
        clock: Callable[[], float] = time.time,
        kept: AnswerCache | None = None,
        never: Iterable[SourcedRule] | None = None,
    ) -> None:
        """Prepare the table.

        Args:
            grant: decides which names may be resolved by DNS.
            resolver: DNS resolver; default: the system's DNS servers.
            clock: seconds since 1970, for the lifetime of answers.
            kept: cache with answers of earlier runs; answers of this run are added.
            never: exclusions of site policies; default: of those in their usual places.

        Raises:
            GrantError: a target or host of the grant, or a site policy, is malformed.
        """
        rules = load_site_policy().rules if never is None else never
        # decide() checks the dates; here only the rules with names matter.
        self._scope = CompiledGrant(grant, date.min, rules)
        self._dns = grant.dns
        self._table = host_table(grant)
        self._questions = DnsClient(resolver, clock, kept)
        self._told: dict[str, Resolution] = {}

    def known(self, host: str) -> Resolution:
        """The addresses of a literal, or from the grant's table; no traffic."""
        try:
            asked = parse_host(host)
        except ValueError as error:
            return Resolution((), "", str(error))
        if asked.address is not None:
            return Resolution((str(asked.address),), "literal")
        if excluded := self._scope.excluded_name(asked.name):
            return Resolution((), "", excluded)
        given = self._table.get(asked.name)
        if given is not None:
            return Resolution(tuple(str(address) for address in given[:MAX_ADDRESSES]), "hosts")
        if not self._scope.names_rule(asked.name):
            return Resolution((), "", f"{asked.name} is not in [hosts], and no target covers it by name")
        if not self._dns:
            return Resolution((), "", f"{asked.name} is not in [hosts], and {DNS_NOT_ALLOWED}")
        return Resolution((), "", f"{asked.name} is resolved by DNS")

    async def resolve(self, host: str) -> Resolution:
        """The addresses of ``host``; empty, with the reason, if there are none or the query is not allowed."""
        found = self.known(host)
        if found.addresses or not self.may_query(host):
            return found
        name = parse_host(host).name
        told = await self._resolve(name)
        if len(self._told) >= _MAX_TOLD:
            self._told.clear()
        self._told[name] = told
        return told

    def last_answer(self, host: str) -> Resolution | None:
        """The last DNS answer for a name; ``None`` if it was not queried."""
        return self._told.get(host)

    @property
    def uses_dns(self) -> bool:
        """True if the grant allows DNS at all."""
        return self._dns

    def may_query(self, host: str) -> bool:
        """True if a name may be resolved by DNS: the grant allows DNS, and a target covers the name, no exclusion."""
        return self._dns and bool(self._scope.names_rule(host)) and not self._scope.excluded_name(host)

    def may_reverse(self, address: str, host: str = "") -> bool:
        """True if the names of an address may be queried (PTR).

        Allowed only if the grant allows DNS and covers the address, or the name that resolved to it if the address is
        public. Loopback is never queried: its names belong to this machine.

        Args:
            address: canonical address.
            host: name that resolved to it; empty for a literal.
        """
        where = parse_address(address)
        if not self._dns or where.is_loopback:
            return False
        if self._scope.excluded_address(address) or self._scope.excluded_name(host):
            return False
        if self._scope.rules_for(address, None):
            return True
        return bool(host) and special(where) is None and bool(self._scope.names_rule(host))

    async def records(self, host: str, kind: str) -> DnsAnswer | None:
        """The records of one type of a name, such as ``MX``; ``None`` if DNS is not allowed for it."""
        return await self._questions.query(parse_host(host).name, kind) if self.may_query(host) else None

    async def reverse(self, address: str, host: str = "") -> DnsAnswer | None:
        """The PTR names of an address; ``None`` if ``may_reverse`` is false. Same arguments."""
        import dns.reversename

        if not self.may_reverse(address, host):
            return None
        return await self._questions.query(dns.reversename.from_address(address).to_text(omit_final_dot=True), "PTR")

    async def servers(self, host: str) -> tuple[tuple[str, int], ...]:
        """The servers behind ``mongodb+srv://`` of a host: targets and ports of its SRV records, sorted.

        Sends no query for names that the grant does not cover; targets are not resolved here.
        """
        if not self.may_query(host):
            return ()
        answer = await self._questions.query(f"{_SERVERS}.{parse_host(host).name}", "SRV")
        pairs = (value.partition(" ") for value in answer.values)
        return tuple(sorted({(target, int(port)) for port, _, target in pairs}))

    async def wildcard(self, host: str) -> bool:
        """True if a random name next to this one resolves to the same addresses."""
        parent = parse_host(host).name.partition(".")[2]
        if "." not in parent:
            return False
        here = await self.resolve(host)
        made_up = f"tieback-{secrets.token_hex(8)}.{parent}"
        if here.by != "dns" or not here.addresses or not self.may_query(made_up):
            return False
        beside = await self._resolve(made_up, known_as=f"*.{parent}")
        return set(beside.addresses) == set(here.addresses)

    async def _resolve(self, name: str, known_as: str = "") -> Resolution:
        found: dict[str, None] = {}
        aliases: dict[str, None] = {}
        authentic: list[bool] = []
        missing = False
        problem, outcome = f"DNS has no address for {name}", Outcome.OUT_OF_SCOPE
        for kind in ("A", "AAAA"):
            answer = await self._questions.query(name, kind, known_as)
            aliases |= dict.fromkeys(answer.aliases)
            if answer.state is DnsAnswerState.MISSING:
                missing = True
                problem = f"{next(reversed(aliases), name)} does not exist in DNS"
                break
            if answer.state is DnsAnswerState.SILENT:
                problem, outcome = f"DNS did not answer for {name}", Outcome.TIMEOUT
                break
            if answer.state is DnsAnswerState.FAILED:
                problem, outcome = f"DNS failed for {name} ({answer.problem})", Outcome.ERROR
                continue
            authentic.append(answer.authentic)
            found |= dict.fromkeys(answer.values)
        addresses, told = tuple(found)[:MAX_ADDRESSES], tuple(aliases)
        if addresses:
            return Resolution(addresses, "dns", aliases=told, authentic=all(authentic))
        return Resolution((), "dns", problem, outcome, aliases=told, missing=missing)
