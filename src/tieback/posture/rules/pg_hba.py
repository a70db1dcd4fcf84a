"""PostgreSQL's ``pg_hba.conf``: the first record that matches a connection decides.

Source: https://www.postgresql.org/docs/current/auth-pg-hba-conf.html, and ``check_db`` and ``check_role`` of
PostgreSQL's hba.c. An external requester connects from any public address, with or without TLS, to an existing database
and as an existing role, or asks for physical replication. ``all`` in a path is a name that no record has.
"""

import ipaddress
import re
import shlex
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
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
_OWN_NAME = {"sameuser", "samerole", "samegroup"}
_ELSEWHERE = "if postgresql.conf lets it listen beyond this machine"


MAX_RECORDS = 4000
"""Most records of one file."""
MAX_LINE = 65_536
"""Most characters of a record."""
MAX_PAIRS = 500
"""Most pairs of database and role that one question looks at."""
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

    def has(self, first: int, last: int) -> bool:
        """True if addresses from ``first`` to ``last`` are still there."""
        return bisect_left(self._ends, first) < bisect_right(self._starts, last)

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


@dataclass(frozen=True, slots=True)
class _Side:
    """The database or the role of a connection."""

    name: str
    is_fresh: bool = False
    """True if no record has this name: it stands for the others."""
    is_open: bool = False
    """True if the name is a word for names that are not in the file: a group, a pattern, or a list in another file."""


_REPLICATION = _Side("replication")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A connection: its database, or physical replication, and its role."""

    database: _Side
    role: _Side

    @property
    def is_replication(self) -> bool:
        return self.database is _REPLICATION

    @property
    def is_open(self) -> bool:
        return self.database.is_open or self.role.is_open

    def matches(self, record: _Record) -> bool | None:
        """True if the record covers it; ``None`` if that is not in the file."""
        found = self._databases(record.databases), _best(_role(word, self.role) for word in record.roles)
        if False in found:
            return False
        if None not in found:
            # Whether a name of that group, pattern or list exists is not in the file.
            return None if record.is_free and self.is_open else True
        # There are names beside those of a group, a pattern or a list: a fresh name is one of them.
        fresh = (self.database.is_fresh, self.role.is_fresh)
        passes = not record.is_free and any(one is None and new for one, new in zip(found, fresh, strict=True))
        return False if passes else None

    def _databases(self, words: Sequence[str]) -> bool | None:
        return _best(self._database(word) for word in words)

    def _database(self, word: str) -> bool | None:
        if self.is_replication:
            return None if word.startswith("@") else word == "replication"
        if word == "replication":
            return False
        if word == "all" or (word == self.database.name and self.database.is_open):
            return True
        if self.is_open and word in _OWN_NAME:
            return None
        if word in _OWN_NAME and self.database.name == self.role.name:
            return True
        if word in _OWN_NAME - {"sameuser"}:
            return False if self.database.is_fresh or self.role.is_fresh else None
        if word in _OWN_NAME:
            return False
        return _named(word, self.database)


def _role(word: str, role: _Side) -> bool | None:
    if word == "all" or (word == role.name and role.is_open):
        return True
    if word.startswith("+") and not role.is_open:
        return word[1:] == role.name or (False if role.is_fresh else None)
    return None if word.startswith("+") else _named(word, role)


def _named(word: str, side: _Side) -> bool | None:
    return None if side.is_open or word[:1] in ("@", "/") else _name(word) == side.name


def _best(found: Iterable[bool | None]) -> bool | None:
    results = set(found)
    return True if True in results else None if None in results else False


def _name(word: str) -> str:
    """The name of a word; one that would be a keyword without its quotes still has them."""
    return word.strip('"') if word.startswith('"') else word


def _path(record: _Record) -> str:
    """``database/role``; a name with a comma or a slash is in quotes."""
    sides = (
        ",".join(f'"{word}"' if re.search(r"[,/]", word) and '"' not in word else word for word in words)
        for words in (record.databases, record.roles)
    )
    return "/".join(sides)


def _path_words(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words for the database and for the role of a path; none for any."""
    sides: list[list[str]] = [[""], [""]]
    is_role, quoted = False, False
    for sign in path.strip("/"):
        quoted ^= sign == '"'
        if sign == "/" and not quoted and not is_role:
            is_role = True
        elif sign == "," and not quoted:
            sides[is_role].append("")
        else:
            sides[is_role][-1] += sign
    databases, roles = (tuple(_unquoted(word) for word in words if word) for words in sides)
    return databases, roles


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
        self._databases = {_name(word) for one in records for word in one.databases}
        self._roles = {_name(word) for one in records for word in one.roles}
        self._has_own_names = bool(_OWN_NAME & {word for one in records for word in one.databases})

    def paths(self) -> Iterator[str]:
        """``database/role`` of each record."""
        seen = dict.fromkeys(_path(one) for one in self._records)
        yield from list(seen)[: interface.MAX_PATHS]

    def ask(self, who: Requester, path: str) -> PathPermissions:  # noqa: ARG002 - external requesters have no account here
        """Evaluate ``database/role``, ``database`` for any role, or ``/`` for any of both.

        Both are lists of words as in a record. ``all`` is a name that no record has; ``replication`` is no database.
        """
        found: list[tuple[Permission, _Pair]] = []
        for pair in self._pairs(*_path_words(path)):
            if len(found) == MAX_PAIRS:
                permit, _ = max(found, key=_weight)
                reason = f"more than {MAX_PAIRS} pairs of database and role: not all were checked"
                found = [(interface.deny(reason, permit.line, permit.rule, certain=False), pair), *found]
                break
            found.append((self._first(pair), pair))
            if _weight(found[-1]) >= (True, True):
                break
        return _permissions(*max(found, key=_weight))

    def _pairs(self, databases: Sequence[str], roles: Sequence[str]) -> Iterator[_Pair]:
        """The connections that a question is about, those for replication last. No words: any."""
        words = dict.fromkeys(product(databases or ("all",), roles or ("all",)))
        if not databases or not roles:
            for record in self._records:
                if record.is_free:
                    words.update(dict.fromkeys(product(databases or record.databases, roles or record.roles)))
        for database, role in sorted(words, key=lambda pair: pair[0] == "replication"):
            yield from self._pairs_of(database, role)

    def _pairs_of(self, database: str, role: str) -> Iterator[_Pair]:
        """The connections for one word each."""
        if database == "replication":
            yield _Pair(_REPLICATION, self._role(role))
        elif database in _OWN_NAME:
            own = self._role(role, self._databases)
            yield _Pair(own, own)
            if database != "sameuser":
                yield _Pair(_Side(database, is_open=True), own)
        elif database == "all":
            used = self._databases | ({self._role(role).name} if self._has_own_names else set())
            yield _Pair(_fresh(("postgres", "template1"), "<database>", used), self._role(role))
        else:
            side = _Side(_name(database), is_open=database[:1] in ("@", "/"))
            yield _Pair(side, self._role(role, {side.name} if self._has_own_names else ()))

    def _role(self, word: str, used: Collection[str] = ()) -> _Side:
        """The role of a word; for ``all`` one that no record has, with a name that is not in ``used`` either."""
        if word == "all":
            return _fresh(("postgres",), "<role>", {*self._roles, *used})
        return _Side(_name(word), is_open=word[:1] in ("+", "@", "/"))

    def _covering(
        self, pair: _Pair, family: int, *, tls: bool
    ) -> Iterator[tuple[_Record, bool | None, tuple[int, int]]]:
        """Each record for these connections, if it is certain that it covers the pair, and its addresses."""
        for record in self._records:
            matches = pair.matches(record)
            if matches is False or not record.takes(tls=tls):
                continue
            try:
                span = record.covers(family)
            except ValueError:
                # A name in DNS decides about its own addresses only.
                if record.is_free:
                    yield record, None, _span(_UNIVERSE[family])
                continue
            if span is not None:
                yield record, matches, span

    def _first(self, pair: _Pair) -> Permission:
        """What the first matching record says, for each kind of connection that an external requester can choose."""
        refused: dict[_Record, int] = {}
        unsure: _Record | None = None
        is_certain = not self._includes
        for family, tls in product(_UNIVERSE, (True, False)):
            left, free = _Addresses(family), 0
            for record, matches, span in self._covering(pair, family, tls=tls):
                if matches is None:
                    if left.has(*span):
                        unsure = unsure or (record if record.is_free else None)
                        is_certain &= record.is_free
                    continue
                taken = left.take(*span)
                if record.is_free and taken:
                    free += taken
                    if free >= EVERYBODY * left.all:
                        return _allow(record, pair, f"IPv{family}", free / left.all, tls=tls, certain=is_certain)
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


