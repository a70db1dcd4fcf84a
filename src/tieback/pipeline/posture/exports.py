"""Stages of ``tieback posture``: convert exports of cloud accounts to resources, and count them."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from tieback.model.errors import InputError, TiebackError
from tieback.model.posture import ResourceFigures
from tieback.model.resource import Resource
from tieback.posture.defaults import ProviderDefaults
from tieback.posture.interface import Fact
from tieback.posture.merge import merge_statements
from tieback.posture.numbers import ResourceTally
from tieback.posture.open import POSTURE_VERSION, open_export
from tieback.posture.source import Origin
from tieback.storage.lake.tables.posture import (
    PostureImport,
    find_posture,
    posture_imports,
    read_resource_statements,
    save_posture,
)
from tieback.storage.workspace import Workspace

_TELL_EVERY = 10_000


class ImportedPosture(msgspec.Struct, frozen=True):
    """Result for one file."""

    path: str
    """Path of the file."""
    source: str
    """The tool that wrote the export."""
    title: str
    """Display name of the tool."""
    statements: int
    """Statements about resources; several may describe one resource."""
    dependencies: int
    """Groups, routes, keys and rules that resources depend on."""
    left_out: int
    """Number of ignored records."""
    first_left_out: str = ""
    """Location of the first ignored record, and the reason; empty if the export was already imported."""
    other: int = 0
    """Records about no data store and nothing that one depends on; 0 if the export was already imported."""
    missed: tuple[tuple[str, int], ...] = ()
    """What the export itself could not collect, most frequent first: neither a statement nor a pass."""
    incomplete: str = ""
    """Why the export is incomplete; the records before that are kept."""
    before: str = ""
    """Time of the earlier import of the same content (ISO 8601); empty for a new import."""


def import_posture(
    workspace: Path,
    paths: Iterable[Path],
    origin: Origin,
    progress: Callable[[str, int], None] | None = None,
    failed: Iterable[tuple[str, int]] = (),
    shown: str = "",
) -> Iterator[ImportedPosture | TiebackError]:
    """Import files, one transaction each; an unreadable file yields an error in its position.

    Args:
        workspace: target workspace; created if missing.
        paths: the exports.
        origin: account, region and resource for exports that do not name them.
        progress: called with the path and the number of statements so far.
        failed: what the exporting tool could not collect, from its log.
        shown: display name of a temporary file; default: its path.

    Raises:
        WorkspaceError: the workspace cannot be opened or written.
    """
    missed = tuple(failed)
    with Workspace.open(workspace) as opened_workspace, opened_workspace.lock():
        for path in paths:
            try:
                yield _import(opened_workspace, path, origin, progress, missed, shown or str(path))
            except InputError as error:
                yield error


def _import(
    workspace: Workspace,
    path: Path,
    origin: Origin,
    progress: Callable[[str, int], None] | None,
    failed: Iterable[tuple[str, int]],
    shown: str,
) -> ImportedPosture:
    digest = _digest(path, origin)
    reader, source = open_export(path, origin)
    source.failed.update(failed)
    known = find_posture(workspace.lake, digest, POSTURE_VERSION)
    if known is not None:
        at = datetime.fromtimestamp(known.imported).astimezone().isoformat(timespec="seconds")
        return _done(known, reader.meta.title, before=at)
    wanted = PostureImport(digest, POSTURE_VERSION, reader.meta.name, shown, seen=source.seen)
    done = save_posture(
        workspace.lake,
        wanted,
        _counted(reader.facts(source), str(path), progress),
        lambda: (source.skipped, sum(source.failed.values()), source.incomplete),
    )
    missed = tuple(sorted(source.failed.items(), key=lambda item: (-item[1], item[0])))
    return msgspec.structs.replace(
        _done(done, reader.meta.title), first_left_out=source.first_skipped, other=source.other, missed=missed
    )


def iter_resources(workspace: Workspace, since: str = "") -> Iterator[Resource]:
    """Every resource, merged from all sources.

    Args:
        workspace: an open workspace.
        since: leaves out resources that no source has shown since this time (ISO 8601 UTC).

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    defaults = ProviderDefaults()
    for one in read_resource_statements(workspace.lake):
        if one.observations[0].seen >= since:
            yield merge_statements(one.observations, one.dependencies, defaults)


def resource_figures(workspace: Workspace, since: str = "") -> list[ResourceFigures]:
    """The figures for every group of resources. Arguments and errors as in ``iter_resources``."""
    tally = ResourceTally()
    for resource in iter_resources(workspace, since):
        tally.add(resource)
    return list(tally.rows())


def broken_imports(workspace: Workspace) -> list[PostureImport]:
    """Incomplete exports, and exports that report uncollected data: the figures are based on less data then."""
    return [one for one in posture_imports(workspace.lake) if one.incomplete or one.missed]


def _digest(path: Path, origin: Origin) -> str:
    """Digest of the content and of the user's description: the same content for two buckets is two imports."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", where=str(path), advice="Check the path") from None
    said = (origin.account, origin.region, origin.resource, origin.taken)
    if any(said):
        digest.update("\0".join(("", *said)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _done(what: PostureImport, title: str, before: str = "") -> ImportedPosture:
    return ImportedPosture(
        what.path,
        what.source,
        title,
        what.resources,
        what.dependencies,
        what.left_out,
        incomplete=what.incomplete,
        before=before,
    )


def _counted(facts: Iterable[Fact], path: str, progress: Callable[[str, int], None] | None) -> Iterator[Fact]:
    for number, fact in enumerate(facts, start=1):
        if progress is not None and number % _TELL_EVERY == 0:
            progress(path, number)
        yield fact
