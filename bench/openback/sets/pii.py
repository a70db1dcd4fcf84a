"""Field names and columns of values with their classes of personal data.

Names: the samples D to G of ``bench/names-sample.txt``, labelled by hand from public schemas. Columns: made by mimesis
from the seed in 48 locales. The public benchmark of ``tests/samples.py`` is added if it is here.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import pii_made
from bench.openback.schema import Case, Claim, Split, Topic
from bench.openback.sets.interface import FIRST, GENERATOR, NO_SAMPLES, CaseFile, NotMadeError
from bench.pii import SAMPLE, folder, rows_of, sample

NONE = "none"


def make_names(seed: int, place: Path) -> Iterator[CaseFile]:  # noqa: ARG001
    """Field names; they are the same for every seed."""
    yield "samples", list(_samples())
    public = folder()
    yield "public", NO_SAMPLES if public is None else list(_public_names(public))


def make_values(seed: int, place: Path) -> Iterator[CaseFile]:  # noqa: ARG001
    """Columns of values.

    Raises:
        NotMadeError: mimesis cannot be installed.
    """
    public = folder()
    yield "public", NO_SAMPLES if public is None else list(_public_values(public))
    made = pii_made.columns(seed)
    if isinstance(made, str):
        raise NotMadeError(f"mimesis: {made}")
    yield "mimesis", list(_made_values(made, seed))


def labelled(labels: Sequence[str]) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Expected and allowed claims; of several labels any is right, and with ``none`` among them none is needed."""
    classes = [label for label in labels if label != NONE]
    if not classes:
        return (), ()
    if len(classes) < len(labels):
        return (), tuple(Claim("class", one) for one in classes)
    return (Claim("class", classes[0] if len(classes) == 1 else list(classes)),), ()


def name_input(field: str, table: str, dtype: str, siblings: Sequence[str], language: str) -> str:
    """The input of a case of a field name."""
    parts = {"field": field, "table": table, "dtype": dtype, "siblings": list(siblings), "language": language}
    return json.dumps(parts, ensure_ascii=False)


def _samples() -> Iterator[Case]:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    part, table = "", 0
    for line in lines:
        if line.startswith("# sample "):
            part, table = line.removeprefix("# sample ").strip()[:1], 0
        if line.startswith("#") or not line.strip():
            continue
        table += 1
        for number, (language, column, labels) in enumerate(sample([line])):
            expected, allowed = labelled(labels)
            yield Case(
                id=f"name-{part}-{table:03}-{number:02}",
                topic=Topic.FIELD_NAME,
                split=Split.TUNE,
                source="bench/names-sample.txt",
                group=f"name-{part}-{table:03}",
                input=name_input(column.field, column.table, column.dtype, column.siblings, language),
                expected=expected,
                labellers=(FIRST,),
                allowed=allowed,
            )


def _public_names(place: Path) -> Iterator[Case]:
    for row in rows_of(place / "fields.jsonl"):
        expected, allowed = labelled(row["labels"])
        yield Case(
            id=f"name-public-{row['id']}",
            topic=Topic.FIELD_NAME,
            split=Split.TUNE,
            source=f"{row['source']} {row['path']}",
            group=f"name-public-{row['source']}",
            input=name_input(row["field"], row.get("table") or "", row.get("dtype") or "", (), row["lang"]),
            expected=expected,
            labellers=(FIRST,),
            allowed=allowed,
        )


def _value_case(name: str, group: str, source: str, field: str, values: Sequence[Any], labels: Sequence[str]) -> Case:
    expected, allowed = labelled(labels)
    return Case(
        id=f"value-{name}",
        topic=Topic.FIELD_VALUE,
        split=Split.TUNE,
        source=source,
        group=f"value-{group}",
        input=json.dumps({"field": field, "values": [str(value) for value in values]}, ensure_ascii=False),
        expected=expected,
        labellers=(GENERATOR if source.startswith("mimesis") else FIRST,),
        allowed=allowed,
    )


def _public_values(place: Path) -> Iterator[Case]:
    for row in rows_of(place / "values.jsonl"):
        labels = row["label"] if isinstance(row["label"], list) else [row["label"]]
        yield _value_case(
            f"public-{row['id']}", f"public-{row['source']}", row["source"], row["field"], row["values"], labels
        )


def _made_values(made: Sequence[pii_made.Made], seed: int) -> Iterator[Case]:
    for number, (locale, kind, pii_class, values) in enumerate(made):
        # Columns of one kind come from one generator; those of a locale share its lists.
        group = f"mimesis-{locale or kind}"
        yield _value_case(
            f"mimesis-{number:04}", group, f"{pii_made.PACKAGE}, {kind}, {locale}, seed {seed}", "", values, [pii_class]
        )
