"""Addresses that blocks of App Inventor join: the list of the parts, and a call with the title of the block."""

from pathlib import Path

import pytest

from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.methods.texts import join_blocks
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DATA = (Path(__file__).parent / "dex" / "joinblocks.dex").read_bytes()


def test_the_parts_of_the_block_join_are_one_address() -> None:
    finds = AppSearch(RuleFiles()).finds([read_dex("classes.dex", DATA)[0]])
    # A list of more than four texts gets the others later. A block that only compares puts nothing together.
    assert sorted(one.endpoint.value for one in finds if isinstance(one, Sighting)) == [
        "http://192.168.60.1/on",
        "http://192.168.60.3:81/set",
    ]


@pytest.mark.parametrize(("title", "joined"), [("join", "http://shop.test/7"), ("string=?", None), ("trim", None)])
def test_only_the_block_join_joins(title: str, joined: str | None) -> None:
    assert join_blocks(["http://", "shop.test", "/", 7], title) == joined
