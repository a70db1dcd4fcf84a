"""Counts the files in a tree of folders that a server lists one by one, those near the root first. No file is read.

At most 50 folders are listed, and three levels below the root or below a folder that the app names. Names of files are
counted by extension and by class (``wire.file_classes``), and not kept. Whatever is not listed or not read makes the
figure a lower bound, and is named in ``ProbeReport.unlisted``: such a server is not known to be empty.
"""

from collections import Counter, deque
from collections.abc import Sequence
from typing import Protocol

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import Figure, estimate, exact, lower_bound
from tieback.model.probe import Access, Container, Field, Notice
from tieback.probes.web import MAX_PROBED, Inquiry
from tieback.probes.wire.file_classes import count_classes, describe_classes
from tieback.probes.wire.http import MAX_BODY, Response, segment
from tieback.probes.wire.listing import FolderEntry, FolderListing, FolderPath
from tieback.probes.wire.requests import FOLDER_LEVELS, Request
from tieback.probes.wire.xmltext import extension_patterns
from tieback.scope.conversation import Conversation

LEVELS = 3
"""Maximum number of levels below the root, or below a folder that the app names."""
_MAX_PATTERNS = 200
_UNDECODED = "\ufffd"
"""In a name that is not UTF-8: a request for it would name another folder."""
_ROOT_FILES = "/"
"""Name of the container of the files that are in no folder."""


class Lister(Protocol):
    """How one server lists a folder."""

    folder: Request
    """Request of a folder's members; its placeholder is the folder's path."""
    sizes: str
    """What states the sizes, for the figures."""

    halt: str
    """Why no further folder is requested; empty while nothing speaks against it."""

    def read(self, answer: Response, path: FolderPath) -> FolderListing | None:
        """The members of a folder, whose whole path on the server is ``path``; ``None`` if the answer is no listing."""
        ...


class _Tally(msgspec.Struct):
    """Files in a container so far."""

    files: int = 0
    bytes: int = 0
    patterns: dict[str, None] = msgspec.field(default_factory=dict)
    """Extensions of names, at most ``_MAX_PATTERNS``; no name is kept."""
    listed: bool = False
    whole: bool = True
    """False if a part was not listed."""
    sized: bool = True
    """False if a file has no size."""
    rounded: bool = False
    """True if the server rounds a size."""

    def take(self, files: Sequence[FolderEntry], *, whole: bool) -> None:
        """Count the files of one listing."""
        self.listed = True
        self.whole &= whole
        self.files += len(files)
        self.bytes += sum(one.size or 0 for one in files)
        self.sized &= all(one.size is not None for one in files)
        self.rounded |= any(one.rounded for one in files)
        patterns = extension_patterns([one.name for one in files])
        self.patterns |= dict.fromkeys(patterns[: _MAX_PATTERNS - len(self.patterns)])

    def container(self, name: str, sizes: str, *, describes: bool) -> Container:
        """The container; without figures if nothing of it was listed."""
        if not self.listed:
            return Container((name,), "folder")
        method = "the listings" if self.whole else "the folders that were listed"
        records = (exact if self.whole else lower_bound)(self.files, method)
        fields = tuple(Field(pattern, "extension") for pattern in self.patterns) if describes else ()
        return Container((name,), "folder", False, records, self._size(sizes), fields)

    def _size(self, sizes: str) -> Figure | None:
        if self.files and not self.bytes and not self.sized:
            return None
        if self.rounded and self.whole and self.sized:
            return estimate(self.bytes, sizes)
        return (exact if self.whole and self.sized else lower_bound)(self.bytes, sizes)


