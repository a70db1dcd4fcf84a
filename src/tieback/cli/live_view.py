"""Flows on a terminal as a capture runs: the last ones, with owner and data, above a line of totals.

The screen is drawn a few times a second, whatever the number of flows; a flow costs an entry in a queue and a few
counters.
"""

from collections import Counter, deque
from collections.abc import Iterable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tieback.model.flow import Flow
from tieback.pipeline.capture.flows import FORBIDDEN, NOT_REACHED, PASSED
from tieback.pipeline.mapping.flow_endpoints import STORE_PROTOCOLS
from tieback.pipeline.mapping.recipients import HostOwners

ROWS = 200
"""Flows that are remembered for the screen; a screen shows as many as fit."""
_PER_SECOND = 4
_MOST_OWNERS = 10_000
_LONGEST_NOTE = 100
_AROUND = 5
"""Lines of the screen that are not flows: head, totals, and room for a message."""


class _Row(msgspec.Struct):
    """A flow as it is shown, and how often the same flow came one after the other."""

    host: str
    app: str
    owner: str
    protocol: str
    data: str
    note: str
    times: int = 1


class LiveView(AbstractContextManager["LiveView"]):
    """The screen of a running capture. Other messages of the same console appear above it."""

    def __init__(self, console: Console) -> None:
        """Nothing is drawn before ``with``."""
        self._rows: deque[_Row] = deque(maxlen=ROWS)
        self._counts: Counter[str] = Counter()
        self._console = console
        self._owners = HostOwners()
        self._known: dict[str, str] = {}
        self._live = Live(get_renderable=self.render, console=console, refresh_per_second=_PER_SECOND, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._live.stop()

    def add(self, flow: Flow) -> None:
        """Show a flow."""
        row = self._row(flow)
        last = self._rows[-1] if self._rows else None
        if last is not None and msgspec.structs.replace(last, times=1) == row:
            last.times += 1
        else:
            self._rows.append(row)
        self._counts["flows"] += 1
        self._counts["rejected certificates"] += row.note == _REFUSED
        self._counts["not reached"] += row.note.startswith((NOT_REACHED, FORBIDDEN))
        self._counts["with personal data"] += bool(row.data)
        self._counts["to data stores"] += flow.protocol in STORE_PROTOCOLS

    def render(self) -> Table:
        """The screen as it is now."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=False)
        for column in ("server", "owner", "app", "protocol", "data", "note"):
            table.add_column(column, overflow="ellipsis", no_wrap=True)
        room = max(1, self._console.height - _AROUND)
        for row in list(self._rows)[-room:]:
            note = f"{row.note} x{row.times}".strip() if row.times > 1 else row.note
            style = "bold red" if row.note == _REFUSED else "bold" if row.protocol in STORE_PROTOCOLS else ""
            cells = (row.host, row.owner, row.app, row.protocol, row.data, note)
            table.add_row(*(Text(cell) for cell in cells), style=style)
        totals = [f"{what}: {count:,}" for what, count in self._counts.items() if count]
        table.caption = Text(", ".join(totals) or "no flows yet")
        table.caption_justify = "left"
        return table

    def _row(self, flow: Flow) -> _Row:
        name = flow.server.name or flow.server.ip
        host = f"[{name}]" if ":" in name else name
        found = {one.pii_class for one in flow.leaks} | {one.pii_class for one in flow.sent}
        return _Row(
            f"{host}:{flow.server.port}" if flow.server.port is not None else host,
            (flow.app.bundle_id or flow.app.name) if flow.app else "",
            self._owner(name),
            f"{flow.protocol or 'unknown'}{'' if flow.evidence == 'payload' else '?'}",
            _names(found) if found else "",
            _note(flow),
        )

    def _owner(self, host: str) -> str:
        """Known owner of a host, from the built-in list; the registrable domain for others."""
        known = self._known.get(host)
        if known is None:
            if len(self._known) >= _MOST_OWNERS:
                self._known.clear()
            known = self._known[host] = self._owners.of(host)
        return known


_REFUSED = "rejected the certificate"


def _note(flow: Flow) -> str:
    if flow.tls is not None and flow.tls.refused_by_client:
        return _REFUSED
    if flow.detail.startswith((NOT_REACHED, FORBIDDEN)):
        return flow.detail[:_LONGEST_NOTE]
    if flow.detail.startswith(PASSED):
        return "passed through unread"
    return "in the clear" if flow.encrypted is False and flow.protocol != "dns" else ""


def _names(classes: Iterable[str]) -> str:
    from tieback.report.texts.captures import class_names

    return class_names(sorted(classes))
