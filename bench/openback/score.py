"""Scores results of openback: figures per topic, claim and tool, each with its number and a 95 % interval.

It imports numpy, the standard library, and ``intervals.py``; nothing of tieback. README.md has the rules of counting.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.openback.counting import CLAIM_METRICS, Counts, Kind, count_case, kind_of, number
from bench.openback.intervals import NOTHING, Estimate, by_group, difference, median, ratio, weights

MAX_LINE = 16 << 20
"""Bytes of one line."""
CASE, RESULT = "openback/case/1", "openback/result/1"
ANSWERS = ("undecided", "unsupported", "failed")
_MOST_COST = 1e18
"""A larger or negative cost is no measurement."""
COSTS = {"cpu_seconds": "CPU seconds per case", "peak_bytes": "peak bytes", "bytes_sent": "bytes sent per case"}

type Document = dict[str, Any]


class Row(NamedTuple):
    """The figures of a tool for one claim of a topic, or for its cost if ``claim`` is empty."""

    topic: str
    part: str
    """``all``, ``held_out``, or the name of a set."""
    claim: str
    tool: str
    figures: Mapping[str, Estimate]


class Pair(NamedTuple):
    """The difference of two tools in one figure."""

    topic: str
    part: str
    claim: str
    figure: str
    first: str
    second: str
    difference: float
    low: float
    high: float
    better: str
    """The better tool; empty if the interval contains zero."""


ALL_SETS = ", all sets"
"""End of the name of the sets of a topic taken together."""


class Kappa(NamedTuple):
    """Agreement of two labellers."""

    topic: str
    set: str
    claim: str
    cases: int
    kappa: float | None
    """``None`` if both always gave the same single label."""
    agreed: int
    disputed: tuple[tuple[str, str, str], ...]
    """Case, first label, second label."""


class Scores(NamedTuple):
    """Everything that ``score`` prints."""

    rows: list[Row]
    pairs: list[Pair]
    kappas: list[Kappa]
    single: list[str]
    """Sets that were labelled by hand and only once."""
    tools: Mapping[str, str]
    """Version by tool."""
    machines: Mapping[str, list[str]]
    notes: list[str]


def read(path: Path, kind: str) -> Iterator[Document]:
    """The documents of one kind in a file.

    Raises:
        ValueError: a line is too long or no document of this kind; the message names file and line.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                raise ValueError(f"{path}:{number}: longer than {MAX_LINE} bytes")
            if not line.strip():
                continue
            try:
                document = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise ValueError(f"{path}:{number}: no JSON: {error}") from None
            if not isinstance(document, dict) or document.get("schema") != kind:
                raise ValueError(f"{path}:{number}: no document of the schema {kind}")
            if problem := _problem(document, kind):
                raise ValueError(f"{path}:{number}: {problem}")
            yield document


def _problem(document: Document, kind: str) -> str:
    """What the scorer needs and does not find; the whole schema is not checked here."""
    texts = ("id", "topic", "group", "input") if kind == CASE else ("case", "tool", "answer")
    if missing := [key for key in texts if not isinstance(document.get(key), str)]:
        return f"{missing[0]} is missing or no text"
    for key in ("expected", "allowed", "disputed", "claims"):
        claims = document.get(key, [])
        if not isinstance(claims, list) or not all(
            isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(one.get("subject", ""), str)
            for one in claims
        ):
            return f"{key} is no list of claims"
    for key in COSTS:
        if not isinstance(document.get(key), int | float | None):
            return f"{key} is no number"
    return ""


