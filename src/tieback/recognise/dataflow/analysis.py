"""Analysis of one DEX file, from its tables to the texts that its methods assemble; bounded by the size of the file."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tieback.recognise.dataflow.calls import KnownCalls
from tieback.recognise.dataflow.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.fields import FieldConstants
from tieback.recognise.dataflow.seeds import MethodFinder, anchored_strings
from tieback.recognise.dataflow.sinks import Sink
from tieback.recognise.dataflow.values import EndpointParts, TextValue
from tieback.recognise.dataflow.walk import BuiltText, Walker
from tieback.recognise.rules import RuleFiles

MAX_UNITS = 100_000
"""Most code units of one method; larger ones are data tables written as code."""
MAX_FLOWS = 5_000
"""Most texts and parts of one file."""
_SPARE = 100_000


class DataFlow(NamedTuple):
    """A text or the parts of an endpoint from one method."""

    name: str
    """``concat``, ``format``, ``retrofit`` or the name of the sink."""
    value: TextValue | EndpointParts
    sink: Sink | None
    method: str
    """Method in smali notation."""


class Analysis(NamedTuple):
    """Texts and endpoint parts from the methods of a DEX file."""

    flows: tuple[DataFlow, ...]
    unread: int
    """Number of methods that were left out: too long, or beyond the limit for the size of the file."""


def analyse(dex: DexFile, known: KnownCalls, rules: RuleFiles) -> Analysis:
    """Follow the constants of a DEX file.

    At most one code unit per 16 bytes of the file is walked, a hundred times what real apps need. Hostile files
    assemble endpoints everywhere, or let many methods share one long piece of code.
    """
    calls = known.resolve(dex)
    strings = anchored_strings(dex, rules)
    if not strings and not calls.seeding:
        return Analysis((), 0)
    fields = FieldConstants(dex)
    candidates = MethodFinder(dex, calls, fields, strings).candidates()
    left = len(dex.data) // 16 + _SPARE
    unread = 0

    def walked(walker: Walker, code: CodeItem, stop: int) -> list[BuiltText]:
        nonlocal left, unread
        length = min(code.units, stop)
        if length > min(MAX_UNITS, left):
            unread += 1
            return []
        left -= length
        return walker.walk(np.frombuffer(dex.data, "<u2", code.units, code.begin).tolist(), stop)

    def initialise(code: CodeItem) -> None:
        walked(Walker(dex, calls, fields), code, code.units)

    fields.walk = initialise
    walker = Walker(dex, calls, fields)

    def flows() -> Iterator[DataFlow]:
        nonlocal unread
        count = 0
        for done, candidate in enumerate(candidates):
            if count >= MAX_FLOWS:
                unread += len(candidates) - done
                return
            made = walked(walker, candidate.code, candidate.stop)
            if made:
                count += len(made)
                method = dex.method_name(dex.method_of(candidate.code))
                for one in made:
                    yield DataFlow(one.name, one.value, one.sink, method)

    found = tuple(flows())
    fields.walk = None  # breaks a reference cycle that would keep the file in memory
    return Analysis(found, unread)
