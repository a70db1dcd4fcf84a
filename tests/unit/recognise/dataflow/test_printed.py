"""Hosts with a part that an object of the app prints, or with a number or letter of a series."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.dex.dex_tables import MalformedDexError
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

PRINTED = (Path(__file__).parent / "dex" / "printed.dex").read_bytes()
SEARCH = AppSearch(RuleFiles())


def hosts(data: bytes = PRINTED) -> set[str]:
    finds = SEARCH.finds([read_dex("classes.dex", data)[0]])
    return {one.endpoint.host for one in finds if isinstance(one, Sighting)}


def test_the_part_of_a_host_that_an_object_prints_is_known() -> None:
    assert {name for name in hosts() if name.endswith("shop.test")} == {"live.shop.test"}


def test_servers_with_a_number_of_a_short_series_are_all_found() -> None:
    assert {name for name in hosts() if name.endswith("map.test")} == {
        "tile01.map.test", "tile02.map.test", "tile03.map.test",
    }  # fmt: skip


def test_servers_with_a_letter_of_a_short_series_are_all_found() -> None:
    assert {name for name in hosts() if name.endswith(".tile.test")} == {"a.tile.test", "b.tile.test"}


def test_a_long_series_names_no_server() -> None:
    assert not any(name.startswith("day") for name in hosts())


@given(at=st.integers(0x70, len(PRINTED) - 1), byte=st.integers(0, 255))
@settings(max_examples=examples(60), deadline=None)
def test_a_damaged_file_never_raises(at: int, byte: int) -> None:
    damaged = bytearray(PRINTED)
    damaged[at] = byte
    try:
        hosts(bytes(damaged))
    except MalformedDexError:
        return
