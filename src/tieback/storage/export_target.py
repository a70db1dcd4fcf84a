"""Target of an export: a folder, or a location in an object store. Files are written completely or not at all."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from tieback.storage.failures import storage_errors
from tieback.storage.objects.location import is_object_url, parse_object_url


class ExportTarget(Protocol):
    """Stores files under a relative path with ``/`` as separator."""

    @property
    def url(self) -> str:
        """The target as named by the user."""
        ...

    def put(self, path: str, file: Path) -> None:
        """Store a file. Raises ``TiebackError``."""
        ...

    def files(self, folder: str) -> Iterator[str]:
        """Paths of the files below a folder. Raises ``TiebackError``."""
        ...

    def remove(self, paths: list[str]) -> None:
        """Remove files. Raises ``TiebackError``."""
        ...


def open_target(text: str) -> ExportTarget:
    """The target named by the user: a folder, or ``s3://``, ``gs://`` or ``az://``.

    Raises:
        TiebackError: the URL is invalid, or the extra for it is not installed.
    """
    return _Objects(text) if is_object_url(text) else _Folder(Path(text))


class _Folder:
    def __init__(self, directory: Path) -> None:
        self.url = str(directory)
        self._directory = directory

    def put(self, path: str, file: Path) -> None:
        target = self._directory / path
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        with storage_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(file, draft)
                with draft.open("rb") as written:
                    os.fsync(written.fileno())
                draft.replace(target)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise

    def files(self, folder: str) -> Iterator[str]:
        with storage_errors(self._directory):
            for path in sorted((self._directory / folder).rglob("*")):
                if path.is_file():
                    yield path.relative_to(self._directory).as_posix()

    def remove(self, paths: list[str]) -> None:
        with storage_errors(self._directory):
            for path in paths:
                (self._directory / path).unlink(missing_ok=True)


class _Objects:
    def __init__(self, text: str) -> None:
        from tieback.storage.objects.bucket import Bucket

        location = parse_object_url(text)
        self.url = text
        self._prefix = f"{location.key.strip('/')}/" if location.key.strip("/") else ""
        self._root = f"{location.scheme}://{location.bucket}/{self._prefix}"
        self._bucket = Bucket.open(location)

    def put(self, path: str, file: Path) -> None:
        self._bucket.write(self._prefix + path, file)

    def files(self, folder: str) -> Iterator[str]:
        for page in self._bucket.pages(self._prefix + folder):
            for found in page:
                yield found.url.removeprefix(self._root)

    def remove(self, paths: list[str]) -> None:
        if paths:
            self._bucket.delete([self._prefix + path for path in paths])
