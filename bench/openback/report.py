"""The scores as text: tables in Markdown. Imports nothing of tieback."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bench.openback.intervals import Estimate
from bench.openback.score import ALL_SETS, ANSWERS, COSTS, Kappa, Pair, Row, Scores

FIGURES = ("precision", "recall", "false open", "exact", "given", "median error")
_MOST_DISPUTED = 20


def as_json(scores: Scores) -> dict[str, Any]:
    """The whole document."""
    return {
        "schema": "openback/scores/1",
        "tools": dict(scores.tools),
        "machines": dict(scores.machines),
        "rows": [
            {**row._asdict(), "figures": {name: one.as_json() for name, one in row.figures.items()}}
            for row in scores.rows
        ],
        "pairs": [pair._asdict() for pair in scores.pairs],
        "kappas": [kappa._asdict() for kappa in scores.kappas],
        "labelled_once": scores.single,
        "notes": scores.notes,
    }


def as_text(scores: Scores) -> str:
    """Tables of all cases and of held-out cases, differences, costs and agreement."""
    lines = [f"Tools: {'; '.join(f'{tool} {version}' for tool, version in scores.tools.items()) or 'none'}.", ""]
    if len({machine for its in scores.machines.values() for machine in its}) > 1:
        lines += ["The results are from several machines: do not compare times.", ""]
    shown = [row for row in scores.rows if row.part in ("all", "held_out")]
    for topic in dict.fromkeys(row.topic for row in shown):
        its = [row for row in shown if row.topic == topic]
        lines += [f"## {topic}", "", *_claims([row for row in its if row.claim]), "", *_costs(its), ""]
        lines += _pairs([pair for pair in scores.pairs if pair.topic == topic and pair.part == "all"])
    lines += ["## Agreement of labellers", "", *_kappas(scores.kappas)]
    if scores.single:
        lines += ["", f"Labelled by hand, once: {', '.join(scores.single)}."]
    lines += ["", *(f"Note: {note}." for note in scores.notes)]
    return "\n".join(lines).rstrip() + "\n"


def _claims(rows: Sequence[Row]) -> Iterator[str]:
    yield from _head("claim", "part", "tool", *FIGURES)
    for row in sorted(rows, key=lambda one: (one.claim, one.part, one.tool)):
        cells = [shown(row.figures[name]) if name in row.figures else "" for name in FIGURES]
        yield _line(row.claim, row.part, row.tool, *cells)


def _costs(rows: Sequence[Row]) -> Iterator[str]:
    yield from _head("tool", "cases", *ANSWERS, *COSTS.values())
    for row in rows:
        if row.claim or row.part != "all":
            continue
        shares = [shown(row.figures[name]) for name in ANSWERS]
        costs = [cost(row, name) for name in COSTS.values()]
        yield _line(row.tool, str(row.figures[ANSWERS[0]].n), *shares, *costs)


def _pairs(pairs: Sequence[Pair]) -> Iterator[str]:
    if pairs:
        yield from _head("claim", "figure", "tools", "difference", "better")
    for pair in pairs:
        between = f"{pair.difference:+.3f} [{pair.low:+.3f}, {pair.high:+.3f}]"
        yield _line(pair.claim, pair.figure, f"{pair.first} - {pair.second}", between, pair.better)
    if pairs:
        yield ""


def _kappas(kappas: Sequence[Kappa]) -> Iterator[str]:
    if not kappas:
        yield "No set was labelled twice."
        return
    yield from _head("set", "claim", "cases", "same label", "kappa")
    for one in kappas:
        kappa = "not defined" if one.kappa is None else f"{one.kappa:.3f}"
        yield _line(one.set, one.claim, str(one.cases), str(one.agreed), kappa)
    for one in (one for one in kappas if not one.set.endswith(ALL_SETS)):
        if one.disputed:
            yield f"\nDisputed in {one.set}, first and second label:\n"
        yield from (f"- {case}: {first}, {second}" for case, first, second in one.disputed[:_MOST_DISPUTED])
        if len(one.disputed) > _MOST_DISPUTED:
            yield f"- and {len(one.disputed) - _MOST_DISPUTED} more, in the JSON document"


def shown(one: Estimate) -> str:
    """A share with its interval and number: ``0.950 [0.910, 0.980] n=120``."""
    if one.value is None or one.low is None or one.high is None:
        return "-"
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}] n={one.n}"


def amount(one: Estimate) -> str:
    """An amount with its interval, in seconds or bytes. What was measured once for all cases has none."""
    if one.value is None or one.low is None or one.high is None:
        return "-"
    scale, unit = (1e6, " MB") if one.high >= 1e6 else (1.0, "")
    between = f" [{one.low / scale:.4g}, {one.high / scale:.4g}]" if one.low < one.high else ""
    return f"{one.value / scale:.4g}{unit}{between}"


def cost(row: Row, name: str, text: Callable[[Estimate], str] = amount) -> str:
    """A cost as text. Only stores are sent anything: where their bytes are missing, they were not measured."""
    one = row.figures[name]
    unmeasured = one.value is None and name == COSTS["bytes_sent"] and row.topic == "store"
    return "not measured" if unmeasured else text(one)


def _head(*cells: str) -> Iterator[str]:
    yield _line(*cells)
    yield "|" + "---|" * len(cells)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
