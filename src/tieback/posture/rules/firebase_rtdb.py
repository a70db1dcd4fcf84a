"""Rules of the Firebase Realtime Database: ``.read`` and ``.write`` apply to a path and everything below it.

Semantics: https://firebase.google.com/docs/database/security/core-syntax and
https://firebase.google.com/docs/reference/security/database. A rule on a deeper level cannot revoke access from a
higher level. ``.validate`` is not evaluated, because a requester with write access can at least delete.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieback.model.errors import InputError
from tieback.posture.rules import interface, logic
from tieback.posture.rules.evaluate import Evaluator, matches
from tieback.posture.rules.expression import Expression, ExpressionParser, Regex
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.logic import CHOSEN, ERROR, OPEN, OWN, STORED, NamedValues, UnknownValue, Value
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_json

_MAX_SEGMENTS = 64
_TOKEN = NamedValues({
    "email": OWN, "email_verified": CHOSEN, "phone_number": OWN, "name": CHOSEN, "sub": OWN, "aud": STORED,
    "iss": STORED, "auth_time": CHOSEN, "firebase": NamedValues({"sign_in_provider": CHOSEN, "identities": CHOSEN}),
})  # fmt: skip
_USER = NamedValues({"uid": OWN, "provider": CHOSEN, "token": _TOKEN})
_QUERY = NamedValues({"equalTo": STORED, "startAt": STORED, "endAt": STORED}, CHOSEN)
"""A query for the requester's own id returns only its own data."""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Data at a path that is not read: ``STORED``, ``CHOSEN`` by the requester, or ``None`` if there is none."""

    kind: UnknownValue | None


@dataclass(frozen=True, slots=True)
class _Rule:
    line: int
    text: str
    expression: Expression | bool


@dataclass(frozen=True, slots=True)
class _Place:
    children: "dict[str, _Place]"
    read: _Rule | None
    write: _Rule | None

    @property
    def open_child(self) -> str:
        """Name of the child that stands for all others, such as ``$uid``; empty if there is none."""
        return next((name for name in self.children if name.startswith("$")), "")


class FirebaseRtdb:
    """Reads ``database.rules.json``."""

    meta = RulesReaderMeta(
        "firebase-rtdb", "Firebase Realtime Database", "https://firebase.google.com/docs/database/security/core-syntax"
    )

    def __init__(self, now: float | None = None) -> None:
        self._now = now
        """Current time in seconds since 1970; rules of the test mode expire on a date."""

    def at(self, moment: datetime) -> "FirebaseRtdb":
        """A reader for the access at that moment."""
        return FirebaseRtdb(moment.timestamp())

    def recognises(self, text: RulesText) -> bool:
        """True for a JSON object with ``rules`` that contains ``.read`` or ``.write``."""
        head = text.text[:200_000]
        return head.lstrip()[:1] in {"{", "/"} and '"rules"' in head and ('".read"' in head or '".write"' in head)

    def read(self, text: RulesText) -> "RtdbPolicy":
        """Read all rules. Raises ``InputError``."""
        root = read_json(text, loose=True)
        rules = root.get("rules")
        if rules is None or not isinstance(rules.value, dict):
            raise text.line_error(root.line, 'missing top-level object "rules"')
        return RtdbPolicy(_place(text, rules), time.time() if self._now is None else self._now)


def _place(text: RulesText, node: ConfigNode) -> _Place:
    children: dict[str, _Place] = {}
    for name, inner in node.items():
        if not name.startswith(".") and isinstance(inner.value, dict):
            children[name] = _place(text, inner)
    return _Place(children, _rule(text, node, ".read"), _rule(text, node, ".write"))


def _rule(text: RulesText, node: ConfigNode, name: str) -> _Rule | None:
    found = node.get(name)
    if found is None:
        return None
    if isinstance(found.value, bool):
        return _Rule(found.line, f'"{name}": {str(found.value).lower()}', found.value)
    if not isinstance(found.value, str):
        raise text.line_error(found.line, f"{name} must be a string, true or false")
    inner = RulesText(text.path, found.value)
    scanner = ExpressionParser(inner)
    try:
        expression = scanner.expression()
        if not scanner.done():
            raise inner.error(scanner.at, "an operator or the end of the rule")
    except InputError as error:
        # The line within the text is not a line of the file.
        column = inner.place(min(scanner.at, len(inner.text)))[1]
        raise text.line_error(found.line, f"{name}: {error.what} at character {column} of the rule") from None
    return _Rule(found.line, f'"{name}": "{found.value}"', expression)


