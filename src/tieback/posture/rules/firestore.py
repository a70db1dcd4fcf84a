"""Security rules of Cloud Firestore and of Cloud Storage for Firebase: ``match`` blocks with ``allow`` statements.

Semantics: https://firebase.google.com/docs/firestore/security/rules-structure and
https://firebase.google.com/docs/reference/rules/rules. Access is allowed if any matching statement is true. A recursive
wildcard covers one or more segments in version 1, zero or more in version 2.
"""

import time
from collections import ChainMap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from tieback.posture.rules import interface, logic
from tieback.posture.rules.expression import Expression, ExpressionParser, Literal
from tieback.posture.rules.firestore_request import Operation, evaluate_condition
from tieback.posture.rules.firestore_statements import AllowStatement, Function, Segment
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.logic import (
    CHOSEN,
    ERROR,
    OPEN,
    OWN,
    OWNED,
    STORED,
    SettableValue,
    StoredRecord,
    Value,
)
from tieback.posture.rules.rounds import Rounds, chain, key_of, place_of, settled
from tieback.posture.rules.source import RulesText

_MAX_STATEMENTS = 20_000
_MAX_DEPTH = 64
_MAX_CONDITIONS = 1000
"""Most conditions that one question evaluates for what a requester can write."""
_MAX_SEGMENTS = 100
_LONG_AGO, _FAR_AHEAD = 0.0, 4e9
"""Times before and after those of rules, in seconds since 1970."""
_METHODS = {
    "read": ("get", "list"), "write": ("create", "update", "delete"),
    "get": ("get",), "list": ("list",), "create": ("create",), "update": ("update",), "delete": ("delete",),
}  # fmt: skip


class Firestore:
    """Reads ``firestore.rules`` and ``storage.rules``."""

    meta = RulesReaderMeta(
        "firebase-rules",
        "Cloud Firestore and Cloud Storage for Firebase",
        "https://firebase.google.com/docs/firestore/security/rules-structure",
    )

    def __init__(self, now: float | None = None) -> None:
        self._now = now
        """Current time in seconds since 1970; rules of the test mode expire on a date."""

    def at(self, moment: datetime) -> "Firestore":
        """A reader for the access at that moment."""
        return Firestore(moment.timestamp())

    def recognises(self, text: RulesText) -> bool:
        """True for ``service cloud.firestore`` or ``service firebase.storage``."""
        head = text.text[:200_000]
        return "service cloud.firestore" in head or "service firebase.storage" in head

    def read(self, text: RulesText) -> "FirestorePolicy":
        """Read all statements. Raises ``InputError``."""
        parser = _Parser(text)
        parser.whole()
        now = time.time() if self._now is None else self._now
        return FirestorePolicy(parser.statements, deep_may_be_empty=parser.version == "2", now=now)


type _Functions = ChainMap[str, Function]
"""Functions of a block, then those of the enclosing blocks. The dictionary is filled while the block is read, because a
function can be defined after its use.
"""


