"""Index remote inputs: list them, and read unknown objects once to determine their type and hash.

A worker reads each unknown object once, distinguishes apps, captures and shards, and finds the members of a shard. The
result is stored in the lake under the object's state (URL, ETag, size, time); in the ledger, that state is a unit of
work. The next run therefore reads only new or changed objects. Objects described by a manifest are not read
here at all.
"""

import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import cached_property
from itertools import batched
from pathlib import Path
from typing import IO

import msgspec
import pyarrow as pa

from tieback.engine.interface import Engine, UnitLimits
from tieback.intake.discover import FileKind, classify_file, classify_name
from tieback.intake.places.content import ContentReader, is_url, strip_query
from tieback.intake.places.fetch import MAX_OBJECT, RESERVE
from tieback.intake.places.manifest import ManifestRow, read_lines, read_manifest
from tieback.intake.places.shard import HEAD, TAIL, ByteStream, ShardError, hash_file, iter_members
from tieback.intake.traffic.log_archive import MAX_SEARCHED, LogArchive, is_log, is_tar, names_logs
from tieback.intake.traffic.open import GZIP
from tieback.model.count_text import form_for
from tieback.model.errors import InputError, TiebackError
from tieback.model.remote import (
    UNKNOWN_SIZE,
    ObjectLocation,
    RemoteObject,
    ShardMember,
    decode_location,
    encode_location,
)
from tieback.model.unit import Unit, UnitEnd
from tieback.pipeline.inputs.spec import InputSpec, Manifest, is_remote
from tieback.pipeline.progress import Stage
from tieback.pipeline.units import CLAIM, LakeWork, UnitRun
from tieback.scope.policy.exclude import SourcedRule
from tieback.storage.lake.fencing import open_fence
from tieback.storage.lake.tables.objects import object_table, read_objects
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.objects.listing import ListedObject, ObjectListing
from tieback.storage.workspace import Workspace

INDEX_VERSION = "survey-3"
"""Part of the key of a unit of work; increases when the classification of objects changes."""
INDEX_SECONDS = 4 * 3600.0
"""Time limit for one object, in seconds: a shard may be large."""
LOOKUPS_AT_ONCE = 16
"""Maximum concurrent look-ups, if a list names objects one by one."""
MAX_LIST = 4 << 30
"""Maximum bytes of a remote list."""
FIX_MANIFEST = "Run again, or correct the manifest"
DAMAGED = "damage"
"""Kind of the row that records how a shard is damaged; its member field is the text."""
_PIECE = 1 << 20
_ZIP = b"PK\x03\x04"
OTHERS = "others"
"""Kind of the row that counts the members of a shard that are no inputs: its size is their number."""

_NOTHING = ShardMember("", 0, 0, "", FileKind.OTHER)


class IndexWork(LakeWork[tuple[ShardMember, ...]]):
    """Read objects, classify them, and store the result in the lake at ``lake_directory``."""

    @cached_property
    def _reach(self) -> ContentReader:
        return ContentReader(self.never)

    def analyse(self, unit: Unit) -> tuple[ShardMember, ...]:
        """The object itself, or the apps and captures in a shard; at least one row."""
        access = decode_location(unit.access)
        try:
            return self._found(access, unit.source)
        except InputError as error:
            raise InputError(error.what, where=unit.source, advice=error.advice) from None

    def _found(self, access: ObjectLocation, name: str) -> tuple[ShardMember, ...]:
        kind, logs = classify_name(name), False
        if kind is FileKind.OTHER:
            kind, logs = self._glance(access, name)
        if kind is FileKind.PACKED_SHARD:
            if not _tar_has_logs(self._whole(access)):
                raise packed_shard(name)
            kind = FileKind.TRAFFIC
        elif kind is FileKind.OTHER and logs and self._has_logs(access):
            kind = FileKind.TRAFFIC
        if kind is FileKind.OTHER:
            return (_NOTHING,)
        if kind is FileKind.SHARD:
            seen = _SeenLogs()
            members = tuple(index_members(self._whole(access), seen))
            if not seen.any or any(one.kind in {FileKind.APP, FileKind.TRAFFIC} for one in members):
                return members
            kind = FileKind.TRAFFIC
        found = hash_file(self._whole(access), lambda _head, _tail: kind)
        if access.size not in {UNKNOWN_SIZE, found.size}:
            raise InputError(
                "the object changed after it was listed", where=name, advice="Run again to read the current version"
            )
        return (found,)

    def _whole(self, access: ObjectLocation) -> Iterator[bytes | memoryview]:
        # A longer object would not be noticed when reading the listed range.
        return self._reach.read(msgspec.structs.replace(access, size=UNKNOWN_SIZE))

    def _glance(self, access: ObjectLocation, name: str) -> tuple[FileKind, bool]:
        """The type of an object from its first and last bytes, and whether it may be an archive of logs."""
        head = self._range(access, 0, HEAD)
        if access.size == UNKNOWN_SIZE or access.size <= len(head):
            return classify_file(name, head, head), is_tar(head) or (head.startswith(_ZIP) and names_logs(head))
        kind = classify_file(name, head, b"")
        if kind is not FileKind.OTHER or not head.startswith(_ZIP):
            return kind, is_tar(head)
        tail = self._range(access, max(access.size - TAIL, 0), TAIL)
        return classify_file(name, head, tail), names_logs(head) or names_logs(tail)

    def _has_logs(self, access: ObjectLocation) -> bool:
        """True for an archive of logs. A ZIP archive is copied: its directory is at its end."""
        head = self._range(access, 0, HEAD)
        if not head.startswith(_ZIP):
            return _tar_has_logs(self._whole(access))
        with tempfile.NamedTemporaryFile(prefix="tieback-") as copy:
            try:
                _copy(self._whole(access), copy)
            except OSError as error:
                raise InputError(
                    f"cannot be copied: {error.strerror}", advice="Free space on the disk of TMPDIR"
                ) from None
            return LogArchive(Path(copy.name)).has_logs()

    def _range(self, access: ObjectLocation, start: int, size: int) -> bytes:
        if access.size != UNKNOWN_SIZE:
            size = min(size, access.size - start)
        if size <= 0:
            return b""
        return ByteStream(self._reach.read(msgspec.structs.replace(access, start=start, size=size))).exactly(size)

    def tables(self, results: Sequence[tuple[Unit, tuple[ShardMember, ...]]]) -> dict[str, pa.Table]:
        """The rows of objects and shard members."""
        return {"objects": object_table(results)}


