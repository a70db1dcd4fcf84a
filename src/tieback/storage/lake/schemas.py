"""The tables of the lake: names, columns, types. One row says one thing that was seen.

``unit`` and ``version`` name the unit of work that a row comes from (content hash, version of the analysis), ``run``
the run; ``ordinal`` keeps the order inside a document. Offsets, counts and sizes are signed 64-bit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

_UNIT = [("unit", pa.string()), ("version", pa.string())]
_EVIDENCE = [("file", pa.string()), ("offset", pa.int64()), ("how", pa.string()), ("context", pa.string())]

UNITS = pa.schema([*_UNIT, ("source", pa.string()), ("size", pa.int64()), ("part", pa.string())])
"""Units whose results are in a part. Every part has this table, written by the lake itself."""

SCHEMAS: Mapping[str, pa.Schema] = {
    "units": UNITS,
    "apps": pa.schema(
        [
            *_UNIT,
            ("path", pa.string()),
            # All following columns are null where the identity could not be read.
            ("sha256", pa.string()),
            ("platform", pa.string()),
            ("bundle_id", pa.string()),
            ("name", pa.string()),
            ("version_name", pa.string()),
            ("version_code", pa.string()),
            ("min_sdk", pa.string()),
            ("target_sdk", pa.string()),
            ("vendor", pa.string()),
            ("signer_sha256", pa.string()),
            ("signer_subject", pa.string()),
            ("signer_scheme", pa.string()),
            # What it allows without TLS, a JSON array of rules.
            ("cleartext", pa.string()),
        ]
    ),
    "sightings": pa.schema(
        [
            *_UNIT,
            ("ordinal", pa.int32()),
            ("app_sha256", pa.string()),
            ("kind", pa.string()),
            ("value", pa.string()),
            ("scheme", pa.string()),
            ("host", pa.string()),
            ("port", pa.int32()),
            ("path", pa.string()),
            ("service", pa.string()),
            ("count", pa.int64()),
            ("party", pa.string()),
            *_EVIDENCE,
            # Null in parts written before these columns were.
            ("owner", pa.string()),
            ("party_reason", pa.string()),
            ("names", pa.list_(pa.string())),
        ]
    ),
    "credentials": pa.schema(
        [
            *_UNIT,
            ("ordinal", pa.int32()),
            ("kind", pa.string()),
            ("masked", pa.string()),
            ("endpoint", pa.string()),
            *_EVIDENCE,
            # Null in parts written before these columns were.
            ("grade", pa.string()),
            ("fingerprint", pa.string()),
            ("claims", pa.string()),
        ]
    ),
    # Values of credentials that are public by design, for the probes alone: no report reads them.
    "public_keys": pa.schema(
        [
            *_UNIT,
            ("kind", pa.string()),
            ("value", pa.string()),
            ("services", pa.list_(pa.string())),
            ("endpoint", pa.string()),
        ]
    ),
    "not_backends": pa.schema(
        [*_UNIT, ("ordinal", pa.int32()), ("value", pa.string()), ("reason", pa.string())],
    ),
    "problems": pa.schema([*_UNIT, ("ordinal", pa.int32()), ("what", pa.string()), ("where", pa.string())]),
    "flows": pa.schema(
        [
            *_UNIT,
            ("ordinal", pa.int64()),
            ("bundle_id", pa.string()),
            ("server_ip", pa.string()),
            ("server_port", pa.int32()),
            ("server_name", pa.string()),
            ("protocol", pa.string()),
            ("encrypted", pa.bool_()),
            ("bytes_out", pa.int64()),
            ("bytes_in", pa.int64()),
            ("leaks", pa.int32()),
            ("json", pa.string()),
        ]
    ),
    # What a survey found in an object elsewhere: itself, or the members of a shard. ``unit`` is the object's state.
    "objects": pa.schema(
        [
            *_UNIT,
            ("ordinal", pa.int64()),
            ("source", pa.string()),
            ("member", pa.string()),
            ("start", pa.int64()),
            ("size", pa.int64()),
            ("sha256", pa.string()),
            # app, traffic, or other.
            ("kind", pa.string()),
        ]
    ),
    "inputs": pa.schema(
        [
            ("run", pa.string()),
            ("ordinal", pa.int64()),
            ("path", pa.string()),
            *_UNIT,
            ("problem", pa.string()),
        ]
    ),
    # The data about addresses that a run judged by.
    "run_data": pa.schema(
        [
            ("run", pa.string()),
            ("ordinal", pa.int32()),
            ("name", pa.string()),
            ("date", pa.string()),
            ("imported", pa.string()),
            ("sha256", pa.string()),
        ]
    ),
    "backends": pa.schema(
        [
            ("run", pa.string()),
            ("ordinal", pa.int64()),
            ("value", pa.string()),
            ("host", pa.string()),
            ("port", pa.int32()),
            ("addresses", pa.list_(pa.string())),
            ("resolved_by", pa.string()),
            ("owner_domain", pa.string()),
            ("provider", pa.string()),
            ("region", pa.string()),
            ("asn", pa.int64()),
            ("owner", pa.string()),
            ("party", pa.string()),
            ("json", pa.string()),
        ]
    ),
    "probes": pa.schema(
        [
            ("run", pa.string()),
            ("ordinal", pa.int64()),
            ("target", pa.string()),
            ("address", pa.string()),
            ("probe", pa.string()),
            ("product", pa.string()),
            ("version", pa.string()),
            ("outcome", pa.string()),
            ("access", pa.string()),
            ("identity", pa.string()),
            ("containers", pa.int32()),
            ("bytes_sent", pa.int64()),
            ("bytes_read", pa.int64()),
            ("seconds", pa.float64()),
            ("json", pa.string()),
        ]
    ),
    # What DNS said, one row an answer; ``name`` is ``*.parent`` where a made-up name beside others was asked for.
    "dns_answers": pa.schema(
        [
            ("name", pa.string()),
            ("kind", pa.string()),
            ("state", pa.string()),
            # Seconds since 1970, UTC: when it was asked, and until when it holds.
            ("asked", pa.float64()),
            ("until", pa.float64()),
            ("values", pa.list_(pa.string())),
            ("aliases", pa.list_(pa.string())),
            ("problem", pa.string()),
            ("authentic", pa.bool_()),
        ]
    ),
    # Reports of other tools, one row a file; the content of a file tells it from all others.
    "imports": pa.schema(
        [
            ("sha256", pa.string()),
            ("version", pa.string()),
            ("source", pa.string()),
            ("path", pa.string()),
            ("imported", pa.float64()),
            ("services", pa.int64()),
            ("sightings", pa.int64()),
            ("left_out", pa.int64()),
        ]
    ),
    "passive_services": pa.schema(
        [
            ("import", pa.string()),
            ("version", pa.string()),
            ("ordinal", pa.int64()),
            ("source", pa.string()),
            ("address", pa.string()),
            ("port", pa.int32()),
            ("names", pa.list_(pa.string())),
            ("service", pa.string()),
            ("claims", pa.string()),
            ("seen", pa.string()),
            ("resource", pa.string()),
            ("note", pa.string()),
            ("json", pa.string()),
        ]
    ),
    "passive_sightings": pa.schema(
        [
            ("import", pa.string()),
            ("version", pa.string()),
            ("ordinal", pa.int64()),
            ("bundle_id", pa.string()),
            ("app_sha256", pa.string()),
            ("value", pa.string()),
            ("json", pa.string()),
        ]
    ),
    # Exports of cloud accounts, one row a file and what the user said of it.
    "posture_imports": pa.schema(
        [
            ("sha256", pa.string()),
            ("version", pa.string()),
            ("source", pa.string()),
            ("path", pa.string()),
            ("imported", pa.float64()),
            ("seen", pa.string()),
            ("resources", pa.int64()),
            ("dependencies", pa.int64()),
            ("left_out", pa.int64()),
            ("missed", pa.int64()),
            ("incomplete", pa.string()),
        ]
    ),
    # What one export says of one resource. A row group holds keys of one bucket, so that a reader can take them apart.
    "posture_resources": pa.schema(
        [
            ("import", pa.string()),
            ("version", pa.string()),
            ("bucket", pa.int32()),
            ("key", pa.string()),
            ("provider", pa.string()),
            ("account", pa.string()),
            ("seen", pa.string()),
            ("needs", pa.list_(pa.string())),
            ("json", pa.string()),
        ]
    ),
    "posture_dependencies": pa.schema(
        [
            ("import", pa.string()),
            ("version", pa.string()),
            ("id", pa.string()),
            ("kind", pa.string()),
            ("name", pa.string()),
            # Of a member the bucket of its whole, else -1.
            ("bucket", pa.int32()),
            ("seen", pa.string()),
            ("json", pa.string()),
        ]
    ),
}


def rows_table(name: str, rows: Iterable[Sequence[Any]]) -> pa.Table:
    """A table of the lake from rows in the order of its columns.

    Text that UTF-8 cannot hold (lone surrogates in hostile packages and odd file names) is written with backslashes.

    Raises:
        pyarrow.ArrowInvalid, OverflowError: a value does not fit its column.
    """
    schema = SCHEMAS[name]
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.Table.from_arrays(
        [_array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema=schema
    )


def joined(first: pa.Table, second: pa.Table) -> pa.Table:
    """The rows of two tables of the same name, one after the other."""
    return pa.concat_tables([first, second])


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([_storable(value) for value in values], kind)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return [_storable(item) for item in value] if isinstance(value, list | tuple) else value
