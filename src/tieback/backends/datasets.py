"""The data about addresses that the operator supplies: kept as given, with hash and date, beside a compiled table.

    manifest.json   what is there
    <hash>.data     each file as it was given
    <hash>.table    the flattened nets of a list, or what is used of RDAP documents

The folder is ``TIEBACK_DATA``, or else ``$XDG_DATA_HOME/tieback`` or ``~/.local/share/tieback``.
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
from tieback.backends.range_files import MAX_BYTES, Label, RangeFile, read_ranges
from tieback.backends.range_table import RangeTable
from tieback.backends.rdap import RdapFile, RdapObject, is_rdap, read_rdap
from tieback.model.errors import InputError

_MMDB_MARK = b"\xab\xcd\xefMaxMind.com"
_MMDB_TAIL = 128 * 1024
"""Bytes from the end in which the metadata of an MMDB begins, by its specification."""
_RDAP_HEAD = 1024 * 1024
"""Bytes in which a document says what it is: members stand in any order, and notices are long."""
_IN_TWO_FILES = frozenset({"asn", "cidr", "geofeed"})
_VERSION = re.compile(r"-ipv[46]$")
_MAX_MMDB = 4 * 1024 * 1024 * 1024


class Dataset(msgspec.Struct, frozen=True):
    """One file of the operator's."""

    name: str
    """One of each is kept: a newer file takes the older one's place."""
    kind: str
    file: str
    """Name that it was given under."""
    sha256: str
    date: str
    """Day that the data itself gives; empty where it gives none."""
    imported: str
    """Day of the import, UTC."""
    entries: int
    """Nets of a list, or RDAP documents; 0 for an MMDB, whose entries are not counted."""
    skipped: int = 0
    """Entries that were none."""

    @property
    def cited(self) -> str:
        """How reports name it: name, date and hash."""
        dated = f"of {self.date}" if self.date else f"undated, imported {self.imported}"
        return f"{self.name} {dated} (sha256 {self.sha256[:12]})"


class _Table(msgspec.Struct, frozen=True):
    labels: tuple[Label, ...]
    nets: bytes


class _Manifest(msgspec.Struct):
    datasets: tuple[Dataset, ...] = ()


def default_folder() -> Path:
    """Where data lies unless a command says otherwise."""
    named = os.environ.get("TIEBACK_DATA")
    if named:
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path(os.environ.get("HOME", ".")) / ".local" / "share") / "tieback"


class Datasets:
    """The files of a folder. Nothing is made there before the first import."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else default_folder()

    def all(self) -> tuple[Dataset, ...]:
        """What is there, by name.

        Raises:
            InputError: the manifest is damaged.
        """
        path = self.folder / "manifest.json"
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return ()
        try:
            return msgspec.json.decode(raw, type=_Manifest).datasets
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InputError(
                f"damaged ({error})"[:200], where=str(path), advice="Remove the folder and import again"
            ) from None

    def add(self, path: Path, *, provider: str = "", today: str = "") -> Dataset:
        """Read a file, keep it, and list it.

        Args:
            path: a list of addresses, or an MMDB.
            provider: whose addresses these are, where the file does not say.
            today: day of the import; by default the current one.

        Raises:
            InputError: it cannot be read, or is none of the known kinds; nothing is kept then.
            OSError: the folder cannot be written.
        """
        digest, is_mmdb = _examine(path)
        imported = today or datetime.now(UTC).date().isoformat()
        made = not self.folder.exists()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # What is read is our own copy: the file given may change, or be cut while it is mapped.
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
                raise InputError("it changed while it was read", where=str(path), advice="Import it again")
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
        """Each file with what is wrong with it; an empty text where its hash and its table are as they were."""
        for one in self.all():
            yield one, self._wrong(one)

    def table(self, dataset: Dataset) -> tuple[tuple[Label, ...], RangeTable]:
        """The nets of a list.

        Raises:
            InputError: the table is missing or damaged.
        """
        path = self.folder / f"{dataset.sha256}.table"
        try:
            stored = msgspec.msgpack.decode(path.read_bytes(), type=_Table)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            raise InputError(
                "the table of an imported list is missing or damaged", where=str(path), advice="Import the list again"
            ) from None
        return stored.labels, RangeTable.load(stored.nets)

    def rdap(self, dataset: Dataset) -> tuple[RdapObject, ...]:
        """What is used of RDAP documents. Raises ``InputError`` where it is missing or damaged."""
        path = self.folder / f"{dataset.sha256}.table"
        try:
            return msgspec.msgpack.decode(path.read_bytes(), type=RdapFile).objects
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            raise InputError(
                "what was read of RDAP documents is missing or damaged", where=str(path), advice="Import them again"
            ) from None

    def database(self, dataset: Dataset) -> Mmdb:
        """The open MMDB. Raises ``InputError`` where it is missing or damaged."""
        return Mmdb(self.folder / f"{dataset.sha256}.data")

    def _wrong(self, one: Dataset) -> str:
        path = self.folder / f"{one.sha256}.data"
        try:
            digest, is_mmdb = _examine(path)
            if digest != one.sha256:
                return "its content is not what was imported"
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
        return "" if same else "its table is not what the list gives"


def _named(file: RangeFile) -> str:
    """A list's name; of those that are published apart for IPv4 and IPv6 it tells which one this is."""
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
                raise InputError(f"{size >> 20} MiB are too many", where=str(path), advice="Give a smaller file")
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the file") from None
    return digest.hexdigest(), is_mmdb


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
