"""Code that cuts a builder at its length."""

from pathlib import Path

from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parent / "dex" / "builderlength.dex"


def test_builder_is_cut_at_a_known_length_only() -> None:
    finds = AppSearch(RuleFiles()).finds([read_dex("classes.dex", DEX.read_bytes())[0]])
    found = {one.endpoint.value for one in finds if isinstance(one, Sighting)}
    assert "https://length.shop.test/sync" in found
    assert not any("draft" in value or "cut" in value for value in found)
