"""The requests of several scripts of an app that need each other: modules, scripts of one page, and their settings."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice

from tieback.recognise.script_runs.files import AppFiles, AppScript
from tieback.recognise.script_runs.functions import run_closure
from tieback.recognise.script_runs.library.web import answer_of
from tieback.recognise.script_runs.machine import Exhausted, Machine
from tieback.recognise.script_runs.platform import add_platform
from tieback.recognise.script_runs.run import STOPS, Outcome, call_roots
from tieback.recognise.script_runs.sources import compiled, load, source

_IMPORTED = re.compile(rb"""["'`](\.{0,2}/[\w@$~./+-]{1,200})["'`]""")
_MAX_IMPORTED = 400
_MODULE = re.compile(rb"\b(?:import|export)\b(?:[\s{*\"']|[A-Za-z_$])")


def requests_together(
    scripts: Mapping[str, bytes], documents: Mapping[str, bytes], marks: Mapping[str, Sequence[int]], *, steps: int
) -> Outcome:
    """Run scripts in order, and note what they request.

    Args:
        scripts: scripts by the names of their files. The offset of a request counts from the first one on, as if each
            of them were behind the one before.
        documents: settings by the names of their files.
        marks: for each script offsets, in order, of texts near which addresses are put together.
        steps: most steps.
    """
    machine = Machine(steps)
    add_platform(machine)
    machine.run_closure = run_closure
    machine.load, machine.answer = load, answer_of
    bases: dict[str, AppScript] = {}
    base = 0
    places: list[int] = []
    for name, text in scripts.items():
        bases[name] = AppScript(text, base)
        places += [base + at for at in marks.get(name, ())]
        base += len(text)
    machine.files = AppFiles(bases, documents)
    limit, machine.limit = machine.limit, machine.limit * 7 // 10
    is_cut = False
    try:
        for name in _order(scripts, machine.files):
            is_cut |= _run(machine, name, scripts[name], bases[name].base)
    finally:
        machine.limit = limit
    with suppress(*STOPS):
        call_roots(machine, places)
    return Outcome(list(machine.requests.values()), machine.steps, is_cut or machine.is_over(steps))


def _order(scripts: Mapping[str, bytes], files: AppFiles) -> list[str]:
    """The scripts in the order of their runs: modules that others import come last, as these have run them before."""
    imported = {
        other
        for name, text in scripts.items()
        for found in islice(_IMPORTED.finditer(text), _MAX_IMPORTED)
        if (other := files.script(name, found[1].decode())) is not None and other != name
    }
    return sorted(scripts, key=lambda name: name in imported)


def is_module(text: bytes) -> bool:
    """True if a script can import or export names."""
    return _MODULE.search(text) is not None


def _run(machine: Machine, name: str, text: bytes, base: int) -> bool:
    """Run one script; true if a limit ended it."""
    try:
        if is_module(text):
            load(machine, name)
        else:
            compiled(machine, source(text, base=base))(machine.globals)
        machine.drain()
    except (Exhausted, RecursionError):
        return True
    except STOPS:
        return False
    return False


def place(scripts: Mapping[str, bytes], at: int) -> tuple[str, int]:
    """The file and the offset in it of an offset of a run."""
    names = list(scripts)
    ends: list[int] = []
    for name in names:
        ends.append((ends[-1] if ends else 0) + len(scripts[name]))
    number = min(bisect_left(ends, at + 1), len(names) - 1)
    return names[number], at - (ends[number - 1] if number else 0)
