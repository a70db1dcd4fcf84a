"""Constants that are a host name, and that code puts into the same object as the scheme of a web address.

``url { protocol = URLProtocol.createOrDefault("https"); host = "music.shop.test" }`` of Ktor: a shrinker renames the
builder of the address and its fields, and removes the methods that set them, but keeps both texts.
Source: https://ktor.io/docs/client-default-request.html
"""

import re
from collections.abc import Iterable, Iterator

from tieback.recognise.dataflow.code.places import MAX_SHORT
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CALLS
from tieback.recognise.dataflow.dex.reaching import IPUT, MethodFlow, Origins
from tieback.recognise.dataflow.ends.uses import ConstantUses

_SCHEMES = ("http", "https", "ws", "wss")
_REACH = 64
"""Bytes before and after a constant that are searched for a scheme."""
_OBJECT_AND_VALUE = 2


class BesideScheme:
    """The scheme of a web address, in the same object."""

    def __init__(self, uses: ConstantUses) -> None:
        """The code of the app."""
        self._uses = uses
        self._schemes = [_schemes(uses, number) for number in range(len(uses.app.files))]
        self._loads = [_loads(schemes) for schemes in self._schemes]

    def method(self, number: int, index: int) -> CodeItem | None:
        """The first method of a file that loads a string near a scheme."""
        dex = self._uses.app.files[number]
        for place in self._uses.places.strings(number, index) if self._schemes[number] else ():
            begin = max(place - _REACH, 0)
            near = bytes(dex.data[begin : place + _REACH])
            if any((begin + one.start() - place) % 2 == 0 for one in self._loads[number].finditer(near)):
                code = dex.code_around(place, every=True)
                if code is not None and dex.method_of(code) >= 0:
                    return code
        return None

    def is_used(self, number: int, _code: CodeItem, flow: MethodFlow, index: int, /) -> bool:
        """True if one object gets the string, and a scheme or what a call makes of one."""
        made = {at for at, string in flow.strings.items() if string in self._schemes[number]}
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


def _schemes(uses: ConstantUses, number: int) -> set[int]:
    """Indices of the strings of a file that are a scheme."""
    found = (uses.app.string_of(number, name) for name in _SCHEMES)
    return {index for index in found if 0 <= index <= MAX_SHORT}


def _loads(schemes: Iterable[int]) -> re.Pattern[bytes]:
    """Matches an instruction that loads one of these strings."""
    return re.compile(
        b"\x1a.(?:" + b"|".join(re.escape(one.to_bytes(2, "little")) for one in schemes) + b")", re.DOTALL
    )


def _stores(flow: MethodFlow) -> Iterator[tuple[Origins, Origins]]:
    """The object and the value of each store in a field, and of each call with one argument."""
    for one in flow.operations:
        if len(one.values) == _OBJECT_AND_VALUE and one.values[0] and one.values[1]:
            if one.opcode == IPUT:
                yield one.values[1], one.values[0]
            elif one.opcode in CALLS:
                yield one.values[0], one.values[1]