def score(cases: Mapping[str, Sequence[Document]], results: Iterable[Document]) -> Scores:
    """Score results.

    Args:
        cases: documents of cases, by the name of their file: ``TOPIC/NAME``.
        results: documents of results of any tools, in any order.
    """
    notes: list[str] = []
    found: dict[str, dict[str, Document]] = {}
    versions: dict[str, set[str]] = {}
    machines: dict[str, set[str]] = {}
    known = {case["id"] for its in cases.values() for case in its}
    strange: Counter[str] = Counter()
    for one in results:
        tool = one["tool"]
        versions.setdefault(tool, set()).add(str(one.get("version", "")))
        machines.setdefault(tool, set()).add(str(one.get("machine", "")))
        its = found.setdefault(tool, {})
        if one["case"] not in known:
            strange[f"{tool}: results without a case"] += 1
        elif one["case"] in its:
            strange[f"{tool}: second results of a case; the first one counts"] += 1
        else:
            its[one["case"]] = one
    notes += [f"{text}: {count}" for text, count in strange.items()]
    topics: dict[str, list[tuple[str, Document]]] = {}
    seen: set[str] = set()
    for name, its_cases in cases.items():
        for case in its_cases:
            if case["id"] in seen:
                notes.append(f"second case with the id {case['id'][:80]}; the first one counts")
                continue
            seen.add(case["id"])
            topics.setdefault(case["topic"], []).append((name.rpartition("/")[2], case))
    rows: list[Row] = []
    pairs: list[Pair] = []
    for topic, its_cases_of in sorted(topics.items()):
        sets = sorted({name for name, _ in its_cases_of})
        parts = {"all": its_cases_of}
        held = [one for one in its_cases_of if one[1].get("split") == "held_out"]
        parts |= {"held_out": held} if held else {}
        parts |= {f"set {name}": [one for one in its_cases_of if one[0] == name] for name in sets if len(sets) > 1}
        for part, chosen in parts.items():
            its_rows, its_pairs = _topic(topic, part, [case for _, case in chosen], found)
            rows += its_rows
            pairs += its_pairs
    kappas, single = agreement(cases)
    return Scores(
        rows,
        pairs,
        kappas,
        single,
        {tool: ", ".join(sorted(its)) for tool, its in sorted(versions.items())},
        {tool: sorted(its - {""}) for tool, its in sorted(machines.items())},
        notes,
    )


def _topic(
    topic: str, part: str, cases: Sequence[Document], found: Mapping[str, Mapping[str, Document]]
) -> tuple[list[Row], list[Pair]]:
    """Rows and pairs of one part of a topic, for the tools that have results in it."""
    names: dict[str, int] = {}
    group = np.array([names.setdefault(case["group"], len(names)) for case in cases], dtype=np.int64)
    drawn = weights(len(names))
    tools = sorted(tool for tool, its in found.items() if any(case["id"] in its for case in cases))
    answers = {tool: [_answer(found[tool].get(case["id"])) for case in cases] for tool in tools}
    kinds = kind_of(cases, [found[tool] for tool in tools])
    rows: list[Row] = []
    pairs: list[Pair] = []
    for claim, kind in kinds.items():
        table = {
            tool: Counts.of(
                [
                    count_case(claim, kind, case, found[tool].get(case["id"], {}), answer)
                    for case, answer in zip(cases, answers[tool], strict=True)
                ]
            )
            for tool in tools
        }
        for tool, counts in table.items():
            figures = _figures(kind, counts, group, drawn)
            if any(one.n for one in figures.values()):
                rows.append(Row(topic, part, claim, tool, figures))
        if part in ("all", "held_out"):
            for first, second in combinations(tools, 2):
                pairs += _pairs(topic, part, claim, kind, (first, table[first]), (second, table[second]), group, drawn)
    for tool in tools:
        costs = _costs([found[tool].get(case["id"]) for case in cases], answers[tool], group, drawn)
        rows.append(Row(topic, part, "", tool, costs))
    return rows, pairs


def _answer(result: Document | None) -> str:
    return "failed" if result is None else str(result["answer"])


def _figures(kind: Kind, counts: Counts, group: Any, drawn: Any) -> dict[str, Estimate]:
    groups = drawn.shape[1]
    found = {}
    for name, (above, below) in CLAIM_METRICS[kind].items():
        parts = [by_group(counts.column(columns), group, groups) for columns in (above, below)]
        found[name] = ratio(parts[0], parts[1], drawn)
    if kind is Kind.NUMBER:
        values = [(error, group[at]) for at, errors in enumerate(counts.errors) for error in errors]
        places = np.array([place for _, place in values], dtype=np.int64)
        found["median error"] = median(np.array([error for error, _ in values]), places, drawn)
    return found


def _pairs(
    topic: str,
    part: str,
    claim: str,
    kind: Kind,
    one: tuple[str, Counts],
    other: tuple[str, Counts],
    group: Any,
    drawn: Any,
) -> Iterator[Pair]:
    """Differences over the cases that both tools support."""
    groups = drawn.shape[1]
    both = one[1].supported & other[1].supported
    for name, (above, below) in CLAIM_METRICS[kind].items():
        sums = [
            (
                by_group(counts.column(above) * both, group, groups),
                by_group(counts.column(below) * both, group, groups),
            )
            for _, counts in (one, other)
        ]
        if any(not bottom.sum() for _, bottom in sums):
            continue
        found = difference(sums[0], sums[1], drawn)
        if found is None:
            continue
        value, low, high = found
        upwards = name != "false open"
        better = "" if low <= 0 <= high else one[0] if (value > 0) is upwards else other[0]
        yield Pair(topic, part, claim, name, one[0], other[0], value, low, high, better)


