"""Values of expressions in blocks that constants and variables decide.

Source: https://www.postgresql.org/docs/current/functions-string.html, for ``format`` and ``quote_ident``.
"""

import re
from typing import Any, Self

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, kind_of, string, strings


class UnknownError(Exception):
    """A value that is not constant."""


class Row(str):
    """A row of a loop: its fields, and the first one as text."""

    __slots__ = ("fields",)
    fields: dict[str, Any]

    def __new__(cls, fields: dict[str, Any], first: Any) -> Self:
        """A row with its fields and its first value."""
        made = super().__new__(cls, "" if first is None else str(first))
        made.fields = fields
        return made


def value_of(node: Any, scope: dict[str, Any]) -> Any:
    """The value of a constant expression. Raises ``UnknownError``."""
    kind, fields = kind_of(node)
    match kind:
        case "A_Const":
            return names.constant(node)
        case "TypeCast":
            return value_of(fields["arg"], scope)
        case "ColumnRef":
            return _column(strings(fields["fields"]), scope)
        case "A_ArrayExpr":
            return [value_of(one, scope) for one in fields.get("elements", [])]
        case "FuncCall":
            return _call(strings(fields["funcname"])[-1], [value_of(one, scope) for one in fields.get("args", [])])
        case "BoolExpr":
            parts = [value_of(one, scope) for one in fields["args"]]
            match fields["boolop"]:
                case "AND_EXPR":
                    return all(parts)
                case "OR_EXPR":
                    return any(parts)
            return not parts[0]
        case "A_Expr":
            return _operation(fields, scope)
        case "List":
            return [value_of(one, scope) for one in fields.get("items", [])]
    raise UnknownError


def _column(parts: list[str], scope: dict[str, Any]) -> Any:
    value = scope.get(parts[0].lower())
    if len(parts) == 2 and isinstance(value, Row) and parts[1] in value.fields:
        return value.fields[parts[1]]
    if len(parts) == 2 and parts[1] in scope:
        return scope[parts[1]]
    if len(parts) == 1 and parts[0].lower() in scope:
        return value
    raise UnknownError


def _operation(fields: Node, scope: dict[str, Any]) -> Any:
    operator = string(fields["name"][0])
    left, right = value_of(fields["lexpr"], scope), value_of(fields["rexpr"], scope)
    match fields["kind"], operator:
        case "AEXPR_OP", "||":
            if isinstance(left, list) or isinstance(right, list):
                return [*(left if isinstance(left, list) else [left]), *(right if isinstance(right, list) else [right])]
            return f"{_text(left)}{_text(right)}"
        case ("AEXPR_OP", "=") if not isinstance(right, list):
            return left == right
        case ("AEXPR_OP", "<>"):
            return left != right
        case ("AEXPR_IN", _):
            return (left in right) == (operator == "=")
        case ("AEXPR_OP_ANY", "="):
            return left in right
        case ("AEXPR_OP_ALL", "<>"):
            return left not in right
        case ("AEXPR_LIKE", _):
            pattern = re.escape(str(right)).replace("%", ".*").replace("_", ".")
            return (re.fullmatch(pattern, str(left), re.DOTALL) is not None) == (operator == "~~")
    raise UnknownError


def _text(value: Any) -> str:
    if value is None or isinstance(value, list):
        raise UnknownError
    return str(value)


def _call(name: str, values: list[Any]) -> Any:
    match name:
        case "format":
            return _format(_text(values[0]), values[1:])
        case "quote_ident":
            return _identifier(_text(values[0]))
        case "quote_literal" | "quote_nullable":
            return _literal(values[0])
        case "concat":
            return "".join("" if one is None else str(one) for one in values)
        case "lower":
            return _text(values[0]).lower()
        case "replace":
            return _text(values[0]).replace(_text(values[1]), _text(values[2]))
        case "unnest" if isinstance(values[0], list):
            return values[0]
        case "string_to_array":
            return _text(values[0]).split(_text(values[1]))
    raise UnknownError


def _identifier(value: str) -> str:
    if re.fullmatch(r"[a-z_][a-z0-9_]*", value):
        return f'"{value}"'
    quoted = value.replace('"', '""')
    return f'"{quoted}"'


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    text = str(value).replace("'", "''")
    return f"'{text}'"


_PLACE = re.compile(r"%(?:(\d+)\$)?(-?\d*)([sIL%])")


def _format(template: str, values: list[Any]) -> str:
    position = 0

    def one(match: re.Match[str]) -> str:
        nonlocal position
        if match.group(3) == "%":
            return "%"
        at = int(match.group(1)) - 1 if match.group(1) else position
        position = at + 1
        if at >= len(values):
            raise UnknownError
        value = values[at]
        if match.group(3) == "L":
            return _literal(value)
        return _identifier(_text(value)) if match.group(3) == "I" else _text(value)

    return _PLACE.sub(one, template)