class FolderWalk:
    """Lists folders, those near the root first."""

    def __init__(self, inquiry: Inquiry, lister: Lister) -> None:
        self._inquiry = inquiry
        self._lister = lister
        self._base = split_path(inquiry.draft.target.path)
        self._left = MAX_PROBED
        """Number of listings that may still be planned."""
        self._tallies: dict[str, _Tally] = {}
        """By name of the container: a folder below the root, or one that the app names."""
        self._waiting: deque[tuple[str, FolderPath, int]] = deque()
        """Container, path and level of each folder that will be listed."""
        self._skipped: Counter[str] = Counter()
        """Number of folders that will not, by the reason."""
        self._named: set[str] = set()
        """The containers that the app names: they may not exist."""
        self._classes: Counter[str] = Counter()

    def root(self, answer: Response) -> Conversation[None]:
        """Count below the root, whose listing was already received."""
        found = self._lister.read(answer, self._base) or FolderListing([])
        tally = _Tally()
        self._take(tally, answer, found, "the root folder")
        if tally.files or not tally.whole:
            self._tallies[_ROOT_FILES] = tally
        for one in found.entries:
            if one.is_folder:
                self._add(one.name, (one.name,))
        yield from self._go()

    def folder(self, name: str) -> Conversation[None]:
        """Count below a folder that the app names; adds nothing if it does not exist."""
        self._named.add(name)
        self._add(name, split_path(name))
        yield from self._go()

    def _add(self, name: str, path: FolderPath) -> None:
        self._tallies.setdefault(name, _Tally())
        self._plan(name, path, 1)

    def _plan(self, name: str, path: FolderPath, level: int) -> None:
        why = self._lister.halt
        if not why and (level > LEVELS or len(path) > FOLDER_LEVELS or not self._left):
            why = f"at most {MAX_PROBED}, and {LEVELS} levels"
        if not why and (_UNDECODED in path[-1] or not fill_folder(self._lister.folder, path)):
            why = "a name that is not safe to send"
        if why:
            self._skipped[why] += 1
            self._tallies[name].whole = False
            return
        self._left -= 1
        self._waiting.append((name, path, level))

    def _go(self) -> Conversation[None]:
        try:
            while self._waiting and not self._lister.halt:
                yield from self._list(*self._waiting[0])
                self._waiting.popleft()
        finally:
            for name, *_ in self._waiting:
                if name in self._tallies:
                    self._tallies[name].whole = False
            draft = self._inquiry.draft
            if self._waiting:
                self._skipped[self._lister.halt or "the conversation ended before"] += len(self._waiting)
            for why, count in self._skipped.items():
                draft.leave_out(f"{count_text(count, 'folder was', 'folders were')} not listed: {why}")
            describes, sizes = self._inquiry.describes, self._lister.sizes
            self._inquiry.add_containers(
                [tally.container(name, sizes, describes=describes) for name, tally in self._tallies.items()]
            )
            draft.notice(Notice.SENSITIVE_FILES, describe_classes(self._classes))
            self._tallies.clear()
            self._waiting.clear()
            self._skipped.clear()

    def _list(self, name: str, path: FolderPath, level: int) -> Conversation[None]:
        tally, draft, request = self._tallies[name], self._inquiry.draft, self._lister.folder
        answer = yield from self._inquiry.ask(request, fill_folder(request, path), cap=MAX_BODY)
        if answer is not None and answer.status == 404 and level == 1 and name in self._named:
            del self._tallies[name]
            return
        found = self._lister.read(answer, (*self._base, *path)) if answer is not None else None
        if answer is None or found is None:
            tally.whole = False
            if answer is not None and answer.status in (401, 403):
                self._inquiry.refused += 1
                draft.prove(request.label, f"{name}: status {answer.status}", Access.AUTH_REQUIRED)
            elif answer is not None:
                draft.leave_out(f"{request.label} ({name[:60]!r}): status {answer.status}, no listing")
            return
        if level == 1:
            draft.prove(request.label, f"lists the folder {name}", Access.OPEN)
        self._take(tally, answer, found, f"the folder {name[:60]!r}")
        for one in found.entries:
            if one.is_folder:
                self._plan(name, (*path, one.name), level + 1)

    def _take(self, tally: _Tally, answer: Response, found: FolderListing, where: str) -> None:
        files = [one for one in found.entries if not one.is_folder and not one.refused]
        lacks = []
        if answer.truncated:
            lacks.append("what is beyond the size limit")
        if found.unread:
            lacks.append(f"{count_text(found.unread, 'further name', 'further names')}")
        if refused := sum(one.refused for one in found.entries):
            lacks.append(count_text(refused, "name whose properties are refused", "names whose properties are refused"))
        if lacks:
            self._inquiry.draft.leave_out(f"{where}: {', '.join(lacks)}")
        tally.take(files, whole=not lacks)
        self._classes += count_classes(one.name for one in files)


def split_path(path: str) -> FolderPath:
    """The segments of a path."""
    return tuple(part for part in path.split("/") if part)


def fill_folder(request: Request, path: FolderPath) -> str:
    """A folder's path as it is inserted into a request; empty if it must not be sent."""
    text = "/".join(map(segment, path))
    return text if request.fill(text) else ""
