"""Rules of the Firebase Realtime Database: ``.read`` and ``.write`` apply to a path and everything below it.

Semantics: https://firebase.google.com/docs/database/security/core-syntax and
https://firebase.google.com/docs/reference/security/database. A rule on a deeper level cannot revoke access from a
higher level. ``.validate`` does not protect a path: a requester with write access can at least delete. It limits the
values that a requester can give itself, such as a role that another rule consults.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tieback.model.errors import InputError
from tieback.posture.rules import interface, logic
from tieback.posture.rules.evaluate import Evaluator, matches
from tieback.posture.rules.expression import Expression, ExpressionParser, Regex
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.logic import (
    CHOSEN,
    ERROR,
    OPEN,
    OPTIONAL_OWN,
    OWN,
    OWNED,
    STORED,
    JoinedText,
    NamedValues,
    SettableValue,
    UnknownValue,
    Value,
)
from tieback.posture.rules.rounds import Rounds, chain, key_of, place_of, settled
from tieback.posture.rules.rtdb_types import is_accepted, refusal
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_json

_MAX_SEGMENTS = 64
_TOKEN = NamedValues({
    "email": OPTIONAL_OWN, "email_verified": CHOSEN, "phone_number": OPTIONAL_OWN, "name": CHOSEN, "sub": OWN,
    "aud": STORED, "iss": STORED, "auth_time": CHOSEN,
    "firebase": NamedValues({"sign_in_provider": CHOSEN, "identities": CHOSEN}),
})  # fmt: skip
_USER = NamedValues({"uid": OWN, "provider": CHOSEN, "token": _TOKEN})
_QUERY = NamedValues(
    {
        **dict.fromkeys(("orderByKey", "orderByPriority", "orderByValue", "orderByChild"), CHOSEN),
        **dict.fromkeys(("startAt", "endAt", "equalTo", "limitToFirst", "limitToLast"), CHOSEN),
    },
    ERROR,
)
_NOW = re.compile(r"\bnow\b")
_MAX_RULES = 2000
"""Most rules that one question evaluates."""

type _Path = tuple[Value, ...]
"""Names from the root; a name may be unknown."""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Data at a path, before or after the write."""

    path: _Path
    is_new: bool = False
    is_comparable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class _Write:
    """What the requester writes: anything at ``base`` and below, but ``value`` at ``target`` if that is given."""

    base: _Path
    target: _Path | None = None
    value: Value = CHOSEN

    def fills(self, snapshot: _Snapshot) -> bool:
        """True if data is at a snapshot after the write, because it is the target or above it."""
        target = self.target
        return (
            snapshot.is_new
            and target is not None
            and self.value is not None
            and (target[: len(snapshot.path)] == snapshot.path)
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    line: int
    text: str
    expression: Expression | bool
    refusal: str = ""
    """Why Firebase refuses the rule; empty if it does not."""


@dataclass(frozen=True, slots=True)
class _Place:
    children: "dict[str, _Place]"
    read: _Rule | None
    write: _Rule | None
    validate: _Rule | None

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
        return RtdbPolicy(_place(text, rules, frozenset()), time.time() if self._now is None else self._now)


def _place(text: RulesText, node: ConfigNode, names: frozenset[str]) -> _Place:
    children: dict[str, _Place] = {}
    for name, inner in node.items():
        if not name.startswith(".") and isinstance(inner.value, dict):
            children[name] = _place(text, inner, names | {name} if name.startswith("$") else names)
    return _Place(children, *(_rule(text, node, name, names) for name in (".read", ".write", ".validate")))


def _rule(text: RulesText, node: ConfigNode, name: str, path_names: frozenset[str]) -> _Rule | None:
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
    return _Rule(found.line, f'"{name}": "{found.value}"', expression, refusal(expression, name, path_names))


class RtdbPolicy:
    """Rules of a Realtime Database."""

    def __init__(self, root: _Place, now: float) -> None:
        self._root = root
        self._now = now
        self._left = 0
        self._rounds = Rounds()

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
        self._left, self._rounds = _MAX_RULES, Rounds()
        way = list(self._way(tuple(OPEN if segment.startswith("$") else segment for segment in segments)))
        return settled(
            self._rounds,
            lambda: PathPermissions(
                self._judge(who, way, segments, writes=False), self._judge(who, way, segments, writes=True)
            ),
        )

    def _way(self, path: _Path) -> Iterator[tuple[_Path, dict[str, Value], _Place]]:
        """The places from the root to a path, each with its path and the values of its ``$`` names."""
        place, names = self._root, dict[str, Value]()
        yield (), names, place
        for at, segment in enumerate(path):
            named = isinstance(segment, str) and segment in place.children
            name = str(segment) if named else place.open_child
            if not name:
                return
            if name.startswith("$"):
                names = {**names, name: segment}
            place = place.children[name]
            yield path[: at + 1], names, place

    def _judge(
        self,
        who: Requester,
        way: Sequence[tuple[_Path, Mapping[str, Value], _Place]],
        segments: Sequence[str],
        *,
        writes: bool,
    ) -> Permission:
        best: Permission | None = None
        last: _Rule | None = None
        reason = "no rule on the path allows this identity"
        for at, names, place in way:
            rule = place.write if writes else place.read
            if rule is None:
                continue
            last = rule
            if rule.refusal:
                reason = f"Firebase refuses this rule: {rule.refusal}"
                continue
            self._rounds.written.clear()
            found = self._truth(rule, who, at, names, _Write(at) if writes else None)
            request = _request(who, segments, writes=writes)
            if found is False and self._is_allowed_at(0, rule, who, at, names, writes=writes):
                reason = interface.EXPIRED
            if found is True or found is CHOSEN:
                first = chain(self._rounds) if found is CHOSEN else ""
                if not first and not self._is_allowed_at(4e9, rule, who, at, names, writes=writes, default=True):
                    first = interface.LIMITED
                return interface.allow(rule.line, rule.text, request, reason=first)
            if found is OWNED and writes and (best is None or not best.certain):
                best = interface.allow(rule.line, rule.text, request, reason=_OWN_ONLY, own_only=True)
            elif found is OWNED:
                reason = _OWN_ONLY
            if found is STORED and best is None:
                unsure = "stored data or the path decides"
                best = interface.allow(rule.line, rule.text, request, reason=unsure, certain=False)
        if best is not None:
            return best
        if last is None:
            return interface.deny("no rule on the path: denied by default")
        return interface.deny(reason, last.line, last.text)

    def _is_allowed_at(
        self,
        now: float,
        rule: _Rule,
        who: Requester,
        at: _Path,
        names: Mapping[str, Value],
        *,
        writes: bool,
        default: bool = False,
    ) -> bool:
        """Whether a rule with a condition on time allows access at another time, in seconds since 1970."""
        if not _NOW.search(rule.text):
            return default
        return self._truth(rule, who, at, names, _Write(at) if writes else None, now) in (True, CHOSEN)

    def _truth(
        self,
        rule: _Rule,
        who: Requester,
        at: _Path,
        names: Mapping[str, Value],
        write: _Write | None,
        now: float | None = None,
    ) -> Value:
        if isinstance(rule.expression, bool):
            return rule.expression
        if rule.refusal:
            return ERROR
        self._left -= 1
        if self._left < 0:
            return STORED
        scope: dict[str, Value] = {
            "auth": _USER if who is Requester.ANY_USER else None,
            "now": (self._now if now is None else now) * 1000,
            "root": _Snapshot(()),
            "data": _Snapshot(at),
            "newData": ERROR if write is None else _Snapshot(at, is_new=True),
            "query": _QUERY if write is None else ERROR,
            **names,
        }
        method = _Methods(
            lambda snapshot: self._content(snapshot, who, write),
            lambda snapshot: write is not None and write.fills(snapshot),
        )
        return logic.to_truth(Evaluator(scope, {}, method, null_members=True, strict=True).value(rule.expression))

    def _content(self, of: _Snapshot, who: Requester, write: _Write | None) -> Value:
        """What is at a snapshot: ``None``, or a value that is known, chosen, settable or stored."""
        if of.is_new and write is not None:
            if of.path == write.target:
                return write.value
            if of.path[: len(write.base)] == write.base:
                return CHOSEN
            if write.base[: len(of.path)] == of.path:
                return logic.NamedValues({}, STORED)  # something is there: at least what is written below
        return self._stored(of.path, who)

    def _stored(self, path: _Path, who: Requester) -> Value:
        """Data that is there before: the requester's own if the rules let it write there, or that of others."""
        is_own = any(map(logic.is_own, path))
        found = self._can_set(path, who, CHOSEN)
        if found in (True, CHOSEN, OWNED):
            self._rounds.written[f"/{place_of(path)}"] = None
            return SettableValue(lambda value: self._can_set(path, who, value), is_own)
        return None if found is False and is_own else STORED

    def _can_set(self, path: _Path, who: Requester, value: Value) -> Value:
        """Whether the rules let the requester write ``value`` at a path, with anything beside it."""
        return self._rounds.answer((path, key_of(value)), lambda: self._would_set(path, who, value))

    def _would_set(self, path: _Path, who: Requester, value: Value) -> Value:
        best: Value = False
        way = list(self._way(path))
        for at, names, place in way:
            if place.write is None:
                continue
            write = _Write(at, path, value)
            found = self._truth(place.write, who, at, names, write)
            for inner, inner_names, inner_place in way if found not in (False, ERROR) else ():
                if inner_place.validate is not None:
                    valid = self._truth(inner_place.validate, who, inner, inner_names, write)
                    found = logic.logical_and(found, valid)
            best = logic.logical_or(best, found)
        return False if best is ERROR else best


_OWN_ONLY = "only data that names this identity"


def _request(who: Requester, segments: Sequence[str], *, writes: bool) -> str:
    path = "/".join(segments)
    login = "?auth=<ID token of any account>" if who is Requester.ANY_USER else ""
    return f"{'PUT' if writes else 'GET'} https://<database>/{path}.json{login}"


class _Methods:
    """The methods of snapshots and texts."""

    def __init__(self, content: Callable[[_Snapshot], Value], is_filled: Callable[[_Snapshot], bool]) -> None:
        self._content = content
        self._is_filled = is_filled

    def __call__(self, of: Value, name: str, arguments: Sequence[Value]) -> Value:
        of = logic.plain(of)
        if isinstance(of, _Snapshot):
            return self._of_snapshot(of, name, arguments)
        if of is None or ERROR in arguments:
            return ERROR
        if isinstance(of, UnknownValue):
            if name not in _METHODS_OF_TEXTS or not _is_valid(name, arguments):
                return ERROR
            return STORED if of in (OWN, OPEN) else of
        if not isinstance(of, str) or (not arguments and name not in {"toLowerCase", "toUpperCase"}):
            return ERROR
        return _of_text(of, name, arguments)

    def _of_snapshot(self, of: _Snapshot, name: str, arguments: Sequence[Value]) -> Value:
        if ERROR in arguments:
            return ERROR
        match name, arguments:
            case "child", [path]:
                return _child(of, path)
            case "hasChild", [path]:
                inner = _child(of, path)
                return self._exists(inner) if isinstance(inner, _Snapshot) else ERROR
            case "hasChildren", []:
                return self._exists(of)
            case "hasChildren", [list() as names] if names:
                return self._has_all(of, names)
            case "parent", []:
                return _Snapshot(of.path[:-1], of.is_new) if of.path else ERROR
            case "exists", []:
                return self._exists(of)
            case (("val" | "getPriority"), []):
                return self._content(of)
            case (("isNumber" | "isString" | "isBoolean"), []):
                return self._is_kind(of, name)
        return ERROR

    def _has_all(self, of: _Snapshot, names: Sequence[Value]) -> Value:
        found: Value = True
        for name in names:
            inner = _child(of, name)
            found = logic.logical_and(found, self._exists(inner) if isinstance(inner, _Snapshot) else ERROR)
        return found

    def _exists(self, of: _Snapshot) -> Value:
        if self._is_filled(of):
            return True
        value = self._content(of)
        if value is None or value is STORED:
            return False if value is None else STORED
        return CHOSEN if value is CHOSEN or isinstance(value, SettableValue) else True

    def _is_kind(self, of: _Snapshot, name: str) -> Value:
        value = logic.plain(self._content(of))
        if isinstance(value, UnknownValue):
            return name == "isString" if value is OWN else value
        if isinstance(value, bool):
            return name == "isBoolean"
        return isinstance(value, str) if name == "isString" else name == "isNumber" and isinstance(value, int | float)


_METHODS_OF_TEXTS = {"length", "contains", "beginsWith", "endsWith", "replace", "toLowerCase", "toUpperCase", "matches"}


def _child(of: _Snapshot, path: Value) -> Value:
    """A snapshot below, or ``ERROR``: a path that is not a text aborts the rule."""
    inner: _Path
    path = path if isinstance(path, JoinedText) else logic.plain(path)
    if isinstance(path, str):
        inner = tuple(segment for segment in path.split("/") if segment)
    elif isinstance(path, JoinedText):
        inner = _segments(path)
    elif isinstance(path, UnknownValue):
        inner = (path,)
    else:
        return ERROR
    return _Snapshot((*of.path, *inner)[:_MAX_SEGMENTS], of.is_new)


def _segments(path: JoinedText) -> _Path:
    """The segments of a path that is joined from texts: ``'users/' + auth.uid + '/role'`` has three."""
    found: list[list[Value]] = [[]]
    for part in path.parts:
        first, *more = part.split("/") if isinstance(part, str) else [part]
        found[-1].append(first)
        found += [[one] for one in more]
    rows = [[part for part in row if part != ""] for row in found]
    return tuple(row[0] if len(row) == 1 else JoinedText(tuple(row)) for row in rows if row)


def _is_valid(name: str, arguments: Sequence[Value]) -> bool:
    """False if Firebase refuses such a call whatever the text is."""
    if name == "matches":
        return len(arguments) == 1 and isinstance(arguments[0], Regex) and is_accepted(arguments[0])
    wanted = {"replace": 2, "length": 0, "toLowerCase": 0, "toUpperCase": 0}.get(name, 1)
    return len(arguments) == wanted and not any(
        argument is None or isinstance(argument, bool | int | float) for argument in arguments
    )


def _of_text(of: str, name: str, arguments: Sequence[Value]) -> Value:
    if name == "matches":
        regex = arguments[0]
        if not isinstance(regex, Regex) or not is_accepted(regex):
            return ERROR
        return matches(of, regex.pattern, regex.flags, whole=False)
    arguments = [logic.plain(argument) for argument in arguments]
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
