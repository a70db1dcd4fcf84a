"""Hosts to which code sends an echo request with the program ``ping``, to see whether a network is there.

``exec("ping -c 1 www.shop.test")``, or a host that code puts into the command: ``format("ping -c 1 %s", host)``. Apps
cannot open a raw socket, so libraries start the program of the system. Source: ``man 8 ping`` of iputils, and
https://github.com/Blankj/AndroidUtilCode (``NetworkUtils``)
"""

from collections.abc import Callable, Iterator
from itertools import islice

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, FILLED
from tieback.recognise.dataflow.dex.reaching import APUT, MethodFlow, Operation
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.hosts.keyed_hosts import KeyedHost

MAX_COMMANDS, MAX_METHODS = 64, 64
"""Most commands of one file that are read, and most methods with each."""
_PROGRAM = rb"(?:/system/bin/)?ping6?(?: {1,2}-[A-Za-z](?: ?[\d.]{1,6})?){0,8} "
_COMMAND = lazy_pattern(_PROGRAM + rb"(?:|%s|(?P<host>[A-Za-z0-9.-]{4,253}))")
_BEGINS = ((b"/system/bin/ping", b"/system/bin/pinh"), (b"ping", b"pinh"))
"""Where commands are in the order of the strings of a file."""
_JOINS = frozenset(("append", "concat", "format", "replace"))


def pinged_hosts(uses: ConstantUses, is_host: Callable[[str], bool]) -> Iterator[KeyedHost]:
    """The hosts in such commands.

    Args:
        uses: the code of the app.
        is_host: whether a text can be a host.
    """
    for number, dex in enumerate(uses.app.files):
        for index, host in _commands(dex):
            if host and is_host(host):
                places = uses.places.strings(number, index)
                yield from islice(_methods(uses, number, places, host, index), 1)
            elif not host:
                yield from _inserted(uses, number, index, is_host)


def _commands(dex: DexFile) -> Iterator[tuple[int, str]]:
    """Index of each command, with its host; an empty text if code puts one into it."""
    for start, end in _BEGINS:
        first = dex.first_from(start)
        for index in range(first, min(dex.first_from(end), first + MAX_COMMANDS)):
            found = _COMMAND.fullmatch(dex.raw(index))
            if found is not None:
                yield index, (found["host"] or b"").decode("ascii").lower()


def _methods(uses: ConstantUses, number: int, places: list[int], host: str, index: int) -> Iterator[KeyedHost]:
    dex = uses.file(number)
    for place in places:
        code = dex.code_around(place, every=True)
        method = dex.method_of(code) if code is not None else -1
        if method >= 0:
            yield KeyedHost(host, number, index, "->".join(uses.method_names(number, method)[:2]))


def _inserted(uses: ConstantUses, number: int, index: int, is_host: Callable[[str], bool]) -> Iterator[KeyedHost]:
    """The hosts that code puts into texts in the methods with a command."""
    dex = uses.file(number)
    codes = {
        code.offset: code
        for place in uses.places.strings(number, index)
        if (code := dex.code_around(place, every=True)) is not None
    }
    for code in islice(codes.values(), MAX_METHODS):
        flow, method = uses.flow(number, code), dex.method_of(code)
        if flow is None or method < 0:
            continue
        for string in dict.fromkeys(_joined(uses, number, flow)):
            text = uses.string(number, string)
            if is_host(text):
                yield KeyedHost(text, number, string, "->".join(uses.method_names(number, method)[:2]))


def _joined(uses: ConstantUses, number: int, flow: MethodFlow) -> Iterator[int]:
    """The constants that a method puts into other texts, or into the arguments of one."""
    for one in flow.operations:
        if one.opcode == APUT or one.opcode in FILLED or _joins(uses, number, one):
            yield from (flow.strings[at] for values in one.values for at in values if at in flow.strings)


def _joins(uses: ConstantUses, number: int, one: Operation) -> bool:
    return one.opcode in CALLS and uses.method_names(number, one.member)[1] in _JOINS
