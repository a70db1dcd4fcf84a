"""Texts of floating-point numbers, with the results of OpenJDK 21."""

import math

import pytest

from tests.each import each
from tests.smali_apps import endpoints
from tests.unit.recognise.dalvik.library.test_calls import CALLS, machine
from tieback.recognise.dalvik.arithmetic import double_bits, float_bits
from tieback.recognise.dalvik.library.reals import DOUBLE, FLOAT, formatted_real, text_of_real
from tieback.recognise.dalvik.objects import Boxed, JavaArray, NotRunnableError


@each(
    ("number", "text"),
    [(2.5, "2.5"), (3.0, "3.0"), (0.0, "0.0"), (-0.5, "-0.5"), (0.001, "0.001"), (1234.25, "1234.25")],
)
def test_the_text_of_a_number(number: float, text: str) -> None:
    assert text_of_real(DOUBLE, double_bits(number)) == text
    assert text_of_real(FLOAT, float_bits(number)) == text


def test_a_float_has_the_shortest_text() -> None:
    assert text_of_real(FLOAT, float_bits(0.1)) == "0.1"


@each("number", [math.inf, math.nan, 1e7, 1e-4], ids=["infinite", "no number", "large", "small"])
def test_the_text_of_other_numbers_is_not_known(number: float) -> None:
    with pytest.raises(NotRunnableError):
        text_of_real(DOUBLE, double_bits(number))


@each(("number", "places", "text"), [(2.5, 1, "2.5"), (2.5, 0, "3"), (0.125, 2, "0.13"), (1.0, 6, "1.000000")])
def test_a_number_is_rounded_as_a_format_prints_it(number: float, places: int, text: str) -> None:
    assert formatted_real(Boxed(DOUBLE, double_bits(number)), places) == text


@each(
    ("template", "text"),
    [("v%.1f", "v2.5"), ("v%f", "v2.500000"), ("v%6.2f", "v  2.50"), ("v%-5.1f/", "v2.5  /"), ("v%s", "v2.5")],
)
def test_a_format_with_a_number(template: str, text: str) -> None:
    values = JavaArray("Ljava/lang/Object;", [Boxed(DOUBLE, double_bits(2.5))])
    call = "Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)"
    assert CALLS[call](machine(), (template, values)) == text


def test_an_integer_has_no_digits_behind_a_point() -> None:
    with pytest.raises(NotRunnableError):
        formatted_real(Boxed("Ljava/lang/Integer;", 2), 1)


APP = """
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    const-wide/high16 v2, 0x4004000000000000L
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v1, "https://api.shop.test/v"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0, v2, v3}, Ljava/lang/StringBuilder;->append(D)Ljava/lang/StringBuilder;
    const-string v1, "/list"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
"""


def test_the_version_of_an_interface_is_part_of_its_address() -> None:
    assert "https://api.shop.test/v2.5/list" in endpoints(APP)
