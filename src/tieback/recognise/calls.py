"""Containers that scripts name only in a call: ``supabase.from("orders")``, ``collection(db, "orders")``.

The project is named elsewhere, often in another file. The sighting therefore has a cloud resource without a name
(``supabase:``). ``collect`` assigns its container if the app names exactly one resource of that kind, or exactly one
project for a part such as ``supabase-storage:``. The rules are data, in ``calls.toml``. ``dataflow`` finds collection
names in compiled code. Bound: 500 containers per script.
"""

import re
from collections.abc import Container, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path

import msgspec

from tieback import rulefiles as prepared
from tieback.intake.apps.content import is_metro
from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.context import match_context
from tieback.recognise.span import decode_text

RULE = "container-call"
MAX_CONTAINERS = 500
SCRIPTS = (".js", ".mjs", ".cjs", ".bundle", ".jsbundle", ".html", ".htm")
"""File name suffixes of scripts."""
_PAGES = (".html", ".htm")
_PAGE = lazy_pattern(rb"(?:\xef\xbb\xbf)?\s{0,64}<(?:!doctype html|html|head)\b", re.IGNORECASE)


class CallRule(msgspec.Struct, forbid_unknown_fields=True, dict=True):
    """One ``[[call]]`` rule of calls.toml."""

    kind: str
    mark: str
    pattern: str
    source: str
    match: tuple[tuple[str, str], ...]
    avoid: tuple[str, ...]
    calls: tuple[str, ...]
    """Names of the functions that are called, by which bytecode is searched."""

    @cached_property
    def compiled(self) -> re.Pattern[bytes]:
        """Compiled pattern; compiled at the first script with the mark."""
        return re.compile(self.pattern.encode("ascii"))


class _File(msgspec.Struct, forbid_unknown_fields=True):
    call: tuple[CallRule, ...]


def is_page(buffer: Buffer) -> bool:
    """True for a web page by its name, or, if its name says nothing, by its beginning."""
    return buffer.file.endswith(_PAGES) or (
        not is_script_file(buffer) and not buffer.utf16 and _PAGE.match(buffer.data[:128]) is not None
    )


def is_script_file(buffer: Buffer) -> bool:
    """True for a script or a page by its name, and for a bundle of Metro by its beginning, whatever its name."""
    return buffer.file.endswith(SCRIPTS) or (not buffer.base and is_metro(buffer.data))


def is_script(buffer: Buffer) -> bool:
    """True for a text that is a script, or a page that may have some."""
    return buffer.kind is BufferKind.TEXT and (is_script_file(buffer) or is_page(buffer))


def read_calls() -> tuple[CallRule, ...]:
    """Rules of calls.toml. Raises ``msgspec.ValidationError`` if the file is malformed."""
    return prepared.load_rules(Path(__file__).with_name("calls.toml").read_bytes(), _File).call


def unnamed_container(kind: str, container: str) -> Endpoint:
    """A container of a resource without a known name."""
    return Endpoint(EndpointKind.CLOUD, f"{kind}:", "https", "", None, container, kind)


def marks_of(calls: tuple[CallRule, ...]) -> tuple[str, ...]:
    """The marks of rules, each once."""
    return tuple(dict.fromkeys(call.mark for call in calls))


def containers(
    buffer: Buffer, calls: tuple[CallRule, ...], marks: Container[bytes] | None = None
) -> Iterator[Sighting]:
    """The containers in a script; empty if it uses no library of the rules.

    Args:
        buffer: any buffer.
        calls: the rules.
        marks: those of the rules that are in the buffer; looked for if it is ``None``.
    """
    data = buffer.data
    if not is_script_file(buffer):
        return
    for call in calls:
        if call.mark.encode() not in (data if marks is None else marks):
            continue
        for found in islice(call.compiled.finditer(data), MAX_CONTAINERS):
            if found["name"] is None:
                continue
            shown = match_context("", decode_text(bytes(found[0]), wide=False))
            place = Evidence(buffer.file, buffer.base + found.start(), f"text/{RULE}", shown)
            yield Sighting(unnamed_container(call.kind, found["name"].decode("ascii")), 1, Party.UNKNOWN, place)