def _costs(results: Sequence[Document | None], answers: Sequence[str], group: Any, drawn: Any) -> dict[str, Estimate]:
    """Shares of answers over all cases, and costs over those that were answered."""
    groups = drawn.shape[1]
    ones = by_group(np.ones(len(results)), group, groups)
    found = {
        answer: ratio(by_group(np.array([float(one == answer) for one in answers]), group, groups), ones, drawn)
        for answer in ANSWERS
    }
    for cost, name in COSTS.items():
        values = np.array(
            [
                np.nan if one is None or answer == "unsupported" or (value := number(one.get(cost))) is None else value
                for one, answer in zip(results, answers, strict=True)
            ]
        )
        measured = (values >= 0) & (values <= _MOST_COST)
        above = by_group(np.where(measured, values, 0.0), group, groups)
        found[name] = ratio(above, by_group(measured.astype(float), group, groups), drawn, share=False)
        if not measured.any():
            found[name] = NOTHING
    return found


def agreement(cases: Mapping[str, Sequence[Document]]) -> tuple[list[Kappa], list[str]]:
    """Kappa (Cohen 1960) of each set that was labelled twice, and the sets labelled by hand only once.

    All claims about one subject are one label. Sets of a topic with the same claims are also taken together.
    """
    pairs: dict[tuple[str, str, str], list[tuple[str, str, str]]] = {}
    by_hand, twice = set(), set()
    for name, its in cases.items():
        for case in its:
            people = [one for one in case.get("labellers", []) if one != "generator"]
            if people:
                by_hand.add(name)
            claims = case.get("twice", []) if len(people) > 1 else []
            if claims:
                twice.add(name)
                for place in (name, f"{case['topic']}{ALL_SETS}"):
                    pairs.setdefault((case["topic"], place, ", ".join(claims)), []).extend(_labels(case, claims))
    sets = Counter((topic, claim) for topic, _, claim in pairs)
    pairs = {key: its for key, its in pairs.items() if sets[key[0], key[2]] > 2 or not key[1].endswith(ALL_SETS)}
    kappas = []
    for (topic, name, claim), labels in sorted(pairs.items()):
        disputed = tuple((case, *_apart(one, two)) for case, one, two in labels if one != two)
        agreed = len(labels) - len(disputed)
        kappa = cohen([(one, two) for _, one, two in labels])
        kappas.append(Kappa(topic, name, claim, len(labels), kappa, agreed, disputed))
    return kappas, sorted(by_hand - twice)


def cohen(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of first and second labels, at least one; ``None`` if both always gave the same single label."""
    agreed = sum(one == two for one, two in pairs) / len(pairs)
    firsts, seconds = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    chance = sum(firsts[label] * seconds[label] for label in firsts) / len(pairs) ** 2
    return None if chance >= 1 else (agreed - chance) / (1 - chance)


def _labels(case: Document, claims: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Case, first and second label of each subject."""
    parts = [case.get(part, []) for part in ("expected", "disputed", "allowed")]
    if case["topic"] == "app":
        parts = [[_as_subject(one) for one in its] for its in parts]
    first, second, others = (_by_subject(its, claims) for its in parts)
    for subject in sorted({subject for subject, _ in (*first, *second, *others)} or {""}):
        ones = {claim: first.get((subject, claim), ["none"]) for claim in claims}
        twos = {claim: second.get((subject, claim), ones[claim]) for claim in claims}
        yield f"{case['id']} {subject}".rstrip(), _joined(ones), _joined(twos)


def _as_subject(claim: Document) -> Document:
    """A claim about an app with its value as the subject: each host has a label of its own."""
    value = claim.get("value")
    return claim if value is None else {"name": claim["name"], "subject": str(value), "value": "contacted"}


def _joined(labels: Mapping[str, Sequence[str]]) -> str:
    """The values, with the names of their claims if there are several."""
    texts = {claim: " and ".join(sorted(values)) for claim, values in labels.items()}
    return "; ".join(f"{claim} {text}" if len(texts) > 1 else text for claim, text in texts.items())


def _apart(first: str, second: str) -> tuple[str, str]:
    """The labels without the claims that are the same; a value can have a semicolon itself."""
    both = zip_longest(first.split("; "), second.split("; "))
    pairs = [(one, two) for one, two in both if one != two]
    return "; ".join(one for one, _ in pairs if one is not None), "; ".join(two for _, two in pairs if two is not None)


def _by_subject(claims: Sequence[Document], names: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """Values by subject and name."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in claims:
        if one["name"] in names:
            found.setdefault((one.get("subject", ""), one["name"]), []).append(_label(one.get("value")))
    return found


def _label(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(map(str, value))
    return "none" if value is None else str(value)
