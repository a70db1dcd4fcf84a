"""Leaf containers: a database is not counted in addition to its listed tables."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from tieback.model.figure import Figure, lower_bound, total
from tieback.model.probe import MATERIALIZED_VIEW, NOT_RECORDS, OFFERED, VIEW, Container

NO_RECORDS_COUNTED = lower_bound(0, "no records were counted: only models, jobs and the like were listed")
NO_BYTES_COUNTED = lower_bound(0, "no bytes were counted: only what the server offers was listed")
_OF_DATA = frozenset(("relationships", VIEW, MATERIALIZED_VIEW))
"""Kinds that count no records, and are parts of a database."""


def leaf_containers(containers: Sequence[Container]) -> Iterator[Container]:
    """Yield containers that contain no other container, ordered by path.

    Everything inside one of the product's own containers is the product's own too, and is marked as such.
    """
    by_path = {container.path: container for container in containers}
    outer = {path[:length] for path in by_path for length in range(len(path))}
    system = {path for path, container in by_path.items() if container.system}
    for path in sorted(by_path.keys() - outer):
        container = by_path[path]
        inside = any(path[:length] in system for length in range(1, len(path)))
        yield _as_system(container) if inside and not container.system else container


def records_total(containers: Sequence[Container], unlisted: Sequence[str] = ()) -> Figure:
    """Sum the records of all leaf containers that are not the product's own; a missing figure makes a lower bound.

    So does content that is not in the containers (``unlisted``, as in the report).
    Relationships between records are no records. A server with nothing but models, jobs and the like has no figure:
    zero would be a statement about records that it may have.
    """
    leaves = [leaf for leaf in leaf_containers(containers) if not leaf.system]
    if leaves and all(leaf.kind in NOT_RECORDS and leaf.kind not in _OF_DATA for leaf in leaves):
        return NO_RECORDS_COUNTED
    return total((*(leaf.records for leaf in leaves if leaf.counts_records), *_missing(unlisted)), None)


def bytes_total(containers: Sequence[Container], unlisted: Sequence[str] = ()) -> Figure:
    """Sum the bytes of all leaf containers that are not the product's own; a view has none, and a model is no data.

    Stores often report the size of a database but not of its tables. If a leaf has no figure, the innermost enclosing
    container that has one counts for everything inside it. With nothing but models, there is no figure.
    ``unlisted`` is as for ``records_total``.
    """
    by_path = {container.path: container for container in containers}
    leaves = [leaf for leaf in leaf_containers(containers) if not leaf.system]
    if leaves and all(leaf.kind in OFFERED for leaf in leaves):
        return NO_BYTES_COUNTED
    data = [leaf for leaf in leaves if leaf.kind != VIEW and leaf.kind not in OFFERED]
    chosen: dict[tuple[str, ...], Figure | None] = {leaf.path: leaf.bytes for leaf in data}
    for leaf in data:
        if leaf.bytes is None:
            _replace_by_outer(leaf.path, chosen, lambda path: by_path[path].bytes if path in by_path else None)
    return total((*chosen.values(), *_missing(unlisted)), None)


def _missing(unlisted: Sequence[str]) -> tuple[None, ...]:
    """A missing figure for content that no container stands for."""
    return (None,) if unlisted else ()


def _replace_by_outer(
    path: tuple[str, ...],
    chosen: dict[tuple[str, ...], Figure | None],
    size: Callable[[tuple[str, ...]], Figure | None],
) -> None:
    for length in range(len(path) - 1, 0, -1):
        figure = size(path[:length])
        if figure is not None:
            for known in [known for known in chosen if known[:length] == path[:length]]:
                del chosen[known]
            chosen[path[:length]] = figure
            return


def _as_system(container: Container) -> Container:
    return msgspec.structs.replace(container, system=True)
