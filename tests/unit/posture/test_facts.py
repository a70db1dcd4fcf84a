"""One description, however a tool spells its keys; what is open to everybody, and what is not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.resource import TriState
from tieback.posture.facts import ExportObject, is_everyone, open_ports, wide_range


@pytest.mark.parametrize(
    "key", ["DBInstanceIdentifier", "dBInstanceIdentifier", "DbInstanceIdentifier", "db_instance_identifier"]
)
def test_spellings_are_one(key: str) -> None:
    assert ExportObject({key: "orders"}).text("dbinstanceidentifier") == "orders"


@each(
    ("value", "answer"),
    [
        (True, "yes"),
        (False, "no"),
        ("true", "yes"),
        ("Enabled", "yes"),
        ("Disabled", "no"),
        ("ON", "yes"),
        ("off", "no"),
        (1, "yes"),
        (0, "no"),
        (None, "unknown"),
        ("maybe", "unknown"),
        ("", "unknown"),
        ([], "unknown"),
        ({}, "unknown"),
    ],
)
def test_booleans_of_any_spelling_are_read(value: Any, answer: str) -> None:
    assert ExportObject({"flag": value}).answer("flag") == answer


def test_an_answer_is_the_first_that_is_one() -> None:
    assert ExportObject({"a": None, "b": "?", "c": False}).answer("a", "b", "c") is TriState.NO


@each(
    ("value", "number"),
    [(5, 5), ("5", 5), (5.0, 5), (5.5, None), (True, None), ("x", None), (None, None), (1 << 70, None)],
)
def test_numbers_of_any_spelling_are_read(value: Any, number: int | None) -> None:
    assert ExportObject({"n": value}).number("n") == number


@each(
    ("net", "low", "high", "ports"),
    [
        ("0.0.0.0/0", 5432, 5432, (5432, 5432)),
        ("::/0", 5432, 5432, (5432, 5432)),
        ("0.0.0.0/0", None, None, (0, 65535)),
        ("0.0.0.0/0", -1, -1, (0, 65535)),
        ("0.0.0.0/1", 80, 90, (80, 90)),
        ("52.0.0.0/8", 80, 80, (80, 80)),
        ("*", None, None, (0, 65535)),
        ("Internet", None, None, (0, 65535)),
        ("10.0.0.0/8", 80, 80, None),
        ("203.0.113.0/24", 80, 80, None),
        ("192.168.0.0/16", 80, 80, None),
        ("fd00::/8", 80, 80, None),
        ("sg-1234", 80, 80, None),
        ("", 80, 80, None),
    ],
)
def test_what_is_open_to_the_internet(
    net: str, low: int | None, high: int | None, ports: tuple[int, int] | None
) -> None:
    found = open_ports(net, low, high)
    assert (None if found is None else (found.low, found.high)) == ports


@each(
    ("first", "last", "wide"),
    [
        ("0.0.0.0", "255.255.255.255", True),
        ("0.0.0.0", "0.0.0.0", False),
        ("52.0.0.0", "52.255.255.255", True),
        ("203.0.113.1", "203.0.113.9", False),
        ("9.9.9.9", "1.1.1.1", False),
        ("x", "y", False),
        ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", True),
        ("0.0.0.0", "::1", False),
    ],
)
def test_wide_address_ranges(first: str, last: str, wide: bool) -> None:
    assert bool(wide_range(first, last)) is wide


@each(
    ("principal", "wanted"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ["arn:aws:iam::1:root", "*"]}, True),
        ({"AWS": "arn:aws:iam::1:root"}, False),
        ({"Service": "*"}, False),
        (None, False),
    ],
)
def test_principals_that_mean_everybody(principal: Any, wanted: bool) -> None:
    assert is_everyone(principal) is wanted


@given(
    st.dictionaries(
        st.text(max_size=8), st.none() | st.integers() | st.text(max_size=8) | st.lists(st.none(), max_size=2)
    )
)
def test_any_value_has_the_type_that_is_asked_for(value: dict[str, Any]) -> None:
    facts = ExportObject(value)
    for key in value:
        assert isinstance(facts.text(key), str)
        assert isinstance(facts.number(key), int | None)
        assert facts.answer(key) in TriState
        assert isinstance(facts.inner(key), ExportObject)
        assert all(isinstance(text, str) for text in facts.texts(key))
        assert all(isinstance(one, ExportObject) for one in facts.listed(key))
