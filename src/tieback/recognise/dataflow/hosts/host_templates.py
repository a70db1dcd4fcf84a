"""Hosts that code completes by replacing a placeholder: ``"https://1.{domain}/tiles/".replace("{domain}", domain)``.

Libraries for maps keep a list of such addresses, and the domain in a field with a default value. Only addresses count
whose host has the placeholder, and only values that are a constant or that a method stores in the field.
Source: https://github.com/osmdroid/osmdroid, ``HEREWeGoTileSource``
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.direct import constant_argument
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.hosts.keyed_hosts import KeyedHost, constants_of

MAX_PLACEHOLDERS = 200
"""Most texts that begin with a brace of one file that are looked at."""
MAX_CALLS = 500
"""Most calls of one app that are looked at."""
MAX_TEMPLATES = 64
"""Most addresses of one file with a placeholder, and most values of one."""
_PLACEHOLDER = lazy_pattern(rb"\{[A-Za-z_]{1,20}\}")
_TEMPLATE = lazy_pattern(rb"https?://([a-z0-9.-]{0,60}\{[A-Za-z_]{1,20}\}[a-z0-9.-]{0,60})(?:[:/?].*)?", re.DOTALL)
_REPLACE = "(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;"
_STRINGS = frozenset(("Ljava/lang/String;",))
_OLD, _NEW = 1, 2
_ONE_BYTE = 128


def template_hosts(uses: ConstantUses, is_host: Callable[[str], bool]) -> Iterator[KeyedHost]:
    """The hosts of one app that code makes of an address with a placeholder.

    Args:
        uses: the code of the app.
        is_host: whether a text in the form of a host can be one.
    """
    placeholders = [_placeholders(dex) for dex in uses.app.files]
    if not any(placeholders):
        return
    known: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for number, offset, _ in islice(uses.places.calls("replace", _REPLACE, _STRINGS), MAX_CALLS):
        dex = uses.app.files[number]
        code = dex.code_around(offset) if placeholders[number] else None
        at = (offset - code.begin) // 2 if code is not None else 0
        index = constant_argument(dex, code, at, _OLD) if code is not None else -1
        if code is None or index not in placeholders[number]:
            continue
        if (number, index) not in known:
            known[number, index] = list(islice(_templates(dex, dex.raw(index)), MAX_TEMPLATES))
        flow = uses.flow(number, code) if known[number, index] else None
        call = next((one for one in flow.operations if one.at == at), None) if flow is not None else None
        if flow is None or call is None or len(call.values) <= _NEW:
            continue
        for value in islice(constants_of(uses, (number, code), flow, call.values[_NEW]), MAX_TEMPLATES):
            for template, host in known[number, index]:
                name = host.replace(dex.string(index), value.text)
                if is_host(name):
                    yield KeyedHost(name, number, template, value.method)


def _placeholders(dex: DexFile) -> frozenset[int]:
    """Indices of the strings that are only a placeholder: they are together, because strings are sorted."""
    first, last = dex.first_from(b"{"), dex.first_from(b"|")
    near = range(first, min(last, first + MAX_PLACEHOLDERS))
    return frozenset(index for index in near if _PLACEHOLDER.fullmatch(dex.raw(index)))


def _templates(dex: DexFile, placeholder: bytes) -> Iterator[tuple[int, str]]:
    """Indices and hosts of the short addresses whose host has a placeholder."""
    section = dex.sections.get(SectionKind.STRING_DATA)
    at, end = (section.begin, section.end) if section is not None else (0, 0)
    for _ in range(MAX_CALLS):
        at = dex.data.find(placeholder, at, end)
        if at < 0:
            return
        begin = dex.data.rfind(b"\0", max(0, at - _ONE_BYTE), at) + 1
        stop = dex.data.find(b"\0", at, at + _ONE_BYTE)
        text = bytes(dex.data[begin + 1 : stop]) if begin and stop > 0 else b""
        at += len(placeholder)
        found = _TEMPLATE.fullmatch(text)
        if found is not None and dex.data[begin] == len(text) and placeholder in found[1]:
            index = dex.string_at(begin, text)
            if index >= 0:
                yield index, found[1].decode("ascii")
