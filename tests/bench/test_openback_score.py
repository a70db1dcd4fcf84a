"""The scorer of openback: hand-computed figures, and that no valid file stops it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.openback import __main__ as command
from bench.openback import score as scoring
from bench.openback.counting import Kind, count_case, matches
from bench.openback.intervals import NOTHING, Estimate, by_group, difference, median, ratio, weights
from bench.openback.report import amount, as_json, as_text
from bench.openback.schema import Answer, Case, Claim, Result, Split, Topic, write_lines
from bench.openback.score import CASE, RESULT, Scores, read, score
from tests.each import each


def case(number: int, *expected: Claim, topic: Topic = Topic.APP, **more: Any) -> dict[str, Any]:
    made = Case(
        f"c{number}",
        topic,
        Split.TUNE,
        "",
        more.pop("group", f"g{number}"),
        "",
        expected,
        more.pop("labellers", ("a",)),
        **more,
    )
    return json.loads(msgspec.json.encode(made))  # type: ignore[no-any-return]


def result(
    number: int, *claims: Claim, tool: str = "x", answer: Answer = Answer.DECIDED, **more: Any
) -> dict[str, Any]:
    return json.loads(msgspec.json.encode(Result(f"c{number}", tool, "1", answer, claims, **more)))  # type: ignore[no-any-return]


def figures(scores: Scores, claim: str, tool: str = "x", part: str = "all") -> dict[str, tuple[float | None, int]]:
    (row,) = (one for one in scores.rows if (one.claim, one.tool, one.part) == (claim, tool, part))
    return {name: (one.value, one.n) for name, one in row.figures.items()}


def host(value: str) -> Claim:
    return Claim("host", value)


def test_set_claims_are_right_wrong_missed_or_allowed() -> None:
    cases = [
        case(1, host("a.test"), host("b.test"), allowed=(host("x.test"),)),
        case(2, host("c.test")),
        case(3),
        case(4, host("d.test")),
        case(5, host("e.test")),
        case(6, host("f.test")),
    ]
    results = [
        result(1, host("A.test"), host("a.test"), host("x.test"), host("y.test")),
        result(2, host("c.test")),
        result(3, host("z.test"), host("z.test")),
        result(4, host("d.test"), answer=Answer.UNDECIDED),
        result(5, answer=Answer.UNSUPPORTED),
    ]
    found = figures(score({"app/one": cases}, results), "host")
    # Right: a, c. Wrong: y, z. Missed: b, d (undecided), f (no result). e is not supported.
    assert found == {"precision": (0.5, 4), "recall": (0.4, 5)}
    costs = figures(score({"app/one": cases}, results), "")
    assert {name: costs[name] for name in ("undecided", "unsupported", "failed")} == {
        "undecided": (1 / 6, 6),
        "unsupported": (1 / 6, 6),
        "failed": (1 / 6, 6),
    }


def test_true_is_positive_and_no_answer_is_never_closed() -> None:
    cases = [
        case(number, Claim("open", value, "/p"), topic=Topic.RULES)
        for number, value in enumerate([True, True, False, False, False])
    ]
    results = [
        result(0, Claim("open", True, "/p")),
        result(1, Claim("open", False, "/p")),
        result(2, Claim("open", True, "/p")),
        result(3, Claim("open", False, "/p")),
        result(4),
    ]
    found = figures(score({"rules/one": cases}, results), "open")
    assert found == {"precision": (0.5, 2), "recall": (0.5, 2), "false open": (1 / 3, 3), "exact": (0.4, 5)}


def test_access_counts_exposed_states_as_open() -> None:
    states: list[tuple[str | list[str], str]] = [
        ("closed", "closed"),
        ("closed", "partial"),
        ("empty", "open"),
        (["open", "any_user"], "any_user"),
        ("partial", "open"),
        ("open", "closed"),
    ]
    cases = [case(number, Claim("access", one), topic=Topic.STORE) for number, (one, _) in enumerate(states)]
    results = [result(number, Claim("access", said)) for number, (_, said) in enumerate(states)]
    found = figures(score({"store/lab": cases}, results), "access")
    assert found == {"precision": (0.5, 4), "recall": (2 / 3, 3), "false open": (2 / 3, 3), "exact": (1 / 3, 6)}


def test_errors_of_numbers_are_relative_and_of_the_given_ones() -> None:
    cases = [case(number, Claim("records", 100), topic=Topic.STORE) for number in range(4)]
    results = [result(number, Claim("records", value)) for number, value in enumerate([100, 110, 150])]
    found = figures(score({"store/lab": cases}, [*results, result(3)]), "records")
    assert found["exact"] == (0.25, 4)
    assert found["given"] == (0.75, 4)
    assert found["median error"][1] == 3
    assert found["median error"][0] == pytest.approx(0.1)


@each(
    ("topic", "name", "label", "said", "same"),
    [
        ("app", "endpoint", "https://a.test/v1", "HTTPS://A.test:443/v1/#top", True),
        ("app", "endpoint", "https://a.test/v1", "https://a.test/V1", False),
        ("app", "endpoint", "https://a.test/v1", "http://a.test/v1", False),
        ("app", "endpoint", "a.test:8883", "A.test:8883", True),
        ("app", "endpoint", "https://[::1/", "https://[::1/", True),
        ("host", "product", "Aurora", "Amazon Aurora (RDS)", True),
        ("store", "product", "redis", "redis cluster", False),
        ("field_name", "class", ["email", "phone"], "phone", True),
        ("field_name", "class", ["email", "phone"], ["phone", "username"], False),
        ("field_name", "class", "email", [], False),
        ("rules", "open", 1, True, False),
        ("host", "owner", None, None, True),
    ],
)
def test_values_are_compared_as_documented(topic: str, name: str, label: Any, said: Any, same: bool) -> None:
    assert matches(topic, name, {"name": name, "value": label}, {"name": name, "value": said}) is same


def test_a_claim_about_another_subject_is_wrong() -> None:
    label = case(1, Claim("store", "redis", "10.0.0.1:6379"))
    said = result(1, Claim("store", "redis", "10.0.0.1:6380"))
    assert count_case("store", Kind.SET, label, said, "decided").columns == {"right": 0, "wrong": 1, "missed": 1}


def shares(above: Sequence[float], below: Sequence[float]) -> Any:
    return ratio(np.array(above, dtype=float), np.array(below, dtype=float), weights(len(above)))


def test_the_rule_of_three_counts_groups() -> None:
    assert shares([0] * 60, [5] * 60)[:4] == (0.0, 0.0, 3 / 60, 300)
    assert shares([5] * 60, [5] * 60)[:4] == (1.0, 1 - 3 / 60, 1.0, 300)
    assert shares([0, 0], [1, 1])[1:3] == (0.0, 1.0)


def test_one_group_shows_nothing() -> None:
    assert shares([3], [4])[:3] == (0.75, 0.0, 1.0)


def test_an_interval_is_that_of_the_normal_approximation() -> None:
    # 200 groups of one case, 60 right: 0.3 with a standard error of 0.0324.
    one = shares([1] * 60 + [0] * 140, [1] * 200)
    assert one.value == 0.3
    assert one.low == pytest.approx(0.3 - 1.96 * 0.0324, abs=0.012)
    assert one.high == pytest.approx(0.3 + 1.96 * 0.0324, abs=0.012)


def test_cases_of_one_group_count_as_one_draw() -> None:
    # Ten groups of twenty equal cases: wider than two hundred single cases.
    few = shares([20] * 3 + [0] * 7, [20] * 10)
    many = shares([1] * 60 + [0] * 140, [1] * 200)
    assert few.value == many.value == 0.3
    assert few.high - few.low > 3 * (many.high - many.low)


def test_a_median_is_resampled_by_group() -> None:
    values, places = np.array([5.0, 1.0, 3.0, 2.0, 4.0]), np.arange(5)
    one = median(values, places, weights(5))
    assert one[0] == 3.0
    assert one.low is not None
    assert one.high is not None
    assert 1.0 <= one.low < 3.0 < one.high <= 5.0


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.25, 0.2, 0.3, 9, 3), "0.25 [0.2, 0.3]"),
        (Estimate(64.9e6, 64.7e6, 65.1e6, 9, 3), "64.9 MB [64.7, 65.1]"),
        (Estimate(0.5, 0.5, 0.5, 9, 3), "0.5"),
        (NOTHING, "-"),
    ],
)
def test_amounts_are_shown_with_their_unit(estimate: Estimate, text: str) -> None:
    assert amount(estimate) == text


def test_sums_by_group() -> None:
    assert by_group(np.array([1.0, 2.0, 4.0]), np.array([0, 2, 0]), 3).tolist() == [5.0, 0.0, 2.0]


def test_a_tool_is_better_only_if_the_interval_excludes_zero() -> None:
    cases = [case(number, host("a.test")) for number in range(60)]
    good = [result(number, host("a.test"), tool="good") for number in range(60)]
    close = [result(number, host("a.test") if number else host("b.test"), tool="close") for number in range(60)]
    bad = [result(number, host("a.test" if number % 2 else "b.test"), tool="bad") for number in range(60)]
    pairs = {
        (one.first, one.second): one
        for one in score({"app/one": cases}, [*good, *close, *bad]).pairs
        if one.figure == "recall"
    }
    assert pairs["bad", "good"].better == "good"
    assert pairs["bad", "good"].difference == pytest.approx(-0.5)
    assert pairs["bad", "good"].high < 0
    assert pairs["close", "good"].better == ""


def test_fewer_false_opens_are_better() -> None:
    cases = [case(number, Claim("open", False, "/"), topic=Topic.RULES) for number in range(40)]
    loud = [result(number, Claim("open", number % 2 == 0, "/"), tool="loud") for number in range(40)]
    calm = [result(number, Claim("open", False, "/"), tool="calm") for number in range(40)]
    (pair,) = (one for one in score({"rules/one": cases}, [*loud, *calm]).pairs if one.figure == "false open")
    assert pair.better == "calm"


def test_pairs_use_only_cases_that_both_support() -> None:
    cases = [case(number, host("a.test")) for number in range(20)]
    all_of = [result(number, host("a.test"), tool="whole") for number in range(20)]
    half = [
        result(number, host("a.test"), tool="half", answer=Answer.DECIDED if number % 2 else Answer.UNSUPPORTED)
        for number in range(20)
    ]
    pairs = [one for one in score({"app/one": cases}, [*all_of, *half]).pairs if one.figure == "recall"]
    assert [(one.difference, one.better) for one in pairs] == [(0.0, "")]


def test_one_group_has_no_difference() -> None:
    sums = np.array([1.0]), np.array([2.0])
    assert difference(sums, sums, weights(1)) is None


def test_kappa_of_two_labellers() -> None:
    # 10 cases. Both: 4 email, 4 none. Two disputed: one email against phone, one none against email.
    def labelled(number: int, first: str, second: str) -> dict[str, Any]:
        expected = () if first == "none" else (Claim("class", first),)
        disputed = () if first == second else (Claim("class", None if second == "none" else second),)
        more = {"labellers": ("a", "b"), "twice": ("class",), "disputed": disputed}
        return case(number, *expected, topic=Topic.FIELD_NAME, **more)

    pairs = [("email", "email")] * 4 + [("none", "none")] * 4 + [("email", "phone"), ("none", "email")]
    cases = [labelled(number, *pair) for number, pair in enumerate(pairs)]
    scores = score({"field_name/one": cases, "host/two": [case(99, topic=Topic.HOST)]}, [])
    (kappa,) = scores.kappas
    # Chance: email 0.5 * 0.5, none 0.5 * 0.4. Observed 0.8.
    assert kappa.kappa == pytest.approx((0.8 - 0.45) / (1 - 0.45))
    assert kappa.disputed == (("c8", "email", "phone"), ("c9", "none", "email"))
    assert scores.single == ["host/two"]
    assert "c9: none, email" in as_text(scores)


def test_kappa_takes_all_claims_about_a_subject_as_one_label() -> None:
    def labelled(number: int, *disputed: Claim) -> dict[str, Any]:
        expected = (Claim("open", number % 2 == 0, "/x"), Claim("read", True, "/x"))
        more = {"labellers": ("a", "b"), "twice": ("open", "read"), "disputed": disputed}
        return case(number, *expected, topic=Topic.RULES, **more)

    cases = [labelled(1), labelled(2), labelled(3), labelled(4, Claim("read", False, "/x"))]
    scores = score({"rules/one": cases[:2], "rules/two": cases[2:]}, [])
    whole, one, two = scores.kappas
    assert (whole.set, whole.cases, whole.agreed, one.agreed, two.agreed) == ("rules, all sets", 4, 3, 2, 1)
    assert two.disputed == (("c4 /x", "read True", "read False"),)
    # Two labels, each in half of the first ones: by chance 0.5 * 0.5 + 0.5 * 0.25.
    assert whole.kappa == pytest.approx((0.75 - 0.375) / (1 - 0.375))


def test_each_host_of_an_app_has_a_label_of_its_own() -> None:
    disputed = (Claim("host", None, "b.test"), Claim("host", "c.test", "c.test"))
    more: dict[str, Any] = {"labellers": ("a", "b"), "twice": ("host",), "disputed": disputed}
    made = case(1, host("a.test"), host("b.test"), allowed=(host("link.test"),), **more)
    (kappa,) = score({"app/one": [made]}, []).kappas
    assert (kappa.cases, kappa.agreed) == (4, 2)
    assert kappa.disputed == (("c1 b.test", "contacted", "none"), ("c1 c.test", "none", "contacted"))
    # Two of four labels are the same, as by chance: 0.5 * 0.5 + 0.5 * 0.5.
    assert kappa.kappa == pytest.approx(0.0)


def test_second_results_and_unknown_cases_are_noted() -> None:
    results = [result(1, host("a.test")), result(1), result(7)]
    scores = score({"app/one": [case(1, host("a.test")), case(1)]}, results)
    assert figures(scores, "host")["recall"] == (1.0, 1)
    assert len(scores.notes) == 3


def test_the_scorer_imports_nothing_of_tieback() -> None:
    names = "{one.partition('.')[0] for one in sys.modules}"
    code = f"import sys, bench.openback.report; print({{'tieback', 'msgspec'}} & {names})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"


GOOD = json.dumps(case(1))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[]", "no document of the schema"),
        ("{", "no JSON"),
        ("[" * 200_000, "no JSON"),
        ("\ufeff{}", "no document of the schema"),
        ('{"schema": "openback/case/1"}', "id is missing"),
        (GOOD.replace('"expected": []', '"expected": 7'), "expected is no list of claims"),
        (GOOD.replace('"expected": []', '"expected": [{"name": 7}]'), "expected is no list of claims"),
        (GOOD.replace('"expected": []', '"expected": [{"name": "x", "subject": []}]'), "expected is no list of claims"),
        ("9" * 5000, "no JSON"),
    ],
)
def test_a_bad_line_names_its_place(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f"{GOOD}\n{line}\n")
    with pytest.raises(ValueError, match=rf"x\.jsonl:2: {problem}"):
        list(read(path, CASE))


def test_a_line_that_is_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.openback.score.MAX_LINE", 1000)
    path = tmp_path / "x.jsonl"
    path.write_bytes(b" " * 2000)
    with pytest.raises(ValueError, match="longer than 1000 bytes"):
        list(read(path, RESULT))


def test_the_command_prints_tables_and_writes_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(
        tmp_path / "cases" / "app" / "one.jsonl",
        [Case("c1", Topic.APP, Split.TUNE, "", "g", "", (host("a.test"),), ("generator",))],
    )
    write_lines(tmp_path / "x.jsonl", [Result("c1", "x", "1", Answer.DECIDED, (host("a.test"),), cpu_seconds=0.5)])
    words = ["score", "--cases", f"{tmp_path}/cases", f"{tmp_path}/x.jsonl", "--json", f"{tmp_path}/out.json"]
    monkeypatch.setattr(sys, "argv", ["openback", *words])
    assert command.main() == 0
    assert "| host | all | x | 1.000 [0.000, 1.000] n=1 |" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_bytes())["rows"][0]["figures"]["recall"]["value"] == 1.0
    monkeypatch.setattr(sys, "argv", ["openback", "score", "--cases", f"{tmp_path}/none", f"{tmp_path}/x.jsonl"])
    assert command.main() == 2
    assert "run `python -m bench.openback make` first" in capsys.readouterr().err


NAMES = st.sampled_from(["access", "records", "endpoint", "product", "open", "class"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["open", "closed", "partial", "https://a.test:99999/", "[", ""]),
    st.text(max_size=5),
    st.lists(st.text(max_size=3), max_size=3),
)
CLAIMS = st.lists(st.builds(Claim, NAMES, VALUES, st.sampled_from(["", "/a", "b"])), max_size=4).map(tuple)
CASES = st.builds(
    Case,
    st.sampled_from([f"c{number}" for number in range(6)]),
    st.sampled_from(Topic),
    st.sampled_from(Split),
    st.just(""),
    st.sampled_from(["g", "h", ""]),
    st.text(max_size=5),
    CLAIMS,
    st.sampled_from([(), ("a",), ("a", "b"), ("generator",)]),
    allowed=CLAIMS,
    disputed=CLAIMS,
    twice=st.lists(NAMES, max_size=2).map(tuple),
)
RESULTS = st.builds(
    Result,
    st.sampled_from([f"c{number}" for number in range(7)]),
    st.sampled_from(["x", "y"]),
    st.just("1"),
    st.sampled_from(Answer),
    CLAIMS,
    st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
    st.one_of(st.none(), st.integers(-5, 2**64 - 1)),
)


def plain(document: Case | Result) -> dict[str, Any]:
    return json.loads(msgspec.json.encode(document))  # type: ignore[no-any-return]


@settings(max_examples=25, deadline=None)
@given(st.lists(CASES, max_size=6), st.lists(RESULTS, max_size=8))
def test_any_valid_files_are_scored_and_intervals_contain_their_estimate(
    cases: list[Case], results: list[Result]
) -> None:
    scores = score({"one/set": [plain(one) for one in cases]}, [plain(one) for one in results])
    json.dumps(as_json(scores))
    assert as_text(scores).startswith("Tools: ")
    for row in scores.rows:
        for one in row.figures.values():
            assert (one.value is None) == (one.low is None) == (one.high is None) == (one.n == 0)
            if one.value is not None and one.low is not None and one.high is not None:
                assert one.low <= one.value <= one.high
    for pair in scores.pairs:
        assert pair.low <= pair.difference <= pair.high


def test_labels_are_set_apart_also_if_a_value_has_a_semicolon() -> None:
    assert scoring._apart("none; open", "none; shut") == ("open", "shut")
    assert scoring._apart("none", "; and none") == ("none", "; and none")


@settings(max_examples=25, deadline=None)
@given(st.lists(CASES, max_size=6, unique_by=lambda one: one.id))
def test_perfect_results_have_precision_one(cases: list[Case]) -> None:
    labels = []
    for one in cases:
        unique = {(claim.name, claim.subject): claim for claim in one.expected if claim.value != []}
        labels.append(msgspec.structs.replace(one, expected=tuple(unique.values())))
    results = [
        Result(
            one.id,
            "x",
            "1",
            Answer.DECIDED,
            tuple(
                msgspec.structs.replace(claim, value=claim.value[0]) if isinstance(claim.value, list) else claim
                for claim in one.expected
            ),
        )
        for one in labels
    ]
    scores = score({"one/set": [plain(one) for one in labels]}, [plain(one) for one in results])
    assert {row.figures["precision"].value for row in scores.rows if "precision" in row.figures} <= {None, 1.0}
