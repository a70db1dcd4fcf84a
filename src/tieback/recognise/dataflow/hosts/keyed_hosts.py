"""Constants that are a host, and that code puts into a configuration under the key of a server, beside its port.

``put("server", server).put("server_port", port)``, where ``server`` is a field with a default value. The program that
gets the configuration contacts it: https://shadowsocks.org/doc/configs.html
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, INSTANCE_OBJECT_WRITES
from tieback.recognise.dataflow.dex.reaching import IGET, IPUT, MethodFlow, Operation, Origins
from tieback.recognise.dataflow.ends.uses import ConstantUses

MAX_METHODS = 64
"""Most methods of one file that are read for each key, and most that store in one field."""
_KEYS = {
    "server": "server_port",
    "server_host": "server_port",
    "remote_host": "remote_port",
    "remote_addr": "remote_port",
}
"""Keys of a server, with that of its port."""
_KEY, _VALUE = 1, 2


class KeyedHost(NamedTuple):
    """A constant under such a key."""

    text: str
    file: int
    string: int
    method: str


def keyed_hosts(uses: ConstantUses, is_host: Callable[[str], bool]) -> Iterator[KeyedHost]:
    """The hosts of one app that are under such a key.

    Args:
        uses: the code of the app.
        is_host: whether a text can be a host.
    """
    for number, dex in enumerate(uses.app.files):
        for key, port in _KEYS.items():
            key_index, port_index = uses.app.string_of(number, key), uses.app.string_of(number, port)
            places = uses.places.strings(number, key_index) if min(key_index, port_index) >= 0 else []
            codes = {code.offset: code for place in places if (code := dex.code_around(place, every=True)) is not None}
            for code in islice(codes.values(), MAX_METHODS):
                flow = uses.flow(number, code)
                if flow is not None and _has_key(flow, port_index):
                    for one in flow.operations:
                        if _is_put(flow, one, key_index):
                            values = constants_of(uses, (number, code), flow, one.values[_VALUE])
                            yield from (value for value in values if is_host(value.text))


def _has_key(flow: MethodFlow, index: int) -> bool:
    """True if a call gets a key and a value."""
    return any(_is_put(flow, one, index) for one in flow.operations)


def _is_put(flow: MethodFlow, one: Operation, index: int) -> bool:
    return (
        one.opcode in CALLS
        and len(one.values) > _VALUE
        and {flow.strings.get(at) for at in one.values[_KEY]} == {index}
    )


def constants_of(
    uses: ConstantUses, place: tuple[int, CodeItem], flow: MethodFlow, origins: Origins
) -> Iterator[KeyedHost]:
    """The constants that a value can be, or that the methods of the app store in the field that it comes from."""
    yield from _constants(uses, place, flow, origins)
    for read in (one for one in flow.operations if one.opcode == IGET and one.at in origins):
        field = uses.app.field(place[0], read.member)
        for site in uses.places.of_field(field, INSTANCE_OBJECT_WRITES, MAX_METHODS) if field >= 0 else ():
            made = uses.flow(site.number, site.code) if site is not None else None
            if site is None or made is None:
                continue
            for store in made.operations:
                if store.opcode == IPUT and store.at == site.at:
                    yield from _constants(uses, (site.number, site.code), made, store.values[0])


def _constants(
    uses: ConstantUses, place: tuple[int, CodeItem], flow: MethodFlow, origins: Origins
) -> Iterator[KeyedHost]:
    number, code = place
    method = uses.app.ref_at(number, code).shown
    for index in (flow.strings[at] for at in origins if at in flow.strings):
        yield KeyedHost(uses.string(number, index), number, index, method)
