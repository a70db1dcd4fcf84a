"""Values for shell completion that a command must look up. Each look-up is bounded, read-only and silent."""

from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import typer

MAX_RUNS = 50
"""Maximum number of run IDs to offer, latest first."""
_LEDGER = "ledger.db"
_WAIT = 0.3
"""Seconds to wait for a lock of the ledger."""


def complete_run(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """IDs of finished runs of the workspace on the command line, with their start.

    Only for a ledger in the workspace: completion opens no connection to PostgreSQL.
    """
    folder = ctx.params.get("workspace") or ".tieback"
    return [(run, when) for run, when in list_run_ids(Path(str(folder))) if run.startswith(incomplete)]


def complete_figure(incomplete: str) -> list[tuple[str, str]]:
    """Names of figures that `report explain` explains, with their meaning."""
    from tieback.report.explain import FIGURES

    names = [("apps-analysed", "apps that were analysed"), *((name, kind.means) for name, kind in FIGURES.items())]
    return [(name, meaning) for name, meaning in names if name.startswith(incomplete)]


def list_run_ids(workspace: Path) -> list[tuple[str, str]]:
    """The IDs and start times (UTC) of finished runs, latest first; empty if the ledger cannot be read."""
    file = workspace / _LEDGER
    if not file.is_file():
        return []

    import sqlite3

    query = (
        "SELECT id, strftime('%Y-%m-%d %H:%M', started, 'unixepoch') FROM runs "
        "WHERE ended IS NOT NULL ORDER BY ended DESC, id DESC LIMIT ?"
    )
    try:
        url = f"file:{quote(str(file.absolute()))}?mode=ro"
        with closing(sqlite3.connect(url, uri=True, timeout=_WAIT)) as ledger:
            return [(str(run), str(when)) for run, when in ledger.execute(query, [MAX_RUNS])]
    except sqlite3.Error:
        return []
