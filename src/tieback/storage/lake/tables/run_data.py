"""The address data and the rules of users that a run used, in the lake: later imports and edits do not change it."""

from collections.abc import Iterable

from tieback.model.report.used import DataUsed, RulesUsed
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


def save_run_rules(lake: Lake, run: str, files: Iterable[RulesUsed]) -> None:
    """Record the files with rules of users that are active in a run; without any, nothing is written.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    rows = [(run, n, one.name, one.origin, one.sha256, one.rules) for n, one in enumerate(files)]
    if rows:
        lake.publish(f"rules-{run}", {"run_rules": rows_table("run_rules", rows)})


def read_run_rules(lake: Lake, run: str) -> tuple[RulesUsed, ...]:
    """The files with rules of users that were active in a run, in order. Raises ``WorkspaceError``."""
    sql = "SELECT name, origin, sha256, rules FROM run_rules WHERE run = ? ORDER BY ordinal"
    return tuple(RulesUsed(*row) for row in lake.stream(sql, [run]))
