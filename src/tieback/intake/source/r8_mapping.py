"""Mapping file of R8 or ProGuard (``mapping.txt``): the original names of renamed classes and methods.

Sources: R8, ``doc/retrace.md`` and ``doc/compiler-map-versions``; ProGuard manual, "ReTrace". A line is a comment, a
class, or a member of the last class::

    # {"id":"com.android.tools.r8.mapping","version":"2.2"}
    org.example.Api -> a.b:
    # {"id":"sourceFile","fileName":"Api.kt"}
        java.lang.String base -> a
        1:4:java.lang.String org.example.Hosts.first():20:23 -> b
        1:4:java.lang.String load(int):31 -> b

The last lines are frames of one method: with equal ranges, each line is inlined into the next, and the last one is the
method that has the new name. A mapping of a large app has a gigabyte, so only the classes that the caller names are
kept.
"""

import os
import re
import stat
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from tieback.model.errors import InputError

MAX_FILE = 2 * 1024**3
"""Most bytes of a mapping. The largest known one, of a browser, has 150 MB."""
MAX_LINE = 64 * 1024
"""Most bytes of a line; a longer one is not read."""
MAX_MEMBERS = 200_000
"""Most lines of members that are kept."""
MAX_INLINED = 8
"""Most inlined methods of one method that are kept."""
MAX_NAME = 1_000
_PIECE = 1024 * 1024
_ADVICE = "Pass the mapping.txt of this build: app/build/outputs/mapping/VARIANT/mapping.txt"
_CLASS = re.compile(r"(?P<old>[^\s>]+) -> (?P<new>[^\s>]+):")
_MEMBER = re.compile(
    r"(?:(?P<low>\d{1,10}):(?P<high>\d{1,10}):)?[^\s():]+ (?P<old>[^\s():]+)(?P<parameters>\([^\s()]*\))?"
    r"(?::(?P<first>\d{1,10})(?::(?P<last>\d{1,10}))?)? -> (?P<new>\S+)"
)
MAP_ID = "[0-9a-f]{7,64}"
"""Form of the identifier of a mapping: the first digits of its hash, or all."""
_MAP_ID = re.compile(rb"# pg_map_id: {0,8}(?P<id>" + MAP_ID.encode() + rb")")
_SYNTHESIZED = "com.android.tools.r8.synthesized"
_DESCRIPTOR = re.compile(r"L(?P<name>[^\s;:,()<>\"'\[]{1,1000});(?:->(?P<method><?[^\s(:;,<>\"']{1,500}>?))?")
MAX_CHOICES = 4
"""Most original names that are shown for one new name."""


class OriginalMethod(msgspec.Struct, frozen=True):
    """A method of the source."""

    owner: str
    """Class with dots."""
    name: str
    first: int = 0
    """Line of its first statement in the source file, from 1; 0 if unknown."""
    last: int = 0

    @property
    def label(self) -> str:
        """Class and method with dots."""
        return f"{self.owner}.{self.name}"


class RenamedMethod(msgspec.Struct):
    """One possible origin of a method of the package."""

    method: OriginalMethod
    inlined: tuple[OriginalMethod, ...] = ()
    """Methods whose code is inside it, the innermost first."""


class RenamedClass(msgspec.Struct):
    """A class of the package."""

    name: str
    """Its original name, with dots."""
    source_file: str = ""
    """Name of its source file without folders; empty if the mapping does not have it."""
    methods: dict[str, list[RenamedMethod]] = msgspec.field(default_factory=dict)
    """New name to the possible origins: R8 gives several methods with different parameters the same name."""
    fields: dict[str, list[str]] = msgspec.field(default_factory=dict)
    """New name to the original names: fields of different types may have the same name."""

    def originals(self, member: str, *, fields: bool) -> list[str]:
        """The distinct original names of a method, and of a field if ``fields`` or if no method has the new name."""
        names = [
            one.method.name if one.method.owner == self.name else one.method.label
            for one in self.methods.get(member, ())
        ]
        if fields or not names:
            names += self.fields.get(member, ())
        return list(dict.fromkeys(names))


