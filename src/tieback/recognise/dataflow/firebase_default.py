"""The default database of a Firebase project: code makes its address if the project names no other database.

Source: https://github.com/firebase/firebase-android-sdk, ``FirebaseDatabase.getInstance`` in newer versions:
``https://<project>-default-rtdb.firebaseio.com``.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tieback.recognise.dataflow.dexfile import DexFile
from tieback.recognise.dataflow.settings import AppSettings

_END = b"-default-rtdb.firebaseio.com"
_PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")


class DefaultDatabase(NamedTuple):
    """The address, and the constant with its end."""

    url: str
    file: int
    """Number of the DEX file."""
    string: int
    """Index of the constant."""


def default_database(files: Sequence[DexFile], settings: AppSettings) -> DefaultDatabase | None:
    """The default database of the project in the resources, if the library is there and no other one is named."""
    for number, dex in enumerate(files):
        index = dex.string_of(_END)
        if index < 0:
            continue
        project = settings.named("project_id")
        if settings.named("firebase_database_url") or not _PROJECT.fullmatch(project):
            return None
        return DefaultDatabase(f"https://{project}{_END.decode()}", number, index)
    return None
