"""Constants that are a host name, and that code passes to a call right behind the key of a server.

``settings.getValue("push_host", "push.shop.test")``: the app reads a setting through a method of its own, and the
constant is the value until another one is stored. A shrinker renames the method, but neither of the texts.
"""

from collections.abc import Mapping

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CALLS
from tieback.recognise.dataflow.dex.reaching import MethodFlow
from tieback.recognise.dataflow.ends.uses import ConstantUses

_REACH = 32
"""Bytes before a constant that are searched for a key."""
_KEY = lazy_pattern(
    rb"(?:[A-Za-z][A-Za-z0-9]{0,24}[_.-]){0,4}(?:ip|host|host_?name|server|server_?(?:ip|host|addr|address|url|name))"
    rb"|[a-z][A-Za-z0-9]{0,40}(?:IP|Ip|Host|HostName|Hostname|Server|ServerIp|ServerHost|ServerAddress)"
)
"""Names of settings. ``Host`` and ``Server`` are headers of HTTP, whose request goes elsewhere."""
_CONST_STRING = 0x1A


class BesideKey:
    """The key of a server, in the argument before the host."""

    def __init__(self, uses: ConstantUses) -> None:
        """The code of the app."""
        self._uses = uses
        self._keys: list[dict[int, bool]] = [{} for _ in uses.app.files]

    def method(self, number: int, index: int) -> CodeItem | None:
        """The first method of a file that loads a string shortly behind a key."""
        dex = self._uses.app.files[number]
        for place in self._uses.places.strings(number, index):
            if any(self._is_loaded(number, at) for at in range(max(place - _REACH, 0) & ~1 | place & 1, place, 2)):
                code = dex.code_around(place, every=True)
                if code is not None and dex.method_of(code) >= 0:
                    return code
        return None

    def is_used(self, number: int, _code: CodeItem, flow: MethodFlow, index: int, /) -> bool:
        """True if a call gets the string, and in the argument before it nothing but such keys."""
        for one in flow.operations:
            if one.opcode not in CALLS or self._uses.ends.what(number, one.member) is not None:
                continue
            for key, text in zip(one.values, one.values[1:], strict=False):
                is_text = bool(text) and {flow.strings.get(at) for at in text} == {index}
                if is_text and key and all(self._is_key(number, flow.strings, at) for at in key):
                    return True
        return False

    def _is_loaded(self, number: int, at: int) -> bool:
        """True if an instruction at an offset can load a key."""
        data = self._uses.app.files[number].data
        return data[at] == _CONST_STRING and self._key(number, int.from_bytes(data[at + 2 : at + 4], "little"))

    def _is_key(self, number: int, strings: Mapping[int, int], at: int) -> bool:
        return at in strings and self._key(number, strings[at])

    def _key(self, number: int, index: int) -> bool:
        known = self._keys[number].get(index)
        if known is None:
            raw = self._uses.app.files[number].raw(index)
            known = self._keys[number][index] = _KEY.fullmatch(raw) is not None
        return known
