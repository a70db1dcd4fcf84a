"""Samples of Cassandra: at most fifty rows of a table, each as one JSON document (``SELECT JSON``, since 2.2).

No function of a user takes part: the statement names none, and tables with masked columns are left out, because a mask
can be a function of a user (CEP-20, since 5.0). Views are not read; their rows are copies of those of their tables.
"""

import re
from collections.abc import Sequence
from typing import Any

from tieback.model.grant import Depth
from tieback.model.probe import Container
from tieback.probes.interface import SAMPLED_RECORDS, SampledColumn
from tieback.probes.sampling import FEWER_RECORDS, document_columns
from tieback.probes.stores.cassandra.session import CqlError, CqlQuery, CqlRows, CqlSession, query_pattern
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.opening import plain_then_tls
from tieback.probes.wire.verdicts import TooLargeAnswer
from tieback.scope.conversation import Conversation, DeclaredSend, SendCost, Target

_NAME = re.compile(r"[A-Za-z0-9_]{1,48}")
_UNCONFIGURED = 0x2200
"""Error of a table that the version does not have."""
MASKS = CqlQuery(
    "SELECT keyspace_name, table_name FROM system_schema.column_masks",
    2,
    "which tables have masked columns, before they are read; reads the catalogue only",
    Depth.SAMPLE,
)
SEND = DeclaredSend(
    "SELECT JSON * FROM <table> LIMIT",
    query_pattern(
        rb'SELECT JSON \* FROM "[A-Za-z0-9_]{1,48}"\."[A-Za-z0-9_]{1,48}" LIMIT (?:%d|%d)'
        % (SAMPLED_RECORDS, FEWER_RECORDS)
    ),
    f"at most {SAMPLED_RECORDS} rows: classified for personal data in memory, nothing is kept",
    Depth.SAMPLE,
    values=True,
    cost=SendCost.BOUNDED,
)


def read_samples(target: Target, containers: Sequence[Container], found: list[SampledColumn]) -> Conversation[None]:
    """Read the first rows of each table into ``found``."""
    session = yield from _session(target)
    if session is None:
        return
    masked = yield from session.rows(MASKS)
    if isinstance(masked, CqlError) and masked.code != _UNCONFIGURED:
        return
    if isinstance(masked, CqlRows) and masked.more:
        return
    left_out = set(map(tuple, masked.rows)) if isinstance(masked, CqlRows) else set()
    for container in containers:
        path = container.path
        plain = len(path) == 2 and container.kind == "table" and all(map(_NAME.fullmatch, path))
        if not plain or tuple(part.encode() for part in path) in left_out:
            continue
        for count in (SAMPLED_RECORDS, FEWER_RECORDS):
            query = CqlQuery(f'SELECT JSON * FROM "{path[0]}"."{path[1]}" LIMIT {count}', 1, "")  # noqa: S608 - checked
            try:
                rows = yield from session.rows(query)
            except TooLargeAnswer:
                # Its body was not read.
                session = yield from _session(target)
                if session is None:
                    return
                continue
            if isinstance(rows, CqlRows):
                found += document_columns(path, (decode_json(row[0] or b"", dict[str, Any]) for row in rows.rows))
            break


def _session(target: Target) -> Conversation[CqlSession | None]:
    """A session without a password; ``None`` if the server requires one."""
    session = CqlSession()
    yield from plain_then_tls(target.tls, lambda tls: session.options(tls, None))
    return session if (yield from session.start()) is None else None
