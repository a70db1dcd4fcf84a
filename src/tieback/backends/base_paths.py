"""Base paths of stores behind a reverse proxy, from the URLs of apps and the rules of ``base_paths.toml``.

``http://host/es/customers/_search`` suggests a search engine below ``/es``. The rest of the path is the product's own.
The store may also be at the root of the host, so that a base path adds a candidate and replaces none.
"""

import re
from collections.abc import Mapping
from functools import cache, cached_property
from importlib import resources

import msgspec

from tieback.model.refused_words import refused_word, secret_words

MAX_BASES = 8
"""Most base paths of one host and port."""
_BASE = re.compile(r"(?:/(?!\.)[A-Za-z0-9_.~-]{1,64}){1,4}")


class BasePath(msgspec.Struct, frozen=True, order=True):
    """A path below which a store may be, and the service that the URL implies there."""

    path: str
    """Without a final slash, such as ``/es``."""
    service: str = ""
    """Empty if no product is likelier than others."""


class BaseRule(msgspec.Struct, forbid_unknown_fields=True, dict=True):
    """One ``[[base]]`` rule of base_paths.toml."""

    service: str
    marks: tuple[str, ...]
    path: str
    source: str
    match: tuple[tuple[str, str], ...]
    avoid: tuple[str, ...]

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Compiled at the first use."""
        return re.compile(self.path)

    def base(self, path: str) -> str:
        """The part of a path before what belongs to the product; empty if there is none."""
        if self.marks and not any(mark in path for mark in self.marks):
            return ""
        found = self.compiled.match(path)
        return found["base"] if found is not None and is_base(found["base"]) else ""


class ResourceRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[resource]]`` rule of base_paths.toml."""

    kind: str
    source: str
    path: str = ""
    probed_with: str = msgspec.field(default="", name="with")


class _File(msgspec.Struct, forbid_unknown_fields=True):
    base: tuple[BaseRule, ...]
    resource: tuple[ResourceRule, ...]


@cache
def _read() -> _File:
    raw = resources.files("tieback.backends").joinpath("base_paths.toml").read_bytes()
    return msgspec.toml.decode(raw, type=_File)


def read_base_rules() -> tuple[BaseRule, ...]:
    """Rules for URLs. Raises ``msgspec.ValidationError`` if base_paths.toml is malformed."""
    return _read().base


@cache
def read_resource_rules() -> Mapping[str, ResourceRule]:
    """Rules for cloud resources, by kind. Raises ``msgspec.ValidationError`` if base_paths.toml is malformed."""
    return {rule.kind: rule for rule in _read().resource}


def resource_base(value: str) -> str | None:
    """The base path of a cloud resource (``kind:name``), empty for the root; ``None`` if another is probed for it."""
    kind, _, name = value.partition(":")
    rule = read_resource_rules().get(kind)
    if rule is None:
        return ""
    if rule.probed_with:
        return None
    parts = name.split("/")
    path = rule.path.format(*parts, *[""] * (2 - len(parts)))
    return path if is_base(path) else ""


def is_base(path: str) -> bool:
    """True if a path may precede the paths of a probe: at most four plain segments, none of them hidden."""
    return _BASE.fullmatch(path) is not None


@cache
def _places() -> frozenset[str]:
    """Refused words that are usual names of a place before a store, such as ``/log/es`` and ``/sync/couch``."""
    return secret_words() | {
        "archive", "connect", "copy", "fetch", "forward", "import", "proxy", "publish", "push", "sync", "upload",
    }  # fmt: skip


@cache
def _unmarked() -> tuple[tuple[BaseRule, ...], re.Pattern[str]]:
    """The rules without marks, and an expression that finds a mark of the others: most paths have none."""
    rules = read_base_rules()
    marks = {mark for rule in rules for mark in rule.marks}
    return tuple(rule for rule in rules if not rule.marks), re.compile("|".join(map(re.escape, sorted(marks))))


def suggest_bases(path: str) -> tuple[BasePath, ...]:
    """The base paths that the path of a URL suggests, without the root; each once, with its likeliest service.

    An app chooses its URLs: none leads a probe to a path with a word that may act, such as ``/user/delete``.
    """
    if not path:
        return ()
    few, marks = _unmarked()
    found: dict[str, BasePath] = {}
    for rule in read_base_rules() if marks.search(path) else few:
        base = rule.base(path[:1024])
        if base and (base not in found or not found[base].service) and not refused_word(base, but=_places()):
            found[base] = BasePath(base, rule.service)
    return tuple(found.values())
