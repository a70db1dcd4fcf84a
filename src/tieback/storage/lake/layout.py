"""Which directories of a lake are read: the parts that are whole and that no other part stands for.

    parts/<part>/                     one part
    parts/merged-<…>/replaces.json    a part that stands for others: {"replaces": […], "holds": […]}
    damaged/<part>                    a note that a part is damaged: it is left out from then on
    quarantine/<part>/                damaged parts, out of the way

``replaces`` names the directories that are not to be read any more, ``holds`` the parts as they were published whose
rows are here. A merged part is published by one rename with its ``replaces.json``, so that a reader who lists the parts
sees what it replaces or itself, never both and never neither; directories are removed only while nobody reads.
"""

import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

MERGED = "merged-"
"""How the names of parts begin that stand for others."""
MAX_REPLACES = 256 * 1024 * 1024
"""Bytes of the longest ``replaces.json`` that is read; a name takes about fifty."""
MAX_NOTE = 1000
_NAME = re.compile(r"[^/\0]{1,255}")


class Replaces(msgspec.Struct, frozen=True):
    """What a merged part stands for."""

    replaces: tuple[str, ...]
    """Directories that are not read any more; none once they are removed."""
    holds: tuple[str, ...]
    """Parts, as they were published, whose rows are in it."""
    sha256: Mapping[str, str] = {}
    """Of each file by its name: what wrote them puts no checksums into pages."""


class Layout(msgspec.Struct, frozen=True):
    """A lake at one moment."""

    live: tuple[str, ...]
    """Directories that are read, sorted."""
    held: Mapping[str, str]
    """Part as it was published to the live directory that has its rows now."""
    hidden: tuple[str, ...]
    """Directories that another part stands for."""
    damaged: Mapping[str, str]
    """Directories that are left out, and why."""

    def published(self) -> set[str]:
        """The parts, as they were published, whose rows can be read."""
        return {part for part in self.live if not part.startswith(MERGED)} | set(self.held)


def layout(directory: Path) -> Layout:
    """What is read of the lake there.

    Raises:
        OSError: it cannot be listed.
    """
    parts = directory / "parts"
    names: set[str] = set()
    with suppress(FileNotFoundError), os.scandir(parts) as entries:
        names = {entry.name for entry in entries if entry.is_dir(follow_symlinks=False)}
    damaged = {part: why for part, why in notes(directory).items() if part in names}
    told: dict[str, Replaces] = {}
    for name in names:
        if name.startswith(MERGED) and name not in damaged:
            try:
                told[name] = read_replaces(parts / name)
            except (OSError, ValueError) as error:
                damaged[name] = f"replaces.json: {error}"
    # A part replaces older ones alone, so this ends at the newest.
    dead = {name for one in told.values() for name in one.replaces}
    newest = {name: one for name, one in told.items() if name not in dead}
    held = {part: name for name, one in newest.items() for part in one.holds}
    hidden = names & ({name for one in newest.values() for name in one.replaces} | held.keys())
    live = names - hidden - damaged.keys()
    return Layout(tuple(sorted(live)), held, tuple(sorted(hidden)), damaged)


def read_replaces(part: Path) -> Replaces:
    """What a merged part stands for.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not of this shape.
    """
    with (part / "replaces.json").open("rb") as file:
        text = file.read(MAX_REPLACES + 1)
    if len(text) > MAX_REPLACES:
        raise ValueError(f"longer than {MAX_REPLACES:,} bytes")
    try:
        told = msgspec.json.decode(text, type=Replaces)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    for name in (*told.replaces, *told.holds):
        if not _NAME.fullmatch(name) or name in {".", ".."}:
            raise ValueError("names no part")
    return told


def write_replaces(part: Path, told: Replaces) -> None:
    """Write it in one step, safe on the disk. Raises ``OSError``."""
    draft = part / f".replaces.{os.getpid()}"
    with draft.open("wb") as file:
        file.write(msgspec.json.encode(told))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(part / "replaces.json")


def notes(directory: Path) -> dict[str, str]:
    """Parts that somebody found to be damaged, and why; they need not exist any more."""
    found = {}
    with suppress(FileNotFoundError), os.scandir(directory / "damaged") as entries:
        for entry in entries:
            with suppress(OSError), open(entry.path, "rb") as file:  # noqa: PTH123 - an entry knows its path as text
                found[entry.name] = file.read(MAX_NOTE).decode("utf-8", "replace") or "no reason given"
    return found


def note(directory: Path, part: str, why: str) -> None:
    """Note that a part is damaged, so that nobody reads it any more. Raises ``OSError``."""
    folder = directory / "damaged"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / part).write_text(why.encode("utf-8", "backslashreplace").decode()[:MAX_NOTE], encoding="utf-8")


def unnote(directory: Path, part: str) -> None:
    """The part is sound after all, or gone. Raises ``OSError``."""
    (directory / "damaged" / part).unlink(missing_ok=True)


@contextmanager
def reading(directory: Path) -> Iterator[None]:
    """While this is held nothing is removed from the lake. Many may hold it; the kernel lets go when a process dies."""
    descriptor = -1
    with suppress(OSError):  # a lake that cannot be locked can be read all the same: who removes must lock it
        descriptor = os.open(directory / "readers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    try:
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


@contextmanager
def alone(directory: Path) -> Iterator[bool]:
    """Whether nobody reads and nobody begins to while this is held. Raises ``OSError``."""
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
