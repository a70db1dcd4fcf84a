"""Signs of ransom or wiping, from the names *and* the shape of the remaining containers. Reads no document.

- ``suspect``: a name from the list.
- ``likely``: the name and the shape of a note: tiny, at most 5 records, at most 6 fields like those of known notes. Or
  only such containers remain beside the product's own. Words that legitimate data uses too (``warning``) need fields
  that look like a note's. A distinctive name with a few records is enough if the fields are unknown.
- ``unlikely``: a name from the list on a container with many records.
- ``wiped``: the mark of a known wiper; a note is not needed.

``confirm_note`` needs the text of the note, which is read only if the grant allows it (``assess.note``). In a key
space, only keys have names, so each key counts as a container. Names, schemas and their sources: ``ransom.toml``.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache, reduce
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec

from tieback.assess.leaves import leaf_containers
from tieback.assess.note import NoteSigns
from tieback.model.count_text import form_for
from tieback.model.figure import Quality, exact
from tieback.model.probe import Container, Ransom, RansomVerdict

if TYPE_CHECKING:
    from tieback.userrules.model import RansomNameRule

_ORDER = (
    RansomVerdict.NONE,
    RansomVerdict.UNLIKELY,
    RansomVerdict.SUSPECT,
    RansomVerdict.WIPED,
    RansomVerdict.LIKELY,
    RansomVerdict.CONFIRMED,
)
RANSOMED = frozenset({RansomVerdict.LIKELY, RansomVerdict.CONFIRMED, RansomVerdict.WIPED})
"""Verdicts that count a store as ransomed or wiped in the figures."""
MAX_REASONS = 12


class _Names(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    names: list[str] = []
    weak: list[str] = []


class _Pattern(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    pattern: str
    wipe: bool = False


class _Note(msgspec.Struct, forbid_unknown_fields=True):
    max_records: int
    max_bytes: int
    max_fields: int
    many_records: int
    fields: list[str]


class _Schema(msgspec.Struct, forbid_unknown_fields=True):
    path: list[str]
    fields: list[str]


class RansomData(msgspec.Struct, forbid_unknown_fields=True):
    """The content of ``ransom.toml``."""

    sources: dict[str, str]
    names: list[_Names]
    patterns: list[_Pattern]
    note: _Note
    schemas: list[_Schema]


class _Match(msgspec.Struct, frozen=True):
    name: str
    source: str
    weak: bool = False
    wipe: bool = False


class RansomSigns:
    """Matches containers against the lists. Build one instance and reuse it for many stores."""

    def __init__(
        self, data: RansomData | None = None, added: "Sequence[RansomNameRule]" = (), *, builtin: bool = True
    ) -> None:
        """Set the names.

        Args:
            data: the lists; by default those of the package.
            added: names that rules of users add.
            builtin: False if only the added names count.
        """
        data = data or load_ransom_data()
        if not builtin:
            data.names, data.patterns = [], []
        self._note = data.note
        self._note_fields = {_bare(field) for field in data.note.fields}
        self._names: dict[str, _Match] = {}
        for group in data.names:
            source = data.sources[group.source]
            self._names |= {_bare(name): _Match(name, source) for name in group.names}
            self._names |= {_bare(name): _Match(name, source, weak=True) for name in group.weak}
        self._patterns: list[tuple[Any, _Match]] = [
            (re.compile(entry.pattern), _Match(entry.pattern, data.sources[entry.source], wipe=entry.wipe))
            for entry in data.patterns
        ]
        self._schemas = {
            tuple(map(_bare, schema.path)): frozenset(map(_bare, schema.fields)) for schema in data.schemas
        }

        if added:
            self._add(added)

    def _add(self, added: "Sequence[RansomNameRule]") -> None:
        """Add the names of users; none replaces a name of the lists."""
        from tieback.userrules.expressions import compile_expression

        for rule in added:
            source = f"your rule {rule.id}: {rule.source}"
            for name in rule.names:
                self._names.setdefault(_bare(name), _Match(name, source, weak=rule.weak))
            if rule.pattern:
                self._patterns.append((compile_expression(rule.pattern), _Match(rule.pattern, source, weak=rule.weak)))

    @property
    def count(self) -> int:
        """Number of names and patterns."""
        return len(self._names) + len(self._patterns)

    def knows(self, name: str) -> bool:
        """True if a container with this name may be a note."""
        return self._match_name(name) is not None

    def judge(self, containers: Iterable[Container]) -> Ransom:
        """Return the verdict on the containers of one store, with reasons in the order of the container names."""
        data = self._data(containers)
        matched = [(leaf, match) for leaf in data if (match := self._match(leaf)) is not None]
        if not matched:
            return Ransom()
        judged = [self._judge_one(leaf, match) for leaf, match in matched]
        if len(matched) == len(data) and all(self._may_be_note(leaf, match) for leaf, match in matched):
            judged.append(Ransom(RansomVerdict.LIKELY, ("only notes remain beside the product's own containers",)))
        return strongest_verdict(judged)

    def find_note(self, containers: Iterable[Container]) -> Container | None:
        """Return the container that looks most like a note, by name and shape; in a key space, the key."""
        return min(self._likely_notes(containers), key=lambda leaf: (not leaf.fields, leaf.path), default=None)

    def note_paths(self, containers: Iterable[Container]) -> frozenset[tuple[str, ...]]:
        """Return the paths of all containers that look like a note: their content is not the data of a victim."""
        every = tuple(containers)
        notes = {leaf.path for leaf in self._likely_notes(every)}
        # A key space is a note if each of its few keys is one.
        others = {path for leaf in self._data(every) if leaf.path not in notes for path in (leaf.path, leaf.path[:-1])}
        return frozenset(notes | ({path[:-1] for path in notes} - others - {()}))

    def _likely_notes(self, containers: Iterable[Container]) -> list[Container]:
        data = self._data(containers)
        matched = [(leaf, match) for leaf in data if (match := self._match(leaf)) is not None]
        alone = len(matched) == len(data)
        return [
            leaf
            for leaf, match in matched
            if self._judge_one(leaf, match).verdict is RansomVerdict.LIKELY
            or (alone and self._may_be_note(leaf, match))
        ]

    def _data(self, containers: Iterable[Container]) -> list[Container]:
        """Leaf containers that are not the product's own, and keys with the name of a note."""
        found: list[Container] = []
        for leaf in leaf_containers(tuple(containers)):
            if leaf.system:
                continue
            if leaf.kind != "keyspace" or not leaf.fields or leaf.records is None:
                found.append(leaf)
                continue
            # A key holds one record. Among many keys, only its name is evidence.
            few = leaf.records.value <= self._note.max_records
            keys = [
                Container((*leaf.path, field.name), "key", records=exact(1, "one key") if few else None)
                for field in leaf.fields
                if few or self._match_name(field.name) is not None
            ]
            found += keys if few else [leaf, *keys]
        return found

    def _match(self, leaf: Container) -> _Match | None:
        """Strongest match of any name in the path: wiper's mark, then distinctive name, then weak name."""
        found = [match for name in leaf.path if (match := self._match_name(name)) is not None]
        return min(found, key=lambda match: (not match.wipe, match.weak), default=None)

    def _match_name(self, name: str) -> _Match | None:
        name = name[:256]
        known = self._names.get(_bare(name))
        lowered = name.lower()
        return known or next((match for pattern, match in self._patterns if pattern.fullmatch(lowered)), None)

    def _judge_one(self, leaf: Container, match: _Match) -> Ransom:
        name = f"the name {leaf.name!r} matches {match.name!r} ({match.source})"
        if match.wipe:
            return Ransom(RansomVerdict.WIPED, (name,))
        records = None if leaf.records is None else leaf.records.value
        if records is not None and records > (self._note.max_records if match.weak else self._note.many_records):
            return Ransom(
                RansomVerdict.UNLIKELY, (f"{name}, but it contains {records} {form_for(records, 'record', 'records')}",)
            )
        shape = self._shape(leaf, match)
        if shape:
            return Ransom(RansomVerdict.LIKELY, (f"{name}, and it has the shape of a note: {shape}",))
        return Ransom(RansomVerdict.SUSPECT, (name,))

    def _may_be_note(self, leaf: Container, match: _Match) -> bool:
        """True if nothing rules out a note: few records and, for a weak name, no fields unlike those of a note."""
        return self._few(leaf) and not match.wipe and not (match.weak and leaf.fields and not self._shape(leaf, match))

    def _few(self, leaf: Container) -> bool:
        """True if it contains only a few records; an estimate of zero (InnoDB) may mean one record."""
        if leaf.records is None:
            return False
        least = 0 if leaf.records.quality is Quality.ESTIMATE and leaf.fields else 1
        return least <= leaf.records.value <= self._note.max_records

    def _shape(self, leaf: Container, match: _Match) -> str:
        """Why the container looks like a note, or an empty string."""
        note = self._note
        if leaf.records is None or not self._few(leaf):
            return ""
        if leaf.bytes is not None and leaf.bytes.value > note.max_bytes:
            return ""
        count = f"{leaf.records.value} record{'s' if leaf.records.value != 1 else ''}"
        fields = {_bare(field.name) for field in leaf.fields} - {"id", "keyword", ""}
        wanted = self._schemas.get(tuple(map(_bare, leaf.path)))
        if wanted and wanted <= fields:
            return f"{count}, fields of a known note"
        if not fields:
            return "" if match.weak else count
        alike = {field for field in fields if field in self._note_fields}
        if len(fields) > note.max_fields or len(alike) * 2 < len(fields):
            return ""
        return f"{count}, fields {', '.join(sorted(alike))}"


