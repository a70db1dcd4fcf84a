"""The live directories of a lake: complete parts that no other part replaces.

    parts/<part>/                     one part
    parts/merged-<…>/replaces.json    a merged part that replaces others: {"replaces": […], "holds": […]}
    damaged/<part>                    marks a part as damaged: it is ignored from then on
    quarantine/<part>/                damaged parts, moved away

``replaces`` lists directories that are no longer read; ``holds`` lists the published parts whose rows are here. A
merged part is published by one rename together with its ``replaces.json``: a reader that lists the parts sees either
the replaced parts or the merged one. Directories are removed only while nobody reads.
"""

import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

MERGED = "merged-"
"""Name prefix of merged parts."""
MAX_REPLACES = 256 * 1024 * 1024
"""Maximum bytes of a ``replaces.json`` that is read; a name takes about fifty."""
MAX_NOTE = 1000
_NAME = re.compile(r"[^/\0]{1,255}")


class MergedPart(msgspec.Struct, frozen=True):
    """What a merged part replaces."""

    replaces: tuple[str, ...]
    """Directories that are no longer read; empty once they are removed."""
    holds: tuple[str, ...]
    """Published parts whose rows it contains."""
    sha256: Mapping[str, str] = {}
    """Hash of each file by name: the writer adds no page checksums."""


class Layout(msgspec.Struct, frozen=True):
    """The state of a lake at one moment."""

    live: tuple[str, ...]
    """Directories that are read, sorted."""
    held: Mapping[str, str]
    """Published part to the live directory that contains its rows now."""
    hidden: tuple[str, ...]
    """Directories that another part replaces."""
    damaged: Mapping[str, str]
    """Directories that are ignored, with the reason."""

    def published(self) -> set[str]:
        """The published parts whose rows can be read."""
        return {part for part in self.live if not part.startswith(MERGED)} | set(self.held)


def read_layout(directory: Path, ignored: Mapping[str, str] = {}) -> Layout:
    """The layout of the lake in a directory.

    Args:
        directory: of the lake.
        ignored: damaged parts of which no record could be written, with the reason.

    Raises:
        OSError: the directory cannot be listed.
    """
    parts = directory / "parts"
    names: set[str] = set()
    with suppress(FileNotFoundError), os.scandir(parts) as entries:
        names = {entry.name for entry in entries if entry.is_dir(follow_symlinks=False)}
    notes = {**ignored, **damage_notes(directory)}
    damaged = {part: why for part, why in notes.items() if part in names}
    told: dict[str, MergedPart] = {}
    for name in names:
        if name.startswith(MERGED) and name not in damaged:
            try:
                told[name] = read_merged_part(parts / name)
            except (OSError, ValueError) as error:
                damaged[name] = f"replaces.json: {error}"
    # A part replaces only older ones, so this ends at the newest.
    dead = {name for one in told.values() for name in one.replaces}
    newest = {name: one for name, one in told.items() if name not in dead}
    held = {part: name for name, one in newest.items() for part in one.holds}
    hidden = names & ({name for one in newest.values() for name in one.replaces} | held.keys())
    live = names - hidden - damaged.keys()
    return Layout(tuple(sorted(live)), held, tuple(sorted(hidden)), damaged)


def read_merged_part(part: Path) -> MergedPart:
    """What a merged part replaces.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is invalid.
    """
    with (part / "replaces.json").open("rb") as file:
        text = file.read(MAX_REPLACES + 1)
    if len(text) > MAX_REPLACES:
        raise ValueError(f"longer than {MAX_REPLACES:,} bytes")
    try:
        told = msgspec.json.decode(text, type=MergedPart)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    for name in (*told.replaces, *told.holds):
        if not _NAME.fullmatch(name) or name in {".", ".."}:
            raise ValueError("names no part")
    return told


def write_merged_part(part: Path, told: MergedPart) -> None:
    """Write it in one step, durable on disk. Raises ``OSError``."""
    draft = part / f".replaces.{os.getpid()}"
    with draft.open("wb") as file:
        file.write(msgspec.json.encode(told))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(part / "replaces.json")


def damage_notes(directory: Path) -> dict[str, str]:
    """Parts recorded as damaged, with the reason; they may no longer exist."""
    found = {}
    with suppress(FileNotFoundError), os.scandir(directory / "damaged") as entries:
        for entry in entries:
            with suppress(OSError), open(entry.path, "rb") as file:  # noqa: PTH123 - an entry knows its path as text
                found[entry.name] = file.read(MAX_NOTE).decode("utf-8", "replace") or "no reason given"
    return found


def note_damage(directory: Path, part: str, why: str) -> None:
    """Record that a part is damaged, so that it is no longer read. Raises ``OSError``."""
    folder = directory / "damaged"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / part).write_text(why.encode("utf-8", "backslashreplace").decode()[:MAX_NOTE], encoding="utf-8")


def clear_damage(directory: Path, part: str) -> None:
    """Clear the record: the part is intact or gone. Raises ``OSError``."""
    (directory / "damaged" / part).unlink(missing_ok=True)


@contextmanager
def reader_lock(directory: Path) -> Iterator[None]:
    """A shared lock: nothing is removed from the lake while it is held. The kernel releases it when a process dies."""
    descriptor = -1
    with suppress(OSError):  # an unlockable lake can still be read: only removal requires the lock
        descriptor = os.open(directory / "readers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    try:
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


@contextmanager
def exclusive_lock(directory: Path) -> Iterator[bool]:
    """True if nobody reads, and no reader can start while this is held. Raises ``OSError``."""
    descriptor = os.open(directory / "readers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
