"""``XmlPullParser`` on XML files of the app."""

from typing import Any

import pytest

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.files import CALLS as FILES
from tieback.recognise.dalvik.library.xml_pull import CALLS
from tieback.recognise.dalvik.machine import Machine, NoFiles
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, JavaObject, NotRunnableError, ThrownError

PARSER, ASSETS = "Lorg/xmlpull/v1/XmlPullParser;", "Landroid/content/res/AssetManager;"
DOCUMENT = (
    b'<?xml version="1.0"?>\n<servers>\n  <server port="8443">\n    <host>api.shop.test</host>\n  </server>\n</servers>'
)
START_DOCUMENT, END_DOCUMENT, START, END, TEXT = range(5)


class Files(NoFiles):
    """An app with two files."""

    def asset(self, name: str) -> bytes | None:
        """A file of the assets."""
        return {"servers.xml": DOCUMENT, "broken.xml": b"<servers>"}.get(name)


def parser(its: Machine, name: str = "servers.xml") -> JavaObject:
    its.files = Files()
    stream = FILES[f"{ASSETS}->open({STRING})"](its, (UNKNOWN, name))
    made = CALLS["Landroid/util/Xml;->newPullParser()"](its, ())
    CALLS[f"{PARSER}->setInput(Ljava/io/InputStream;{STRING})"](its, (made, stream, "UTF-8"))
    assert isinstance(made, JavaObject)
    return made


def call(its: Machine, name: str, *arguments: Any) -> Any:
    return CALLS[f"{PARSER}->{name}"](its, arguments)


def test_the_events_of_a_document() -> None:
    its = machine()
    made = parser(its)
    assert call(its, "getEventType()", made) == START_DOCUMENT
    seen = []
    while (event := call(its, "next()", made)) != END_DOCUMENT:
        shown = call(its, "getText()", made) if event == TEXT else call(its, "getName()", made)
        seen.append((event, shown, call(its, "getDepth()", made)))
    assert seen == [
        (START, "servers", 1),
        (START, "server", 2),
        (START, "host", 3),
        (TEXT, "api.shop.test", 3),
        (END, "host", 3),
        (END, "server", 2),
        (END, "servers", 1),
    ]
    assert call(its, "next()", made) == END_DOCUMENT


def test_attributes_and_the_text_of_an_element() -> None:
    its = machine()
    made = parser(its)
    assert [call(its, "nextTag()", made) for _ in range(2)] == [START, START]
    assert call(its, f"getAttributeValue({STRING}{STRING})", made, 0, "port") == "8443"
    assert call(its, f"getAttributeValue({STRING}{STRING})", made, 0, "host") == 0
    assert (call(its, "getAttributeCount()", made), call(its, "getAttributeName(I)", made, 0)) == (1, "port")
    with pytest.raises(ThrownError):
        call(its, "getAttributeValue(I)", made, 1)
    call(its, "nextTag()", made)
    assert (call(its, "nextText()", made), call(its, "getEventType()", made)) == ("api.shop.test", END)


def test_a_broken_document_throws() -> None:
    with pytest.raises(ThrownError):
        parser(machine(), "broken.xml")


@each("value", [UNKNOWN, JavaObject(PARSER)], ids=["unknown", "without a file"])
def test_a_parser_without_a_known_file_gives_nothing(value: Any) -> None:
    with pytest.raises(NotRunnableError):
        call(machine(), "next()", value)
