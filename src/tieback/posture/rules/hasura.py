"""Hasura metadata, versions 2 and 3 of its format: one export, or the folder ``metadata/`` of the command line.

Semantics: https://hasura.io/docs/2.0/auth/authorization/permissions/ and
https://hasura.io/docs/2.0/auth/authentication/unauthenticated-access/. Requests without a login have the role
``HASURA_GRAPHQL_UNAUTHORIZED_ROLE``, and choose the session variables of that role. A role without a permission has no
access. The settings of the server are read from ``.env`` and Compose files beside the metadata.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath

import msgspec

from tieback.model.errors import InputError
from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta, strongest
from tieback.posture.rules.logic import CHOSEN, OWN, OWNED, STORED, Value
from tieback.posture.rules.row_filter import evaluate_row_filter, filter_text
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.table import Access, ResourceTable, not_in_files
from tieback.posture.rules.tree import ConfigNode, read_json, read_yaml

_NO_LOGIN = {"anonymous", "public", "anon", "guest", "unauthenticated", "unauthorized", "unauthorised"}
_ANY_LOGIN = {"user", "me", "users", "authenticated", "registered"}
_ADMIN = "admin"
_KINDS = {"read": "select", "create": "insert", "update": "update", "delete": "delete"}
_SETTING = re.compile(r"(?m)^[\s\-]*[\"']?(HASURA_GRAPHQL_[A-Z_]{1,60})[\"']?\s*[:=]\s*[\"']?([^\s\"'#]{0,100})")
_SERVER_FILES = re.compile(r"^(?:(?:docker-)?compose.*\.ya?ml|\.env.*|.*\.env)$")
_UNAUTHORIZED, _SECRET = "HASURA_GRAPHQL_UNAUTHORIZED_ROLE", "HASURA_GRAPHQL_ADMIN_SECRET"
_REMOTE = "HASURA_GRAPHQL_ENABLE_REMOTE_SCHEMA_PERMISSIONS"
_MAX_TABLES = 20_000


@dataclass(slots=True)
class _Metadata:
    tables: list[tuple[str, ConfigNode, str]] = field(default_factory=list)
    """Path, settings and file of each table."""
    actions: list[tuple[ConfigNode, str]] = field(default_factory=list)
    remotes: list[tuple[ConfigNode, str]] = field(default_factory=list)
    functions: list[tuple[ConfigNode, str]] = field(default_factory=list)
    inherited: dict[str, list[str]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    has_server: bool = False
    """True if a Compose file starts the server."""


class Hasura:
    """Reads an export as JSON or YAML, and folders of metadata."""

    meta = RulesReaderMeta("hasura", "Hasura metadata", "https://hasura.io/docs/2.0/auth/authorization/permissions/")

    def recognises(self, text: RulesText) -> bool:
        """True for tables with permissions of roles."""
        head = text.text[:2_000_000]
        return "select_permissions" in head or "insert_permissions" in head or _is_export(head)

    def read(self, text: RulesText) -> ResourceTable:
        """Read one export. Raises ``InputError``."""
        return self.read_project([text])

    def read_project(self, texts: Sequence[RulesText]) -> ResourceTable:
        """Read all files of a folder as one server. Raises ``InputError``."""
        found = _Metadata()
        for text in texts:
            file = text.path if len(texts) > 1 else ""
            if _SERVER_FILES.match(text.name):
                found.settings |= dict(_SETTING.findall(text.text[:200_000]))
                found.has_server = found.has_server or "hasura/graphql-engine" in text.text
            else:
                root = read_json(text) if text.text.lstrip()[:1] in {"{", "["} else read_yaml(text)
                _collect(found, root, _source(text.path), file, text.name)
        if not (found.tables or found.actions or found.remotes):
            raise InputError("no tables with permissions", where=texts[0].path, advice="Export the metadata as JSON")
        return _Server(found).table()


def _is_export(head: str) -> bool:
    return '"resource_version"' in head and '"sources"' in head


def _source(path: str) -> str:
    """The database of a file in ``databases/NAME/tables/``."""
    parts = PurePath(path).parts
    at = parts.index("databases") + 1 if "databases" in parts[:-1] else -1
    return parts[at] if 0 < at < len(parts) - 1 else "default"


def _collect(found: _Metadata, root: ConfigNode, source: str, file: str, name: str) -> None:
    root = root.get("metadata") or root
    if root.get("table") is not None:
        _add_table(found, root, source, file)
    for one in _list(root, "sources"):
        named = one.get("name")
        _collect(found, one, named.text if named is not None else source, file, name)
    for one in _list(root, "tables"):
        _add_table(found, one, source, file)
    found.actions += [(one, file) for one in _list(root, "actions")]
    found.remotes += [(one, file) for one in _list(root, "remote_schemas")]
    found.functions += [(one, file) for one in _list(root, "functions")]
    listed = _list(root, "inherited_roles")
    for one in root.value if isinstance(root.value, list) else []:
        if one.get("table") is not None:
            _add_table(found, one, source, file)
        elif one.get("role_set") is not None:
            listed.append(one)
        elif name.startswith("remote_schemas"):
            found.remotes.append((one, file))
        elif one.get("function") is not None:
            found.functions.append((one, file))
    for one in listed:
        role, members = one.get("role_name"), one.get("role_set")
        if role is not None and members is not None:
            found.inherited[role.text] = members.texts()[:200]


def _list(root: ConfigNode, key: str) -> list[ConfigNode]:
    node = root.get(key) if isinstance(root.value, dict) else None
    return [one for one in node.value if isinstance(one.value, dict)] if node and isinstance(node.value, list) else []


def _add_table(found: _Metadata, node: ConfigNode, source: str, file: str) -> None:
    table = node.get("table")
    if table is None or len(found.tables) >= _MAX_TABLES:
        return
    schema = table.get("schema")
    named = table.get("name") or table
    name = f"{schema.text if schema is not None else 'public'}.{named.text}"
    found.tables.append((name if source == "default" else f"{source}/{name}", node, file))


class _Server:
    def __init__(self, metadata: _Metadata) -> None:
        self._metadata = metadata
        self._roles = {role for _, node, _ in metadata.tables for role in _roles_of(node)}
        self._roles |= set(metadata.inherited)
        setting = metadata.settings.get(_UNAUTHORIZED, "")
        self._unauthorised = {setting} if setting and "$" not in setting else _NO_LOGIN
        self._is_set = bool(setting)
        self._has_user_role = bool(self._roles & _ANY_LOGIN)
        self._is_unprotected = metadata.has_server and _SECRET not in metadata.settings

    def table(self) -> ResourceTable:
        found: dict[str, Access] = {}
        for name, node, file in self._metadata.tables:
            found[name] = partial(self._access, name, node, file)
        for kind, listed in (("actions", self._metadata.actions), ("functions", self._metadata.functions)):
            for node, file in listed:
                found[f"{kind}/{_name(node)}"] = partial(self._callable, kind, node, file)
        for node, file in self._metadata.remotes:
            found[f"remote/{_name(node)}"] = partial(self._remote, node, file)
        return ResourceTable(found, not_in_files("table"))

    def _access(self, name: str, node: ConfigNode, file: str, who: Requester) -> PathPermissions:
        decided = {
            action: msgspec.structs.replace(self._decide(name, node, action, who), file=file) for action in _KINDS
        }
        read = decided.pop("read")
        return PathPermissions(self._by_root_fields(read, node, who), strongest(decided))

    def _holds(self, role: str, who: Requester) -> bool | None:
        """Whether a requester has a role; ``None`` if the metadata does not show who has it."""
        if role in self._unauthorised:
            return True
        if who is Requester.ANONYMOUS or role == _ADMIN:
            return False
        return True if role in _ANY_LOGIN else None

    def _decide(self, name: str, node: ConfigNode, action: str, who: Requester) -> Permission:
        request = f"{_KINDS[action]} {name}" + (
            " as any signed-in user" if who is Requester.ANY_USER else " without a token"
        )
        if self._is_unprotected:
            reason = f"the Compose file sets no {_SECRET}: every request is one of the administrator"
            return interface.allow(0, "", request, reason=reason, certain=False)
        best: Permission | None = None
        others: Permission | None = None
        for role, permission, line in _permissions(node, _KINDS[action], self._metadata.inherited):
            holds = self._holds(role, who)
            if holds is False:
                continue
            found = self._of_role(role, permission, line, action, request)
            if holds is None:
                others = self._of_unknown_role(role, found)
            elif best is None or (found.allowed, found.certain) > (best.allowed, best.certain):
                best = found
        if best is not None and best.allowed:
            return best
        return others or best or interface.deny("no permission for a role of this identity", node.line)

    def _of_unknown_role(self, role: str, found: Permission) -> Permission:
        if not found.allowed:
            return found
        reason = f"the metadata does not show who has the role {role}"
        if self._has_user_role:
            return interface.deny(reason, found.line, found.rule, certain=False)
        return msgspec.structs.replace(found, certain=False, reason=reason)

    def _of_role(self, role: str, permission: ConfigNode, line: int, action: str, request: str) -> Permission:
        is_public = role in self._unauthorised
        if action != "read" and _is_true(permission.get("backend_only")):
            return interface.deny("only for requests with the admin secret", line, f"{role}: backend_only")
        columns = permission.get("columns")
        names = columns.texts() if columns is not None else []
        counts = action == "read" and _is_true(permission.get("allow_aggregations"))
        if action == "read" and columns is not None and not names and not counts:
            return interface.deny("the permission has no columns", line, f"{role}: columns: []")
        found = _truth(permission, action, STORED, is_public=is_public)
        shown = f"{role}: {_shown(permission, action)}"
        notes = [] if self._is_set or not is_public else [f"if the role of requests without a login is {role}"]
        if names and names != ["*"] and action == "read":
            notes.append(f"columns {', '.join(names[:6])}{' …' if len(names) > 6 else ''}")
        if counts:
            notes.append("aggregations")
        if found is True or found is CHOSEN:
            if found is CHOSEN and is_public:
                notes.append("requests without a login choose the session variables")
            return interface.allow(line, shown, request, reason="; ".join(notes))
        if found is OWNED and action == "create":
            return interface.allow(line, shown, request, reason="only data that names this identity", own_only=True)
        if found is STORED:
            reason = "; ".join(["stored data decides", *notes])
            return interface.allow(line, shown, request, reason=reason, certain=False)
        own = _truth(permission, action, CHOSEN, is_public=is_public) is OWNED
        reason = "only data that names this identity" if own else "the filter denies this identity"
        return interface.deny(reason, line, shown)

    def _by_root_fields(self, read: Permission, node: ConfigNode, who: Requester) -> Permission:
        """A role whose permission has no fields at the root of queries reads rows only by their relationships."""
        if not read.allowed:
            return read
        ways = {"get": False, "list": False}
        for role, permission, _ in _permissions(node, "select", self._metadata.inherited):
            if self._holds(role, who) is False:
                continue
            roots = [permission.get(f"{kind}_root_fields") for kind in ("query", "subscription")]
            for root in roots:
                is_listed = root is not None and root.value is not None
                names = root.texts() if root is not None and is_listed else ["select", "select_by_pk"]
                ways["get"] = ways["get"] or "select_by_pk" in names
                ways["list"] = ways["list"] or bool({"select", "select_stream", "select_aggregate"} & set(names))
        allowed = tuple(name for name, way in ways.items() if way)
        if not allowed and not self._is_unprotected:
            return msgspec.structs.replace(read, certain=False, reason="only by relationships of other tables")
        return msgspec.structs.replace(read, operations=allowed or tuple(ways))

    def _callable(self, kind: str, node: ConfigNode, file: str, who: Requester) -> PathPermissions:
        """An action or a function: calling it is the access, and its code decides the rest."""
        listed = node.get("permissions")
        answer = interface.deny("only for administrators", node.line)
        if listed is None and kind == "functions":
            answer = interface.allow(
                node.line, "", f"call {_name(node)}", reason="as the table that it returns", certain=False
            )
        for one in listed.each() if listed is not None else ():
            role = one.get("role")
            if role is not None and self._holds(role.text, who) is not False:
                reason = "can be called: its code decides"
                answer = interface.allow(
                    role.line, f"role: {role.text}", f"call {_name(node)}", reason=reason, certain=False
                )
                break
        answer = msgspec.structs.replace(answer, file=file)
        return PathPermissions(answer, answer)

    def _remote(self, node: ConfigNode, file: str, who: Requester) -> PathPermissions:
        """A remote schema: its permissions count only if the server enables them."""
        roles = [role.text for one in _list(node, "permissions") if (role := one.get("role")) is not None]
        enabled = self._metadata.settings.get(_REMOTE, "").lower()
        held = [role for role in roles if self._holds(role, who) is not False]
        has_role = bool(self._unauthorised & self._roles) or self._is_set or who is Requester.ANY_USER
        request = f"query the remote schema {_name(node)}"
        if enabled == "true" and not held:
            answer = interface.deny("no permission for a role of this identity", node.line)
        elif enabled != "true" and not has_role:
            answer = interface.deny("no role for requests without a login", node.line, certain=False)
        else:
            reason = (
                "the remote service decides" if enabled == "true" else f"open to all roles unless {_REMOTE} is true"
            )
            answer = interface.allow(node.line, _name(node), request, reason=reason, certain=False)
        answer = msgspec.structs.replace(answer, file=file)
        return PathPermissions(answer, answer)


def _is_true(node: ConfigNode | None) -> bool:
    return node is not None and node.value is True


def _name(node: ConfigNode) -> str:
    named = node.get("name") or node.get("function", "name") or node.get("function")
    return named.text if named is not None else "?"


def _roles_of(node: ConfigNode) -> Iterator[str]:
    for kind in _KINDS.values():
        for one in _list(node, f"{kind}_permissions"):
            role = one.get("role")
            if role is not None:
                yield role.text


def _permissions(
    node: ConfigNode, kind: str, inherited: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, ConfigNode, int]]:
    """Roles with a permission of this kind; an inherited role has those of its members."""
    for one in _list(node, f"{kind}_permissions"):
        role, permission = one.get("role"), one.get("permission")
        if role is None:
            continue
        body = permission if permission is not None and isinstance(permission.value, dict) else ConfigNode({}, one.line)
        yield role.text, body, role.line
        for name, members in inherited.items():
            if role.text in members:
                yield name, body, role.line


def _truth(permission: ConfigNode, action: str, data: Value, *, is_public: bool) -> Value:
    """The truth of a filter or check; a missing or empty one is true."""

    def variable(text: str) -> Value:
        name = text.lower()
        if not name.startswith("x-hasura-"):
            return text
        if is_public:
            return CHOSEN
        return OWN if name == "x-hasura-user-id" else STORED

    found: Value = True
    for key in ("check",) if action == "create" else ("filter",):
        rule = permission.get(key)
        if rule is not None and isinstance(rule.value, dict) and rule.value:
            found = evaluate_row_filter(rule, CHOSEN if action == "create" else data, variable)
    return found


def _shown(permission: ConfigNode, action: str) -> str:
    key = "check" if action == "create" else "filter"
    rule = permission.get(key)
    return f"{key}: {filter_text(rule)}" if rule is not None else f"no {key}"
