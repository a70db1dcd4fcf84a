"""Appwrite permissions of a project: ``appwrite.json`` and ``appwrite.config.json`` of the command line.

Semantics: https://appwrite.io/docs/advanced/platform/permissions and
https://appwrite.io/docs/products/databases/permissions. A table or bucket without permissions is closed; with row or
file security, rows and files can have permissions of their own, which the file does not contain.
"""

import re
from collections.abc import Iterator
from functools import partial

from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta, strongest
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.table import Access, ResourceTable, not_in_files
from tieback.posture.rules.tree import ConfigNode, read_json

_PERMISSION = re.compile(r'\s*(read|create|update|delete|write)\(\s*"([^"]{1,200})"\s*\)\s*')
_WRITES = ("create", "update", "delete")
_TABLES = ("collections", "tables")
_SIGN_UPS = ("anonymous", "email-password", "email-otp", "magic-url", "phone")


class Appwrite:
    """Reads ``appwrite.json``."""

    meta = RulesReaderMeta("appwrite", "Appwrite permissions", "https://appwrite.io/docs/advanced/platform/permissions")

    def recognises(self, text: RulesText) -> bool:
        """True for a JSON object with a project and permissions, or the file name."""
        head = text.text[:2_000_000]
        if head.lstrip()[:1] != "{":
            return False
        return text.name in {"appwrite.json", "appwrite.config.json"} or (
            '"projectId"' in head and ('"$permissions"' in head or '"execute"' in head)
        )

    def read(self, text: RulesText) -> ResourceTable:
        """Read all tables, buckets and functions. Raises ``InputError``."""
        root = read_json(text)
        if not isinstance(root.value, dict):
            raise text.line_error(root.line, "must be a JSON object with the project")
        sign_up = _sign_up(root)
        found: dict[str, Access] = {}
        for name, node, is_bucket in _stores(root):
            found[name] = partial(_access, node, sign_up, name, is_bucket=is_bucket)
        for node in _listed(root, "functions"):
            roles = node.get("execute")
            name = f"functions/{_id(node)}"
            found[name] = partial(_execution, node, roles, sign_up, name)
        return ResourceTable(found, not_in_files("table, bucket or function"))


def _listed(root: ConfigNode, key: str) -> list[ConfigNode]:
    node = root.get(key)
    return [one for one in node.each() if isinstance(one.value, dict)] if node is not None else []


def _id(node: ConfigNode) -> str:
    key = node.get("$id") or node.get("name")
    return key.text if key is not None else "?"


def _stores(root: ConfigNode) -> Iterator[tuple[str, ConfigNode, bool]]:
    """Tables and buckets: name, settings, and whether it is a bucket."""
    for kind in _TABLES:
        for node in _listed(root, kind):
            database = node.get("databaseId")
            yield f"{database.text}/{_id(node)}" if database is not None and database.text else _id(node), node, False
    for kind in ("buckets", "storage"):
        for node in _listed(root, kind):
            yield f"storage/{_id(node)}", node, True


def _sign_up(root: ConfigNode) -> bool | None:
    """Whether anyone can create an account; ``None`` if the file does not show it."""
    methods = root.get("settings", "auth", "methods")
    if methods is None or not isinstance(methods.value, dict):
        return None
    limit = root.get("settings", "auth", "security", "limit")
    known = [methods.get(name) for name in _SIGN_UPS]
    if any(one is not None and one.value is True for one in known):
        return True if limit is None or not limit.value else None
    # Sign-in with another service (OAuth 2) is not in the file.
    return None


def _holds(role: str, who: Requester) -> bool | None:
    """Whether a requester has a role; ``None`` if a list outside the file decides."""
    name, _, detail = role.partition("/")
    if name == "any":
        return True
    if name == "guests":
        return who is Requester.ANONYMOUS
    if name == "users":
        return who is Requester.ANY_USER and detail in {"", "verified", "unverified"}
    # A user, a team, a member or a label that the owner of the project chose: never a new user.
    return False if name.partition(":")[0] in {"user", "team", "member", "label"} else None


def _access(node: ConfigNode, sign_up: bool | None, name: str, who: Requester, *, is_bucket: bool) -> PathPermissions:
    switch = node.get("enabled")
    if switch is not None and switch.value is False:
        closed = interface.deny("not enabled", switch.line, '"enabled": false')
        return PathPermissions(closed, closed)
    listed = node.get("$permissions") or node.get("permissions")
    if listed is None:
        unknown = interface.deny("the file has no permissions of it", node.line, certain=False)
        return PathPermissions(unknown, unknown)
    items = listed.each()
    own = next((one for key in ("documentSecurity", "rowSecurity", "fileSecurity") if (one := node.get(key))), None)
    noun = "files" if is_bucket else "rows"
    decided = {
        operation: _decide(items, own, who, operation, f"{operation} {name}", node.line, noun, sign_up)
        for operation in ("read", *_WRITES)
    }
    return PathPermissions(decided["read"], strongest({one: decided[one] for one in _WRITES}))


def _decide(
    items: list[ConfigNode],
    own: ConfigNode | None,
    who: Requester,
    operation: str,
    request: str,
    line: int,
    noun: str,
    sign_up: bool | None,
) -> Permission:
    request += " as any signed-in user" if who is Requester.ANY_USER else " without signing in"
    unclear: Permission | None = None
    for item in items:
        found = _PERMISSION.fullmatch(item.text)
        if found is None:
            reason = "a permission that is not known"
            unclear = interface.allow(item.line, item.text, request, reason=reason, certain=False)
            continue
        action, role = found.groups()
        if action != operation and not (action == "write" and operation in _WRITES):
            continue
        holds = _holds(role, who)
        if holds is None:
            unclear = interface.allow(item.line, item.text, request, reason=f"role {role}", certain=False)
        elif holds:
            note = "" if role == "any" or who is Requester.ANONYMOUS else _of_sign_up(sign_up)
            return interface.allow(item.line, item.text, request, reason=note)
    if unclear is not None:
        return unclear
    if own is not None and own.value is True and operation != "create":
        reason = f"{noun} can have permissions of their own"
        return interface.allow(own.line, "row or file security", request, reason=reason, certain=False)
    return interface.deny(f"no permission to {operation} for this identity", line)


def _of_sign_up(sign_up: bool | None) -> str:
    return "" if sign_up else "if anyone can create an account, which the file does not show"


def _execution(
    node: ConfigNode, roles: ConfigNode | None, sign_up: bool | None, name: str, who: Requester
) -> PathPermissions:
    """A function: calling it is the access, and its code decides the rest."""
    permission = interface.deny("no role may execute it", node.line)
    for role in roles.each() if roles is not None else ():
        if _holds(role.text, who) is not False:
            request = f"execute {name}" + (" as any signed-in user" if who is Requester.ANY_USER else "")
            reason = "; ".join(part for part in ("can be called: its code decides", _of_sign_up(sign_up)) if part)
            permission = interface.allow(role.line, f'"execute": "{role.text}"', request, reason=reason, certain=False)
            break
    return PathPermissions(permission, permission)