class _Parser:
    def __init__(self, text: RulesText) -> None:
        self._text = text
        self._scan = ExpressionParser(text, paths=True)
        self.version = "1"
        self.statements: list[AllowStatement] = []

    def whole(self) -> None:
        scan = self._scan
        if scan.take("rules_version"):
            scan.want("=")
            at = scan.skip()
            version = scan.string()
            if version not in {"1", "2"}:
                raise self._text.error(at, "'1' or '2'")
            self.version = version
            scan.take(";")
        functions: _Functions = ChainMap()
        while not scan.done():
            if scan.ahead("function"):
                self._function(functions)
                continue
            scan.want("service")
            scan.name("the name of a service")
            while scan.take("."):
                scan.name("the name of a service")
            scan.want("{")
            self._block((), functions, 0)

    def _block(self, pattern: tuple[Segment, ...], outer: _Functions, depth: int) -> None:
        """Read the statements up to the closing brace."""
        if depth > _MAX_DEPTH:
            raise self._text.error(self._scan.at, f"at most {_MAX_DEPTH} levels")
        functions = outer.new_child()
        scan = self._scan
        while not scan.take("}"):
            if scan.ahead("match"):
                scan.want("match")
                inner = self._pattern()
                scan.want("{")
                self._block((*pattern, *inner), functions, depth + 1)
            elif scan.ahead("allow"):
                self._allow(pattern, functions)
            elif scan.ahead("function"):
                self._function(functions)
            else:
                raise self._text.error(scan.skip(), '"match", "allow", "function" or "}"')

    def _pattern(self) -> tuple[Segment, ...]:
        scan, raw = self._scan, self._text.text
        found: list[Segment] = []
        scan.skip()
        while raw[scan.at : scan.at + 1] == "/":
            scan.at += 1
            if raw[scan.at : scan.at + 1] == "{":
                scan.at += 1
                name = scan.name("the name of a wildcard")
                deep = scan.take("=")
                if deep:
                    scan.want("**")
                scan.want("}")
                found.append(Segment(name, wild=True, deep=deep))
                continue
            begin = scan.at
            while scan.at < scan.end and raw[scan.at] not in "/{ \t\r\n":
                scan.at += 1
            if scan.at == begin:
                raise self._text.error(begin, "a segment of a path")
            found.append(Segment(raw[begin : scan.at]))
        if not found or len(found) > _MAX_SEGMENTS:
            raise self._text.error(scan.at, "a path that begins with /")
        return tuple(found)

    def _allow(self, pattern: tuple[Segment, ...], functions: _Functions) -> None:
        scan = self._scan
        begin = scan.skip()
        scan.want("allow")
        methods: set[str] = set()
        while True:
            at = scan.skip()
            name = scan.name("a method")
            if name not in _METHODS:
                raise self._text.error(at, "read, get, list, write, create, update or delete")
            methods.update(_METHODS[name])
            if not scan.take(","):
                break
        condition: Expression = Literal(True)
        if scan.take(":"):
            scan.want("if")
            condition = scan.expression()
        end = scan.at
        if not scan.take(";") and not any(scan.ahead(word) for word in ("}", "allow", "match", "function")):
            raise self._text.error(scan.at, '";"')
        if len(self.statements) >= _MAX_STATEMENTS:
            raise self._text.error(begin, f"at most {_MAX_STATEMENTS:,} statements")
        self.statements.append(
            AllowStatement(
                pattern,
                frozenset(methods),
                condition,
                self._text.line(begin),
                self._text.text[begin : min(end, begin + 2000)],
                functions,
            )
        )

    def _function(self, functions: _Functions) -> None:
        scan = self._scan
        scan.want("function")
        name = scan.name("the name of a function")
        scan.want("(")
        parameters: list[str] = []
        while not scan.take(")"):
            parameters.append(scan.name("a parameter"))
            if not scan.take(","):
                scan.want(")")
                break
        scan.want("{")
        lets: list[tuple[str, Expression]] = []
        while scan.take("let"):
            variable = scan.name("a variable")
            scan.want("=")
            lets.append((variable, scan.expression()))
            scan.want(";")
        scan.want("return")
        result = scan.expression()
        scan.take(";")
        scan.want("}")
        functions[name] = Function(tuple(parameters), tuple(lets), result)


