"""Hosts that apps of App Inventor and Kodular give to their network components: ``set ClientSocket1.ServerAddress``.

Their blocks are compiled to calls of one method, with the symbols of a component and a property, which are static
fields of the screen. So no class of the network gets the constant. Only properties count whose name says that they are
a server, and no components of the screen, such as a label. The first text of a text box counts too if a block gives the
text of that box to a network component: a person can change it, but the app contacts it as it is.

Source: https://github.com/mit-cml/appinventor-sources, ``runtime.scm``.
"""

from collections.abc import Container, Iterator, Mapping
from itertools import chain, islice
from typing import NamedTuple

from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CALLS
from tieback.recognise.dataflow.dex.reaching import SGET, MethodFlow, Operation, Origins
from tieback.recognise.dataflow.ends.block_symbols import Component, kinds, symbol
from tieback.recognise.dataflow.ends.uses import ConstantUses

MAX_CALLS = 2_000
"""Most calls of one file that are read."""
_MAX_UNITS = 400
"""Most code units of a method that sets properties: one for each component, or for each block."""
_MAX_STEPS = 200
"""Most calls of one method through which a text is followed back."""
_RUNTIME, _SET = "Lcom/google/youngandroid/runtime;", "setAndCoerceProperty$Ex"
_APPLY = "Lgnu/mapping/Procedure;", "apply2"
_PROPERTY = MemberRef(_RUNTIME, "get$Mnproperty", "Lgnu/expr/ModuleMethod;")
"""The procedure by which newer versions read a property: ``get-property.apply2(component, property)``."""
_GET, _ASK, _JOIN, _LISTS = "getProperty$1", "callComponentMethod", "callYailPrimitive", "Lgnu/lists/LList;"
_VALUE = 2
"""Number of the argument that is the value, behind the component and the property."""
_PLATFORM = "Lcom/google/appinventor/components/runtime/"
_NETWORK = frozenset(f"{_PLATFORM}{name};" for name in ("CloudDB", "FirebaseDB", "TinyWebDB", "Web", "WebViewer"))
"""Components of the platform that contact a server; all that are elsewhere are extensions."""
_BOX, _TEXT = f"{_PLATFORM}TextBox;", "Text"
_SERVERS = frozenset(
    ("broker", "brokerurl", "firebaseurl", "homeurl", "host", "hostname", "ipaddress", "redisserver", "remotehost",
     "server", "serveraddress", "serverhost", "serverip", "serverurl", "serviceurl", "url")
)  # fmt: skip
"""Properties that are a server, in small letters."""


class ComponentHost(NamedTuple):
    """A constant that is the server of a component."""

    text: str
    file: int
    """Number of the DEX file."""
    string: int
    """Index of the constant."""
    method: str
    """The method that sets it."""


def component_hosts(uses: ConstantUses) -> Iterator[ComponentHost]:
    """The constants that network components get as their server; nothing in other apps."""
    for number, dex in enumerate(uses.app.files):
        kind = uses.app.type_of(number, _RUNTIME)
        methods = dex.methods_of(kind) if kind >= 0 else range(0)
        calls = {dex.string(title): index for index, title in zip(methods, dex.names_of(methods), strict=True)}
        boxes = _boxes(uses, number, calls)
        for code, flow in _flows(uses, number, calls.get(_SET, -1)):
            yield from _set(uses, number, code, flow, (calls[_SET], boxes))


def _flows(uses: ConstantUses, number: int, index: int) -> Iterator[tuple[CodeItem, MethodFlow]]:
    """Each short method that calls a method of the runtime."""
    dex = uses.app.files[number]
    offsets = uses.places.offsets(number, CALLS, index, MAX_CALLS) if index >= 0 else ()
    codes = {code.offset: code for offset in offsets if (code := dex.code_around(offset)) is not None}
    for code in codes.values():
        flow = uses.flow(number, code) if code.units <= _MAX_UNITS else None
        if flow is not None:
            yield code, flow


def _applying(uses: ConstantUses, number: int) -> Iterator[MethodFlow]:
    """Each short method that reads a property by the procedure of the runtime."""
    sites = uses.places.of_field(uses.app.identity(_PROPERTY), frozenset((SGET,)), MAX_CALLS)
    codes = {site.code.offset: site.code for site in sites if site is not None and site.number == number}
    for code in codes.values():
        flow = uses.flow(number, code) if code.units <= _MAX_UNITS else None
        if flow is not None:
            yield flow


