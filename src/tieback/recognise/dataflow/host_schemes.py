"""Constants that are a host name, and that code puts into the same object as the scheme of a web address.

``url { protocol = URLProtocol.createOrDefault("https"); host = "music.shop.test" }`` of Ktor: a shrinker renames the
builder of the address and its fields, and removes the methods that set them, but keeps both texts.
Source: https://ktor.io/docs/client-default-request.html
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from tieback.recognise.dataflow.app import CALLS
from tieback.recognise.dataflow.dexfile import CodeItem
from tieback.recognise.dataflow.host_ports import ENDS, MAX_NAMES, HostWithPort
from tieback.recognise.dataflow.reaching import IPUT, MethodFlow, Origins
from tieback.recognise.dataflow.uses import ConstantUses

_SCHEMES = ("http", "https", "ws", "wss")
_REACH = 64
"""Bytes before and after a constant that are searched for a scheme."""
_OBJECT_AND_VALUE = 2


def hosts_with_schemes(
    uses: ConstantUses, named: Iterable[Sequence[tuple[int, bytes]]], is_host: Callable[[str], bool]
) -> Iterator[HostWithPort]:
    """Each host that an object gets together with a scheme.

    Args:
        uses: the code of the app.
        named: what ``named_hosts`` gives for each file.
        is_host: whether a text in the form of a host can be one.
    """
    for number, (dex, names) in enumerate(zip(uses.app.files, named, strict=True)):
        schemes = {index for name in _SCHEMES for index in (uses.app.string_of(number, name),) if 0 <= index <= 0xFFFF}
        loads = _loads(schemes)
        for index, raw in islice((one for one in names if schemes and one[1].rpartition(b".")[2] in ENDS), MAX_NAMES):
            code = _beside_scheme(uses, number, index, loads)
            if code is None or not is_host(raw.decode("ascii")):
                continue
            flow = uses.flow(number, code)
            if flow is not None and _are_set(flow, index, schemes):
                yield HostWithPort(number, index, raw.decode("ascii"), dex.method_of(code))


def _loads(schemes: Iterable[int]) -> re.Pattern[bytes]:
    """Matches an instruction that loads one of these strings."""
    return re.compile(
        b"\x1a.(?:" + b"|".join(re.escape(one.to_bytes(2, "little")) for one in schemes) + b")", re.DOTALL
    )


def _beside_scheme(uses: ConstantUses, number: int, index: int, loads: re.Pattern[bytes]) -> CodeItem | None:
    """The first method that loads a string near a scheme."""
    dex = uses.app.files[number]
    for place in uses.places.strings(number, index):
        begin = max(place - _REACH, 0)
        near = bytes(dex.data[begin : place + _REACH])
        if any((begin + one.start() - place) % 2 == 0 for one in loads.finditer(near)):
            code = dex.code_around(place, every=True)
            if code is not None and dex.method_of(code) >= 0:
                return code
    return None


def _are_set(flow: MethodFlow, index: int, schemes: set[int]) -> bool:
    """True if one object gets the string, and a scheme or what a call makes of one."""
    made = {at for at, string in flow.strings.items() if string in schemes}
    calls = [one for one in flow.operations if one.opcode in CALLS and len(one.values) == 1]
    made |= {one.at for one in calls if one.values[0] and one.values[0] <= made}
    hosts: set[Origins] = set()
    secured: set[Origins] = set()
    for target, value in _stores(flow):
        if any(flow.strings.get(at) == index for at in value):
            hosts.add(target)
        elif value and value <= made:
            secured.add(target)
    return not hosts.isdisjoint(secured)


def _stores(flow: MethodFlow) -> Iterator[tuple[Origins, Origins]]:
    """The object and the value of each store in a field, and of each call with one argument."""
    for one in flow.operations:
        if len(one.values) == _OBJECT_AND_VALUE and one.values[0] and one.values[1]:
            if one.opcode == IPUT:
                yield one.values[1], one.values[0]
            elif one.opcode in CALLS:
                yield one.values[0], one.values[1]
