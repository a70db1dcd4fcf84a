"""The address data that a run used, in the lake: later imports do not change it."""

from collections.abc import Iterable

from tieback.model.report import DataUsed
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import rows_table


def save_run_data(lake: Lake, run: str, data: Iterable[DataUsed]) -> None:
    """Record the data that a run uses; existing records are kept.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    rows = [(run, n, one.name, one.date, one.imported, one.sha256) for n, one in enumerate(data)]
    lake.publish(f"data-{run}", {"run_data": rows_table("run_data", rows)})


def read_run_data(lake: Lake, run: str) -> tuple[DataUsed, ...]:
    """The data that a run used, in order; empty for runs before this was recorded. Raises ``WorkspaceError``."""
    sql = "SELECT name, date, imported, sha256 FROM run_data WHERE run = ? ORDER BY ordinal"
    return tuple(DataUsed(*row) for row in lake.stream(sql, [run]))
