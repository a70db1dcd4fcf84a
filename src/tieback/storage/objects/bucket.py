"""One bucket or container, through obstore: list objects in pages, read ranges of objects, and create objects.

Credentials come from the user's environment, as for the providers' own tools: ``AWS_*`` and the profile in ``~/.aws``,
``GOOGLE_*``, ``AZURE_STORAGE_*``. The identity of the machine is used only if ``TIEBACK_MACHINE_IDENTITY`` allows it.
Redirects to other hosts are refused (``hosts``). Plain HTTP is allowed only for loopback,
unless ``AWS_ALLOW_HTTP`` is set. Throttled or interrupted requests are repeated with increasing pauses, ``MAX_TRIES``
times.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from tieback.model.errors import InputError, TiebackError
from tieback.model.extras import extra_advice
from tieback.model.remote import UNKNOWN_SIZE, RemoteObject
from tieback.scope.guard import ADVICE, ExcludedServiceError, ServiceGuard
from tieback.scope.policy.exclude import SourcedRule
from tieback.storage.objects.aws_profile import profile
from tieback.storage.objects.hosts import MACHINE_IDENTITY, METADATA, check_store, proxy_options
from tieback.storage.objects.location import ObjectUrl

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore

PAGE = 1000
"""Maximum objects of a listing in memory."""
PIECE = 1 << 20
"""Maximum bytes of an object in memory."""
MAX_TRIES = 8
RETRY_SECONDS = 120
REQUEST_SECONDS = 600
"""Time limit for a request with its whole response, in seconds."""
CONNECT_SECONDS = 10
STALL_SECONDS = 30
"""Time limit for the next bytes of a response, in seconds."""

_CLIENT: dict[str, Any] = {
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
_METADATA = (*METADATA, "169.254.170.2")


class Bucket:
    """An open bucket. Thread-safe; recreated in each process."""

    def __init__(self, location: ObjectUrl, store: "ObjectStore") -> None:
        self._root = f"{location.scheme}://{location.bucket}/"
        self._store = store

    @classmethod
    def open(
        cls,
        location: ObjectUrl,
        environ: Mapping[str, str] | None = None,
        never: Iterable[SourcedRule] | None = None,
    ) -> Self:
        """Read the settings from the environment; contacts nothing yet, but queries DNS if there are site policies.

        Args:
            location: the bucket.
            environ: environment variables.
            never: what is never contacted; by default the site policies in their usual places.

        Raises:
            TiebackError: the extra is not installed, the settings are invalid, or a site policy excludes the store.
        """
        try:
            from obstore import store as stores
            from obstore.exceptions import BaseError
        except ImportError:
            raise TiebackError(
                "obstore is not installed, but object stores need it",
                where=f"{location.scheme}://{location.bucket}",
                advice=extra_advice("cloud"),
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
        region = settings.get("region") or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        guard = ServiceGuard.load() if never is None else ServiceGuard(never)
        try:
            check_store(location, environ, endpoint, region, guard)
        except ExcludedServiceError as error:
            raise InputError(str(error), where=location.url, advice=ADVICE) from None
        client = _CLIENT | proxy_options(location, environ, endpoint, region, guard)
        if _is_loopback(endpoint):
            client["allow_http"] = True
        retry = {"max_retries": MAX_TRIES - 1, "retry_timeout": timedelta(seconds=RETRY_SECONDS)}
        try:
            return cls(
                location,
                kinds[location.scheme](location.bucket, config=settings, client_options=client, retry_config=retry),
            )
        except (BaseError, ValueError, OSError) as error:
            raise InputError(
                f"cannot be opened ({_reason(error)})",
                where=location.url,
                advice="Check the settings in the environment",
            ) from None

    def pages(self, prefix: str) -> Iterator[list[RemoteObject]]:
        """All objects with a key prefix, in pages. Raises ``InputError``."""
        import obstore

        with self._errors(prefix):
            for page in obstore.list(self._store, prefix.rstrip("/") or None, chunk_size=PAGE):
                yield [self._described(meta) for meta in page]

    def stat(self, key: str) -> RemoteObject | None:
        """The metadata of one object; ``None`` if it does not exist. Raises ``InputError``."""
        import obstore

        with self._errors(key):
            try:
                return self._described(obstore.head(self._store, key))
            except FileNotFoundError:
                return None

    def read(self, key: str, start: int = 0, size: int = UNKNOWN_SIZE, etag: str = "") -> Iterator[memoryview]:
        """The bytes of an object, or of a range of it, in pieces.

        Args:
            key: key of the object.
            start: first byte.
            size: number of bytes; ``UNKNOWN_SIZE`` for all. The result may be longer or shorter.
            etag: required state, without quotes; empty for any.

        Raises:
            InputError: the object is gone, has changed, or cannot be read.
        """
        import obstore

        options: dict[str, Any] = {}
        if size != UNKNOWN_SIZE:
            options["range"] = (start, start + size)
        elif start:
            options["range"] = {"offset": start}
        if etag:
            options["if_match"] = f'"{etag}"'
        with self._errors(key):
            for piece in obstore.get(self._store, key, options=options).stream(min_chunk_size=PIECE):  # type: ignore[arg-type]
                yield memoryview(piece)

    def write(self, key: str, content: bytes | Path) -> None:
        """Create an object, complete or not at all. Raises ``InputError``."""
        import obstore

        with self._errors(key):
            obstore.put(self._store, key, content)

    def delete(self, keys: list[str]) -> None:
        """Delete objects; missing ones are ignored. Raises ``InputError``."""
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
        """Failures of the store as one line each, without URLs, because a URL may contain a signature."""
        from obstore.exceptions import BaseError, PermissionDeniedError, PreconditionError, UnauthenticatedError

        where = self._root + key
        try:
            yield
        except FileNotFoundError:
            raise InputError("not found, or no longer there", where=where, advice="Check the URL") from None
        except PreconditionError:
            raise InputError(
                "the object changed after it was listed", where=where, advice="Run again to read the current version"
            ) from None
        except (PermissionDeniedError, UnauthenticatedError):
            raise InputError(
                "access is denied", where=where, advice="Check the credentials in the environment and their permissions"
            ) from None
        except (BaseError, OSError, ValueError) as error:
            raise InputError(_reason(error), where=where, advice=_advice(str(error))) from None


def _check_identity(location: ObjectUrl, environ: Mapping[str, str]) -> None:
    """Check that the machine's own identity may be used: the AWS CLI has a setting that forbids it.

    Raises:
        InputError: it may not be used, and there are no other credentials.
    """
    if location.scheme != "s3" or environ.get("AWS_EC2_METADATA_DISABLED", "").lower() != "true":
        return
    told = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", *_CONTAINER)
    anonymous = environ.get("AWS_SKIP_SIGNATURE", "").lower() == "true"
    if not anonymous and not any(environ.get(name) for name in told) and "access_key_id" not in _aws(environ):
        raise InputError("no credentials in the environment", where=location.url, advice=_advice(_METADATA[0]))


def _aws(environ: Mapping[str, str]) -> dict[str, Any]:
    """Settings that obstore does not read itself: those of a profile."""
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
    """The problem in a few words."""
    text = str(error)
    if any(host in text for host in _METADATA):
        return "no credentials in the environment"
    status, code = _STATUS.search(text), _CODE.search(text)
    if status is not None:
        what = f"HTTP {status[1]}" + (f" {code[1]}" if code is not None else "")
        return (
            f"the object store stays busy ({what})"
            if status[1] in {"429", "503"}
            else f"the object store refused the request ({what})"
        )
    if "error sending request" in text:
        return "cannot read from the object store: no connection, or a redirect to another host, which tieback refuses"
    words = re.sub(r"\w+://\S+", "", text.partition("\n")[0])
    return "cannot read from the object store: " + " ".join(words.split())[:160]


def _advice(text: str) -> str:
    if any(host in text for host in _METADATA):
        return (
            "Set AWS_ACCESS_KEY_ID, GOOGLE_SERVICE_ACCOUNT, ..., or AWS_SKIP_SIGNATURE=true or its equivalent; "
            f"{MACHINE_IDENTITY}=true uses the identity of this machine"
        )
    if "path" in text.partition("\n")[0].lower():  # a key with an empty segment, or with ".."
        return "Such keys cannot be read: use a narrower prefix, or a manifest of the other objects"
    return "Check the URL and the credentials, or run again later"
