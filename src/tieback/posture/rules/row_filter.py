"""Filters of rows in JSON, as Directus and Hasura have them: ``{"_and": [{"owner": {"_eq": "…"}}]}``.

Operators: https://directus.io/docs/guides/connect/filter-rules and
https://hasura.io/docs/2.0/api-reference/syntax-defs/#boolexp. All members of an object must be true.
"""

from collections.abc import Callable

from tieback.posture.rules import logic
from tieback.posture.rules.logic import CHOSEN, ERROR, OWN, OWNED, STORED, Value
from tieback.posture.rules.tree import ConfigNode

_MAX_DEPTH = 60
_EQUALS = {"_eq", "$eq", "_ieq"}
_DIFFERS = {"_neq", "$ne", "_ne", "_nieq"}
_LISTS = {"_in", "$in"}
_NOT_LISTS = {"_nin", "$nin"}

type Variable = Callable[[str], Value]
"""The value of a text that may name something of the requester, such as ``$CURRENT_USER``."""


def evaluate_row_filter(rule: ConfigNode, data: Value, variable: Variable, depth: int = 0) -> Value:
    """The truth of a filter for rows whose fields are ``data``: ``STORED``, or ``CHOSEN`` for a new row."""
    if depth > _MAX_DEPTH:
        return STORED
    if not isinstance(rule.value, dict):
        return STORED
    found: Value = True
    for name, node in rule.items():
        found = logic.logical_and(found, _member(name, node, data, variable, depth))
    return found


def _member(name: str, node: ConfigNode, data: Value, variable: Variable, depth: int) -> Value:
    if name in {"_and", "$and", "_or", "$or"}:
        is_and = name.endswith("and")
        joined = logic.logical_and if is_and else logic.logical_or
        found: Value = is_and
        for one in node.each():
            found = joined(found, evaluate_row_filter(one, data, variable, depth + 1))
        return found
    if name in {"_not", "$not"}:
        return logic.logical_not(evaluate_row_filter(node, data, variable, depth + 1))
    if name == "_exists":
        inner = node.get("_where")
        known = evaluate_row_filter(inner, STORED, variable, depth + 1) if inner is not None else True
        return known if known is False else STORED
    if not isinstance(node.value, dict):
        # The short form: a value instead of an operator.
        return _equals(data, variable(node.text))
    if any(key.startswith(("_", "$")) for key in node.value):
        found = True
        for operator, value in node.items():
            found = logic.logical_and(found, _compare(operator, value, data, variable, depth))
        return found
    # Fields of a related row: it is not part of a new one.
    return evaluate_row_filter(node, STORED if data is STORED else CHOSEN, variable, depth + 1)


def _compare(operator: str, node: ConfigNode, data: Value, variable: Variable, depth: int) -> Value:
    if operator in {"_some", "_and", "_or", "_not", "_exists"}:
        return (
            _member("_and", node, data, variable, depth + 1)
            if operator == "_some"
            else _member(operator, node, data, variable, depth)
        )
    if operator in _LISTS | _NOT_LISTS:
        listed: Value = False
        for one in node.each():
            listed = logic.logical_or(listed, _equals(data, _value(one, variable)))
        return listed if operator in _LISTS else logic.logical_not(listed)
    value = _value(node, variable)
    if operator in _EQUALS:
        return _equals(data, value)
    if operator in _DIFFERS:
        return logic.logical_not(_equals(data, value))
    return data if data in (CHOSEN, STORED) else STORED


def _value(node: ConfigNode, variable: Variable) -> Value:
    return variable(node.value) if isinstance(node.value, str) else node.value


def _equals(data: Value, value: Value) -> Value:
    """A field and a value: a value that the requester chooses can be that of any row."""
    if value is OWN:
        return OWNED if data is CHOSEN else False
    if value is ERROR:
        return ERROR
    return CHOSEN if value is CHOSEN else data


def filter_text(rule: ConfigNode, depth: int = 0) -> str:
    """A filter on one line, with the first members of each object."""
    if depth > 10:
        return "…"
    if isinstance(rule.value, dict):
        members = (f"{name}: {filter_text(one, depth + 1)}" for name, one in list(rule.value.items())[:10])
        return "{" + ", ".join(members) + "}"
    if isinstance(rule.value, list):
        return "[" + ", ".join(filter_text(one, depth + 1) for one in rule.value[:10]) + "]"
    return "null" if rule.value is None else rule.text
