"""Addresses that methods of an app make, as a run of them shows, beside those that the walks put together.

A walk reads each instruction once. So it does not see what a loop puts together, nor what a shrinker has made of a
function of Kotlin, such as ``joinToString``. A run of the method does, if all parts are constants.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dalvik.decryptors import Decryption
from tieback.recognise.dataflow.analysis import DataFlow, Roots
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.methods.values import HOLE, EndpointParts, TextValue, place

MAX_RUNS = 2_000
"""Most methods of one app that are run."""
MAX_MADE = 2_000
"""Most addresses that they make; the runs end with the method that makes more."""
MAX_FILLED = 16
"""Most addresses that one text with unknown parts stands for."""
MAX_LOOKS = 200
"""Most addresses with the same beginning that are looked at for one text."""
_NULL = lazy_pattern(r"(?<![A-Za-z0-9])null(?![A-Za-z0-9])")
"""What Java puts into a text for a value that nothing has set."""
_LEAST = 16
"""Least characters that are known of an address with unknown parts; a scheme takes eight."""
_END = "\U0010ffff"
_NO_STRING = 0xFFFFFFFF
"""String index of no string."""
_SERVER = lazy_pattern(r"://([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?")


class MadeAddress(NamedTuple):
    """An address that a run of a method made."""

    text: str
    file: int
    """Number of the DEX file."""
    code: CodeItem
    """Code of the method that was run, or of one whose object it gave away."""
    at: int
    """Code unit of its instruction that made the address, or called what made it."""
    gives: bool
    """True if the instruction gives a text, which is then the address or has become part of it."""


def made_addresses(roots: Roots, decryption: Decryption) -> list[MadeAddress]:
    """The addresses that runs of some methods make, each once. Those with something unknown run first."""
    found: dict[str, MadeAddress] = {}
    methods = [*roots.unknown, *roots.others]
    decryption.begin_made((one.file, one.code) for one in methods)
    decryption.made_all = len(methods) <= MAX_RUNS
    for method in methods[:MAX_RUNS]:
        for number, one in decryption.made_in(method.file, method.code):
            if not _NULL.search(one.text):
                found.setdefault(one.text, MadeAddress(one.text, number, one.method.code, one.at, one.gives))
        if len(found) > MAX_MADE:
            decryption.made_all = False
            break
    return sorted(found.values(), key=lambda one: one.text)


def filled(flows: Sequence[DataFlow], made: Sequence[MadeAddress]) -> Iterator[DataFlow]:
    """The flows; those with unknown parts are replaced by the addresses that are made in their way.

    An address is only made in the way of the flow that has most of it: where another one has ``entries/new?key={}``,
    ``entries/new?key=1`` does not stand for ``entries/{}?key={}``.

    Args:
        flows: what the walks found.
        made: addresses, sorted by their text.
    """
    texts = [one.text for one in made]
    fits: dict[str, list[str]] = {}
    closest: dict[str, int] = {}
    for text in dict.fromkeys(map(_open_text, flows)) if texts else ():
        fits[text] = list(_fitting(text, texts)) if text else []
        closest.update((one, max(_known(text), closest.get(one, 0))) for one in fits[text])
    for flow in flows:
        text = _open_text(flow)
        whole = [one for one in fits.get(text, ()) if closest[one] == _known(text)]
        if 0 < len(whole) <= MAX_FILLED:
            yield from (flow._replace(value=_with_text(flow.value, one)) for one in whole)
        else:
            yield flow


def made_contacts(flows: Sequence[DataFlow], made: Sequence[MadeAddress], decryption: Decryption) -> Iterator[DataFlow]:
    """The connections to a host and a port that runs make, if no other flow has them.

    A library that runs can connect to the host of an address that the code makes: that is no other connection.

    Args:
        flows: what the walks found.
        made: addresses that runs make.
        decryption: the runs.
    """
    values = [flow.value for flow in flows]
    known = {_place(one.values) for one in values if isinstance(one, EndpointParts)}
    urls = [one.values.get("url") if isinstance(one, EndpointParts) else one.text for one in values]
    texts = [*(one.text for one in made), *(url for url in urls if isinstance(url, str))]
    servers = {(found[1], found[2]) for text in texts for found in _SERVER.finditer(text)}
    for one in decryption.contacted:
        host, port = _place(dict(one.values))
        if (host, port) in known or {(host, None), (host, str(port))} & servers:
            continue
        known.add((host, port))
        dex = one.method.dex
        number, index = decryption.number_of(dex), dex.method_of(one.method.code)
        facts = EndpointParts(dict(one.values), place(number, _NO_STRING))
        yield DataFlow(one.sink.name, facts, one.sink, dex.method_name(index), (), (number, one.method.code, one.at))


def _place(values: Mapping[str, str | int]) -> tuple[str | int | None, str | int | None]:
    return values.get("host"), values.get("port")


def _known(text: str) -> int:
    """The characters of a text that are known."""
    return len(text.replace(HOLE, ""))


def _open_text(flow: DataFlow) -> str:
    """The address of a flow, if parts of it are not known; otherwise empty."""
    value = flow.value
    text = value.text if isinstance(value, TextValue) else value.values.get("url")
    if not isinstance(text, str) or "://" not in text.partition(HOLE)[0]:
        return ""
    return text if HOLE in text and _known(text) >= _LEAST else ""


def _fitting(text: str, texts: Sequence[str]) -> Iterator[str]:
    begin, *parts = text.split(HOLE)
    first = bisect_left(texts, begin)
    for at in range(first, min(bisect_left(texts, begin + _END), first + MAX_LOOKS)):
        if _fits(texts[at], len(begin), parts):
            yield texts[at]


def _fits(text: str, at: int, parts: Sequence[str]) -> bool:
    """True if a text has these parts in their order from a place on, and ends with the last one."""
    *inner, last = parts
    for part in inner:
        at = text.find(part, at) + len(part)
        if at < len(part):
            return False
    return len(text) - at >= len(last) and text.endswith(last)


def _with_text(value: TextValue | EndpointParts, text: str) -> TextValue | EndpointParts:
    if isinstance(value, TextValue):
        return TextValue(text, value.first, value.parts, (), value.via)
    return EndpointParts({**value.values, "url": text}, value.first, (), value.via, value.parts)
