"""Answer questions line by line: one JSON document in, one out."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

MAX_LINE = 16 << 20
"""Bytes of a question."""


def serve(answer: Callable[[Any], Any]) -> None:
    """Answer each line of standard input until it ends.

    An exception of the tool becomes ``{"error": ...}``. What the tool prints goes to standard error.
    """
    own = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(own, "w", encoding="utf-8") as out:
        while line := sys.stdin.buffer.readline(MAX_LINE):
            try:
                said = {"answer": answer(json.loads(line))}
            except Exception as error:  # noqa: BLE001 - any failure of the tool is its answer
                said = {"error": f"{type(error).__name__}: {error}"[:500]}
            out.write(json.dumps(said) + "\n")
            out.flush()
