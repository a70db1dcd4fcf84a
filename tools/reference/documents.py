"""Page of the JSON documents that commands print with ``--format json``, except the report, which has its own page.

``documents.toml`` names the struct of each kind. Its fields are the keys, and their docstrings the texts.
"""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from tools.reference.document import key_type, meaning
from tools.reference.text import code, page, plain, table, texts_of

from tieback.model.case import Case, LogLine
from tieback.model.device import FleetApp
from tieback.model.document import SCHEMA_VERSION
from tieback.model.vendor import Vendor
from tieback.pipeline.disclosure.sent_notes import SentNote
from tieback.report.schema import lines_schema, report_schema

DOCUMENTS = Path(__file__).with_name("documents.toml")
_REFERENCE = "#/$defs/{name}"
_TYPES = {
    "Any": Any, "date": date, "Case": Case, "LogLine": LogLine, "FleetApp": FleetApp,
    "SentNote": SentNote, "Vendor": Vendor,
}  # fmt: skip
"""Names in the types of keys that a command builds."""


class Key(NamedTuple):
    """A key of a document."""

    name: str
    type: Any
    text: str


class Kind(NamedTuple):
    """A kind of document."""

    name: str
    commands: tuple[str, ...]
    keys: tuple[Key, ...]
    partly: bool
    """True if a document may lack keys."""


@cache
def _file() -> dict[str, dict[str, Any]]:
    return tomllib.loads(DOCUMENTS.read_text(encoding="utf-8"))


@cache
def _of_the_report() -> dict[str, Any]:
    """The definitions in the schema of the report."""
    found: dict[str, Any] = report_schema()["$defs"]
    return found


def kinds() -> Iterator[Kind]:
    """Every kind, sorted by name."""
    return map(kind, sorted(_file()))


@cache
def kind(name: str) -> Kind:
    """A kind with its keys.

    Raises:
        KeyError: there is no such kind.
    """
    entry = _file()[name]
    keys = {key.name: key for key in kind(entry["like"]).keys} if "like" in entry else {}
    partly = bool(entry.get("partly"))
    if "struct" in entry:
        struct = _class(entry["struct"])
        partly = partly or struct.__struct_config__.omit_defaults
        keys |= {one.encode_name: _of_field(struct, one) for one in msgspec.structs.fields(struct)}
    for key, given in entry.get("keys", {}).items():
        keys[key] = _borrowed(key, given) if isinstance(given, str) else Key(key, _evaluated(given[0]), given[1])
    return Kind(name, tuple(entry["command"]), tuple(keys.values()), partly)


