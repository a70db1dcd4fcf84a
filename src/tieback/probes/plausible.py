"""Which figures of a server are not plausible: they are kept as claimed, and no sum contains them."""

from collections.abc import Iterable

from msgspec.structs import replace

from tieback.model.figure import Figure, Quality
from tieback.model.probe import Container

MOST_RECORDS = 10**14
"""Maximum records of one container. A Lucene index has at most 2^31 documents per shard."""
MOST_BYTES = 10**17
"""Maximum bytes of one container: 100 PB."""
RECORDS_PER_BYTE = 10_000
"""Maximum records per stored byte. Column stores need far less than a byte per record if all values are equal."""
_LEAST_BYTES = 1024
"""Fewer bytes count as this many: servers write their statistics late."""


def check_figures(containers: Iterable[Container]) -> tuple[tuple[Container, ...], tuple[str, ...]]:
    """Return the containers with implausible figures marked as claimed, and a line about them if there are any."""
    checked, names = list[Container](), list[str]()
    for one in containers:
        records, size = one.records, one.bytes
        if size is not None and size.value > MOST_BYTES:
            size = _claimed(size)
        if records is not None and (
            records.value > MOST_RECORDS
            or (
                size is not None and size.value > 0 and records.value > max(size.value, _LEAST_BYTES) * RECORDS_PER_BYTE
            )
        ):
            records = _claimed(records)
        if (records, size) != (one.records, one.bytes):
            names.append(one.name[:60])
            one = replace(one, records=records, bytes=size)  # noqa: PLW2901 - the checked form of the same container
        checked.append(one)
    checked = _check_sums(checked, names)
    if not names:
        return tuple(checked), ()
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return tuple(checked), (f"the server claims figures that its data cannot have: {', '.join(names[:3])}{more}",)


def _check_sums(containers: list[Container], names: list[str]) -> list[Container]:
    """Mark the records of all containers inside one whose bytes cannot hold their sum; adds its name to ``names``."""
    full: dict[tuple[str, ...], int] = {}
    outer = {one.path: one.bytes.value for one in containers if one.bytes is not None and one.bytes.value > 0}
    for one in containers:
        if one.records is not None and one.records.quality is not Quality.CLAIMED:
            for length in range(1, len(one.path)):
                full[one.path[:length]] = full.get(one.path[:length], 0) + one.records.value
    over = {
        path
        for path, records in full.items()
        if path in outer and records > max(outer[path], _LEAST_BYTES) * RECORDS_PER_BYTE
    }
    if not over:
        return containers
    names += [".".join(path)[:60] for path in sorted(over)]
    return [
        replace(one, records=_claimed(one.records))
        if one.records is not None and any(one.path[:length] in over for length in range(1, len(one.path)))
        else one
        for one in containers
    ]


def _claimed(figure: Figure) -> Figure:
    return Figure(figure.value, Quality.CLAIMED, figure.method)
