"""Address data that the operator imports: the unchanged file with its hash and date, and a compiled table.

    manifest.json   list of the files
    <hash>.data     each file, unchanged
    <hash>.table    the flattened networks of a list, or the fields that are used of RDAP documents

The folder is ``TIEBACK_DATA``; otherwise ``$XDG_DATA_HOME/tieback`` or ``~/.local/share/tieback``.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tieback.backends.mmdb import Mmdb
from tieback.backends.range_files import MAX_BYTES, NetworkLabel, RangeFile, read_ranges
from tieback.backends.range_table import RangeTable
from tieback.backends.rdap import RdapFile, RdapObject, is_rdap, read_rdap
from tieback.model.errors import InputError
from tieback.model.small_file import read_small

_MMDB_MARK = b"\xab\xcd\xefMaxMind.com"
_MMDB_TAIL = 128 * 1024
"""Size of the search window for the metadata at the end of an MMDB, in bytes, from the specification."""
_MAX_MANIFEST = 16 * 1024 * 1024
_RDAP_HEAD = 1024 * 1024
"""Bytes that are read to identify a document: members can be in any order, and notices are long."""
_IN_TWO_FILES = frozenset({"asn", "cidr", "geofeed"})
_VERSION = re.compile(r"-ipv[46]$")
_MAX_MMDB = 4 * 1024 * 1024 * 1024


class Dataset(msgspec.Struct, frozen=True):
    """One imported file."""

    name: str
    """Unique name; a newer file of the same name replaces the older one."""
    kind: str
    """Kind of the data, such as ``rdap`` or ``asn``."""
    file: str
    """Name of the file that was imported."""
    sha256: str
    """SHA-256 of the file."""
    date: str
    """Date in the data itself; empty if it has none."""
    imported: str
    """Date of the import, UTC."""
    entries: int
    """Number of networks in a list or of RDAP documents; 0 for an MMDB, whose entries are not counted."""
    skipped: int = 0
    """Number of invalid entries."""

    @property
    def cited(self) -> str:
        """Name in reports: name, date and hash."""
        dated = f"of {self.date}" if self.date else f"undated, imported {self.imported}"
        return f"{self.name} {dated} (sha256 {self.sha256[:12]})"


class _Table(msgspec.Struct, frozen=True):
    labels: tuple[NetworkLabel, ...]
    nets: bytes


class _Manifest(msgspec.Struct):
    datasets: tuple[Dataset, ...] = ()


def default_folder() -> Path:
    """Default directory of the data, if no option sets it."""
    named = os.environ.get("TIEBACK_DATA")
    if named:
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path(os.environ.get("HOME", ".")) / ".local" / "share") / "tieback"


class Datasets:
    """The imported files of a folder. The folder is created by the first import."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else default_folder()

    def all(self) -> tuple[Dataset, ...]:
        """All datasets, by name.

        Raises:
            InputError: the manifest is damaged.
        """
        path = self.folder / "manifest.json"
        try:
            raw = read_small(path, _MAX_MANIFEST)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise InputError(
                f"cannot be read ({error.strerror})", where=str(path), advice="Remove the folder and import again"
            ) from None
        try:
            return msgspec.json.decode(raw, type=_Manifest).datasets
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InputError(
                f"damaged ({error})"[:200], where=str(path), advice="Remove the folder and import again"
            ) from None

    def add(self, path: Path, *, provider: str = "", today: str = "") -> Dataset:
        """Read a file, copy it into the folder, and add it to the manifest.

        Args:
            path: a list of addresses, RDAP documents, or an MMDB.
            provider: owner of the addresses, if the file does not name it.
            today: date of the import; the current date by default.

        Raises:
            InputError: the file cannot be read or its format is unknown; nothing is imported.
            OSError: the folder is not writable.
        """
        digest, is_mmdb = _examine(path)
        imported = today or datetime.now(UTC).date().isoformat()
        made = not self.folder.exists()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Read from a private copy: the original file can change or be truncated while it is mapped.
        draft = self.folder / f".{digest}.{os.getpid()}"
        try:
            shutil.copyfile(path, draft)
            if is_mmdb:
                found, table = _mmdb(draft, path, digest, imported), None
            elif _is_rdap(draft):
                registered = _rdap(draft, path)
                table = msgspec.msgpack.encode(registered)
                name = registered.name if len(registered.objects) == 1 else f"{registered.name} {digest[:12]}"
                count, left = len(registered.objects), registered.skipped
                found = Dataset(name, "rdap", path.name, digest, "", imported, count, left)
            else:
                file = _read(draft, path, provider)
                table = _compiled(file)
                found = Dataset(
                    _named(file), file.kind, path.name, digest, file.date, imported, len(file.nets), file.skipped
                )
            if _examine(draft)[0] != digest:
                raise InputError("the file changed during the import", where=str(path), advice="Import it again")
            if table is not None:
                _write(self.folder / f"{digest}.table", table)
            draft.replace(self.folder / f"{digest}.data")
        except BaseException:
            draft.unlink(missing_ok=True)
            if made:
                with suppress(OSError):
                    self.folder.rmdir()
            raise
        before = self.all()
        kept = (*(one for one in before if one.name != found.name), found)
        listed = _Manifest(tuple(sorted(kept, key=lambda one: one.name)))
        _write(self.folder / "manifest.json", msgspec.json.format(msgspec.json.encode(listed), indent=2) + b"\n")
        for old in before:
            if old.sha256 not in {one.sha256 for one in kept}:
                for ending in ("data", "table"):
                    (self.folder / f"{old.sha256}.{ending}").unlink(missing_ok=True)
        return found

    def verify(self) -> Iterator[tuple[Dataset, str]]:
        """Check each file against its hash, and its table against the file. Yields each dataset with the problem, or an
        empty text.
        """
        for one in self.all():
            yield one, self._wrong(one)

    def table(self, dataset: Dataset) -> tuple[tuple[NetworkLabel, ...], RangeTable]:
        """The labels and networks of a list.

        Raises:
            InputError: the table is missing or damaged.
        """
        path = self.folder / f"{dataset.sha256}.table"
        try:
            stored = msgspec.msgpack.decode(path.read_bytes(), type=_Table)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise InputError(
                "the compiled table of an imported list is missing or damaged",
                where=str(path),
                advice="Import the list again",
            ) from None
        return stored.labels, RangeTable.load(stored.nets)

    def rdap(self, dataset: Dataset) -> tuple[RdapObject, ...]:
        """The objects of RDAP documents. Raises ``InputError`` if they are missing or damaged."""
        path = self.folder / f"{dataset.sha256}.table"
        try:
            return msgspec.msgpack.decode(path.read_bytes(), type=RdapFile).objects
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise InputError(
                "the compiled table of imported RDAP documents is missing or damaged",
                where=str(path),
                advice="Import the documents again",
            ) from None

    def database(self, dataset: Dataset) -> Mmdb:
        """The opened MMDB. Raises ``InputError`` if it is missing or damaged."""
        return Mmdb(self.folder / f"{dataset.sha256}.data")

    def _wrong(self, one: Dataset) -> str:
        path = self.folder / f"{one.sha256}.data"
        try:
            digest, is_mmdb = _examine(path)
            if digest != one.sha256:
                return "the file does not match the hash from its import"
            if is_mmdb:
                self.database(one).close()
                return ""
            if one.kind == "rdap":
                made = msgspec.msgpack.encode(_rdap(path, path))
            else:
                provider = "" if one.kind == "asn" else _VERSION.sub("", one.name)
                made = _compiled(_read(path, path, provider))
            same = made == (self.folder / f"{one.sha256}.table").read_bytes()
        except InputError as error:
            return error.what
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        return "" if same else "the compiled table does not match the file"


