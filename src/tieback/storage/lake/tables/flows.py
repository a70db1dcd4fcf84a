"""Flows in the lake: conversion to rows and back."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from tieback.model.document import decode, encode
from tieback.model.flow import Flow
from tieback.model.sighting import Problem
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import rows_table
from tieback.storage.lake.tables.apps import UnitName, keys_table


def flow_tables(read: Sequence[tuple[UnitName, tuple[Sequence[Flow], Sequence[Problem]]]]) -> dict[str, pa.Table]:
    """The rows of a batch of captures, by table of the lake."""
    flows: list[Sequence[Any]] = []
    problems: list[Sequence[Any]] = []
    for unit, (found, odd) in read:
        name = (unit.key, unit.version)
        flows += (
            (
                *name,
                n,
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
            for n, flow in enumerate(found)
        )
        problems += ((*name, n, problem.what, problem.where) for n, problem in enumerate(odd))
    return {"flows": rows_table("flows", flows), "problems": rows_table("problems", problems)}


def read_flows(lake: Lake, keys: Iterable[UnitName]) -> Iterator[tuple[str, Flow]]:
    """The flows of these units, each with the content hash of its capture, by app and in order.

    Raises:
        WorkspaceError: the lake cannot be read.
        DocumentError: they were written by a release with another schema.
    """
    rows = lake.stream(
        "SELECT unit, json FROM flows SEMI JOIN keys USING (unit, version) ORDER BY unit, bundle_id, ordinal",
        tables={"keys": keys_table(keys)},
    )
    for unit, text in rows:
        yield unit, decode(text, "flow", Flow)
