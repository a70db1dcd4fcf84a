"""Maintenance of a lake: find and quarantine damaged parts, remove replaced ones."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from tieback.model.errors import WorkspaceError
from tieback.model.sighting import Problem
from tieback.storage.failures import storage_errors
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.layout import (
    MERGED,
    MergedPart,
    clear_damage,
    damage_notes,
    exclusive_lock,
    note_damage,
    read_merged_part,
    reader_lock,
    write_merged_part,
)
from tieback.storage.lake.parquet_check import damage
from tieback.storage.lake.seal import seal_problem, write_seal


def check(lake: Lake) -> Iterator[tuple[str, str]]:
    """Read every value of every part: yields each with its problem, or an empty text.

    Damaged parts are recorded and no longer read; parts recorded earlier that are intact are read again.

    Raises:
        WorkspaceError: the lake cannot be listed, or the record cannot be written.
    """
    with reader_lock(lake.directory), storage_errors(lake.directory):
        now = lake.layout()
        for part in sorted({*now.live, *now.damaged}):
            why = _damage(lake, part)
            if why:
                lake.note_damage(part, why)
            elif part in now.damaged:
                clear_damage(lake.directory, part)
            yield part, why


def quarantine_damaged(lake: Lake, fresh: Collection[str] = ()) -> dict[str, str]:
    """Move parts recorded as damaged into ``quarantine``, after checking them again. Under ``Workspace.lock``.

    Args:
        lake: the lake.
        fresh: parts whose seals and footers are checked, too.

    Returns:
        Each part with its problem.

    Raises:
        WorkspaceError: a part cannot be moved.
    """
    found = {}
    with storage_errors(lake.directory):
        for part in fresh:
            here = lake.directory / "parts" / part
            if here.is_dir() and (why := _not_ours(lake, part) or damage(here, whole=False)):
                note_damage(lake.directory, part, why)
        for part in lake.layout().damaged:
            here = lake.directory / "parts" / part
            if why := _damage(lake, part):
                folder = lake.directory / "quarantine"
                folder.mkdir(mode=0o700, exist_ok=True)
                here.rename(Path(tempfile.mkdtemp(dir=folder, prefix=f"{part[:200]}.")) / part)
                found[part] = why
        for part in damage_notes(lake.directory):
            clear_damage(lake.directory, part)
    return found


def damage_lines(lake: Lake, tables: Collection[str]) -> tuple[Problem, ...]:
    """A problem for each damaged part that is ignored, after checking the footers of these tables.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    # Binding a view reads the footer of each of its files; no row is read.
    lake.query(" UNION ALL ".join(f"(SELECT 1 FROM {name} LIMIT 0)" for name in tables))  # noqa: S608 - our own names
    return tuple(
        Problem(f"is damaged and ignored ({why}); the next `tieback scan` of the same inputs rebuilds it", where)
        for part, why in sorted(lake.damaged_parts().items())
        for where in [f"part {part} of the lake"]
    )


def seal_parts(lake: Lake) -> int:
    """Seal every part as it is now: the user accepts what it contains. Under ``Workspace.lock``. Returns their number.

    Raises:
        WorkspaceError: a part cannot be read or written.
    """
    with storage_errors(lake.directory):
        live = lake.layout().live
        for part in live:
            here = lake.directory / "parts" / part
            try:
                holds = read_merged_part(here).holds if part.startswith(MERGED) else ()
            except ValueError as error:
                raise WorkspaceError(f"replaces.json: {error}", where=str(here)) from None
            write_seal(here, part, lake.key, holds)
    return len(live)


def _not_ours(lake: Lake, part: str) -> str:
    return seal_problem(lake.directory / "parts" / part, part, lake.key) if lake.key else ""


def _damage(lake: Lake, name: str) -> str:
    part = lake.directory / "parts" / name
    if name.startswith(MERGED):
        try:
            told = read_merged_part(part)
            for file_name, digest in told.sha256.items():
                with (part / file_name).open("rb") as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                        return f"{file_name}: the content has changed"
        except (OSError, ValueError) as error:
            return f"replaces.json: {error}"
    return damage(part, whole=True) or _not_ours(lake, name)


def sweep(lake: Lake, wait: float = 0.0) -> bool:
    """Remove replaced directories, unless somebody reads. Under ``Workspace.lock``.

    Args:
        lake: the lake.
        wait: seconds to wait for readers.

    Returns:
        True if none is left.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    parts, drafts = lake.directory / "parts", lake.directory / "drafts"
    end = time.monotonic() + wait
    with storage_errors(lake.directory):
        while True:
            now = lake.layout()
            every = {part: _told(parts / part) for part in now.live if part.startswith(MERGED)}
            told = {part: one for part, one in every.items() if one.replaces}
            # A part without rows that only replaced removed directories is removed, too.
            empty = [part for part, one in every.items() if not one.holds]
            if not now.hidden and not told and not empty:
                return True
            with exclusive_lock(lake.directory) as nobody_reads:
                if nobody_reads:
                    drafts.mkdir(exist_ok=True)
                    away = Path(tempfile.mkdtemp(dir=drafts, prefix=f"removed.{os.getpid()}."))
                    for part in now.hidden:
                        (parts / part).rename(away / part)
                    for part in empty:
                        told.pop(part, None)
                        (parts / part).rename(away / part)
                    for part, one in told.items():
                        write_merged_part(parts / part, MergedPart((), one.holds, one.sha256))
                    # Nobody finds them under their new names, so others need not wait.
                    shutil.rmtree(away, ignore_errors=True)
                    return True
            if time.monotonic() >= end:
                return False
            time.sleep(0.05)


def _told(part: Path) -> MergedPart:
    try:
        return read_merged_part(part)
    except ValueError as error:
        raise WorkspaceError(
            f"replaces.json: {error}", where=str(part), advice="Run `tieback workspace check`"
        ) from None
