"""Objects of Supabase: buckets of Storage and the publication of Realtime."""

from typing import Any

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, kind_of, string
from tieback.posture.rules.sql.schema import Bucket, Name
from tieback.posture.rules.sql.statements.interpreter import Interpreter, Statements


def _alter_publication(interpreter: Interpreter, fields: Node) -> None:
    if fields.get("pubname") != "supabase_realtime":
        return
    action = fields.get("action", "AP_AddObjects")
    found = _published(interpreter, fields)
    if action == "AP_AddObjects":
        interpreter.db.published |= found
    elif action == "AP_DropObjects":
        interpreter.db.published -= found
    else:
        interpreter.db.published = found


def _create_publication(interpreter: Interpreter, fields: Node) -> None:
    if fields.get("pubname") == "supabase_realtime":
        interpreter.db.published = _published(interpreter, fields)
        interpreter.db.published_all = bool(fields.get("for_all_tables"))


def _published(interpreter: Interpreter, fields: Node) -> set[Name]:
    found: set[Name] = set()
    for node in fields.get("pubobjects", []):
        one = kind_of(node)[1]
        if "pubtable" in one:
            found.add(names.full_name(interpreter.db, *names.range_name(one["pubtable"]["relation"])))
        elif one.get("pubobjtype") == "PUBLICATIONOBJ_TABLES_IN_SCHEMA":
            found |= {name for name in interpreter.db.relations if name[0] == one.get("name")}
    return found


def _insert(interpreter: Interpreter, fields: Node) -> None:
    if names.range_name(fields["relation"]) != ("storage", "buckets"):
        return
    columns = [kind_of(one)[1].get("name", "") for one in fields.get("cols", [])] or ["id", "name"]
    query = kind_of(fields.get("selectStmt"))[1]
    rows = [kind_of(one)[1].get("items", []) for one in query.get("valuesLists", [])]
    if not rows and query.get("targetList"):
        rows = [[kind_of(one)[1].get("val") for one in query["targetList"]]]
    conflict = fields.get("onConflictClause") or {}
    updates = {kind_of(one)[1].get("name"): kind_of(one)[1].get("val") for one in conflict.get("targetList", [])}
    for row in rows:
        by_name = dict(zip(columns, row, strict=False))
        name = str(names.constant(by_name.get("id", by_name.get("name"))))
        public = _flag(by_name["public"]) if "public" in by_name else False
        known = interpreter.db.buckets.get(name)
        if known is None:
            interpreter.db.buckets[name] = Bucket(name, public, interpreter.origin)
        elif "public" in updates:
            known.public = _flag(updates["public"]) if kind_of(updates["public"])[0] == "A_Const" else public
            known.origin = interpreter.origin


def _update(interpreter: Interpreter, fields: Node) -> None:
    if names.range_name(fields["relation"]) != ("storage", "buckets"):
        return
    changes = {kind_of(one)[1].get("name"): kind_of(one)[1].get("val") for one in fields.get("targetList", [])}
    if "public" not in changes:
        return
    listed = _listed_ids(fields.get("whereClause"))
    for bucket in interpreter.db.buckets.values():
        if listed is None or bucket.name in listed:
            certain = listed is not None or "whereClause" not in fields
            bucket.public = _flag(changes["public"]) if certain else None
            bucket.origin = interpreter.origin
    for name in (listed or set()) - set(interpreter.db.buckets):
        interpreter.db.buckets[name] = Bucket(name, _flag(changes["public"]), interpreter.origin)


def _delete(interpreter: Interpreter, fields: Node) -> None:
    if names.range_name(fields["relation"]) != ("storage", "buckets"):
        return
    listed = _listed_ids(fields.get("whereClause"))
    for name in list(interpreter.db.buckets):
        if listed is not None and name in listed:
            del interpreter.db.buckets[name]


def _flag(node: Any) -> bool | None:
    try:
        value = names.constant(node)
    except ValueError:
        return None
    return value in {True, "true", "t", "on", "1"}


def _listed_ids(node: Any) -> set[str] | None:
    """The constants of ``id = 'a'`` or ``id in ('a', 'b')``; ``None`` for another condition."""
    kind, fields = kind_of(node)
    if kind != "A_Expr" or string(fields.get("name", [{}])[0]) != "=":
        return None
    column = kind_of(fields.get("lexpr"))
    if column[0] != "ColumnRef" or string(column[1]["fields"][-1]) not in {"id", "name"}:
        return None
    right = fields.get("rexpr")
    items = kind_of(right)[1].get("items", []) if kind_of(right)[0] == "List" else [right]
    try:
        return {str(names.constant(one)) for one in items}
    except ValueError:
        return None


KINDS: Statements = {
    "AlterPublicationStmt": _alter_publication,
    "CreatePublicationStmt": _create_publication,
    "InsertStmt": _insert,
    "UpdateStmt": _update,
    "DeleteStmt": _delete,
}
"""By the name of PostgreSQL's node."""