class Mapping(msgspec.Struct):
    """The classes of interest in a mapping."""

    classes: dict[str, RenamedClass] = msgspec.field(default_factory=dict)
    """By the name in the package, with dots."""
    map_id: str = ""
    """Identifier that R8 gives the mapping, and writes into the code of the same build; empty if it has none."""
    unread: int = 0
    """Number of lines of these classes that could not be read, or that exceed a limit."""

    def restore(self, text: str, *, fields: bool = False) -> str:
        """The text with the original names of classes and methods in smali notation, such as ``La/b;->c``.

        Args:
            text: any text.
            fields: True if such a name can be that of a field as well; a name that is both is shown as ``a|b``.
        """
        if not self.classes or ";" not in text:
            return text
        return _DESCRIPTOR.sub(lambda found: self._original(found, fields=fields), text)

    def origins(self, descriptor: str) -> tuple[RenamedMethod, ...]:
        """The possible origins of a method in smali notation; empty if the mapping does not have it."""
        found = _DESCRIPTOR.match(descriptor)
        known = self.classes.get(found["name"].replace("/", ".")) if found else None
        return tuple(known.methods.get(found["method"] or "", ())) if found and known else ()

    def _original(self, found: re.Match[str], *, fields: bool) -> str:
        known = self.classes.get(found["name"].replace("/", "."))
        if known is None:
            return found[0]
        owner = f"L{known.name.replace('.', '/')};"
        if not found["method"]:
            return owner
        names = known.originals(found["method"], fields=fields)
        if len(names) > MAX_CHOICES:
            names = [*names[:MAX_CHOICES], "…"]
        return f"{owner}->{'|'.join(names) or found['method']}"


def class_names(text: str) -> Iterator[str]:
    """The classes in smali notation in a text, with dots."""
    for found in _DESCRIPTOR.finditer(text):
        yield found["name"].replace("/", ".")


def read_mapping(path: Path, wanted: Collection[str]) -> Mapping:
    """Read the classes of interest from a mapping.

    Args:
        path: the file.
        wanted: names of classes in the package, with dots.

    Raises:
        InputError: it cannot be read, is too large, or is not a mapping.
    """
    where, reader = str(path), _Reader(frozenset(wanted))
    with _opened(path) as file:
        try:
            for line in _lines(file):
                reader.add(line)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=where, advice="Check the disk") from None
    if not reader.count:
        raise InputError("no mapping of R8 or ProGuard: no line names a class", where=where, advice=_ADVICE)
    return reader.end()


def check_mapping(path: Path) -> None:
    """Raise the errors of ``read_mapping`` that need no reading."""
    _opened(path).close()


def _opened(path: Path) -> BinaryIO:
    where = str(path)
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise InputError(f"cannot be read: {reason}", where=where, advice=_ADVICE) from None
    status = os.fstat(number)
    if stat.S_ISREG(status.st_mode) and status.st_size <= MAX_FILE:
        return os.fdopen(number, "rb", buffering=0)
    os.close(number)
    if stat.S_ISREG(status.st_mode):
        raise InputError(f"larger than {MAX_FILE >> 30} GiB, so it is not a mapping", where=where, advice=_ADVICE)
    raise InputError("not a regular file", where=where, advice=_ADVICE)


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """The lines without their ends; ``None`` for one that is too long. At most ``MAX_FILE`` bytes are read."""
    left, rest, skipping = MAX_FILE, b"", False
    while left > 0 and (piece := file.read(min(_PIECE, left))):
        left -= len(piece)
        *whole, tail = piece.split(b"\n")
        if whole:
            first = rest + whole[0]
            yield None if skipping or len(first) > MAX_LINE else first
            for line in whole[1:]:
                yield line if len(line) <= MAX_LINE else None
            rest, skipping = tail, False
        elif not skipping:
            rest += tail
        if len(rest) > MAX_LINE:
            rest, skipping = b"", True
    if rest or skipping:
        yield None if skipping else rest


