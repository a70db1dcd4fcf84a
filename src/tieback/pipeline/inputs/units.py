"""Convert the inputs of a scan to units of work; apps and traffic are distinguished by content."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from tieback.engine.interface import UnitLimits
from tieback.intake.discover import DiscoveredInput, FileKind, LogsByPath, find_inputs, joined_logs
from tieback.intake.places.content import ContentReader
from tieback.intake.traffic.open import is_traffic
from tieback.model.count_text import form_for
from tieback.model.errors import InputError
from tieback.model.remote import UNKNOWN_SIZE, ObjectLocation, encode_location
from tieback.model.skipped import OnSkipped, SkippedCount
from tieback.model.unit import Unit, file_unit, files_unit, path_text
from tieback.pipeline.analyse import ANALYSIS_VERSION, app_unit
from tieback.pipeline.inputs.index import DAMAGED, FIX_MANIFEST, OTHERS, index_members, packed_shard
from tieback.pipeline.inputs.spec import InputSpec, display_name, is_remote
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.objects.listing import ListedObject, ObjectListing

if TYPE_CHECKING:
    from tieback.intake.traffic.log_groups import LogNames

_PACKED_LOGS = (".tar.gz", ".tgz")
_NO_INPUTS = "not apps, captures or shards"
FETCH_SECONDS = 900.0
"""Additional seconds for a unit that must be downloaded."""


def unit_limits(inputs: Iterable[InputSpec]) -> UnitLimits:
    """Resource limits for units of these inputs."""
    usual = UnitLimits()
    return UnitLimits(seconds=usual.seconds + FETCH_SECONDS) if any(map(is_remote, inputs)) else usual


def scan_units(
    inputs: Iterable[InputSpec],
    listing: ObjectListing | None = None,
    skipped: OnSkipped | None = None,
    names: "LogNames | None" = None,
) -> Iterator[Unit | InputError]:
    """Units of work for every app and capture among the inputs; an unreadable input yields an error in its position.

    Args:
        inputs: inputs of the user.
        listing: index of the remote inputs, by their position among the inputs.
        skipped: called with the files that are passed over, by folder, shard and location, and by reason.
        names: of files that are stored under other names.
    """
    every = list(inputs)
    logs = joined_logs((one for one in every if isinstance(one, Path)), names)
    for origin, one in enumerate(every):
        if not isinstance(one, Path):
            if listing is not None:
                yield from _listed_units(listing, origin, display_name(one), skipped)
        else:
            yield from _local_units_of(one, skipped, logs)


def _local_units_of(
    path: Path, skipped: OnSkipped | None, logs: LogsByPath | None = None
) -> Iterator[Unit | InputError]:
    for found in find_inputs(path, skipped, logs):
        if isinstance(found, InputError):
            yield found
        else:
            yield from _units_of(found, skipped)


def _units_of(found: DiscoveredInput, skipped: OnSkipped | None) -> Iterator[Unit | InputError]:
    match found.kind:
        case FileKind.SHARD:
            yield from shard_units(found.path, skipped)
        case FileKind.PACKED_SHARD:
            # Logs are unpacked as a whole.
            logs = found.path.name.lower().endswith(_PACKED_LOGS) and is_traffic(found.path)
            yield traffic_unit(found.path) if logs else packed_shard(path_text(found.path))
        case FileKind.TRAFFIC:
            yield traffic_unit(*found.files)
        case FileKind.APP | FileKind.APP_PART | FileKind.OTHER:
            yield app_unit(found.path)
        case other:
            assert_never(other)


def traffic_unit(path: Path, *beside: Path) -> Unit | InputError:
    """A capture as a unit of work, or a log and others that are read with it."""
    digests: list[str] = []
    size = 0
    for one in (path, *beside):
        try:
            with one.open("rb") as file:
                digests.append(hashlib.file_digest(file, "sha256").hexdigest())
                size += file.tell()
        except OSError as error:
            return InputError(error.strerror or "cannot be read", where=path_text(one), advice="Check the file")
    if not beside:
        return file_unit(digests[0], TRAFFIC_ANALYSIS, path, size)
    return files_unit(hashlib.sha256("".join(digests).encode()).hexdigest(), TRAFFIC_ANALYSIS, (path, *beside), size)


def shard_units(path: Path, skipped: OnSkipped | None = None) -> Iterator[Unit | InputError]:
    """The apps and captures in a tar archive as units of work; a worker reads only its own part."""
    count = 0
    passed = SkippedCount()
    place = str(path.absolute())
    if path_text(path.absolute()) != place:
        yield InputError("the path of this shard is not UTF-8", where=path_text(path), advice="Rename it")
        return
    try:
        for member in index_members(ContentReader().read(ObjectLocation(place))):
            one = ListedObject(
                place, str(path), "", member.size, "", member.start, member.sha256, member.kind, named=False
            )
            for unit in _unit_of(one, member.name, passed):
                count += 1
                yield unit
        if count:
            passed.report(str(path), skipped)
    except InputError as error:
        yield InputError(error.what, where=str(path), advice=error.advice)
    else:
        if not count and is_traffic(path):
            yield traffic_unit(path)
        elif not count:
            yield InputError(
                "no app or capture found in this shard",
                where=str(path),
                advice="Use shards with APK, AAB, IPA or capture files",
            )


def _listed_units(
    listing: ObjectListing, origin: int, where: str, skipped: OnSkipped | None
) -> Iterator[Unit | InputError]:
    """The indexed contents of one input."""
    count = 0
    passed = SkippedCount()
    for one in listing.of(origin):
        if isinstance(one, InputError):
            found: Iterable[Unit | InputError] = [one]
        elif one.digest or one.sha256:
            found = _unit_of(one, one.member, passed)
        else:
            found = _local_units(one, skipped)
        for unit in found:
            count += 1
            yield unit
    if not count:
        yield InputError("no apps, captures or shards found", where=where, advice="Check the URL")
    else:
        passed.report(where, skipped)


def _local_units(one: ListedObject, skipped: OnSkipped | None) -> Iterator[Unit | InputError]:
    """A local file from a manifest without a hash."""
    path = Path(one.place)
    if one.kind == FileKind.APP:
        found: Iterable[Unit | InputError] = [app_unit(path)]
    elif one.kind == FileKind.TRAFFIC:
        found = [traffic_unit(path)]
    else:
        found = _local_units_of(path, skipped)
    for unit in found:
        if isinstance(unit, Unit) and unit.file is not None and one.size not in {UNKNOWN_SIZE, unit.size}:
            what = f"the file has {unit.size} {form_for(unit.size, 'byte', 'bytes')}, but the manifest gives {one.size}"
            yield InputError(what, where=one.source, advice=FIX_MANIFEST)
        else:
            yield unit


def _unit_of(one: ListedObject, member: str, passed: SkippedCount) -> Iterator[Unit | InputError]:
    """The unit for an object or an archive member; one of another type that the user did not name is passed over."""
    if one.kind == DAMAGED:
        yield InputError(
            f"the shard is damaged: {member}",
            where=one.source,
            advice="Write it again; the members before the damage are used",
        )
    elif one.kind in {FileKind.APP, FileKind.TRAFFIC}:
        version = ANALYSIS_VERSION if one.kind == FileKind.APP else TRAFFIC_ANALYSIS
        source = f"{one.source}#{member}" if member else one.source
        access = encode_location(ObjectLocation(one.place, one.start, one.size, one.etag))
        yield Unit(one.sha256, version, source, max(one.size, 0), access)
    elif one.kind == OTHERS:
        passed.add(_NO_INPUTS, member, one.size)
    elif one.named:
        yield InputError("not an app, capture or shard", where=one.source, advice="Use apps or captures")
    else:
        passed.add(_NO_INPUTS, member or one.source.rpartition("/")[2])
