"""The page of a comparison, in Markdown: figures per topic, and which tool is better by the interval."""

from collections.abc import Iterator, Mapping, Sequence
from math import isclose, isfinite

import msgspec

from bench.conditions import MOST_LOAD, Conditions
from bench.openback.intervals import Estimate
from bench.openback.report import amount, cost, shown
from bench.openback.score import ANSWERS, COSTS, Pair, Row, Scores

OURS = "tieback"
FIGURES = ("precision", "recall", "false open", "exact", "given", "median error")
UNKNOWN = "not shown"
TITLES = {
    "store": "Stores of the lab",
    "conversation": "Recorded conversations",
    "app": "Endpoints of apps",
    "capture": "Captures",
    "field_name": "Names of fields",
    "field_value": "Values of fields",
    "rules": "Rules and settings",
    "credential": "Credentials in apps",
    "host": "Hosts",
}
NOTES = {
    "store": (
        "nmap and redposture do not count records, apart from keys of Redis. A store without records is `open` to "
        "them, which counts as a false open. Bytes sent are those of IP packets to the servers, with their headers."
    ),
    "conversation": "No other tool here reads a recorded conversation.",
    "app": (
        "The apps are those that tieback's own data flow is tested with: most endpoints are put together, encoded or "
        "encrypted. The libraries give texts and do not claim to follow code. ripgrep is the search that a person "
        "does. The set `noise` has public packages, of which only the hosts are labelled."
    ),
    "capture": (
        "Half of the servers have the usual port of their protocol. tshark chooses most parsers by port. Suricata has "
        "parsers for two of these protocols. No other tool here finds recipients of personal data."
    ),
    "field_value": "Presidio reads three values of each column, scrubadub ten, the others all.",
    "rules": (
        "Each other tool reads one kind: targaryen the Realtime Database, pgrls row-level security, Checkov buckets "
        "and containers. Compare them with tieback by the differences, which use only the cases that both read."
    ),
    "credential": "No tool tries a find at its service. The authors of tieback know the forms of the credentials.",
    "host": "No other tool here finds providers or parties without a network.",
}


class Run(msgspec.Struct, frozen=True):
    """What a comparison must be read with."""

    seed: int
    start: Conditions
    end: Conditions
    seconds: float
    """From the first to the last tool."""
    missing: tuple[str, ...]
    """Tools that are not installed here, or did not run before the run was stopped."""
    under_load: bool
    """The load at the start was above the limit, or several tools ran at once."""
    jobs: int = 1
    """Tools at once."""
    notes: tuple[str, ...] = ()
    """What else a reader must know, such as a tool that ran again."""


def page(scores: Scores, run: Run, claims: Mapping[str, frozenset[str]]) -> str:
    """The page.

    Args:
        scores: of all results.
        run: its conditions.
        claims: the names of the claims that each peer can make. It is not compared in others.

    Raises:
        ValueError: a tool is called better without an interval that excludes zero.
    """
    failed = sorted(
        {(row.topic, row.tool) for row in scores.rows if row.part == "all" and not row.claim if _never_answered(row)}
    )

    def makes(topic: str, tool: str, claim: str) -> bool:
        known = tool == OURS or not claim or claim in claims.get(tool, frozenset())
        return known and (not claim or (topic, tool) not in failed)

    ours = [
        pair
        for pair in scores.pairs
        if OURS in (pair.first, pair.second)
        and all(makes(pair.topic, tool, pair.claim) for tool in (pair.first, pair.second))
    ]
    every = [row for row in scores.rows if makes(row.topic, row.tool, row.claim)]
    lines = [*_head(scores, run), *_overview(ours), *_cheaper(every)]
    for topic in TITLES:
        rows = [row for row in every if row.topic == topic]
        if rows:
            lines += _topic(topic, rows, [pair for pair in ours if pair.topic == topic])
    return "\n".join([*lines, *_missing(run, failed)]).rstrip() + "\n"


