"""Hosts as people and hostile apps write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.scope.hostname import parse_host


@each(
    ("text", "normal"),
    [
        ("db.example.test", "db.example.test"),
        ("DB.Example.TEST.", "db.example.test"),
        ("_mongodb._tcp.x.test", "_mongodb._tcp.x.test"),
        ("bücher.test", "xn--bcher-kva.test"),
        ("BÜCHER.test.", "xn--bcher-kva.test"),
        ("a\u3002test", "a.test"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("[::1]", "::1"),
        ("::FFFF:10.0.0.1", "10.0.0.1"),
        ("1.2.3.4.test", "1.2.3.4.test"),
        ("0x7f.test", "0x7f.test"),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert parse_host(text).text == normal


@each(
    "text",
    [
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "0x7f000001",
        "0X7F.0.0.1",
        "127.1",
        "127.0.1",
        "0",
        "00000000177.1",
        "127.0.0.1.1",
        "127.0.0.256",
        "foo.127",
        "1.2.3.0x",
        "127.0.0.01",
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
        "\u2460\u2461\u2466.0.0.1",
    ],
)
def test_numbers_in_disguise(text: str) -> None:
    with pytest.raises(ValueError, match="never resolved"):
        parse_host(text)


@each(
    "text",
    [
        "",
        ".",
        "..",
        "a..b",
        ".a",
        "-a.test",
        "a-.test",
        "a b.test",
        "a.test\n",
        "a.test/x",
        "user@a.test",
        "a%2e.test",
        "*.test",
        "a" * 64 + ".test",
        ".".join(["a" * 60] * 5),
        "x" * 5000,
        "ü" * 900,
        "stra\u00dfe.test",
        "a\u200db.test",
        "[127.0.0.1]",
        "[fe80::1%lo]",
        "a:b",
        "\x00.test",
    ],
)
def test_invalid_hosts_are_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_host(text)


@given(st.text(max_size=40))
@settings(max_examples=examples(100), deadline=None)
def test_any_text_is_a_host_or_refused(text: str) -> None:
    try:
        host = parse_host(text)
    except ValueError:
        return
    assert parse_host(host.text) == host
    assert host.text.isascii()


@given(st.lists(st.one_of(st.integers(0, 2**33).map(str), st.integers(0, 255).map(hex), st.integers(0, 255).map(oct))))
@settings(max_examples=examples(100), deadline=None)
def test_dotted_numbers_are_strict_quads_or_refused(parts: list[str]) -> None:
    text = ".".join(part.replace("0o", "0") for part in parts)
    try:
        host = parse_host(text)
    except ValueError:
        return
    assert str(host.address) == text
