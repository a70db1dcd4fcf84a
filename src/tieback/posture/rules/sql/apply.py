"""Statements applied to a database, in their order, as PostgreSQL executes them.

A statement that PostgreSQL refuses (a policy that exists, a policy for ``INSERT`` with ``USING``) changes nothing and
is a problem of the file. So is a statement that cannot be evaluated offline.
"""

from collections.abc import Iterable
from typing import Any

from tieback.posture.rules.interface import rule_excerpt
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql import blocks, names, parse
from tieback.posture.rules.sql.parse import Node, StatementError, kind_of, string, strings
from tieback.posture.rules.sql.schema import (
    ALL_PRIVILEGES,
    PUBLIC,
    Bucket,
    Column,
    Database,
    DefaultGrant,
    Function,
    Grants,
    Name,
    Namespace,
    Origin,
    Policy,
    Problem,
    Relation,
    Role,
    Trigger,
)

_MATTERS = {"create", "alter", "grant", "revoke", "drop", "do", "set", "reset", "with", "call"}
_HARMLESS = {
    "index", "comment", "extension", "sequence", "type", "domain", "aggregate", "operator", "cast", "collation",
    "statistics", "text", "server", "subscription", "publication", "rule", "event", "conversion", "language", "unique",
}  # fmt: skip
MAX_PROBLEMS = 200
_EVENTS = ((4, "insert"), (8, "delete"), (16, "update"))


class RefusedError(Exception):
    """PostgreSQL refuses the statement."""


def load(database: Database, text: RulesText, before: int = 0) -> None:
    """Apply all statements of a file.

    Args:
        database: changed in place.
        text: the file.
        before: lines of the files before it.

    Raises:
        InputError: a quotation or comment has no end.
    """
    interpreter = Interpreter(database)
    for statement in parse.split(text):
        interpreter.run(statement.text, before + text.line(statement.at), statement.steps)


