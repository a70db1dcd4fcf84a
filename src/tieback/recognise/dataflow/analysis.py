"""One DEX file from its tables to what its methods put together; bounded by the file's size."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tieback.recognise.dataflow.calls import KnownCalls
from tieback.recognise.dataflow.dexfile import Code, DexFile
from tieback.recognise.dataflow.fields import Fields
from tieback.recognise.dataflow.seeds import Finder, anchored
from tieback.recognise.dataflow.sinks import Sink
from tieback.recognise.dataflow.values import Facts, Text
from tieback.recognise.dataflow.walk import Made, Walker
from tieback.recognise.rules import Rules

MAX_UNITS = 100_000
"""Code units of one method; larger ones are tables of data, written as code."""
MAX_FLOWS = 5_000
"""Texts and parts of one file."""
_SPARE = 100_000


class Flow(NamedTuple):
    """What one method puts together."""

    name: str
    """``concat``, ``format``, ``retrofit`` or the sink's name."""
    value: Text | Facts
    sink: Sink | None
    method: str
    """As smali writes it."""


class Analysis(NamedTuple):
    """What the methods of a DEX file put together."""

    flows: tuple[Flow, ...]
    unread: int
    """Methods that were left out: too long, or one more than the size of the file warrants."""


def analyse(dex: DexFile, known: KnownCalls, rules: Rules) -> Analysis:
    """Follow the constants of a DEX file.

    At most a unit of code for each 16 bytes of the file is walked, a hundred times what real apps need: hostile ones
    put endpoints together everywhere, or let many methods share one long piece of code.
    """
    calls = known.resolve(dex)
    strings = anchored(dex, rules)
    if not strings and not calls.seeding:
        return Analysis((), 0)
    fields = Fields(dex)
    candidates = Finder(dex, calls, fields, strings).candidates()
    left = len(dex.data) // 16 + _SPARE
    unread = 0

    def walked(walker: Walker, code: Code, stop: int) -> list[Made]:
        nonlocal left, unread
        length = min(code.units, stop)
        if length > min(MAX_UNITS, left):
            unread += 1
            return []
        left -= length
        return walker.walk(np.frombuffer(dex.data, "<u2", code.units, code.begin).tolist(), stop)

    def initialise(code: Code) -> None:
        walked(Walker(dex, calls, fields), code, code.units)

    fields.walk = initialise
    walker = Walker(dex, calls, fields)

    def flows() -> Iterator[Flow]:
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
                    yield Flow(one.name, one.value, one.sink, method)

    found = tuple(flows())
    fields.walk = None  # else the fields hold themselves by way of it, and the file with them
    return Analysis(found, unread)
