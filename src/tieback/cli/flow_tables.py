"""Tables of flows, one per file. Their rows are on the disk if they are many, so that the memory is bounded."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched, islice
from typing import IO, Self

import msgspec
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tieback.cli.terminal import UNFOLDED, data_console, print_problem
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.flow import NOT_KNOWN, PARTLY_SEARCHED, ContentState, Flow

SHOWN = 60
"""Maximum number of flows per file on a terminal. A pipe and JSON output are complete."""
_IN_MEMORY = 1024 * 1024
"""Bytes of rows that stay in memory; more are in a file without a name."""
_AT_ONCE = 500
"""Rows in memory while a table is printed."""
_COLUMNS = ("server", "protocol", "encrypted", "app", "out", "in", "leaks")
_RIGHT = frozenset({"out", "in"})


class _FileTable:
    """What is known of the table of one file: how many flows it has, the width of each column, and its rows."""

    def __init__(self) -> None:
        self.count = 0
        self.partly = 0
        """Flows of which only a part was read."""
        self.widths = [cell_len(column) for column in _COLUMNS]
        self.places: list[tuple[int, int]] = []
        """Offset and number of each run of rows: files may be read in turns."""


class FlowTables:
    """The tables of several files, in the order of their first flows."""

    def __init__(self) -> None:
        """Nothing is written before there are many rows."""
        self._console: Console = data_console()
        self._whole = self._console.width >= UNFOLDED
        self._tables: dict[str, _FileTable] = {}
        self._last = ""
        # The file ends with its last reference.
        self._rows: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115

    @classmethod
    def of(cls, path: str, flows: Iterable[Flow]) -> Self:
        """The table of one file, which may have no flows."""
        tables = cls()
        tables._tables[path] = _FileTable()
        for flow in flows:
            tables.add(flow, path)
        return tables

    def add(self, flow: Flow, path: str | None = None) -> None:
        """Add a flow to the table of its file; a terminal shows only the first flows."""
        path = flow.path if path is None else path
        table = self._tables.setdefault(path, _FileTable())
        table.count += 1
        table.partly += flow.whole is False
        if not self._whole and table.count > SHOWN:
            return
        cells = _cells(flow)
        table.widths = [max(width, cell_len(cell)) for width, cell in zip(table.widths, cells, strict=True)]
        if path != self._last or not table.places:
            table.places.append((self._rows.tell(), 0))
        offset, count = table.places[-1]
        table.places[-1] = offset, count + 1
        self._last = path
        self._rows.write(msgspec.json.encode(cells) + b"\n")

    def print(self) -> None:
        """Print every table."""
        for path, table in self._tables.items():
            self._console.print(Text(path, style="bold"))
            # The first rows bring the head, so a table without rows has one too.
            for number, rows in enumerate(batched(self._read(table), _AT_ONCE) if table.places else [()]):
                self._console.print(_table(rows, table.widths if self._whole else None, head=number == 0))
            rest = table.count - sum(count for _, count in table.places)
            if rest:
                self._console.print(Text(f"{rest:,} more with --format json, or in a pipe", style="dim"))
            self._console.print()
            if table.partly:
                what = f"{count_text(table.partly, 'flow')} read only in part: {PARTLY_SEARCHED}"
                print_problem(f"{path}: {what}")

    def _read(self, table: _FileTable) -> Iterator[list[str]]:
        for offset, count in table.places:
            self._rows.seek(offset)
            for line in islice(self._rows, count):
                yield msgspec.json.decode(line, type=list[str])


def _table(rows: Iterable[list[str]], widths: Sequence[int | None] | None, *, head: bool) -> Table:
    """Some rows of a table with these column widths; without widths, the columns share the terminal."""
    table = RowTable() if widths is None else Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.show_header = head
    for column, width in zip(_COLUMNS, widths or (None,) * len(_COLUMNS), strict=True):
        table.add_column(column, overflow="fold", justify="right" if column in _RIGHT else "left", width=width)
    for cells in rows:
        table.add_row(*map(Text, cells))
    return table


_UNSENT = {ContentState.REFUSED: "refused", ContentState.NOT_SENT: "not reached"}


def _cells(flow: Flow) -> list[str]:
    host = flow.server.name or (f"[{flow.server.ip}]" if ":" in flow.server.ip else flow.server.ip)
    sure = "" if flow.evidence == "payload" else "?"
    return [
        host if flow.server.port is None else f"{host}:{flow.server.port}",
        f"{flow.protocol or 'unknown'}{sure}",
        _UNSENT.get(flow.content) or {True: "yes", False: "no", None: ""}[flow.encrypted],
        (flow.app.bundle_id or flow.app.name) if flow.app else "",
        *(NOT_KNOWN if size is None else f"{size:,}" for size in (flow.bytes_out, flow.bytes_in)),
        _leaks(flow) if flow.leaks else "",
    ]


def _leaks(flow: Flow) -> str:
    from tieback.report.texts.captures import class_names

    return class_names(sorted({leak.pii_class for leak in flow.leaks}))