class _SeenLogs:
    """Whether a member of a tar archive is a log of Zeek."""

    any = False

    def see(self, name: str, head: bytes) -> None:
        """Look at a member: its name and its first 64 KiB."""
        self.any = self.any or is_log(name, head)


def _tar_has_logs(pieces: Iterator[bytes | memoryview]) -> bool:
    """True if a tar archive, also with gzip, has a log of Zeek; it is read no further than to the first."""
    seen = _SeenLogs()

    def judge(name: str, head: bytes, tail: bytes) -> str:  # noqa: ARG001
        seen.see(name, head)
        return FileKind.OTHER

    try:
        for _ in iter_members(ByteStream(_unpacked(pieces)), judge):
            if seen.any:
                break
    except (ShardError, zlib.error):
        pass  # damaged: what was seen before counts
    return seen.any


def _unpacked(pieces: Iterator[bytes | memoryview]) -> Iterator[bytes]:
    """The content of gzip, at most ``MAX_SEARCHED`` bytes of it, or the same bytes if it is not gzip."""
    unpack: zlib._Decompress | None = None
    left, first = MAX_SEARCHED, True
    for piece in pieces:
        rest = bytes(piece)
        if first:
            first = False
            if not rest.startswith(GZIP):
                yield rest
                yield from map(bytes, pieces)
                return
        while rest and left > 0:
            unpack = unpack or zlib.decompressobj(zlib.MAX_WBITS | 16)
            content = unpack.decompress(rest, _PIECE)
            left -= len(content)
            if content:
                yield content
            rest = unpack.unconsumed_tail
            if unpack.eof:
                rest, unpack = unpack.unused_data, None
        if left <= 0:
            return


