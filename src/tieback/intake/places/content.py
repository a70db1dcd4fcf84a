"""Access to content in any location: object stores, ``https://`` hosts, local files, and members in them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tieback.model.errors import InputError
from tieback.model.remote import UNKNOWN_SIZE, ObjectLocation, RemoteObject
from tieback.scope.downloads import Downloads, without_signature
from tieback.scope.policy.exclude import SourcedRule
from tieback.storage.objects.bucket import Bucket
from tieback.storage.objects.location import is_object_url, parse_object_url

PIECE = 1 << 20


def is_url(text: str) -> bool:
    """True if an input is a URL that can be read."""
    return is_object_url(text) or text.startswith(("https://", "http://"))


def strip_query(text: str) -> str:
    """An input for display: the query is removed, because it may contain a signature."""
    return without_signature(text) if text.startswith(("https://", "http://")) else text


class ContentReader:
    """Open buckets and HTTP clients. Created in each process; safe to use from several threads."""

    def __init__(self, never: Sequence[SourcedRule] | None = None) -> None:
        """Set what is never contacted; by default the site policies in their usual places."""
        self._never = never
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._downloads = Downloads(never=never)

    def stat(self, url: str) -> RemoteObject | None:
        """Metadata of one object; ``None`` if there is no such object.

        Raises:
            InputError: the store or host cannot be reached, or refuses.
            UsageError: the text is not a URL.
        """
        if not is_object_url(url):
            return self._downloads.stat(url)
        location = parse_object_url(url)
        return self._bucket(url).stat(location.key) if location.key else None

    def list_objects(self, url: str) -> Iterator[RemoteObject]:
        """Yield all objects below a URL of an object store, in its order; one page in memory. Raises as ``stat``."""
        for page in self._bucket(url).pages(parse_object_url(url).key):
            yield from page

    def read(self, access: ObjectLocation) -> Iterator[bytes | memoryview]:
        """Yield the bytes of the object or member, piece by piece.

        Raises:
            InputError: the object is gone, has changed, or cannot be read.
        """
        place = access.place
        if is_object_url(place):
            key = parse_object_url(place).key
            return self._bucket(place).read(key, access.start, access.size, access.etag)
        if is_url(place):
            return self._downloads.read(place, access.start, access.size, access.etag)
        return _from_file(Path(place), access.start, access.size)

    def _bucket(self, url: str) -> Bucket:
        location = parse_object_url(url)
        name = (location.scheme, location.bucket)
        if name not in self._buckets:
            self._buckets[name] = Bucket.open(location, never=self._never)
        return self._buckets[name]


def _from_file(path: Path, start: int, size: int) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            file.seek(start)
            while size and (piece := file.read(PIECE if size == UNKNOWN_SIZE else min(PIECE, size))):
                size -= 0 if size == UNKNOWN_SIZE else len(piece)
                yield piece
    except OSError as error:
        raise InputError(
            error.strerror or "cannot be read", where=str(path), advice="Check the file and its permissions"
        ) from None
