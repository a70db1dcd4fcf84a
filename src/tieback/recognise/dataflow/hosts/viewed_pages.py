"""Addresses that apps of App Inventor and Kodular request or show: ``set WebViewer1.HomeUrl``, ``WebViewer1.GoToUrl``.

A page in the app's own web view is a back end also at a host of documentation, to which other constants only link. The
value can be joined of parts, and an item of a list in a global variable; then each address in the list counts.

Source: https://github.com/mit-cml/appinventor-sources, ``runtime.scm`` and ``WebViewer.java``.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CALLS
from tieback.recognise.dataflow.dex.reaching import MethodFlow, Origins
from tieback.recognise.dataflow.ends.block_symbols import PLATFORM, RUNTIME, SET, symbol_field
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.hosts.components import ComponentHost, is_network, is_server, parts_of

MAX_METHODS = 200
"""Most methods of one file that are read for each method of the runtime."""
MAX_ADDRESSES = 500
"""Most constants of one file that begin like an address and are looked at."""
_MAX_STEPS = 200
"""Most values of one method through which an address is followed back."""
_ASK, _READ = "callComponentMethod", "lookupGlobalVarInCurrentFormEnvironment"
_DEFINE = "addGlobalVarToCurrentFormEnvironment"
_OPEN = "GoToUrl"
_VALUE = 2
_SCHEMES = ("http://", "https://")


def viewed_pages(uses: ConstantUses, is_linked: Callable[[str], bool]) -> Iterator[ComponentHost]:
    """The constants that are an address which a network component gets; nothing in other apps.

    Args:
        uses: the code of the app.
        is_linked: whether a host is one of those to which constants only link.
    """
    for number, dex in enumerate(uses.app.files):
        kind = uses.app.type_of(number, RUNTIME)
        if kind < 0 or not _has_link(uses, number, is_linked):
            continue
        methods = dex.methods_of(kind)
        calls = {dex.string(title): index for index, title in zip(methods, dex.names_of(methods), strict=True)}
        variables: set[int] = set()
        for name in (SET, _ASK):
            for code, flow in _flows(uses, number, calls.get(name, -1)):
                for value in _values(uses, number, flow, calls):
                    variables |= _variables(uses, number, flow, value, calls.get(_READ, -1))
                    yield from _addresses(uses, number, code, flow, value)
        for code, flow in _flows(uses, number, calls.get(_DEFINE, -1)) if variables else ():
            for one in flow.operations:
                is_defined = one.member == calls[_DEFINE] and one.opcode in CALLS and len(one.values) == _VALUE
                if is_defined and symbol_field(uses, number, flow, one.values[0]) in variables:
                    yield from _addresses(uses, number, code, flow, one.values[1])


def _has_link(uses: ConstantUses, number: int, is_linked: Callable[[str], bool]) -> bool:
    """True if code that is not of the platform loads an address of such a host."""
    dex = uses.app.files[number]
    first, last = dex.first_from(b"http"), dex.first_from(b"httq")
    for index in range(first, min(last, first + MAX_ADDRESSES)):
        text = dex.raw(index).decode("utf-8", "replace")
        if text.startswith(_SCHEMES) and is_linked(text.split("/")[2].lower()):
            for place in uses.places.strings(number, index):
                code = dex.code_around(place, every=True)
                method = dex.method_of(code) if code is not None else -1
                if method >= 0 and not uses.method_names(number, method)[0].startswith(PLATFORM):
                    return True
    return False


def _flows(uses: ConstantUses, number: int, index: int) -> Iterator[tuple[CodeItem, MethodFlow]]:
    """Each method that calls a method of the runtime."""
    dex = uses.app.files[number]
    offsets = uses.places.offsets(number, CALLS, index) if index >= 0 else ()
    codes = {code.offset: code for offset in offsets if (code := dex.code_around(offset)) is not None}
    for code in islice(codes.values(), MAX_METHODS):
        flow = uses.flow(number, code)
        if flow is not None:
            yield code, flow


def _values(uses: ConstantUses, number: int, flow: MethodFlow, calls: Mapping[str, int]) -> Iterator[Origins]:
    """What network components get as their server, and web views as the page that they open."""
    for one in flow.operations:
        if one.opcode not in CALLS or len(one.values) <= _VALUE or one.member not in (calls.get(SET), calls.get(_ASK)):
            continue
        component, named, value = one.values[: _VALUE + 1]
        if one.member == calls.get(SET):
            if is_server(uses, number, flow, component, named):
                yield value
        elif is_network(uses, number, flow, component, named, _OPEN):
            yield value


def _tree(flow: MethodFlow, value: Origins) -> Iterator[int]:
    """The places of everything that a value is made of."""
    results = {one.at: one for one in flow.operations if one.opcode in CALLS}
    pending = list(value)
    for at in islice(pending, _MAX_STEPS):  # it grows
        yield at
        if at in results:
            pending += parts_of(results, results[at]).difference(pending)


def _addresses(
    uses: ConstantUses, number: int, code: CodeItem, flow: MethodFlow, value: Origins
) -> Iterator[ComponentHost]:
    """The addresses in a value."""
    method = "->".join(uses.method_names(number, uses.file(number).method_of(code))[:2])
    for index in (flow.strings[at] for at in _tree(flow, value) if at in flow.strings):
        text = uses.string(number, index)
        if text.startswith(_SCHEMES):
            yield ComponentHost(text, number, index, method)


def _variables(uses: ConstantUses, number: int, flow: MethodFlow, value: Origins, read: int) -> set[int]:
    """The fields with the symbols of the global variables in a value."""
    reads = {one.at: one for one in flow.operations if one.opcode in CALLS and one.member == read and one.values}
    found = {symbol_field(uses, number, flow, reads[at].values[0]) for at in _tree(flow, value) if at in reads}
    return found - {-1}