class Interpreter:
    """Applies statements.

    Args:
        database: changed in place.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._origin = Origin()

    def run(self, text: str, line: int, steps: int = 0) -> None:
        """Apply one statement."""
        first = text[:40].split(None, 2)
        try:
            trees = parse.parse(text, steps)
        except StatementError as error:
            words = [one.lower() for one in text[:120].split()]
            matters = bool(words) and words[0] in _MATTERS and not (set(words[1:4]) & _HARMLESS)
            self._problem(line, str(error), text, matters=matters)
            return
        del first
        for kind, fields in trees:
            self.apply(kind, fields, Origin(line, text[:2000]))

    def apply(self, kind: str, fields: Node, origin: Origin) -> None:
        """Apply one parsed statement."""
        self._origin = origin
        action = getattr(self, f"_{kind}", None)
        if action is None:
            return
        try:
            action(fields)
        except RefusedError as error:
            self._problem(origin.line, f"PostgreSQL refuses it: {error}", origin.text, matters=False)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            self._problem(origin.line, "not evaluated", origin.text, matters=True)

    def _problem(self, line: int, what: str, text: str, *, matters: bool) -> None:
        if len(self._db.problems) < MAX_PROBLEMS or matters:
            self._db.problems.append(Problem(line, what, rule_excerpt(text), matters))

    # Roles and schemas

    def _CreateRoleStmt(self, fields: Node) -> None:
        name = fields["role"]
        if name in self._db.roles:
            raise RefusedError(f"role {name} exists")
        self._db.roles[name] = Role(name)
        self._role_options(name, fields.get("options"))

    def _AlterRoleStmt(self, fields: Node) -> None:
        name = names.role_name(fields["role"], self._db)
        self._db.roles.setdefault(name, Role(name))
        self._role_options(name, fields.get("options"))

    def _role_options(self, name: str, nodes: Any) -> None:
        role = self._db.roles[name]
        for key, value in names.options(nodes).items():
            if key == "bypassrls":
                role.bypasses = names.is_on(value)
            elif key == "superuser":
                role.superuser = names.is_on(value)
            elif key == "addroleto":
                role.member_of |= {names.role_name(one, self._db) for one in kind_of(value)[1].get("items", [])}
            elif key in {"rolemembers", "adminmembers"}:
                for one in kind_of(value)[1].get("items", []):
                    self._member(names.role_name(one, self._db)).add(name)
            elif key == "inherit" and not names.is_on(value) and name not in {"anon", "authenticated"}:
                role.member_of = set()

    def _member(self, name: str) -> set[str]:
        return self._db.roles.setdefault(name, Role(name)).member_of

    def _DropRoleStmt(self, fields: Node) -> None:
        for one in fields.get("roles", []):
            self._db.roles.pop(names.role_name(one, self._db), None)

    def _GrantRoleStmt(self, fields: Node) -> None:
        for granted in fields.get("granted_roles", []):
            name = kind_of(granted)[1]["priv_name"]
            for grantee in fields.get("grantee_roles", []):
                roles = self._member(names.role_name(grantee, self._db))
                if fields.get("is_grant"):
                    roles.add(name)
                else:
                    roles.discard(name)

    def _CreateSchemaStmt(self, fields: Node) -> None:
        owner = names.role_name(fields["authrole"], self._db) if "authrole" in fields else self._db.current
        name = fields.get("schemaname") or owner
        if name in self._db.schemas:
            if not fields.get("if_not_exists"):
                raise RefusedError(f"schema {name} exists")
            return
        self._db.schemas[name] = Namespace(name, owner, self._db.default_grants_for(self._db.current, "", "schema"))
        before = self._db.search_path
        self._db.search_path = (name, *before)
        origin = self._origin
        for element in fields.get("schemaElts", []):
            self.apply(*kind_of(element), origin)
        self._db.search_path = before

    def _VariableSetStmt(self, fields: Node) -> None:
        name = fields.get("name", "")
        if name == "search_path":
            values = [string(one) for one in fields.get("args", [])]
            self._db.search_path = tuple(one for one in values if one) if values else ("public",)
        elif name in {"role", "session_authorization"}:
            values = [string(one) for one in fields.get("args", [])]
            self._db.current = values[0] if values and values[0] not in {"", "none", "default"} else "postgres"

    def _SelectStmt(self, fields: Node) -> None:
        for name, call in parse.walk(fields):
            if name != "FuncCall":
                continue
            called = strings(call.get("funcname"))[-1:]
            if called == ["set_config"]:
                values = [names.constant(one) for one in call.get("args", [])[:2]]
                if values[0] == "search_path":
                    self._db.search_path = tuple(
                        one.strip(' "') for one in str(values[1]).split(",") if one.strip(' "')
                    )

    def _CreateExtensionStmt(self, fields: Node) -> None:
        self._db.extensions.add(fields["extname"])

    # Tables, views and types

    def _CreateEnumStmt(self, fields: Node) -> None:
        schema, name = names.dotted(strings(fields["typeName"]))
        self._db.enums[self._db.new_name(schema, name)] = tuple(strings(fields.get("vals")))

    def _CompositeTypeStmt(self, fields: Node) -> None:
        self._db.composites.add(self._db.new_name(*names.range_name(fields["typevar"])))

    def _CreateDomainStmt(self, fields: Node) -> None:
        schema, name = names.dotted(strings(fields["domainname"]))
        self._db.domains[self._db.new_name(schema, name)] = self._column(name, fields.get("typeName"))

    def _column(self, name: str, kind: Any) -> Column:
        plain = names.type_name(kind)
        column = Column(name, plain.removesuffix("[]"), plain.endswith("[]"))
        schema, raw = names.raw_type_name(kind)
        for one in [schema] if schema else [*self._db.search_path, "public"]:
            labels = self._db.enums.get((one, raw))
            domain = self._db.domains.get((one, raw))
            if labels is not None:
                column.values = labels
                break
            if domain is not None:
                column.type, column.array, column.values = domain.type, domain.array, domain.values
                break
        if raw in names.SERIALS:
            column.not_null = True
            column.default = {"FuncCall": {"funcname": [{"String": {"sval": "nextval"}}]}}
        return column

    def _CreateStmt(self, fields: Node) -> None:
        relation = self._new_relation(fields["relation"], "table", if_not_exists=bool(fields.get("if_not_exists")))
        if relation is None:
            return
        relation.partitioned = "partspec" in fields
        for parent in fields.get("inhRelations", []):
            known = self._db.relation(*names.range_name(parent))
            if known is not None:
                relation.parents.append(known.name)
                relation.columns.update({name: _copy(column) for name, column in known.columns.items()})
                relation.checks += known.checks
        for element in fields.get("tableElts", []):
            self._element(relation, element)

    def _CreateForeignTableStmt(self, fields: Node) -> None:
        self._CreateStmt(fields.get("base", fields))
        relation = self._db.relation(*names.range_name((fields.get("base") or fields)["relation"]))
        if relation is not None:
            relation.foreign = True

    def _new_relation(
        self, node: Node, kind: str, *, if_not_exists: bool = False, replace: bool = False
    ) -> Relation | None:
        if node.get("relpersistence") == "t" or node.get("schemaname") == "pg_temp":
            return None
        name = self._db.new_name(*names.range_name(node))
        known = self._db.relations.get(name)
        if known is not None:
            if if_not_exists:
                return None
            if replace and known.kind == kind:
                known.origin = self._origin
                return known
            raise RefusedError(f"{known.label} exists")
        relation = Relation(name, kind, self._origin, self._db.current)
        relation.grants = self._db.default_grants_for(self._db.current, name[0], "table")
        self._db.relations[name] = relation
        return relation

    def _element(self, relation: Relation, element: Any) -> None:
        kind, fields = kind_of(element)
        if kind == "ColumnDef":
            column = self._column(fields["colname"], fields.get("typeName"))
            relation.columns[column.name] = column
            for one in fields.get("constraints", []):
                self._constraint(relation, column, kind_of(one)[1])
        elif kind == "Constraint":
            self._constraint(relation, None, fields)
        elif kind == "TableLikeClause":
            known = self._db.relation(*names.range_name(fields["relation"]))
            if known is not None:
                relation.columns.update({name: _copy(column) for name, column in known.columns.items()})

    def _constraint(self, relation: Relation, column: Column | None, fields: Node) -> None:
        kind = fields.get("contype")
        if kind == "CONSTR_CHECK":
            relation.checks.append(fields["raw_expr"])
        elif kind in {"CONSTR_PRIMARY", "CONSTR_UNIQUE"}:
            relation.keys |= {*strings(fields.get("keys")), *([column.name] if column is not None else [])}
            if kind == "CONSTR_UNIQUE":
                return
            for name in strings(fields.get("keys")):
                if name in relation.columns:
                    relation.columns[name].not_null = True
            if column is not None:
                column.not_null = True
        elif column is None:
            return
        elif kind == "CONSTR_NOTNULL":
            column.not_null = True
        elif kind == "CONSTR_DEFAULT":
            column.default = fields["raw_expr"]
        elif kind == "CONSTR_GENERATED" or (kind == "CONSTR_IDENTITY" and fields.get("generated_when") == "a"):
            column.generated = True
            column.not_null |= kind == "CONSTR_IDENTITY"
        elif kind == "CONSTR_IDENTITY":
            column.not_null = True
            column.default = {"FuncCall": {"funcname": [{"String": {"sval": "nextval"}}]}}

    def _ViewStmt(self, fields: Node) -> None:
        relation = self._new_relation(fields["view"], "view", replace=bool(fields.get("replace")))
        if relation is None:
            return
        relation.query = fields["query"]
        self._view_options(relation, fields.get("options"))
        relation.columns = {}
        self._view_columns(relation, fields.get("aliases"))

    def _view_options(self, relation: Relation, nodes: Any) -> None:
        chosen = names.options(nodes)
        relation.invoker = "security_invoker" in chosen and names.is_on(chosen["security_invoker"])

    def _view_columns(self, relation: Relation, aliases: Any) -> None:
        given = strings(aliases)
        query = kind_of(relation.query)[1]
        while query.get("larg"):
            query = query["larg"]
        found: list[str] = []
        for target in query.get("targetList", []):
            fields = kind_of(target)[1]
            kind, value = kind_of(fields.get("val"))
            last = value.get("fields", [{}])[-1] if kind == "ColumnRef" else {}
            if "A_Star" in last:
                for one in query.get("fromClause", []):
                    source = self._db.relation(*names.range_name(kind_of(one)[1])) if "RangeVar" in one else None
                    found += list(source.columns) if source is not None else []
            else:
                found.append(fields.get("name") or string(last) or (strings(value.get("funcname"))[-1:] or ["?"])[0])
        for at, name in enumerate(found):
            relation.columns[given[at] if at < len(given) else name] = Column(name, "")

    def _CreateTableAsStmt(self, fields: Node) -> None:
        kind = "matview" if fields.get("objtype") == "OBJECT_MATVIEW" else "table"
        into = fields["into"]
        relation = self._new_relation(into["rel"], kind, if_not_exists=bool(fields.get("if_not_exists")))
        if relation is None:
            return
        relation.query = fields["query"]
        self._view_columns(relation, into.get("colNames"))
        if kind == "table":
            relation.query = None

    def _AlterTableStmt(self, fields: Node) -> None:  # noqa: PLR0912 - a kind of change each
        relation = self._db.relation(*names.range_name(fields["relation"]))
        if relation is None:
            if not fields.get("missing_ok"):
                self._unknown(*names.range_name(fields["relation"]))
                relation = self._db.relation(*names.range_name(fields["relation"]))
            if relation is None:
                return
        for command in fields.get("cmds", []):
            one = kind_of(command)[1]
            kind, name = one.get("subtype"), one.get("name", "")
            match kind:
                case "AT_EnableRowSecurity":
                    relation.secured = self._origin
                case "AT_DisableRowSecurity":
                    relation.secured = None
                case "AT_ForceRowSecurity" | "AT_NoForceRowSecurity":
                    relation.forced = kind == "AT_ForceRowSecurity"
                case "AT_AddColumn":
                    if kind_of(one["def"])[1]["colname"] not in relation.columns:
                        self._element(relation, one["def"])
                case "AT_DropColumn":
                    relation.columns.pop(name, None)
                    self._drop_policies_of_column(relation, name)
                case "AT_SetNotNull" | "AT_DropNotNull" if name in relation.columns:
                    relation.columns[name].not_null = kind == "AT_SetNotNull"
                case "AT_ColumnDefault" if name in relation.columns:
                    relation.columns[name].default = one.get("def")
                case "AT_AlterColumnType" if name in relation.columns:
                    changed = self._column(name, kind_of(one["def"])[1].get("typeName"))
                    known = relation.columns[name]
                    known.type, known.array, known.values = changed.type, changed.array, changed.values
                case "AT_AddConstraint":
                    self._element(relation, one["def"])
                case "AT_ChangeOwner":
                    relation.owner = names.role_name(one["newowner"], self._db)
                case "AT_SetRelOptions":
                    chosen = names.options(kind_of(one["def"])[1].get("items"))
                    if "security_invoker" in chosen:
                        relation.invoker = names.is_on(chosen["security_invoker"])
                case "AT_ResetRelOptions":
                    if "security_invoker" in names.options(kind_of(one["def"])[1].get("items")):
                        relation.invoker = False
                case "AT_AddInherit" | "AT_AttachPartition":
                    pass
                case "AT_DisableTrig" | "AT_DisableTrigAll" | "AT_DisableTrigUser":
                    relation.triggers = [each for each in relation.triggers if name and each.name != name]

    def _unknown(self, schema: str, name: str) -> None:
        """A relation that no statement of the file creates, but that one changes."""
        full = self._db.new_name(schema, name)
        relation = Relation(full, "table", self._origin)
        relation.grants = self._db.default_grants_for("postgres", full[0], "table")
        self._db.relations[full] = relation
        if full[0] not in self._db.schemas:
            self._db.schemas[full[0]] = Namespace(full[0])

    @staticmethod
    def _drop_policies_of_column(relation: Relation, name: str) -> None:
        for policy in list(relation.policies.values()):
            used = {
                string(one["fields"][-1])
                for kind, one in parse.walk([policy.using, policy.check])
                if kind == "ColumnRef"
            }
            if name in used:
                del relation.policies[policy.name]

    def _RenameStmt(self, fields: Node) -> None:
        kind, new = fields.get("renameType"), fields.get("newname", "")
        relation = self._db.relation(*names.range_name(fields["relation"])) if "relation" in fields else None
        if kind == "OBJECT_POLICY" and relation is not None:
            policy = relation.policies.pop(fields["subname"], None)
            if policy is not None:
                policy.name = new
                relation.policies[new] = policy
        elif kind == "OBJECT_COLUMN" and relation is not None:
            self._rename_column(relation, fields["subname"], new)
        elif kind in {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW"} and relation is not None:
            self._move(relation, (relation.name[0], new))
        elif kind in {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"}:
            for function in self._functions(fields["object"]):
                self._db.functions[function.name].remove(function)
                function.name = (function.name[0], new)
                self._db.functions.setdefault(function.name, []).append(function)
        elif kind == "OBJECT_SCHEMA":
            self._rename_schema(fields["subname"], new)
        elif kind == "OBJECT_ROLE" and fields.get("subname") in self._db.roles:
            raise ValueError("role renamed")

    def _rename_column(self, relation: Relation, old: str, new: str) -> None:
        relation.columns = {(new if name == old else name): column for name, column in relation.columns.items()}
        if new in relation.columns:
            relation.columns[new].name = new
        for policy in relation.policies.values():
            for kind, one in parse.walk([policy.using, policy.check]):
                if kind == "ColumnRef" and string(one["fields"][-1]) == old:
                    one["fields"][-1] = {"String": {"sval": new}}
        for key, columns in relation.column_grants.items():
            relation.column_grants[key] = {(new if one == old else one): found for one, found in columns.items()}

    def _move(self, relation: Relation, name: Name) -> None:
        self._db.relations = {(name if key == relation.name else key): one for key, one in self._db.relations.items()}
        self._renamed(relation.name, name)
        relation.name = name

    def _renamed(self, old: Name, new: Name) -> None:
        """Policies and views follow a renamed table: PostgreSQL saves its number, not its name."""
        trees: list[Any] = []
        for one in self._db.relations.values():
            trees.append(one.query)
            trees += [part for policy in one.policies.values() for part in (policy.using, policy.check)]
        for kind, fields in parse.walk(trees):
            if kind == "RangeVar" and fields.get("relname") == old[1] and fields.get("schemaname", old[0]) == old[0]:
                fields["schemaname"], fields["relname"] = new
                fields.setdefault("alias", {"aliasname": old[1]})

    def _rename_schema(self, old: str, new: str) -> None:
        if old in self._db.schemas:
            namespace = self._db.schemas.pop(old)
            namespace.name = new
            self._db.schemas[new] = namespace
        for relation in [one for one in self._db.relations.values() if one.name[0] == old]:
            self._move(relation, (new, relation.name[1]))
        for name in [one for one in self._db.functions if one[0] == old]:
            for function in self._db.functions.pop(name):
                function.name = (new, name[1])
                self._db.functions.setdefault(function.name, []).append(function)

    def _AlterObjectSchemaStmt(self, fields: Node) -> None:
        new = fields["newschema"]
        if "relation" in fields:
            relation = self._db.relation(*names.range_name(fields["relation"]))
            if relation is not None:
                self._move(relation, (new, relation.name[1]))
        elif fields.get("objectType") in {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"}:
            for function in self._functions(fields["object"]):
                self._db.functions[function.name].remove(function)
                function.name = (new, function.name[1])
                self._db.functions.setdefault(function.name, []).append(function)

    def _AlterOwnerStmt(self, fields: Node) -> None:
        owner = names.role_name(fields["newowner"], self._db)
        kind = fields.get("objectType")
        if kind == "OBJECT_SCHEMA":
            namespace = self._db.schemas.get(string(fields["object"]))
            if namespace is not None:
                namespace.owner = owner
        elif kind in {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"}:
            for function in self._functions(fields["object"]):
                function.owner = owner

    def _DropStmt(self, fields: Node) -> None:  # noqa: PLR0912 - a kind of object each
        kind = fields.get("removeType")
        for node in fields.get("objects", []):
            parts = names.object_parts(node)
            schema, name = names.dotted(parts)
            match kind:
                case "OBJECT_POLICY":
                    schema, name = names.dotted(parts[:-1])
                    relation = self._db.relation(schema, name)
                    if relation is not None:
                        relation.policies.pop(parts[-1], None)
                case "OBJECT_TABLE" | "OBJECT_VIEW" | "OBJECT_MATVIEW" | "OBJECT_FOREIGN_TABLE":
                    relation = self._db.relation(schema, name)
                    if relation is not None:
                        self._drop_relation(relation, cascade=fields.get("behavior") == "DROP_CASCADE")
                case "OBJECT_FUNCTION" | "OBJECT_PROCEDURE" | "OBJECT_ROUTINE":
                    for function in self._functions(node):
                        self._db.functions[function.name].remove(function)
                        if fields.get("behavior") == "DROP_CASCADE":
                            self._drop_policies_that_call(function.name[1])
                case "OBJECT_SCHEMA":
                    self._drop_schema(name, cascade=fields.get("behavior") == "DROP_CASCADE")
                case "OBJECT_TRIGGER":
                    relation = self._db.relation(*names.dotted(parts[:-1]))
                    if relation is not None:
                        relation.triggers = [one for one in relation.triggers if one.name != parts[-1]]
                case "OBJECT_EXTENSION":
                    self._db.extensions.discard(name)
                case "OBJECT_PUBLICATION" if name == "supabase_realtime":
                    self._db.published.clear()
                    self._db.published_all = False

    def _drop_relation(self, relation: Relation, *, cascade: bool) -> None:
        self._db.relations.pop(relation.name, None)
        self._db.published.discard(relation.name)
        if not cascade:
            return
        for one in list(self._db.relations.values()):
            view = one.query is not None and self._uses(one.query, relation.name)
            if view or (relation.name in one.parents and relation.partitioned):
                self._drop_relation(one, cascade=True)
            for policy in list(one.policies.values()):
                if self._uses([policy.using, policy.check], relation.name):
                    del one.policies[policy.name]

    @staticmethod
    def _uses(tree: Any, name: Name) -> bool:
        return any(
            kind == "RangeVar" and one.get("relname") == name[1] and one.get("schemaname", name[0]) == name[0]
            for kind, one in parse.walk(tree)
        )

    def _drop_policies_that_call(self, name: str) -> None:
        for relation in self._db.relations.values():
            for policy in list(relation.policies.values()):
                called = {
                    strings(one.get("funcname"))[-1]
                    for kind, one in parse.walk([policy.using, policy.check])
                    if kind == "FuncCall"
                }
                if name in called:
                    del relation.policies[policy.name]

    def _drop_schema(self, name: str, *, cascade: bool) -> None:
        if not cascade and any(one[0] == name for one in self._db.relations):
            raise RefusedError(f"schema {name} is not empty")
        self._db.schemas.pop(name, None)
        for relation in [one for one in self._db.relations.values() if one.name[0] == name]:
            self._drop_relation(relation, cascade=True)
        for one in [key for key in self._db.functions if key[0] == name]:
            del self._db.functions[one]

    # Functions and triggers

    def _CreateFunctionStmt(self, fields: Node) -> None:
        schema, name = names.dotted(strings(fields["funcname"]))
        full = self._db.new_name(schema, name)
        chosen = names.options(fields.get("options"))
        inputs = [
            one
            for one in (kind_of(node)[1] for node in fields.get("parameters", []))
            if one.get("mode", "FUNC_PARAM_DEFAULT")
            in {"FUNC_PARAM_DEFAULT", "FUNC_PARAM_IN", "FUNC_PARAM_INOUT", "FUNC_PARAM_VARIADIC"}
        ]
        table = any(kind_of(one)[1].get("mode") == "FUNC_PARAM_TABLE" for one in fields.get("parameters", []))
        body = strings(kind_of(chosen.get("as"))[1].get("items"))
        path: tuple[str, ...] | None = None
        for option in fields.get("options", []):
            setting = kind_of(kind_of(option)[1].get("arg"))
            if setting[0] == "VariableSetStmt" and setting[1].get("name") == "search_path":
                path = tuple(one for one in (string(part) for part in setting[1].get("args", [])) if one)
        function = Function(
            full,
            tuple(names.type_name(one.get("argType")) for one in inputs),
            tuple(str(one.get("name", "")) for one in inputs),
            sum("defexpr" in one for one in inputs),
            string(chosen.get("language")).lower() or "sql",
            body[0] if body else "",
            fields.get("sql_body"),
            "security" in chosen and names.is_on(chosen["security"]),
            "strict" in chosen and names.is_on(chosen["strict"]),
            names.type_name(fields.get("returnType")) or "record",
            bool((fields.get("returnType") or {}).get("setof")) or table,
            path,
            self._origin,
            self._db.current,
            self._db.default_grants_for(self._db.current, full[0], "function"),
            procedure=bool(fields.get("is_procedure")),
        )
        others = self._db.functions.setdefault(full, [])
        for at, one in enumerate(others):
            if one.arguments == function.arguments:
                if not fields.get("replace"):
                    raise RefusedError(f"{one.label} exists")
                function.grants, function.owner = one.grants, one.owner
                others[at] = function
                return
        others.append(function)

    def _functions(self, node: Any) -> list[Function]:
        """The functions of an ``ObjectWithArgs``."""
        fields = kind_of(node)[1] if isinstance(node, dict) and "ObjectWithArgs" in node else node
        found = self._db.functions_named(*names.dotted(strings(fields.get("objname"))))
        if fields.get("args_unspecified"):
            return list(found)
        arguments = tuple(names.type_name(one) for one in fields.get("objargs", []))
        return [one for one in found if one.arguments == arguments]

    def _AlterFunctionStmt(self, fields: Node) -> None:
        for function in self._functions(fields["func"]):
            for key, value in names.options(fields.get("actions")).items():
                if key == "security":
                    function.definer = names.is_on(value)
                elif key == "strict":
                    function.strict = names.is_on(value)

    def _CreateTrigStmt(self, fields: Node) -> None:
        relation = self._db.relation(*names.range_name(fields["relation"]))
        if relation is None:
            return
        events = int(fields.get("events", 0))
        schema, name = names.dotted(strings(fields["funcname"]))
        found = self._db.functions_named(schema, name)
        timing = int(fields.get("timing", 0))
        trigger = Trigger(
            fields["trigname"],
            found[0].name if found else self._db.new_name(schema, name),
            before=bool(timing & 2),
            events=frozenset(word for bit, word in _EVENTS if events & bit),
        )
        if timing & 64:
            relation.read_only = True
        relation.triggers = [one for one in relation.triggers if one.name != trigger.name] + [trigger]

    def _RuleStmt(self, fields: Node) -> None:
        relation = self._db.relation(*names.range_name(fields["relation"]))
        if relation is not None:
            relation.read_only = True

    # Policies

    def _CreatePolicyStmt(self, fields: Node) -> None:
        schema, table = names.range_name(fields["table"])
        relation = self._db.relation(schema, table)
        if relation is None:
            self._unknown(schema, table)
            relation = self._db.relation(schema, table)
            assert relation is not None
        if fields["policy_name"] in relation.policies:
            raise RefusedError(f"policy {fields['policy_name']} exists")
        command = fields.get("cmd_name", "all").lower()
        using, check = fields.get("qual"), fields.get("with_check")
        if check is not None and command in {"select", "delete"}:
            raise RefusedError(f"WITH CHECK for {command.upper()}")
        if using is not None and command == "insert":
            raise RefusedError("USING for INSERT")
        roles = tuple(names.role_name(one, self._db) for one in fields.get("roles", [])) or (PUBLIC,)
        relation.policies[fields["policy_name"]] = Policy(
            fields["policy_name"], bool(fields.get("permissive")), command, roles, using, check, self._origin
        )

    def _AlterPolicyStmt(self, fields: Node) -> None:
        relation = self._db.relation(*names.range_name(fields["table"]))
        policy = relation.policies.get(fields["policy_name"]) if relation is not None else None
        if policy is None:
            raise RefusedError("no such policy")
        if "with_check" in fields and policy.command in {"select", "delete"}:
            raise RefusedError(f"WITH CHECK for {policy.command.upper()}")
        if "qual" in fields and policy.command == "insert":
            raise RefusedError("USING for INSERT")
        if "roles" in fields:
            policy.roles = tuple(names.role_name(one, self._db) for one in fields["roles"])
        if "qual" in fields:
            policy.using = fields["qual"]
        if "with_check" in fields:
            policy.check = fields["with_check"]
        policy.origin = self._origin

    # Privileges

    def _GrantStmt(self, fields: Node) -> None:
        roles = [names.role_name(one, self._db) for one in fields.get("grantees", [])]
        kind = fields.get("objtype", "").removeprefix("OBJECT_").lower()
        granting = bool(fields.get("is_grant"))
        if fields.get("grant_option") and not granting:
            return
        everything = fields.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA"
        if kind in {"function", "procedure", "routine"}:
            functions = (
                [one for each in strings(fields["objects"]) for one in self._functions_in(each)]
                if everything
                else [one for node in fields["objects"] for one in self._functions(node)]
            )
            for function in functions:
                self._change(function.grants, roles, fields.get("privileges"), "function", granting=granting)
        elif kind == "schema":
            for name in strings(fields["objects"]):
                namespace = self._db.schemas.setdefault(name, Namespace(name))
                self._change(namespace.grants, roles, fields.get("privileges"), "schema", granting=granting)
        elif kind == "table":
            if everything:
                schemas = set(strings(fields["objects"]))
                relations: Iterable[Relation] = [one for one in self._db.relations.values() if one.name[0] in schemas]
            else:
                relations = [self._named(node) for node in fields["objects"]]
            for relation in relations:
                self._change_relation(relation, roles, fields.get("privileges"), granting=granting)

    def _named(self, node: Any) -> Relation:
        schema, name = names.range_name(node)
        relation = self._db.relation(schema, name)
        if relation is None:
            self._unknown(schema, name)
            relation = self._db.relation(schema, name)
            assert relation is not None
        return relation

    def _functions_in(self, schema: str) -> list[Function]:
        return [one for name, each in self._db.functions.items() if name[0] == schema for one in each]

    def _change_relation(self, relation: Relation, roles: list[str], privileges: Any, *, granting: bool) -> None:
        whole = [one for one in privileges or [{}] if not kind_of(one)[1].get("cols")]
        if whole or privileges is None:
            self._change(relation.grants, roles, whole if privileges else None, "table", granting=granting)
            if not granting:
                for role in roles:
                    for one in self._listed(whole if privileges else None, "table"):
                        relation.column_grants.pop((role, one), None)
        for node in privileges or []:
            fields = kind_of(node)[1]
            columns = strings(fields.get("cols"))
            if not columns:
                continue
            listed = [fields["priv_name"].lower()] if fields.get("priv_name") else ["select", "insert", "update"]
            for role in roles:
                for one in listed:
                    known = relation.column_grants.setdefault((role, one), {})
                    for column in columns:
                        if granting:
                            known[column] = self._origin
                        else:
                            known.pop(column, None)

    @staticmethod
    def _listed(privileges: Any, kind: str) -> list[str]:
        if not privileges:
            return list(ALL_PRIVILEGES.get(kind, ()))
        found = [str(kind_of(one)[1].get("priv_name", "")).lower() for one in privileges]
        return list(ALL_PRIVILEGES.get(kind, ())) if "" in found or "all" in found else found

    def _change(self, grants: Grants, roles: list[str], privileges: Any, kind: str, *, granting: bool) -> None:
        for role in roles:
            for one in self._listed(privileges, kind):
                if granting:
                    grants[role, one] = self._origin
                else:
                    grants.pop((role, one), None)

    def _AlterDefaultPrivilegesStmt(self, fields: Node) -> None:
        chosen = names.options(fields.get("options"))
        owners = [names.role_name(one, self._db) for one in kind_of(chosen.get("roles"))[1].get("items", [])]
        schemas = strings(kind_of(chosen.get("schemas"))[1].get("items")) or [""]
        action = fields["action"]
        kind = action.get("objtype", "").removeprefix("OBJECT_").lower()
        kind = "function" if kind in {"routine", "procedure"} else kind
        roles = [names.role_name(one, self._db) for one in action.get("grantees", [])]
        for owner in owners or [self._db.current]:
            for schema in schemas:
                for role in roles:
                    for one in self._listed(action.get("privileges"), kind):
                        self._db.default_grants.append(
                            DefaultGrant(owner, schema, kind, role, one, bool(action.get("is_grant")), self._origin)
                        )

    # Supabase

    def _AlterPublicationStmt(self, fields: Node) -> None:
        if fields.get("pubname") != "supabase_realtime":
            return
        action = fields.get("action", "AP_AddObjects")
        found = self._published(fields)
        if action == "AP_AddObjects":
            self._db.published |= found
        elif action == "AP_DropObjects":
            self._db.published -= found
        else:
            self._db.published = found

    def _CreatePublicationStmt(self, fields: Node) -> None:
        if fields.get("pubname") == "supabase_realtime":
            self._db.published = self._published(fields)
            self._db.published_all = bool(fields.get("for_all_tables"))

    def _published(self, fields: Node) -> set[Name]:
        found: set[Name] = set()
        for node in fields.get("pubobjects", []):
            one = kind_of(node)[1]
            if "pubtable" in one:
                found.add(names.full_name(self._db, *names.range_name(one["pubtable"]["relation"])))
            elif one.get("pubobjtype") == "PUBLICATIONOBJ_TABLES_IN_SCHEMA":
                found |= {name for name in self._db.relations if name[0] == one.get("name")}
        return found

    def _InsertStmt(self, fields: Node) -> None:
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
            known = self._db.buckets.get(name)
            if known is None:
                self._db.buckets[name] = Bucket(name, public, self._origin)
            elif "public" in updates:
                known.public = _flag(updates["public"]) if kind_of(updates["public"])[0] == "A_Const" else public
                known.origin = self._origin

    def _UpdateStmt(self, fields: Node) -> None:
        if names.range_name(fields["relation"]) != ("storage", "buckets"):
            return
        changes = {kind_of(one)[1].get("name"): kind_of(one)[1].get("val") for one in fields.get("targetList", [])}
        if "public" not in changes:
            return
        listed = _listed_ids(fields.get("whereClause"))
        for bucket in self._db.buckets.values():
            if listed is None or bucket.name in listed:
                certain = listed is not None or "whereClause" not in fields
                bucket.public = _flag(changes["public"]) if certain else None
                bucket.origin = self._origin
        for name in (listed or set()) - set(self._db.buckets):
            self._db.buckets[name] = Bucket(name, _flag(changes["public"]), self._origin)

    def _DeleteStmt(self, fields: Node) -> None:
        if names.range_name(fields["relation"]) != ("storage", "buckets"):
            return
        listed = _listed_ids(fields.get("whereClause"))
        for name in list(self._db.buckets):
            if listed is not None and name in listed:
                del self._db.buckets[name]

    def _DoStmt(self, fields: Node) -> None:
        chosen = names.options(fields.get("args"))
        origin = self._origin
        if "language" in chosen and string(chosen["language"]) not in {"plpgsql", ""}:
            self._problem(origin.line, "a block in another language", origin.text, matters=True)
            return
        body = string(chosen.get("as"))
        for statement in blocks.statements(body, self._db):
            line = origin.line + statement.line
            if statement.text is None:
                self._problem(line, "a statement that is built when it runs", statement.source, matters=True)
            else:
                self.run(statement.text, line)
        self._origin = origin


def _copy(column: Column) -> Column:
    return Column(
        column.name, column.type, column.array, column.not_null, column.default, column.generated, column.values
    )


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
