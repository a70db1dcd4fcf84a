"""Values that components of App Inventor give to blocks, and what the blocks do with them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.dataflow.dex import reaching
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.reasons import DESCRIPTION, SHOWN, UNCALLED
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DATA = (Path(__file__).parents[1] / "dex" / "blocks.dex").read_bytes()
REASONS = {"shown": SHOWN, "label": SHOWN, "unhandled": UNCALLED}
OTHERS = ["asked", "both", "boxed", "changed", "listed", "named"]


def reasons(data: bytes) -> dict[str, str]:
    uses = ConstantUses([DexFile(data)])
    found = {case: uses.reason(f"https://{case}.shop.test/".encode()) for case in (*REASONS, *OTHERS)}
    return {case: reason for case, reason in found.items() if reason}


def test_only_what_blocks_show_or_drop_contacts_nothing() -> None:
    assert reasons(DATA) == REASONS


@pytest.mark.parametrize(
    ("before", "after"), [(b"\x04Text\0", b"\x04Tiny\0"), (b"runtime/Label;", b"runtimf/Label;"), (b"join", b"jump")]
)
def test_other_properties_components_and_blocks_can_contact(before: bytes, after: bytes) -> None:
    assert DATA.count(before) == 1
    assert "shown" not in reasons(DATA.replace(before, after))


def test_the_symbols_of_a_long_initialiser_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "MAX_UNITS", 60)
    assert reasons(DATA) == REASONS


def test_the_icon_of_a_component_is_no_cloud_resource_of_the_app() -> None:
    finds = list(AppSearch(RuleFiles()).finds([read_dex("classes.dex", DATA)[0]]))
    left_out = {one.value: one.reason for one in finds if isinstance(one, NotBackend)}
    assert left_out["app-engine:icons-app-1"] == DESCRIPTION
    assert "app-engine:server-app-1" in {one.endpoint.value for one in finds if isinstance(one, Sighting)}


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.integers(112, len(DATA) - 4), st.binary(min_size=1, max_size=4)), max_size=10))
def test_a_damaged_file_never_raises(patches: list[tuple[int, bytes]]) -> None:
    hurt = bytearray(DATA)
    for place, patch in patches:
        hurt[place : place + len(patch)] = patch
    try:
        reasons(bytes(hurt))
    except ValueError:
        return
