"""Names, types and options in PostgreSQL's syntax trees."""

from typing import Any

from tieback.posture.rules.sql.parse import kind_of, string, strings, walk
from tieback.posture.rules.sql.schema import PUBLIC, Database, Name

_ALIASES = {
    "int8": "bigint", "int4": "integer", "int2": "smallint", "bool": "boolean", "bpchar": "char", "varchar": "text",
    "float8": "double precision", "float4": "real", "timestamptz": "timestamptz", "int": "integer", "serial": "integer",
    "bigserial": "bigint", "serial8": "bigint", "serial4": "integer", "smallserial": "smallint", "citext": "text",
    "name": "text", "character varying": "text", "timestamp": "timestamptz", "date": "timestamptz",
    "decimal": "numeric",
}  # fmt: skip
SERIALS = {"serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"}
NUMBERS = {"bigint", "integer", "smallint", "double precision", "real", "numeric"}


def range_name(node: Any) -> tuple[str, str]:
    """Schema (may be empty) and name of a ``RangeVar``."""
    fields = kind_of(node)[1] if isinstance(node, dict) and "RangeVar" in node else (node or {})
    return str(fields.get("schemaname", "")), str(fields.get("relname", ""))


def dotted(parts: list[str]) -> tuple[str, str]:
    """Schema (may be empty) and name of a list of names; a database before them is left out."""
    return (parts[-2] if len(parts) > 1 else "", parts[-1] if parts else "")


def object_parts(node: Any) -> list[str]:
    """The names of an object in ``DROP``, ``GRANT`` or ``COMMENT``."""
    name, fields = kind_of(node)
    if name == "List":
        return strings(fields.get("items"))
    if name == "RangeVar":
        return [part for part in range_name(fields) if part]
    if name == "ObjectWithArgs":
        return strings(fields.get("objname"))
    if name == "TypeName":
        return strings(fields.get("names"))
    text = string(node)
    return [text] if text else []


def type_name(node: Any) -> str:
    """A type, without schema and with its usual name; ``[]`` after it for an array."""
    fields = kind_of(node)[1] if isinstance(node, dict) and "TypeName" in node else (node or {})
    names = strings(fields.get("names"))
    plain = _ALIASES.get(names[-1], names[-1]) if names else ""
    if plain.startswith("_") and names[:1] == ["pg_catalog"]:
        return f"{_ALIASES.get(plain[1:], plain[1:])}[]"
    return f"{plain}[]" if fields.get("arrayBounds") else plain


def raw_type_name(node: Any) -> tuple[str, str]:
    """Schema and name of a type as in the statement."""
    fields = kind_of(node)[1] if isinstance(node, dict) and "TypeName" in node else (node or {})
    return dotted(strings(fields.get("names")))


def role_name(node: Any, database: Database) -> str:
    """The role of a ``RoleSpec``; ``PUBLIC`` is ``public``."""
    fields = kind_of(node)[1] if isinstance(node, dict) and "RoleSpec" in node else (node or {})
    kind = fields.get("roletype", "")
    if kind == "ROLESPEC_PUBLIC":
        return PUBLIC
    if kind in {"ROLESPEC_CURRENT_ROLE", "ROLESPEC_CURRENT_USER", "ROLESPEC_SESSION_USER"}:
        return database.current
    return str(fields.get("rolename", ""))


def options(nodes: Any) -> dict[str, Any]:
    """The options of a statement by name, lower case; later ones win."""
    found: dict[str, Any] = {}
    for node in nodes or []:
        fields = kind_of(node)[1]
        found[str(fields.get("defname", "")).lower()] = fields.get("arg")
    return found


def is_on(node: Any) -> bool:
    """The truth of an option; an option without a value is true."""
    name, fields = kind_of(node)
    if not name:
        return True
    if name == "Boolean":
        return bool(fields.get("boolval"))
    if name == "Integer":
        return fields.get("ival") == 1
    if name == "TypeName":
        return strings(fields.get("names"))[-1:] in (["true"], ["on"], ["yes"])
    return string(node).lower() in {"true", "on", "yes", "1", "t", "y"}


def constant(node: Any) -> Any:
    """A constant of a tree, through casts.

    Raises:
        ValueError: it is not a constant.
    """
    name, fields = kind_of(node)
    if name == "TypeCast":
        return constant(fields.get("arg"))
    if name != "A_Const":
        raise ValueError(name)
    if fields.get("isnull"):
        return None
    for key, inner in (("sval", "sval"), ("boolval", "boolval"), ("ival", "ival"), ("fval", "fval")):
        if key in fields:
            empty: dict[str, Any] = {"sval": "", "boolval": False, "ival": 0, "fval": "0"}
            value = fields[key].get(inner, empty[key])
            return _number(value) if key == "fval" else value
    raise ValueError(name)


def _number(text: str) -> float | int:
    return int(text) if text.isdigit() and len(text) < 40 else float(text)


def full_name(database: Database, schema: str, name: str) -> Name:
    """The name of an existing object, else of a new one."""
    found = database.relation(schema, name)
    return found.name if found is not None else database.new_name(schema, name)


def qualify(database: Database, tree: Any) -> None:
    """Write schemas before the tables and functions of an expression: PostgreSQL saves what they mean now."""
    nodes = list(walk(tree))
    common = {str(fields.get("ctename")) for kind, fields in nodes if kind == "CommonTableExpr"}
    for kind, fields in nodes:
        if kind == "RangeVar" and not fields.get("schemaname") and fields.get("relname") not in common:
            relation = database.relation("", str(fields.get("relname")))
            if relation is not None:
                fields["schemaname"] = relation.name[0]
        elif kind == "FuncCall" and len(fields.get("funcname", [])) == 1:
            functions = database.functions_named("", string(fields["funcname"][0]))
            if functions:
                fields["funcname"] = [{"String": {"sval": functions[0].name[0]}}, *fields["funcname"]]
