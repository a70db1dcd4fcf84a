"""What a running process wrote to a file, read while it may be in the middle of a line."""

import re
import subprocess
import time
from pathlib import Path

SECONDS = 90
"""How long to wait: longer than any start on a busy machine."""


def whole_lines(path: Path) -> str:
    """The text so far, without a last line that is not complete yet."""
    text = path.read_text()
    return text[: text.rfind("\n") + 1]


def wait_for_line(path: Path, pattern: str, process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> re.Match[str]:
    """The first match in a complete line.

    Raises:
        AssertionError: The process ended without it, or did not write it in time. Says what was written.
    """
    end = time.monotonic() + SECONDS
    while True:
        ended = process.poll() is not None
        if (found := re.search(pattern, whole_lines(path))) is not None:
            return found
        assert not ended, f"the process ended without {pattern!r}: {path.read_text()}"
        assert time.monotonic() < end, f"no {pattern!r} after {SECONDS} s: {path.read_text()}"
        time.sleep(0.05)
