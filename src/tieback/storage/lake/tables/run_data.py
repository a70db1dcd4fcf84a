"""Which data about addresses a run judged by, in the lake: what was imported since is not what it used."""

from collections.abc import Iterable

from tieback.model.report import DataUsed
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import rows_table


def save_run_data(lake: Lake, run: str, data: Iterable[DataUsed]) -> None:
    """Note what a run judges by; what was noted first stays.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    rows = [(run, n, one.name, one.date, one.imported, one.sha256) for n, one in enumerate(data)]
    lake.publish(f"data-{run}", {"run_data": rows_table("run_data", rows)})


def read_run_data(lake: Lake, run: str) -> tuple[DataUsed, ...]:
    """What a run judged by, in its order; nothing of a run from before this was noted. Raises ``WorkspaceError``."""
    sql = "SELECT name, date, imported, sha256 FROM run_data WHERE run = ? ORDER BY ordinal"
    return tuple(DataUsed(*row) for row in lake.stream(sql, [run]))
