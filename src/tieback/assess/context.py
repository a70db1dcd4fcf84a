"""What only a workspace knows of a store: who hosts it, since when it has been seen open, which releases lead to it."""

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec.structs import replace

from tieback.assess.severity import SeverityTable, with_context
from tieback.model.app import App
from tieback.model.backend import Backend
from tieback.model.exposure import Exposure, Window

MOST_VERSIONS = 50


def version_text(app: App) -> str:
    """An app's release as a window names it: ``org.example.app 2.1``."""
    return f"{app.bundle_id or app.label} {app.version_name}".strip()


def hosted(exposure: Exposure, backends: Iterable[Backend]) -> Exposure:
    """The store with its provider, region and country, by the back ends that lead there.

    Args:
        exposure: the store.
        backends: those of its routes' endpoints; one that resolved to an address of the store speaks before others.
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


def in_time(
    exposure: Exposure,
    seen: tuple[date, date] | None,
    today: date,
    releases: Mapping[str, str],
    devices: int,
    table: SeverityTable,
) -> Exposure:
    """The store with its exposure window, and judged with it.

    Args:
        exposure: the store.
        seen: first and last day on which earlier runs saw it open; ``None`` where none did.
        today: the day of this run.
        releases: ``version_text`` of the apps, by their content hash.
        devices: how often the apps that lead to it are installed.
        table: points of a severity.
    """
    if not exposure.exposed and seen is None:
        return exposure
    first = today if seen is None else seen[0]
    last = today if exposure.exposed or seen is None else seen[1]
    created = min((one.created for one in exposure.containers if one.created and not one.system), default="")
    names = sorted({releases[way.app_sha256] for way in exposure.routes if way.app_sha256 in releases})
    window = Window(first.isoformat(), last.isoformat(), created, tuple(names[:MOST_VERSIONS]))
    return with_context(replace(exposure, window=window), devices, (last - first).days, table)
