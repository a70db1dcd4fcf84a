"""Kept results of expressions give what reading each expression again gives: values, steps and effects."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.recognise.scripts import evaluate, replay
from tieback.recognise.scripts.evaluate import Evaluator
from tieback.recognise.scripts.extract import ScriptExtractor
from tieback.recognise.scripts.reader import Budget, BudgetError
from tieback.recognise.scripts.replay import Place, Result, Results
from tieback.recognise.scripts.resolve import MARKS, Resolution

BUNDLES = sorted((Path(__file__).parents[4] / "bench" / "flow" / "scripts").rglob("*.js"))
NAMES = st.sampled_from(["a", "b", "c", "host", "f", "g", "h", "x", "cfg.host", "cfg.url", "e[0]", "e[x]", "this.host"])
LEAVES = st.one_of(NAMES, st.sampled_from(["'https://'", "'a.test'", "'/v1'", "7", "['p','q']", "{host:b,url:a}"]))
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("+".join),
        st.tuples(inner, inner, inner).map(lambda one: f"({one[0]}?{one[1]}:{one[2]})"),
        st.tuples(st.sampled_from("fgh"), inner, inner).map(lambda one: f"{one[0]}({one[1]},{one[2]})"),
        st.tuples(inner, inner).map(lambda one: f"({one[0]}).concat({one[1]})"),
        inner.map(lambda one: f"(x=>{one})('z')"),
        inner.map(lambda one: f"({one}).split('/')"),
        inner.map(lambda one: f"[{one},x]"),
    ),
    max_leaves=6,
)
STATEMENTS = st.one_of(
    st.tuples(st.sampled_from(["a", "b", "c", "host", "e", "cfg"]), EXPRESSIONS).map("var {0[0]}={0[1]};".format),
    st.tuples(st.sampled_from("fgh"), EXPRESSIONS).map("function {0[0]}(x,host){{return {0[1]}}}".format),
    st.tuples(st.sampled_from("fgh"), EXPRESSIONS).map("function {0[0]}(x){{var b={0[1]};return b+f(x)}}".format),
    st.tuples(st.sampled_from(["cfg.host", "cfg.url", "window.host"]), EXPRESSIONS).map("{0[0]}={0[1]};".format),
)
SCRIPTS = st.lists(STATEMENTS, min_size=1, max_size=8).map("".join)


def plain(value: object) -> object:
    """A value without the identities of its choices."""
    if isinstance(value, frozenset):
        return sorted(
            str(number if isinstance(origin, tuple) and origin[0] == "by-identity" else (origin, number))
            for origin, number in value
        )
    if isinstance(value, tuple):
        return type(value).__name__, [plain(one) for one in value]
    if isinstance(value, Mapping):
        return [(key, plain(one)) for key, one in value.items()]
    return value


def readings(script: str, expressions: list[str], steps: int) -> list[object]:
    """What each expression gives, twice, with the steps that are left and the effects."""
    data = script.encode() + b";" + b";".join(one.encode() for one in expressions)
    run = Evaluator(data, Budget(steps))
    found: list[object] = []
    try:
        for _ in range(2):
            at = len(script) + 1
            for one in expressions:
                run.record.missing.clear()
                run.record.unbound.clear()
                value = run.value(at)
                effects = list(run.record.missing), list(run.record.unbound)
                found.append((plain(value), run.budget.left, run.cut, effects))
                at += len(one.encode()) + 1
    except BudgetError:
        found.append("budget")
    return found


@settings(max_examples=examples(400), deadline=None)
@given(SCRIPTS, st.lists(EXPRESSIONS, min_size=1, max_size=3), st.sampled_from([200, 2_000, 20_000]))
def test_kept_results_change_nothing(script: str, expressions: list[str], steps: int) -> None:
    kept = readings(script, expressions, steps)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Results, "find", lambda *_: None)
        assert readings(script, expressions, steps) == kept


@settings(max_examples=examples(200), deadline=None)
@given(SCRIPTS, st.lists(EXPRESSIONS, min_size=1, max_size=3))
def test_kept_results_change_nothing_at_low_bounds(script: str, expressions: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate, "MAX_CALLS", 2)
        patch.setattr(evaluate, "MAX_TRIES", 3)
        kept = readings(script, expressions, 20_000)
        patch.setattr(Results, "find", lambda *_: None)
        assert readings(script, expressions, 20_000) == kept


@settings(max_examples=examples(100), deadline=None)
@given(SCRIPTS, st.lists(EXPRESSIONS, min_size=1, max_size=3), st.integers(0, 40))
def test_a_bound_of_kept_results_changes_nothing(script: str, expressions: list[str], most: int) -> None:
    kept = readings(script, expressions, 20_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "MAX_KEPT", most)
        patch.setattr(replay, "_MAX_VALUES", most)
        assert readings(script, expressions, 20_000) == kept


@each("script", BUNDLES, ids=[one.name for one in BUNDLES])
def test_scripts_give_the_same_texts_in_the_same_steps(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = script.read_bytes()
    scanner = ScriptExtractor.__dict__["_scanner"].func(None)
    hits = [(MARKS[index], end) for index, end in scanner.scan(data, 0, len(data), 10_000)[0] if index < len(MARKS)]

    def read() -> tuple[list[Any], int]:
        budget = Budget(500_000)
        return list(Resolution(data, budget).texts(hits)), budget.left

    kept = read()
    monkeypatch.setattr(Results, "find", lambda *_: None)
    assert read() == kept


def test_expressions_in_functions_that_are_called_often_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Place] = []
    keep = Results.keep

    def counted(results: Results, place: Place, result: Result, tries: Mapping[object, int]) -> None:
        read.append(place)
        keep(results, place, result, tries)

    monkeypatch.setattr(Results, "keep", counted)
    functions = "".join(f"function f{level}(x){{return f{level + 1}(x)+f{level + 1}(x)}}" for level in range(6))
    script = f"{functions}function f6(x){{return x+'.test'}};".encode()
    run = Evaluator(script + b"f0('a')+f0('a')", Budget(100_000))
    run.value(len(script))
    assert len(read) <= 40
