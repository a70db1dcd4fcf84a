"""The operations of one method by the values that they have: asked for each constant of a long method."""

from functools import cached_property

from tieback.recognise.dataflow.dex.reaching import MethodFlow, Operation, Origins


class FlowIndex:
    """What is asked again and again about the values of one method."""

    def __init__(self, flow: MethodFlow) -> None:
        self.flow = flow
        """It is kept so that its identity is not reused."""
        self.receivers: dict[int, Origins] | None = None
        """The receiver of each call that returns it, by the call; see ``Trace``."""

    @cached_property
    def having(self) -> dict[int, list[Operation]]:
        """For each origin the operations that have it as an operand, each once, in their order."""
        found: dict[int, list[Operation]] = {}
        for one in self.flow.operations:
            for origin in {origin for origins in one.values for origin in origins}:
                found.setdefault(origin, []).append(one)
        return found


class FlowIndices:
    """The indices of the methods of one app: no more than values of methods are kept."""

    def __init__(self) -> None:
        self._known: dict[int, FlowIndex] = {}

    def of(self, flow: MethodFlow) -> FlowIndex:
        """The index of a method, also of a part of it."""
        known = self._known.get(id(flow))
        if known is None:
            known = self._known[id(flow)] = FlowIndex(flow)
        return known
