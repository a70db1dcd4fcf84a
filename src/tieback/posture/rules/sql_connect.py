"""Firebase SQL Connect (Data Connect): the queries and mutations of connectors, in GraphQL.

Semantics: https://firebase.google.com/docs/data-connect/authorization-and-security and
https://firebase.google.com/docs/reference/data-connect/gql/directive#auth. Clients can execute only these operations.
An operation without ``@auth`` is closed. ``eq_expr: "auth.uid"`` and similar arguments limit it to the own data.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any

import msgspec

from tieback.model.errors import InputError
from tieback.posture.rules import interface
from tieback.posture.rules.cel import Cel
from tieback.posture.rules.graphql import Operation, Selection, read_operations
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.logic import CHOSEN, OPEN, OWN, OWNED, STORED, NamedValues, Value
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.table import Access, ResourceTable, not_in_files
from tieback.posture.rules.tree import read_yaml

_LEVELS = {
    "PUBLIC": "true",
    "USER_ANON": "auth.uid != nil",
    "USER": "auth.uid != nil && auth.token.firebase.sign_in_provider != 'anonymous'",
    "USER_EMAIL_VERIFIED": "auth.uid != nil && auth.token.email_verified",
    "NO_ACCESS": "false",
}
_TOKEN = NamedValues(
    {
        "email": OWN, "email_verified": CHOSEN, "phone_number": OWN, "name": CHOSEN, "sub": OWN, "user_id": OWN,
        "firebase": NamedValues({"sign_in_provider": CHOSEN}, STORED),
    },
    None,
)  # fmt: skip
_USER = NamedValues({"uid": OWN, "token": _TOKEN}, None)
_NOBODY = NamedValues({"uid": None, "token": NamedValues({}, None)}, None)
_OWN_ONLY = "only data that names this identity"
_MAX_DEPTH = 40


class SqlConnect:
    """Reads ``.gql`` files of connectors."""

    meta = RulesReaderMeta(
        "firebase-sql-connect",
        "Firebase SQL Connect (Data Connect)",
        "https://firebase.google.com/docs/data-connect/authorization-and-security",
    )

    def recognises(self, text: RulesText) -> bool:
        """True for GraphQL with ``@auth(level: …)`` or ``@auth(expr: …)``."""
        if not text.name.endswith((".gql", ".graphql")):
            return False
        head = text.text[:2_000_000]
        return "@auth(" in head and ("level:" in head or "expr:" in head) and "rules:" not in head

    def read(self, text: RulesText) -> ResourceTable:
        """Read one file of operations. Raises ``InputError``."""
        return self.read_project([text])

    def read_project(self, texts: Sequence[RulesText]) -> ResourceTable:
        """Read the files of connectors. Raises ``InputError``."""
        connectors = dict(_connectors(texts))
        found: dict[str, Access] = {}
        for text in texts:
            if not text.name.endswith((".gql", ".graphql")):
                continue
            file = text.path if len(texts) > 1 else ""
            folder = str(PurePath(text.path).parent)
            prefix = f"{connectors[folder]}/" if folder in connectors else ""
            for one in read_operations(text):
                if one.name:
                    found[prefix + one.name] = partial(_access, one, file)
        if not found:
            raise InputError("no queries and no mutations", where=texts[0].path, advice="Pass the folder dataconnect/")
        return ResourceTable(found, not_in_files("operation"))


def _connectors(texts: Sequence[RulesText]) -> Iterator[tuple[str, str]]:
    """Folder and name of each ``connector.yaml``."""
    for text in texts:
        if text.name == "connector.yaml":
            name = read_yaml(text).get("connectorId")
            if name is not None and name.text:
                yield str(PurePath(text.path).parent), name.text


def _access(operation: Operation, file: str, who: Requester) -> PathPermissions:
    decided = msgspec.structs.replace(_decide(operation, who), file=file)
    other = interface.deny(f"a {operation.kind}: see the other column", operation.line)
    return PathPermissions(other, decided) if operation.kind == "mutation" else PathPermissions(decided, other)


def _decide(operation: Operation, who: Requester) -> Permission:
    request = f"{operation.kind} {operation.name}" + (
        " as any signed-in user" if who is Requester.ANY_USER else " without signing in"
    )
    auth = operation.directives.get("auth")
    if auth is None:
        return interface.deny("no @auth: closed by default", operation.line)
    shown = f"@auth({', '.join(f'{name}: {value}' for name, value in auth.arguments.items())})"
    found = _level(auth.arguments, who, operation.required)
    line = auth.line
    if found is None:
        return interface.allow(line, shown, request, reason="an access level that is not known", certain=False)
    is_write = operation.kind == "mutation"
    if found is False:
        return interface.deny("the level denies this identity", line, shown)
    if found is OWNED:
        if is_write:
            return interface.allow(line, shown, request, reason=_OWN_ONLY, own_only=True)
        return interface.deny(_OWN_ONLY, line, shown)
    if found is STORED:
        return interface.allow(line, shown, request, reason="a claim or the request decides", certain=False)
    return _by_content(operation, who, line, shown, request)


def _level(arguments: Mapping[str, Any], who: Requester, required: Collection[str]) -> Value | None:
    """The truth of level and expression; ``None`` for an unknown level."""
    rules: list[str] = []
    if "level" in arguments:
        rule = _LEVELS.get(str(arguments["level"]))
        if rule is None:
            return None
        rules.append(rule)
    if "expr" in arguments:
        rules.append(str(arguments["expr"]))
    if not rules:
        return False
    # A required variable is never null, and so never the identity of a request without a login.
    filled = OPEN if who is Requester.ANONYMOUS else CHOSEN
    sent = NamedValues(dict.fromkeys(required, filled), CHOSEN)
    scope: dict[str, Value] = {
        "auth": _USER if who is Requester.ANY_USER else _NOBODY,
        "vars": sent,
        "request": NamedValues({"variables": sent, "time": STORED, "operationName": STORED}, STORED),
    }
    return Cel(scope, {}, {}).truth(" && ".join(f"({rule})" for rule in rules))


def _by_content(operation: Operation, who: Requester, line: int, shown: str, request: str) -> Permission:
    """An operation that the level allows: its fields can be limited to the own data, or checked."""
    limited = [_is_own(one) for one in operation.selections]
    if any(one.has_check for one in operation.selections):
        return interface.allow(line, shown, request, reason="@check: stored data decides", certain=False)
    if limited and all(limited):
        if who is Requester.ANONYMOUS:
            reason = "limited to a login that the request does not have"
            return interface.allow(line, shown, request, reason=reason, certain=False)
        if operation.kind == "mutation":
            return interface.allow(line, shown, request, reason=_OWN_ONLY, own_only=True)
        return interface.deny(_OWN_ONLY, line, shown)
    return interface.allow(line, shown, request)


def _is_own(selection: Selection) -> bool:
    """True if an argument compares with, or sets, the identity of the requester."""
    return _names_user(selection.arguments, 0)


def _names_user(value: Any, depth: int) -> bool:
    if depth > _MAX_DEPTH:
        return False
    if isinstance(value, dict):
        if "_or" in value or "_not" in value:
            return False
        return any(
            (name.endswith("_expr") and isinstance(one, str) and one.strip() in {"auth.uid", "auth.token.email"})
            or _names_user(one, depth + 1)
            for name, one in value.items()
        )
    return isinstance(value, list) and len(value) == 1 and _names_user(value[0], depth + 1)
