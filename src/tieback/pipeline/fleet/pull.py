"""Download inventories from an EMM's API into a file, which is then imported like any other export.

* Microsoft Intune: Graph v1.0, ``deviceManagement/detectedApps`` and each app's ``managedDevices``; client credentials
  of Microsoft Entra (https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow),
  paging by ``@odata.nextLink``, throttling by 429 and ``Retry-After``
  (https://learn.microsoft.com/en-us/graph/throttling).
* Jamf Pro: ``/api/v1/computers-inventory`` and ``/api/v2/mobile-devices/detail``; client credentials
  (https://developer.jamf.com/jamf-pro/docs/client-credentials), paging by ``page`` and ``page-size``.

Both follow the documentation; they were not tested against a server. Except for the token request, only GET requests
are made, and only to the configured hosts. The secret comes from the environment and is not stored.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode

import msgspec

from tieback.model.errors import InputError
from tieback.scope.guard import ADVICE
from tieback.scope.services import RequestOutcome, ServiceClient, ServiceResponse

MAX_PAGE = 64 << 20
MAX_PAGES = 1_000_000
MAX_TRIES = 8
MAX_PAUSE = 300.0
PAGE_SIZE = 100
GRAPH = "https://graph.microsoft.com"
LOGIN = "https://login.microsoftonline.com"
_BUSY = frozenset({429, 500, 502, 503, 504})
_PLATFORMS = ("android", "ios", "unknown")
"""Platforms whose detected apps are queried with their devices; desktop apps are listed only with a count."""


class ApiAccount(msgspec.Struct, frozen=True):
    """The API account and its endpoints."""

    source: str
    """``intune`` or ``jamf``."""
    client: str
    secret: str
    tenant: str = ""
    """Tenant ID (Intune)."""
    url: str = GRAPH
    """Base URL of the API; for Jamf, of the customer's server."""
    login: str = LOGIN


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
    client = _Client(account, pause)
    streams: Mapping[str, Callable[[], Iterator[bytes]]]
    if account.source == "intune":
        streams = {"intune-detected-apps.json": lambda: _detected_apps(client, account)}
    else:
        streams = {
            "jamf-mobile-devices.json": lambda: _jamf(client, account, "/api/v2/mobile-devices/detail"),
            "jamf-computers.json": lambda: _jamf(client, account, "/api/v1/computers-inventory"),
        }
    return [_saved(folder / name, stream, progress) for name, stream in streams.items()]


def _saved(path: Path, pages: Callable[[], Iterator[bytes]], progress: Callable[[str, int], None] | None) -> PulledFile:
    draft = path.with_name(f".{path.name}.part")
    count = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _private(draft) as file:
            for page in pages():
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


