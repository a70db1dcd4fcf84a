"""Static analysis of one app, and the work that engines do with it."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import msgspec

from tieback.engine.interface import Work
from tieback.intake.apps.digest import content_digest
from tieback.intake.apps.open import ARTIFACT_VERSION, open_app
from tieback.intake.discover import find_apps
from tieback.model.document import encode
from tieback.model.errors import InputError
from tieback.model.sighting import AppDocument
from tieback.model.unit import Unit
from tieback.recognise import RECOGNISE_VERSION
from tieback.recognise.collect import collect
from tieback.recognise.rules import Rules
from tieback.recognise.search import Search

ANALYSIS_VERSION = f"app-{ARTIFACT_VERSION}.{RECOGNISE_VERSION}"
"""Part of the key of a unit of work: when readers or rules change, apps are analysed again."""


class Analyser:
    """Reads apps with one set of compiled extractors."""

    def __init__(self, *, dataflow: bool = True) -> None:
        """Keep whether the code of methods is followed."""
        self._dataflow = dataflow

    @cached_property
    def _rules(self) -> Rules:
        return Rules()

    @cached_property
    def _search(self) -> Search:
        return Search(self._rules, dataflow=self._dataflow)

    def document(self, path: Path, sha256: str = "", name: str = "") -> AppDocument:
        """Everything that static analysis says of one app.

        Args:
            path: the package.
            sha256: digest of its content where the caller knows it already; hashing costs a third of inflating.
            name: what people know it by, where that is not the path.

        Raises:
            InputError: the file is no app that can be read.
        """
        with open_app(path, sha256=sha256) as opened:
            cleartext = opened.cleartext
            collected = collect(opened.app, self._search.finds(opened.pieces()), self._rules)
        return AppDocument(
            path=name or str(path),
            app=opened.app,
            sightings=collected.sightings,
            credentials=collected.credentials,
            not_backends=collected.not_backends,
            problems=(*opened.problems, *collected.problems),
            cleartext=cleartext,
            keys=collected.keys,
        )


class Describe(Work[AppDocument]):
    """Analyse apps and send the documents back; nothing is kept."""

    @cached_property
    def _analyser(self) -> Analyser:
        return Analyser()

    def analyse(self, unit: Unit) -> AppDocument:
        """The document of one app."""
        return self._analyser.document(Path(unit.source), unit.key)

    def summary(self, result: AppDocument) -> bytes:
        """The document itself, as its JSON line; of public keys it has what is printed of every credential."""
        return encode("app", msgspec.structs.replace(result, keys=()))


def app_units(inputs: Iterable[Path]) -> Iterator[Unit | InputError]:
    """The apps among the inputs as units of work; an input that cannot be read is an error in its place."""
    for found in find_apps(inputs):
        yield found if isinstance(found, InputError) else app_unit(found)


def app_unit(path: Path) -> Unit | InputError:
    """An app as a unit of work, named by its content."""
    try:
        digest, size = content_digest(path)
    except OSError as error:
        return InputError(error.strerror or "cannot be read", where=str(path), advice="Check the file")
    return Unit(digest, ANALYSIS_VERSION, str(path), size)
