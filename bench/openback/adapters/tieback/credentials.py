"""Apps with planted credentials: the files in which one is found that is not public by design."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.schema import Case, Claim
from tieback.model.sighting import AppDocument, CredentialGrade
from tieback.pipeline.app import describe_apps


def claims(cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Sequence[Claim] | None]]:
    """As ``tieback app``."""
    by_path = {str(folder / case.input): case for case in cases}
    for document in describe_apps([Path(path) for path in by_path], workers=1):
        if not isinstance(document, AppDocument):
            continue
        files = {one.evidence.file for one in document.credentials if one.grade is not CredentialGrade.PUBLIC}
        yield by_path[document.path], [Claim("credential", "secret", file) for file in sorted(files)]
