"""Evaluation of CEL, the expression language of InstantDB and of Firebase SQL Connect.

Language: https://github.com/google/cel-spec/blob/master/doc/langdef.md. Macros with a variable, such as ``exists``, are
not evaluated: a rule with one is not decided.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from tieback.model.errors import InputError
from tieback.posture.rules import logic
from tieback.posture.rules.evaluate import Evaluator, matches
from tieback.posture.rules.evaluate import Function as Evaluated
from tieback.posture.rules.expression import (
    CallExpression,
    Expression,
    ExpressionParser,
    MemberExpression,
    NameExpression,
)
from tieback.posture.rules.logic import CHOSEN, ERROR, OPEN, OWN, STORED, UnknownValue, Value
from tieback.posture.rules.source import RulesText

MAX_RULE = 20_000
"""Most characters of one rule."""
MAX_NESTED = 20
"""Most aliases that use each other."""
_METHODS = {"startsWith", "endsWith", "contains", "matches", "size", "lowerAscii", "upperAscii"}

type Extra = Callable[[Value, str], Value | None]
"""The result of a method of the product; ``None`` if it is not one of them."""


class Cel:
    """Evaluates rules.

    Args:
        scope: values of the variables.
        aliases: other rules by their name; ``None`` for one that is not shown.
        functions: results of functions of the product, such as ``auth.ref``.
        extra: results of methods of the product.
        methods: names of those methods.
    """

    def __init__(
        self,
        scope: Mapping[str, Value],
        aliases: Mapping[str, str | None],
        functions: Mapping[str, Evaluated],
        extra: Extra = lambda _of, _name: None,
        methods: Collection[str] = (),
    ) -> None:
        self._scope = {"nil": None, **scope}
        self._aliases = aliases
        self._functions = {"size": _size, "has": lambda _: STORED, **functions}
        self._extra = extra
        self._methods = _METHODS | set(methods)
        self._nested = 0
        self._known: dict[str, Value] = {}
        self._is_known = True
        """False if a rule uses something that is not evaluated."""

    def truth(self, rule: str) -> Value:
        """The truth of a rule. An error denies access; a rule that is not evaluated is ``STORED``."""
        found = logic.to_truth(self._value(rule))
        if found is ERROR:
            return False if self._is_known else STORED
        return found

    def _value(self, rule: str) -> Value:
        self._nested += 1
        try:
            if self._nested > MAX_NESTED or len(rule) > MAX_RULE:
                return self._unknown()
            parser = ExpressionParser(RulesText("", rule))
            expression = parser.expression()
            if not parser.done():
                return self._unknown()
            self._bind(expression)
            names = {**self._scope, **self._known}
            return Evaluator(names, self._functions, self._method, null_members=False, strict=False).value(expression)
        except InputError:
            return self._unknown()
        finally:
            self._nested -= 1

    def _unknown(self) -> Value:
        self._is_known = False
        return STORED

    def _bind(self, expression: Expression) -> None:
        """Evaluate the aliases that an expression uses."""
        waiting: list[Any] = [expression]
        while waiting:
            node = waiting.pop()
            if isinstance(node, tuple):
                waiting += node
                continue
            if isinstance(node, CallExpression):
                waiting += node.arguments
                if isinstance(node.function, MemberExpression):
                    waiting.append(node.function.of)
                    self._is_known &= node.function.name in self._methods
                else:
                    self._is_known &= (
                        isinstance(node.function, NameExpression) and node.function.name in self._functions
                    )
            elif isinstance(node, NameExpression):
                self._name(node.name)
            elif hasattr(node, "__dataclass_fields__"):
                waiting += [getattr(node, name) for name in node.__dataclass_fields__]

    def _name(self, name: str) -> None:
        if name in self._scope or name in self._known:
            return
        body = self._aliases.get(name)
        self._known[name] = STORED
        self._known[name] = self._unknown() if body is None else self._value(body)

    def _method(self, of: Value, name: str, arguments: Sequence[Value]) -> Value:
        of = logic.plain(of)
        if of is ERROR or of is None:
            return ERROR
        if name not in self._methods:
            return STORED
        found = self._extra(of, name)
        if found is not None:
            return found
        if isinstance(of, str) and all(isinstance(one, str) for one in arguments):
            match name, arguments:
                case "startsWith", [start]:
                    return of.startswith(start)
                case "endsWith", [end]:
                    return of.endswith(end)
                case "contains", [part]:
                    return part in of
                case "matches", [pattern]:
                    return matches(of, pattern, whole=False)
        return CHOSEN if of is CHOSEN else STORED


def _size(arguments: Sequence[Value]) -> Value:
    match arguments:
        case [list() | str() as value]:
            return len(value)
        case [UnknownValue() as value]:
            return STORED if value in (OWN, OPEN) else value
    return STORED
