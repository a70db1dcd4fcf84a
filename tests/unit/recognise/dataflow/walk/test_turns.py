"""Loops that are walked once per turn, and lists and maps that other code fills, in the code of ``dex/turns`` and
``dex/held``."""

from functools import cache
from pathlib import Path

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.walk.loops import Loop, loops_of
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parents[1] / "dex"


@cache
def found(name: str) -> frozenset[str]:
    finds = AppSearch(RuleFiles()).finds([read_dex("classes.dex", (DEX / f"{name}.dex").read_bytes())[0]])
    return frozenset(one.endpoint.value for one in finds if isinstance(one, Sighting))


@each(
    "url",
    [
        "https://joined.turn.test/x/y",  # the parts of an array, appended
        "https://filled.turn.test/v3/me",  # the entries of a map fill a template
        "https://kept.turn.test/v3/me",  # the map is in a field
        "https://counted.turn.test/a",  # characters by a counter
        "https://first.turn.test/c0",  # a condition that depends on the turn
        "https://other.turn.test/c2",
        "https://one.turn.test/t",  # a loop that ends with the first server that answers
        "https://two.turn.test/t",
    ],
)
def test_a_loop_of_known_length_is_walked_once_per_turn(url: str) -> None:
    assert url in found("turns")


@each(
    "url",
    [
        "https://unknown.turn.test/u",  # nobody knows how often the loop runs
        "https://many.turn.test/m",  # too many turns: no text ends in the middle
        "https://empty.turn.test/e",  # other code can fill the empty list
    ],
)
def test_another_loop_is_walked_once(url: str) -> None:
    host = url.rpartition("/")[0]
    assert {one for one in found("turns") if one.startswith(host)} - {host} == {url}


def test_turns_do_not_mix_conditions_and_counters() -> None:
    assert not {"https://other.turn.test/c0", "https://first.turn.test/c1"} & found("turns")


@each(
    "url",
    [
        "https://one.held.test/h",  # a map of lists that a method of the class fills
        "https://two.held.test/h",
        "https://own.held.test/o",  # the same in an object
        "https://joiner.held.test/v1/j",  # a joiner with a beginning and an end
        "link.held.test:4444",  # a host in an object, with its port
        "https://remote.held.test/beers",  # defaults of remote settings in a map that another method fills
    ],
)
def test_what_other_code_keeps_is_followed(url: str) -> None:
    assert url in found("held")


def test_only_the_list_of_the_key_is_read() -> None:
    assert {one for one in found("held") if one.endswith(("/h", "/f"))} == {
        "https://one.held.test/h",
        "https://two.held.test/h",
        "https://three.held.test/f",
    }


def test_a_cache_does_not_hide_what_its_first_use_makes() -> None:
    assert {"https://cache.held.test/c", "https://cache.held.test/c/list"} <= found("held")


def test_loops_are_sorted_from_outside() -> None:
    # 0: nop, 1: if-eqz v0, 1 (a loop alone), 3: goto -2 (around it), 4: return-void
    assert loops_of([0x0000, 0x0038, 0x0000, 0xFE28, 0x000E]) == (Loop(1, 4),)
    assert loops_of([0x0000, 0x0038, 0xFFFF, 0xFD28, 0x000E]) == (Loop(0, 4),)
    assert loops_of([0x0000, 0x0000, 0x0038, 0xFFFF, 0xFC28]) == (Loop(0, 5), Loop(1, 4))
    assert loops_of([0x000E]) == ()
