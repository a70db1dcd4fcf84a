"""Addresses that runs of methods make: loops, and functions of Kotlin that a shrinker has renamed."""

from collections.abc import Sequence

import pytest

from tests.unit.recognise.dataflow.test_extract import DEX, EXTRACTOR, artifact
from tieback.model.sighting import NotBackend, Problem, Sighting
from tieback.recognise.dalvik import decryptors, inline, machine
from tieback.recognise.dalvik.classes import ClassPath, MethodRef
from tieback.recognise.dalvik.inline import texts_made
from tieback.recognise.dalvik.interpreter import run_frame
from tieback.recognise.dalvik.library.references import Held
from tieback.recognise.dalvik.machine import RUN_MEMORY, Machine
from tieback.recognise.dalvik.objects import JavaObject, LimitError
from tieback.recognise.dalvik.run import Runner
from tieback.recognise.dataflow import made_texts
from tieback.recognise.dataflow.analysis import DataFlow, analyse
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.made_texts import MadeAddress, filled
from tieback.recognise.dataflow.methods.sinks import read_sinks
from tieback.recognise.dataflow.methods.values import EndpointParts, TextValue
from tieback.recognise.dataflow.walk.calls import KnownCalls
from tieback.recognise.extract import EndpointExtractor

CODE = CodeItem(0, 0, 0)
MAIN = "Ltest/runorder/Main;"


def finds(name: str = "looped") -> tuple[set[str], dict[str, str]]:
    read = artifact((DEX / f"{name}.dex").read_bytes())
    held = list(EndpointExtractor(EXTRACTOR.rules).extract(read))
    found = list(EXTRACTOR.extract_app(read.buffers, held=held))
    shown = {find.endpoint.value for find in found if isinstance(find, Sighting)}
    return shown, {find.value: find.reason for find in found if isinstance(find, NotBackend)}


def test_addresses_of_loops_and_of_renamed_functions_are_whole() -> None:
    shown, _ = finds()
    assert {"https://loop.shop.test/v2/items", "https://join.shop.test/v1/cart"} <= shown


def test_fields_are_known_that_the_constructor_sets_and_no_others() -> None:
    shown, left_out = finds()
    assert "https://kept.shop.test/v2/items" in shown
    assert not any("null" in value for value in (*shown, *left_out))


def test_each_way_has_its_own_texts() -> None:
    shown, _ = finds()
    either = {value for value in shown if "either" in value}
    assert either - {"https://either.shop.test"} == {"https://either.shop.test/a", "https://either.shop.test/b"}


def test_each_turn_of_a_loop_has_its_own_address_if_an_answer_can_end_it() -> None:
    run = Runner([DexFile((DEX / "runorder.dex").read_bytes())])
    method = run.path.method(MAIN, MethodRef(MAIN, "mirrors", "", "V"))
    assert method is not None
    made = [one.text for one in texts_made(run.machine, method)]
    assert made == [f"https://{name}.mirror.test/index" for name in ("one", "two", "three")]


def test_what_the_system_starts_runs_first_and_callers_before_what_they_call() -> None:
    dex = DexFile((DEX / "runorder.dex").read_bytes())
    roots = analyse([dex], KnownCalls(read_sinks()), EXTRACTOR.rules).roots
    names = [dex.method_name(dex.method_of(one.code)).removeprefix("Ltest/runorder/") for one in roots.unknown]
    assert names[:2] == ["App;->onCreate", "Main;->onCreate"]
    assert names.index("Task;->run") < names.index("Page;->open")


def test_callers_are_run_for_an_address_whose_scheme_is_not_known() -> None:
    shown, _ = finds("runorder")
    assert "https://pages.shop.test/first" in shown


def test_an_address_that_is_only_logged_is_left_out() -> None:
    shown, left_out = finds()
    assert "https://log.shop.test/v2/items" not in shown
    assert "https://log.shop.test/v2/items" in left_out


def test_an_address_that_code_cuts_is_not_shown_whole() -> None:
    shown, _ = finds()
    assert "https://cut.shop.test/v2/items" not in shown


def test_texts_are_kept_if_the_copies_for_another_way_reach_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise LimitError("too much memory")

    monkeypatch.setattr(inline, "_copied", stopped)
    shown, _ = finds()
    assert "https://two.shop.test/v2/items" in shown


def test_the_constructor_of_an_object_runs_once_for_all_its_methods(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    construct = inline._constructed

    def noting(machine: Machine, kind: str) -> JavaObject | None:
        made.append(kind)
        return construct(machine, kind)

    monkeypatch.setattr(inline, "_constructed", noting)
    shown, _ = finds()
    assert "https://kept.shop.test/v2/items" in shown
    assert len(made) == len(set(made)) == 1


def test_a_copy_of_an_object_has_references_of_its_own() -> None:
    it = Machine(ClassPath(()), {}, {}, run_frame, 1_000)
    it.begin(("", ""))
    [copy] = inline._copied(it, [one := JavaObject("Lshop/A;", Held("before"))])
    one.payload.value = "after"
    assert copy.payload.value == "before"


def test_methods_run_on_an_unknown_object_if_its_copy_reaches_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inline, "_OBJECT", 1 << 20)
    monkeypatch.setattr(decryptors, "MADE_MEMORY", 1 << 40)
    shown, _ = finds()
    assert "https://kept.shop.test/v2/items" in shown
    monkeypatch.setattr(inline, "_OBJECT", RUN_MEMORY + 1)
    shown, _ = finds()
    assert "https://kept.shop.test/v2/items" not in shown
    assert "https://loop.shop.test/v2/items" in shown


