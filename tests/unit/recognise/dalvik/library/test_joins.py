"""Texts that are joined with a separator."""

from typing import Any

import pytest

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.joins import CALLS
from tieback.recognise.dalvik.objects import (
    STRING,
    UNKNOWN,
    Boxed,
    JavaArray,
    JavaObject,
    LimitError,
    NotRunnableError,
)

SEQUENCE, TEXTS = "Ljava/lang/CharSequence;", "Landroid/text/TextUtils;"
OF_LIST, OF_ARRAY = f"{STRING}->join({SEQUENCE}Ljava/lang/Iterable;)", f"{TEXTS}->join({SEQUENCE}[Ljava/lang/Object;)"


def listed(*items: Any) -> JavaObject:
    return JavaObject("Ljava/util/ArrayList;", list(items))


@each(
    ("name", "values", "text"),
    [
        (OF_LIST, ("/", listed("https:", "", "a.shop.test")), "https://a.shop.test"),
        (OF_ARRAY, (", ", JavaArray(STRING, ["a", 0])), "a, null"),
        (OF_LIST, ("/", listed()), ""),
        (f"{TEXTS}->concat([{SEQUENCE})", (JavaArray(SEQUENCE, ["https://", "a.shop.test"]),), "https://a.shop.test"),
    ],
)
def test_texts_are_joined(name: str, values: tuple[Any, ...], text: str) -> None:
    assert CALLS[name](machine(), values) == text


@each("items", [UNKNOWN, listed("a", UNKNOWN), JavaObject("Ljava/util/HashMap;", {})])
def test_items_that_are_not_known_are_not_joined(items: Any) -> None:
    with pytest.raises(NotRunnableError):
        CALLS[OF_LIST](machine(), ("/", items))


def test_a_join_is_counted_before_the_text_exists() -> None:
    with pytest.raises(LimitError):
        CALLS[OF_LIST](machine(), ("/", listed(*["x" * 100_000] * 1_000)))


MESSAGE = "Ljava/text/MessageFormat;->format(Ljava/lang/String;[Ljava/lang/Object;)"


@pytest.mark.parametrize(
    ("template", "text"),
    [("https://{0}/v{1}", "https://a.shop.test/v3"), ("{1}{0}{1}", "3a.shop.test3"), ("plain", "plain")],
)
def test_a_message_has_its_values(template: str, text: str) -> None:
    values = JavaArray("Ljava/lang/Object;", ["a.shop.test", Boxed("Ljava/lang/Integer;", 3)])
    assert CALLS[MESSAGE](machine(), (template, values)) == text


@pytest.mark.parametrize("template", ["it''s {0}", "{2}", "{0,number}", "{3", "{1}"])
def test_a_message_of_another_form_is_not_known(template: str) -> None:
    values = JavaArray("Ljava/lang/Object;", ["a.shop.test", Boxed("Ljava/lang/Integer;", 8443)])
    with pytest.raises(NotRunnableError):
        CALLS[MESSAGE](machine(), (template, values))


def test_a_message_that_is_too_long_is_not_made() -> None:
    values = JavaArray("Ljava/lang/Object;", ["a" * 60_000])
    with pytest.raises(LimitError):
        CALLS[MESSAGE](machine(), ("{0}" * 20_000, values))
