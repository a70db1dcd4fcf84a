"""Declarations in files that a user passes: an app package, a privacy manifest, or a Data Safety export."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tieback.model.declaration import PrivacyDeclaration
from tieback.model.errors import InputError

_MANIFEST = ".xcprivacy"


def read_declarations(paths: Iterable[Path]) -> list[PrivacyDeclaration]:
    """The declarations in some files.

    Raises:
        InputError: a file cannot be read, or declares nothing.
    """
    return [found for path in paths for found in _declarations(path)]


def _declarations(path: Path) -> Iterator[PrivacyDeclaration]:
    if path.name.endswith(_MANIFEST):
        yield _manifest(path)
        return
    from tieback.intake.reports.data_safety import DataSafety
    from tieback.intake.reports.source import ReportSource

    source, form = ReportSource(path), DataSafety()
    if not path.is_dir() and form.recognises(source.head()):
        yield from (fact for fact in form.facts(source) if isinstance(fact, PrivacyDeclaration))
        return
    from tieback.intake.apps.open import open_app

    with open_app(path) as opened:
        found = opened.declarations
    if not found:
        raise InputError(
            "no privacy manifest in this package",
            where=str(path),
            advice="Pass an IPA with PrivacyInfo.xcprivacy, or a Data Safety export of Play Console",
        )
    yield from found


def _manifest(path: Path) -> PrivacyDeclaration:
    from tieback.intake.apps.plist import read_values
    from tieback.intake.apps.privacy_manifest import MAX_MANIFEST, read_manifest
    from tieback.intake.apps.stringpool import MalformedPoolError

    try:
        with path.open("rb") as file:
            data = file.read(MAX_MANIFEST + 1)
        if len(data) > MAX_MANIFEST:
            raise MalformedPoolError(f"longer than {MAX_MANIFEST // 1024} KiB")
        return read_manifest(read_values(data), path.name)[0]
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", where=str(path), advice="Check the path") from None
    except MalformedPoolError as error:
        raise InputError(str(error), where=str(path), advice="Pass the PrivacyInfo.xcprivacy of an app") from None
