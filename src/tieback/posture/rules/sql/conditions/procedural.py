"""Small functions in PL/pgSQL: ``IF``, ``RETURN``, ``SELECT … INTO`` and assignments. Loops and other
statements are not evaluated.

Source: https://www.postgresql.org/docs/current/plpgsql-control-structures.html.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tieback.posture.rules.sql import parse
from tieback.posture.rules.sql.conditions.context import Context, Scope
from tieback.posture.rules.sql.conditions.evaluator import Evaluator
from tieback.posture.rules.sql.conditions.queries import scalar
from tieback.posture.rules.sql.conditions.values import FALSE, TRUE, UNKNOWN, Truth, truth
from tieback.posture.rules.sql.parse import Node, StatementError, kind_of
from tieback.posture.rules.sql.statements import blocks

MAX_TOKENS = 1_500


@dataclass(frozen=True, slots=True)
class Return:
    """``RETURN expression``."""

    expression: Node


@dataclass(frozen=True, slots=True)
class ReturnQuery:
    """``RETURN QUERY SELECT …``: rows are added to the result."""

    query: Node


@dataclass(frozen=True, slots=True)
class Finish:
    """``RETURN`` without a value."""


@dataclass(frozen=True, slots=True)
class Raise:
    """``RAISE EXCEPTION``: the request fails."""


@dataclass(frozen=True, slots=True)
class Set:
    """``name := expression`` or ``SELECT expression INTO name FROM …``."""

    name: str
    query: Node


@dataclass(frozen=True, slots=True)
class If:
    """Branches with their conditions, in their order; ``None`` for ``ELSE``."""

    branches: tuple[tuple[Node | None, tuple["Step", ...]], ...]


type Step = Return | ReturnQuery | Finish | Raise | Set | If
_INTO = re.compile(r"\binto\s+(?:strict\s+)?([a-z_][a-z0-9_]*)", re.IGNORECASE)


class _NotSimpleError(Exception):
    pass


@lru_cache(maxsize=512)
def compile_body(body: str) -> tuple[Step, ...] | None:
    """The steps of a function; ``None`` if it has others."""
    tokens = blocks.tokens(body)
    if len(tokens) > MAX_TOKENS:
        return None
    try:
        return _Compiler(body, tokens).program()
    except (_NotSimpleError, StatementError, IndexError, KeyError, RecursionError):
        return None


class _Compiler:
    def __init__(self, body: str, tokens: Sequence[blocks.Token]) -> None:
        self._body, self._tokens, self._at = body, tokens, 0

    def _word(self, offset: int = 0) -> str:
        at = self._at + offset
        return self._tokens[at].value.lower() if at < len(self._tokens) else ""

    def program(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        if self._word() == "declare":
            self._at += 1
            while self._word() not in {"begin", ""}:
                steps += self._declaration()
        if self._word() != "begin":
            raise _NotSimpleError
        self._at += 1
        return (*steps, *self._steps({"end"}))

    def _declaration(self) -> list[Step]:
        name = self._word()
        begin = self._at
        end = self._until({";"})
        mark = next((at for at in range(begin, end) if self._tokens[at].value.lower() in {":=", "default", "="}), None)
        self._at = end + 1
        text = self._text(mark + 1, end) if mark is not None else "null"
        return [Set(name, _query(f"select {text}"))]

    def _steps(self, ends: set[str]) -> tuple[Step, ...]:
        found: list[Step] = []
        while self._word() not in ends:
            if not self._word():
                raise _NotSimpleError
            found += self._step()
        return tuple(found)

    def _step(self) -> list[Step]:
        word, begin = self._word(), self._at
        if word == "if":
            return [self._if()]
        end = self._until({";"})
        self._at = end + 1
        text = self._text(begin + 1, end)
        if word == "return" and self._tokens[begin + 1].value.lower() not in {"query", "next", ";"}:
            return [Return(_expression(text))]
        if word == "return" and self._tokens[begin + 1].value.lower() == "query":
            return [ReturnQuery(_query(self._text(begin + 2, end)))]
        if word == "return" and begin + 1 == end:
            return [Finish()]
        if word == "raise":
            return [Raise()] if self._tokens[begin + 1].value.lower() == "exception" else []
        if word == "null":
            return []
        whole = self._text(begin, end)
        if word == "select" and len(_INTO.findall(whole)) == 1:
            into = _INTO.search(whole)
            assert into is not None
            return [Set(into.group(1).lower(), _query(whole[: into.start()] + whole[into.end() :]))]
        if self._tokens[begin + 1].value in {":=", "="}:
            return [Set(word, _query(f"select {self._text(begin + 2, end)}"))]
        raise _NotSimpleError

    def _if(self) -> If:
        branches: list[tuple[Node | None, tuple[Step, ...]]] = []
        while True:
            begin = self._at + 1
            end = self._until({"then"})
            self._at = end + 1
            branches.append((_expression(self._text(begin, end)), self._steps({"elsif", "elseif", "else", "end"})))
            if self._word() in {"elsif", "elseif"}:
                continue
            if self._word() == "else":
                self._at += 1
                branches.append((None, self._steps({"end"})))
            if self._word(1) != "if":
                raise _NotSimpleError
            self._at = self._until({";"}) + 1
            return If(tuple(branches))

    def _until(self, words: set[str]) -> int:
        level = 0
        for at in range(self._at, len(self._tokens)):
            value = self._tokens[at].value.lower()
            level += (value == "(") - (value == ")")
            if value in words and level == 0:
                return at
        raise _NotSimpleError

    def _text(self, at: int, end: int) -> str:
        return self._body[self._tokens[at].at : self._tokens[end - 1].end] if end > at else ""


def _query(text: str) -> Node:
    trees = parse.parse(text)
    if len(trees) != 1 or trees[0][0] != "SelectStmt":
        raise _NotSimpleError
    return trees[0][1]


def _expression(text: str) -> Node:
    found: Node = kind_of(_query(f"select {text}")["targetList"][0])[1]["val"]
    return found


def returned_rows(program: Sequence[Step]) -> tuple[tuple[Node, ...], Node] | None:
    """The only query of a function that returns rows, and the conditions that end the function before it.

    ``None`` if it has other steps.
    """
    ends: list[Node] = []
    for at, step in enumerate(program):
        match step:
            case If(branches):
                for condition, steps in branches:
                    if condition is None or len(steps) != 1 or not isinstance(steps[0], Raise | Finish):
                        return None
                    ends.append(condition)
            case ReturnQuery(query):
                return (tuple(ends), query) if all(isinstance(one, Finish) for one in program[at + 1 :]) else None
            case _:
                return None
    return None


def trees_of(steps: Sequence[Step]) -> Iterator[Node]:
    """The expressions and queries of a program."""
    for step in steps:
        match step:
            case Return(expression):
                yield expression
            case ReturnQuery(query) | Set(_, query):
                yield {"SelectStmt": query}
            case If(branches):
                for condition, inner in branches:
                    if condition is not None:
                        yield condition
                    yield from trees_of(inner)


def run(program: Sequence[Step], evaluator: Evaluator, scope: Scope, context: Context) -> Any:
    """The value that a function returns."""
    return _run(tuple(program), evaluator, scope, context)


def _run(steps: tuple[Step, ...], evaluator: Evaluator, scope: Scope, context: Context) -> Any:
    for at, step in enumerate(steps):
        match step:
            case Return(expression):
                return evaluator.value(expression, scope, context)
            case ReturnQuery():
                return UNKNOWN
            case Raise():
                return FALSE
            case Finish():
                return None
            case Set(name, query):
                scope.parameters = {**scope.parameters, name: scalar(evaluator, query, scope, context)}
            case If(branches):
                return _branches(branches, steps[at + 1 :], evaluator, scope, context)
    return None


def _branches(
    branches: Sequence[tuple[Node | None, tuple[Step, ...]]],
    rest: tuple[Step, ...],
    evaluator: Evaluator,
    scope: Scope,
    context: Context,
) -> Any:
    if not branches:
        return _run(rest, evaluator, scope, context)
    (condition, steps), others = branches[0], branches[1:]
    met = TRUE if condition is None else truth(evaluator.value(condition, scope, context))
    inner = Scope(scope.rows, scope.parent, scope.parameters, scope.queries)
    if met.possible == TRUE.possible:
        return _run((*steps, *rest), evaluator, inner, context)
    if "T" not in met.possible:
        return _branches(others, rest, evaluator, scope, context)
    first = truth(_run((*steps, *rest), evaluator, inner, context))
    second = truth(_branches(others, rest, evaluator, scope, context))
    concrete = ""
    if met.concrete == "T":
        concrete = first.concrete
    elif met.concrete in {"F", "N"}:
        concrete = second.concrete
    elif met.concrete == "C" and (first.holds or second.holds):
        concrete = "C"
    return Truth(first.possible | second.possible, concrete)
