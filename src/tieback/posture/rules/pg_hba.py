"""PostgreSQL's ``pg_hba.conf``: the first record that matches a connection decides.

Source: https://www.postgresql.org/docs/current/auth-pg-hba-conf.html. An external requester connects from any public
address, with or without TLS, to an existing database and as an existing role.
"""

import ipaddress
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.source import RulesText

_WORD = re.compile(r'"[^"]*"|[^\s,"]+|,')
_TYPES = {"local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"}
_FREE = {"trust": "no password is required", "ident": "the client's machine states the user name"}
_METHODS = {
    "trust", "reject", "scram-sha-256", "md5", "password", "gss", "sspi", "ident", "peer", "ldap", "radius", "cert",
    "pam", "bsd", "oauth",
}  # fmt: skip
_KEYWORDS = {"all", "replication", "sameuser", "samerole", "samegroup"}
_ELSEWHERE = "if postgresql.conf lets it listen beyond this machine"


MAX_RECORDS = 4000
"""Most records of one file."""
MAX_LINE = 65_536
"""Most characters of a record."""
MAX_PAIRS = 500
"""Most pairs of database and role that the question for any of them looks at."""
EVERYBODY = 1 / 256
"""Part of all public addresses from which on a network is everybody's: that of an IPv4 /8."""
_UNIVERSE = {
    4: ipaddress.ip_network("0.0.0.0/0"),
    6: ipaddress.ip_network("2000::/3"),
}
_NOT_PUBLIC = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "224.0.0.0/3",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Record:
    kind: str
    databases: tuple[str, ...]
    roles: tuple[str, ...]
    address: str
    method: str
    options: tuple[str, ...]
    line: int
    text: str

    @property
    def is_free(self) -> bool:
        """True if it needs neither a password nor a certificate."""
        return self.method in _FREE and "clientcert" not in " ".join(self.options)

    def covers(self, family: int) -> tuple[int, int] | None:
        """First and last address of this family that it applies to; ``None`` without one.

        Raises:
            ValueError: a host name decides.
        """
        if self.address == "all":
            return _span(_UNIVERSE[family])
        network = ipaddress.ip_network(self.address, strict=False)
        return _span(network) if network.version == family else None

    def takes(self, *, tls: bool) -> bool:
        """True if it applies to remote connections with, or without, TLS."""
        if self.kind in {"local", "hostgssenc"} or self.address in {"samehost", "samenet"}:
            return False
        return self.kind != ("hostnossl" if tls else "hostssl")


