"""Candidate values of columns: those that make comparisons true, and those that make them false."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.conditions.values import FRESH_TEXTS, NOW, OTHER_IDS, OWN_EMAIL, OWN_ID, UNKNOWN
from tieback.posture.rules.sql.parse import kind_of, string, strings
from tieback.posture.rules.sql.schema import Column

MAX_CANDIDATES = 20
MAX_TEXTS = 12
"""Most constants that a text is compared with."""
_UUID = 36
_PURE = {
    "abs", "array_length", "btrim", "cardinality", "char_length", "concat", "left", "length", "lower", "position",
    "replace", "right", "split_part", "starts_with", "string_to_array", "strpos", "substring", "upper",
}  # fmt: skip
"""Functions whose constants matter only if another argument depends on a row."""
_SESSION = (["auth", "uid"], ["auth", "role"], ["auth", "email"])
_PARTS = {"foldername", "split_part", "filename", "extension", "string_to_array"}


@dataclass(slots=True)
class Constants:
    """Constants of the expressions that are evaluated."""

    direct: dict[str, list[Any]] = field(default_factory=dict)
    """Those a column is compared with, by the name of the column (a member has its key after a zero character)."""
    others: list[Any] = field(default_factory=list)
    """All others: arguments of functions, constants compared with expressions."""
    linked: set[str] = field(default_factory=set)
    """Columns that are compared with other columns or expressions."""
    known: dict[Any, list[Any]] = field(default_factory=dict)
    """Candidates of columns, once they were computed."""
    paths: bool = False
    """True if texts are split: candidates have folders then."""
    truncated: bool = False
    """True if not all constants are candidates: then no denial is certain, and no access to all rows."""

    def collect(self, trees: Sequence[Any]) -> None:
        """Add the constants of expressions."""
        for kind, fields in parse.walk(list(trees)):
            if kind == "A_Expr":
                self._comparison(fields)
            elif kind == "FuncCall":
                self.paths |= strings(fields.get("funcname"))[-1] in _PARTS
                if _is_fixed({kind: fields}):
                    continue
                for one in fields.get("args", []):
                    value = kind_of(one)[1].get("arg") if "NamedArgExpr" in one else one
                    self._other(value)
                    self._link(value)
            elif kind == "SelectStmt":
                for one in fields.get("targetList", []):
                    self._link(kind_of(one)[1].get("val"))
            elif kind in {"ResTarget", "CaseWhen", "SubLink"}:
                for one in fields.values():
                    self._other(one)

    def _comparison(self, fields: dict[str, Any]) -> None:
        left, right = fields.get("lexpr"), fields.get("rexpr")
        operator = string(fields.get("name", [{}])[-1])
        if operator in {"->", "->>"}:
            return
        for one, other in ((left, right), (right, left)):
            column = column_name(one)
            values = _constants(other)
            if column and values is not None:
                known = self.direct.setdefault(column, [])
                known += [value for value in values if value not in known]
            elif column:
                self.linked.add(column)
            elif values is not None and not _is_fixed(one):
                self.others += [value for value in values if value not in self.others]
        if operator in {"~~", "~~*"}:
            for value in _constants(right) or []:
                column = column_name(left)
                if isinstance(value, str):
                    made = value.replace("%", "x").replace("_", "y")
                    (self.direct.setdefault(column, []) if column else self.others).append(made)

    def _link(self, node: Any) -> None:
        column = column_name(node)
        if column:
            self.linked.add(column)

    def _other(self, node: Any) -> None:
        for value in _constants(node) or []:
            if value not in self.others:
                self.others.append(value)


def _is_fixed(tree: Any) -> bool:
    """True if an expression cannot depend on a row, a parameter or metadata of the user."""
    for kind, fields in parse.walk(tree):
        if kind in {"ColumnRef", "ParamRef", "SubLink"}:
            return False
        if kind == "FuncCall":
            path = strings(fields.get("funcname"))
            if path not in _SESSION and path[-1] not in _PURE:
                return False
    return True


def column_name(node: Any) -> str:
    """Name of a column in a comparison, through casts; a member has its key after a zero character."""
    keys: list[str] = []
    while True:
        kind, fields = kind_of(node)
        if kind == "TypeCast":
            node = fields.get("arg")
        elif kind == "A_Expr" and string(fields["name"][-1]) in {"->", "->>"}:
            keys.append(string(fields.get("rexpr")))
            node = fields.get("lexpr")
        elif kind == "ColumnRef":
            return "\0".join([string(fields["fields"][-1]), *reversed(keys)])
        else:
            return ""


def _constants(node: Any) -> list[Any] | None:
    kind, fields = kind_of(node)
    items = fields.get("items" if kind == "List" else "elements", []) if kind in {"List", "A_ArrayExpr"} else [node]
    if kind == "TypeCast" and kind_of(fields.get("arg"))[0] in {"A_ArrayExpr", "TypeCast"}:
        return _constants(fields["arg"])
    try:
        return [names.constant(one) for one in items]
    except ValueError:
        return None


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) else None


def candidates(column: Column, name: str, constants: Constants, *, own: bool) -> list[Any]:
    """Candidate values of a column.

    Args:
        column: the column.
        name: its name, with the key of a member.
        constants: the constants of the expressions.
        own: True if the requester sets the value; else it belongs to somebody else.
    """
    compared = [one for one in constants.direct.get(name, []) if one is not None]
    if name in constants.linked or not compared:
        others = [*constants.others]
        if name in constants.linked:
            others += [one for each in constants.direct.values() for one in each]
        compared += [one for one in dict.fromkeys(map(_hashable, others)) if one is not None and one not in compared]
    member = "\0" in name
    kind = "text" if member else column.type
    if column.generated and own:
        own = False
    found = _of_type(kind, column, compared, constants, own=own)
    if column.array and not member:
        found = [[], *([one] for one in found), found[:2]]
    if len(found) > MAX_CANDIDATES:
        constants.truncated = True
        found = found[:MAX_CANDIDATES]
    if member or not column.not_null:
        found.append(None)
    return found


def _of_type(kind: str, column: Column, compared: list[Any], constants: Constants, *, own: bool) -> list[Any]:
    if column.values:
        return list(column.values)
    match kind:
        case "boolean":
            return [True, False]
        case "uuid":
            fixed = [one for one in compared if isinstance(one, str) and len(one) == _UUID]
            constants.truncated |= len(fixed) > MAX_TEXTS
            return [*([OWN_ID] if own else []), *fixed[:MAX_TEXTS], *OTHER_IDS]
        case "timestamptz" | "time":
            return [NOW - 1, NOW + 1]
        case "integer" | "bigint" | "smallint" | "numeric" | "real" | "double precision":
            numbers = sorted({one for one in compared if isinstance(one, int | float) and not isinstance(one, bool)})
            return list(dict.fromkeys([*(near for one in numbers for near in (one, one - 1, one + 1)), 7_001, 7_002]))
        case "json" | "jsonb" | "bytea":
            return [UNKNOWN]
    texts = [one for one in compared if isinstance(one, str)]
    constants.truncated |= len(texts) > MAX_TEXTS
    found: list[Any] = [*texts[:MAX_TEXTS]]
    if not kind:
        found += [one for one in compared if not isinstance(one, str)]
        found += list(OTHER_IDS)
    if own:
        found += [OWN_ID, OWN_EMAIL]
    if constants.paths:
        roots = [*texts[:4], *([OWN_ID] if own else [OTHER_IDS[0]])]
        found = [*(f"{one}/x.png" for one in roots), *(f"a/b.{one}" for one in texts[:3]), *found]
    return list(dict.fromkeys([*found, *FRESH_TEXTS]))
