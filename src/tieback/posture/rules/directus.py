"""Directus permissions: rows of ``directus_permissions`` from the API, a snapshot or ``directus-sync``.

Semantics: https://directus.io/docs/guides/auth/access-control and https://directus.io/docs/guides/connect/filter-rules.
Up to version 10 a permission has a role, and ``null`` is the public one. Since version 11 it has a policy, and
``directus_access`` gives the public policy to no role and no user. No permission means no access.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import msgspec

from tieback.model.errors import InputError
from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta, strongest
from tieback.posture.rules.logic import CHOSEN, OWN, OWNED, STORED, Value
from tieback.posture.rules.row_filter import evaluate_row_filter, filter_text
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.table import Access, ResourceTable, same_access
from tieback.posture.rules.tree import ConfigNode, read_json

PUBLIC_POLICY = "abf8a154-5b1c-4a46-ac9c-7300570f4f17"
"""ID of the public policy of each installation since version 11."""
_PUBLIC_IDS = {PUBLIC_POLICY, "_sync_default_public_policy"}
_PUBLIC_NAMES = {"$t:public_label", "$t:public", "public"}
_ACTIONS = ("read", "create", "update", "delete")
_METHODS = {"read": "GET", "create": "POST", "update": "PATCH", "delete": "DELETE"}
_UNKNOWN = "no permission on this collection in these files"


@dataclass(slots=True)
class _Project:
    """Rows by their table."""

    by_action: dict[tuple[str, str], list[tuple[ConfigNode, str]]] = field(default_factory=dict)
    """Permissions with their file, by collection and action."""
    policies: list[ConfigNode] = field(default_factory=list)
    access: list[ConfigNode] = field(default_factory=list)
    roles: list[ConfigNode] = field(default_factory=list)
    registration: ConfigNode | None = None
    """Settings: whether anyone can register, and the role of such users."""


class Directus:
    """Reads permissions, policies, access, roles and settings."""

    meta = RulesReaderMeta("directus", "Directus permissions", "https://directus.io/docs/guides/auth/access-control")

    def recognises(self, text: RulesText) -> bool:
        """True for JSON with rows of permissions."""
        head = text.text[:2_000_000]
        if head.lstrip()[:1] not in {"[", "{"} or '"collection"' not in head or '"action"' not in head:
            return False
        return '"policy"' in head or ('"role"' in head and ('"presets"' in head or '"validation"' in head))

    def read(self, text: RulesText) -> ResourceTable:
        """Read one export. Raises ``InputError``."""
        return self.read_project([text])

    def read_project(self, texts: Sequence[RulesText]) -> ResourceTable:
        """Read several exports as one installation. Raises ``InputError``."""
        project = _Project()
        for text in texts:
            _collect(project, read_json(text), text.path if len(texts) > 1 else "", text.name)
        if not project.by_action and not any(map(_is_admin, project.policies)):
            raise InputError("no rows of permissions", where=texts[0].path, advice="Export directus_permissions")
        return _table(project)


def _collect(project: _Project, root: ConfigNode, file: str, name: str) -> None:
    """Take the rows of a list, of ``{"data": […]}``, or of an object with a list per table."""
    for key, node in root.items():
        if key.removeprefix("directus_") in {"permissions", "policies", "access", "roles", "settings"}:
            _collect(project, node, file, key.removeprefix("directus_"))
    listed = root.get("data") or root
    for row in listed.each():
        if not isinstance(row.value, dict):
            continue
        if "action" in row.value and "collection" in row.value:
            collection, action = row.get("collection"), row.get("action")
            place = (collection.text if collection else "", action.text if action else "")
            project.by_action.setdefault(place, []).append((row, file))
        elif "public_registration" in row.value:
            project.registration = row
        elif "policy" in row.value and ("role" in row.value or "user" in row.value):
            project.access.append(row)
        elif "admin_access" in row.value and not name.startswith("roles"):
            project.policies.append(row)
        elif name.startswith("roles"):
            project.roles.append(row)


def _key(row: ConfigNode) -> str:
    key = row.get("id") or row.get("_syncId")
    return key.text if key is not None else ""


def _is_admin(row: ConfigNode) -> bool:
    node = row.get("admin_access")
    return node is not None and node.value is True


def _has_networks(project: _Project, policy: str) -> bool:
    """True if a policy applies only to some addresses."""
    listed = (row.get("ip_access") for row in project.policies if _key(row) == policy)
    return any(one is not None and bool(one.value) for one in listed)


def _policies_of(project: _Project, role: str | None) -> set[str]:
    """Policies of a role; those without a role and a user are public."""
    found: set[str] = set()
    for row in project.access:
        user, holder, policy = row.get("user"), row.get("role"), row.get("policy")
        holder_name = holder.text if holder is not None and holder.value is not None else None
        if (user is None or user.value is None) and holder_name == role and policy is not None:
            found.add(policy.text)
    if role is None:
        found |= _PUBLIC_IDS
    for row in project.policies:
        name, holders = row.get("name"), row.get("roles")
        if role is None and name is not None and name.text.lower() in _PUBLIC_NAMES:
            found.add(_key(row))
        for one in holders.each() if holders is not None else ():
            # The form of directus-sync: the roles of a policy are in it.
            holder = one.get("role")
            if role is not None and holder is not None and holder.text == role:
                found.add(_key(row))
    return found


def _may_be_public(project: _Project, policy: str) -> bool:
    """True if a policy has no role in the form of ``directus-sync``, which leaves out users: it may be public."""
    for row in project.policies:
        holders = row.get("roles")
        if _key(row) == policy and holders is not None:
            return any(_is_null(one.get("role")) for one in holders.each())
    return False


def _is_null(node: ConfigNode | None) -> bool:
    return node is not None and node.value is None


def _table(project: _Project) -> ResourceTable:
    public = _policies_of(project, None)
    role, registers = _registered(project)
    named = dict.fromkeys(Requester, public)
    if role:
        named[Requester.ANY_USER] = public | _policies_of(project, role) | {role}
    collections = dict.fromkeys(name for name, _ in project.by_action)
    found: dict[str, Access] = {}
    admins = {
        who: next((one for one in project.policies if _is_admin(one) and _key(one) in named[who]), None)
        for who in Requester
    }
    for name in collections:
        found[name] = partial(_of_collection, project, name, named, admins, registers)
    if any(admins.values()):
        found["/"] = partial(_of_collection, project, "", named, admins, registers)
    return ResourceTable(found, same_access(_nothing()))


def _of_collection(
    project: _Project,
    name: str,
    named: Mapping[Requester, set[str]],
    admins: Mapping[Requester, ConfigNode | None],
    registers: bool | None,
    who: Requester,
) -> PathPermissions:
    admin = admins[who]
    if admin is not None:
        everything = interface.allow(admin.line, '"admin_access": true', "any request")
        return PathPermissions(everything, everything)
    return _access(project, name, who, named[who], registers) if name else _nothing()


def _nothing() -> PathPermissions:
    denied = interface.deny(_UNKNOWN)
    return PathPermissions(denied, denied)


def _registered(project: _Project) -> tuple[str, bool | None]:
    """The role of users who register, and whether anyone can; ``None`` if no file shows the settings."""
    if project.registration is None:
        return "", None
    switch, role = project.registration.get("public_registration"), project.registration.get("public_registration_role")
    return role.text if role is not None else "", switch is not None and switch.value is True


def _access(
    project: _Project, collection: str, who: Requester, holders: set[str], registers: bool | None
) -> PathPermissions:
    decided = {action: _decide(project, collection, action, who, holders, registers) for action in _ACTIONS}
    return PathPermissions(decided["read"], strongest({one: decided[one] for one in ("create", "update", "delete")}))


def _decide(
    project: _Project, collection: str, action: str, who: Requester, holders: set[str], registers: bool | None
) -> Permission:
    best: Permission | None = None
    near = 0
    others = False
    for row, file in project.by_action.get((collection, action), ()):
        holder = row.get("policy") or row.get("role")
        may_be_public = holder is not None and _may_be_public(project, holder.text)
        if holder is not None and holder.value is not None and holder.text not in holders and not may_be_public:
            others = True
            near = near or row.line
            continue
        if (holder is None or holder.value is None) and "policy" in row.value:
            continue  # a permission of version 11 without a policy applies to nobody
        found = _of_row(row, file, collection, action, who)
        if found.allowed and holder is not None and _has_networks(project, holder.text):
            found = msgspec.structs.replace(found, certain=False, reason="only from the networks of the policy")
        elif found.allowed and may_be_public and holder is not None and holder.text not in holders:
            found = msgspec.structs.replace(found, certain=False, reason="the policy is public, or of a user")
        if best is None or (found.allowed, found.certain, not found.own_only) > (
            best.allowed,
            best.certain,
            not best.own_only,
        ):
            best = found
    if best is not None and best.allowed:
        return best
    if who is Requester.ANY_USER and others and registers is None:
        reason = "the role of a user who registers is not in these files"
        return interface.deny(reason, near, certain=False)
    return best or interface.deny("only other roles or policies have a permission" if others else "no permission", near)


def _of_row(row: ConfigNode, file: str, collection: str, action: str, who: Requester) -> Permission:
    rule, fields = row.get("permissions"), row.get("fields")
    names = fields.texts() if fields is not None and fields.value is not None else []
    if fields is not None and action != "delete" and not names:
        return interface.deny("the permission has no fields", row.line)
    sent = action == "create"
    checked = row.get("validation") if sent else rule
    found = _truth(checked, who, CHOSEN if sent else STORED)
    shown = f"{action} {collection}: {_shown(rule if not sent else checked)}"
    request = f"{_METHODS[action]} /items/{collection}" + (
        " as any registered user" if who is Requester.ANY_USER else " without a token"
    )
    limited = "" if "*" in names or not names else f"fields {', '.join(names[:6])}{' …' if len(names) > 6 else ''}"
    if found is True or found is CHOSEN:
        answer = interface.allow(row.line, shown, request, reason=limited)
    elif found is OWNED and sent:
        answer = interface.allow(row.line, shown, request, reason="only data that names this identity", own_only=True)
    elif found is STORED:
        reason = "; ".join(part for part in ("stored data decides", limited) if part)
        answer = interface.allow(row.line, shown, request, reason=reason, certain=False)
    else:
        is_own = _truth(checked, who, CHOSEN) is OWNED
        reason = "only data that names this identity" if is_own else "the filter denies this identity"
        answer = interface.deny(reason, row.line, shown)
    return msgspec.structs.replace(answer, file=file)


def _shown(rule: ConfigNode | None) -> str:
    return "all" if rule is None or rule.value is None else filter_text(rule)


def _truth(rule: ConfigNode | None, who: Requester, data: Value) -> Value:
    """The truth of a filter; a missing or empty one is true."""
    if rule is None or rule.value is None or rule.value == {}:
        return True

    def variable(name: str) -> Value | None:
        if name in {"$CURRENT_USER", "$CURRENT_USER.id"}:
            return OWN if who is Requester.ANY_USER else STORED
        return STORED if name.startswith(("$CURRENT_", "$NOW")) else name

    return evaluate_row_filter(rule, data, variable)
