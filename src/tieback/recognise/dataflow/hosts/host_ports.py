"""Constants that are a host name, and that code passes to a call together with the port of a service.

``channel("speech.shop.test", 443)``: a shrinker renames the classes and methods of a library, but neither the name of
the host nor the number. Other texts in this form, such as names of settings, have no such number behind them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.opcode_sets import CALLS
from tieback.recognise.dataflow.dex.reaching import MethodFlow
from tieback.recognise.dataflow.ends.uses import ConstantUses

MAX_NAMES = 5_000
"""Most texts in the form of a host of one file that are looked at."""
MAX_HITS = 50_000
"""Most texts of one file with a dot where that of a domain can be."""
ENDS = frozenset(
    b"com net org io cn ru br in de uk fr it es pl jp kr tw hk vn ir tr ua kz by cz eu us ca au nz mx ar cl co pe za"
    b" edu gov biz tv me cc ai app dev xyz top cloud online tech site store test".split()
)
"""Last labels of most servers, and of those in tests (RFC 6761)."""
_SERVICES = (21, 22, 25, 53, 80, 110, 123, 143, 443, 465, 587, 853, 993, 995, 1883, 3306, 5222, 5223, 5432, 5671, 5672)
_PORTS = frozenset((*_SERVICES, 6379, 8000, 8080, 8081, 8443, 8883, 8888, 9090, 27017))
"""https://www.iana.org/assignments/service-names-port-numbers, and usual ports of web servers."""
_NAME = lazy_pattern(rb"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){2,6}[a-z]{2,24}")
_CONST_16 = b"\x13"
_REACH = 48
"""Bytes before and after a constant that are searched for a port."""
_ONE_BYTE, _DOT = 0x80, ord(".")


class HostConstant(NamedTuple):
    """A constant that is a host, beside something that shows that code contacts it."""

    file: int
    string: int
    text: str
    method: int
    """Index of the method that uses both."""


class Beside(Protocol):
    """What shows that code contacts a host: a port, or the scheme of an address."""

    def method(self, number: int, index: int) -> CodeItem | None:
        """The first method of a file that loads a string near it."""

    def is_used(self, number: int, code: CodeItem, flow: MethodFlow, index: int, /) -> bool:
        """True if the method uses it together with the string."""


def hosts_beside(
    uses: ConstantUses,
    named: Iterable[Sequence[tuple[int, bytes]]],
    is_host: Callable[[str], bool],
    beside: Beside,
) -> Iterator[HostConstant]:
    """Each host that code uses together with a port or a scheme.

    Args:
        uses: the code of the app.
        named: what ``named_hosts`` gives for each file.
        is_host: whether a text in the form of a host can be one.
        beside: what is looked for.
    """
    for number, (dex, names) in enumerate(zip(uses.app.files, named, strict=True)):
        for index, raw in islice((one for one in names if one[1].rpartition(b".")[2] in ENDS), MAX_NAMES):
            code = beside.method(number, index)
            if code is None or not is_host(raw.decode("ascii")):
                continue
            flow = uses.flow(number, code)
            if flow is not None and beside.is_used(number, code, flow, index):
                yield HostConstant(number, index, raw.decode("ascii"), dex.method_of(code))


def named_hosts(dex: DexFile, tops: frozenset[bytes]) -> Iterator[tuple[int, bytes]]:
    """Indices and texts of the strings in the form of a host with one of these last labels."""
    section = dex.sections.get(SectionKind.STRING_DATA)
    if section is None or not len(dex.strings) or not tops:
        return
    raw = np.frombuffer(dex.data, np.uint8, section.end)
    starts = dex.strings.astype(np.int64)
    order = None if bool((starts[1:] > starts[:-1]).all()) else starts.argsort(kind="stable")
    starts = starts if order is None else starts[order]
    # Of each string, at its NUL; the section ends behind bytes that align the next one.
    last = max(dex.data.find(b"\0", int(starts[-1]) + 1, section.end), int(starts[-1]))
    ends = np.append(starts[1:] - 1, last)
    for length in sorted(set(map(len, tops))):
        hits = raw.take(ends - length - 1, mode="clip") == _DOT
        for place in np.flatnonzero(hits)[:MAX_HITS].tolist():
            begin, end = int(starts[place]), int(ends[place])
            text = bytes(dex.data[begin + 1 : end]) if end - begin < _ONE_BYTE else b""
            if text[-length:] in tops and dex.data[begin] == len(text) and _NAME.fullmatch(text):
                yield place if order is None else int(order[place]), text


class BesidePort:
    """A port that is known, in the next argument of a call."""

    def __init__(self, uses: ConstantUses) -> None:
        """The code of the app."""
        self._uses = uses

    def method(self, number: int, index: int) -> CodeItem | None:
        """The first method of a file that loads a string near a port."""
        dex = self._uses.app.files[number]
        for place in self._uses.places.strings(number, index):
            for at in range(max(place - _REACH, 0), place + _REACH, 2):
                if _is_port(dex.data, at):
                    code = dex.code_around(place, every=True)
                    if code is not None and dex.method_of(code) >= 0:
                        return code
        return None

    def is_used(self, number: int, code: CodeItem, flow: MethodFlow, index: int, /) -> bool:
        """True if a call gets the string, and in its next argument nothing but ports."""
        data = self._uses.app.files[number].data
        for one in flow.operations:
            if one.opcode not in CALLS or self._uses.ends.what(number, one.member) is not None:
                continue
            for text, port in zip(one.values, one.values[1:], strict=False):
                is_text = any(flow.strings.get(at) == index for at in text)
                if is_text and port and all(at >= 0 and _is_port(data, code.begin + 2 * at) for at in port):
                    return True
        return False


def _is_port(data: Bytes, at: int) -> bool:
    """True if an instruction makes a constant that is a port."""
    return data[at : at + 1] == _CONST_16 and int.from_bytes(data[at + 2 : at + 4], "little") in _PORTS
