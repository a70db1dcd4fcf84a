"""Security rules of Cloud Firestore and of Cloud Storage for Firebase: ``match`` blocks with ``allow`` statements.

Semantics: https://firebase.google.com/docs/firestore/security/rules-structure and
https://firebase.google.com/docs/reference/rules/rules. Access is allowed if any matching statement is true. A recursive
wildcard covers one or more segments in version 1, zero or more in version 2.
"""

import time
from collections import ChainMap
from collections.abc import Iterator, Sequence
from datetime import datetime

from tieback.posture.rules import interface
from tieback.posture.rules.expression import Expression, ExpressionParser, Literal
from tieback.posture.rules.firestore_request import Operation, evaluate_condition
from tieback.posture.rules.firestore_statements import AllowStatement, Function, Segment
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.logic import CHOSEN, OPEN, STORED, Value
from tieback.posture.rules.source import RulesText

_MAX_STATEMENTS = 20_000
_MAX_DEPTH = 64
_MAX_SEGMENTS = 100
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
        if not scan.take(";") and not scan.ahead("}"):
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
        self._now = now

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
        return PathPermissions(
            self._best(who, segments, ("get", "list"), "read"),
            self._best(who, segments, ("create", "update", "delete"), "write"),
        )

    def _best(self, who: Requester, segments: Sequence[str], methods: Sequence[str], what: str) -> Permission:
        uncertain: Permission | None = None
        near: AllowStatement | None = None
        first = segments[0] if segments else ""
        places = sorted({*self._by_first.get(first, ()), *self._by_first.get("", ())})
        for statement in (self._statements[place] for place in places):
            service = _service(statement.pattern)
            for method in methods:
                if method not in statement.methods:
                    continue
                names = self._names(statement.pattern, _targets(segments, method, service))
                if names is None:
                    continue
                near = near or statement
                found = evaluate_condition(statement, Operation(method, who, names, self._now))
                if found not in (True, CHOSEN, STORED):
                    continue
                request = f"{method} /{'/'.join(segments)}" + (
                    " as any signed-in user" if who is Requester.ANY_USER else " without signing in"
                )
                if found is not STORED:
                    return interface.allow(statement.line, statement.text, request)
                if uncertain is None:
                    reason = "stored data decides"
                    uncertain = interface.allow(statement.line, statement.text, request, reason=reason, certain=False)
        if uncertain is not None:
            return uncertain
        if near is None:
            return interface.deny(f"no statement that allows {what} matches the path: denied by default")
        return interface.deny("no matching statement allows this identity", near.line, near.text)

    def _names(self, pattern: Sequence[Segment], path: Sequence[str]) -> dict[str, Value] | None:
        """Values of the wildcards of a pattern for this path; ``None`` if it does not match."""
        shown = [part.text for part in pattern]
        rest = pattern[_prefix(shown) :]
        names: dict[str, Value] = {part.text: "(default)" for part in pattern[: _prefix(shown)] if part.wild}
        found = self._match(rest, path, set())
        return None if found is None else {**names, **found}

    def _match(
        self, pattern: Sequence[Segment], path: Sequence[str], dead: set[tuple[int, int]]
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


def _value(segment: str) -> Value:
    return OPEN if segment.startswith("{") else segment


def _service(pattern: Sequence[Segment]) -> str:
    return "storage" if pattern and pattern[0].text == "b" else "firestore"


def _prefix(segments: Sequence[str]) -> int:
    """Number of segments in the prefix that all paths share."""
    if len(segments) >= 3 and segments[0] == "databases" and segments[2] == "documents":
        return 3
    return 3 if len(segments) >= 3 and segments[0] == "b" and segments[2] == "o" else 0


def _targets(segments: Sequence[str], method: str, service: str) -> Sequence[str]:
    """The path for the statements of a method; for a collection, the path of its documents."""
    if service == "storage" or len(segments) % 2 == 0:
        return segments
    # An odd number of segments is a collection, without the name of a document.
    return [*segments, "{any}"] if method != "get" else segments
