"""Formats other than captures, one function per format; a new format is one line here."""

from collections.abc import Callable
from pathlib import Path

from tieback.intake.traffic import documents, har, logs, mitm
from tieback.intake.traffic.interface import OpenedTraffic

type Opener = Callable[[Path, bytes], OpenedTraffic | None]
"""Function from the path and the first 64 KiB to the opened file, or ``None`` if it is another format.

Raises ``InputError`` if the format is the opener's own and the file cannot be read.
"""

OPENERS: tuple[Opener, ...] = (documents.opener, har.opener, mitm.opener, logs.opener)