def _class(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def _of_field(struct: Any, field: Any) -> Key:
    return Key(field.encode_name, field.type, _text(struct, field))


def _text(struct: Any, field: Any) -> str:
    """The docstring of a field; a struct of the report may use the texts that all keys of a name have there."""
    own = texts_of(struct).get(field.name, "")
    name = struct.__name__
    return own or (meaning(name, field.encode_name) if name in _of_the_report() else "")


def _borrowed(key: str, path: str) -> Key:
    struct, _, name = path.rpartition(".")
    (field,) = (one for one in msgspec.structs.fields(_class(struct)) if one.name == name)
    return _of_field(_class(struct), field)._replace(name=key)


def _evaluated(text: str) -> Any:
    return eval(text, {**_TYPES}) if text != "any" else Any  # the committed file


def undocumented(document: dict[str, Any]) -> list[str]:
    """What a printed document has and the page has not, or the other way round, as sentences."""
    name = str(document["schema"]).split("/")[1]
    if name not in _file():
        return [] if name in _of_report() else [f"{DOCUMENTS.name} has no [{name}]"]
    known = {key.name for key in kind(name).keys}
    printed = set(document) - {"schema"}
    return [
        *(f"{DOCUMENTS.name}: {name} has no key {key}" for key in sorted(printed - known)),
        *(f"{name} is printed without {key}" for key in sorted(known - printed) if not kind(name).partly),
    ]


@cache
def _of_report() -> frozenset[str]:
    """Kinds on the page of the report."""
    lines = (str(one["properties"]["schema"]["const"]).split("/")[1] for one in lines_schema()["oneOf"])
    return frozenset({"report", *lines})


@cache
def _components() -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """The schema of each key by kind and name, and every struct and enumeration that they use."""
    whole = [
        (one.name, key.name, key.type if key.type is not Any else msgspec.Raw) for one in kinds() for key in one.keys
    ]
    found, definitions = msgspec.json.schema_components(tuple(kind for *_, kind in whole), ref_template=_REFERENCE)
    schemas: dict[str, dict[str, Any]] = {}
    for (name, key, _), schema in zip(whole, found, strict=True):
        schemas.setdefault(name, {})[key] = schema
    return schemas, definitions


@cache
def _classes() -> dict[str, Any]:
    """Every struct and enumeration below the keys, by the name that its schema has."""
    seen: dict[Any, None] = {}
    todo = [msgspec.inspect.type_info(key.type) for one in kinds() for key in one.keys]
    while todo:
        info = todo.pop()
        if (found := getattr(info, "cls", None)) is not None:
            if found in seen:
                continue
            seen[found] = None
        for value in (getattr(info, name) for name in info.__struct_fields__):
            parts = value if isinstance(value, tuple) else (value,)
            todo += [part.type if isinstance(part, msgspec.inspect.Field) else part for part in parts if _is_type(part)]
    names = [one.__name__ for one in seen]
    return {one.__name__ if names.count(one.__name__) == 1 else f"{one.__module__}.{one.__name__}": one for one in seen}


def _is_type(value: object) -> bool:
    return isinstance(value, (msgspec.inspect.Type, msgspec.inspect.Field))


def _own_structs() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Structs and enumerations that the page of the report does not have."""
    report = _of_the_report()
    for name, schema in sorted(_components()[1].items()):
        if name not in report:
            yield name, _classes()[name], schema


def keys_without_text() -> list[str]:
    """``kind.key`` and ``Struct.key`` of each key without a text."""
    missing = [f"{one.name}.{key.name}" for one in kinds() for key in one.keys if not key.text]
    for name, struct, schema in _own_structs():
        if "properties" in schema:
            missing += [f"{name}.{key}" for key, text in _struct_texts(struct).items() if not text]
    return missing


def _struct_texts(struct: Any) -> dict[str, str]:
    return {one.encode_name: _text(struct, one) for one in msgspec.structs.fields(struct)}


def pages() -> dict[str, str]:
    """Path to text of the page."""
    intro = (
        "For programs that read what commands print with `--format json` or `--format ndjson`: one document per line. "
        "`schema` of a document is `tieback/KIND/VERSION`. The report of `scan` and `report` has "
        "[a page of its own](report-keys.md). Keys may be added in any release. Removing one, or changing its "
        "meaning, raises the version."
    )
    rows = [(f"[`{one.name}`](#document-{one.name})", _commands(one)) for one in kinds()]
    sections = [_kind(one) for one in kinds()]
    parts = [_struct(name, struct, schema) for name, struct, schema in _own_structs()]
    whole = [table(("kind", "printed by"), rows), *sections, *parts]
    return {"docs/reference/json-documents.md": page("JSON documents of commands", intro, *whole)}


def _commands(one: Kind) -> str:
    return ", ".join(code(f"tieback {command}") for command in one.commands)


def _kind(one: Kind) -> str:
    schemas = _components()[0][one.name]
    rows = [(code(key.name), key_type(schemas[key.name], _place), plain(key.text)) for key in one.keys]
    schema = code(f"tieback/{one.name}/{SCHEMA_VERSION}")
    may = " A document may lack keys." if one.partly else ""
    return f"## Document {one.name}\n\n`schema`: {schema}, printed by {_commands(one)}.{may}\n\n{_table(rows)}"


def _struct(name: str, struct: Any, schema: dict[str, Any]) -> str:
    lines = [f"## {name}", plain((getdoc(struct) or "").split("\n\n")[0])]
    if "enum" in schema:
        texts = {str(one.value): texts_of(struct).get(one.name, "") for one in struct}
        if any(texts.values()):
            values = [(code(value) or "(empty)", plain(text)) for value, text in texts.items()]
            lines.append(table(("value", "meaning"), values))
        else:
            lines.append("Values: " + ", ".join(map(code, texts)) + ".")
    else:
        texts = _struct_texts(struct)
        types = schema["properties"]
        lines.append(_table([(code(key), key_type(types[key], _place), plain(text)) for key, text in texts.items()]))
    return "\n\n".join(filter(None, lines))


def _table(rows: Iterable[tuple[str, str, str]]) -> str:
    return table(("key", "type", "meaning"), rows)


def _place(name: str) -> str:
    return f"report-keys.md#{name.lower()}" if name in _of_the_report() else f"#{name.lower().replace('.', '')}"
