"""How many examples Hypothesis tries: a quarter in `make test`, all of them with ``TIEBACK_EXAMPLES=full``.

`make test-more` runs every test of Hypothesis with all examples.
"""

import os

FULL = os.environ.get("TIEBACK_EXAMPLES", "") == "full"
DEFAULT = 100 if FULL else 25
"""For tests that name no number."""


def examples(full: int) -> int:
    """The number for a test that tries so many in a full run."""
    return full if FULL else max(1, full // 4)