def judge_ransom(containers: Sequence[Container]) -> Ransom:
    """Return the verdict on the containers of one store. For many stores, build one ``RansomSigns``."""
    return RansomSigns().judge(containers)


def confirm_note(signs: NoteSigns, container: Container) -> Ransom:
    """Return the verdict on a note that was read; ``NONE`` if it is not a ransom note."""
    if not signs.confirmed:
        return Ransom()
    what = ", ".join(signs.kinds)
    return Ransom(RansomVerdict.CONFIRMED, (f"the note in {container.name!r} was read: {what}",), signs.marks)


def strongest_verdict(verdicts: Iterable[Ransom]) -> Ransom:
    """Return the strongest of several verdicts, with the reasons of all equally strong ones."""

    def stronger(left: Ransom, right: Ransom) -> Ransom:
        if left.verdict is right.verdict:
            reasons = tuple(dict.fromkeys((*left.reasons, *right.reasons)))[:MAX_REASONS]
            return Ransom(left.verdict, reasons, tuple(sorted({*left.marks, *right.marks})))
        return max(left, right, key=lambda ransom: _ORDER.index(ransom.verdict))

    return reduce(stronger, verdicts, Ransom())


@cache
def builtin_signs() -> RansomSigns:
    """The signs of the package, read once."""
    return RansomSigns()


def load_ransom_data() -> RansomData:
    """Load ``ransom.toml``.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.assess").joinpath("ransom.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), RansomData)


def _bare(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
