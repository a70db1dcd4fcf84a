"""Static analysis of one app, and the work that engines do with it."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from tieback.engine.interface import Unit, Work
from tieback.intake.apps.discover import find_apps
from tieback.intake.apps.open import ARTIFACT_VERSION, open_app
from tieback.model.document import encode
from tieback.model.errors import InputError
from tieback.model.sighting import AppDocument
from tieback.recognise import RECOGNISE_VERSION, extractors
from tieback.recognise.collect import collect
from tieback.recognise.interface import Extractor
from tieback.recognise.rules import Rules

ANALYSIS_VERSION = f"app-{ARTIFACT_VERSION}.{RECOGNISE_VERSION}"
"""Part of the key of a unit of work: when readers or rules change, apps are analysed again."""

MAX_FOLDER_FILES = 200_000


class Analyser:
    """Reads apps with one set of compiled extractors."""

    @cached_property
    def _rules(self) -> Rules:
        return Rules()

    @cached_property
    def _extractors(self) -> tuple[Extractor, ...]:
        return extractors(self._rules)

    def document(self, path: Path) -> AppDocument:
        """Everything that static analysis says of one app.

        Raises:
            InputError: the file is no app that can be read.
        """
        with open_app(path) as opened:
            finds = (
                find
                for artifact in opened.artifacts()
                for extractor in self._extractors
                for find in extractor.extract(artifact)
            )
            collected = collect(opened.app, finds, self._rules)
        return AppDocument(
            path=str(path),
            app=opened.app,
            sightings=collected.sightings,
            credentials=collected.credentials,
            not_backends=collected.not_backends,
            problems=(*opened.problems, *collected.problems),
        )


class Describe(Work[AppDocument]):
    """Analyse apps and send the documents back; nothing is kept."""

    @cached_property
    def _analyser(self) -> Analyser:
        return Analyser()

    def analyse(self, unit: Unit) -> AppDocument:
        """The document of one app."""
        return self._analyser.document(Path(unit.source))

    def summary(self, result: AppDocument) -> bytes:
        """The document itself, as its JSON line."""
        return encode("app", result)


def app_units(inputs: Iterable[Path]) -> Iterator[Unit | InputError]:
    """The apps among the inputs as units of work; an input that cannot be read is an error in its place."""
    for found in find_apps(inputs):
        yield found if isinstance(found, InputError) else app_unit(found)


def app_unit(path: Path) -> Unit | InputError:
    """An app as a unit of work; of an unpacked one, a folder, names, sizes and times of files stand for the content."""
    try:
        if path.is_dir():
            return Unit(_folder_digest(path), ANALYSIS_VERSION, str(path), 0)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Unit(digest, ANALYSIS_VERSION, str(path), file.tell())
    except OSError as error:
        return InputError(error.strerror or "cannot be read", where=str(path), advice="Check the file")


def _folder_digest(path: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*"))[:MAX_FOLDER_FILES]:
        status = file.lstat()
        digest.update(
            f"{file.relative_to(path)}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogateescape")
        )
    return digest.hexdigest()
