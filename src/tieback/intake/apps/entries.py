"""Conversion of package entries to artifacts: each is read once, classified by content, and released.

The readers of content that most packages do not have are in ``rare_content``, which is imported when it is needed.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from tieback.intake.apps.apk import ApkFormat, is_apk
from tieback.intake.apps.archive import Archive
from tieback.intake.apps.binary_xml import read_binary_xml
from tieback.intake.apps.budget import DEPTH, MOST_OPEN, PackageBudget
from tieback.intake.apps.content import RARE, Content, sniff
from tieback.intake.apps.dart import is_dart, text_edges
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.directory import ArchiveEntry
from tieback.intake.apps.dotnet import read_assemblies, wrapped
from tieback.intake.apps.gzipped import decompress
from tieback.intake.apps.hidden import unwrap
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Bytes, EntrySource, Piece
from tieback.intake.apps.native import read_elf
from tieback.intake.apps.problems import NestedProblems, PackageProblems
from tieback.intake.apps.resources import Resources
from tieback.intake.apps.small_files import SmallFiles, whole_file
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.sighting import UnreadKind

PEEK_ABOVE = 4096
"""Compressed bytes above which the beginning of an entry is read before it is inflated: pictures are never inflated.
The beginning of stored entries is always read, because that costs nothing.
"""

PEEK = 64
"""Bytes read of the beginning."""

AIR = "META-INF/AIR/application.xml"
"""The description of an app of Adobe AIR: https://airsdk.dev/docs/building/application-descriptor-files"""
_DEEPEST = 16
MAX_PACKED = 256 * 1024
"""Bytes of the largest file that is kept beside its unpacked content."""

_TOO_DEEP = "not opened: the archive is nested too deep, or the package has too many archives"
_NOTHING = (Content.EMPTY, Content.MEDIA)

type Special = Callable[[str], Artifact | None]


def walk_entries(
    source: EntrySource, special: Special, budget: PackageBudget, place: str = "", depth: int = DEPTH
) -> Iterator[Piece]:
    """Yield the artifacts of every entry worth searching, in directory order, with those of nested archives.

    Args:
        source: the opened package; unreadable entries are added to its problems.
        special: called first with each name; its result replaces the artifacts of the content.
        budget: cost limits of the package.
        place: prefix of entry names: ``base.apk!`` for those of an archive inside the package.
        depth: levels of archives that are still opened.
    """
    heap = SmallFiles()
    find, peek, read = source.find, source.peek, source.read
    for entry in source.entries:
        name = entry.name
        if entry.is_directory:
            continue
        # Of several entries with the same name only the first is special, so that it cannot hide the others.
        own = special(name) if find(name) is entry else None
        if own is not None:
            yield from heap.drain()
            yield _placed(own, place)
            continue
        large = entry.compressed > PEEK_ABOVE or entry.is_stored
        content = sniff(peek(entry, PEEK)) if large else None
        if content is Content.MEDIA:
            continue
        if content is not Content.ARCHIVE:
            data = read(entry)
            content = sniff(data)
            if content is Content.SWF and not _is_of_air(source, name):
                content = Content.BINARY
            inner = unwrap(data, content, budget) if depth else None
            if inner is not None:
                yield from heap.drain()
                parts = _each(_unwrapped(name, inner, source.problems, budget, depth - 1), place)
                packed = _kept(data)
                data = inner = b""
                yield from _with_file(parts, packed)
                continue
            if content in _NOTHING or heap.add(place + name, data, content):
                data = b""  # release the content before the next one is read
                if heap.is_full:
                    yield from heap.drain()
                continue
            if content is not Content.ARCHIVE or large:
                yield from heap.drain()
                parts = _each(make_artifacts(name, data, source.problems, budget, content), place)
                packed = _kept(data) if content is Content.GZIP else b""
                data = b""
                yield from _with_file(parts, packed)
                continue
        yield from heap.drain()
        yield from _nested(source, entry, budget, place, depth)
    yield from heap.drain()


def _is_of_air(source: EntrySource, name: str) -> bool:
    """True if a program of Flash is beside or below the description of an app of Adobe AIR.

    Nothing else on a phone runs such a program: the web views of hybrid apps have no Flash Player.
    """
    folders = name.split("/")[:-1][:_DEEPEST]
    places = ("".join(f"{folder}/" for folder in folders[:count]) for count in range(len(folders) + 1))
    return any(source.find(f"{place}{AIR}") is not None for place in places)


