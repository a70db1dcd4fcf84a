"""Requests of each EMM for ``tieback inventory pull``, each as a generator of pages for one file.

* Microsoft Intune: Graph v1.0, ``deviceManagement/detectedApps`` and each app's ``managedDevices``; client credentials
  of Microsoft Entra (https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow),
  paging by ``@odata.nextLink``, throttling by 429 and ``Retry-After``
  (https://learn.microsoft.com/en-us/graph/throttling).
* Jamf Pro: ``/api/v1/computers-inventory`` and ``/api/v2/mobile-devices/detail``; client credentials
  (https://developer.jamf.com/jamf-pro/docs/client-credentials), paging by ``page`` and ``page-size``.
* Workspace ONE UEM: ``/API/mdm/devices/search`` and each device's ``apps/search``; client credentials at the token URL
  of the region, paging by ``page`` and ``pagesize`` up to ``Total``; 204 means no content (as in the clients
  https://github.com/Oomnitza/oomnitza-connector and https://github.com/reponomadx/WS1-Mobile-Management-Tool).
* Google Android Management: ``enterprises.devices``; an access token, paging by ``nextPageToken``
  (https://developers.google.com/android/management/reference/rest/v1/enterprises.devices/list).
* Kandji: ``/api/v1/devices`` and each device's ``apps``; an API token, paging by ``limit`` and ``offset``
  (https://api-docs.kandji.io/).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from tieback.model.errors import InputError
from tieback.pipeline.fleet.pull_client import ApiClient

MAX_PAGES = 1_000_000
PAGE_SIZE = 100
KANDJI_PAGE = 300
_PLATFORMS = ("android", "ios", "unknown")
"""Platforms whose detected apps are queried with their devices; desktop apps are listed only with a count."""


def _detected_apps(client: ApiClient) -> Iterator[bytes]:
    """Pages of detected apps; apps of mobile platforms include their devices."""
    base = f"{client.account.url}/v1.0/deviceManagement/detectedApps"
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


def _linked(client: ApiClient, url: str) -> Iterator[list[Any]]:
    """The values of each page, following ``@odata.nextLink``."""
    seen: set[str] = set()
    while url and url not in seen and len(seen) < MAX_PAGES:
        seen.add(url)
        page = client.get(url)
        value = page.get("value")
        yield value if isinstance(value, list) else []
        link = page.get("@odata.nextLink")
        url = link if isinstance(link, str) else ""


def _jamf(client: ApiClient, path: str) -> Iterator[bytes]:
    """Pages of devices, until all are read."""
    sections = "&".join(f"section={name}" for name in ("GENERAL", "USER_AND_LOCATION", "HARDWARE", "APPLICATIONS"))
    came = 0
    for number in range(MAX_PAGES):
        page = client.get(f"{client.account.url}{path}?{sections}&page={number}&page-size={PAGE_SIZE}&sort=id%3Aasc")
        results, total = page.get("results"), page.get("totalCount")
        if not isinstance(results, list):
            raise InputError("a page contains no results", where=path, advice="Check the URL; nothing was stored")
        yield msgspec.json.encode({"totalCount": total, "results": results})
        came += len(results)
        if not results or not isinstance(total, int) or came >= total:
            return


def _workspace_one(client: ApiClient) -> Iterator[bytes]:
    """Pages of devices, each with its installed apps."""
    base = f"{client.account.url}/API/mdm/devices"
    came = 0
    for number in range(MAX_PAGES):
        page = client.get(f"{base}/search?page={number}&pagesize={PAGE_SIZE}")
        devices = [device for device in _rows(page, "Devices") if isinstance(device, dict)]
        if not devices:
            return
        for device in devices:
            key = device.get("Uuid")
            key = key.get("Value") if isinstance(key, dict) else key
            device["app_items"] = list(_device_apps(client, f"{base}/{quote(str(key or ''), safe='')}")) if key else []
        came += len(devices)
        total = page.get("Total")
        yield msgspec.json.encode({"Devices": devices, "Total": total})
        if isinstance(total, int) and came >= total:
            return


def _device_apps(client: ApiClient, device: str) -> Iterator[Any]:
    for number in range(MAX_PAGES):
        items = _rows(client.get(f"{device}/apps/search?page={number}&pageSize={PAGE_SIZE}", gone=True), "app_items")
        yield from items
        if len(items) < PAGE_SIZE:
            return


def _google(client: ApiClient) -> Iterator[bytes]:
    """Pages of devices with their application reports."""
    enterprise = client.account.tenant.removeprefix("enterprises/")
    base = f"{client.account.url}/v1/enterprises/{quote(enterprise, safe='')}/devices?pageSize={PAGE_SIZE}"
    token, seen = "", set[str]()
    for _ in range(MAX_PAGES):
        page = client.get(base + (f"&pageToken={quote(token, safe='')}" if token else ""))
        yield msgspec.json.encode({"devices": _rows(page, "devices")})
        following = page.get("nextPageToken")
        token = following if isinstance(following, str) else ""
        if not token or token in seen:
            return
        seen.add(token)


def _kandji(client: ApiClient) -> Iterator[bytes]:
    """Devices with their apps, one document for each."""
    base = f"{client.account.url}/api/v1/devices"
    for number in range(MAX_PAGES):
        devices = _rows(client.get(f"{base}?limit={KANDJI_PAGE}&offset={number * KANDJI_PAGE}", array=True), "items")
        for device in devices:
            key = device.get("device_id") if isinstance(device, dict) else None
            if key:
                found = client.get(f"{base}/{quote(str(key), safe='')}/apps", gone=True)
                yield msgspec.json.encode({**device, "apps": _rows(found, "apps")})
        if len(devices) < KANDJI_PAGE:
            return


def _rows(page: Mapping[str, Any], name: str) -> list[Any]:
    value = page.get(name)
    return value if isinstance(value, list) else []


STREAMS: Mapping[str, Mapping[str, Callable[[ApiClient], Iterator[bytes]]]] = {
    "intune": {"intune-detected-apps.json": _detected_apps},
    "jamf": {
        "jamf-mobile-devices.json": lambda client: _jamf(client, "/api/v2/mobile-devices/detail"),
        "jamf-computers.json": lambda client: _jamf(client, "/api/v1/computers-inventory"),
    },
    "workspace-one": {"workspace-one-devices.json": _workspace_one},
    "google": {"google-devices.json": _google},
    "kandji": {"kandji-devices.json": _kandji},
}
"""Files of each source, with their pages."""
