"""Signs that somebody wrote to an open store: names, shapes of sampled values, and where it copies its data from.

They show that a third party had write access. They do not show that data were copied. Ransom notes are not repeated
here (``assess.ransom``). Lists, shapes and their sources: ``intrusion.toml``.

- A distinctive name counts whatever is in the container. A name that legitimate data uses too (``poc``) counts only if
  the container has a few records.
- Values are judged at depth ``sample``, in memory; only the kind of the value, its container and their number are kept.
- A Redis server that copies its data from a public address that does not answer as its primary.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from ipaddress import ip_address

import msgspec

from tieback.assess.leaves import leaf_containers
from tieback.assess.ransom import builtin_signs
from tieback.model.probe import Container, Ransom, RansomVerdict

MAX_REASONS = 12
_MAX_VALUE = 2048
"""Characters of a value that are searched."""


class _Names(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    names: list[str] = []
    weak: list[str] = []


class _Schema(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    name: str
    field: str


class _Value(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    what: str
    kinds: list[str]
    pattern: str


class _Replication(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    products: list[str]


class IntrusionData(msgspec.Struct, forbid_unknown_fields=True):
    """The content of ``intrusion.toml``."""

    few: int
    sources: dict[str, str]
    names: list[_Names]
    schemas: list[_Schema]
    values: list[_Value]
    replication: _Replication


class IntrusionSigns:
    """Matches containers, values and properties against the lists. Build one instance for many stores."""

    def __init__(self, data: IntrusionData | None = None) -> None:
        self._data = data or load_intrusion_data()
        self._ransom = builtin_signs()
        self._names: dict[str, tuple[str, str, bool]] = {}
        """Name without separators: the name, its source, and whether legitimate data uses it too."""
        for group in self._data.names:
            source = self._data.sources[group.source]
            self._names |= {_bare(name): (name, source, True) for name in group.weak}
            self._names |= {_bare(name): (name, source, False) for name in group.names}
        self._values = [(re.compile(one.pattern), one) for one in self._data.values]

    def reasons(
        self, product: str, containers: Iterable[Container], traits: Sequence[tuple[str, str]] = ()
    ) -> tuple[str, ...]:
        """Return what shows that somebody wrote to the store; empty if nothing does.

        Args:
            product: the product of the store.
            containers: all its containers.
            traits: properties of the server (``ProbeReport.traits``).
        """
        found = (*self._by_name(tuple(containers)), *self._by_source(product, dict(traits)))
        return tuple(dict.fromkeys(found))[:MAX_REASONS]

    def of_values(self, container: Container, field: str, values: Sequence[str]) -> tuple[str, ...]:
        """Return what the values of one field show; the values can be discarded afterwards.

        Args:
            container: the container.
            field: name of the field, for a key space the pattern of the keys.
            values: the sampled values.
        """
        found = []
        for pattern, one in self._values:
            if container.kind not in one.kinds:
                continue
            count = sum(pattern.search(value[:_MAX_VALUE]) is not None for value in values)
            if count:
                where = f"{container.name[:60]}, {field[:60]}"
                found.append(f"{count} sampled value{'s' if count > 1 else ''} ({where}): {one.what} ({self._of(one)})")
        return tuple(found)

    def _by_name(self, containers: tuple[Container, ...]) -> Iterator[str]:
        for leaf in leaf_containers(containers):
            if leaf.system or self._ransom.judge((leaf,)) != Ransom(RansomVerdict.NONE):
                continue
            fields = {_bare(field.name) for field in leaf.fields}
            for schema in self._data.schemas:
                if _bare(leaf.path[-1]) == _bare(schema.name) and _bare(schema.field) in fields:
                    yield f"the {leaf.kind} {leaf.name[:80]!r} has the field {schema.field!r} ({self._of(schema)})"
            keys = [field.name for field in leaf.fields] if leaf.kind == "keyspace" else []
            few = leaf.records is not None and leaf.records.value <= self._data.few
            for name in (*leaf.path, *keys):
                known = self._names.get(_bare(name[:256]))
                if known is not None and (few or not known[2]):
                    yield f"the name {name[:80]!r} in {leaf.name[:80]!r} ({known[1]})"

    def _by_source(self, product: str, traits: Mapping[str, str]) -> Iterator[str]:
        rule = self._data.replication
        host = traits.get("master_host", "")
        if product in rule.products and traits.get("master_link_status") == "down" and _is_public(host):
            why = "a public address that does not answer as its primary"
            yield f"it copies its data from {host}, {why} ({self._of(rule)})"

    def _of(self, rule: _Schema | _Value | _Replication) -> str:
        return self._data.sources[rule.source]


@cache
def builtin_traces() -> IntrusionSigns:
    """The signs of the package, read once."""
    return IntrusionSigns()


def load_intrusion_data() -> IntrusionData:
    """Load ``intrusion.toml``.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.assess").joinpath("intrusion.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), IntrusionData)


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return False


def _bare(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
