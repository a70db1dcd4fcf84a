"""Addresses that a call makes of a constant host and that nothing uses: code only tries whether they can be made."""

from pathlib import Path

from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DATA = (Path(__file__).parent / "dex" / "dropped.dex").read_bytes()
FINDS = list(AppSearch(RuleFiles()).finds([read_dex("classes.dex", DATA)[0]]))


def test_an_address_that_nothing_uses_is_no_back_end() -> None:
    left_out = {find.value: find.reason for find in FINDS if isinstance(find, NotBackend)}
    assert left_out == {
        "ftp://dropped.shop.test": "only in a constant that no code reads",
        "https://parsed.shop.test": "only in a constant that no code reads",
    }


def test_an_address_that_code_opens_or_passes_on_stays() -> None:
    found = {find.endpoint.host for find in FINDS if isinstance(find, Sighting)}
    assert found == {"opened.shop.test", "kept.shop.test", "twice.shop.test"}
