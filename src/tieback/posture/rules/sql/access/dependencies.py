"""Expressions that a decision can depend on: conditions, defaults, bodies of functions and triggers."""

from collections.abc import Iterator, Sequence
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.access.context import AccessContext, Inputs
from tieback.posture.rules.sql.access.sign_up import inserts
from tieback.posture.rules.sql.conditions import procedural
from tieback.posture.rules.sql.conditions.candidates import Constants
from tieback.posture.rules.sql.conditions.values import FRESH_TEXTS
from tieback.posture.rules.sql.parse import Node, kind_of, strings
from tieback.posture.rules.sql.schema import Function, Relation

MAX_TREES = 300
MAX_METADATA = 15
"""Most values of metadata that are tried."""
_TRIED = (FRESH_TEXTS[0], "true", "1")
"""Values of metadata beside the constants: of a text, of a Boolean and of a number."""


def inputs_of(access: AccessContext, trees: Sequence[Any]) -> Inputs:
    """The constants and the metadata that expressions contain, computed once."""
    key = tuple(id(one) for one in trees)
    found = access.inputs.get(key)
    if found is None:
        constants = Constants(truncated=len(trees) >= MAX_TREES)
        constants.collect(trees)
        texts: list[str] = []
        if any(_mentions_metadata(one) for one in trees):
            values = [one for each in (constants.others, *constants.direct.values()) for one in each]
            texts = list(dict.fromkeys([*_TRIED, *(one for one in values if isinstance(one, str))]))
        metadata = tuple(texts[:MAX_METADATA])
        found = access.inputs[key] = Inputs(
            list(trees),
            constants,
            metadata,
            any(_mentions_text(one, "aal") for one in trees),
            len(metadata) == len(texts),
        )
    return found


def trees_of(access: AccessContext, relation: Relation, command: str) -> list[Any]:
    """The expressions that a decision can depend on, with those of other tables and functions."""
    key = (relation.name, command)
    if key not in access.trees:
        access.trees[key] = list(_trees(access, relation, command))
    return access.trees[key]


def _mentions_metadata(tree: Any) -> bool:
    return any(
        (kind == "A_Const" and "user_metadata" in str(fields.get("sval", {}).get("sval")))
        or (kind == "ColumnRef" and strings(fields["fields"])[-1:] == ["raw_user_meta_data"])
        for kind, fields in parse.walk(tree)
    )


def _mentions_text(tree: Any, text: str) -> bool:
    return any(kind == "A_Const" and fields.get("sval", {}).get("sval") == text for kind, fields in parse.walk(tree))


def _trees(access: AccessContext, relation: Relation, command: str) -> Iterator[Any]:
    seen: set[Any] = set()
    queue: list[Any] = [*relation.checks.values(), relation.query]
    queue += [
        tree for one in relation.policies.values() if one.command in {"all", command} for tree in (one.using, one.check)
    ]
    queue += [one.default for one in relation.columns.values()]
    count = 0
    while queue and count < MAX_TREES:
        tree = queue.pop()
        if tree is None:
            continue
        count += 1
        yield tree
        for kind, fields in parse.walk(tree):
            if kind == "RangeVar":
                found = access.db.relation(*names.range_name(fields))
                if found is not None and found.name not in seen:
                    seen.add(found.name)
                    queue += [*found.checks.values(), found.query]
                    for policy in found.policies.values():
                        queue += [policy.using, policy.check]
                    queue += _trigger_trees(access)
            elif kind == "FuncCall":
                for function in access.db.functions_named(*names.dotted(strings(fields["funcname"]))):
                    if function.name not in seen and function.name[0] not in {"auth", "storage"}:
                        seen.add(function.name)
                        queue += body_trees(function)
                        queue += [{"ResTarget": {"val": one}} for one in function.default_values if one is not None]


def _trigger_trees(access: AccessContext) -> list[Any]:
    users = access.db.relations.get(("auth", "users"))
    found: list[Any] = []
    for trigger in users.triggers if users is not None else ():
        for function in access.db.functions.get(trigger.function, []):
            found += [*body_trees(function), *({"InsertStmt": one} for one in inserts(function.body))]
    return found


def body_trees(function: Function) -> list[Node]:
    """The statements of a function's body that can be parsed."""
    if function.expression is not None:
        return [function.expression]
    if function.language == "sql":
        return [{kind: fields} for kind, fields in parse.body(function.body)]
    if function.language == "plpgsql":
        program = procedural.compile_body(function.body)
        return list(procedural.trees_of(program)) if program is not None else []
    return []


def row_query(function: Function) -> tuple[tuple[Node, ...], Node] | None:
    """The query whose rows a function returns, and the conditions that end it before; ``None`` if that is not known."""
    if function.language == "plpgsql":
        program = procedural.compile_body(function.body)
        return procedural.returned_rows(program) if program is not None else None
    trees = body_trees(function)
    kind, fields = kind_of(trees[0]) if len(trees) == 1 else ("", {})
    return ((), fields) if kind == "SelectStmt" else None


def names_used(tree: Any) -> set[str]:
    """Functions that an expression calls."""
    found: set[str] = set()
    for kind, fields in parse.walk(tree):
        if kind == "FuncCall":
            found.add(".".join(strings(fields["funcname"])))
        elif kind == "SQLValueFunction":
            found.add("current_role")
    return found


def is_session_dependent(tree: Any) -> bool:
    """True if an expression depends on the requester."""
    return any(one.startswith(("auth.", "current_")) for one in names_used(tree))
