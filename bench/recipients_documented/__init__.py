"""Requests in the shapes that other SDKs and back ends send, with known content; labelled before any rule saw them.

None of these products is in ``bench.recipients_made``. Field names are those of the source or document that the line
above each entry cites; read on 2026-11-28. All values are made up, and no traffic was recorded. Labels follow the
definitions in docs/benchmarks/recipients.md, which were written first.
"""

from collections.abc import Iterator
from pathlib import Path

from bench.recipients_documented import (
    accounts,
    advertising,
    crashes,
    home,
    measurement,
    messages,
    money,
    nothing,
    places,
    wellbeing,
)  # fmt: skip
from bench.recipients_made import calls, person

_KINDS = (measurement, advertising, crashes, messages, places, money, accounts, wellbeing, home, nothing)


def write_archives(folder: Path) -> Iterator[tuple[str, Path, list[tuple[str, str, bool]]]]:
    """Write each archive; yields its source, its path, and the host and class of what it sends, and if that is sure."""
    who = person(41)
    for kind in _KINDS:
        for name, path, labels in calls.write_archives(folder, kind.archives(who)):
            yield f"documented-{name}", path, labels
