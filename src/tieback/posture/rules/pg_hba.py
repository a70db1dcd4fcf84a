"""PostgreSQL's ``pg_hba.conf``: the first record that matches a connection decides.

Source: https://www.postgresql.org/docs/current/auth-pg-hba-conf.html. An external requester connects from any public
address, with or without TLS, to an existing database and as an existing role.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
_ELSEWHERE = "if postgresql.conf lets it listen beyond this machine"


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
    def reached(self) -> bool | None:
        """True if it applies to connections from any address; ``None`` if names decide."""
        if self.kind in {"local", "hostgssenc"} or self.address in {"samehost", "samenet"}:
            return False
        if self.address == "all":
            return True
        try:
            return ipaddress.ip_network(self.address, strict=False).prefixlen == 0
        except ValueError:
            return None


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
        return HbaPolicy(tuple(_records(text)))


def _records(text: RulesText) -> Iterator[_Record]:
    for number, raw in enumerate(text.text.split("\n"), start=1):
        line = _uncommented(raw).strip()
        if not line or line.startswith(("include", "@")):
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
        method = rest[0][0].lower() if rest else ""
        if method not in _METHODS:
            raise text.line_error(number, f"expected a method such as scram-sha-256, found {method!r}")
        options = tuple(word for words in rest[1:] for word in words)
        yield _Record(kind, fields[1], fields[2], address, method, options, number, line)


def _address(rest: Sequence[tuple[str, ...]]) -> tuple[str, Sequence[tuple[str, ...]]]:
    """An address; in the older format its mask is the next word."""
    address = rest[0][0].lower()
    if len(rest) > 1 and re.fullmatch(r"[0-9.]+|[0-9a-f:]*:[0-9a-f:]*", rest[1][0].lower()):
        return f"{address}/{rest[1][0]}", rest[2:]
    return address, rest[1:]


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
        words.append(word.group().strip('"'))
        behind_comma, end = False, word.end()
    return [*found, tuple(words)] if words else found


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

    def __init__(self, records: Sequence[_Record]) -> None:
        self._records = records

    def paths(self) -> Iterator[str]:
        """``database/role`` of each record."""
        seen = dict.fromkeys(f"{','.join(one.databases)}/{','.join(one.roles)}" for one in self._records)
        yield from list(seen)[: interface.MAX_PATHS]

    def ask(self, who: Requester, path: str) -> PathPermissions:  # noqa: ARG002 - external requesters have no account here
        """Evaluate ``database/role``, ``database``, or ``/`` for any database and role."""
        database, _, role = path.strip("/").partition("/")
        permit = self._first(database, role) if database not in {"", "all"} or role not in {"", "all"} else self._any()
        return PathPermissions(permit, permit)

    def _any(self) -> Permission:
        last = interface.deny("no record allows remote connections")
        for record in self._records:
            found = self._first(_one(record.databases), _one(record.roles))
            if found.allowed:
                return found
            if found.line:
                last = found
        return last

    def _first(self, database: str, role: str) -> Permission:
        unsure: _Record | None = None
        for record in self._records:
            if not (_matches(record.databases, database) and _matches(record.roles, role)):
                continue
            if record.reached is None:
                unsure = unsure or (record if record.method in _FREE else None)
                continue
            if not record.reached:
                continue
            if record.method not in _FREE or "clientcert" in " ".join(record.options):
                reason = "connections are rejected" if record.method == "reject" else "a login is required"
                return interface.deny(reason, record.line, record.text)
            request = f"psql 'host=<host> user={role or 'postgres'} dbname={database or 'postgres'}'"
            reason = f"{_FREE[record.method]}; {_ELSEWHERE}"
            return interface.allow(record.line, record.text, request, reason=reason)
        if unsure is not None:
            reason = "the record matches a host name, which depends on DNS"
            return interface.deny(reason, unsure.line, unsure.text, certain=False)
        return interface.deny("no record allows remote connections")


def _one(names: Sequence[str]) -> str:
    return next(
        (name for name in names if name not in {"all", "sameuser", "samerole", "samegroup"} and name[0] not in "+@/"),
        "",
    )


def _matches(names: Sequence[str], wanted: str) -> bool:
    """True if a record covers a database or role; an empty one stands for any that no record names."""
    if "all" in names:
        return wanted != "replication"
    return wanted in names if wanted else bool({"sameuser", "samerole", "samegroup"} & set(names))
