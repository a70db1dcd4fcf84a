"""Sample data that is too large, or not ours, to lie in the repository: real apps, captures, and a benchmark of names.

It is looked for in the folder ``TIEBACK_SAMPLES``, by default ``../shared/data`` beside the repository. ``samples.tsv``
names each file, its SHA-256, its public origin and, where it is known, the licence of that origin. Without the data the
tests that need it are skipped. ``python -m tests.samples`` says what is missing, and ``python -m tests.samples fetch``
fetches what has a public origin.
"""

import csv
import hashlib
import os
import sys
import urllib.request
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

VARIABLE = "TIEBACK_SAMPLES"
ROOT = Path(__file__).parents[1]
MANIFEST = Path(__file__).with_name("samples.tsv")
_GITHUB = "https://raw.githubusercontent.com"


class Sample(NamedTuple):
    """A line of the manifest."""

    path: str
    """Below the folder."""
    sha256: str
    origin: str
    """``github:OWNER/NAME@COMMIT/PATH``, or a sentence."""
    licence: str


def folder() -> Path:
    """Where the samples are, or would be."""
    return Path(os.environ.get(VARIABLE) or ROOT.parent / "shared" / "data")


def manifest(kind: str = "") -> Iterator[Sample]:
    """The samples, or those of one kind: ``apps``, ``captures``, ``pii``."""
    with MANIFEST.open(encoding="utf-8", newline="") as lines:
        for row in list(csv.reader(lines, delimiter="\t"))[1:]:
            one = Sample(*row)
            if not kind or one.path.startswith(f"{kind}/"):
                yield one


def directory(kind: str) -> Path:
    """The folder of one kind of samples; it need not exist."""
    return folder() / kind


def have(kind: str) -> bool:
    """Whether the samples of this kind are here."""
    return directory(kind).is_dir()


def verified(kind: str) -> Path:
    """The folder of one kind of samples, all of which are what the manifest says. Skips the test without it."""
    if not have(kind):
        pytest.skip(why_not(kind))
    if wrong := problems(folder(), kind):
        pytest.fail(f"sample data differs from tests/samples.tsv: {'; '.join(wrong)}")
    return directory(kind)


def needs(kind: str) -> pytest.MarkDecorator:
    """A mark for tests and modules: they run with the verified samples, or are skipped."""
    return pytest.mark.skipif(not have(kind), reason=why_not(kind))


def why_not(kind: str) -> str:
    """A reason that says how to get them."""
    return f"no sample {kind} in {directory(kind)}: set {VARIABLE}, or see tests/samples.py"


@cache
def problems(place: Path, kind: str) -> tuple[str, ...]:
    """A line for each file that is missing or has another content."""
    return tuple(line for sample in manifest(kind) if (line := _problem(place / sample.path, sample)))


def _problem(path: Path, sample: Sample) -> str:
    try:
        content = path.read_bytes()
    except OSError:
        return f"{sample.path} is missing"
    return "" if hashlib.sha256(content).hexdigest() == sample.sha256 else f"{sample.path} has another content"


def address(sample: Sample, host: str = _GITHUB) -> str:
    """Where to fetch it from; empty if it has no public origin."""
    if not sample.origin.startswith("github:"):
        return ""
    repository, _, rest = sample.origin.removeprefix("github:").partition("@")
    commit, _, path = rest.partition("/")
    return f"{host}/{repository}/{commit}/{quote(path)}"


def fetch(place: Path, host: str = _GITHUB) -> list[str]:
    """Fetch what is missing and has a public origin. Returns a line for each file that is still not there."""
    left = []
    for sample in manifest():
        path = place / sample.path
        problem = _problem(path, sample)
        if problem and (url := address(sample, host)):
            try:
                with urllib.request.urlopen(url, timeout=60) as answer:
                    content = answer.read()
            except OSError as error:
                problem = f"{sample.path}: {error} ({url})"
            else:
                problem = ""
                if hashlib.sha256(content).hexdigest() != sample.sha256:
                    problem = f"{sample.path}: {url} has another content"
                else:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
        if problem:
            left.append(problem)
    return left


def main() -> int:
    """Say what is missing, or fetch it."""
    left = fetch(folder()) if sys.argv[1:] == ["fetch"] else list(problems(folder(), ""))
    for line in left:
        print(line)  # noqa: T201 - a program for people
    print(f"{len(list(manifest())) - len(left)} of {len(list(manifest()))} samples are in {folder()}")  # noqa: T201
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
