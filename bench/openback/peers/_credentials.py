"""Scanners for credentials: which files of a folder they report. One run over all cases; nothing is checked at a
service.

Any report of a tool for a file is the claim ``credential`` = ``secret`` for that file, whatever its kind or
severity.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.openback.peers._answers import UnsupportedError, input_file, results
from bench.openback.peers._programs import Limits, ToolError
from bench.openback.schema import Case, Claim, Result, Topic

TOPICS = frozenset({Topic.CREDENTIAL})
CLAIMS = frozenset({"credential"})
"""Names of the claims that these tools can make."""
MAX_FILES = 100_000
type Scan = Callable[[Path, Path], bytes]
"""Output of the tool for a folder; the second path is its home."""
LIMITS = Limits(seconds=900.0)
"""For all cases together."""
type Parse = Callable[[bytes], Iterable[str]]
"""Paths of the reported files."""


def answers(
    tool: str, version: str | None, cases: Sequence[Case], folder: Path, scan: Scan, parse: Parse
) -> Iterator[Result]:
    """A result per case."""
    with TemporaryDirectory(prefix="openback-") as name:
        home = Path(name).resolve()
        place = home / "cases"
        place.mkdir()
        numbers = {case.id: f"{number}" for number, case in enumerate(cases)}
        problems: dict[str, Exception] = {}
        for case in cases:
            try:
                source = input_file(case, folder)
                if not source.is_dir():
                    raise UnsupportedError("reads only folders")
                shutil.copytree(source, place / numbers[case.id])
            except (UnsupportedError, ToolError, OSError) as error:
                problems[case.id] = error
        found: dict[str, list[Claim]] = {}
        failed: ToolError | None = None
        try:
            for claim in claims(parse(scan(place, home)), place):
                number, _, rest = claim.subject.partition("/")
                found.setdefault(number, []).append(Claim("credential", "secret", rest))
        except ToolError as error:
            failed = error

        def decide(case: Case) -> Iterable[Claim]:
            if (problem := problems.get(case.id) or failed) is not None:
                raise problem
            return found.get(numbers[case.id], ())

        yield from results(tool, version, cases, decide)


def claims(paths: Iterable[str], place: Path) -> Iterator[Claim]:
    """A claim per file, its path relative to the folder; paths outside are left out.

    Raises:
        ToolError: too many files.
    """
    seen: set[str] = set()
    for path in paths:
        known = (place / path).resolve()
        if not known.is_relative_to(place):
            continue
        name = known.relative_to(place).as_posix()
        if name not in seen:
            seen.add(name)
            yield Claim("credential", "secret", name)
        if len(seen) > MAX_FILES:
            raise ToolError(f"more than {MAX_FILES} files reported")


def document(output: bytes) -> Any:
    """The JSON document that a tool wrote; ``None`` if it wrote nothing.

    Raises:
        ToolError: it is no JSON, or is nested too deeply.
    """
    if not output.strip():
        return None
    try:
        return json.loads(output)
    except (ValueError, RecursionError) as error:
        raise ToolError(f"wrote no JSON: {error}") from None


def texts(read: object, *steps: str) -> Iterator[str]:
    """The text at the end of some keys, for each object of a list; others are left out."""
    for one in read if isinstance(read, list) else ():
        part = one
        for step in steps:
            part = part.get(step) if isinstance(part, dict) else None
        if isinstance(part, str):
            yield part
