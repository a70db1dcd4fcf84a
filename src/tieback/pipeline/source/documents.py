"""Original names and lines of the source for the documents of ``tieback app``: ``--mapping`` and ``--source``."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from tieback.intake.source.checkout import Checkout
from tieback.intake.source.r8_mapping import Mapping, class_names, read_mapping
from tieback.model.app import Platform
from tieback.model.count_text import count_text
from tieback.model.sighting import AppDocument, Credential, Evidence, Problem, Sighting, SourceLines
from tieback.pipeline.source.locate import (
    MAX_CLASSES,
    MAX_FINDINGS,
    Located,
    mapping_problems,
    method_of,
    require_one_app,
    restored,
    search_problems,
)
from tieback.pipeline.source.traces import Trace, identifier, resource_of


def documents_with_source(
    documents: Sequence[AppDocument], mapping: Path | None, checkout: Checkout | None
) -> list[AppDocument]:
    """Documents with original names in their evidence, and with the lines of a checkout.

    Args:
        documents: of one app, or of the parts of one.
        mapping: the R8 or ProGuard mapping of the app.
        checkout: the source of the app.

    Raises:
        UsageError: a mapping for several Android apps, or for none.
        InputError: the mapping cannot be read.
    """
    classes = frozenset(_classes(documents))
    names = Mapping()
    if mapping is not None:
        require_one_app((one.app for one in documents if one.app), mapping)
        names = read_mapping(mapping, classes)
    lines = Located({key: (trace,) for key, trace in _traces(documents)}, names)
    packages = (one.path for one in documents if one.app is not None and one.app.platform is Platform.ANDROID)
    problems: list[Problem] = [] if mapping is None else list(mapping_problems(mapping, names, classes, packages))
    if checkout is not None:
        lines.search(checkout)
        problems += _source_problems(checkout, lines)
    return [_applied(number, one, names, lines, problems) for number, one in enumerate(documents)]


def _source_problems(checkout: Checkout, lines: Located) -> Iterator[Problem]:
    finds = len(lines.found)
    count = count_text(finds, "endpoint or credential", "endpoints and credentials")
    missing = finds - sum(any(one.file for one in found) for found in lines.found.values())
    if missing and missing == finds:
        every = "the endpoint or credential was not" if finds == 1 else f"none of the {count} was"
        text = f"{every} found in this source; is it the source of the app?"
        yield Problem(text, str(checkout.top))
    elif missing:
        verb = "was" if missing == 1 else "were"
        text = f"{missing:,} of {count} {verb} not found in this source"
        yield Problem(text, str(checkout.top))
    yield from search_problems(checkout, lines)


def _classes(documents: Sequence[AppDocument]) -> Iterator[str]:
    left = MAX_CLASSES
    for document in documents:
        for evidence in (one.evidence for finds in (document.sightings, document.credentials) for one in finds):
            for text in (evidence.context, *evidence.chain):
                for name in class_names(text):
                    if not left:
                        return
                    left -= 1
                    yield name


def _finds(number: int, document: AppDocument) -> Iterator[tuple[str, Sighting | Credential]]:
    """The endpoints and credentials of a document, each with a key."""
    for at, sighting in enumerate(document.sightings):
        yield f"{number} endpoint {at}", sighting
    for at, credential in enumerate(document.credentials):
        yield f"{number} credential {at}", credential


def _traces(documents: Sequence[AppDocument]) -> Iterator[tuple[str, Trace]]:
    left = MAX_FINDINGS
    for number, document in enumerate(documents):
        methods = {(one.evidence.file, one.evidence.offset): method_of(one.evidence) for one in document.sightings}
        for key, find in _finds(number, document):
            if not left:
                return
            left -= 1
            place = find.evidence.file, find.evidence.offset
            if isinstance(find, Sighting):
                value = find.endpoint.value
                resource = resource_of(find.evidence.how)
                yield key, Trace(*place, value, identifier(value), resource=resource, method=method_of(find.evidence))
            else:
                host = identifier(find.endpoint) if find.endpoint else ""
                yield key, Trace(*place, host=host, masked=find.masked, method=methods.get(place, ""))


def _applied(
    number: int, document: AppDocument, names: Mapping, lines: Located, problems: Sequence[Problem]
) -> AppDocument:
    def named[T: (Sighting, Credential)](find: T) -> T:
        evidence: Evidence = restored(find.evidence, names)
        return find if evidence == find.evidence else replace(find, evidence=evidence)

    source = tuple(
        SourceLines(
            "endpoint" if isinstance(find, Sighting) else "credential",
            find.endpoint.value if isinstance(find, Sighting) else find.masked,
            locations,
        )
        for key, find in _finds(number, document)
        if (locations := lines.found.get(key))
    )
    return replace(
        document,
        sightings=tuple(map(named, document.sightings)),
        credentials=tuple(map(named, document.credentials)),
        problems=(*document.problems, *problems),
        source=source,
    )
