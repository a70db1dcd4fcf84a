"""Addresses in declarations of XML."""

import pytest

from tests.each import each
from tests.linear import assert_linear
from tieback.recognise.texts import entities
from tieback.recognise.texts.languages import METADATA
from tieback.recognise.texts.places import TextPlaces
from tieback.recognise.texts.prose import COMMENT

URL = "http://api.shop.test/v1"


def reason(text: str, file: str = "a.xml") -> str:
    data = text.replace("URL", URL).encode()
    return TextPlaces(file, data).reason(data.index(URL.encode()))


@each(
    ("declared", "content", "expected"),
    [
        ('<!ENTITY s "URL">', "<u>&s;</u>", ""),
        ("<!ENTITY s 'URL'>", "<u>&s;</u>", ""),
        ('<!ENTITY s "at URL">', "<u v='&s;/items'/>", ""),
        ('\n<!ENTITY other "x">\n<!ENTITY s "URL">\n', "<u>&s;</u>", ""),
        ('<!ENTITY s "URL"><!ENTITY t "&s;/items">', "<u>&t;</u>", ""),
        # Nothing refers to it.
        ('<!ENTITY s "URL">', "<u>&t;</u>", COMMENT),
        ('<!ENTITY s "URL"><!ENTITY t "&s;/items">', "<u/>", COMMENT),
        ('<!ENTITY s "URL&t;"><!ENTITY t "&s;">', "<u/>", COMMENT),
        ('<!ENTITY s "URL">', "<!-- &s; -->", COMMENT),
        # The name of a file, a part of declarations, and a declaration in a comment.
        ('<!ENTITY s SYSTEM "URL">', "<u>&s;</u>", COMMENT),
        ('<!ENTITY s PUBLIC "x" "URL">', "<u>&s;</u>", COMMENT),
        ('<!ENTITY % s "URL">', "<u>&s;</u>", COMMENT),
        ('<!-- <!ENTITY s "URL"> --><!ENTITY s "x">', "<u>&s;</u>", COMMENT),
        ('<!ENTITY s "x"><!NOTATION n SYSTEM "URL">', "<u>&s;</u>", COMMENT),
        # The reason is that of its place.
        ('<!ENTITY s "URL">', "<u xmlns:x='&s;'/>", METADATA),
        ('<!ENTITY s "URL">', "<u xmlns:x='&s;' v='&s;'/>", ""),
    ],
)
def test_the_value_of_an_entity_is_where_its_references_are(declared: str, content: str, expected: str) -> None:
    assert reason(f"<?xml version='1.0'?><!DOCTYPE a [{declared}]><a>{content}</a>") == expected


def test_the_address_of_a_document_type_is_its_name() -> None:
    assert reason('<!DOCTYPE a SYSTEM "URL"><a>&s;</a>') == COMMENT


def test_a_page_declares_no_entities() -> None:
    assert reason('<!DOCTYPE html [<!ENTITY s "URL">]><p>&s;</p>', "a.html") == COMMENT


@each(
    ("limit", "least", "text"),
    [
        ("MAX_ENTITIES", 2, '<!ENTITY o "x"><!ENTITY s "URL">]><a xmlns="&s;"/>'),
        ("MAX_REFERENCES", 3, '<!ENTITY s "URL">]><a xmlns="&s;" xmlns:b="&s;"/>'),
        ("MAX_NESTED", 2, '<!ENTITY s "URL"><!ENTITY t "&s;">]><a xmlns="&t;"/>'),
        ("MAX_LOOKS", 2, '<!ENTITY s "URL">]><a xmlns="&s;" xmlns:b="&s;"/>'),
    ],
)
def test_beyond_a_limit_a_value_is_taken_as_used(
    monkeypatch: pytest.MonkeyPatch, limit: str, least: int, text: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(entities, limit, least)
        assert reason(f"<!DOCTYPE a [{text}") == METADATA
        patch.setattr(entities, limit, least - 1)
        assert reason(f"<!DOCTYPE a [{text}") == ""


@pytest.mark.parametrize("unit", ['<!ENTITY a "b">', "&a;", '<!ENTITY a "', "<!ENTITY a ", "<!ENTITY "])
def test_the_work_grows_with_the_text(unit: str) -> None:
    assert_linear(lambda n: f'<!DOCTYPE a [<!ENTITY s "URL">{unit * n}]><a xmlns="&s;"/>', reason, 40_000)
