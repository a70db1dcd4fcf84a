"""Adds facts from the workspace to an exposure: provider, exposure window, and the app releases that lead to it."""

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec.structs import replace

from tieback.assess.severity import SeverityTable, rate_with_context
from tieback.model.app import App
from tieback.model.backend import Backend
from tieback.model.exposure import Exposure, ExposureWindow

MOST_VERSIONS = 50


def version_text(app: App) -> str:
    """Return the name of an app release in an exposure window: ``org.example.app 2.1``."""
    return f"{app.bundle_id or app.label} {app.version_name}".strip()


def with_hosting(exposure: Exposure, backends: Iterable[Backend]) -> Exposure:
    """Return the exposure with provider, region and country of its back ends.

    Args:
        exposure: the store.
        backends: the back ends of its routes; one that resolved to an address of the store takes precedence.
    """
    addresses = {place.rpartition(":")[0].strip("[]") for place in exposure.addresses}
    known = sorted(backends, key=lambda one: (addresses.isdisjoint(one.addresses), one.endpoint.value))
    provider, region, country = (
        next(filter(None, (_claim(one, claim) for one in known)), "") for claim in ("provider", "region", "country")
    )
    if not (provider or region or country):
        return exposure
    return replace(exposure, provider=provider, region=region, country=country)


def _claim(backend: Backend, claim: str) -> str:
    stated = [one for one in backend.attributions if one.claim == claim]
    if stated:
        return max(stated, key=lambda one: one.confidence).value
    return {"provider": backend.provider, "region": backend.region}.get(claim, "")


def with_exposure_window(
    exposure: Exposure,
    seen: tuple[date, date] | None,
    today: date,
    releases: Mapping[str, str],
    devices: int,
    table: SeverityTable,
) -> Exposure:
    """Return the exposure with its exposure window, rated again with it.

    Args:
        exposure: the store.
        seen: first and last day on which earlier runs found it open; ``None`` if none did.
        today: the day of this run.
        releases: ``version_text`` per app, by content hash.
        devices: number of installations of the apps that lead to it.
        table: points of a severity.
    """
    if not exposure.exposed and seen is None:
        return exposure
    first = today if seen is None else seen[0]
    last = today if exposure.exposed or seen is None else seen[1]
    created = min((one.created for one in exposure.containers if one.created and not one.system), default="")
    names = sorted({releases[way.app_sha256] for way in exposure.routes if way.app_sha256 in releases})
    window = ExposureWindow(first.isoformat(), last.isoformat(), created, tuple(names[:MOST_VERSIONS]))
    return rate_with_context(replace(exposure, window=window), devices, (last - first).days, table)
