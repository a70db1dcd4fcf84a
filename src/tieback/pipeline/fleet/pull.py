"""Download inventories from an EMM's API into a file, which is then imported like any other export.

``pull_sources`` has the requests of each product. Except for the token request, only GET requests are made, and only to
the configured hosts. The secret comes from the environment and is not stored. A busy service (429, 5xx) is tried again
after its ``Retry-After``, a bounded number of times.

All follow the documentation; they were tested with emulations, not with the products.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from tieback.model.errors import InputError
from tieback.pipeline.fleet.pull_client import ApiAccount, ApiClient
from tieback.pipeline.fleet.pull_sources import STREAMS


class PulledFile(msgspec.Struct, frozen=True):
    """A file that was written."""

    path: Path
    pages: int


def pull_inventory(
    account: ApiAccount,
    folder: Path,
    progress: Callable[[str, int], None] | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> list[PulledFile]:
    """Download the whole inventory; a file exists only when it is complete.

    Args:
        account: the API account.
        folder: folder for the files.
        progress: called with the resource and the number of pages.
        pause: waits if the service requests it.

    Raises:
        UsageError: a URL is not allowed for a service.
        InputError: the service refuses, sends an invalid response or stays busy; or a file cannot be written.
    """
    client = ApiClient(account, pause)
    return [_saved(folder / name, pages(client), progress) for name, pages in STREAMS[account.source].items()]


def _saved(path: Path, pages: Iterator[bytes], progress: Callable[[str, int], None] | None) -> PulledFile:
    draft = path.with_name(f".{path.name}.part")
    count = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _private(draft) as file:
            for page in pages:
                file.write(page + b"\n")
                count += 1
                if progress is not None:
                    progress(path.name, count)
        draft.replace(path)
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror})", where=str(path), advice="Choose another folder"
        ) from None
    finally:
        draft.unlink(missing_ok=True)
    return PulledFile(path, count)


def _private(path: Path) -> BinaryIO:
    path.touch(mode=0o600)
    return path.open("wb")
