"""``XmlPullParser``, on XML files of the app itself.

The text between two elements is one event, without blanks at its ends. Source:
https://developer.android.com/reference/org/xmlpull/v1/XmlPullParser
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tieback.intake.apps.binary_xml import read_tree
from tieback.intake.apps.element import Element, read_text_xml
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.recognise.dalvik.library.files import MAX_FILE, rest_of_text
from tieback.recognise.dalvik.library.streams import reader_of
from tieback.recognise.dalvik.library.strings import text_of
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, JavaObject, NotRunnableError, to_text, to_units

_PARSER, _FACTORY = "Lorg/xmlpull/v1/XmlPullParser;", "Lorg/xmlpull/v1/XmlPullParserFactory;"
_OF_RESOURCE, _RESOURCES = "Landroid/content/res/XmlResourceParser;", "Landroid/content/res/Resources;"
_WRONG = "Lorg/xmlpull/v1/XmlPullParserException;"
_START_DOCUMENT, _END_DOCUMENT, _START, _END, _TEXT = range(5)
"""Numbers of the events, as in the interface."""
_PER_BYTE = 16
"""Bytes that a byte of a file stands for in the memory limit."""

type Arguments = Sequence[Any]
type _Event = tuple[int, Element | None, int]


class _Parser:
    """The events of a document, and the place in them."""

    __slots__ = ("at", "events")

    def __init__(self, events: list[_Event]) -> None:
        self.events = events
        self.at = 0


def _events(root: Element) -> Iterator[_Event]:
    yield _START_DOCUMENT, None, 0
    waiting: list[tuple[Element, int, bool]] = [(root, 1, False)]
    while waiting:
        element, depth, is_end = waiting.pop()
        if is_end:
            yield _END, element, depth
            continue
        yield _START, element, depth
        if element.text:
            yield _TEXT, element, depth
        waiting.append((element, depth, True))
        waiting += [(child, depth + 1, False) for child in reversed(element.children)]
    yield _END_DOCUMENT, None, 0


def _read(machine: Machine, parser: Any, content: bytes) -> None:
    if not isinstance(parser, JavaObject) or len(content) > MAX_FILE:
        raise NotRunnableError("an XML file that is not known")
    machine.allocate(_PER_BYTE * len(content))
    try:
        tree = read_text_xml(content) if content.lstrip()[:1] in (b"<", b"\xef") else read_tree(content)
    except MalformedPoolError:
        raise machine.thrown(_WRONG) from None
    parser.payload = _Parser(list(_events(tree)))


def _new(machine: Machine, _: Arguments) -> JavaObject:
    machine.allocate(64)
    return JavaObject(_PARSER)


def _set_stream(machine: Machine, a: Arguments) -> None:
    if not isinstance(a[1], JavaObject):
        raise NotRunnableError("a stream that is not known")
    reader = reader_of(a[1])
    _read(machine, a[0], reader.take(len(reader.raw)))


def _set_reader(machine: Machine, a: Arguments) -> None:
    _read(machine, a[0], to_text(rest_of_text(machine, a[1])).encode("utf-8", "replace"))


def _resource(machine: Machine, a: Arguments) -> JavaObject:
    content = machine.files.raw_file(a[1] & 0xFFFFFFFF) if type(a[1]) is int else None
    if content is None:
        raise NotRunnableError("an XML file that is not known")
    machine.opened(content)
    made = JavaObject(_OF_RESOURCE)
    _read(machine, made, content)
    return made


def _its(value: Any) -> _Parser:
    if isinstance(value, JavaObject) and isinstance(value.payload, _Parser):
        return value.payload
    raise NotRunnableError("an XML file that is not known")


def _event(value: Any) -> _Event:
    its = _its(value)
    return its.events[its.at]


def _next(_: Machine, a: Arguments) -> int:
    its = _its(a[0])
    its.at = min(its.at + 1, len(its.events) - 1)
    return its.events[its.at][0]


def _next_tag(machine: Machine, a: Arguments) -> int:
    found = _next(machine, a)
    found = _next(machine, a) if found == _TEXT else found
    if found not in (_START, _END):
        raise machine.thrown(_WRONG)
    return found


def _next_text(machine: Machine, a: Arguments) -> str:
    kind, element, _ = _event(a[0])
    if kind != _START or element is None or element.children:
        raise machine.thrown(_WRONG)
    while _next(machine, a) != _END:
        machine.spend(1)
    return machine.text(to_units(element.text))


def _name(machine: Machine, a: Arguments) -> Any:
    kind, element, _ = _event(a[0])
    return machine.text(to_units(element.name)) if element is not None and kind != _TEXT else 0


def _text(machine: Machine, a: Arguments) -> Any:
    kind, element, _ = _event(a[0])
    return machine.text(to_units(element.text)) if element is not None and kind == _TEXT else 0


def _attributes(value: Any) -> list[tuple[str, str]]:
    kind, element, _ = _event(value)
    return list(element.attributes.items()) if element is not None and kind == _START else []


def _named(machine: Machine, a: Arguments) -> Any:
    """An attribute by its name; a reference to a string has its text."""
    name = to_text(text_of(machine, a[2]))
    found = dict(_attributes(a[0])).get(name)
    return 0 if found is None else _plain(machine, found)


def _plain(machine: Machine, value: str) -> str:
    digits = value[1:]
    if value.startswith("@") and len(digits) == 8 and all(digit in "0123456789abcdefABCDEF" for digit in digits):
        raise NotRunnableError("a reference to a resource")  # code gets its number
    return machine.text(to_units(value))


def _numbered(at: int) -> LibraryCall:
    """The name or the value of an attribute by its place."""

    def numbered(machine: Machine, a: Arguments) -> Any:
        found = _attributes(a[0])
        if type(a[1]) is not int or not 0 <= a[1] < len(found):
            raise machine.thrown("Ljava/lang/IndexOutOfBoundsException;")
        return _plain(machine, found[a[1]][at])

    return numbered


def _nothing(_: Machine, _a: Arguments) -> None:
    return


CALLS: dict[str, LibraryCall] = {
    "Landroid/util/Xml;->newPullParser()": _new,
    f"{_FACTORY}->newInstance()": lambda _, _a: JavaObject(_FACTORY),
    f"{_FACTORY}->setNamespaceAware(Z)": _nothing,
    f"{_FACTORY}->newPullParser()": _new,
    f"{_RESOURCES}->getXml(I)": _resource,
    **{
        f"{owner}->{name}": call
        for owner in (_PARSER, _OF_RESOURCE)
        for name, call in (
            (f"setInput(Ljava/io/InputStream;{STRING})", _set_stream),
            ("setInput(Ljava/io/Reader;)", _set_reader),
            (f"setFeature({STRING}Z)", _nothing),
            (f"require(I{STRING}{STRING})", _nothing),
            ("getEventType()", lambda _, a: _event(a[0])[0]),
            ("next()", _next),
            ("nextToken()", _next),
            ("nextTag()", _next_tag),
            ("nextText()", _next_text),
            ("getName()", _name),
            ("getText()", _text),
            ("getDepth()", lambda _, a: _event(a[0])[2]),
            ("getAttributeCount()", lambda _, a: len(_attributes(a[0]))),
            ("getAttributeName(I)", _numbered(0)),
            ("getAttributeValue(I)", _numbered(1)),
            (f"getAttributeValue({STRING}{STRING})", _named),
            ("close()", _nothing),
        )
    },
}
"""The methods, by ``Lowner;->name(parameters)``."""
