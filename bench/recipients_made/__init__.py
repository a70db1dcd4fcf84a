"""HTTP archives in the formats that SDKs and back ends use, with known content. All people and identifiers are made up.

The formats follow the public documents of the services; no traffic of theirs was recorded. Hosts of services are real
names because owners and documented fields depend on them; nothing is contacted. Some requests send nothing personal,
because most requests do not.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.recipients_made import backends, calls, crashes_and_ads, encodings, later, measurement, nothing
from bench.recipients_made.calls import PERSON, Call, Person, person

__all__ = ["PERSON", "Call", "Person", "archives", "person", "write_archives"]
_KINDS = (measurement, crashes_and_ads, backends, encodings, later, nothing)


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    return {name: made for kind in _KINDS for name, made in kind.archives(who).items()}


def write_archives(folder: Path, who: Person = PERSON) -> Iterator[tuple[str, Path, list[tuple[str, str, bool]]]]:
    """Write each archive; yields its source, its path, and the host and class of what it sends, and if that is sure."""
    for name, path, labels in calls.write_archives(folder, archives(who)):
        yield f"made-{name}", path, labels
