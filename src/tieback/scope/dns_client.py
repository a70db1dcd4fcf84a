"""DNS queries, one at a time; each answer is cached for as long as its zone allows (RFC 1035, 3.2.1; RFC 2308, 5).

``scope.resolver`` decides beforehand whether a name may be queried. Answers are cached for their TTL, within bounds;
negative answers for the lesser of the TTL and the minimum of the SOA, within narrower bounds. Failures on the way are
not answers of the zone: they are kept for one minute and not written to the cache. The number of records per answer is
bounded.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from tieback.model.dns_answer import DnsAnswer, DnsAnswerState
from tieback.scope.address import parse_address
from tieback.scope.hostname import parse_host

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver
    from dns.message import Message

MIN_SECONDS = 60.0
"""Minimum cache time in seconds: the address that was permitted must be the one connected to."""
MAX_SECONDS = 86_400.0
MAX_MISSING_SECONDS = 3 * 3600.0
"""Maximum cache time of negative answers in seconds, as RFC 2308, section 5, advises."""
MAX_RECORDS = 16
"""Maximum records used per answer."""
MAX_TXT = 512
_DNS_SECONDS = 4.0
"""Time limit for all attempts of one query, in seconds."""
_MAX_KEPT = 16_384
_MAX_ALIASES = 16
_TOKEN = re.compile(r"\s*([A-Za-z0-9][\w.-]{0,63})=")
_SPF = "v=spf1"


class AnswerCache(Protocol):
    """A cache that outlives a run."""

    def get(self, name: str, kind: str) -> DnsAnswer | None:
        """The latest answer, even if it has expired."""
        ...

    def put(self, answer: DnsAnswer) -> None:
        """Store an answer from a zone."""
        ...


class DnsClient:
    """Sends queries and caches the answers."""

    def __init__(
        self,
        resolver: "Resolver | None" = None,
        clock: Callable[[], float] = time.time,
        kept: AnswerCache | None = None,
    ) -> None:
        """Set up; sends no query.

        Args:
            resolver: DNS resolver; default: the system's DNS servers.
            clock: seconds since 1970.
            kept: cache with answers of earlier runs; answers of this run are added; default: no cache.
        """
        self._resolver = resolver
        self._clock = clock
        self._cache = kept
        self._kept: dict[tuple[str, str], DnsAnswer] = {}

    async def query(self, name: str, kind: str, known_as: str = "") -> DnsAnswer:
        """The records of one type of a name. Raises nothing: failures are answers, too.

        Args:
            name: canonical, without the final dot.
            kind: record type.
            known_as: name under which the answer is cached, if the queried name is random.
        """
        key = (known_as or name, kind)
        known = self._kept.get(key) or (self._cache.get(*key) if self._cache is not None else None)
        now = self._clock()
        if known is not None and known.asked <= now < min(known.until, known.asked + MAX_SECONDS):
            return known
        answer = await self._ask(name, kind, key[0], now)
        if len(self._kept) >= _MAX_KEPT:
            self._kept.clear()
        self._kept[key] = answer
        if self._cache is not None and answer.state.is_definite:
            self._cache.put(answer)
        return answer

    async def _ask(self, name: str, kind: str, known_as: str, now: float) -> DnsAnswer:
        # Importing dnspython takes longer than a scan without DNS.
        import dns.exception
        import dns.flags
        import dns.name
        import dns.resolver

        def failed(state: DnsAnswerState, problem: str) -> DnsAnswer:
            return DnsAnswer(known_as, kind, state, now, now + MIN_SECONDS, problem=problem)

        resolver = self._configured()
        if resolver is None:
            return failed(DnsAnswerState.FAILED, "no DNS server is configured")
        try:
            answer = await resolver.resolve(
                dns.name.from_text(name + "."), kind, lifetime=_DNS_SECONDS, search=False, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN as error:
            responses = list((error.kwargs.get("responses") or {}).values())
            until = now + _held(min(map(_seconds, responses), default=0.0), MAX_MISSING_SECONDS)
            return DnsAnswer(known_as, kind, DnsAnswerState.MISSING, now, until, aliases=_aliases(responses))
        except dns.exception.Timeout:
            return failed(DnsAnswerState.SILENT, "Timeout")
        except (dns.exception.DNSException, OSError, EOFError, ValueError) as error:
            return failed(DnsAnswerState.FAILED, type(error).__name__)
        values = tuple(dict.fromkeys(_texts(answer.rrset or (), kind)))
        return DnsAnswer(
            known_as,
            kind,
            DnsAnswerState.FOUND if values else DnsAnswerState.NONE,
            now,
            now + _held(_seconds(answer.response), MAX_SECONDS if values else MAX_MISSING_SECONDS),
            values,
            _aliases([answer.response]),
            authentic=bool(answer.response.flags & dns.flags.AD),
        )

    def _configured(self) -> "Resolver | None":
        import dns.asyncresolver
        import dns.exception

        if self._resolver is None:
            try:
                self._resolver = dns.asyncresolver.Resolver()
            except (dns.exception.DNSException, OSError):
                return None
        return self._resolver


def _held(seconds: float, most: float) -> float:
    return max(MIN_SECONDS, min(seconds, most))


def _seconds(response: "Message") -> float:
    """The lowest TTL in the chain of the answer, or of the SOA of a negative one; five minutes without one."""
    import dns.exception

    try:
        return float(response.resolve_chaining().minimum_ttl)  # type: ignore[attr-defined] # of each answer
    except (dns.exception.DNSException, AttributeError):
        return 0.0


def _texts(records: Iterable[Any], kind: str) -> Iterator[str]:
    """The records in the form of ``DnsAnswer.values``; invalid ones are ignored."""
    for _, record in zip(range(MAX_RECORDS), records, strict=False):
        try:
            match kind:
                case "A" | "AAAA":
                    yield str(parse_address(record.address))
                case "TXT":
                    yield from _of_text(b"".join(record.strings).decode("utf-8", "replace"))
                case "SRV":
                    yield f"{record.port} {parse_host(record.target.to_text().removesuffix('.')).text}"
                case "MX":
                    yield parse_host(record.exchange.to_text().removesuffix(".")).text
                case _:
                    yield parse_host(record.target.to_text().removesuffix(".")).text
        except ValueError:
            continue


def _of_text(text: str) -> Iterator[str]:
    # The text after the sign is an account token and must not be stored.
    if text.lower().startswith(_SPF):
        yield text[:MAX_TXT]
    elif found := _TOKEN.match(text):
        yield found[1].lower()


def _aliases(responses: Iterable["Message"]) -> tuple[str, ...]:
    """The CNAME targets of answers, in the order of the chain as far as the server provides it."""
    import dns.rdatatype

    found: dict[str, None] = {}
    for response in responses:
        for rrset in response.answer[:_MAX_ALIASES]:
            if rrset.rdtype == dns.rdatatype.CNAME:
                for record in rrset:
                    found[record.target.to_text().rstrip(".").lower()] = None
    return tuple(found)
