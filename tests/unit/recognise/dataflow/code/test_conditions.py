"""Addresses behind conditions on numbers and texts: what never runs is no back end, and every doubt keeps it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.recognise.dataflow.ends.test_uses import artifact, ends
from tieback.model.sighting import NotBackend
from tieback.recognise.dataflow.code import conditions, known_code, made_objects, possible_values
from tieback.recognise.dataflow.code.native_names import NativeNames
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.reasons import NEVER
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DATA = (Path(__file__).parents[1] / "dex" / "conditions.dex").read_bytes()
SETTINGS = (Path(__file__).parents[1] / "dex" / "settingsobjects.dex").read_bytes()
READ = (Path(__file__).parents[1] / "dex" / "readobjects.dex").read_bytes()
ENUMERATIONS = (Path(__file__).parents[1] / "dex" / "enumerations.dex").read_bytes()
COMPARISONS = (Path(__file__).parents[1] / "dex" / "comparisons.dex").read_bytes()
NEVER_EQUAL = [
    "containselse", "editor", "flavour", "given", "kind", "nocaseelse", "returnedelse", "startselse", "stored", "unset",
]  # fmt: skip
EQUAL = [
    "asked", "askedelse", "chosen", "chosenelse", "contains", "device", "either", "eitherelse", "flavourelse",
    "givenelse", "kindelse", "nocase", "owneditor", "ownelse", "returned", "starts", "storedelse", "unsetelse",
]  # fmt: skip
SEARCH = AppSearch(RuleFiles())
NEVER_RUN = [
    "caseelse", "casethree", "initialelse", "keptfortests", "modetwo", "returnedfortests", "startedelse",
    "tried", "uncalled", "unset",
]  # fmt: skip
RUN = [
    "askedelse", "caseone", "casetwo", "caught", "chosen", "entry", "frommodel", "initial", "keptforlive",
    "lateelse", "listener", "loaded", "maker", "modezero", "named", "notless", "platform", "returnedforlive",
    "summed", "twice", "unknown", "unsetelse",
]  # fmt: skip


def test_what_never_runs_is_no_back_end() -> None:
    reasons, back_ends = ends(DATA)
    assert reasons == dict.fromkeys(NEVER_RUN, NEVER)
    assert back_ends == RUN


@pytest.mark.parametrize(
    ("module", "limit"),
    [(conditions, "MAX_STEPS"), (possible_values, "MAX_DEPTH"), (conditions, "_MAX_NESTED"), (known_code, "MAX_UNITS")],
)
def test_without_a_budget_every_condition_is_open(monkeypatch: pytest.MonkeyPatch, module: object, limit: str) -> None:
    monkeypatch.setattr(module, limit, -1)
    assert ends(DATA) == ({}, sorted(NEVER_RUN + RUN))


def test_a_comparison_of_texts_that_always_ends_the_same_decides() -> None:
    reasons, back_ends = ends(COMPARISONS)
    assert reasons == dict.fromkeys(NEVER_EQUAL, NEVER)
    assert back_ends == EQUAL


def test_settings_that_code_makes_and_never_sets_decide() -> None:
    reasons, back_ends = ends(SETTINGS)
    assert reasons == dict.fromkeys(("account", "draft", "settings", "socket", "trial"), NEVER)
    assert back_ends == [
        "accountelse", "chosen", "daily", "listed", "livesocket", "loud", "marked", "nested", "parsed", "profile",
        "profileelse", "saved", "settingselse", "titled", "unmade",
    ]  # fmt: skip


def test_settings_that_other_code_can_fill_decide_nothing() -> None:
    reasons, back_ends = ends(READ)
    # Other code only locks the class of one, and the platform gets the other.
    assert reasons == dict.fromkeys(("measured", "single"), NEVER)
    assert back_ends == [
        "answer", "arrayed", "built", "counted", "flags", "kept", "listedtwice", "preset", "remote", "updated",
        "valued",
    ]  # fmt: skip


def test_a_comparison_of_references_decides_if_all_their_objects_are_known() -> None:
    reasons, back_ends = ends(ENUMERATIONS)
    assert reasons == dict.fromkeys(("behind", "same", "trial"), NEVER)
    # Two fields of a class have the same object.
    assert back_ends == ["chosen", "live", "mirror", "unknown"]


def test_a_store_behind_a_condition_counts_if_too_much_is_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "_MAX_NESTED", 1)
    assert "behind" in ends(ENUMERATIONS)[1]


def test_native_code_can_set_the_settings() -> None:
    names = NativeNames()
    names.see(b"\0test\0Ljava/lang/String;\0")
    assert ConstantUses([DexFile(SETTINGS)]).reason(b"https://settings.shop.test/a") == NEVER
    assert ConstantUses([DexFile(SETTINGS)], names=names).reason(b"https://settings.shop.test/a") == ""


def test_a_connection_behind_such_a_condition_is_never_made() -> None:
    left_out = {one.value: one.reason for one in SEARCH.finds([artifact(SETTINGS)]) if isinstance(one, NotBackend)}
    assert left_out["socket.shop.test:9001"] == NEVER
    assert "livesocket.shop.test:9001" not in left_out


def test_with_too_many_classes_a_reader_may_fill_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_objects, "MAX_CLASSES", 0)
    assert ends(SETTINGS)[0] == {"draft": NEVER}


def test_native_code_can_set_a_text() -> None:
    names = NativeNames()
    names.see(b"\0stored\0Ljava/lang/String;\0")
    found = ConstantUses([DexFile(COMPARISONS)], names=names)
    assert found.reason(b"https://stored.shop.test/a") == ""
    assert found.reason(b"https://flavour.shop.test/a") == NEVER


@pytest.mark.parametrize("limit", ["MAX_DEPTH", "MAX_STORES"])
def test_without_a_budget_only_constants_are_compared(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(possible_values, limit, 0)
    assert {"kind", "nocaseelse"} <= ends(COMPARISONS)[0].keys() < set(NEVER_EQUAL)


@settings(max_examples=examples(60))
@given(
    st.sampled_from((DATA, SETTINGS, READ, ENUMERATIONS)),
    st.lists(
        st.tuples(
            st.integers(112, min(map(len, (DATA, SETTINGS, READ, ENUMERATIONS))) - 4), st.binary(min_size=1, max_size=4)
        ),
        max_size=10,
    ),
)
def test_a_damaged_file_never_raises(data: bytes, patches: list[tuple[int, bytes]]) -> None:
    hurt = bytearray(data)
    for place, patch in patches:
        hurt[place : place + len(patch)] = patch
    list(SEARCH.finds([artifact(bytes(hurt))]))