def better(pair: Pair) -> str:
    """The better tool of a pair, or that no difference is shown.

    Raises:
        ValueError: the pair names a better tool, but its interval is missing or includes zero.
    """
    known = isfinite(pair.low) and isfinite(pair.high)
    if not known or pair.low <= 0 <= pair.high:
        if pair.better:
            raise ValueError(
                f"{pair.topic} {pair.claim}: {pair.better} is called better, but the interval includes zero"
            )
        return UNKNOWN
    return pair.better


def _head(scores: Scores, run: Run) -> Iterator[str]:
    yield "# tieback and other tools, measured"
    yield ""
    yield "For people who choose a tool. `make compare` wrote this page: all tools, same inputs, same machine, one run."
    yield ""
    if run.under_load:
        several = f" {run.jobs} tools ran at once." if run.jobs > 1 else ""
        yield (
            f"**Measured under load.** The load per core was {run.start.load:.1f} at the start and {run.end.load:.1f} "
            f"at the end; the limit for publishing is {MOST_LOAD}.{several} Compare CPU seconds within this page only. "
            "A tool may have exceeded a time limit for that reason."
        )
        yield ""
    yield f"- Start. {run.start}"
    yield f"- End. {run.end}"
    yield f"- Seed of the sets: {run.seed}. The run took {run.seconds / 60:.0f} minutes."
    yield from (f"- {note}" for note in run.notes)
    yield ""
    yield "Repeat it: `tools/install-peers`, then `make compare`. One part: `python -m bench.openback.compare --help`."
    yield ""
    yield from _table("tool", "version")
    yield from (_line(tool, version) for tool, version in scores.tools.items())
    yield ""
    yield "## How to read it"
    yield ""
    yield from (
        "- Each figure has its 95 % interval and its number `n`. A tool is called better only if the interval of the",
        "  difference excludes zero. With many figures, some intervals exclude zero by chance: one in twenty.",
        "- The authors of tieback made most inputs and know them. Its scores on `all` are those of a regression test.",
        "  `held_out` was not looked at while rules were made. A set by a third party would be better evidence.",
        "- Each tool is scored on the topics that it claims to support, with its documented settings. The docstring of",
        "  its adapter has them, and how its words become claims: `bench/openback/peers`.",
        "- CPU time and memory are measured once per file of cases. One file gives no interval.",
        "- `undecided` and `failed` miss what is expected. `unsupported` cases are left out of precision and recall.",
        "- Counting, sets and labels: [openback](../bench/openback/README.md).",
    )
    yield ""


def _overview(pairs: Sequence[Pair]) -> Iterator[str]:
    worse = [pair for pair in pairs if better(pair) not in (OURS, UNKNOWN)]
    ahead = [pair for pair in pairs if better(pair) == OURS]
    yield "## Where another tool is better"
    yield ""
    if worse:
        yield from _pairs(worse, named=True)
    else:
        yield "No figure of this run shows it, with an interval that excludes zero."
    yield ""
    yield (
        f"tieback is better in {len(ahead)} of {len(pairs)} compared figures, another tool in {len(worse)}, and "
        f"{len(pairs) - len(ahead) - len(worse)} show no difference. Figures of one topic are not independent."
    )
    yield ""


def _cheaper(rows: Sequence[Row]) -> Iterator[str]:
    """Sets in which another tool that supports all cases used less time or memory than tieback."""
    costs = {(row.topic, row.part, row.tool): row for row in rows if not row.claim and row.part != "held_out"}
    found = []
    for (topic, part, tool), row in costs.items():
        own = costs.get((topic, part, OURS))
        whole = own is not None and not own.figures["unsupported"].value and not row.figures["unsupported"].value
        several = part == "all" and any(key[0] == topic and key[1] not in ("all", "held_out") for key in costs)
        if own is None or tool == OURS or not whole or several:
            continue
        pairs = [(row.figures[name], own.figures[name]) for name in list(COSTS.values())[:2]]
        if any(one.value and other.value and one.value < other.value for one, other in pairs):
            name = topic if part == "all" else f"{topic}, {part}"
            found.append((name, tool, *(f"{_cost(one)} / {_cost(other)}" for one, other in pairs)))
    yield "## Where another tool used less"
    yield ""
    yield (
        "Its figure / that of tieback, in the same set. One measurement each, so there is no interval. Memory below "
        "25 MB is that of the adapter: the tool needs less."
    )
    yield ""
    yield from _table("set", "tool", "CPU seconds per case", "peak memory")
    for cells in found:
        yield _line(*cells)
    yield ""


