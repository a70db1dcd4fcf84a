"""Accounts and privileges of MySQL and MariaDB: ``SHOW GRANTS``, ``SHOW CREATE USER`` and dumps of both.

Sources: https://dev.mysql.com/doc/refman/8.4/en/account-names.html and
https://mariadb.com/docs/server/reference/sql-statements. An account with an empty name accepts any name. An account
without a password is open to anyone who knows its name.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.s3_conditions import matches_glob
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql_text import SqlStatement, Token, statements

_READS = {"select", "all", "all privileges"}
_WRITES = {"insert", "update", "delete", "drop", "create", "alter", "all", "all privileges"}
_KNOWN = {"USAGE", "SELECT", "INSERT", "UPDATE", "DELETE", "ALL PRIVILEGES"}
_HEADER = re.compile(r"(?im)^[^\S\n]*(?:(?:Grants|CREATE USER) for [^\n]{1,400}|\+[-+]+\+[^\S\n]*)$")


@dataclass(slots=True)
class _Account:
    name: str
    host: str
    password: bool | None = None
    """``None`` if the file does not show it."""
    locked: bool = False
    grants: list[tuple[frozenset[str], str, int, str]] = field(default_factory=list)
    """Privileges, their object, line and text."""

    @property
    def reached(self) -> bool:
        """True if it applies to clients from any address."""
        if self.host in {"%", "", "%.%.%.%", "::"}:
            return True
        try:
            return ipaddress.ip_network(self.host, strict=False).prefixlen == 0
        except ValueError:
            return False


class MysqlGrants:
    """Reads accounts and grants."""

    meta = RulesReaderMeta(
        "mysql-grants", "MySQL and MariaDB grants", "https://dev.mysql.com/doc/refman/8.4/en/account-names.html"
    )

    def recognises(self, text: RulesText) -> bool:
        """True for grants to an account with a host."""
        return re.search(r"(?is)\b(?:GRANT|CREATE USER)\b.{1,2000}?['`\w]@['`]", text.text[:200_000]) is not None

    def read(self, text: RulesText) -> "MysqlPolicy":
        """Read all statements. Raises ``InputError``."""
        # The client's own output lines are not SQL; statements in its output have one line and no semicolon.
        plain = _HEADER.sub("", text.text)
        if ";" not in plain:
            plain = "\n".join(f"{line};" if line.strip() else "" for line in plain.split("\n"))
        accounts: dict[tuple[str, str], _Account] = {}
        for statement in statements(RulesText(text.path, plain)):
            _apply(accounts, statement)
        return MysqlPolicy(list(accounts.values()))


def _apply(accounts: dict[tuple[str, str], _Account], statement: SqlStatement) -> None:
    words = [token.value if token.kind in {"word", "sign"} else "" for token in statement.tokens]
    if statement.begins("grant") and "to" in words:
        to = len(words) - 1 - words[::-1].index("to")
        if "on" not in words[:to]:
            return
        on = words.index("on")
        account = _account(accounts, statement.tokens, to + 1)
        names = {part.strip() for part in " ".join(words[1:on]).split(",")}
        if "proxy" in names:
            return
        privileges = frozenset(re.sub(r"\(.*", "", name).strip() for name in names)
        target = "".join(token.value for token in statement.tokens[on + 1 : to]).removeprefix("table").replace("`", "")
        account.grants.append((privileges, target, statement.line, statement.text))
        _password(account, statement.tokens, words)
    elif statement.begins("create", "user") or statement.begins("alter", "user"):
        at = 2 + 3 * (words[2:5] == ["if", "not", "exists"]) + 2 * (words[2:4] == ["if", "exists"])
        account = _account(accounts, statement.tokens, at)
        account.locked = any(words[at : at + 2] == ["account", "lock"] for at in range(len(words)))
        if "identified" not in words:
            account.password = account.password or False
        _password(account, statement.tokens, words)


def _account(accounts: dict[tuple[str, str], _Account], tokens: Sequence[Token], at: int) -> _Account:
    name = tokens[at].value if at < len(tokens) and tokens[at].kind in {"word", "quoted", "text"} else ""
    host = "%"
    if at + 2 < len(tokens) and tokens[at + 1].value == "@":
        host = tokens[at + 2].value
        # An address without quotes consists of several tokens.
        host += "".join(token.value for token in tokens[at + 3 : at + 9]) if tokens[at + 2].kind == "number" else ""
    return accounts.setdefault((name, host), _Account(name, host))


def _password(account: _Account, tokens: Sequence[Token], words: Sequence[str]) -> None:
    if "identified" not in words:
        return
    at = words.index("identified")
    behind = tokens[at + 1 : at + 12]
    texts = [token.value for token in behind if token.kind == "text"]
    plugins = {"unix_socket", "auth_socket", "ed25519", "pam", "gssapi", "authentication_ldap_simple"}
    if {token.value for token in behind} & plugins:
        account.password = True
        return
    secrets = [text for text in texts if not text.endswith(("_password", "_plugin"))]
    account.password = bool(secrets and secrets[-1])


class MysqlPolicy:
    """Accounts of a server."""

    def __init__(self, accounts: Sequence[_Account]) -> None:
        self._accounts = accounts

    def paths(self) -> Iterator[str]:
        """Objects of the privileges, such as ``shop.*``."""
        named = dict.fromkeys(target for one in self._accounts for _, target, _, _ in one.grants)
        yield from list(named)[: interface.MAX_PATHS]

    def ask(self, who: Requester, path: str) -> PathPermissions:  # noqa: ARG002 - external requesters have no account here
        """Evaluate ``database.table``, ``database`` for any table, ``database.*``, ``*.*``, or ``/`` for any object.

        ``*.*`` and ``database.*`` are all objects: a grant on one of them is another path.
        """
        wanted = path.strip("/").replace("/", ".")
        return PathPermissions(self._judge(wanted, _READS), self._judge(wanted, _WRITES))

    def _judge(self, wanted: str, privileges: set[str]) -> Permission:
        unsure: Permission | None = None
        refused = interface.deny("no account without a password is reachable from other machines")
        for account in self._accounts:
            shown = f"'{account.name}'@'{account.host}'"
            for granted, target, line, text in account.grants:
                if not (granted & privileges and _covers(target, wanted)):
                    continue
                if not account.reached or account.locked:
                    continue
                request = f"a login as {account.name or 'any name'} without a password, to {target}"
                if account.password is False:
                    reason = (
                        "accepts any user name without a password" if not account.name else f"{shown} has no password"
                    )
                    return interface.allow(line, text, request, reason=reason)
                if account.password is None and not account.name:
                    reason = f"{shown} accepts any user name; the file does not show whether it has a password"
                    unsure = unsure or interface.allow(line, text, request, reason=reason, certain=False)
                elif account.password is None:
                    refused = interface.deny(
                        f"the file does not show whether {shown} has a password", line, text, certain=False
                    )
        return unsure or refused


def _covers(target: str, wanted: str) -> bool:
    """True if a grant on this object is one on the other; ``*.*`` and ``shop.*`` are objects of their own."""
    if not wanted or target == wanted:
        return True
    database, _, table = wanted.partition(".")
    own, _, rest = target.partition(".")
    if database == "*":
        return own == "*"
    pattern = own.replace("\\_", "_").replace("%", "*")
    return matches_glob(pattern.lower(), database.lower()) and (rest in {"*", ""} or table in {"", rest})
