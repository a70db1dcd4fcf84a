import plistlib

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.content import Content, is_text, sniff


@each(
    ("head", "content"),
    [
        (b"", Content.EMPTY),
        (b"dex\n035\0" + b"\0" * 20, Content.DEX),
        (b"\x02\x00\x0c\x00" + b"\0" * 20, Content.RESOURCE_TABLE),
        (b"\x03\x00\x08\x00" + b"\0" * 20, Content.BINARY_XML),
        (b"\x7fELF\2\1\1", Content.ELF),
        (b"\xcf\xfa\xed\xfe\x0c\0\0\1", Content.MACH_O),
        (b"\xca\xfe\xba\xbe\0\0\0\2", Content.MACH_O),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", Content.BINARY),
        (plistlib.dumps({"a": 1}, fmt=plistlib.FMT_BINARY), Content.BINARY_PLIST),
        (plistlib.dumps({"a": 1}), Content.XML_PLIST),
        (b'{"url": "https://api.test"}', Content.TEXT),
        ("endpunkt: über\n".encode(), Content.TEXT),
        (("服务器地址和端口号" * 60).encode(), Content.TEXT),
        ("caf\xe9 ouvert toute la journ\xe9e".encode("latin-1"), Content.TEXT),
        (b"BMW sells cars", Content.TEXT),
        (b"\xff\xfea\0b\0", Content.UTF16_LE),
        (b"\xfe\xff\0a\0b", Content.UTF16_BE),
        (b"PK\3\4\x14\0", Content.ARCHIVE),
        (b"\x89PNG\r\n\x1a\n", Content.MEDIA),
        (b"RIFF\0\0\0\0WEBP", Content.MEDIA),
        (b"\0\0\0\x18ftypmp42", Content.MEDIA),
        (b"\x00\x01\x00\x00\x00\x10", Content.MEDIA),
        (b"\x0a\x05hello\0\x01\x02", Content.BINARY),
        (b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f", Content.HERMES),
        (b"CWS\x20\x10\x27\0\0\x78\xda", Content.SWF),
        (b"CWS is a word", Content.TEXT),
    ],
)
def test_content_is_detected_from_its_first_bytes(head: bytes, content: Content) -> None:
    assert sniff(head) is content


def test_a_kib_that_ends_inside_a_character_is_still_text() -> None:
    assert is_text(("xü" * 600).encode()[:1024])


def test_a_script_with_a_table_of_control_characters_is_text() -> None:
    table = ("/*! a.js */\nvar a = '" + "".join(map(chr, [*range(1, 10), *range(14, 32)])) * 4 + "'").encode()
    assert is_text(table)
    assert not is_text(table[2:])
    assert not is_text(table + b"\xff\xfe\xff")


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=1100))
def test_anything_has_a_kind(head: bytes) -> None:
    assert isinstance(sniff(head), Content)
    assert sniff(bytearray(head)) is sniff(head)