class _Client:
    """Sends requests with a token; renews the token when it has expired."""

    def __init__(self, account: ApiAccount, pause: Callable[[float], None]) -> None:
        self._account = account
        self._pause = pause
        intune = account.source == "intune"
        self._services = ServiceClient([account.url, account.login] if intune else [account.url])
        self._token = ""

    def get(self, url: str) -> dict[str, Any]:
        """A JSON object.

        Raises:
            InputError: the request is refused, the response is not a JSON object, or the service stays busy.
        """
        renewed = False
        for attempt in range(MAX_TRIES):
            if not self._token:
                self._token = self._authorised()
            answer = self._send(
                "GET", url, {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}, b""
            )
            if answer.status == 401 and not renewed:
                renewed, self._token = True, ""
            elif answer.status in _BUSY or answer.sent is not RequestOutcome.ANSWERED:
                self._wait(answer, attempt)
            else:
                return self._object(answer, url)
        raise self._refused(url, "the service stays busy")

    def _authorised(self) -> str:
        account = self._account
        form = {"client_id": account.client, "client_secret": account.secret, "grant_type": "client_credentials"}
        if account.source == "intune":
            url = f"{account.login}/{quote(account.tenant, safe='')}/oauth2/v2.0/token"
            form["scope"] = f"{account.url}/.default"
        else:
            url = f"{account.url}/api/oauth/token"
        for attempt in range(MAX_TRIES):
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            answer = self._send("POST", url, headers, urlencode(form).encode())
            if answer.status in _BUSY or answer.sent is not RequestOutcome.ANSWERED:
                self._wait(answer, attempt)
                continue
            token = self._object(answer, url).get("access_token")
            if isinstance(token, str) and token.isascii() and token.isprintable():
                return token
            raise self._refused(url, "the response contains no token")
        raise self._refused(url, "the service stays busy")

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ServiceResponse:
        answer = self._services.request(method, url, headers, body, MAX_PAGE)
        if answer.sent is RequestOutcome.EXCLUDED:
            raise InputError(answer.problem, where=url.partition("?")[0][:200], advice=f"{ADVICE}; nothing was stored")
        return answer

    def _wait(self, answer: ServiceResponse, attempt: int) -> None:
        self._pause(min(answer.retry_after if answer.retry_after is not None else 2.0**attempt, MAX_PAUSE))

    def _object(self, answer: ServiceResponse, url: str) -> dict[str, Any]:
        if len(answer.body) >= MAX_PAGE:
            raise self._refused(url, "a page is longer than 64 MiB")
        try:
            found = msgspec.json.decode(answer.body) if answer.body else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = None
        if answer.status != 200:
            raise self._refused(url, f"HTTP {answer.status}{_reason(found)}")
        if not isinstance(found, dict):
            raise self._refused(url, "the response is not a JSON object")
        return found

    def _refused(self, url: str, why: str) -> InputError:
        place = url.partition("?")[0]
        return InputError(
            why, where=place[:200], advice="Check the account's permissions and the URL; nothing was stored"
        )


def _reason(found: object) -> str:
    """The service's description of an error, in the formats of Graph, Entra and Jamf."""
    if not isinstance(found, dict):
        return ""
    error = found.get("error")
    if isinstance(error, dict):
        text = error.get("message") or error.get("code")
    else:
        text = found.get("error_description") or error
    text = " ".join(str(text).split())[:200] if text else ""
    return f": {text}" if text else ""


def _detected_apps(client: _Client, account: ApiAccount) -> Iterator[bytes]:
    """Pages of detected apps; apps of mobile platforms include their devices."""
    base = f"{account.url}/v1.0/deviceManagement/detectedApps"
    for page in _linked(client, f"{base}?$top={PAGE_SIZE}"):
        apps = []
        for app in page:
            if isinstance(app, dict) and str(app.get("platform", "unknown")).lower().startswith(_PLATFORMS):
                some = _linked(
                    client, f"{base}/{quote(str(app.get('id', '')), safe='')}/managedDevices?$top={PAGE_SIZE}"
                )
                apps.append({**app, "managedDevices": [device for devices in some for device in devices]})
            else:
                apps.append(app)
        yield msgspec.json.encode({"value": apps})


def _linked(client: _Client, url: str) -> Iterator[list[Any]]:
    """The values of each page, following ``@odata.nextLink``."""
    seen: set[str] = set()
    while url and url not in seen and len(seen) < MAX_PAGES:
        seen.add(url)
        page = client.get(url)
        value = page.get("value")
        yield value if isinstance(value, list) else []
        link = page.get("@odata.nextLink")
        url = link if isinstance(link, str) else ""


def _jamf(client: _Client, account: ApiAccount, path: str) -> Iterator[bytes]:
    """Pages of devices, until all are read."""
    sections = "&".join(f"section={name}" for name in ("GENERAL", "USER_AND_LOCATION", "HARDWARE", "APPLICATIONS"))
    came = 0
    for number in range(MAX_PAGES):
        page = client.get(f"{account.url}{path}?{sections}&page={number}&page-size={PAGE_SIZE}&sort=id%3Aasc")
        results, total = page.get("results"), page.get("totalCount")
        if not isinstance(results, list):
            raise InputError("a page contains no results", where=path, advice="Check the URL; nothing was stored")
        yield msgspec.json.encode({"totalCount": total, "results": results})
        came += len(results)
        if not results or not isinstance(total, int) or came >= total:
            return
