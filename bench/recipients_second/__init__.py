"""A second set of documented shapes, written after the rules were settled for the first, and scored before any change.

As in ``bench.recipients_documented``, the line above each entry cites where its field names are from; read on
2026-11-28. None of these products is in the other sets. All values are made up.
"""

from collections.abc import Iterator
from pathlib import Path

from bench.recipients_made import calls, person
from bench.recipients_second import rides, services, things

_KINDS = (rides, services, things)


def write_archives(folder: Path) -> Iterator[tuple[str, Path, list[tuple[str, str, bool]]]]:
    """Write each archive; yields its source, its path, and the host and class of what it sends, and if that is sure."""
    who = person(58)
    for kind in _KINDS:
        for name, path, labels in calls.write_archives(folder, kind.archives(who)):
            yield f"second-{name}", path, labels
