"""The formats that are no captures, one function a format; a new one is one line here."""

from collections.abc import Callable
from pathlib import Path

from tieback.intake.traffic import documents, har, logs, mitm
from tieback.intake.traffic.interface import OpenedTraffic

type Opener = Callable[[Path, bytes], OpenedTraffic | None]
"""Given the path and the first 64 KiB: the opened file, or ``None`` where it is another format.

Raises ``InputError`` where the format is the opener's own and the file cannot be read.
"""

OPENERS: tuple[Opener, ...] = (documents.opener, har.opener, mitm.opener, logs.opener)
