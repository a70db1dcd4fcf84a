"""Text of a rules file with line numbers, and errors with their position."""

from array import array
from bisect import bisect_right
from pathlib import Path

from tieback.model.errors import InputError

MAX_BYTES = 16 << 20
MAX_LINES = 1_000_000
_ADVICE = "Fix the file, or select the right format with --kind"


class RulesText:
    """The text of one file."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts: array[int] | None = None

    @property
    def name(self) -> str:
        """Name of the file without folders, lower case."""
        return Path(self.path).name.lower()

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of a character, both from 1."""
        if self._starts is None:
            self._starts = array("L", [0])
            at = self.text.find("\n")
            while at >= 0:
                self._starts.append(at + 1)
                at = self.text.find("\n", at + 1)
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, offset: int) -> int:
        """Line of a character, from 1."""
        return self.place(offset)[0]

    def error(self, offset: int, expected: str) -> InputError:
        """The error for a syntax error at a character."""
        line, column = self.place(min(offset, len(self.text)))
        found = self.text[offset : offset + 20].split("\n", 1)[0]
        what = f"expected {expected}, found {found!r}" if found else f"expected {expected}, found the end of the line"
        if offset >= len(self.text):
            what = f"expected {expected}, found the end of the file"
        return InputError(what, where=f"{self.path}:{line}:{column}", advice=_ADVICE)

    def line_error(self, line: int, what: str) -> InputError:
        """The error for a line with an impossible value."""
        return InputError(what, where=f"{self.path}:{line}", advice=_ADVICE)


def load_text(path: Path) -> RulesText:
    """Read a rules file: UTF-8, or UTF-16 with a byte order mark.

    Raises:
        InputError: it cannot be read, is larger than 16 MiB, has more than a million lines, or is not text.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", where=str(path), advice="Check the path") from None
    if len(raw) > MAX_BYTES:
        raise InputError("longer than 16 MiB", where=str(path), advice="Split the file")
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 text (byte {error.start})", where=str(path), advice="Save it as UTF-8") from None
    if text.count("\n") > MAX_LINES:
        raise InputError(f"more than {MAX_LINES:,} lines", where=str(path), advice="Split the file")
    return RulesText(str(path), text.replace("\r\n", "\n"))
