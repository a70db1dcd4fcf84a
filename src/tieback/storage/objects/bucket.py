"""One bucket or container, through obstore: pages of its listing, ranges of its objects, and new objects.

Who asks is told by the user's environment, as the providers' own tools read it: ``AWS_*`` and the profile of
``~/.aws``, ``GOOGLE_*``, ``AZURE_STORAGE_*``, and the identity of the machine where those are absent. Plain HTTP goes
to loopback alone, unless ``AWS_ALLOW_HTTP`` says otherwise. Requests that are throttled or cut off are made again with
growing pauses, ``MAX_TRIES`` times.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from tieback.model.errors import InputError, TiebackError
from tieback.model.remote import UNKNOWN, RemoteObject
from tieback.storage.objects.aws_profile import profile
from tieback.storage.objects.location import Location

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore

PAGE = 1000
"""Objects of a listing that are in memory at a time."""
PIECE = 1 << 20
"""Bytes of an object that are in memory at a time."""
MAX_TRIES = 8
RETRY_SECONDS = 120
REQUEST_SECONDS = 600
"""For a request with its whole answer."""
CONNECT_SECONDS = 10
STALL_SECONDS = 30
"""For the next bytes of an answer."""

_CLIENT = {
    "timeout": timedelta(seconds=REQUEST_SECONDS),
    "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
    "read_timeout": timedelta(seconds=STALL_SECONDS),
    "user_agent": "tieback",
}
_ENDPOINTS = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "gs": ("GOOGLE_BASE_URL",),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
}
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,64})</Code>")
_CONTAINER = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
_METADATA = ("169.254.169.254", "metadata.google.internal", "169.254.170.2")


class Bucket:
    """An open bucket. It may be used from several threads, and is made anew in each process."""

    def __init__(self, location: Location, store: "ObjectStore") -> None:
        self._root = f"{location.scheme}://{location.bucket}/"
        self._store = store

    @classmethod
    def open(cls, location: Location, environ: Mapping[str, str] | None = None) -> Self:
        """Take the settings of the environment; nothing is contacted yet.

        Raises:
            TiebackError: the extra is not installed, or the settings make no sense.
        """
        try:
            from obstore import store as stores
            from obstore.exceptions import BaseError
        except ImportError:
            raise TiebackError(
                "object stores need obstore, which is not installed",
                where=f"{location.scheme}://{location.bucket}",
                advice="Install tieback[cloud]",
            ) from None
        environ = os.environ if environ is None else environ
        _check_identity(location, environ)
        kinds: dict[str, Any] = {"s3": stores.S3Store, "gs": stores.GCSStore, "az": stores.AzureStore}
        settings = _aws(environ) if location.scheme == "s3" else {}
        endpoint = settings.get("endpoint") or next(
            (environ[name] for name in _ENDPOINTS[location.scheme] if environ.get(name)), ""
        )
        if location.scheme == "gs" and endpoint:
            settings["base_url"] = endpoint
        client = {**_CLIENT, "allow_http": True} if _is_loopback(endpoint) else dict(_CLIENT)
        retry = {"max_retries": MAX_TRIES - 1, "retry_timeout": timedelta(seconds=RETRY_SECONDS)}
        try:
            return cls(
                location,
                kinds[location.scheme](location.bucket, config=settings, client_options=client, retry_config=retry),
            )
        except (BaseError, ValueError, OSError) as error:
            raise InputError(
                f"cannot be opened ({_reason(error)})", where=location.url, advice="Check the environment's settings"
            ) from None

    def pages(self, prefix: str) -> Iterator[list[RemoteObject]]:
        """All objects below a key, in pages. Raises ``InputError``."""
        import obstore

        with self._errors(prefix):
            for page in obstore.list(self._store, prefix.rstrip("/") or None, chunk_size=PAGE):
                yield [self._described(meta) for meta in page]

    def look(self, key: str) -> RemoteObject | None:
        """What is known of one object; ``None`` where there is none. Raises ``InputError``."""
        import obstore

        with self._errors(key):
            try:
                return self._described(obstore.head(self._store, key))
            except FileNotFoundError:
                return None

    def read(self, key: str, start: int = 0, size: int = UNKNOWN, etag: str = "") -> Iterator[memoryview]:
        """The bytes of an object, or a range of them, piece by piece.

        Args:
            key: of the object.
            start: first byte.
            size: how many; ``UNKNOWN`` for all. The answer may be longer or shorter than that.
            etag: the state that is wanted, without quotes; empty for any.

        Raises:
            InputError: it is gone, is in another state, or cannot be read.
        """
        import obstore

        options: dict[str, Any] = {}
        if size != UNKNOWN:
            options["range"] = (start, start + size)
        elif start:
            options["range"] = {"offset": start}
        if etag:
            options["if_match"] = f'"{etag}"'
        with self._errors(key):
            for piece in obstore.get(self._store, key, options=options).stream(min_chunk_size=PIECE):  # type: ignore[arg-type]
                yield memoryview(piece)

    def write(self, key: str, content: bytes | Path) -> None:
        """Make an object, whole or not at all. Raises ``InputError``."""
        import obstore

        with self._errors(key):
            obstore.put(self._store, key, content)

    def delete(self, keys: list[str]) -> None:
        """Take objects away; those that are gone already do not matter. Raises ``InputError``."""
        import obstore

        with self._errors(keys[0] if keys else ""):
            try:
                obstore.delete(self._store, keys)
            except FileNotFoundError:
                return

    def _described(self, meta: "ObjectMeta") -> RemoteObject:
        return RemoteObject(
            url=self._root + meta["path"],
            size=meta["size"],
            etag=(meta["e_tag"] or "").strip('"'),
            modified=meta["last_modified"].isoformat(timespec="seconds"),
        )

    @contextmanager
    def _errors(self, key: str) -> Iterator[None]:
        """Failures of the store as one line each, without URLs: one may carry a signature."""
        from obstore.exceptions import BaseError, PermissionDeniedError, PreconditionError, UnauthenticatedError

        where = self._root + key
        try:
            yield
        except FileNotFoundError:
            raise InputError("it is not there, or not any more", where=where, advice="Check the URL") from None
        except PreconditionError:
            raise InputError(
                "it changed since it was listed", where=where, advice="Run again; it is then read as it is"
            ) from None
        except (PermissionDeniedError, UnauthenticatedError):
            raise InputError(
                "access is denied", where=where, advice="Check the credentials in the environment and their rights"
            ) from None
        except (BaseError, OSError, ValueError) as error:
            raise InputError(_reason(error), where=where, advice=_advice(str(error))) from None


def _check_identity(location: Location, environ: Mapping[str, str]) -> None:
    """Whether the machine's own identity may be asked for: the AWS command line has a word against it.

    Raises:
        InputError: it may not, and there is no other.
    """
    if location.scheme != "s3" or environ.get("AWS_EC2_METADATA_DISABLED", "").lower() != "true":
        return
    told = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", *_CONTAINER)
    anonymous = environ.get("AWS_SKIP_SIGNATURE", "").lower() == "true"
    if not anonymous and not any(environ.get(name) for name in told) and "access_key_id" not in _aws(environ):
        raise InputError("no credentials in the environment", where=location.url, advice=_advice(_METADATA[0]))


def _aws(environ: Mapping[str, str]) -> dict[str, Any]:
    """Settings that obstore does not find by itself: those of a profile."""
    if environ.get("AWS_ACCESS_KEY_ID"):
        return {}
    try:
        found = profile(environ)
    except OSError:
        return {}
    settings: dict[str, Any] = {}
    if "aws_access_key_id" in found and "aws_secret_access_key" in found:
        settings["access_key_id"] = found["aws_access_key_id"]
        settings["secret_access_key"] = found["aws_secret_access_key"]
        if "aws_session_token" in found:
            settings["session_token"] = found["aws_session_token"]
    if "region" in found and not (environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")):
        settings["region"] = found["region"]
    if "endpoint_url" in found and not any(environ.get(name) for name in _ENDPOINTS["s3"]):
        settings["endpoint"] = found["endpoint_url"]
    return settings


def _is_loopback(endpoint: str) -> bool:
    try:
        host = urlsplit(endpoint).hostname or ""
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _reason(error: Exception) -> str:
    """What went wrong, in a few words."""
    text = str(error)
    if any(host in text for host in _METADATA):
        return "no credentials in the environment, and this machine has no identity"
    status, code = _STATUS.search(text), _CODE.search(text)
    if status is not None:
        what = f"HTTP {status[1]}" + (f" {code[1]}" if code is not None else "")
        return f"the place stays busy ({what})" if status[1] in {"429", "503"} else f"the place refuses ({what})"
    words = re.sub(r"\w+://\S+", "", text.partition("\n")[0])
    return "the place cannot be read: " + " ".join(words.split())[:160]


def _advice(text: str) -> str:
    if any(host in text for host in _METADATA):
        return "Set them (AWS_ACCESS_KEY_ID, GOOGLE_SERVICE_ACCOUNT, ...), or AWS_SKIP_SIGNATURE=true and its like"
    if "path" in text.partition("\n")[0].lower():  # a key with an empty part, or with ".."
        return "Such keys cannot be read: give a narrower prefix, or a manifest of the others"
    return "Check the URL and the credentials, or run again later"