def _each(made: Iterable[Artifact], place: str) -> Iterator[Artifact]:
    """The artifacts one by one; none is kept here while the next one is made or searched."""
    left = deque(made) if isinstance(made, tuple) else made
    del made
    if isinstance(left, deque):
        while left:
            yield _placed(left.popleft(), place)
        return
    pieces = iter(left)
    while (piece := next(pieces, None)) is not None:
        placed = _placed(piece, place)
        del piece
        yield placed
        del placed


def _kept(data: Bytes) -> bytes:
    """The bytes of a small file, for code that opens it."""
    return bytes(data) if len(data) <= MAX_PACKED else b""


def _with_file(parts: Iterator[Artifact], packed: bytes) -> Iterator[Artifact]:
    """The artifacts; the first one has the bytes of the file whose content they are."""
    for part in parts:
        yield replace(part, packed=packed) if packed else part
        packed = b""
        del part  # it can be large


def _nested(source: EntrySource, entry: ArchiveEntry, budget: PackageBudget, place: str, depth: int) -> Iterator[Piece]:
    """The artifacts of an archive inside the package."""
    if depth == 0 or budget.archives == 0:
        source.problems.note(_TOO_DEEP, entry.name, UnreadKind.LIMIT)
        return
    budget.archives -= 1
    with source.open_nested(entry) as view:
        inner = Archive(view, NestedProblems(source.problems, f"{entry.name}!"), budget)
        if len(view) and not inner.entries:
            inner.problems.note("the archive is truncated or damaged: no entry can be found", "", UnreadKind.UNREADABLE)
        special = ApkFormat(inner).special if is_apk(inner) else _nothing
        yield from walk_entries(inner, special, budget, f"{place}{entry.name}!", depth - 1)


def _nothing(_: str) -> None:
    return None


def _placed(artifact: Artifact, place: str) -> Artifact:
    if not place:
        return artifact
    file = place + artifact.file
    return replace(artifact, file=file, buffers=tuple(buffer.placed(file) for buffer in artifact.buffers))


def make_artifacts(
    file: str,
    data: bytes | bytearray,
    problems: PackageProblems,
    budget: PackageBudget,
    content: Content | None = None,
    depth: int = DEPTH,
) -> Iterable[Artifact]:
    """The artifacts of one entry: usually one; none if there is nothing to search.

    Never raises on hostile bytes. Decompression is charged to ``budget``. This is not a generator, whose frame would
    keep the content in memory beside its copy in the artifact.

    Args:
        file: name of the entry.
        data: its content.
        problems: list to which unreadable parts are added.
        budget: cost limits of the package.
        content: type of the content, if known.
        depth: levels of compression that are still undone.
    """
    content = content or sniff(data)
    if content in _NOTHING:
        return ()
    if content is Content.ELF:
        payload = wrapped(data)
        if payload >= 0:
            return read_assemblies(file, bytes(data[payload:]), problems, budget)
        return (_dart(read_elf(file, data), data),)
    if content is Content.ASSEMBLY:
        return read_assemblies(file, bytes(data), problems, budget)
    if content is Content.DEX:
        artifact, complaint = read_dex(file, data)
        if complaint:
            problems.note(complaint, file, UnreadKind.UNREADABLE)
        return (artifact,)
    if content is Content.TEXT or content is Content.BINARY:
        return (whole_file(file, BufferKind[content.name], data),)
    if content in RARE:
        return _rare(file, content, data, problems, budget)
    if content in (Content.GZIP, Content.TAR):
        expand = _expanded if content is Content.GZIP else _members
        return expand(file, data, problems, budget, depth)
    return (_structured(file, content, bytes(data), problems),)


def _rare(
    file: str, content: Content, data: bytes | bytearray, problems: PackageProblems, budget: PackageBudget
) -> Iterable[Artifact]:
    from tieback.intake.apps.rare_content import rare_artifacts

    made = rare_artifacts(file, content, data, problems, budget)
    return tuple(_dart(artifact, data) for artifact in made) if content is Content.MACH_O else made