def _pairs(pairs: Sequence[Pair], *, named: bool = False) -> Iterator[str]:
    """Differences, each as tieback's figure less that of the other tool."""
    topic = ["topic"] if named else []
    yield from _table(*topic, "part", "claim", "figure", "other tool", "tieback less the other", "better")
    for pair in sorted(pairs, key=lambda one: (one.topic, one.part, one.claim, one.figure, one.first, one.second)):
        sign, other = (1, pair.second) if pair.first == OURS else (-1, pair.first)
        low, high = sorted((sign * pair.low, sign * pair.high))
        between = f"{_signed(sign * pair.difference)} [{_signed(low)}, {_signed(high)}]"
        cells = [pair.topic] if named else []
        yield _line(*cells, pair.part, pair.claim, pair.figure, other, between, better(pair))


def _signed(value: float) -> str:
    """With a sign, and no zero below zero."""
    return f"{round(value, 3) + 0.0:+.3f}"


def _topic(topic: str, rows: Sequence[Row], pairs: Sequence[Pair]) -> Iterator[str]:
    yield f"## {TITLES[topic]}"
    yield ""
    if topic in NOTES:
        yield NOTES[topic]
        yield ""
    claims = [row for row in rows if row.claim]
    parts = dict.fromkeys(row.part for row in claims)
    shared = [part for part in parts if part in ("all", "held_out") or _answered(part, rows) > 1]
    figures = [name for name in FIGURES if any(name in row.figures for row in claims)]
    yield from _table("part", "claim", "tool", *figures)
    for row in sorted(
        claims, key=lambda one: (shared.index(one.part) if one.part in shared else -1, one.claim, one.tool)
    ):
        cells = [shown(row.figures[name]) if name in row.figures else "" for name in figures]
        if row.part in shared and any(cell not in ("", "-") for cell in cells):
            yield _line(row.part, row.claim, row.tool, *cells)
    yield ""
    yield from _table("tool", "cases", *ANSWERS, *COSTS.values())
    for row in rows:
        if not row.claim and row.part == "all":
            shares = [f"{row.figures[name].value or 0:.0%}" for name in ANSWERS]
            costs = [cost(row, name, _cost) for name in COSTS.values()]
            yield _line(row.tool, str(row.figures[ANSWERS[0]].n), *shares, *costs)
    yield ""
    if pairs:
        yield from _pairs(pairs)
        yield ""


def _cost(one: Estimate) -> str:
    """An amount; its interval only if there are several measurements."""
    text = amount(one)
    known = one.low is not None and one.high is not None
    return text.partition(" [")[0] if known and isclose(one.low or 0, one.high or 0, rel_tol=1e-6) else text


def _answered(part: str, rows: Sequence[Row]) -> int:
    """Number of tools that support at least one case of a part."""
    return sum((row.figures["unsupported"].value or 0) < 1 for row in rows if row.part == part and not row.claim)


def _never_answered(row: Row) -> bool:
    """Whether a tool failed at every case that it supports: then something is wrong here, not with its answers."""
    shares = {name: row.figures[name].value or 0 for name in ANSWERS}
    return shares["failed"] > 0 and isclose(shares["failed"] + shares["unsupported"], 1)


def _missing(run: Run, failed: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield "## Tools that are not on this page"
    yield ""
    if run.missing:
        yield f"Not installed on this machine, or not run: {', '.join(run.missing)}."
        yield ""
    if failed:
        places = ", ".join(f"{tool} ({topic})" for topic, tool in failed)
        yield f"Failed at every case on this machine, so not compared: {places}."
        yield ""
    yield (
        "Tools that are on no registry, such as nuclei, MobSF, LeakIX and TruffleHog, and how to add their output: "
        "[peers](../bench/openback/peers/README.md)."
    )


def _table(*cells: str) -> Iterator[str]:
    yield _line(*cells)
    yield "|" + "---|" * len(cells)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
