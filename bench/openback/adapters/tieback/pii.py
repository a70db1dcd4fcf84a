"""Field names and columns of values: classes of personal data."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.schema import Case, Claim, Topic
from tieback.model.pii import Column
from tieback.pii.names import NameDetector
from tieback.pii.values import ValueDetector, classify_columns

_NONE = "none"


def claims(cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Sequence[Claim]]]:  # noqa: ARG001
    """As ``tieback pii``."""
    inputs = [json.loads(case.input) for case in cases]
    if cases[0].topic is Topic.FIELD_NAME:
        columns = [Column(one["field"], one["table"], one["dtype"], tuple(one["siblings"])) for one in inputs]
        verdicts = list(NameDetector().classify_names(columns))
    else:
        columns = [Column(one["field"], values=tuple(one["values"])) for one in inputs]
        verdicts = list(classify_columns(columns, NameDetector(), ValueDetector()))
    for case, verdict in zip(cases, verdicts, strict=True):
        yield case, [Claim("class", verdict.pii_class)] if verdict.pii_class != _NONE else []
