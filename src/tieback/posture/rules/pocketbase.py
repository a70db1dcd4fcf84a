"""PocketBase rules of collections: an export (``pb_schema.json``), or migrations (``pb_migrations/*.js``).

Semantics: https://pocketbase.io/docs/api-rules-and-filters/ and https://pocketbase.io/docs/api-records/. A rule of
``null`` admits superusers only, an empty one everybody, and any other one is a filter of records. A field that a rule
requires of the requester's own account counts as chosen if the rules of that collection let the requester set it.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import msgspec

from tieback.model.errors import InputError
from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta, strongest
from tieback.posture.rules.logic import CHOSEN, ERROR, OPEN, OWN, OWNED, STORED, Value
from tieback.posture.rules.pocketbase_filter import ELSEWHERE, FILLED, Filter, evaluate, parse
from tieback.posture.rules.pocketbase_migrations import Collection, Rule, Schema, apply_migration, from_json
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.table import ResourceTable, not_in_files
from tieback.posture.rules.tree import read_json
from tieback.posture.rules.typescript_values import read_module

_OPERATIONS = {
    "list": "listRule", "get": "viewRule",
    "create": "createRule", "update": "updateRule", "delete": "deleteRule",
}  # fmt: skip
_METHODS = {"list": "GET", "get": "GET", "create": "POST", "update": "PATCH", "delete": "DELETE"}
_MAX_NESTED = 5
"""Most rules that a rule depends on one after another."""
_MAX_STEPS = 20_000
"""Most rules that one question evaluates; after that, the answer is not decided."""
_OWN_ONLY = "only data that names this identity"
_NEVER_EMPTY = {"id", "created", "updated", "collectionId", "collectionName", "tokenKey"}
_VERIFIED = {"verified", "emailVisibility"}


class PocketBase:
    """Reads exports of collections and migrations in JavaScript."""

    meta = RulesReaderMeta(
        "pocketbase", "PocketBase rules of collections", "https://pocketbase.io/docs/api-rules-and-filters/"
    )

    def __init__(self, now: float | None = None) -> None:
        self._now = now
        """Current time in seconds since 1970."""

    def at(self, moment: datetime) -> "PocketBase":
        """A reader for the access at that moment."""
        return PocketBase(moment.timestamp())

    def recognises(self, text: RulesText) -> bool:
        """True for JSON with rules of collections, and for migrations of collections."""
        head = text.text[:200_000]
        if head.lstrip()[:1] in {"[", "{"}:
            return '"listRule"' in head or '"createRule"' in head
        return "migrate(" in head and any(word in head for word in ("Collection", "listRule", "viewRule"))

    def read(self, text: RulesText) -> ResourceTable:
        """Read one export or migration. Raises ``InputError``."""
        return self.read_project([text])

    def read_project(self, texts: Sequence[RulesText]) -> ResourceTable:
        """Read migrations in their order as one state. Raises ``InputError``."""
        schema = Schema()
        for text in texts:
            file = text.path if len(texts) > 1 else ""
            if text.text.lstrip()[:1] in {"[", "{"}:
                from_json(schema, read_json(text), file)
            else:
                apply_migration(schema, read_module(text), file)
        if not any(one.rules for one in schema.collections.values()):
            raise InputError(
                "no collection with rules", where=texts[0].path, advice="Export the collections in the dashboard"
            )
        return _Project(schema, time.time() if self._now is None else self._now).table()


@dataclass(slots=True)
class _Question:
    """The request that a rule decides."""

    collection: Collection
    operation: str
    who: Requester
    sent: Mapping[str, Value] = field(default_factory=dict)
    """Values of the body; all others are chosen."""
    nested: int = 0
    is_known: bool = True
    first: dict[str, None] = field(default_factory=dict)
    """What the requester sets first."""


class _Project:
    def __init__(self, schema: Schema, now: float) -> None:
        self._schema = schema
        self._now = datetime.fromtimestamp(min(max(now, 0), 4e9), UTC).strftime("%Y-%m-%d %H:%M:%S.000Z")
        self._parsed: dict[str, Filter | None] = {}
        self._asked: set[tuple[str, str]] = set()
        self._left = _MAX_STEPS
        self._accounts = [one for one in schema.collections.values() if one.type == "auth" and not one.is_system]
        self._sign_ups = {one.id: self._can_sign_up(one) for one in self._accounts}

    def table(self) -> ResourceTable:
        resources = {
            one.name: partial(self._access, one)
            for one in self._schema.collections.values()
            if one.rules and not one.is_system
        }
        return ResourceTable(resources, not_in_files("collection"))

    def _can_sign_up(self, collection: Collection) -> bool:
        """Whether an outsider can create an account: the rule to create a record, or a setting that is not known."""
        if collection.is_default or collection.hidden:
            return True
        rule = collection.rules.get("createRule")
        if rule is None or rule.text is None:
            return collection.has_oauth2
        return self._truth(_Question(collection, "create", Requester.ANONYMOUS), rule) not in (False, ERROR)

    def _access(self, collection: Collection, who: Requester) -> PathPermissions:
        self._left = _MAX_STEPS
        writes = () if collection.type == "view" else ("create", "update", "delete")
        read = strongest({name: self._decide(collection, name, who) for name in ("get", "list")})
        if not writes:
            return PathPermissions(read, interface.deny("a view is read only"))
        return PathPermissions(read, strongest({name: self._decide(collection, name, who) for name in writes}))

    def _decide(self, collection: Collection, operation: str, who: Requester) -> Permission:
        name = _OPERATIONS[operation]
        rule = collection.rules.get(name)
        if rule is None:
            # The default of a new collection is null. A collection of which only an update is known has other rules.
            return interface.deny(
                f"{name} is not in these files", certain=collection.is_whole and not collection.hidden
            )
        request = f"{_METHODS[operation]} /api/collections/{collection.name}/records" + (
            " as any signed-in user" if who is Requester.ANY_USER else " without signing in"
        )
        shown = f"{name}: {rule.shown}"

        def allow(reason: str = "", *, certain: bool = True, own_only: bool = False) -> Permission:
            return _in_file(
                interface.allow(rule.line, shown, request, reason=reason, certain=certain, own_only=own_only), rule
            )

        if rule.is_hidden:
            return allow("the files do not show this rule", certain=False)
        if rule.text is None:
            certain = not collection.hidden and not self._schema.hidden
            return _in_file(interface.deny("locked: superusers only", rule.line, shown, certain=certain), rule)
        question = _Question(collection, operation, who)
        found = self._truth(question, rule)
        if collection.type == "auth" and operation == "create" and found is not STORED:
            if found in (True, CHOSEN, OWNED):
                return allow("a sign-up creates the own account", own_only=True)
        elif found is True or found is CHOSEN:
            first = ", then ".join(list(question.first)[:4])
            return allow(f"this identity can first set {first}" if first else "")
        if found is OWNED and operation == "create":
            return allow(_OWN_ONLY, own_only=True)
        if found is STORED:
            return allow("stored data decides" if question.is_known else "not decided", certain=False)
        if who is Requester.ANY_USER and not self._has_sign_up:
            return _in_file(interface.deny("no collection lets anyone create an account", rule.line, shown), rule)
        own = _Question(collection, "create", who)
        reason = _OWN_ONLY if self._truth(own, rule) is OWNED else "the rule denies this identity"
        certain = not self._schema.hidden
        return _in_file(interface.deny(reason, rule.line, shown, certain=certain), rule)

    @property
    def _has_sign_up(self) -> bool:
        return any(self._sign_ups.values())

    def _truth(self, question: _Question, rule: Rule) -> Value:
        """The truth of a rule; a rule that cannot be read is not decided."""
        text = (rule.text or "").strip()
        if not text:
            return rule.text is not None
        if text not in self._parsed:
            try:
                self._parsed[text] = parse(RulesText("", text))
            except InputError:
                self._parsed[text] = None
        parsed = self._parsed[text]
        self._left -= 1
        if parsed is None or self._left < 0:
            question.is_known = False
            return STORED
        return evaluate(parsed, lambda name: self._value(question, name))

    def _value(self, question: _Question, name: str) -> Value:
        name, _, modifier = name.partition(":") if not name.startswith("@collection.") else (name, "", "")
        if name.startswith("@request.auth"):
            return self._of_account(question, name.removeprefix("@request.auth").removeprefix("."))
        if name.startswith(("@request.body.", "@request.data.")):
            return self._of_body(question, name.split(".", 2)[2], modifier)
        if name.startswith("@request.method"):
            return _METHODS[question.operation]
        if name.startswith("@request.context"):
            return "default"
        if name.startswith("@request."):
            return CHOSEN
        if name.startswith("@collection."):
            return self._of_other(question, name.split(".")[1].partition(":")[0])
        if name.startswith("@"):
            return self._now if name == "@now" else STORED
        return self._of_record(question, name, modifier)

    def _of_account(self, question: _Question, name: str) -> Value:
        """A field of the requester's account."""
        if question.who is Requester.ANONYMOUS or not self._has_sign_up:
            return None
        if name in {"", "id", "email", "username", "tokenKey"}:
            return OWN
        if name in _VERIFIED:
            return CHOSEN
        if name in {"collectionName", "collectionId"}:
            names = [one.name if name == "collectionName" else one.id for one in self._open_accounts()]
            return names[0] if len(names) == 1 else CHOSEN
        if "." in name:
            return STORED
        settable = [one for one in self._open_accounts() if self._can_set(question, one, name)]
        if settable:
            question.first[f"{settable[0].name}.{name}"] = None
            return CHOSEN
        return STORED if any(one.is_default or one.hidden for one in self._open_accounts()) else None

    def _open_accounts(self) -> list[Collection]:
        return [one for one in self._accounts if self._sign_ups[one.id]]

    def _can_set(self, question: _Question, collection: Collection, name: str) -> bool:
        """Whether the requester can choose a field of the own account, at sign-up or later."""
        if collection.is_whole and collection.fields and name not in collection.fields:
            return False
        for operation, who in (("create", Requester.ANONYMOUS), ("update", Requester.ANY_USER)):
            rule = collection.rules.get(_OPERATIONS[operation])
            key = (collection.id, f"{operation}.{name}")
            if rule is None or rule.text is None or key in self._asked or question.nested >= _MAX_NESTED:
                continue
            self._asked.add(key)
            sent = {"": OWN, name: CHOSEN}
            inner = _Question(collection, operation, who, sent, question.nested + 1)
            found = self._truth(inner, rule)
            self._asked.discard(key)
            if found in (True, CHOSEN, OWNED):
                return True
        return False

    def _of_body(self, question: _Question, name: str, modifier: str) -> Value:
        if question.operation in {"list", "get", "delete"}:
            question.is_known = False
            return STORED
        is_sent = name.partition(".")[0] in question.sent
        if modifier in {"isset", "changed"}:
            return 1.0 if is_sent else CHOSEN
        return CHOSEN

    def _of_record(self, question: _Question, name: str, modifier: str) -> Value:
        """A field of the record: chosen if it is created; never empty if it is required."""
        first, _, rest = name.partition(".")
        found = question.collection.fields.get(first)
        is_filled = not rest and (name in _NEVER_EMPTY or (found is not None and found.required))
        if question.operation == "create":
            return FILLED if is_filled and modifier in {"", "lower"} else CHOSEN
        if "" in question.sent and name == "id":
            return OWN  # the requester's own account
        if not rest:
            return OPEN if is_filled and modifier in {"", "lower"} else STORED
        if first.endswith("_via_" + rest.partition(".")[0]) or "_via_" in first:
            return self._of_other(question, first.partition("_via_")[0])
        if found is not None and found.target:
            return self._of_other(question, found.target, "update")
        return STORED

    def _of_other(self, question: _Question, name: str, operation: str = "create") -> Value:
        """A field of another collection: chosen if the requester can write such a record."""
        other = self._schema.find(name)
        rule = other.rules.get(_OPERATIONS[operation]) if other is not None else None
        if other is None or rule is None or rule.text is None or question.nested >= _MAX_NESTED:
            return STORED
        key = (other.id, operation)
        if key in self._asked:
            return STORED
        self._asked.add(key)
        found = self._truth(_Question(other, operation, question.who, {}, question.nested + 1), rule)
        self._asked.discard(key)
        if found not in (True, CHOSEN, OWNED):
            return STORED
        question.first[f"a record of {other.name}"] = None
        return ELSEWHERE


def _in_file(permission: Permission, rule: Rule) -> Permission:
    return msgspec.structs.replace(permission, file=rule.file) if rule.file else permission
