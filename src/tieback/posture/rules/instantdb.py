"""InstantDB permissions: ``instant.perms.ts``, or the same rules as JSON.

Semantics: https://www.instantdb.com/docs/permissions and ``server/src/instant/model/rule.clj`` of
https://github.com/instantdb/instant. A rule is a CEL expression. A namespace without a rule allows everything, except
``$users`` (own data only) and other system namespaces (nothing).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import msgspec

from tieback.model.errors import InputError
from tieback.posture.rules import interface
from tieback.posture.rules.cel import Cel
from tieback.posture.rules.evaluate import Function as Evaluated
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta, strongest
from tieback.posture.rules.logic import (
    CHOSEN,
    OPEN,
    OWN,
    OWNED,
    STORED,
    NamedValues,
    StoredRecord,
    Value,
)
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.table import ResourceTable
from tieback.posture.rules.tree import ConfigNode, read_json
from tieback.posture.rules.typescript_values import Call, Items, Member, Module, Name, Node, Plain, Record, read_module

_ACTIONS = ("view", "create", "update", "delete")
_NOT_NAMESPACES = {"$default", "$rateLimits"}
_USERS = (
    "auth.id != null && (auth.id == data.id || (data.linkedPrimaryUser != null && auth.id == data.linkedPrimaryUser))"
)
_OWN_ONLY = "only data that names this identity"
_MAX_BINDS = 500
_USER = NamedValues({"id": OWN, "email": OWN, "isGuest": CHOSEN, "refresh_token": OWN}, STORED)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One expression; ``value`` is ``None`` if the source does not show it."""

    line: int
    value: str | bool | None
    shown: str


@dataclass(slots=True)
class _Namespace:
    allow: dict[str, _Rule] = field(default_factory=dict)
    fields: dict[str, _Rule] = field(default_factory=dict)
    binds: dict[str, str | None] = field(default_factory=dict)
    line: int = 0
    is_complete: bool = True
    """False if the source adds rules that are not literal."""


class InstantDb:
    """Reads ``instant.perms.ts`` and JSON rules, with the namespaces of ``instant.schema.ts``."""

    meta = RulesReaderMeta("instantdb", "InstantDB permissions", "https://www.instantdb.com/docs/permissions")

    def recognises(self, text: RulesText) -> bool:
        """True for ``InstantRules``, or the file name ``instant.perms``."""
        head = text.text[:200_000]
        return text.name.startswith("instant.perms.") or ("InstantRules" in head and "allow" in head)

    def read(self, text: RulesText) -> ResourceTable:
        """Read one file of rules. Raises ``InputError``."""
        return self.read_project([text])

    def read_project(self, texts: Sequence[RulesText]) -> ResourceTable:
        """Read rules, and schemas for the namespaces without a rule. Raises ``InputError``."""
        rules: dict[str, _Namespace] = {}
        named: dict[str, None] = {}
        is_complete = True
        for text in texts:
            if text.name.startswith("instant.schema."):
                named |= dict.fromkeys(_entities(read_module(text)))
            elif text.text.lstrip()[:1] == "{":
                rules |= _from_json(read_json(text, loose=True))
            else:
                found, is_complete = _from_source(read_module(text))
                rules |= found
        if not rules and not is_complete:
            raise InputError(
                "the rules are computed, and the file does not show them",
                where=texts[0].path,
                advice="Pass the rules as JSON, from the dashboard of InstantDB",
            )
        files = [text.path for text in texts if not text.name.startswith("instant.schema.")]
        return _Project(rules, is_complete=is_complete, file=files[0] if len(texts) > 1 and files else "").table(named)


def _from_json(root: ConfigNode) -> dict[str, _Namespace]:
    found: dict[str, _Namespace] = {}
    for name, node in root.items():
        namespace = _Namespace(line=node.line)
        for key, target in (("allow", namespace.allow), ("fields", namespace.fields)):
            for action, rule in (node.get(key) or ConfigNode(None, 0)).items():
                value = rule.value if isinstance(rule.value, str | bool) else None
                target[action] = _Rule(rule.line, value, f'"{action}": {rule.text}')
        bind = node.get("bind")
        if bind is not None and isinstance(bind.value, list):
            texts = [one.text for one in bind.value[: 2 * _MAX_BINDS]]
            namespace.binds.update(zip(texts[::2], texts[1::2], strict=False))
        elif bind is not None:
            namespace.binds.update({key: one.text for key, one in list(bind.items())[:_MAX_BINDS]})
        found[name] = namespace
    return found


