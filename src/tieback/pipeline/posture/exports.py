"""Exports of cloud accounts become resources in a workspace, and these numbers: the stages of ``tieback posture``."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from tieback.model.errors import InputError, TiebackError
from tieback.model.posture import Numbers
from tieback.model.resource import Resource
from tieback.posture.defaults import Defaults
from tieback.posture.interface import Fact
from tieback.posture.numbers import Tally
from tieback.posture.open import POSTURE_VERSION, opened
from tieback.posture.settle import settled
from tieback.posture.source import Origin
from tieback.storage.lake.tables.posture import PostureImport, find_posture, posture_imports, save_posture, told
from tieback.storage.workspace import Workspace

_TELL_EVERY = 10_000


class ImportedPosture(msgspec.Struct, frozen=True):
    """What came of one file."""

    path: str
    source: str
    title: str
    statements: int
    """About resources; several may be about one."""
    dependencies: int
    """Groups, routes, keys and rules that decide about resources."""
    left_out: int
    first_left_out: str = ""
    """Where the first record that was left out stands, and why; empty for an export that was there before."""
    missed: tuple[tuple[str, int], ...] = ()
    """What the export says could not be collected, most first: no statement, and never a pass."""
    incomplete: str = ""
    """Why the export is not whole; what was read before is kept."""
    before: str = ""
    """When the same content was imported before, ISO 8601; empty where it was imported now."""


def import_posture(
    workspace: Path,
    paths: Iterable[Path],
    origin: Origin,
    progress: Callable[[str, int], None] | None = None,
    failed: Iterable[tuple[str, int]] = (),
    shown: str = "",
) -> Iterator[ImportedPosture | TiebackError]:
    """Import files, one transaction each; what cannot be read is an error in its place.

    Args:
        workspace: where to; made where there is none.
        paths: the exports.
        origin: what the user says of exports that do not name account, region or resource.
        progress: told the path and the number of statements so far.
        failed: what the tool that wrote them could not collect, by its own log.
        shown: what to call a file that is not the user's own; default: its path.

    Raises:
        WorkspaceError: the workspace cannot be used.
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
    reader, source = opened(path, origin)
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
    return msgspec.structs.replace(_done(done, reader.meta.title), first_left_out=source.first_skipped, missed=missed)


def resources(workspace: Workspace, since: str = "") -> Iterator[Resource]:
    """Every resource, as all sources together describe it.

    Args:
        workspace: an open one.
        since: leaves out what no source saw from this moment on (ISO 8601 UTC), and may be gone.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    defaults = Defaults()
    for one in told(workspace.lake):
        if one.observations[0].seen >= since:
            yield settled(one.observations, one.dependencies, defaults)


def numbers(workspace: Workspace, since: str = "") -> list[Numbers]:
    """The figures of every group of resources. Arguments and errors as in ``resources``."""
    tally = Tally()
    for resource in resources(workspace, since):
        tally.add(resource)
    return list(tally.rows())


def broken_imports(workspace: Workspace) -> list[PostureImport]:
    """Exports that are not whole, or that say that something could not be collected: figures rest on less then."""
    return [one for one in posture_imports(workspace.lake) if one.incomplete or one.missed]


def _digest(path: Path, origin: Origin) -> str:
    """Of the content and of what the user says of it: the same answer about two buckets is two imports."""
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