def _weight(answer: tuple[Permission, _Pair]) -> tuple[bool, bool, bool]:
    """Access comes first, of that what is certain; without access, what is not certain."""
    permit, _ = answer
    return permit.allowed, permit.allowed is permit.certain, permit.line > 0


def _permissions(permit: Permission, pair: _Pair) -> PathPermissions:
    if not permit.allowed or not pair.is_replication:
        return PathPermissions(permit, permit)
    # https://www.postgresql.org/docs/current/protocol-replication.html: BASE_BACKUP copies all files, and no SQL runs.
    reason = "a connection for physical replication runs no SQL"
    return PathPermissions(permit, interface.deny(reason, permit.line, permit.rule, certain=permit.certain))


def _allow(record: _Record, pair: _Pair, family: str, part: float, *, tls: bool, certain: bool) -> Permission:
    settings = {"host": "<host>", "user": pair.role.name}
    settings |= {"replication": "true"} if pair.is_replication else {"dbname": pair.database.name}
    # By default psql prefers TLS.
    settings |= {} if tls else {"sslmode": "disable"}
    conninfo = " ".join(f"{name}={_conninfo(value)}" for name, value in settings.items())
    request = f"psql {shlex.quote(conninfo)}{' -c IDENTIFY_SYSTEM' if pair.is_replication else ''}"
    share = "" if part > 0.99 else f" for about {part:.1%} of the public {family} addresses"
    reason = f"{_FREE[record.method]}{share}; {_ELSEWHERE}"
    if pair.is_replication:
        reason += ", and the role has REPLICATION: a backup then copies every database"
    return interface.allow(record.line, record.text, request, reason=reason, certain=certain)


def _conninfo(value: str) -> str:
    """A value of a connection string, in quotes if it needs them."""
    if re.fullmatch(r"[^\s'\\]+", value):
        return value
    return "'" + re.sub(r"(['\\])", r"\\\1", value) + "'"


def _fresh(names: Iterable[str], placeholder: str, used: Collection[str]) -> _Side:
    """The first name that is not in use: those that every server has come first."""
    return _Side(next((name for name in names if name not in used), placeholder), is_fresh=True)
