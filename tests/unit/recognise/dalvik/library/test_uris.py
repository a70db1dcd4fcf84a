"""Addresses as objects, their parts and their builders."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.uris import CALLS
from tieback.recognise.dalvik.machine import Frame
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, JavaObject, NotRunnableError

URI, BUILDER, URL, JAVA = "Landroid/net/Uri;", "Landroid/net/Uri$Builder;", "Ljava/net/URL;", "Ljava/net/URI;"
SHOP = "https://me@api.shop.test:8443/v1/list?page=2#top"


def parsed(text: str) -> Any:
    return CALLS[f"{URI}->parse({STRING})"](machine(), [text])


def built(start: Any, *calls: tuple[str, Sequence[Any]]) -> str:
    builder = start
    for name, values in calls:
        builder = CALLS[f"{BUILDER}->{name}({STRING * len(values)})"](machine(), [builder, *values])
    its = CALLS[f"{BUILDER}->build()"](machine(), [builder])
    return str(CALLS[f"{URI}->toString()"](machine(), [its]))


def empty() -> JavaObject:
    made = JavaObject(BUILDER)
    CALLS[f"{BUILDER}-><init>()"](machine(), [made])
    return made


def upon(text: str) -> Any:
    return CALLS[f"{URI}->buildUpon()"](machine(), [parsed(text)])


@each(
    ("name", "part"),
    [
        ("getScheme", "https"), ("getAuthority", "me@api.shop.test:8443"), ("getHost", "api.shop.test"),
        ("getPort", 8443), ("getPath", "/v1/list"),
    ],
)  # fmt: skip
@each("kind", [URI, URL, JAVA])
def test_a_part_of_an_address(name: str, part: Any, kind: str) -> None:
    call = "getProtocol" if name == "getScheme" and kind == URL else name
    assert CALLS[f"{kind}->{call}()"](machine(), [JavaObject(kind, SHOP)]) == part


@each(("name", "part"), [("getHost", 0), ("getPort", -1), ("getPath", "list")])
def test_a_part_that_is_missing(name: str, part: Any) -> None:
    assert CALLS[f"{URI}->{name}()"](machine(), [parsed("list")]) == part


@each(
    ("calls", "text"),
    [
        (
            (("scheme", ["https"]), ("authority", ["a.shop.test"]), ("appendPath", ["v 1"]),
             ("appendEncodedPath", ["x/y"]), ("appendQueryParameter", ["q", "a&b"]),
             ("appendQueryParameter", ["p", "1"])),
            "https://a.shop.test/v%201/x/y?q=a%26b&p=1",
        ),
        ((("scheme", ["https"]), ("encodedAuthority", ["a.shop.test:8443"]), ("path", ["api/v1"])),
         "https://a.shop.test:8443/api/v1"),
        ((("scheme", ["mailto"]), ("encodedPath", ["a"])), "mailto:a"),
    ],
)  # fmt: skip
def test_an_address_is_built(calls: Sequence[tuple[str, Sequence[Any]]], text: str) -> None:
    assert built(empty(), *calls) == text


def test_a_builder_begins_with_an_address() -> None:
    assert built(upon("https://a.shop.test/v1/?k=1"), ("appendPath", ["me"])) == "https://a.shop.test/v1/me?k=1"
    assert built(upon(SHOP), ("authority", ["b.shop.test"])) == "https://b.shop.test/v1/list?page=2#top"


@each(
    ("name", "spec", "text"),
    [
        (f"{URL}-><init>({URL}{STRING})", "rel/x", "https://a.shop.test/base/rel/x"),
        (f"{JAVA}->resolve({STRING})", "/x", "https://a.shop.test/x"),
    ],
)
def test_an_address_relative_to_another_one(name: str, spec: str, text: str) -> None:
    kind = name.partition("->")[0]
    values = [JavaObject(kind, "https://a.shop.test/base/"), spec]
    assert CALLS[name](machine(), values if kind == JAVA else [JavaObject(kind), *values]).payload == text


def test_an_address_counts_as_made_once_code_asks_for_it_or_opens_it() -> None:
    its = machine()
    its.outermost = Frame.__new__(Frame)
    made = CALLS[f"{URL}-><init>({STRING})"](its, [JavaObject(URL), SHOP])
    assert its.made == []
    assert CALLS[f"{URL}->openConnection()"](its, [made]) is UNKNOWN
    assert [text for _, text in its.made] == [SHOP]


@each("value", [UNKNOWN, JavaObject(URI), JavaObject(URI, {})])
def test_an_address_that_is_not_known_has_no_text(value: Any) -> None:
    with pytest.raises(NotRunnableError):
        CALLS[f"{URI}->toString()"](machine(), [value])
    with pytest.raises(NotRunnableError):
        CALLS[f"{BUILDER}->appendPath({STRING})"](machine(), [UNKNOWN, "x"])
