"""Stages of ``tieback app``: describe apps one by one, without a workspace."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tieback.engine.interface import UnitLimits
from tieback.engine.local import LocalEngine
from tieback.model.document import decode
from tieback.model.errors import InputError
from tieback.model.sighting import AppDocument
from tieback.model.unit import Unit, UnitState
from tieback.pipeline.analyse import DescribeWork, app_units
from tieback.pipeline.progress import Progress

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules


def describe_apps(
    inputs: Iterable[Path],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    added: "UserRules | None" = None,
) -> Iterator[AppDocument | InputError]:
    """The document of each app in order of completion; an input that failed yields an error.

    ``added``: the rules of users.
    """
    failed: list[InputError] = []
    known = 0

    def units() -> Iterator[Unit]:
        nonlocal known
        for unit in app_units(inputs):
            if isinstance(unit, InputError):
                failed.append(unit)
                continue
            known += 1
            yield unit

    for done, end in enumerate(LocalEngine(workers).run(DescribeWork(added), units(), UnitLimits()), start=1):
        if progress is not None:
            progress(done, known)
        if end.state is UnitState.DONE:
            yield decode(end.result, "app", AppDocument)
        else:
            yield InputError(end.problem, where=end.unit.source)
    yield from failed
