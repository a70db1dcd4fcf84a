"""Addresses of several parts, and texts as parts of addresses."""

from typing import Any

import pytest

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.addresses import CALLS
from tieback.recognise.dalvik.machine import Frame
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, JavaObject, NotRunnableError

URL = "Ljava/net/URL;-><init>"
WITH_PORT, WITHOUT_PORT = f"{URL}({STRING}{STRING}I{STRING})", f"{URL}({STRING}{STRING}{STRING})"


def made(name: str, *parts: Any) -> list[str]:
    its = machine()
    its.outermost = Frame.__new__(Frame)
    assert CALLS[name](its, [JavaObject("Ljava/net/URL;"), *parts]) is UNKNOWN
    return [text for _, text in its.made]


@each(
    ("name", "parts", "text"),
    [
        (WITH_PORT, ("http", "a.shop.test", 8080, "/v1/me"), "http://a.shop.test:8080/v1/me"),
        (WITH_PORT, ("https", "a.shop.test", -1, "/v1"), "https://a.shop.test/v1"),
        (WITHOUT_PORT, ("https", "a.shop.test", "/v1"), "https://a.shop.test/v1"),
        (WITH_PORT, ("http", "::1", 80, "/"), "http://[::1]:80/"),
    ],
)
def test_an_address_of_parts_is_made(name: str, parts: tuple[Any, ...], text: str) -> None:
    assert made(name, *parts) == [text]


@each(
    ("parts"),
    [("http", UNKNOWN, 80, "/"), ("http", "a.shop.test", UNKNOWN, "/"), ("http", "a.shop.test", 70_000, "/")],
)
def test_no_address_is_made_of_a_part_that_is_not_known_or_is_no_port(parts: tuple[Any, ...]) -> None:
    with pytest.raises(NotRunnableError):
        made(WITH_PORT, *parts)


@each(
    ("name", "arguments", "text"),
    [
        (f"Landroid/net/Uri;->encode({STRING})", ("a b/ü",), "a%20b%2F%C3%BC"),
        (f"Landroid/net/Uri;->encode({STRING}{STRING})", ("a b/c", "/"), "a%20b/c"),
        (f"Landroid/net/Uri;->encode({STRING})", (0,), 0),
        (f"Ljava/net/URLEncoder;->encode({STRING}{STRING})", ("a b/c~*", "UTF-8"), "a+b%2Fc%7E*"),
    ],
)
def test_a_part_of_an_address_is_encoded(name: str, arguments: tuple[Any, ...], text: Any) -> None:
    assert CALLS[name](machine(), arguments) == text
