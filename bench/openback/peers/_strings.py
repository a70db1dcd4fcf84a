"""Tools that give the texts of an app: answers from one process of ``inside.strings`` for all cases."""

import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.openback.peers import _endpoints
from bench.openback.peers._answers import UnsupportedError, input_file, results
from bench.openback.peers._programs import ToolError, Worker, inside, package_version
from bench.openback.schema import Case, Claim, Result, Topic

TOPICS = frozenset({Topic.APP})
CLAIMS = frozenset({"endpoint", "host"})
"""Names of the claims that these tools can make."""
type Reader = Callable[[Iterable[str]], Iterable[Claim]]


def version(package: str) -> str | None:
    """Version of a library of the environment ``apps``."""
    return package_version("apps", package)


def answers(
    tool: str,
    package: str,
    cases: Sequence[Case],
    folder: Path,
    endings: Iterable[str] = (".apk",),
    read: Reader = _endpoints.claims,
    name: str = "",
) -> Iterator[Result]:
    """Results of a tool of ``inside.strings``; other files are unsupported."""
    known = tuple(endings)
    with (
        TemporaryDirectory(prefix="openback-") as home,
        Worker(inside("apps", "strings", name or tool), Path(home)) as it,
    ):

        def decide(case: Case) -> Iterable[Claim]:
            file = input_file(case, folder, known)
            if not _has_code(file):
                raise UnsupportedError("reads only DEX files")
            said = it.ask(str(file))
            return list(read(texts_of(said)))

        yield from results(tool, version(package), cases, decide)


def _has_code(file: Path) -> bool:
    """Whether a package has DEX files; any other file is taken for one."""
    if not zipfile.is_zipfile(file):
        return True
    with zipfile.ZipFile(file) as archive:
        return any(name.endswith(".dex") for name in archive.namelist())


def texts_of(said: object) -> list[str]:
    """The texts of an answer.

    Raises:
        ToolError: it is no list of texts.
    """
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise ToolError("answered with no list of texts")
    return said
