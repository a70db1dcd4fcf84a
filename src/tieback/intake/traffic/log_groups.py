"""Logs of Zeek about the same time, read as one: Zeek writes a connection and its protocols to separate files.

``conn`` has the ports, times and bytes of a connection, ``ssl`` and ``http`` its server's name, all with the same
``uid``; ``dns`` has the names of addresses. The files are walked side by side in the order of time, so that memory is
bounded for logs of any size. Source: https://docs.zeek.org/en/master/logs/index.html.
"""

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from msgspec.structs import replace

from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.log_connections import ConnectionRecords
from tieback.intake.traffic.log_formats import LogFormat, format_of
from tieback.intake.traffic.log_rows import READERS, head_lines, reader_of
from tieback.intake.traffic.logs import LogFile, LogRecord
from tieback.model.count_text import count_text
from tieback.model.errors import InputError
from tieback.model.flow import NameSource
from tieback.model.sighting import Problem

MAX_LOGS = 32
"""Logs that are read side by side; each is an open file."""
MAX_NAMES = 100_000
"""Names of addresses that are remembered, by client."""
HEAD = 1 << 16
"""Bytes at the start of a log that identify it."""
_MAY_BE_LOG = re.compile(r"(?i)\.(?:log|json|jsonl|ndjson)(?:\.|\Z)")


type LogNames = Mapping[Path, PurePath]
"""Names of logs that are stored under other ones, with the folders that they come from."""


def may_be_log(name: str) -> bool:
    """True if a file with this name may be a log of Zeek."""
    return _MAY_BE_LOG.search(name) is not None


def is_zeek_log(path: Path, name: str = "") -> bool:
    """True for a log of Zeek about connections or their protocols, by its name and content; never raises.

    ``name``: of the log, if it is stored under another one.
    """
    if not may_be_log(name or path.name):
        return False
    try:
        with path.open("rb") as file:
            return is_zeek_head(file.read(HEAD))
    except OSError:
        return False


def is_zeek_head(head: bytes) -> bool:
    """True if a log of Zeek about connections or their protocols begins with these bytes, at most ``HEAD``."""
    reader = reader_of(head)
    if reader not in {"zeek", "json"}:
        return False
    rows = [row for row in READERS[reader](head_lines(head)) if row]
    found = [format_of(reader, row) for row in rows]
    # A log without rows is one too: it has the columns of its connection.
    fields = next((line for line in head_lines(head) if line.startswith("#fields")), "")
    return any(one is not None and one.reader == "zeek" and one.kind != "skip" for one in found) or (
        not rows and "id.orig_h" in fields
    )


def group_key(path: PurePath) -> str:
    """Equal for logs of the same period: Zeek names them ``conn.PERIOD.log.gz``, ``ssl.PERIOD.log.gz``."""
    return path.name.partition(".")[2].lower().removesuffix(".gz")


class LogGroup:
    """Opened logs of one period; ``flows`` walks them once."""

    def __init__(self, paths: Sequence[Path], own: Sequence[LogFormat] = ()) -> None:
        """Open the logs.

        Raises:
            InputError: one cannot be read, or its format is unknown.
        """
        self.path = paths[0]
        self.problems: list[Problem] = []
        self._logs: list[LogFile] = []
        try:
            for path in paths[:MAX_LOGS]:
                self._logs.append(LogFile(path, own))
        except InputError:
            self.close()
            raise

    def flows(self) -> Iterator[SampledFlow]:
        """Yield one flow per connection, with the name, port and bytes that its records have together."""
        connections, names, repeated = ConnectionRecords(), _Names(), _Repeated()
        loose = 0
        for record in heapq.merge(*(log.records() for log in self._logs), key=_when):
            if repeated.has(record):
                continue
            loose += not record.connection and record.seen.flow.protocol != "dns"
            seen = names.name(record)
            yield from connections.add(record.connection, seen, whole=record.whole)
        yield from connections.rest()
        if repeated.count:
            what = f"{count_text(repeated.count, 'line repeats', 'lines repeat')} another of these logs: counted once"
            self.problems.append(Problem(what, str(self.path)))
        if loose and len(self._logs) > 1:
            what = f"{count_text(loose, 'line')} without the uid of a connection: counted beside the connections"
            self.problems.append(Problem(what, str(self.path)))
        self._note_empty()
        for log in self._logs:
            self.problems += log.problems

    def _note_empty(self) -> None:
        """Name the logs without lines, unless nothing was read at all: the group is then reported as empty."""
        if all(log.rows == 0 for log in self._logs):
            return
        for log in self._logs:
            if log.rows == 0 and not log.problems:
                kind = log.zeek_path
                what = "no connections" if kind == "conn" else "no records"
                name = f"the log {kind}" if kind else "a log"
                self.problems.append(Problem(f"{what}: {name} has only its header", str(self.path)))

    def close(self) -> None:
        """Release the files."""
        for log in self._logs:
            log.close()


class _Repeated:
    """Lines that two logs have, such as ``conn.log`` and its compressed copy."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], str] = {}
        self.count = 0

    def has(self, record: LogRecord) -> bool:
        """True if an earlier line of another log says the same of the same connection."""
        if not record.connection:
            return False
        flow = record.seen.flow
        figures = (flow.bytes_out, flow.bytes_in, flow.packets_out, flow.packets_in)
        key = (record.connection, flow.start, flow.end, flow.server, flow.protocol, flow.detail, *figures)
        if len(self._known) >= MAX_NAMES:
            del self._known[next(iter(self._known))]
        repeated = self._known.setdefault(key, flow.path) != flow.path
        self.count += repeated
        return repeated


class _Names:
    """Names of addresses by the answers to a client's queries, as in a capture."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def name(self, record: LogRecord) -> SampledFlow:
        """The record, with the name of its server if only a DNS log has one."""
        flow = record.seen.flow
        client, server = flow.client.ip, flow.server
        if record.answers:
            for address in record.answers:
                if len(self._known) >= MAX_NAMES:
                    del self._known[next(iter(self._known))]
                self._known[client, address] = server.name
        elif not server.name and (known := self._known.get((client, server.ip))):
            named = replace(server, name=known, name_from=NameSource.DNS)
            return SampledFlow(replace(flow, server=named), record.seen.samples)
        return record.seen


def _when(record: LogRecord) -> float:
    """``conn`` is written at the end of a connection, after the records of its protocols."""
    return record.seen.flow.end


def group_logs(paths: Iterable[Path], names: LogNames | None = None) -> list[list[Path]]:
    """The logs by folder and period, each group in the order of its first path; at most ``MAX_LOGS`` in a group."""
    groups: dict[tuple[PurePath, str, int], list[Path]] = {}
    counts: dict[tuple[PurePath, str], int] = {}
    for path in paths:
        name = (names or {}).get(path, path)
        place = (name.parent, group_key(name))
        number = counts.get(place, 0)
        counts[place] = number + 1
        groups.setdefault((*place, number // MAX_LOGS), []).append(path)
    return list(groups.values())