class FirestorePolicy:
    """Statements of one file."""

    def __init__(self, statements: Sequence[AllowStatement], *, deep_may_be_empty: bool, now: float) -> None:
        self._statements = statements
        self._by_first: dict[str, list[int]] = {}
        """Indices of statements by the first segment of their pattern; empty for a wildcard, which covers any segment.
        """
        for place, statement in enumerate(statements):
            rest = statement.pattern[_prefix([part.text for part in statement.pattern]) :]
            first = "" if not rest or rest[0].wild else rest[0].text
            self._by_first.setdefault(first, []).append(place)
        self._deep_may_be_empty = deep_may_be_empty
        self.now = now
        """The time for conditions on time, in seconds since 1970."""

    def paths(self) -> Iterator[str]:
        """The patterns of the statements, without the prefix that all paths share."""
        patterns = dict.fromkeys(statement.pattern for statement in self._statements)
        for pattern in list(patterns)[: interface.MAX_PATHS]:
            shown = [
                f"{{{part.text}=**}}" if part.deep else f"{{{part.text}}}" if part.wild else part.text
                for part in pattern
            ]
            yield "/" + "/".join(shown[_prefix(shown) :])

    def ask(self, who: Requester, path: str) -> PathPermissions:
        """Evaluate a document, a collection or a file, such as ``/users/alice``; ``{any}`` stands for any segment.

        The prefix that all paths share can be left out: ``/databases/(default)/documents``, ``/b/BUCKET/o``.
        """
        segments = [part for part in path.split("/") if part][:_MAX_SEGMENTS]
        segments = segments[_prefix(segments) :]
        documents = _Documents(self, who)
        return settled(
            documents.rounds,
            lambda: PathPermissions(
                self._best(documents, segments, ("get", "list"), "read"),
                self._best(documents, segments, ("create", "update", "delete"), "write"),
            ),
        )

    def _best(self, documents: "_Documents", segments: Sequence[str], methods: Sequence[str], what: str) -> Permission:
        """The decision of the most open method, with all methods that are allowed."""
        return interface.strongest({method: self._decide(documents, segments, method, what) for method in methods})

    def _decide(self, documents: "_Documents", segments: Sequence[str], method: str, what: str) -> Permission:
        best: Permission | None = None
        near: AllowStatement | None = None
        reason = "no matching statement allows this identity"
        for statement, names in self.matching(segments, method):
            near = near or statement
            # The document of the path belongs to somebody else: of the requester's own one, only creation counts.
            stored = documents.data(segments) if method != "create" else STORED
            documents.rounds.written.clear()
            operation = Operation(method, documents.who, names, self.now, documents, stored=stored)
            found = evaluate_condition(statement, operation)
            if found is OWNED and what == "read":
                reason = "only data that names this identity"
            elif found is False and _is_allowed_at(statement, operation, _LONG_AGO):
                near, reason = statement, interface.EXPIRED
            if found not in (True, CHOSEN, STORED, OWNED) or (found is OWNED and what == "read"):
                continue
            request = f"{method} /{'/'.join(segments)}" + (
                " as any signed-in user" if documents.who is Requester.ANY_USER else " without signing in"
            )
            if found is True or found is CHOSEN:
                reason = chain(documents.rounds) if found is CHOSEN else ""
                if not _is_allowed_at(statement, operation, _FAR_AHEAD, default=True):
                    reason = reason or interface.LIMITED
                return interface.allow(statement.line, statement.text, request, reason=reason)
            if found is OWNED and (best is None or not best.certain):
                own = "only data that names this identity"
                best = interface.allow(statement.line, statement.text, request, reason=own, own_only=True)
            elif best is None:
                unsure = "stored data decides"
                best = interface.allow(statement.line, statement.text, request, reason=unsure, certain=False)
        if best is not None:
            return best
        if near is None:
            return interface.deny(f"no statement that allows {what} matches the path: denied by default")
        return interface.deny(reason, near.line, near.text)

    def matching(self, segments: Sequence[Value], method: str) -> Iterator[tuple[AllowStatement, dict[str, Value]]]:
        """The statements for a method at a path, with the values of their wildcards."""
        first = segments[0] if segments and isinstance(segments[0], str) else ""
        places = sorted({*self._by_first.get(first, ()), *self._by_first.get("", ())})
        for statement in (self._statements[place] for place in places):
            if method not in statement.methods:
                continue
            names = self._names(statement.pattern, _targets(segments, method, _service(statement.pattern)))
            if names is not None:
                yield statement, names

    def _names(self, pattern: Sequence[Segment], path: Sequence[Value]) -> dict[str, Value] | None:
        """Values of the wildcards of a pattern for this path; ``None`` if it does not match."""
        shown = [part.text for part in pattern]
        rest = pattern[_prefix(shown) :]
        fixed: Value = STORED if _service(pattern) == "storage" else "(default)"
        names: dict[str, Value] = {part.text: fixed for part in pattern[: _prefix(shown)] if part.wild}
        found = self._match(rest, path, set())
        return None if found is None else {**names, **found}

    def _match(
        self, pattern: Sequence[Segment], path: Sequence[Value], dead: set[tuple[int, int]]
    ) -> dict[str, Value] | None:
        """``dead`` stores remainders that do not match, so that many recursive wildcards cost no more than a few."""
        if not pattern:
            return {} if not path else None
        place = (len(pattern), len(path))
        if place in dead:
            return None
        first = pattern[0]
        if first.deep:
            ways = range(len(path), (0 if self._deep_may_be_empty else 1) - 1, -1)
        else:
            ways = range(1, 2) if path and (first.wild or first.text == path[0]) else range(0)
        for taken in ways:
            found = self._match(pattern[1:], path[taken:], dead)
            if found is not None:
                if first.deep:
                    return {first.text: [_value(part) for part in path[:taken]], **found}
                return {first.text: _value(path[0]), **found} if first.wild else found
        dead.add(place)
        return None


def _is_allowed_at(statement: AllowStatement, operation: Operation, now: float, *, default: bool = False) -> bool:
    """Whether a statement with a condition on time allows a request at another time."""
    if "request.time" not in statement.text:
        return default
    return evaluate_condition(statement, replace(operation, now=now)) in (True, CHOSEN)


