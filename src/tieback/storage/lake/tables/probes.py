"""Back ends and probe reports of a run in the lake: conversion to rows and back."""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import md5
from itertools import batched
from struct import Struct
from typing import Any, Self

from tieback.model.backend import Backend
from tieback.model.document import decode, encode
from tieback.model.probe import NO_BYTE, ProbeReport
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import rows_table

BACKEND = """CASE WHEN host <> ''
AND (contains(value, '://') OR starts_with(value, host) OR starts_with(value, '[' || host)) THEN host ELSE value END"""
"""The back end of a row: its host, or the resource itself if many customers share the host."""

ROWS_A_PART = 20_000
_HALVES = Struct("<QQ")
"""The two halves of an MD5 digest, in the database's format."""
FIRST_STRETCH, LONGEST_STRETCH = 5_000, 80_000
"""Rows sorted at once: a page with the first few rows does not read millions."""
PROBES_WAITING = 256
"""Maximum reports that an interruption can lose."""


def save_backends(lake: Lake, run: str, backends: Iterable[Backend]) -> int:
    """Publish the back ends of a run, in order. Returns their number.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    return _save(
        lake,
        run,
        "backends",
        (
            (
                b.endpoint.value,
                b.endpoint.host,
                b.endpoint.port,
                b.addresses,
                b.resolved_by,
                b.owner_domain,
                b.provider,
                b.region,
                b.asn,
                b.owner,
                b.party,
                encode("backend", b).decode(),
            )
            for b in backends
        ),
    )


class ProbeWriter:
    """Publishes the probe reports of a run as they arrive, so that an interruption loses only the last few.

    Use it in a ``with`` statement; pending reports are published at its end, even after an error.
    """

    def __init__(self, lake: Lake, run: str, *, first: int = 0, waiting: int = PROBES_WAITING) -> None:
        """Open the writer.

        Args:
            lake: target lake.
            run: run of the reports.
            first: number of reports of this run that are already published.
            waiting: publish when this many reports are pending.
        """
        self._lake = lake
        self._run = run
        self._next = first
        self._limit = waiting
        self._waiting: list[ProbeReport] = []

    def add(self, report: ProbeReport) -> None:
        """Add one report. Raises ``WorkspaceError`` if the lake cannot be written."""
        self._waiting.append(report)
        if len(self._waiting) >= self._limit:
            self.flush()

    def flush(self) -> None:
        """Publish pending reports. Raises as ``add``."""
        if not self._waiting:
            return
        rows = [(self._run, self._next + n, *_probe_row(report)) for n, report in enumerate(self._waiting)]
        self._lake.publish(f"probes-{self._run}-{self._next:09}", {"probes": rows_table("probes", rows)})
        self._next += len(rows)
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()


def _probe_row(r: ProbeReport) -> tuple[Any, ...]:
    return (
        r.target,
        r.address,
        r.probe,
        r.product,
        r.version,
        r.outcome,
        r.access,
        r.identity.key if r.identity else None,
        len(r.containers),
        r.bytes_sent,
        r.bytes_read,
        r.seconds,
        encode("probe", r).decode(),
    )


def read_backends(
    lake: Lake, run: str, *, values: Collection[str] | None = None, saying: Collection[str] = ()
) -> Iterator[Backend]:
    """The back ends of a run, in the order they were saved.

    Args:
        lake: contains the back ends.
        run: the run.
        values: only these endpoints.
        saying: only back ends whose documents contain one of these words.

    Raises:
        WorkspaceError: the lake cannot be read.
        DocumentError: they were written by a release with another schema.
    """
    import pyarrow as pa

    if values is None and not saying:
        for text in _in_order(lake, "backends", run):
            yield decode(text, "backend", Backend)
        return
    which = "" if values is None else "SEMI JOIN wanted USING (value)"
    said = " OR ".join("position(? IN json) > 0" for _ in saying)
    sql = f"SELECT json FROM backends {which} WHERE run = ? {f'AND ({said})' if said else ''} ORDER BY ordinal"  # noqa: S608
    wanted = pa.table({"value": pa.array(values or (), pa.string())})
    for (text,) in lake.stream(sql, [run, *saying], tables={"wanted": wanted}):
        yield decode(text, "backend", Backend)


def read_probes(lake: Lake, run: str, *, answered: bool = False, encrypted: bool = False) -> Iterator[ProbeReport]:
    """The probe reports of a run, in the order they were saved.

    Args:
        lake: contains the reports.
        run: the run.
        answered: only reports in which a store responded; most targets do not respond.
        encrypted: only reports with TLS.

    Raises:
        WorkspaceError: the lake cannot be read.
        DocumentError: they were written by a release with another schema.
    """
    if not (answered or encrypted):
        for text in _in_order(lake, "probes", run):
            yield decode(text, "probe", ProbeReport)
        return
    which = "AND outcome = 'ok' AND product <> ''" if answered else ""
    if encrypted:
        which += """ AND position('"tls":null' IN json) = 0"""
    sql = f"SELECT json FROM probes WHERE run = ? {which} ORDER BY ordinal"  # noqa: S608 - our own text
    for (text,) in lake.stream(sql, [run]):
        yield decode(text, "probe", ProbeReport)


def _in_order(lake: Lake, table: str, run: str, which: str = "", params: Sequence[Any] = ()) -> Iterator[str]:
    """The documents of a run in order, a section at a time: sorting all rows would need memory for all."""
    bounds = f"SELECT min(ordinal), max(ordinal) FROM {table} WHERE run = ?"  # noqa: S608 - our own name
    first, last = next(lake.stream(bounds, [run]))
    sql = f"SELECT json FROM {table} WHERE run = ? AND ordinal BETWEEN ? AND ? {which} ORDER BY ordinal"  # noqa: S608
    length = FIRST_STRETCH
    while first is not None and first <= last:
        for (text,) in lake.stream(sql, [run, first, first + length - 1, *params]):
            yield text
        first, length = first + length, min(2 * length, LONGEST_STRETCH)


class ProbedTargets:
    """The targets with a report in a run, as sixteen bytes each: most candidates of a large run do not respond."""

    def __init__(self, lake: Lake, run: str) -> None:
        """Load the targets once.

        Raises:
            WorkspaceError: the lake cannot be read.
        """
        table = lake.query(
            """
            SELECT DISTINCT md5_number_upper(target) AS first, md5_number_lower(target) AS second
            FROM probes WHERE run = ? ORDER BY ALL
            """,
            [run],
        )
        self._first, self._second = array("Q"), array("Q")
        for batch in table.to_batches():
            self._first.frombytes(batch["first"].to_numpy().tobytes())
            self._second.frombytes(batch["second"].to_numpy().tobytes())

    def __contains__(self, target: str) -> bool:
        if not self._first:
            return False
        first, second = _HALVES.unpack(md5(target.encode("utf-8", "backslashreplace"), usedforsecurity=False).digest())
        place = bisect_left(self._first, first)
        while place < len(self._first) and self._first[place] == first:
            if self._second[place] == second:
                return True
            place += 1
        return False

    def __len__(self) -> int:
        return len(self._first)


_DECIDED = ("ok", "out_of_scope", "protocol_mismatch")
_CLOSED = f"outcome = 'refused' AND NOT contains(json, '{NO_BYTE}')"
"""The rules of ``ProbeReport.verdict`` in SQL."""
WITH_VERDICT = f"outcome IN ('ok', 'protocol_mismatch') OR ({_CLOSED})"
"""Reports of conversations that decided something about their target, in SQL."""


class RunProbes:
    """The probe reports of a run, counted by the database."""

    def __init__(self, lake: Lake, run: str) -> None:
        """Count the reports by outcome.

        Raises:
            WorkspaceError: the lake cannot be read.
        """
        self._lake, self._run = lake, run
        sql = "SELECT outcome, count(*), sum(bytes_sent), sum(bytes_read) FROM probes WHERE run = ? GROUP BY outcome"
        self._outcomes = {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in lake.stream(sql, [run])}

    @property
    def endpoints(self) -> int:
        """Number of endpoints mapped by the run."""
        return int(next(self._lake.stream("SELECT count(*) FROM backends WHERE run = ?", [self._run]))[0])

    @property
    def backends(self) -> int:
        """Number of back ends: hosts, addresses, and resources at hosts that many customers share, each once."""
        sql = f"SELECT count(DISTINCT {BACKEND}) FROM backends WHERE run = ?"  # noqa: S608 - our own text
        return int(next(self._lake.stream(sql, [self._run]))[0])

    def count(self, *, only: Collection[str] | None = None, but: Collection[str] = ()) -> int:
        """Number of reports with these outcomes, or with all but some."""
        return sum(
            count
            for outcome, (count, _, _) in self._outcomes.items()
            if outcome not in but and (only is None or outcome in only)
        )

    def count_texts(self, outcome: str, texts: Sequence[str]) -> list[int]:
        """Number of reports of an outcome whose first of the texts is each of them. Raises as ``read_probes``.

        A report with several of the texts counts for the one that is first in ``texts``.
        """
        if outcome not in self._outcomes:
            return [0] * len(texts)
        which = _first_text("json", texts)
        sql = f"SELECT {which}, count(*) FROM probes WHERE run = ? AND outcome = ? GROUP BY 1"  # noqa: S608 - placeholders
        found = dict(self._lake.stream(sql, [*texts, self._run, outcome]))
        return [int(found.get(number, 0)) for number in range(len(texts))]

    def count_nameless(self, texts: Sequence[str]) -> list[int]:
        """Number of hosts without an address: all, and those of each text, as ``count_texts``."""
        host, which = "coalesce(nullif(host, ''), value)", _first_text("resolved_by", texts)
        counts = ", ".join(f"count(DISTINCT {host}) FILTER (which = {number})" for number in range(len(texts)))
        rows = f"SELECT *, {which} AS which FROM backends WHERE run = ? AND len(addresses) = 0"  # noqa: S608
        sql = f"SELECT count(DISTINCT {host}), {counts} FROM ({rows})"  # noqa: S608 - only placeholders
        return [int(count) for count in next(self._lake.stream(sql, [*texts, self._run]))]

    def volume(self) -> tuple[int, int]:
        """Total bytes sent and read."""
        sent, read = ([volumes[side] for volumes in self._outcomes.values()] for side in (1, 2))
        return sum(sent), sum(read)

    def unnamed(self, most: int) -> tuple[int, list[str]]:
        """Targets that answered without showing a product: how many, and the first. Raises as ``read_probes``."""
        if "ok" not in self._outcomes:
            return 0, []
        rows = "FROM probes WHERE run = ? AND outcome = 'ok' AND product = ''"
        (count,) = next(self._lake.stream(f"SELECT count(*) {rows}", [self._run]))
        sql = f"SELECT target {rows} ORDER BY ordinal LIMIT ?"
        return int(count), [str(target) for (target,) in self._lake.stream(sql, [self._run, most])]

    def without_verdict(self) -> int:
        """Number of reports without a verdict: ``TargetVerdict.NONE``. Raises as ``read_probes``."""
        decided = sum(self._outcomes.get(outcome, (0,))[0] for outcome in _DECIDED)
        closed = 0
        if "refused" in self._outcomes:
            sql = f"SELECT count(*) FROM probes WHERE run = ? AND {_CLOSED}"  # noqa: S608 - our own text
            closed = int(next(self._lake.stream(sql, [self._run]))[0])
        return self.count() - decided - closed

    def reports_without_verdict(self) -> Iterator[ProbeReport]:
        """These reports, in the order they were saved. Raises as ``read_probes``."""
        if not self.without_verdict():
            return
        which, decided = f"AND NOT list_contains(?, outcome) AND NOT ({_CLOSED})", list(_DECIDED)
        for text in _in_order(self._lake, "probes", self._run, which, [decided]):
            yield decode(text, "probe", ProbeReport)

    def unrecognised(self, most: int) -> tuple[int, list[str]]:
        """Targets that answered and are no known store: how many, and the first. Raises as ``read_probes``.

        A URL with a path names several places of a server, of which one is enough.
        """
        if "protocol_mismatch" not in self._outcomes:
            return 0, []
        place = "split_part(target, '/', 1)"
        answered = f"SELECT {place} FROM probes WHERE run = ? AND outcome = 'ok'"  # noqa: S608 - our own text
        rows = f"FROM probes WHERE run = ? AND outcome = 'protocol_mismatch' AND {place} NOT IN ({answered})"
        both = [self._run, self._run]
        (count,) = next(self._lake.stream(f"SELECT count(*) {rows}", both))
        sql = f"SELECT target {rows} ORDER BY ordinal LIMIT ?"
        return int(count), [str(target) for (target,) in self._lake.stream(sql, [*both, most])]

    def reports(self, *, but: Collection[str]) -> Iterator[ProbeReport]:
        """The reports of all outcomes but some, in the order they were saved. Raises as ``read_probes``."""
        which, outcomes = "AND NOT list_contains(?, outcome)", [str(outcome) for outcome in but]
        if not self.count(but=but):
            return
        for text in _in_order(self._lake, "probes", self._run, which, [outcomes]):
            yield decode(text, "probe", ProbeReport)


def _first_text(column: str, texts: Sequence[str]) -> str:
    """SQL for the number of the first of the texts in a column; -1 if it has none."""
    cases = " ".join(f"WHEN contains({column}, ?) THEN {number}" for number in range(len(texts)))
    return f"CASE {cases} ELSE -1 END"


def _save(lake: Lake, run: str, table: str, rows: Iterable[tuple[Any, ...]]) -> int:
    count = 0
    for number, chunk in enumerate(batched(rows, ROWS_A_PART)):
        numbered = ((run, count + place, *row) for place, row in enumerate(chunk))
        lake.publish(f"{table}-{run}-{number:06}", {table: rows_table(table, numbered)})
        count += len(chunk)
    return count