class RtdbPolicy:
    """Rules of a Realtime Database."""

    def __init__(self, root: _Place, now: float) -> None:
        self._root = root
        self._now = now

    def paths(self) -> Iterator[str]:
        """Every path with a rule of its own."""
        waiting = [("/", self._root)]
        count = 0
        while waiting:
            path, place = waiting.pop()
            if place.read is not None or place.write is not None:
                yield path
                count += 1
                if count >= interface.MAX_PATHS:
                    return
            waiting += [(f"{path.rstrip('/')}/{name}", child) for name, child in reversed(place.children.items())]

    def ask(self, who: Requester, path: str) -> PathPermissions:
        """Evaluate a path such as ``/users/alice``; a segment such as ``$uid`` stands for any value."""
        segments = [segment for segment in path.removesuffix(".json").split("/") if segment][:_MAX_SEGMENTS]
        way = [({}, self._root), *self._down(segments)]
        return PathPermissions(
            self._judge(who, way, segments, writes=False), self._judge(who, way, segments, writes=True)
        )

    def _down(self, segments: Sequence[str]) -> Iterator[tuple[dict[str, Value], _Place]]:
        place, names = self._root, dict[str, Value]()
        for segment in segments:
            name = segment if segment in place.children and not segment.startswith("$") else place.open_child
            if not name:
                return
            if name.startswith("$"):
                names = {**names, name: OPEN if segment.startswith("$") else segment}
            place = place.children[name]
            yield names, place

    def _judge(
        self,
        who: Requester,
        way: Sequence[tuple[Mapping[str, Value], _Place]],
        segments: Sequence[str],
        *,
        writes: bool,
    ) -> Permission:
        best: Permission | None = None
        last: _Rule | None = None
        for names, place in way:
            rule = place.write if writes else place.read
            if rule is None:
                continue
            last = rule
            found = self._truth(rule, who, names, writes=writes)
            if found is True or found is CHOSEN:
                return interface.allow(rule.line, rule.text, _request(who, segments, writes=writes))
            if found is STORED and best is None:
                best = interface.allow(
                    rule.line,
                    rule.text,
                    _request(who, segments, writes=writes),
                    reason="stored data or the path decides",
                    certain=False,
                )
        if best is not None:
            return best
        if last is None:
            return interface.deny("no rule on the path: denied by default")
        return interface.deny("no rule on the path allows this identity", last.line, last.text)

    def _truth(self, rule: _Rule, who: Requester, names: Mapping[str, Value], *, writes: bool) -> Value:
        if isinstance(rule.expression, bool):
            return rule.expression
        stored, chosen = _Snapshot(STORED), _Snapshot(CHOSEN)
        scope: dict[str, Value] = {
            "auth": _USER if who is Requester.ANY_USER else None,
            "now": self._now * 1000,
            "root": stored,
            "data": stored,
            "newData": chosen if writes else ERROR,
            "query": ERROR if writes else _QUERY,
            **names,
        }
        return logic.to_truth(Evaluator(scope, {}, _method, null_members=True, strict=True).value(rule.expression))


def _request(who: Requester, segments: Sequence[str], *, writes: bool) -> str:
    path = "/".join(segments)
    login = "?auth=<ID token of any account>" if who is Requester.ANY_USER else ""
    return f"{'PUT' if writes else 'GET'} https://<database>/{path}.json{login}"


def _method(of: Value, name: str, arguments: Sequence[Value]) -> Value:
    if isinstance(of, _Snapshot):
        return _of_snapshot(of, name, arguments)
    if of is None or ERROR in arguments:
        return ERROR
    if isinstance(of, UnknownValue):
        return STORED if of in (OWN, OPEN) else of
    if not isinstance(of, str) or (not arguments and name not in {"toLowerCase", "toUpperCase"}):
        return ERROR
    return _of_text(of, name, arguments)


def _of_text(of: str, name: str, arguments: Sequence[Value]) -> Value:
    if name == "matches" and isinstance(arguments[0], Regex):
        return matches(of, arguments[0].pattern, arguments[0].flags, whole=False)
    unknown = next((argument for argument in arguments if isinstance(argument, UnknownValue)), None)
    if unknown is not None:
        return CHOSEN if unknown is CHOSEN else STORED
    texts = [argument for argument in arguments if isinstance(argument, str)]
    if len(texts) != len(arguments):
        return ERROR
    match name, texts:
        case "contains", [part]:
            return part in of
        case "beginsWith", [part]:
            return of.startswith(part)
        case "endsWith", [part]:
            return of.endswith(part)
        case "replace", [old, new]:
            return of.replace(old, new)[:10_000] if old else of
        case "toLowerCase", []:
            return of.lower()
        case "toUpperCase", []:
            return of.upper()
    return ERROR


def _of_snapshot(of: _Snapshot, name: str, arguments: Sequence[Value]) -> Value:
    if ERROR in arguments or None in arguments:
        return ERROR  # a path that is not a text aborts the rule
    if name in {"child", "hasChild"}:
        # Nothing is stored yet below the requester's own id.
        absent = of.kind is STORED and OWN in arguments
        child = _Snapshot(None if absent else of.kind)
        return child if name == "child" else _exists(child)
    match name:
        case "parent":
            return _Snapshot(STORED if of.kind is None else of.kind)
        case "exists" | "hasChildren":
            return _exists(of)
        case "val" | "getPriority":
            return of.kind
        case "isNumber" | "isString" | "isBoolean":
            return _exists(of)
    return ERROR


def _exists(of: _Snapshot) -> Value:
    return False if of.kind is None else of.kind
