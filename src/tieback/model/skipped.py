"""Files of a folder, an archive or a storage location that a command passed over: how many, and why."""

from collections.abc import Callable, Iterator

import msgspec

from tieback.model.count_text import count_text

PARTS = "parts of apps beside whole apps"
UNREADABLE = "they cannot be opened"
NOT_REGULAR = "not regular files"
LINKS = "links to folders"
HIDDEN = "hidden"
NOT_EXPORTS = "not exports of an inventory"
MACOS_DATA = "attributes in an archive of macOS"
TOO_MANY = "above the limit of files"
COMPRESSED = "compressed shards, whose members cannot be read one by one"
SAME_CONTENT = "they have the content of an input before them"
ADVICE = {
    COMPRESSED: "Store them as plain .tar.",
    LINKS: "Pass the folders that they lead to.",
    UNREADABLE: "Check their permissions, and whether links lead to files.",
    SAME_CONTENT: "Their results are those of that input.",
    TOO_MANY: "Pass fewer files at a time.",
}
"""What to do about files that were passed over for these reasons."""


class SkippedFiles(msgspec.Struct, frozen=True):
    """The files of one place that were not read for one reason."""

    where: str
    """The folder, archive or location that the user passed."""
    why: str
    """Words after "because", such as ``not app packages``."""
    count: int
    """Number of files; a link to a folder counts once."""
    first: str
    """Name of the first."""

    @property
    def text(self) -> str:
        """``not read because not app packages: 2 files (such as a.txt)``."""
        count = count_text(self.count, "file")
        example = self.first if self.count == 1 else f"such as {self.first}"
        return f"not read because {self.why}: {count} ({example})"


type OnSkipped = Callable[[SkippedFiles], None]
"""Is called once per place and reason, after the files of the place."""


class SkippedCount:
    """Counts the files of one place that are passed over, by reason."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first: dict[str, str] = {}

    def add(self, why: str, name: str, count: int = 1) -> None:
        """Count a file; ``name`` is kept if it is the first of its reason."""
        self._first.setdefault(why, name)
        self._counts[why] = self._counts.get(why, 0) + count

    def of(self, where: str) -> Iterator[SkippedFiles]:
        """The counts, in the order of the first file of each reason."""
        for why, count in self._counts.items():
            yield SkippedFiles(where, why, count, self._first[why])

    def report(self, where: str, skipped: OnSkipped | None) -> None:
        """Call a function with the counts, if there is one."""
        if skipped is not None:
            for one in self.of(where):
                skipped(one)
