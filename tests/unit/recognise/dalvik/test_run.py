"""Methods of an app, their constant arguments, and the result; and the limits of every run."""

from pathlib import Path

import pytest

from bench.hostile_made.kind import dex, method, smali
from tests.each import each
from tieback.recognise.dalvik import classes, machine, run
from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.machine import RUN_MEMORY, RUN_STEPS
from tieback.recognise.dalvik.run import MAX_FAILURES, Constant, Result, Runner
from tieback.recognise.dataflow.dex.dexfile import DexFile

ROOT = Path(__file__).parents[4]
CASES = ROOT / "bench" / "flow" / "encrypted"
DEX = ROOT / "tests" / "unit" / "recognise" / "dataflow" / "dex"
STRING = "Ljava/lang/String;"


def runner(*names: Path) -> Runner:
    return Runner([DexFile(path.read_bytes()) for path in names])


def limits(name: str, parameters: str, result: str = STRING) -> MethodRef:
    return MethodRef("Lshop/Limits;", name, parameters, result)


RESULTS: list[tuple[str, str, str, tuple[Constant, ...], Result | None]] = [
    ("bytes", "[B", "[B", ((0x41, 66),), b"aB"),
    ("wide", f"J{STRING}", "[C", (0x42, "oat"), "Bat"),
    ("words", STRING, f"[{STRING}", ("a,b",), ("a", "b")),
    ("own", STRING, STRING, ("",), "Limits"),
    # Everything that is not computing has no result.
    ("file", STRING, STRING, ("/etc/passwd",), None),
    ("command", STRING, STRING, ("id",), None),
    ("reflected", STRING, STRING, ("",), None),
    ("missing", STRING, STRING, ("",), None),
    ("bytes", "[B", "[B", ((),), None),
    ("bytes", "[B", "[B", ("text",), None),
    ("words", STRING, f"[{STRING}", ("a", "b"), None),
    ("words", STRING, f"[{STRING}", (0,), None),
]


@each(("name", "parameters", "result", "arguments", "expected"), RESULTS)
def test_a_method_is_run_on_constants(
    name: str, parameters: str, result: str, arguments: tuple[Constant, ...], expected: Result | None
) -> None:
    assert runner(DEX / "limits.dex").call(limits(name, parameters, result), arguments) == expected


@each(
    ("name", "parameters", "argument"),
    [
        ("endless", "I", 1),
        ("nested", "I", 1),
        ("array", "I", 0),
        ("doubled", STRING, "xy"),
        ("repeated", STRING, "xy"),
        ("caught", "I", 1),
    ],
)
def test_a_run_ends_at_its_limits(name: str, parameters: str, argument: Constant) -> None:
    it = runner(DEX / "limits.dex")
    before, memory = it.machine.left, it.machine._all_memory
    assert it.call(limits(name, parameters), (argument,)) is None
    assert before - it.machine.left <= RUN_STEPS + (RUN_MEMORY >> 6) + 100
    # The step that would pass the limit is counted before it is done.
    assert it.machine.stack == [("", "")]
    assert memory - it.machine._all_memory <= RUN_MEMORY or name in ("array", "repeated", "doubled")


def test_a_method_that_only_fails_is_not_run_again() -> None:
    it = runner(DEX / "limits.dex")
    for number in range(MAX_FAILURES):
        assert it.call(limits("endless", "I"), (number,)) is None
    before = it.machine.left
    assert it.call(limits("endless", "I"), (99,)) is None
    assert it.machine.left == before


def words(it: Runner, text: str) -> Result | None:
    return it.call(limits("words", STRING, f"[{STRING}"), (text,))


def test_few_results_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MAX_RESULTS", 2)
    it = runner(DEX / "limits.dex")
    assert [words(it, text) for text in ("a,b", "c,d", "e,f")] == [("a", "b"), ("c", "d"), ("e", "f")]
    assert len(it._results) == 1
    before = it.machine.left
    assert words(it, "e,f") == ("e", "f")
    assert it.machine.left == before
    assert words(it, "a,b") == ("a", "b")
    assert it.machine.left < before


def test_few_instructions_and_answers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = words(runner(DEX / "limits.dex"), "a,b")
    monkeypatch.setattr(machine, "MAX_DECODED", 2)
    monkeypatch.setattr(machine, "_MAX_ANSWERS", 1)
    it = runner(DEX / "limits.dex")
    assert words(it, "a,b") == expected is not None
    assert it.machine._count <= 2
    assert sum(map(len, it.machine._decoded)) <= 3
    for other in ("Ljava/lang/Error;", "Ljava/lang/Exception;", "Ljava/lang/Throwable;"):
        assert it.machine.is_a("Ljava/io/EOFException;", other) == (other != "Ljava/lang/Error;")
        assert len(it.machine._is_a) == 1


def test_a_constant_is_read_up_to_a_length(monkeypatch: pytest.MonkeyPatch) -> None:
    ref, text = MethodRef("Lj1/Dec;", "a", STRING, STRING), "httQ7ps"
    assert runner(CASES / "junk_replaced.dex").call(ref, (text,)) == "https"
    monkeypatch.setattr(classes, "MAX_STRING", 2)
    assert runner(CASES / "junk_replaced.dex").call(ref, (text,)) == "https"
    monkeypatch.setattr(classes, "MAX_STRING", 1)
    assert runner(CASES / "junk_replaced.dex").call(ref, (text,)) is None


def test_all_runs_together_have_a_limit() -> None:
    it = runner(DEX / "limits.dex")
    it.machine.left = 100
    assert it.call(limits("words", STRING, f"[{STRING}"), ("a,b",)) is not None
    it.machine.left = 0
    assert it.call(limits("words", STRING, f"[{STRING}"), ("c,d",)) is None
    assert it.exhausted


def test_a_result_is_kept_and_depends_on_the_caller_only_if_the_method_reads_it() -> None:
    it = runner(CASES / "allatori_caller.dex")
    method = MethodRef("Ll2/Dec;", "a", STRING, STRING)
    one, other = (it.call(method, ("abcdefghijkl",), ("Ll2/Api;", name)) for name in ("load", "save"))
    assert one is not None
    assert other is not None
    assert one != other
    before = it.machine.left
    assert it.call(method, ("abcdefghijkl",), ("Ll2/Api;", "load")) == one
    assert it.machine.left == before


def test_a_method_of_another_dex_file_is_run() -> None:
    it = runner(DEX / "limits.dex", CASES / "junk_replaced.dex")
    assert it.call(MethodRef("Lj1/Dec;", "a", STRING, STRING), ("httQ7ps",)) == "https"


def test_the_strings_of_a_static_initialiser_are_read() -> None:
    assert runner(CASES / "zkm_clinit.dex").static_texts("Lz1/Api;") == {
        "z": ("GET", "https://zkm1.shop.test/v1/roster", "token")
    }


def test_a_class_has_the_static_fields_of_its_interfaces() -> None:
    names = (
        ".class public interface abstract Lshop/Names;\n.super Ljava/lang/Object;\n"
        f'.field public static final NAME:{STRING} = "Ann"\n'
    )
    given = method(f"name(){STRING}", f"sget-object v0, Lshop/Person;->NAME:{STRING}\nreturn-object v0")
    person = smali("shop/Person", given, interfaces=["shop/Names"])
    other = smali("shop/Other", given.replace("Person", "Other"))
    it = Runner([DexFile(dex([names, person, other]))])
    assert it.call(MethodRef("Lshop/Person;", "name", "", STRING), ()) == "Ann"
    assert it.call(MethodRef("Lshop/Other;", "name", "", STRING), ()) is None
