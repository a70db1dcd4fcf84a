"""Runs a tool over cases: its adapter in a child process per file of cases, with the labels taken away.

An adapter is a module ``bench.openback.adapters.TOOL`` or ``bench.openback.peers.TOOL``; ``Adapter`` has its parts.
"""

import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from bench.openback import namespace
from bench.openback.make import cases_below, tell
from bench.openback.schema import Answer, Case, Result, Topic, read_lines, write_lines

SECONDS = 1800
"""Time limit for one file of cases."""
COMMAND = (sys.executable, "-m", "bench.openback.child")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_PACKAGES = ("bench.openback.adapters", "bench.openback.peers")


class Adapter(Protocol):
    """What ``run`` needs of an adapter's module."""

    TOPICS: frozenset[Topic]

    def version(self) -> str | None:
        """Version of the tool; ``None`` if it is not installed."""

    def answer(self, cases: Sequence[Case], folder: Path) -> Iterator[Result]:
        """The results for cases of one file.

        Args:
            cases: without labels.
            folder: the folder that ``input`` is relative to.
        """


class Cost(msgspec.Struct, frozen=True):
    """What a child process used."""

    cpu_seconds: float
    """User and system time, of its children too."""
    peak_bytes: int
    """Of the largest process."""
    bytes_sent: int | None = None
    """To the lab's servers; ``None`` if that was not measured."""


def adapter(tool: str) -> Adapter:
    """The adapter of a tool.

    Raises:
        ValueError: there is none.
    """
    if not _NAME.fullmatch(tool):
        raise ValueError(f"{tool[:80]!r} is no name of a tool: use lower-case letters, digits and _")
    for package in _PACKAGES:
        if find_spec(package) is not None and find_spec(f"{package}.{tool}") is not None:
            return cast("Adapter", import_module(f"{package}.{tool}"))
    raise ValueError(f"no adapter for {tool}. Write bench/openback/peers/{tool}.py")


def blinded(case: Case) -> Case:
    """The case as an adapter sees it: without labels, and without the note."""
    return msgspec.structs.replace(
        case, expected=(), allowed=(), disputed=(), twice=(), labellers=(), note="", source=""
    )


def machine() -> str:
    """Processor, number of cores, and load."""
    model = platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
        model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} cores"


def run_tool(tool: str, folder: Path, topics: Iterable[Topic] = ()) -> Iterator[Result]:
    """Run a tool over the cases below a folder.

    Args:
        tool: name of its adapter.
        folder: the folder ``cases`` of ``make_sets``.
        topics: only these; by default, all that the tool has.

    Raises:
        ValueError: there is no such adapter, the tool is not installed, or a file of cases is damaged.
    """
    module = adapter(tool)
    version = module.version()
    if version is None:
        raise ValueError(f"{tool} is not installed: its adapter gives no version")
    chosen = module.TOPICS & frozenset(topics or Topic)
    where = machine()
    for name, cases in cases_below(folder).items():
        topic = Topic(name.partition("/")[0])
        if topic not in chosen or not cases:
            continue
        with _servers(topic, folder, cases) as addresses:
            here = [case for case in cases if addresses is None or case.input in addresses]
            found, cost, error = in_child(tool, here, folder / topic) if here else ({}, None, "")
        tell(f"{tool}: {name}: {len(found)} of {len(cases)} cases answered" + (f"; {error}" if error else ""))
        for case in cases:
            result = found.get(case.id)
            if result is None and case not in here:
                result = Result(case.id, tool, version, Answer.UNSUPPORTED, error="server not here")
            elif result is None:
                result = Result(case.id, tool, version, Answer.FAILED, error=error or "no result")
            yield completed(asked(result, case), tool, version, where, cost, len(here))


def asked(result: Result, case: Case) -> Result:
    """The result with only those claims about an app that its labels are about, where they are not about all."""
    if case.topic is not Topic.APP or not case.ask:
        return result
    return msgspec.structs.replace(result, claims=tuple(one for one in result.claims if one.name in case.ask))


def completed(result: Result, tool: str, version: str, where: str, cost: Cost | None, count: int) -> Result:
    """The result with the cost of its file where the adapter has measured none."""
    cpu, peak, sent = result.cpu_seconds, result.peak_bytes, result.bytes_sent
    if cost is not None and result.answer is not Answer.UNSUPPORTED:
        cpu = cost.cpu_seconds / count if cpu is None else cpu
        peak = cost.peak_bytes if peak is None else peak
        sent = cost.bytes_sent // count if sent is None and cost.bytes_sent is not None else sent
    return msgspec.structs.replace(
        result,
        tool=tool,
        version=result.version or version,
        cpu_seconds=cpu,
        peak_bytes=peak,
        bytes_sent=sent,
        machine=where,
    )


@contextmanager
def _servers(topic: Topic, folder: Path, cases: Sequence[Case]) -> Iterator[Mapping[str, Any] | None]:
    """The addresses of the servers of store cases; ``None`` for other topics."""
    if topic is not Topic.STORE:
        yield None
        return
    from bench.openback.servers import ADDRESSES, servers

    # Servers of another process can only be reached from its namespace.
    if not (folder / topic / ADDRESSES).exists():
        namespace.enter()
    with servers(folder / topic, cases) as addresses:
        yield addresses


def in_child(tool: str, cases: Sequence[Case], folder: Path) -> tuple[dict[str, Result], Cost | None, str]:
    """Results by case, the cost, and the last line of the error if the child failed. Results before that count."""
    with tempfile.TemporaryDirectory(prefix="openback-") as place:
        asked, told, spent = (Path(place, name) for name in ("cases.jsonl", "results.jsonl", "cost.json"))
        write_lines(asked, (blinded(case) for case in cases))
        command = [*COMMAND, tool, str(folder), str(asked), str(told), str(spent)]
        group = namespace.group()
        try:
            ended = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, group=group)
            lines = ended.stderr.decode("utf-8", "replace").strip().splitlines()
            error = (lines[-1] if lines else f"exit code {ended.returncode}") if ended.returncode else ""
        except subprocess.TimeoutExpired:
            error = f"stopped after {SECONDS} s"
        results = [one for one in read_lines(told) if isinstance(one, Result)] if told.exists() else []
        cost = msgspec.json.decode(spent.read_bytes(), type=Cost) if spent.exists() else None
        if cost is not None:
            cost = msgspec.structs.replace(cost, bytes_sent=namespace.sent(group))
        return {one.case: one for one in results}, cost, error[:300]
