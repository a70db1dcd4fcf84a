"""Files of a folder, an archive or a storage location that a command passed over: how many, and why."""

from collections.abc import Callable, Iterator

import msgspec

from tieback.model.count_text import count_text

PARTS = "parts of apps beside whole apps"
UNREADABLE = "cannot be opened"
NOT_REGULAR = "not regular files"
LINKS = "links to folders"
HIDDEN = "hidden"
NOT_EXPORTS = "not exports of an inventory"
MACOS_DATA = "attributes in an archive of macOS"
TOO_MANY = "above the limit of files"
COMPRESSED = "compressed shards, whose members cannot be read one by one"
SAME_CONTENT = "same content as an input before them"
ADVICE = {
    COMPRESSED: "Store them as plain .tar.",
    LINKS: "Pass the folders that they lead to.",
    UNREADABLE: "Check their permissions, and whether links lead to files.",
    SAME_CONTENT: "Their results are those of that input.",
    TOO_MANY: "Pass fewer files at a time.",
}
"""What to do about files that were passed over for these reasons."""
OF_ONE = {
    PARTS: "part of an app beside a whole app",
    NOT_REGULAR: "not a regular file",
    LINKS: "link to a folder",
    NOT_EXPORTS: "not an export of an inventory",
    COMPRESSED: "compressed shard, whose members cannot be read one by one",
    SAME_CONTENT: "same content as an input before it",
    "not app packages": "not an app package",
    "not captures": "not a capture",
    "not apps, captures or shards": "not an app, a capture or a shard",
    "shards that are not named .tar": "shard that is not named .tar",
    "not rule files (.toml)": "not a rule file (.toml)",
    "folders in a folder of rules": "folder in a folder of rules",
    "not templates": "not a template",
    "names that do not end in .toml": "name that does not end in .toml",
    "links to files outside the folder": "link to a file outside the folder",
    "signatures of grants that are not in the folder": "signature of a grant that is not in the folder",
    "links, which are not followed": "link, which is not followed",
    "folders of dependencies and builds": "folder of dependencies or builds",
    "folders that are nested too deeply": "folder that is nested too deeply",
}
"""Reasons of a single file. Other reasons are the same for one and for several files."""


class SkippedFiles(msgspec.Struct, frozen=True):
    """The files of one place that were not read for one reason."""

    where: str
    """The folder, archive or location that the user passed."""
    why: str
    """What the files are, such as ``not app packages``."""
    count: int
    """Number of files; a link to a folder counts once."""
    first: str
    """Name of the first."""

    @property
    def text(self) -> str:
        """``2 files were not read, such as a.txt: not app packages``."""
        if self.count == 1:
            return f"{self.first} was not read: {OF_ONE.get(self.why, self.why)}"
        return f"{count_text(self.count, 'file')} were not read, such as {self.first}: {self.why}"


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