def test_texts_of_a_run_are_kept_up_to_a_number_and_a_length(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = "https://loop.shop.test/v2/items"
    for limit, least in (("MAX_MADE", 2), ("_MAX_MADE", len(wanted))):
        with monkeypatch.context() as patch:
            patch.setattr(machine, limit, least)
            assert wanted in finds()[0], limit
            patch.setattr(machine, limit, least - 1)
            assert wanted not in finds()[0], limit


def test_methods_that_are_not_run_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_texts, "MAX_RUNS", 1)
    read = artifact((DEX / "looped.dex").read_bytes())
    problems = [find.what for find in EXTRACTOR.extract_app(read.buffers) if isinstance(find, Problem)]
    assert [what.partition(" (")[0] for what in problems] == [
        "not every method that can put an address together was run"
    ]


def test_runs_end_with_the_method_that_makes_too_many_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    read = artifact((DEX / "looped.dex").read_bytes())
    made = len(finds()[0])
    for most in (made, 1):
        monkeypatch.setattr(made_texts, "MAX_MADE", most)
        problems = [find.what for find in EXTRACTOR.extract_app(read.buffers) if isinstance(find, Problem)]
        assert len(problems) == (most == 1)


def test_a_long_address_is_left_to_the_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = "https://loop.shop.test/v2/items"
    monkeypatch.setattr(decryptors, "MAX_ADDRESS", len(wanted))
    assert wanted in finds()[0]
    monkeypatch.setattr(decryptors, "MAX_ADDRESS", len(wanted) - 1)
    assert wanted not in finds()[0]


def test_without_runs_the_walk_knows_only_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_texts, "MAX_RUNS", 0)
    shown, _ = finds()
    assert "https://loop.shop.test/v2/items" not in shown


def flows(text: str, made: Sequence[str]) -> list[str]:
    flow = DataFlow("text", TextValue(text), None, "La;->b")
    parts = DataFlow("URL", EndpointParts({"url": text}), None, "La;->b")
    addresses = [MadeAddress(one, 0, CODE, 0, gives=True) for one in sorted(made)]
    texts = [flow.value.text for flow in filled([flow], addresses) if isinstance(flow.value, TextValue)]
    values = [flow.value for flow in filled([parts], addresses)]
    urls = [str(value.values["url"]) for value in values if isinstance(value, EndpointParts)]
    assert texts == urls
    return texts


@pytest.mark.parametrize(
    ("text", "made", "expected"),
    [
        (
            "https://a.shop.test/{}/x",
            ["https://a.shop.test/1/x", "https://a.shop.test/1/y"],
            ["https://a.shop.test/1/x"],
        ),
        ("https://a.shop.test/{}", ["https://b.shop.test/1"], ["https://a.shop.test/{}"]),
        ("https://a.shop.test/{}b{}b", ["https://a.shop.test/b"], ["https://a.shop.test/{}b{}b"]),
        ("{}.shop.test/x", ["https://a.shop.test/x"], ["{}.shop.test/x"]),
        ("https://a.shop.test/{}", [], ["https://a.shop.test/{}"]),
        ("https://{}.shop.test/x", ["https://a.shop.test/x"], ["https://a.shop.test/x"]),
        ("https://{}/x/{}", ["https://a.shop.test/x/y"], ["https://{}/x/{}"]),
        (
            "https://a.shop.test/{}",
            [f"https://a.shop.test/{n:02}" for n in range(16)],
            [f"https://a.shop.test/{n:02}" for n in range(16)],
        ),
        ("https://a.shop.test/{}", [f"https://a.shop.test/{n}" for n in range(17)], ["https://a.shop.test/{}"]),
        (
            "https://a.shop.test/{}/x",
            [*(f"https://a.shop.test/a{n}" for n in range(199)), "https://a.shop.test/b/x"],
            ["https://a.shop.test/b/x"],
        ),
        (
            "https://a.shop.test/{}/x",
            [*(f"https://a.shop.test/a{n}" for n in range(200)), "https://a.shop.test/b/x"],
            ["https://a.shop.test/{}/x"],
        ),
    ],
)
def test_unknown_parts_are_filled_by_what_is_made(text: str, made: list[str], expected: list[str]) -> None:
    assert flows(text, made) == expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (["new?k=1"], ["{}?k={}", "new?k=1"]),  # made in the way of the second only
        (["new?k=1", "7?k=1"], ["7?k=1", "new?k=1"]),
        (["7?k=1"], ["7?k=1", "new?k={}"]),
    ],
)
def test_an_address_fills_the_text_that_has_most_of_it(made: list[str], expected: list[str]) -> None:
    begin = "https://a.shop.test/"
    found = [DataFlow("text", TextValue(begin + one), None, "La;->b") for one in ("{}?k={}", "new?k={}")]
    addresses = [MadeAddress(begin + one, 0, CODE, 0, gives=True) for one in sorted(made)]
    texts = [flow.value.text for flow in filled(found, addresses) if isinstance(flow.value, TextValue)]
    assert texts == [begin + one for one in expected]
