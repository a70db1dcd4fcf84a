"""The inputs of each run: the unit of work of each path, in input order."""

from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tieback.model.skipped import SkippedFiles
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import SCHEMAS, rows_table

ROWS_AT_ONCE = 4096


class RunInput(msgspec.Struct, frozen=True):
    """One input of a run."""

    path: str
    """Path as given by the user."""
    key: str
    """SHA-256 of its content; empty if it could not be read at all."""
    version: str
    """Version of the analysis."""
    problem: str = ""
    """One line, if it failed."""


class Inputs:
    """The inputs of a run as columns, in order: a million inputs need little more memory than their texts."""

    def __init__(self, inputs: Iterable[RunInput] = ()) -> None:
        self._done: list[pa.Table] = []
        self._rows: list[tuple[str, int, str, str, str, str]] = []
        self._count = 0
        self.skipped: tuple[SkippedFiles, ...] = ()
        """Files that were passed over, by place and reason."""
        for one in inputs:
            self.add(one)

    def add(self, one: RunInput) -> None:
        """Add the next input."""
        self._rows.append(("", self._count, one.path, one.key, one.version, one.problem))
        self._count += 1
        if len(self._rows) == ROWS_AT_ONCE:
            self._flush()

    def __len__(self) -> int:
        return self._count

    def failing(self, problems: Mapping[str, str]) -> "Inputs":
        """A copy in which inputs with these content hashes and no problem yet have this problem."""
        found = Inputs()
        found._count, found._done = self._count, [self._table()]
        found.skipped = self.skipped
        if problems:
            table = found._done[0]
            known = pa.array(problems, pa.string())
            place = pc.index_in(table["unit"], value_set=known)
            place = pc.if_else(pc.equal(table["problem"], ""), place, pa.scalar(None, pa.int32()))
            told = pc.coalesce(pa.array(problems.values(), pa.string()).take(place), table["problem"])
            at = table.schema.get_field_index("problem")
            found._done = [table.set_column(at, table.schema.field(at), told)]
        return found

    def units(self) -> pa.Table:
        """The units without a problem, with duplicates: columns ``unit`` and ``version``."""
        table = self._table()
        read = pc.equal(table["problem"], "")
        units = table.select(["unit", "version"])
        # If all were read, nothing is copied.
        return units if pc.all(read).as_py() in (True, None) else units.filter(read)

    def count_by_version(self) -> dict[str, int]:
        """Number of inputs without a problem, by version of the analysis; those with the same content count once."""
        distinct = self.units().group_by(["unit", "version"]).aggregate([])
        counts = distinct.group_by("version").aggregate([("unit", "count")])
        return dict(zip(counts["version"].to_pylist(), counts["unit_count"].to_pylist(), strict=True))

    def of_version(self, version: str) -> list[RunInput]:
        """Inputs without a problem for one version of an analysis."""
        table = self._table()
        which = pc.and_(pc.equal(table["problem"], ""), pc.equal(table["version"], version))
        return list(_rows(table.filter(which)))

    def paths(self, keys: Collection[str]) -> dict[str, str]:
        """The first path of each of these units."""
        if not keys:
            return {}
        table = self._table()
        found = table.filter(pc.is_in(table["unit"], value_set=pa.array(keys, pa.string())))
        return {row.key: row.path for row in reversed(list(_rows(found)))}

    def repeated(self) -> tuple[int, str]:
        """Inputs that were read and have the content of one before them: how many, and the path of the first."""
        table = self._table()
        read = table.filter(pc.equal(table["problem"], ""))
        firsts = read.group_by(["unit", "version"]).aggregate([("ordinal", "min")])["ordinal_min"]
        if len(firsts) == len(read):
            return 0, ""
        again = read.filter(pc.invert(pc.is_in(read["ordinal"], value_set=firsts)))
        return len(again), str(again["path"][0].as_py())

    def failed(self) -> Iterator[RunInput]:
        """Inputs with a problem."""
        table = self._table()
        return _rows(table.filter(pc.not_equal(table["problem"], "")))

    def save(self, lake: Lake, run: str) -> None:
        """Publish them as the inputs of a run. Raises ``WorkspaceError`` if the lake cannot be written."""
        table = self._table()
        name = pa.array([run] * len(table), pa.string())
        tables = {"inputs": table.set_column(0, "run", name).cast(SCHEMAS["inputs"])}
        if self.skipped:
            rows = [(run, n, one.where, one.why, one.count, one.first) for n, one in enumerate(self.skipped)]
            tables["run_skipped"] = rows_table("run_skipped", rows)
        lake.publish(f"inputs-{run}", tables)

    def _flush(self) -> None:
        if self._rows:
            self._done.append(rows_table("inputs", self._rows))
            self._rows = []

    def _table(self) -> pa.Table:
        self._flush()
        if len(self._done) > 1:
            self._done = [pa.concat_tables(self._done)]
        return self._done[0] if self._done else SCHEMAS["inputs"].empty_table()


def _rows(table: pa.Table) -> Iterator[RunInput]:
    for batch in table.select(["path", "unit", "version", "problem"]).to_batches(ROWS_AT_ONCE):
        for row in batch.to_pylist():
            yield RunInput(row["path"], row["unit"], row["version"], row["problem"])


def save_inputs(lake: Lake, run: str, inputs: Iterable[RunInput]) -> int:
    """Publish the inputs of a run, in order. Returns their number.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    every = Inputs(inputs)
    every.save(lake, run)
    return len(every)


def read_inputs(lake: Lake, run: str) -> Iterator[RunInput]:
    """The inputs of a run, in order. Raises ``WorkspaceError``."""
    for row in lake.stream("SELECT path, unit, version, problem FROM inputs WHERE run = ? ORDER BY ordinal", [run]):
        yield RunInput(*row)


def read_skipped(lake: Lake, run: str) -> tuple[SkippedFiles, ...]:
    """The files that a run passed over, by place and reason. Raises ``WorkspaceError``."""
    sql = "SELECT place, why, files, first FROM run_skipped WHERE run = ? ORDER BY ordinal"
    return tuple(SkippedFiles(*row) for row in lake.stream(sql, [run]))


def count_inputs(lake: Lake, run: str) -> tuple[int, int]:
    """Number of inputs of a run that were read, and that failed. Raises ``WorkspaceError``."""
    sql = "SELECT count(*) FILTER (problem = ''), count(*) FILTER (problem <> '') FROM inputs WHERE run = ?"
    read, failed = next(lake.stream(sql, [run]))
    return int(read), int(failed)


def failed_inputs(lake: Lake, run: str, limit: int) -> list[RunInput]:
    """The first inputs of a run that failed, in order. Raises ``WorkspaceError``."""
    sql = "SELECT path, unit, version, problem FROM inputs WHERE run = ? AND problem <> '' ORDER BY ordinal LIMIT ?"
    return [RunInput(*row) for row in lake.stream(sql, [run, limit])]