def _expanded(
    file: str, data: bytes | bytearray, problems: PackageProblems, budget: PackageBudget, depth: int
) -> Iterable[Artifact]:
    if depth == 0 or budget.archives == 0:
        problems.note(_TOO_DEEP, file, UnreadKind.LIMIT)
        return ()
    budget.archives -= 1
    name, inner = decompress(file, data, problems, budget)
    content = sniff(inner)
    if content is Content.TAR:
        return _members(file, inner, problems, budget, depth)
    if content is Content.ARCHIVE and depth > 1:
        return _members(name, inner, problems, budget, depth - 1)
    deeper = unwrap(inner, content, budget) if depth > 1 else None
    if deeper is not None:
        return _unwrapped(name, deeper, problems, budget, depth - 1)
    return make_artifacts(name, inner, problems, budget, content, depth - 1)


def _unwrapped(
    file: str, data: bytes | bytearray, problems: PackageProblems, budget: PackageBudget, depth: int
) -> Iterable[Artifact]:
    """The artifacts of content that was wrapped in a file."""
    if budget.archives == 0:
        problems.note("not opened: the package has too many archives", file, UnreadKind.LIMIT)
        return ()
    budget.archives -= 1
    inner = file.rpartition("/")[2]
    name, content = f"{file}!{inner}", sniff(data)
    if content is Content.ARCHIVE and depth:
        return _members(name, data, problems, budget, depth)
    deeper = unwrap(data, content, budget) if depth else None
    if deeper is not None:
        return _unwrapped(name, deeper, problems, budget, depth - 1)
    return make_artifacts(name, data, problems, budget, content, depth)


def _members(
    file: str, data: Bytes, problems: PackageProblems, budget: PackageBudget, depth: int
) -> Iterator[Artifact]:
    """The artifacts of an archive in memory."""
    if budget.open >= MOST_OPEN:
        problems.note(_TOO_DEEP, file, UnreadKind.LIMIT)
        return
    budget.open += 1
    try:
        yield from _each_member(file, data, problems, budget, depth)
    finally:
        budget.open -= 1


def _each_member(
    file: str, data: Bytes, problems: PackageProblems, budget: PackageBudget, depth: int
) -> Iterator[Artifact]:
    nested = NestedProblems(problems, f"{file}!")
    archive: EntrySource
    special: Special = _nothing
    if sniff(data) is Content.TAR:
        from tieback.intake.apps.tar import TarArchive

        archive = TarArchive(data, nested, budget)
    else:
        archive = zipped = Archive(bytes(data), nested, budget)
        special = ApkFormat(zipped).special if is_apk(zipped) else _nothing
    for piece in walk_entries(archive, special, budget, f"{file}!", depth - 1):
        yield from piece.artifacts() if isinstance(piece, ArtifactBatch) else (piece,)


def _dart(artifact: Artifact, data: bytes | bytearray) -> Artifact:
    """The artifact of a native file, with the edges of its texts if it is a compiled Dart program."""
    if not is_dart(data):
        return artifact
    return Artifact(artifact.file, tuple(_with_edges(buffer) for buffer in artifact.buffers))


def _with_edges(buffer: Buffer) -> Buffer:
    if buffer.kind is not BufferKind.NATIVE:
        return buffer
    return Buffer(buffer.file, buffer.kind, buffer.data, buffer.base, lambda: text_edges(buffer.data), buffer.utf16)


def _structured(file: str, content: Content, data: bytes, problems: PackageProblems) -> Artifact:
    try:
        if content is Content.RESOURCE_TABLE:
            return Resources(file, data).artifact()
        if content is Content.BINARY_XML:
            return read_binary_xml(file, data)
    except MalformedPoolError as error:
        problems.note(str(error), file, UnreadKind.UNREADABLE)
        return whole_file(file, BufferKind.BINARY, data)
    if content is Content.UTF16_LE or content is Content.UTF16_BE:
        # Both byte orders have the same offsets, so swapping one gives the other.
        text = data[2:] if content is Content.UTF16_LE else _swapped(data[2:])
        return Artifact(file, (Buffer(file, BufferKind.TEXT, text, base=2, utf16=True),))
    return whole_file(file, BufferKind.MANIFEST if content is Content.XML_PLIST else BufferKind.BINARY, data)


def _swapped(data: bytes) -> bytes:
    pairs = bytearray(data[: len(data) // 2 * 2])
    pairs[0::2], pairs[1::2] = pairs[1::2], pairs[0::2]
    return bytes(pairs)