def _named(file: RangeFile) -> str:
    """Name of a list; the IP version is added for lists that are published separately for IPv4 and IPv6."""
    versions = {net.version for net in file.nets}
    if file.kind in _IN_TWO_FILES and len(versions) == 1:
        return f"{file.name}-ipv{versions.pop()}"
    return file.name


def _mmdb(copy: Path, given: Path, digest: str, imported: str) -> Dataset:
    try:
        with Mmdb(copy) as database:
            name = f"{database.kind}:{database.type}"
            return Dataset(name, database.kind, given.name, digest, database.date, imported, 0)
    except InputError as error:
        raise InputError(error.what, where=str(given), advice=error.advice) from None


def _is_rdap(copy: Path) -> bool:
    with copy.open("rb") as file:
        return is_rdap(file.read(_RDAP_HEAD))


def _rdap(copy: Path, given: Path) -> RdapFile:
    try:
        return read_rdap(copy.read_bytes())
    except InputError as error:
        raise InputError(error.what, where=str(given), advice=error.advice) from None


def _read(copy: Path, given: Path, provider: str) -> RangeFile:
    try:
        return read_ranges(copy.read_bytes(), provider=provider)
    except InputError as error:
        raise InputError(error.what, where=str(given), advice=error.advice) from None


def _compiled(file: RangeFile) -> bytes:
    return msgspec.msgpack.encode(_Table(file.labels, RangeTable(file.nets).dump()))


def _examine(path: Path) -> tuple[str, bool]:
    """SHA-256 of a file, and whether it is an MMDB."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(0, size - _MMDB_TAIL))
            is_mmdb = _MMDB_MARK in file.read(_MMDB_TAIL)
            if size > (_MAX_MMDB if is_mmdb else MAX_BYTES):
                raise InputError(f"too large ({size >> 20} MiB)", where=str(path), advice="Import a smaller file")
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the file") from None
    return digest.hexdigest(), is_mmdb


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
