"""Constants that only code loads or contacts that needs a class or a component that the package does not have."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from tieback.intake.apps.printable import printable
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.reaching import MethodFlow, method_flow
from tieback.recognise.dataflow.unused.asked_components import UNDECLARED_MARK, failing_calls
from tieback.recognise.dataflow.unused.failing_code import FailingCode
from tieback.recognise.dataflow.unused.missing_classes import MissingClasses
from tieback.recognise.dataflow.unused.never_entered import NeverEntered
from tieback.recognise.dataflow.unused.undeclared import UndeclaredComponents
from tieback.recognise.dataflow.unused.unmade import UnmadeClasses

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

NEEDS = "only in code that needs "
"""How the reason begins."""
MAX_UNITS = 100_000
"""Most code units of one app that are read here, as in ``uses``."""
MAX_STEPS = 500_000
MAX_CONSTANTS = 500
_NAME_WIDTH = 60


class UnrunnableCode:
    """Finds these constants of one app."""

    def __init__(
        self, uses: "ConstantUses", package: PackageResources | None, own: OwnPackages, *, at_start: bool
    ) -> None:
        """The code of the app, its other files and its own packages; ``at_start`` if the system loads all of it."""
        self._uses, self._package, self._own = uses, package, own
        self._missing = MissingClasses(uses.app, uses.places, package, own, at_start=at_start)
        self._flows: dict[tuple[int, int], MethodFlow | None] = {}
        self._cuts: dict[tuple[int, int], tuple[MethodFlow, str]] = {}
        self._units, self._steps, self._constants = MAX_UNITS, MAX_STEPS, MAX_CONSTANTS
        self._needs = ""

    def reason(self, raw: bytes) -> str:
        """Why no code contacts the address in a constant; empty if code may.

        Args:
            raw: the MUTF-8 bytes of the whole constant.
        """
        if self._failing is None or self._uses.is_spent or self._constants <= 0 or self._steps <= 0:
            return ""
        self._constants -= 1
        self._needs = ""
        if not self._is_unused(raw, self._cut) or not self._needs or self._is_unused(raw, self._flow):
            return ""
        return _reason(self._needs)

    def reason_of_load(self, raw: bytes) -> str:
        """The same for a constant of any kind: only if no instruction that loads it can run."""
        needs, failing = "", self._failing
        for load in self._uses.loads(self._uses.places_of(raw)) if failing is not None else ():
            needs = failing.never_reached(load.number, load.code, load.at) if failing and load else ""
            if not needs:
                return ""
        return _reason(needs) if needs else ""

    def _is_unused(self, raw: bytes, flow: Callable[[int, CodeItem], MethodFlow | None]) -> bool:
        uses = self._uses.with_flows(flow, self._steps)
        reason = uses.reason(raw)
        self._steps = uses.steps
        return bool(reason)

    @cached_property
    def _failing(self) -> FailingCode | None:
        tables: Sequence[dict[int, str]] = self._missing.tables
        throwing = list(failing_calls(self._uses, self._package))
        if not throwing:
            return FailingCode(self._uses, tables) if any(tables) else None
        unmade = UnmadeClasses(self._uses, self._package, self._own)
        undeclared = UndeclaredComponents(self._uses, self._package)
        entered = NeverEntered(self._uses, unmade, undeclared.reason_of_result)
        return FailingCode(self._uses, tables, throwing, entered)

    def _flow(self, number: int, code: CodeItem) -> MethodFlow | None:
        """The values of a method."""
        key = number, code.offset
        if key not in self._flows:
            self._units -= code.units * (1 + code.registers // 32)
            known = self._uses.flows.get(key)
            if known is None and self._units > 0:
                known = method_flow(self._uses.file(number), code)
            self._flows[key] = known if self._units > 0 else None
        return self._flows[key]

    def _cut(self, number: int, code: CodeItem) -> MethodFlow | None:
        """The values of a method in the code that can run."""
        assert self._failing is not None
        flow = self._flow(number, code)
        if flow is None:
            return None
        key = number, code.offset
        if key not in self._cuts:
            self._cuts[key] = self._failing.cut(number, code, flow)
        cut, needs = self._cuts[key]
        self._needs = self._needs or needs
        return cut


def _reason(needs: str) -> str:
    """The reason, with the package of a missing class, such as ``org.webrtc``, or with a component."""
    if needs.startswith(UNDECLARED_MARK):
        return f"{NEEDS}{printable(needs.removeprefix(UNDECLARED_MARK), _NAME_WIDTH)}, which no manifest declares"
    name = needs[1:].rstrip(";").rpartition("/")[0] or needs[1:].rstrip(";")
    return f"{NEEDS}{printable(name.replace('/', '.'), _NAME_WIDTH)}, which is not in the package"