def _copy(pieces: Iterator[bytes | memoryview], file: IO[bytes]) -> None:
    """Write an object to a temporary file, up to the limits. Raises ``InputError`` and ``OSError``."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_OBJECT:
            raise InputError(f"larger than {MAX_OBJECT >> 30} GiB", advice="Split it, or pass it as a local file")
        if shutil.disk_usage(tempfile.gettempdir()).free < RESERVE:
            raise InputError("not enough disk space to copy it", advice="Set TMPDIR to a larger disk")
        file.write(piece)
    file.flush()


def packed_shard(where: str) -> InputError:
    """The error for a compressed shard."""
    what = "a compressed shard: its members cannot be read one by one"
    return InputError(what, where=where, advice="Store it as plain .tar")


def index_members(pieces: Iterator[bytes | memoryview], logs: "_SeenLogs | None" = None) -> Iterator[ShardMember]:
    """The apps and captures in a shard, then a row with the number of other files and the name of the first.

    If it is damaged, the members before the damage, and a row with the damage. ``logs`` sees every member.
    """

    def judge(name: str, head: bytes, tail: bytes) -> str:
        if logs is not None:
            logs.see(name, head)
        kind = classify_file(name, head, tail)
        return kind if kind in {FileKind.APP, FileKind.TRAFFIC} else FileKind.OTHER

    count = others = 0
    first = ""
    try:
        for member in iter_members(ByteStream(pieces), judge):
            if member.kind != FileKind.OTHER:
                count += 1
                yield member
            else:
                others, first = others + 1, first or member.name
    except ShardError as error:
        count += 1
        yield ShardMember(str(error), 0, 0, "", DAMAGED)
    if not count:
        yield _NOTHING
    elif others:
        yield ShardMember(first, 0, others, "", OTHERS)


def index_inputs(
    workspace: Workspace,
    run: str,
    inputs: Sequence[InputSpec],
    engine: Engine,
    stage: Stage,
    never: Sequence[SourcedRule] | None = None,
) -> ObjectListing:
    """Index every remote input; the listing contains what each consists of. The caller closes it.

    Unreadable inputs are errors in the listing; they raise nothing.

    Args:
        workspace: gets what was indexed.
        run: this run.
        inputs: all inputs.
        engine: reads the objects.
        stage: shows progress.
        never: what is never contacted; by default the site policies in their usual places.

    Raises:
        WorkspaceError: the lake or the ledger cannot be written.
    """
    with ExitStack() as stack:
        listing = stack.enter_context(ObjectListing())
        if any(map(is_remote, inputs)):
            _survey(workspace, run, inputs, engine, stage, listing, never)
        stack.pop_all()
    return listing


def _survey(
    workspace: Workspace,
    run: str,
    inputs: Sequence[InputSpec],
    engine: Engine,
    stage: Stage,
    listing: ObjectListing,
    never: Sequence[SourcedRule] | None,
) -> None:
    pending = _Surveying(listing, workspace.ledger, never)
    lake = workspace.lake_directory
    work = IndexWork(lake.absolute(), open_fence(lake), workspace.lake.key, never)
    with stage("indexing remote inputs") as progress:
        units = UnitRun(workspace.ledger, run, progress)
        units.run(engine, work, pending.groups(inputs), UnitLimits(seconds=INDEX_SECONDS), pending.failed)
    if next(listing.unresolved(), None) is not None:
        listing.found(read_objects(workspace.lake, INDEX_VERSION))
        pending.explain()


class _Surveying:
    """Remote inputs on their way into the listing; unknown ones pass through the engine."""

    def __init__(self, listing: ObjectListing, ledger: Ledger, never: Sequence[SourcedRule] | None) -> None:
        self._listing = listing
        self._ledger = ledger
        self._reach = ContentReader(never)

    def groups(self, inputs: Sequence[InputSpec]) -> Iterator[list[Unit]]:
        """Unknown objects in groups, to be claimed in the ledger; all inputs are recorded."""
        for origin, given in enumerate(inputs):
            if not is_remote(given):
                continue
            for group in batched(list_input(given, self._reach), CLAIM):
                self._listing.add(origin, group)
                # Units of one location are adjacent, so that a worker keeps its connection.
                new = sorted(
                    (one for one in group if isinstance(one, ListedObject) and one.digest), key=lambda o: o.folder
                )
                yield [
                    Unit(
                        one.digest,
                        INDEX_VERSION,
                        one.source,
                        max(one.size, 0),
                        encode_location(ObjectLocation(one.place, 0, one.size, one.etag)),
                    )
                    for one in new
                ]

    def failed(self, end: UnitEnd) -> None:
        """Record the problem of an object that could not be read."""
        self._listing.fail(end.unit.key, *_told(end.problem))

    def explain(self) -> None:
        """Add the reason for objects that could not be classified, from the ledger."""
        for digest in self._listing.unresolved():
            row = self._ledger.unit(digest, INDEX_VERSION)
            problem = row.problem if row is not None and row.problem else "the object could not be read. Run again"
            self._listing.fail(digest, *_told(problem))


def _told(problem: str) -> tuple[str, str]:
    what, _, advice = problem.partition(". ")
    return what, advice


def list_input(given: InputSpec, reach: ContentReader) -> Iterator[ListedObject | InputError]:
    """The objects of an input, in order; errors are yielded, never raised."""
    try:
        if isinstance(given, Manifest):
            yield from _rows(read_manifest(given.path), reach, given.path.parent)
        elif isinstance(given, str):
            yield from _of_url(given, reach)
    except TiebackError as error:
        where = strip_query(given) if isinstance(given, str) else error.where
        yield InputError(error.what, where=where, advice=error.advice)


def _of_url(url: str, reach: ContentReader) -> Iterator[ListedObject | InputError]:
    if url.startswith(("https://", "http://")):
        yield from _of_host(url, reach)
        return
    item = None if url.endswith("/") else reach.stat(url)
    if item is not None:
        yield _listed(url, item, named=True)
        return
    empty = True
    for item in reach.list_objects(url):
        if item.size:  # cloud consoles create folders as empty objects
            empty = False
            yield _listed(item.url, item, named=False)
    if empty:
        yield InputError("no objects found", where=url, advice="Check the bucket and the prefix")


def _of_host(url: str, reach: ContentReader) -> Iterator[ListedObject | InputError]:
    """A single file, or a list of further URLs."""
    name = strip_query(url)
    if classify_name(name) is FileKind.OTHER:
        head = ByteStream(reach.read(ObjectLocation(url, 0, 4096))).exactly(4096)
        if head.lstrip()[:1] == b"<":
            raise InputError(
                "an HTML page, not a list of URLs", where=name, advice="Use URLs of files, or of a list of URLs"
            )
        if _is_text(head):
            suffix = "." + name.rpartition("/")[2].rpartition(".")[2].lower()
            rows = read_lines(_bounded(reach, url), name, suffix)
            yield from _rows(rows, reach, None, plain=url.startswith("http://"))
            return
    item = reach.stat(url)
    if item is None:
        raise InputError("not found", where=name, advice="Check the URL")
    yield _listed(url, item, named=True)


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", "ignore")
    return (
        bool(head) and len(text.encode()) > len(head) - 4 and all(c.isprintable() or c in "\t\r\n\ufeff" for c in text)
    )


def _bounded(reach: ContentReader, url: str) -> Iterator[bytes]:
    size = 0
    for piece in reach.read(ObjectLocation(url)):
        size += len(piece)
        if size > MAX_LIST:
            raise InputError("the list is longer than 4 GiB", where=strip_query(url), advice="Split the list")
        yield bytes(piece)


def _rows(
    rows: Iterator[ManifestRow | InputError], reach: ContentReader, home: Path | None, *, plain: bool = True
) -> Iterator[ListedObject | InputError]:
    """Rows of a manifest or list, in order; rows without a hash are looked up concurrently.

    Args:
        rows: rows of the manifest.
        reach: access to objects.
        home: base folder of relative paths; ``None`` for a remote list, which must not name local files.
        plain: allow ``http:`` URLs of loopback; not allowed in a remote list.
    """
    with ThreadPoolExecutor(LOOKUPS_AT_ONCE) as pool:

        def resolved(row: ManifestRow | InputError) -> ListedObject | InputError | Future[ListedObject | InputError]:
            if isinstance(row, InputError):
                return row
            if not is_url(row.path):
                return _local(row, home)
            if not plain and row.path.startswith("http://"):
                what = "a remote list must not name hosts of this machine"
                return InputError(what, where=strip_query(row.path), advice="Pass the list with --manifest")
            if row.sha256 or row.start:
                return _told_of(row, row.path)
            return pool.submit(_looked_up, row, reach)

        for group in batched(rows, 4 * LOOKUPS_AT_ONCE):
            for one in [resolved(row) for row in group]:
                yield one.result() if isinstance(one, Future) else one


def _local(row: ManifestRow, home: Path | None) -> ListedObject | InputError:
    if home is None:
        return InputError(
            "a remote list must not name local files", where=row.path, advice="Pass the list with --manifest"
        )
    path = str(home / row.path)
    if row.sha256:
        return _told_of(row, path)
    return ListedObject(path, path, size=row.size, kind=row.kind)


def _told_of(row: ManifestRow, place: str) -> ListedObject | InputError:
    if not row.sha256:
        return InputError("an offset without a sha256", where=strip_query(place), advice="Correct the manifest")
    kind = row.kind or classify_name(strip_query(place))
    if kind in {FileKind.SHARD, FileKind.PACKED_SHARD} and not row.start:
        return InputError(
            "a shard must not have a sha256",
            where=strip_query(place),
            advice="Remove the hash; each member has its own",
        )
    if kind not in {FileKind.APP, FileKind.TRAFFIC}:
        kind = FileKind.APP
    return ListedObject(place, strip_query(place), size=row.size, start=row.start, sha256=row.sha256, kind=kind)


def _looked_up(row: ManifestRow, reach: ContentReader) -> ListedObject | InputError:
    where = strip_query(row.path)
    try:
        item = reach.stat(row.path)
    except TiebackError as error:
        return InputError(error.what, where=where, advice=error.advice)
    if item is None:
        return InputError("not found", where=where, advice="Check the list")
    if UNKNOWN_SIZE not in {row.size, item.size} and row.size != item.size:
        return InputError(
            f"the object has {item.size} {form_for(item.size, 'byte', 'bytes')}, but the list gives {row.size}",
            where=where,
            advice=FIX_MANIFEST,
        )
    return _listed(row.path, item, named=True)


def _listed(place: str, item: RemoteObject, *, named: bool) -> ListedObject:
    return ListedObject(place, item.url, item.digest, item.size, item.etag, named=named)