class _Frame(msgspec.Struct):
    """A line of a method."""

    method: OriginalMethod
    synthesized: bool = False


class _Reader:
    """Collects the classes of interest, line by line."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = {name.encode("utf-8", "surrogatepass") for name in wanted}
        self._found = Mapping()
        self._class: RenamedClass | None = None
        self._frames: list[_Frame] = []
        self._at: tuple[str, str, str] | None = None
        """New name and range of the frames."""
        self._left = MAX_MEMBERS
        self.count = 0
        """Number of classes in the file."""

    def add(self, line: bytes | None) -> None:
        """Read one line; ``None`` is a line that is too long."""
        if line is None:
            self._unread()
        elif line.startswith(b"# pg_map_id:") and (found := _MAP_ID.fullmatch(line.rstrip())):
            self._found.map_id = found["id"].decode("ascii")
        elif not line.startswith((b" ", b"\t", b"#")):
            if line.endswith((b":", b":\r")):
                self._begin(line)
        elif self._class is not None:
            text = line.decode("utf-8", "replace").strip()
            if text.startswith("#"):
                self._comment(text[1:].strip())
            elif text:
                self._member(text)

    def end(self) -> Mapping:
        """The classes."""
        self._end_method()
        return self._found

    def _begin(self, line: bytes) -> None:
        self._end_method()
        self._class = None
        arrow = line.rfind(b" -> ")
        if arrow < 0:
            return
        self.count += 1
        if line[arrow + 4 :].rstrip(b"\r")[:-1] not in self._wanted:
            return
        found = _CLASS.fullmatch(line.decode("utf-8", "replace").rstrip("\r"))
        if found is None or found["new"] in self._found.classes:
            self._found.unread += 1
            return
        self._class = self._found.classes[found["new"]] = RenamedClass(found["old"][:MAX_NAME])

    def _comment(self, text: str) -> None:
        """A comment is a JSON object that describes the line before it; other comments mean nothing."""
        if not text.startswith("{") or self._class is None:
            return
        try:
            fact = msgspec.json.decode(text, type=_Comment)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            self._unread()
            return
        if fact.id == "sourceFile" and fact.file_name and "/" not in fact.file_name:
            self._class.source_file = fact.file_name[:MAX_NAME]
        elif fact.id == _SYNTHESIZED and self._frames:
            self._frames[-1].synthesized = True

    def _member(self, text: str) -> None:
        if self._class is None:
            return
        found = _MEMBER.fullmatch(text)
        if found is None or self._left <= 0:
            self._unread()
            return
        self._left -= 1
        if found["parameters"] is None:
            self._end_method()
            self._class.fields.setdefault(found["new"], []).append(found["old"][:MAX_NAME])
            return
        at = (found["new"], found["low"] or "", found["high"] or "")
        if at != self._at or not at[1]:
            self._end_method()
        self._at = at
        owner, _, name = found["old"][:MAX_NAME].rpartition(".")
        first = int(found["first"] or 0)
        method = OriginalMethod(owner or self._class.name, name, first, int(found["last"] or first))
        self._frames.append(_Frame(method))
        if len(self._frames) > MAX_INLINED + 1:
            del self._frames[0]

    def _end_method(self) -> None:
        """Store the frames of a method: the last one that the compiler did not make is the method itself."""
        frames, at, known = self._frames, self._at, self._class
        self._frames, self._at = [], None
        if not frames or at is None or known is None:
            return
        real = [one.method for one in frames if not one.synthesized] or [frames[-1].method]
        origin = RenamedMethod(real[-1], tuple(real[:-1]))
        if origin not in (told := known.methods.setdefault(at[0], []))[-MAX_INLINED:]:
            told.append(origin)

    def _unread(self) -> None:
        if self._class is not None:
            self._found.unread += 1


class _Comment(msgspec.Struct):
    """A comment in JSON."""

    id: str = ""
    file_name: str = msgspec.field(default="", name="fileName")