def _from_source(module: Module) -> tuple[dict[str, _Namespace], bool]:
    """The rules of the default export, and whether all of them are literal."""
    root = module.resolve(module.exports.get("default") or module.declared.get("rules"))
    if not isinstance(root, Record):
        return {}, False
    members, is_complete = _members(module, root)
    return {name: _namespace(module, node) for name, node in members.items()}, is_complete


def _members(module: Module, node: Node | None, depth: int = 0) -> tuple[dict[str, Node], bool]:
    """Members of an object with those of the constants that it spreads, and whether they are complete."""
    node = module.resolve(node)
    if not isinstance(node, Record) or depth > 5:
        return {}, False
    found: dict[str, Node] = {}
    is_complete = True
    for other in node.others:
        inner, is_known = _members(module, other, depth + 1)
        found |= inner
        is_complete = is_complete and is_known
    return {**found, **node.members}, is_complete


def _namespace(module: Module, node: Node) -> _Namespace:
    members, is_complete = _members(module, node)
    namespace = _Namespace(line=module.line(node), is_complete=is_complete)
    for key, target in (("allow", namespace.allow), ("fields", namespace.fields)):
        if key not in members:
            continue
        rules, is_known = _members(module, members[key])
        namespace.is_complete = namespace.is_complete and is_known
        for action, rule in rules.items():
            value = module.resolve(rule)
            known = value.value if isinstance(value, Plain) and isinstance(value.value, str | bool) else None
            target[action] = _Rule(module.line(rule), known, f"{action}: {module.source(rule)}")
    bind = module.resolve(members.get("bind"))
    if isinstance(bind, Items):
        texts = [module.text_of(one) for one in bind.items[: 2 * _MAX_BINDS]]
        namespace.binds.update({key: one for key, one in zip(texts[::2], texts[1::2], strict=False) if key})
    elif isinstance(bind, Record):
        namespace.binds.update({key: module.text_of(one) for key, one in list(bind.members.items())[:_MAX_BINDS]})
    return namespace


def _entities(module: Module) -> list[str]:
    """Names of the entities in ``i.schema({ entities: { … } })``."""
    for node in [*module.declared.values(), *module.exports.values()]:
        call = module.resolve(node)
        if isinstance(call, Call) and isinstance(call.function, Member | Name) and call.function.name == "schema":
            entities = _members(module, call.arguments[0] if call.arguments else None)[0].get("entities")
            return list(_members(module, entities)[0])
    return []


