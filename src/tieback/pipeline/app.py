"""Stages of ``tieback app``: describe apps one by one, without a workspace."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tieback.engine.interface import UnitLimits
from tieback.engine.local import LocalEngine
from tieback.engine.order import UnitOrder
from tieback.model.document import decode
from tieback.model.errors import InputError
from tieback.model.sighting import AppDocument
from tieback.model.skipped import OnSkipped
from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.pipeline.analyse import DescribeWork, app_units
from tieback.pipeline.progress import Progress

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules


_BATCH = 2
"""Apps in one task: nothing is published together here, and readers of the output wait for the first apps."""


def describe_apps(
    inputs: Iterable[Path],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    added: "UserRules | None" = None,
    skipped: OnSkipped | None = None,
) -> Iterator[AppDocument | InputError]:
    """The document of each app, in the order of the inputs; an input that failed yields an error in its position.

    Args:
        inputs: packages, or folders of them.
        workers: number of processes; default: one per core.
        progress: called with the number of apps that are done, and of those known.
        added: the rules of users.
        skipped: called with the files of a folder that are no packages.
    """
    order = UnitOrder()
    known = 0

    def units() -> Iterator[Unit]:
        nonlocal known
        for unit in app_units(inputs, skipped):
            order.add(unit)
            if not isinstance(unit, InputError):
                known += 1
                yield unit

    def ends() -> Iterator[UnitEnd]:
        engine = LocalEngine(workers, batch=_BATCH)
        for done, end in enumerate(engine.run(DescribeWork(added), units(), UnitLimits()), start=1):
            if progress is not None:
                progress(done, known)
            yield end

    for end in order.arrange(ends()):
        if isinstance(end, InputError):
            yield end
        elif end.state is UnitState.DONE:
            yield decode(end.result, "app", AppDocument)
        else:
            yield InputError(end.problem, where=end.unit.source)
