"""Personal data: scores of names and values on the public benchmark, and speed of both detectors.

Reads the samples of ``tests/samples.py``; scored by their ``score.py``.
"""

import importlib.util
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import Any

from bench.measure import median_cpu, process, table
from bench.pii_made import columns as columns_made
from tests import samples
from tieback.model.pii import Classification, Column

ROOT = Path(__file__).parents[1]
SAMPLE = Path(__file__).with_name("names-sample.txt")
TYPES = {
    "v": "varchar(50)",
    "t": "text",
    "i": "int",
    "f": "decimal(10,2)",
    "d": "date",
    "b": "boolean",
    "c": "char(11)",
}
NATIONAL = "national_id"


def folder() -> Path | None:
    """Folder of the benchmark; ``None`` if it is missing."""
    place = samples.directory("pii")
    return place if (place / "score.py").is_file() else None


def _judge(place: Path) -> Callable[..., Any]:
    spec = importlib.util.spec_from_file_location("score", place / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    judge: Callable[..., Any] = module.score
    return judge


def rows_of(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sample(lines: Iterable[str]) -> Iterator[tuple[str, Column, list[str]]]:
    """Language, column with its siblings, and labels of each field of ``names-sample.txt``."""
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        language, table, fields = line.strip().split("|", 2)
        parts = [field.strip().partition("=") for field in fields.split(";") if field.strip()]
        named = [(*_named(body.strip()), label.split(",") if label else ["none"]) for body, _, label in parts]
        names = [name for name, _, _ in named]
        for at, (name, dtype, labels) in enumerate(named):
            siblings = (*names[:at], *names[at + 1 :])
            yield language, Column(name, table, TYPES.get(dtype, dtype), siblings), labels


def _named(body: str) -> tuple[str, str]:
    """Name and type, separated by the last space."""
    name, _, dtype = body.rpartition(" ")
    return (name, dtype) if name else (body, "")


def _labels(row: dict[str, Any]) -> list[str]:
    labels = row.get("labels") or row["label"]
    return labels if isinstance(labels, list) else [labels]


def _scored(
    judge: Callable[..., Any], what: str, gold: Sequence[list[str]], verdicts: Sequence[Classification]
) -> list[str]:
    (precision, recall, f1), macro, classes = judge(gold, [verdict.pii_class for verdict in verdicts])
    negatives = [v.pii_class for v, labels in zip(verdicts, gold, strict=True) if labels == ["none"]]
    flagged = sum(label != "none" for label in negatives)
    national = classes[NATIONAL][2] if NATIONAL in classes else 0.0
    return [
        what,
        str(len(gold)),
        f"{precision:.3f}",
        f"{recall:.3f}",
        f"{f1:.3f}",
        f"{macro:.3f}",
        f"{flagged}/{len(negatives)}",
        f"{national:.3f}",
    ]


def run() -> str:
    """Measure, and return the report section."""
    from tieback.pii.names import NameDetector
    from tieback.pii.values import ValueDetector, classify_columns

    place = folder()
    if place is None:
        return "## Personal data\n\nNot measured: the benchmark folder is missing.\n"
    judge = _judge(place)
    fields, columns = rows_of(place / "fields.jsonl"), rows_of(place / "values.jsonl")
    names, values = NameDetector(), ValueDetector()
    by_name = [Column(row["field"], row.get("table") or "", row.get("dtype") or "") for row in fields]
    headed = [Column(row["field"], values=tuple(map(str, row["values"]))) for row in columns]
    opaque = [Column("c1", values=column.values) for column in headed]
    gold = [_labels(row) for row in columns]
    drawn = list(sample(SAMPLE.read_text(encoding="utf-8").splitlines()))
    verdicts = list(names.classify_names(column for _, column, _ in drawn))
    alone = [Column(column.field, column.table, column.dtype) for _, column, _ in drawn] + by_name
    rows = [
        _scored(judge, "names", [_labels(row) for row in fields], list(names.classify_names(by_name))),
        _scored(judge, "names drawn from schemas (seen since then)", [labels for *_, labels in drawn], verdicts),
        _scored(judge, "values with header", gold, list(classify_columns(headed, names, values))),
        _scored(judge, "values without header", gold, list(classify_columns(opaque, names, values))),
    ]
    count = sum(len(column.values) for column in headed)
    cold = _cold(alone)
    warm = median_cpu(lambda: list(names.classify_names(by_name)), runs=5)
    joint = median_cpu(lambda: list(classify_columns(headed, names, values)), runs=7)
    plain = median_cpu(lambda: list(classify_columns(opaque, None, values)), runs=7)
    speeds = [
        [f"names, {len(alone):,} columns, data read, caches empty", f"{len(alone) / cold:,.0f} names/s"],
        ["names, cached", f"{len(by_name) / warm:,.0f} names/s"],
        ["values with names", f"{count / joint:,.0f} values/s"],
        ["values only", f"{count / plain:,.0f} values/s"],
        ["`import tieback.pii.values`, process start to end", _import_cost("import tieback.pii.values")],
        ["the same, and one column", _import_cost("from tieback.pii.values import *; ValueDetector().scan(['Ada'])")],
    ]
    return (
        f"## Personal data\n\n`python -m bench pii`: the public benchmark, {len(fields)} field names and "
        f"{len(columns)} columns with {count:,} values, scored by its own `score.py`. One core, medians.\n\n"
        + table(["what", "rows", "precision", "recall", "F1", "macro F1", "negatives flagged", "national ids F1"], rows)
        + "\n"
        + table(["speed", ""], speeds)
        + "\n"
        + _made(values)
    )


def _made(detector: Any) -> str:
    """Share of mimesis columns that are recognised only by their values."""
    from tieback.pii.values import classify_columns

    made = columns_made()
    if isinstance(made, str):
        return f"Columns made by mimesis: {made}.\n"
    asked = [Column("", values=tuple(values)) for *_, values in made]
    right: dict[str, list[int]] = {}
    for (_, kind, pii_class, _), found in zip(made, classify_columns(asked, None, detector), strict=True):
        count = right.setdefault(kind if pii_class != "none" else "no personal data", [0, 0])
        count[0] += found.pii_class == pii_class
        count[1] += 1
    rows = [[kind, f"{told}/{count}"] for kind, (told, count) in right.items()]
    return (
        "Columns of forty values that mimesis generates in 48 locales, classified from their values only "
        "(`bench/pii_made.py`). The gazetteer was not built from mimesis.\n\n"
        + table(["column of", "recognised"], rows)
    )


def _cold(columns: Sequence[Column]) -> float:
    """CPU seconds for the columns with a detector that has only read its data; median of five."""
    from tieback.pii.names import NameDetector

    seconds = []
    for _ in range(5):
        detector = NameDetector()
        list(detector.classify_names([Column("cvv", "t", "int", ("a", "b")), Column("geburtsdtum")]))
        start = process_time()
        list(detector.classify_names(columns))
        seconds.append(process_time() - start)
    return sorted(seconds)[2]


def _import_cost(code: str) -> str:
    _, bare, _ = process([sys.executable, "-c", "pass"])
    _, cpu, peak = process([sys.executable, "-c", code])
    return f"{(cpu - bare) * 1000:.0f} ms CPU over an empty process, {peak:.0f} MiB"