class _Project:
    """Rules by namespace, with the defaults of the product."""

    def __init__(self, rules: Mapping[str, _Namespace], *, is_complete: bool, file: str) -> None:
        self._rules = rules
        self._is_complete = is_complete
        self._file = file
        self._default = rules.get("$default", _Namespace())

    def table(self, named: Mapping[str, None]) -> ResourceTable:
        names = dict.fromkeys([*(name for name in self._rules if name not in _NOT_NAMESPACES), *named])
        names |= {"$users": None, "$files": None, "attrs": None}
        if not self._rules and not named:
            names = {"$default": None, **names}
        resources = {name: partial(self._access, name) for name in names}
        return ResourceTable(resources, partial(self._access, "$default"))

    def _access(self, namespace: str, who: Requester) -> PathPermissions:
        def decide(action: str) -> Permission:
            return msgspec.structs.replace(self._decide(namespace, action, who), file=self._file)

        read = decide("view")
        hidden = self._rules.get(namespace, _Namespace()).fields
        if read.allowed and hidden:
            note = f"fields with rules of their own: {', '.join(list(hidden)[:5])}"
            read = msgspec.structs.replace(read, reason=f"{read.reason}; {note}" if read.reason else note)
        writes = ("create",) if namespace == "attrs" else ("create", "update", "delete")
        return PathPermissions(read, strongest({action: decide(action) for action in writes}))

    def _decide(self, namespace: str, action: str, who: Requester) -> Permission:
        request = f"{'query' if action == 'view' else action} {namespace}" + (
            " as any signed-in user" if who is Requester.ANY_USER else " without signing in"
        )
        if namespace == "attrs" and action == "view":
            return interface.deny("names of attributes only: see the namespaces")
        rule = self._rule(namespace, action)
        if rule is None:
            if not self._complete_for(namespace):
                return interface.allow(0, "", request, reason="rules that the file does not show", certain=False)
            return interface.allow(0, "", request, reason="no rule: InstantDB allows it by default")
        if rule.value is None:
            reason = "the file does not show this rule"
            return interface.allow(rule.line, rule.shown, request, reason=reason, certain=False)
        if namespace == "$users" and action == "delete":
            return interface.deny("InstantDB deletes no users by request", rule.line, rule.shown)
        if namespace == "$users" and action == "create":
            return interface.deny("only a sign-up creates users", rule.line, rule.shown)
        return self._judge(rule, namespace, action, who, request)

    def _judge(self, rule: _Rule, namespace: str, action: str, who: Requester, request: str) -> Permission:
        if isinstance(rule.value, bool):
            if rule.value:
                return interface.allow(rule.line, rule.shown, request)
            return interface.deny("no rule allows this identity", rule.line, rule.shown)
        data = CHOSEN if action == "create" else STORED
        found = self._truth(str(rule.value), namespace, who, data)
        if found is True or found is CHOSEN:
            return interface.allow(rule.line, rule.shown, request)
        if found is OWNED and action == "create":
            return interface.allow(rule.line, rule.shown, request, reason=_OWN_ONLY, own_only=True)
        if found is STORED:
            return interface.allow(rule.line, rule.shown, request, reason="stored data decides", certain=False)
        is_own = found is OWNED or self._truth(str(rule.value), namespace, who, CHOSEN) is OWNED
        return interface.deny(_OWN_ONLY if is_own else "the rule denies this identity", rule.line, rule.shown)

    def _rule(self, namespace: str, action: str) -> _Rule | None:
        own = self._rules.get(namespace, _Namespace())
        for rules in (own, self._default):
            for key in (action, "$default"):
                if key in rules.allow:
                    return rules.allow[key]
        if namespace == "$users":
            return _Rule(0, {"create": True, "delete": False}.get(action, _USERS), "default of $users")
        if namespace.startswith("$") and namespace not in _NOT_NAMESPACES:
            return _Rule(0, False, f"default of {namespace}")
        return None

    def _complete_for(self, namespace: str) -> bool:
        own = self._rules.get(namespace, _Namespace())
        return self._is_complete and own.is_complete and self._default.is_complete

    def _truth(self, rule: str, namespace: str, who: Requester, data: Value) -> Value:
        """The truth of an expression; ``STORED`` if it is not evaluated."""
        binds = {**self._default.binds, **self._rules.get(namespace, _Namespace()).binds}
        scope: dict[str, Value] = {
            "auth": _USER if who is Requester.ANY_USER else NamedValues({}, None),
            "data": CHOSEN if data is CHOSEN else NamedValues({"id": OPEN}, STORED),
            "newData": CHOSEN,
            "linkedData": NamedValues({}, STORED),
            "ruleParams": CHOSEN,
            "rateLimit": CHOSEN,
            "request": NamedValues({"time": STORED, "ip": CHOSEN, "origin": CHOSEN, "modifiedFields": CHOSEN}, STORED),
        }
        return Cel(scope, binds, _functions(who), _ref, {"ref", "limit"}).truth(rule)


def _functions(who: Requester) -> dict[str, Evaluated]:
    def ref(_arguments: Sequence[Value]) -> Value:
        """``auth.ref('$user.…')``: data that is linked to the requester's user; nothing for a guest."""
        return STORED if who is Requester.ANY_USER else []

    return {"auth.ref": ref}


def _ref(of: Value, name: str) -> Value | None:
    """``data.ref('owner.id')``: a list of stored or chosen values."""
    if name != "ref":
        return None
    return StoredRecord(_linked if isinstance(of, NamedValues) else _chosen_links)


def _linked(item: Value) -> Value:
    """Whether stored links have an item: never null, and never the identity of a new user."""
    return False if item is None or item is OWN else STORED


def _chosen_links(item: Value) -> Value:
    return False if item is None else OWNED if item is OWN else CHOSEN
