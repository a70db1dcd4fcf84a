"""AWS Amplify Gen 2: rules of ``amplify/data/resource.ts`` and ``amplify/storage/resource.ts``.

Semantics: https://docs.amplify.aws/react/build-a-backend/data/customize-authz/ and
https://docs.amplify.aws/react/build-a-backend/storage/authorization/. Access is denied without a rule. A rule of a
model replaces the rule of its schema, and a rule of a field replaces that of its model. The API key and the identifier
of the identity pool are in each app, so ``publicApiKey`` and ``guest`` admit everybody. A signed-in user can leave out
the login, and has this access too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import msgspec

from tieback.model.errors import InputError
from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta, strongest
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.table import ResourceTable, not_in_files
from tieback.posture.rules.typescript_project import Modules, Value
from tieback.posture.rules.typescript_values import (
    Call,
    Function,
    Items,
    Member,
    Module,
    Name,
    Node,
    Record,
    Spread,
    calls_in,
    value_at,
)

_READS, _WRITES = ("get", "list"), ("create", "update", "delete")
_COVERS = {
    "read": _READS, "get": ("get",), "list": ("list",), "sync": ("list",), "search": ("list",), "listen": (),
    "create": ("create",), "update": ("update",), "delete": ("delete",), "write": ("create", "update"),
}  # fmt: skip
_KINDS = {"model", "customType", "query", "mutation", "subscription", "conversation", "generation", "enum", "ref"}
_OPEN, _SIGNED_IN, _OWN, _CLOSED, _UNKNOWN = "open", "signed in", "own", "closed", "unknown"
_STRATEGIES = {
    "publicApiKey": _OPEN, "guest": _OPEN, "public": _OPEN, "authenticated": _SIGNED_IN, "private": _SIGNED_IN,
    "owner": _OWN, "ownerDefinedIn": _OWN, "ownersDefinedIn": _OWN, "entity": _OWN,
    "group": _CLOSED, "groups": _CLOSED, "groupDefinedIn": _UNKNOWN, "groupsDefinedIn": _UNKNOWN,
    "custom": _UNKNOWN, "resource": _CLOSED,
}  # fmt: skip
_MAX_CHAIN = 100
_OWN_ONLY = "only data that names this identity"


@dataclass(frozen=True, slots=True)
class _Rule:
    """One ``allow.…``: who it admits and to which operations."""

    who: str
    operations: frozenset[str]
    line: int
    text: str


@dataclass(slots=True)
class _Resource:
    rules: list[_Rule] = field(default_factory=list)
    line: int = 0
    file: str = ""
    reads: tuple[str, ...] = _READS
    writes: tuple[str, ...] = _WRITES
    note: str = ""


class Amplify:
    """Reads resource files of an Amplify Gen 2 back end."""

    meta = RulesReaderMeta(
        "amplify", "AWS Amplify Gen 2", "https://docs.amplify.aws/react/build-a-backend/data/customize-authz/"
    )

    def recognises(self, text: RulesText) -> bool:
        """True for TypeScript that defines data or storage of Amplify."""
        head = text.text[:200_000]
        return "@aws-amplify/backend" in head and any(
            word in head for word in ("a.schema", "defineData", "defineStorage", ".authorization(")
        )

    def read(self, text: RulesText) -> ResourceTable:
        """Read one resource file. Raises ``InputError``."""
        return self.read_project([text])

    def read_project(self, texts: Sequence[RulesText]) -> ResourceTable:
        """Read all files of ``amplify/`` as one back end. Raises ``InputError``."""
        found: dict[str, _Resource] = {}
        has_sign_up = True
        modules = Modules(texts)
        for module in modules.by_path.values():
            found |= dict(_resources(modules, module))
            has_sign_up = has_sign_up and not _is_admin_only(module)
        if len(texts) == 1:
            for one in found.values():
                one.file = ""
        if not found:
            raise InputError(
                "no models and no storage with rules", where=texts[0].path, advice="Pass amplify/data/resource.ts"
            )
        return _table(found, has_sign_up=has_sign_up)


def _resources(modules: Modules, module: Module) -> Iterator[tuple[str, _Resource]]:
    for call in calls_in(module, 0, len(module.tokens)):
        if any(_called(one) == "schema" and isinstance(one.function, Member) for one in _chain(call)):
            yield from _of_schema(modules, module, call)
        elif _called(call) == "defineStorage" and call.arguments:
            yield from _of_storage(module, call.arguments[0])


def _called(call: Call) -> str:
    return call.function.name if isinstance(call.function, Name | Member) else ""


def _chain(node: Node | None) -> list[Call]:
    """The calls of ``a.model(…).authorization(…).x(…)``, the first one first."""
    found: list[Call] = []
    for _ in range(_MAX_CHAIN):
        if not isinstance(node, Call):
            break
        found.append(node)
        node = node.function.of if isinstance(node.function, Member) else None
    return found[::-1]


def _of_schema(modules: Modules, module: Module, call: Call) -> Iterator[tuple[str, _Resource]]:
    chain = _chain(call)
    schema = next(one for one in chain if _called(one) == "schema")
    general = _authorization(module, chain)
    for name, value in _members(modules, module, schema.arguments[0] if schema.arguments else None):
        if value is None:
            yield name, _hidden(module, schema)
            continue
        links = _chain(value.node)
        kind = next((_called(one) for one in links if _called(one) in _KINDS), "")
        if kind in {"customType", "subscription", "enum", "ref"}:
            continue
        own = _authorization(value.module, links)
        resource = _Resource(own if own is not None else general or [], value.module.line(value.node), value.path)
        if own is None and general is None:
            resource.note = "no rule of the model or the schema"
        if not kind:
            resource = _hidden(value.module, value.node)
        elif kind in {"query", "generation"}:
            resource.writes = ()
        elif kind == "mutation":
            resource.reads = ()
        yield name, resource
        if kind == "model":
            yield from _fields(modules, value.module, name, links)


def _hidden(module: Module, node: Node) -> _Resource:
    rule = _Rule(_UNKNOWN, frozenset((*_READS, *_WRITES)), module.line(node), "a value that the files do not show")
    return _Resource([rule], rule.line, module.text.path)


def _members(modules: Modules, module: Module, node: Node | None, depth: int = 0) -> Iterator[tuple[str, Value | None]]:
    """Members of an object with those of the objects that it spreads; ``*`` and ``None`` for what is not shown."""
    found = modules.resolve(module, node)
    if found is None or not isinstance(found.node, Record) or depth > 5:
        yield "*", None
        return
    for other in found.node.others:
        yield from _members(modules, found.module, other, depth + 1)
    for name, one in found.node.members.items():
        yield name, modules.resolve(found.module, one) or Value(found.module, one)


def _fields(modules: Modules, module: Module, model: str, links: Sequence[Call]) -> Iterator[tuple[str, _Resource]]:
    """Fields with rules of their own."""
    first = next(one for one in links if _called(one) == "model")
    for name, value in _members(modules, module, first.arguments[0] if first.arguments else None):
        rules = _authorization(value.module, _chain(value.node)) if value is not None else None
        if value is not None and rules is not None:
            yield f"{model}/{name}", _Resource(rules, value.module.line(value.node), value.path)


def _authorization(module: Module, chain: Sequence[Call]) -> list[_Rule] | None:
    """The rules of the last ``.authorization(…)``; ``None`` if there is none."""
    last = next((one for one in reversed(chain) if _called(one) == "authorization"), None)
    if last is None:
        return None
    return list(_rules(module, last.arguments[0] if last.arguments else None))


def _rules(module: Module, node: Node | None) -> Iterator[_Rule]:
    """``allow => [allow.owner(), …]``, also as a block with ``return``."""
    node = module.resolve(node)
    if isinstance(node, Function):
        node = module.resolve(node.result or _returned(module, node))
    for one in node.items if isinstance(node, Items) else (node,):
        inner = module.resolve(one.of) if isinstance(one, Spread) else module.resolve(one)
        if isinstance(inner, Items):
            yield from (_rule(module, item) for item in inner.items)
        elif one is not None:
            yield _rule(module, one)


def _returned(module: Module, function: Function) -> Node | None:
    """The value of a block that is only ``return value``."""
    start, end = function.body
    if not module.tokens.is_at(start, "return"):
        return None
    found = value_at(module, start + 1)
    rest = found.end + module.tokens.is_at(found.end, ";")
    return found if rest >= end else None


def _rule(module: Module, node: Node) -> _Rule:
    line, text = module.line(node), module.source(node)
    unknown = _Rule(_UNKNOWN, frozenset((*_READS, *_WRITES)), line, text)
    strategy = ""
    operations: frozenset[str] | None = None
    current: Node | None = node
    for _ in range(_MAX_CHAIN):
        if isinstance(current, Call):
            if _called(current) == "to":
                operations = _operations(module, current.arguments[0] if current.arguments else None)
                if operations is None:
                    return unknown
            current = current.function
        elif isinstance(current, Member) and current.name != "allow":
            strategy = current.name
            current = current.of
        else:
            break
    if not isinstance(current, Name | Member) or strategy not in _STRATEGIES:
        return unknown
    return _Rule(_STRATEGIES[strategy], operations or frozenset((*_READS, *_WRITES)), line, text)


def _operations(module: Module, node: Node | None) -> frozenset[str] | None:
    """The operations of ``.to([…])``; ``None`` if they are not literal."""
    node = module.resolve(node)
    if not isinstance(node, Items):
        return None
    found: set[str] = set()
    for one in node.items:
        name = module.text_of(one)
        if name not in _COVERS:
            return None
        found.update(_COVERS[name])
    return frozenset(found)


def _of_storage(module: Module, node: Node) -> Iterator[tuple[str, _Resource]]:
    """Paths of ``access: (allow) => ({ 'path/*': [allow.guest.to(['read'])] })``."""
    options = module.resolve(node)
    members = options.members if isinstance(options, Record) else {}
    bucket = module.text_of(members.get("name")) or "storage"
    access = module.resolve(members.get("access"))
    if isinstance(access, Function):
        access = module.resolve(access.result or _returned(module, access))
    if isinstance(access, Record):
        for path, rules in access.members.items():
            resource = _Resource(list(_rules(module, rules)), module.line(rules), module.text.path)
            yield f"{bucket}/{path}", resource
        if access.others:
            yield f"{bucket}/*", _hidden(module, node)
    elif isinstance(options, Record) and not options.others and "access" not in members:
        yield f"{bucket}/*", _Resource([], module.line(node), module.text.path)
    else:
        yield f"{bucket}/*", _hidden(module, node)


def _is_admin_only(module: Module) -> bool:
    """True if the back end lets only administrators create users."""
    tokens = module.tokens
    return any(
        tokens.name(at) == "allowAdminCreateUserOnly"
        and tokens.is_at(at + 1, ":", "=")
        and tokens.is_at(at + 2, "true")
        for at in range(len(tokens))
    )


def _table(resources: Mapping[str, _Resource], *, has_sign_up: bool) -> ResourceTable:
    found = {name: partial(_access, name, one, has_sign_up=has_sign_up) for name, one in resources.items()}
    return ResourceTable(found, not_in_files("resource"))


def _access(name: str, resource: _Resource, who: Requester, *, has_sign_up: bool) -> PathPermissions:
    def decide(operations: Sequence[str]) -> Permission:
        if not operations:
            return interface.deny("not an operation of this resource", resource.line)
        decided = {one: _decide(name, resource, one, who, has_sign_up=has_sign_up) for one in operations}
        return msgspec.structs.replace(strongest(decided), file=resource.file)

    return PathPermissions(decide(resource.reads), decide(resource.writes))


def _decide(name: str, resource: _Resource, operation: str, who: Requester, *, has_sign_up: bool) -> Permission:
    request = f"{operation} {name}" + (" as any signed-in user" if who is Requester.ANY_USER else " without signing in")
    best: Permission | None = None
    is_user = who is Requester.ANY_USER and has_sign_up
    owner: _Rule | None = None
    for rule in resource.rules:
        if operation not in rule.operations:
            continue
        if rule.who == _OPEN or (rule.who == _SIGNED_IN and is_user):
            return interface.allow(rule.line, rule.text, request)
        if rule.who == _OWN and is_user:
            owner = rule
            if operation == "create":
                best = interface.allow(rule.line, rule.text, request, reason=_OWN_ONLY, own_only=True)
        elif rule.who == _UNKNOWN and best is None:
            reason = "a group of the record, a function or a hidden value decides"
            best = interface.allow(rule.line, rule.text, request, reason=reason, certain=False)
    if best is not None:
        return best
    if owner is not None:
        return interface.deny(_OWN_ONLY, owner.line, owner.text)
    near = resource.rules[0] if resource.rules else None
    reason = resource.note or f"no rule allows {operation} for this identity"
    return interface.deny(reason, near.line if near else resource.line, near.text if near else "")
