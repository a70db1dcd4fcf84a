"""Static analysis of one app, and the unit of work that engines run for it.

The readers of apps and the extractors are imported by the first analysis: only worker processes need them.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tieback.engine.interface import Work
from tieback.intake.apps import ARTIFACT_VERSION
from tieback.intake.apps.digest import content_digest
from tieback.model.document import encode
from tieback.model.errors import InputError
from tieback.model.sighting import AppDocument, Credential, Sighting, unread_parts
from tieback.model.skipped import OnSkipped
from tieback.model.unit import Unit, file_unit, path_text
from tieback.recognise import RECOGNISE_VERSION

if TYPE_CHECKING:
    from tieback.intake.apps.interface import Piece
    from tieback.recognise.rules import RuleFiles
    from tieback.recognise.search import AppSearch
    from tieback.userrules.model import UserRules

ANALYSIS_VERSION = f"app-{ARTIFACT_VERSION}.{RECOGNISE_VERSION}"
"""Part of the key of a unit of work. When readers or rules change, apps are analysed again."""


class Analyser:
    """Reads apps with one set of compiled extractors."""

    def __init__(self, *, dataflow: bool = True, added: "UserRules | None" = None) -> None:
        """Set whether to follow data flow in method code, and the rules of users."""
        self._dataflow = dataflow
        self._added = added

    @cached_property
    def _rules(self) -> "RuleFiles":
        from tieback.recognise.rules import RuleFiles

        return RuleFiles(self._added)

    @cached_property
    def _search(self) -> "AppSearch":
        from tieback.recognise.search import AppSearch

        return AppSearch(self._rules, dataflow=self._dataflow)

    def document(self, path: Path, sha256: str = "", name: str = "") -> AppDocument:
        """The results of static analysis of one app.

        Args:
            path: the package.
            sha256: digest of the content, if the caller already has it; hashing takes a third of the time of inflating.
            name: display name, if it differs from the path.

        Raises:
            InputError: the file is not an app, or cannot be read.
        """
        from tieback.intake.apps.open import open_app
        from tieback.recognise.endpoints.cloud import ended_services
        from tieback.recognise.whole_app.beginnings import settle_beginnings
        from tieback.recognise.whole_app.collect import merge_finds
        from tieback.recognise.whole_app.firestore_code import settle_firestore
        from tieback.recognise.whole_app.gonative import BuilderSettings
        from tieback.recognise.whole_app.network_permission import NetworkPermission
        from tieback.recognise.whole_app.region_lists import settle_region_lists
        from tieback.recognise.whole_app.site_lists import settle_site_lists

        def again() -> "Iterator[Piece]":
            with open_app(path, sha256=sha256) as second:
                yield from second.pieces()

        network, builder = NetworkPermission(), BuilderSettings()
        with open_app(path, sha256=sha256) as opened:
            cleartext, declarations = opened.cleartext, opened.declarations
            pieces = builder.watched(network.watched(opened.pieces()))
            finds = self._search.finds(pieces, hybrid=opened.may_be_hybrid, asset_pages=opened.has_asset_pages)
            merged = builder.settled(network.settled(merge_finds(opened.app, finds, self._rules)))
            unread = opened.unread
        del finds, pieces  # the package may be read again
        collected = settle_region_lists(settle_site_lists(settle_firestore(merged, again), self._rules))
        collected = settle_beginnings(collected)
        sightings = _placed(collected.sightings, opened.place)
        credentials = _placed(collected.credentials, opened.place)
        return AppDocument(
            path=name or path_text(path),
            app=opened.app,
            sightings=sightings,
            credentials=credentials,
            not_backends=collected.not_backends,
            problems=(*opened.problems, *collected.problems),
            cleartext=cleartext,
            keys=collected.keys,
            unread=unread_parts(unread, collected.problems),
            declarations=declarations,
            retired=ended_services(collected.sightings, self._rules),
        )


def _placed[T: (Sighting, Credential)](
    finds: Iterable[T], place: Callable[[str, int | None], tuple[str, int | None]]
) -> tuple[T, ...]:
    """The finds with their places in the package as it is."""

    def placed(one: T) -> T:
        file, offset = place(one.evidence.file, one.evidence.offset)
        if file == one.evidence.file:
            return one
        return msgspec.structs.replace(one, evidence=msgspec.structs.replace(one.evidence, file=file, offset=offset))

    return tuple(map(placed, finds))


class DescribeWork(Work[AppDocument]):
    """Analyse apps and return the documents; nothing is stored."""

    def __init__(self, added: "UserRules | None" = None) -> None:
        """``added``: the rules of users."""
        self._added = added

    @cached_property
    def _analyser(self) -> Analyser:
        return Analyser(added=self._added)

    def analyse(self, unit: Unit) -> AppDocument:
        """The document of one app."""
        return self._analyser.document(unit.file or Path(unit.source), unit.key, unit.source)

    def summary(self, result: AppDocument) -> bytes:
        """The document as a JSON line. Public keys are reduced to what is printed for each credential."""
        return encode("app", msgspec.structs.replace(result, keys=()))


def app_units(inputs: Iterable[Path], skipped: OnSkipped | None = None) -> Iterator[Unit | InputError]:
    """Units of work for the apps among the inputs; an unreadable input yields an error in its position."""
    from tieback.intake.discover import find_apps

    for found in find_apps(inputs, skipped):
        yield found if isinstance(found, InputError) else app_unit(found)


def app_unit(path: Path) -> Unit | InputError:
    """An app as a unit of work, identified by the hash of its content."""
    try:
        digest, size = content_digest(path)
    except OSError as error:
        return InputError(error.strerror or "cannot be read", where=path_text(path), advice="Check the file")
    return file_unit(digest, ANALYSIS_VERSION, path, size)
