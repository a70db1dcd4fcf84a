"""Stages of ``tieback import``: store reports of other tools as passive evidence."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path

import msgspec

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.reports.interface import Fact
from tieback.intake.reports.open import REPORTS_VERSION, open_report
from tieback.model.app import PACKAGE_NAME, App
from tieback.model.declaration import PrivacyDeclaration, StoreForm
from tieback.model.errors import InputError, TiebackError
from tieback.model.passive import PassiveService, PassiveSighting, PassiveText
from tieback.model.sighting import Sighting
from tieback.recognise import RECOGNISE_VERSION, extractors
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import Maker
from tieback.storage.lake.tables.imports import ReportImport, find_import, save_import
from tieback.storage.workspace import Workspace

VERSION = f"{REPORTS_VERSION}.{RECOGNISE_VERSION}"
_KEEP = 10_000
"""Number of cached texts with their endpoint: reports repeat the same hosts."""
_TELL_EVERY = 10_000

type Evidence = PassiveService | PassiveSighting | StoreForm


class ImportedReport(msgspec.Struct, frozen=True):
    """Result for one file."""

    path: str
    """Path of the file."""
    source: str
    """The tool, as named in the evidence."""
    title: str
    """Display name of the tool."""
    services: int
    """Number of services that it reports."""
    sightings: int
    """Number of endpoints of apps that it reports."""
    left_out: int
    """Number of ignored records."""
    first_left_out: str = ""
    """Location of the first ignored record, and the reason; empty if the report was already imported."""
    before: str = ""
    """Time of the earlier import of the same content (ISO 8601); empty for a new import."""
    declared: int = 0
    """Types of data in a declaration."""


def import_reports(
    workspace: Path,
    paths: Iterable[Path],
    progress: Callable[[str, int], None] | None = None,
    app: str = "",
) -> Iterator[ImportedReport | TiebackError]:
    """Import files, one transaction each; an unreadable file yields an error in its position.

    Args:
        workspace: target workspace; created if missing.
        paths: the reports.
        progress: called with the path and the number of facts so far.
        app: bundle identifier of the app, for files that do not name it.

    Raises:
        WorkspaceError: the workspace cannot be opened or written.
    """
    with Workspace.open(workspace) as opened_workspace, opened_workspace.lock():
        reading = _Reading()
        for path in paths:
            try:
                yield _import(opened_workspace, path, reading, progress, app)
            except InputError as error:
                yield error


def _import(
    workspace: Workspace, path: Path, reading: "_Reading", progress: Callable[[str, int], None] | None, app: str
) -> ImportedReport:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", where=str(path), advice="Check the path") from None
    importer, source = open_report(path)
    if not importer.meta.names_app:
        digest = hashlib.sha256(f"{digest}\0{_checked_app(app, path)}".encode()).hexdigest()
    elif app:
        raise InputError(
            f"a report of {importer.meta.title} names its apps itself",
            where=str(path),
            advice="Name no app for this file: leave --app out",
            page="Name no app for this file: leave the field App of the upload empty",
        )
    known = find_import(workspace.lake, digest, VERSION)
    if known is not None:
        at = datetime.fromtimestamp(known.imported).astimezone().isoformat(timespec="seconds")
        return ImportedReport(
            str(path),
            known.source,
            importer.meta.title,
            known.services,
            known.sightings,
            known.left_out,
            before=at,
            declared=known.declared,
        )
    facts = reading.evidence(_counted(importer.facts(source), str(path), progress), app)
    wanted = ReportImport(digest, VERSION, importer.meta.name, str(path), 0.0, 0, 0, 0)
    done = save_import(workspace.lake, wanted, facts, lambda: source.skipped)
    return ImportedReport(
        str(path),
        importer.meta.name,
        importer.meta.title,
        done.services,
        done.sightings,
        done.left_out,
        source.first_skipped,
        declared=done.declared,
    )


def _checked_app(app: str, path: Path) -> str:
    if not app:
        raise InputError(
            "the file does not name its app",
            where=str(path),
            advice="Name it: --app com.example.shop",
            page="Name it, such as com.example.shop, in the field App on the page of the upload",
        )
    if not PACKAGE_NAME.fullmatch(app):
        raise InputError("not a package name", where=f"--app {app[:80]!r}", advice="Pass one such as com.example.shop")
    return app


def _counted(facts: Iterable[Fact], path: str, progress: Callable[[str, int], None] | None) -> Iterator[Fact]:
    for number, fact in enumerate(facts, start=1):
        if progress is not None and number % _TELL_EVERY == 0:
            progress(path, number)
        yield fact


class _Reading:
    """Converts texts of reports to sightings, with the same rules as for strings of apps."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Sighting, ...]] = {}

    @cached_property
    def _rules(self) -> RuleFiles:
        return RuleFiles()

    @cached_property
    def _extract(self) -> Callable[[Artifact], Iterator[object]]:
        return extractors(self._rules)[0].extract

    def evidence(self, facts: Iterable[Fact], bundle_id: str = "") -> Iterator[Evidence]:
        """The facts as evidence. Texts without an endpoint are dropped; an endpoint counts once per app and file.

        Args:
            facts: of one file.
            bundle_id: the app of declarations.
        """
        told: set[tuple[str, str, str]] = set()
        maker = Maker(None, self._rules)
        app: App | None = None
        for fact in facts:
            if isinstance(fact, PassiveService):
                yield fact
                continue
            if isinstance(fact, PrivacyDeclaration):
                yield StoreForm(bundle_id, fact)
                continue
            if fact.app != app:
                app, maker = fact.app, Maker(fact.app, self._rules)
                told.clear()
            for found in self._endpoints(fact.text):
                key = (found.endpoint.value, fact.where, fact.how)
                if key not in told:
                    told.add(key)
                    yield PassiveSighting(fact.source, fact.seen, fact.app, _placed(found, fact, maker))

    def _endpoints(self, text: str) -> tuple[Sighting, ...]:
        known = self._known.get(text)
        if known is None:
            data = text.encode("utf-8", "replace")
            artifact = Artifact("", (Buffer("", BufferKind.TEXT, data),))
            known = tuple(found for found in self._extract(artifact) if isinstance(found, Sighting))
            if len(self._known) >= _KEEP:
                self._known.clear()
            self._known[text] = known
        return known


def _placed(found: Sighting, fact: PassiveText, maker: Maker) -> Sighting:
    owned = maker.judge(found.endpoint)
    evidence = msgspec.structs.replace(
        found.evidence,
        file=fact.where,
        offset=None,
        how=f"{fact.source}/{fact.how}",
        context=f"seen by {fact.source}" + (f" on {fact.seen[:10]}" if fact.seen else ""),
    )
    return msgspec.structs.replace(
        found, evidence=evidence, party=owned.party, owner=owned.owner, party_reason=owned.reason
    )
