"""Flows in the lake: conversion to rows and back."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from tieback.model.document import decode, encode
from tieback.model.flow import Flow
from tieback.model.sighting import Problem
from tieback.storage.failures import storage_errors
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import SCHEMAS, rows_table
from tieback.storage.lake.tables.apps import UnitName, keys_table

_PIECE = 2048
"""Flows converted to rows at once."""
_SIZE = 8
"""Bytes of the length before each piece in the file."""
_IN_MEMORY = 1024 * 1024
"""Bytes of rows of a capture that stay in memory; more are in a file."""


class FlowSpool:
    """The flows of one capture as rows, on the disk if they are many.

    The file has no name: nothing is left if the process is killed.
    """

    def __init__(self, unit: UnitName, directory: Path) -> None:
        """Keep where rows go.

        Args:
            unit: the capture.
            directory: on the disk of the lake; created with the first flow.
        """
        self.count = 0
        self._unit = unit
        self._directory = directory
        self._rows: list[Sequence[Any]] = []
        self._file: IO[bytes] | None = None
        self._failure: OSError | None = None

    def add(self, flow: Flow) -> None:
        """Add one flow. A full disk is reported by ``tables``, where it stops the run and not only this capture."""
        self._rows.append(_row(self._unit, self.count, flow))
        self.count += 1
        if len(self._rows) >= _PIECE:
            try:
                self._spill()
            except OSError as error:
                self._failure = self._failure or error
            self._rows.clear()

    def tables(self) -> Iterator[pa.Table]:
        """The rows, in pieces; may be read repeatedly.

        Raises:
            WorkspaceError: the disk is full or cannot be written.
        """
        with storage_errors(self._directory):
            if self._failure is not None:
                raise self._failure
            if self._file is not None:
                self._file.seek(0)
                while size := int.from_bytes(self._file.read(_SIZE), "big"):
                    yield pa.ipc.open_stream(self._file.read(size)).read_all()
        if self._rows:
            yield rows_table("flows", self._rows)

    def _spill(self) -> None:
        if self._failure is not None:
            return
        if self._file is None:
            self._directory.mkdir(parents=True, exist_ok=True)
            # The file ends with its last reference.
            self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(self._directory))  # noqa: SIM115
        piece = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.ipc.new_stream(piece, SCHEMAS["flows"], options=options) as writer:
            writer.write_table(rows_table("flows", self._rows))
        data = piece.getvalue()
        self._file.write(data.size.to_bytes(_SIZE, "big"))
        self._file.write(data)


def flow_tables(read: Sequence[tuple[UnitName, tuple[Sequence[Flow], Sequence[Problem]]]]) -> dict[str, pa.Table]:
    """The rows of a batch of captures, by table of the lake."""
    flows = [_row(unit, n, flow) for unit, (found, _) in read for n, flow in enumerate(found)]
    return {"flows": rows_table("flows", flows), "problems": problem_rows((unit, odd) for unit, (_, odd) in read)}


def problem_rows(read: Iterable[tuple[UnitName, Sequence[Problem]]]) -> pa.Table:
    """The rows of the problems of captures."""
    return rows_table(
        "problems",
        (
            (unit.key, unit.version, n, one.what, one.where, one.unread)
            for unit, odd in read
            for n, one in enumerate(odd)
        ),
    )


def _row(unit: UnitName, ordinal: int, flow: Flow) -> Sequence[Any]:
    return (
        unit.key,
        unit.version,
        ordinal,
        flow.app.bundle_id if flow.app else "",
        flow.server.ip,
        flow.server.port,
        flow.server.name,
        flow.protocol,
        flow.encrypted,
        flow.bytes_out,
        flow.bytes_in,
        len(flow.leaks),
        encode("flow", flow).decode(),
    )


def read_flows(lake: Lake, keys: Iterable[UnitName]) -> Iterator[tuple[str, Flow]]:
    """The flows of these units, each with the content hash of its capture; those of a capture in their order.

    Raises:
        DamagedPartError: begin again; the damaged part is then left out.
        WorkspaceError: the lake cannot be read.
        DocumentError: they were written by a release with another schema.
    """
    for (unit, _), (text,) in lake.rows_in_order("flows", ("json",), keys_table(keys)):
        yield unit, decode(text, "flow", Flow)