def _set(
    uses: ConstantUses, number: int, code: CodeItem, flow: MethodFlow, wanted: tuple[int, Container[Component]]
) -> Iterator[ComponentHost]:
    """The constants that one method gives to components."""
    dex, (index, boxes) = uses.app.files[number], wanted
    for one in flow.operations:
        strings = (
            {flow.strings.get(at, -1) for at in one.values[_VALUE]} if _calls(one.values, one.member, index) else set()
        )
        string = strings.pop() if len(strings) == 1 else -1
        if string < 0 or not (
            is_server(uses, number, flow, one.values[0], one.values[1])
            or _is_text_of(boxes, uses, number, flow, one.values)
        ):
            continue
        method = uses.app.ref_at(number, code).shown
        yield ComponentHost(dex.string(string), number, string, method)


def _calls(values: tuple[Origins, ...], member: int, index: int) -> bool:
    return member == index and len(values) > _VALUE


def _boxes(uses: ConstantUses, number: int, calls: Mapping[str, int]) -> set[Component]:
    """The text boxes whose text a block gives to a network component, as a server or as an argument."""
    found: set[Component] = set()
    for flow in chain((flow for _, flow in _flows(uses, number, calls.get(_GET, -1))), _applying(uses, number)):
        results = {one.at: one for one in flow.operations if one.opcode in CALLS}
        pending: list[int] = []
        for one in results.values():
            if len(one.values) <= _VALUE:
                continue
            is_set = one.member == calls.get(_SET) and is_server(uses, number, flow, one.values[0], one.values[1])
            if is_set or (one.member == calls.get(_ASK) and _is_network(uses, number, flow, one.values[0])):
                pending += one.values[_VALUE]
        for at in islice(pending, _MAX_STEPS):  # it grows
            source = results.get(at)
            if source is None:
                continue
            is_read = source.member == calls.get(_GET) and len(source.values) == _VALUE
            is_applied = uses.method_names(number, source.member)[:2] == _APPLY
            if is_read or (is_applied and len(source.values) > _VALUE):
                if symbol(uses, number, flow, source.values[-1])[1] == _TEXT:
                    found.add(symbol(uses, number, flow, source.values[-2]))
            elif source.member == calls.get(_JOIN) or uses.method_names(number, source.member)[0] == _LISTS:
                pending += parts_of(results, source).difference(pending)
    return found


def parts_of(results: Mapping[int, Operation], source: Operation) -> set[int]:
    """What a text or list is made of. ``chain4`` makes a list longer: it appends to the pair of ``list1``."""
    longer = (one.at for one in results.values() if one.values and source.at in one.values[0])
    return set().union(*source.values, longer)


def _is_text_of(
    boxes: Container[Component], uses: ConstantUses, number: int, flow: MethodFlow, values: tuple[Origins, ...]
) -> bool:
    """True if a call sets the text of one of these text boxes."""
    component = symbol(uses, number, flow, values[0])
    return component in boxes and symbol(uses, number, flow, values[1])[1] == _TEXT and kinds(uses, component) == {_BOX}


def is_server(uses: ConstantUses, number: int, flow: MethodFlow, component: Origins, named: Origins) -> bool:
    """True if a symbol is that of a network component, and another that of a property that is a server."""
    _, title = symbol(uses, number, flow, named)
    return title.lower() in _SERVERS and _is_network(uses, number, flow, component)


def is_network(
    uses: ConstantUses, number: int, flow: MethodFlow, component: Origins, named: Origins, name: str
) -> bool:
    """True if a symbol is that of a network component, and another that of a method with a name."""
    return symbol(uses, number, flow, named)[1] == name and _is_network(uses, number, flow, component)


def _is_network(uses: ConstantUses, number: int, flow: MethodFlow, component: Origins) -> bool:
    """True if a symbol is that of a network component."""
    found = kinds(uses, symbol(uses, number, flow, component))
    return any(kind in _NETWORK or not kind.startswith(_PLATFORM) for kind in found)