def _span(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> tuple[int, int]:
    return int(network.network_address), int(network.broadcast_address)


class _Addresses:
    """The public addresses of one family for which no record has decided yet, as spans in order."""

    def __init__(self, family: int) -> None:
        self._starts, self._ends = ([bound] for bound in _span(_UNIVERSE[family]))
        for network in map(ipaddress.ip_network, _NOT_PUBLIC):
            if network.version == family:
                self.take(*_span(network))
        self.all = sum(self._ends) - sum(self._starts) + len(self._starts)

    def take(self, first: int, last: int) -> int:
        """Remove the addresses from ``first`` to ``last``; returns how many were still there."""
        low, high = bisect_left(self._ends, first), bisect_right(self._starts, last)
        if low >= high:
            return 0
        starts, ends = self._starts[low:high], self._ends[low:high]
        left = [(starts[0], first - 1)] if starts[0] < first else []
        right = [(last + 1, ends[-1])] if ends[-1] > last else []
        kept = left + right
        self._starts[low:high] = [start for start, _ in kept]
        self._ends[low:high] = [end for _, end in kept]
        before = sum(ends) - sum(starts) + len(starts)
        return before - sum(end - start + 1 for start, end in kept)


class PgHba:
    """Reads the records of host-based authentication."""

    meta = RulesReaderMeta(
        "pg-hba", "PostgreSQL pg_hba.conf", "https://www.postgresql.org/docs/current/auth-pg-hba-conf.html"
    )

    def recognises(self, text: RulesText) -> bool:
        """True if the file has this name, or records of this format."""
        if text.name.startswith("pg_hba"):
            return True
        rows = [line.split() for line in text.text[:100_000].split("\n") if line.strip() and line.strip()[0] != "#"]
        return bool(rows) and all(len(row) >= 4 and row[0].lower() in _TYPES for row in rows)

    def read(self, text: RulesText) -> "HbaPolicy":
        """Read all records. Raises ``InputError``."""
        records = tuple(islice(_records(text), MAX_RECORDS + 1))
        if len(records) > MAX_RECORDS:
            raise text.line_error(records[-1].line, f"more than {MAX_RECORDS} records")
        includes = next((n for n, line in enumerate(text.text.split("\n"), 1) if line.startswith("include")), 0)
        return HbaPolicy(records, includes)


def _records(text: RulesText) -> Iterator[_Record]:
    for number, raw in _lines(text):
        if len(raw) > MAX_LINE:
            raise text.line_error(number, f"longer than {MAX_LINE:,} characters")
        line = _uncommented(raw).strip()
        if not line or line.startswith("include"):
            continue
        fields = _fields(line)
        kind = fields[0][0].lower() if fields else ""
        if kind not in _TYPES:
            raise text.line_error(number, f"expected local, host, hostssl or hostnossl, found {kind!r}")
        rest: Sequence[tuple[str, ...]] = fields[3:]
        if len(fields) < (4 if kind == "local" else 5):
            raise text.line_error(number, "expected a database, a role, an address and a method")
        address = ""
        if kind != "local":
            address, rest = _address(rest)
            if "/" in address and not _is_network(address):
                raise text.line_error(number, f"expected an address, found {address!r}")
        method = rest[0][0].lower() if rest else ""
        if method not in _METHODS:
            raise text.line_error(number, f"expected a method such as scram-sha-256, found {method!r}")
        options = tuple(word for words in rest[1:] for word in words)
        yield _Record(kind, fields[1], fields[2], address, method, options, number, line)


def _lines(text: RulesText) -> Iterator[tuple[int, str]]:
    """Number and text of each line; a line that ends in a backslash goes on in the next one."""
    begin, joined = 0, ""
    for number, raw in enumerate(text.text.split("\n"), start=1):
        begin = begin or number
        joined += raw
        if joined.endswith("\\") and len(joined) <= MAX_LINE:
            joined = joined[:-1]
            continue
        yield begin, joined
        begin, joined = 0, ""
    if joined:
        yield begin, joined


def _address(rest: Sequence[tuple[str, ...]]) -> tuple[str, Sequence[tuple[str, ...]]]:
    """An address; in the older format its mask is the next word."""
    address = rest[0][0].lower()
    if len(rest) > 1 and re.fullmatch(r"[0-9.]+|[0-9a-f:]*:[0-9a-f:]*", rest[1][0].lower()):
        return f"{address}/{rest[1][0]}", rest[2:]
    return address, rest[1:]


def _is_network(address: str) -> bool:
    try:
        ipaddress.ip_network(address, strict=False)
    except ValueError:
        return False
    return True


def _fields(line: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    words: list[str] = []
    behind_comma = True
    end = 0
    for word in _WORD.finditer(line):
        if word.group() == ",":
            behind_comma = True
            continue
        if not behind_comma and word.start() >= end and words:
            found.append(tuple(words))
            words = []
        words.append(_unquoted(word.group()))
        behind_comma, end = False, word.end()
    return [*found, tuple(words)] if words else found


def _unquoted(word: str) -> str:
    """A name without its quotes. A keyword in quotes is a name: it keeps them."""
    name = word.strip('"')
    return word if word != name and (name in _KEYWORDS or name[:1] in ("+", "@")) else name


def _uncommented(line: str) -> str:
    quoted = False
    for at, sign in enumerate(line):
        if sign == '"':
            quoted = not quoted
        elif sign == "#" and not quoted:
            return line[:at]
    return line


class HbaPolicy:
    """Records in their order."""

    def __init__(self, records: Sequence[_Record], includes: int = 0) -> None:
        """Keep the records in their order.

        Args:
            records: the records.
            includes: the line that includes another file; 0 without one. Records there may come before others.
        """
        self._records = records
        self._includes = includes

    def paths(self) -> Iterator[str]:
        """``database/role`` of each record."""
        seen = dict.fromkeys(f"{','.join(one.databases)}/{','.join(one.roles)}" for one in self._records)
        yield from list(seen)[: interface.MAX_PATHS]

    def ask(self, who: Requester, path: str) -> PathPermissions:  # noqa: ARG002 - external requesters have no account here
        """Evaluate ``database/role``, ``database``, or ``/`` for any database and role."""
        database, _, role = path.strip("/").partition("/")
        database, role = ("" if name == "all" else name for name in (database, role))
        permit = self._first(database, role) if database or role else self._any()
        return PathPermissions(permit, permit)

    def _any(self) -> Permission:
        last = self._first("", "")
        pairs = dict.fromkeys((_one(one.databases), _one(one.roles)) for one in self._records if one.is_free)
        for number, (database, role) in enumerate(pairs):
            if last.allowed:
                return last
            if number >= MAX_PAIRS:
                reason = f"more than {MAX_PAIRS} pairs of database and role: not all were checked"
                return interface.deny(reason, last.line, last.rule, certain=False)
            found = self._first(database, role)
            last = found if found.allowed or (last.certain and found.line) else last
        return last

    def _first(self, database: str, role: str) -> Permission:
        """What the first matching record says, for each kind of connection that an external requester can choose."""
        refused: dict[_Record, int] = {}
        unsure: _Record | None = None
        for family, tls in product(_UNIVERSE, (True, False)):
            left, free = _Addresses(family), 0
            for record in self._records:
                matches = _matches(record, database, role)
                if matches is False or not record.takes(tls=tls):
                    continue
                try:
                    span = record.covers(family)
                except ValueError:
                    matches, span = None, None
                if matches is None:
                    # A name in DNS, a group, a pattern or a list in another file decides.
                    unsure = unsure or (record if record.is_free else None)
                    continue
                taken = left.take(*span) if span is not None else 0
                if record.is_free and taken:
                    free += taken
                    if free >= EVERYBODY * left.all:
                        return self._allow(record, database, role, family, free / left.all)
                elif taken:
                    refused[record] = refused.get(record, 0) + taken
        if unsure is not None:
            reason = "a host name, a group, a pattern or a list in another file decides whether the record matches"
            return interface.deny(reason, unsure.line, unsure.text, certain=False)
        if self._includes:
            return interface.deny("the records of included files were not read", self._includes, certain=False)
        if not refused:
            return interface.deny("no record allows remote connections")
        record = max(refused, key=lambda one: refused[one])
        reason = "connections are rejected" if record.method == "reject" else "a login is required"
        return interface.deny(reason, record.line, record.text)

    def _allow(self, record: _Record, database: str, role: str, family: int, part: float) -> Permission:
        request = f"psql 'host=<host> user={role or 'postgres'} dbname={database or 'postgres'}'"
        share = "" if part > 0.99 else f" for about {part:.1%} of the public IPv{family} addresses"
        reason = f"{_FREE[record.method]}{share}; {_ELSEWHERE}"
        return interface.allow(record.line, record.text, request, reason=reason, certain=not self._includes)


_OWN_NAME = {"sameuser", "samerole", "samegroup"}


def _one(names: Sequence[str]) -> str:
    return next((name for name in names if name not in {"all", *_OWN_NAME} and name[:1] not in ("+", "@", "/")), "")


def _matches(record: _Record, database: str, role: str) -> bool | None:
    """True if a record covers a database and a role; ``None`` if that is not in the file. An empty one is any."""
    databases = record.databases
    if database and role and "sameuser" in databases:
        databases = tuple(role if name == "sameuser" else name for name in databases)
    found = (_covers(databases, database), _covers(record.roles, role))
    return False if False in found else None if None in found else True


def _covers(names: Sequence[str], wanted: str) -> bool | None:
    if "all" in names:
        return wanted != "replication"
    if wanted in names or (wanted and f'"{wanted}"' in names):
        return True
    if not wanted and _OWN_NAME & set(names):
        return True
    return None if any(name[:1] in ("+", "@", "/") or name in _OWN_NAME for name in names) else False
