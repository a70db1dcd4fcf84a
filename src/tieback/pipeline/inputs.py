"""The inputs of a scan: files and folders become units of work, apps and traffic told apart by their bytes."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from tieback.engine.interface import Unit
from tieback.intake.apps.discover import find_apps
from tieback.intake.traffic.discover import SUFFIXES, find_captures
from tieback.intake.traffic.open import is_capture
from tieback.model.errors import InputError
from tieback.pipeline.analyse import app_unit
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS


def scan_units(inputs: Iterable[Path]) -> Iterator[Unit | InputError]:
    """Units of work of every app and capture among the inputs; what cannot be read is an error in its place."""
    for path in inputs:
        if path.is_dir():
            yield from _in_directory(path)
        elif _is_traffic(path):
            for found in find_captures([path]):
                yield found if isinstance(found, InputError) else traffic_unit(found)
        else:
            for found in find_apps([path]):
                yield found if isinstance(found, InputError) else app_unit(found)


def _in_directory(path: Path) -> Iterator[Unit | InputError]:
    """A folder may hold apps, captures or both; it is an error only where it holds neither."""
    apps = list(find_apps([path]))
    captures = list(find_captures([path]))
    lacks_apps = len(apps) == 1 and isinstance(apps[0], InputError) and apps[0].where == str(path)
    lacks_captures = len(captures) == 1 and isinstance(captures[0], InputError) and captures[0].where == str(path)
    if not lacks_apps or lacks_captures:
        for app in apps:
            yield app if isinstance(app, InputError) else app_unit(app)
    if not lacks_captures:
        for capture in captures:
            yield capture if isinstance(capture, InputError) else traffic_unit(capture)


def _is_traffic(path: Path) -> bool:
    if path.name.lower().endswith(SUFFIXES):
        return True
    try:
        with path.open("rb") as file:
            return is_capture(file.read(64))
    except OSError:
        return False


def traffic_unit(path: Path) -> Unit | InputError:
    """A capture as a unit of work."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Unit(digest, TRAFFIC_ANALYSIS, str(path), file.tell())
    except OSError as error:
        return InputError(error.strerror or "cannot be read", where=str(path), advice="Check the file")