class _Documents:
    """Documents of one database, as one requester can find or write them under its rules."""

    def __init__(self, policy: FirestorePolicy, who: Requester) -> None:
        self._policy = policy
        self.who = who
        self.rounds = Rounds()
        self._left = _MAX_CONDITIONS

    def record(self, path: Sequence[Value]) -> Value:
        """Data of a document: a record, or ``None`` if it is the requester's own one and cannot be written."""
        return self.data(path[_prefix(path) :]) if self.exists(path) is not False else None

    def exists(self, path: Sequence[Value]) -> Value:
        """Whether there is such a document, or the requester can write it."""
        inner = path[_prefix(path) :]
        found = self._can_set(inner, (), CHOSEN)
        if found in (True, CHOSEN, OWNED):
            self.rounds.written[f"/{place_of(inner)}"] = None
            return CHOSEN
        return False if found is False and OWN in inner else STORED

    def data(self, path: Sequence[Value], fields: tuple[Value, ...] = ()) -> StoredRecord:
        """The data of a document, or a map within: each member is stored or settable."""
        return StoredRecord(lambda name: self._field(path, (*fields, name)))

    def _field(self, path: Sequence[Value], fields: tuple[Value, ...]) -> Value:
        is_own = OWN in path
        found = self._can_set(path, fields, CHOSEN)
        if found in (True, CHOSEN, OWNED):
            self.rounds.written.pop(f"/{place_of(path)}", None)  # the field says more than the document
            self.rounds.written[f"/{place_of(path)} {place_of(fields).replace('/', '.')}"] = None
            return SettableValue(
                lambda value: self._can_set(path, fields, value),
                is_own,
                lambda name: self._field(path, (*fields, name)),
            )
        return ERROR if found is False and is_own else STORED

    def _can_set(self, path: Sequence[Value], fields: tuple[Value, ...], value: Value) -> Value:
        """Whether the rules let the requester write ``value`` into a field, with anything beside it."""
        key = (tuple(path), fields, key_of(value))
        return self.rounds.answer(key, lambda: self._would_set(path, fields, value))

    def _would_set(self, path: Sequence[Value], fields: tuple[Value, ...], value: Value) -> Value:
        sent = value
        for name in reversed(fields):
            sent = logic.NamedValues({str(name): sent}, CHOSEN) if isinstance(name, str) else CHOSEN
        own = OWN in path
        created = self._write(path, "create", sent, STORED) if own else False
        found = created
        if found not in (True, CHOSEN) and (not own or self._write(path, "create", CHOSEN, STORED)):
            # The requester's own document is created first, with other values, and then changed.
            before = StoredRecord(lambda name: self._created(path, name)) if own else self.data(path)
            found = logic.logical_or(found, self._write(path, "update", sent, before))
        return False if found is ERROR else found

    def _created(self, path: Sequence[Value], name: Value) -> Value:
        def can_be(value: Value) -> Value:
            return self._write(path, "create", logic.NamedValues({str(name): value}, CHOSEN), STORED)

        return SettableValue(can_be, is_own=True)

    def _write(self, path: Sequence[Value], method: str, sent: Value, before: Value) -> Value:
        best: Value = False
        for statement, names in self._policy.matching(path, method):
            self._left -= 1
            if self._left < 0:
                return STORED
            operation = Operation(method, self.who, names, self._policy.now, self, stored=before, sent=sent)
            best = logic.logical_or(best, evaluate_condition(statement, operation))
            if best is True:
                break
        return False if best is ERROR else CHOSEN if best is OWNED else best


def _value(segment: Value) -> Value:
    return OPEN if isinstance(segment, str) and segment.startswith("{") else segment


def _service(pattern: Sequence[Segment]) -> str:
    return "storage" if pattern and pattern[0].text == "b" else "firestore"


def _prefix(segments: Sequence[Value]) -> int:
    """Number of segments in the prefix that all paths share."""
    if len(segments) >= 3 and segments[0] == "databases" and segments[2] == "documents":
        return 3
    return 3 if len(segments) >= 3 and segments[0] == "b" and segments[2] == "o" else 0


def _targets(segments: Sequence[Value], method: str, service: str) -> Sequence[Value]:
    """The path for the statements of a method; for a collection, the path of its documents."""
    if service == "storage" or len(segments) % 2 == 0:
        return segments
    # An odd number of segments is a collection, without the name of a document.
    return [*segments, "{any}"] if method != "get" else segments
