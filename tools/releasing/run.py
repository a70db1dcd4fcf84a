"""Programs that a release runs, and the one error that ends it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_SECONDS = 1800
_FOREIGN = ("PYTHON", "VIRTUAL_ENV", "UV_", "PIP_REQUIRE", "TIEBACK_", "PYTEST_")
"""Variables that would change what a user gets; those of the registry (PIP_INDEX_URL, certificates) stay."""


class ReleaseError(Exception):
    """The release is refused; its text is for the person at the terminal."""


def clean_environment() -> dict[str, str]:
    """The environment without settings of this checkout."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}


def run(*words: str | Path, cwd: Path, environment: Mapping[str, str] | None = None, umask: int = -1) -> str:
    """The output of a program.

    Args:
        words: the program and its arguments.
        cwd: its working directory.
        environment: added to the environment without settings of this checkout.
        umask: that of the program; by default that of this process.

    Raises:
        ReleaseError: it is missing, failed, or took longer than half an hour.
    """
    name = Path(words[0]).name
    try:
        done = subprocess.run(
            [str(word) for word in words],
            cwd=cwd, env=clean_environment() | dict(environment or {}), capture_output=True, text=True, check=False,
            timeout=_SECONDS, umask=umask,
        )  # fmt: skip
    except FileNotFoundError:
        raise ReleaseError(f"{name} is missing. Install it, or run `make release`, which brings it.") from None
    except subprocess.TimeoutExpired:
        raise ReleaseError(f"{name} ran for more than {_SECONDS} s: {' '.join(map(str, words))}") from None
    if done.returncode != 0:
        raise ReleaseError(f"{' '.join(map(str, words))} failed:\n{(done.stdout + done.stderr)[-4000:].strip()}")
    return done.stdout
