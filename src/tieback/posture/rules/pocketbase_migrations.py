"""Collections of PocketBase from an export, or from migrations in JavaScript that are read and never executed.

Formats: https://pocketbase.io/docs/api-collections/ and https://pocketbase.io/docs/js-migrations/, and those of
version 0.22 and older.
"""

from dataclasses import dataclass, field

from tieback.posture.rules.tree import ConfigNode
from tieback.posture.rules.typescript_values import (
    HIDDEN,
    Call,
    Function,
    Items,
    Member,
    Module,
    Name,
    Node,
    Record,
    calls_in,
    to_config,
    value_at,
)

RULES = ("listRule", "viewRule", "createRule", "updateRule", "deleteRule")
MAX_COLLECTIONS = 5_000
_DEFAULT_ID = "_pb_users_auth_"
_OWN = "id = @request.auth.id"
_FOUND_BY = {"findCollectionByNameOrId", "findCachedCollectionByNameOrId"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: ``text`` is ``None`` for superusers only, empty for everybody."""

    text: str | None
    line: int
    file: str = ""
    is_hidden: bool = False
    """True if the source does not show its value."""

    @property
    def shown(self) -> str:
        """The rule as in the file."""
        return "not shown" if self.is_hidden else "null" if self.text is None else f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Field:
    """A field: whether it is never empty, and the collection that it refers to."""

    required: bool = False
    target: str = ""


@dataclass(slots=True)
class Collection:
    """The state of a collection."""

    id: str
    name: str
    type: str = "base"
    rules: dict[str, Rule] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    has_oauth2: bool = False
    is_system: bool = False
    is_whole: bool = True
    """False if the files only change it."""
    is_default: bool = False
    """True for the collection ``users`` that PocketBase creates, as long as no file changes its rules."""
    hidden: bool = False
    """True if a file changes it in a way that it does not show."""


@dataclass(slots=True)
class Schema:
    """Collections by their id."""

    collections: dict[str, Collection] = field(default_factory=dict)
    hidden: bool = False
    """True if a migration changes a collection whose name it does not show."""

    def find(self, name: str) -> Collection | None:
        """A collection by its id or name."""
        if name in self.collections:
            return self.collections[name]
        return next((one for one in self.collections.values() if one.name == name), None)


def from_json(schema: Schema, root: ConfigNode, file: str) -> None:
    """Add the collections of an export: a list, or an answer of the API."""
    listed = root
    for key in ("collections", "items"):
        listed = root.get(key) or listed
    for node in listed.each()[:MAX_COLLECTIONS]:
        _create(schema, node, file)


def apply_migration(schema: Schema, module: Module, file: str) -> None:
    """Apply the first function of ``migrate(up, down)``: its statements in their order, whatever encloses them."""
    if _DEFAULT_ID not in schema.collections and schema.find("users") is None:
        schema.collections[_DEFAULT_ID] = _default_users()
    for call in calls_in(module, 0, len(module.tokens)):
        if isinstance(call.function, Name) and call.function.name == "migrate" and call.arguments:
            up = module.resolve(call.arguments[0])
            if isinstance(up, Function):
                _Migration(schema, module, file).run(*up.body)
            else:
                schema.hidden = True
            return


def _default_users() -> Collection:
    """The collection of a new installation."""
    texts = {**dict.fromkeys(RULES, _OWN), "createRule": ""}
    rules = {name: Rule(text, 0) for name, text in texts.items()}
    return Collection(_DEFAULT_ID, "users", "auth", rules, is_default=True, is_whole=False)


def _create(schema: Schema, node: ConfigNode, file: str) -> Collection | None:
    name = node.get("name")
    if name is None or not name.text or len(schema.collections) >= MAX_COLLECTIONS:
        return None
    key = node.get("id")
    found = Collection(key.text if key is not None and key.text else name.text, name.text)
    existing = schema.find(found.id) or schema.find(found.name)
    if existing is not None:
        schema.collections.pop(existing.id, None)
    for rule in RULES:
        found.rules[rule] = Rule(None, node.line, file)
    schema.collections[found.id] = found
    _update(found, node, file)
    return found


def _update(collection: Collection, node: ConfigNode, file: str) -> None:
    """Set the members that a record has."""
    for name, value in node.items():
        if name in RULES:
            is_hidden = value.value is HIDDEN
            text = value.value if isinstance(value.value, str) else None
            collection.rules[name] = Rule(text, value.line, file, is_hidden)
            collection.is_default = False
        elif name in {"name", "type"} and value.text:
            setattr(collection, name, value.text)
        elif name == "system":
            collection.is_system = value.value is True
        elif name in {"schema", "fields"}:
            for one in value.each():
                _add_field(collection, one)
        elif name in {"options", "oauth2"}:
            switch = value.get("enabled") or value.get("allowOAuth2Auth")
            collection.has_oauth2 = switch is not None and switch.value is True


def _add_field(collection: Collection, node: ConfigNode) -> None:
    name = node.get("name")
    if name is None or not name.text:
        return
    required = node.get("required")
    target = node.get("collectionId") or node.get("options", "collectionId")
    collection.fields[name.text] = Field(required is not None and required.value is True, target.text if target else "")


class _Migration:
    """One migration: the variables that hold collections, and the changes to them."""

    def __init__(self, schema: Schema, module: Module, file: str) -> None:
        self._schema = schema
        self._module = module
        self._file = file
        self._names: dict[str, Node] = {}
        self._variables: dict[str, Collection | None] = {}

    def run(self, start: int, end: int) -> None:
        tokens, at = self._module.tokens, start
        while at < end:
            name = tokens.name(at)
            is_member = tokens.is_at(at - 1, ".", "?.")
            if name and not is_member and tokens.is_at(at + 1, "=") and not tokens.is_at(at + 2, "="):
                self._assign(name, value_at(self._module, at + 2))
            elif name and not is_member and tokens.is_at(at + 1, ".") and tokens.is_at(at + 3, "="):
                self._set(name, tokens.name(at + 2), at + 4)
            elif name and not is_member and tokens.is_at(at + 1, "(", "."):
                self._call(value_at(self._module, at))
            at += 1

    def _assign(self, name: str, node: Node) -> None:
        self._names[name] = node
        if isinstance(node, Call):
            called = _called(node)
            if called == "Collection":
                self._variables[name] = self._new(node)
            elif called in _FOUND_BY:
                self._variables[name] = self._found(node)
        elif isinstance(node, Items):
            listed = to_config(self._module, node, self._names)
            for one in listed.each():
                if any(one.get(rule) is not None for rule in RULES):
                    _create(self._schema, one, self._file)

    def _new(self, node: Call) -> Collection | None:
        config = to_config(self._module, node.arguments[0], self._names) if node.arguments else None
        return _create(self._schema, config, self._file) if config is not None and config.value is not HIDDEN else None

    def _found(self, node: Call) -> Collection | None:
        key = to_config(self._module, node.arguments[0], self._names).value if node.arguments else HIDDEN
        if not isinstance(key, str):
            return None
        found = self._schema.find(key)
        if found is None:
            found = Collection(key, key, is_whole=False)
            self._schema.collections[key] = found
        return found

    def _set(self, name: str, member: str, at: int) -> None:
        """``name.member = value``."""
        if name not in self._variables:
            if member in RULES:
                self._schema.hidden = True
            return
        value = to_config(self._module, value_at(self._module, at), self._names)
        line = self._module.tokens.line(at)
        collection = self._variables[name]
        if collection is not None:
            _update(collection, ConfigNode({member: ConfigNode(value.value, line)}, line), self._file)
        elif member in RULES:
            self._schema.hidden = True

    def _call(self, node: Node) -> None:
        if not isinstance(node, Call):
            return
        called = _called(node)
        first = node.arguments[0] if node.arguments else None
        if called == "unmarshal" and len(node.arguments) == 2:
            self._unmarshal(node.arguments[0], node.arguments[1])
        elif called in {"delete", "deleteCollection"} and isinstance(first, Name):
            gone = self._variables.get(first.name)
            if gone is not None:
                self._schema.collections.pop(gone.id, None)
        elif called in {"addField", "add", "addAt"} and isinstance(node.function, Member):
            self._field(node.function.of, node.arguments)
        elif called in {"save", "saveCollection"} and isinstance(first, Call) and _called(first) == "Collection":
            self._new(first)

    def _unmarshal(self, values: Node, target: Node) -> None:
        collection = self._variables.get(target.name) if isinstance(target, Name) else None
        config = to_config(self._module, values, self._names)
        if collection is not None and config.value is not HIDDEN:
            _update(collection, config, self._file)
            if isinstance(values, Record) and values.others:
                collection.hidden = True
        elif collection is not None:
            collection.hidden = True
        else:
            self._schema.hidden = True

    def _field(self, of: Node, arguments: tuple[Node, ...]) -> None:
        """``collection.fields.addAt(2, new Field({ … }))``, ``collection.schema.addField(new SchemaField({ … }))``."""
        if not (isinstance(of, Member) and isinstance(of.of, Name)):
            return
        collection = self._variables.get(of.of.name)
        for argument in arguments if collection is not None else ():
            if isinstance(argument, Call) and argument.arguments and collection is not None:
                _add_field(collection, to_config(self._module, argument.arguments[0], self._names))


def _called(node: Call) -> str:
    return node.function.name if isinstance(node.function, Name | Member) else ""
