"""Match the app inventory with analysed apps: not analysed, analysed, and with open stores."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tieback.cases.register import VendorRegister
from tieback.model.app import App
from tieback.model.count_text import count_text
from tieback.model.device import (
    AppStoreFact,
    AppStoreState,
    AppStoreSummary,
    DevicePlatform,
    Fleet,
    FleetApp,
    Install,
    MatchStrength,
    Ownership,
)
from tieback.model.errors import UsageError
from tieback.model.figure import Figure, exact, total
from tieback.model.vendor import Vendor
from tieback.pii.taxonomy import sensitivity
from tieback.pipeline.fleet.analysed_apps import ANALYSED, COLUMNS, app_of
from tieback.pipeline.fleet.run_reach import RunReach, back_end_word, run_reach
from tieback.pipeline.runs import finished_run, nothing_probed_text
from tieback.recognise.makers.words import names_no_app
from tieback.report.figures import NOT_MEASURED, figure_text
from tieback.storage.lake.lake import Lake
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from tieback.pipeline.fleet.gateway_lists import GatewayHost

_STRENGTHS = tuple(MatchStrength)
_GONE = {AppStoreState.AVAILABLE: False, AppStoreState.REMOVED: True, AppStoreState.UNKNOWN: None}


class AppMatch(msgspec.Struct, frozen=True):
    """The analysed apps that match an app of the fleet."""

    strength: MatchStrength
    apps: tuple[App, ...]
    """All analysed versions; a weak match may contain several different apps."""


class AssuranceLetter(msgspec.Struct, frozen=True):
    """The request for assurance to a vendor."""

    asked: date | None = None
    """Day on which it was sent; ``None`` if it was not."""
    due: date | None = None
    """Day by which an answer is due."""
    answer: str = ""
    """The answer; empty without one."""
    answered: date | None = None
    """Day of the answer."""


class FleetLine(msgspec.Struct, frozen=True):
    """An app of the fleet with what is known about it."""

    app: FleetApp
    match: AppMatch | None = None
    vendor: str = ""
    """The vendor from the register, or the publisher from the inventory."""
    exposures: tuple[str, ...] = ()
    """IDs of open stores that the app leads to, from the last run."""
    records: Figure = exact(0, "")
    """Sum over those stores."""
    classes: tuple[str, ...] = ()
    """Classes of personal data in those stores, the most sensitive first."""
    own_people: int | None = None
    """Lower bound of people at our own domains in the store with most of them; ``None`` if nothing was compared."""
    letter: AssuranceLetter | None = None
    """The request for assurance to the vendor; ``None`` if no vendor of the register is responsible for the app."""
    store: tuple[AppStoreFact, ...] = ()
    """What app stores stated about the app; empty if nothing is known."""
    reach: RunReach | None = None
    """What the run did about the analysed versions; ``None`` if it read none of them."""

    @property
    def active(self) -> bool:
        """True if some device has the app now."""
        return self.app.removed is None

    @property
    def platform(self) -> DevicePlatform:
        """The platform for a block list: that of the inventory, or else of the analysed apps, if it is one."""
        if self.app.platform is not DevicePlatform.UNKNOWN or self.match is None:
            return self.app.platform
        known = {one.platform.value for one in self.match.apps}
        return DevicePlatform(known.pop()) if len(known) == 1 else DevicePlatform.UNKNOWN

    @property
    def bundle_id(self) -> str:
        """The bundle identifier for a block list: that of the inventory, or else of the analysed apps, if it is one.

        Pages and tables show that of the inventory: an app of the same name may be another app.
        """
        if self.app.bundle_id or self.match is None:
            return self.app.bundle_id
        known = {one.bundle_id for one in self.match.apps}
        return known.pop() if len(known) == 1 else ""

    @property
    def retired_but_exposed(self) -> bool:
        """True if the app was removed from all devices, but its data may still be exposed."""
        return not self.active and bool(self.exposures)

    @property
    def store_summary(self) -> AppStoreSummary:
        """What app stores said about the app, over all storefronts."""
        return AppStoreSummary.of(self.store)

    @property
    def back_end(self) -> str:
        """What the run of the view shows of the stores behind the app. Only ``no_open_store`` means that none is open.

        Those of ``back_end_word``, or ``not_analysed``.
        """
        if self.match is None:
            return "not_analysed"
        return back_end_word(self.reach, exposed=bool(self.exposures))

    @property
    def decided(self) -> bool:
        """True if the run shows whether an open store is behind the app."""
        return self.back_end in {"open", "no_open_store"}

    @property
    def judged(self) -> bool:
        """True if the run decided about back ends of the app; others may be missing in an app that was partly read."""
        partly = self.back_end == "partly_read" and self.reach is not None and self.reach.probed > 0
        return self.decided or partly

    @property
    def known_records(self) -> Figure | None:
        """The sum over its open stores; ``None`` if no run shows it, or nothing could be measured."""
        if self.back_end == "no_open_store":
            return self.records
        return self.records if self.exposures and figure_text(self.records) != NOT_MEASURED else None

    def document(self) -> dict[str, Any]:
        """The app as one JSON object; ``None`` where a number is not known."""
        records = self.known_records
        app, summary = self.app, self.store_summary
        return {
            "platform": app.platform,
            "bundle_id": app.bundle_id,
            "name": app.name,
            "publisher": app.publisher,
            "store_id": app.store_id,
            "signer": app.signer,
            "in_house": app.in_house,
            "versions": [{"version": version, "devices": devices} for version, devices in app.versions],
            "devices": app.devices,
            "counted": app.counted,
            "sources": app.sources,
            "first_seen": app.first_seen,
            "last_seen": app.last_seen,
            "removed": app.removed,
            "vendor": self.vendor,
            "match": self.match.strength if self.match else None,
            "weak": self.match.strength.weak if self.match else False,
            "analysed": [one.sha256 for one in self.match.apps] if self.match else [],
            "exposures": self.exposures,
            "records": None if records is None else records.value,
            "records_quality": None if records is None else records.quality,
            "classes": self.classes,
            "own_people": self.own_people,
            "ownership": app.ownership,
            "letter": self.letter,
            "store": self.store,
            "store_state": summary.state,
            "downloads": summary.downloads,
            "category": summary.category,
            "gone_from_store": _GONE[summary.state],
            "gone_from_devices": not self.active,
            "back_end": self.back_end,
            "backends": None if self.reach is None else self.reach.backends,
            "backends_probed": None if self.reach is None else self.reach.probed,
            "backends_without_result": None if self.reach is None else self.reach.silent,
            "partly_read": None if self.reach is None else self.reach.partly_read,
            "retired_but_exposed": self.retired_but_exposed,
        }


class DeviceCounts(msgspec.Struct, frozen=True):
    """Number of devices that have an app now; without lists of devices, the largest number that is reported."""

    certain: int = 0
    """Devices that have it by its identifier, or another strong property."""
    by_name: int = 0
    """Devices with an app of its name, which may be another app. Some may be among the certain ones too."""
    by_template: int = 0
    """Devices with an app of its identifier, if a template writes it into unrelated apps. They may have another app."""

    @property
    def text(self) -> str:
        """All numbers, such as ``5 devices, 20 by name only``."""
        uncertain = self._uncertain
        certain = [("", self.certain)] if self.certain or not uncertain else []
        (how, count), *others = [*certain, *uncertain]
        first = f"{count_text(count, 'device')} {how}".strip()
        return ", ".join([first, *(f"{count:,} {how}" for how, count in others)])

    @property
    def numbers(self) -> str:
        """All numbers for a column of devices, such as ``5, 20 by name only``."""
        return ", ".join([f"{self.certain:,}", *(f"{count:,} {how}" for how, count in self._uncertain)])

    @property
    def _uncertain(self) -> list[tuple[str, int]]:
        counts = (("by name only", self.by_name), ("by the identifier of a template", self.by_template))
        return [one for one in counts if one[1]]


class AbsentApp(msgspec.Struct, frozen=True):
    """An analysed app that is on no device of the fleet."""

    platform: str
    """Platform of the app."""
    bundle_id: str
    """Identifier of the app."""
    name: str
    """Name of the app."""
    versions: int
    """Number of analysed versions."""
    last_on_a_device: date | None = None
    """The last day on a device; ``None`` if it never was on one."""


class FleetAppDetail(msgspec.Struct, frozen=True):
    """One app of the fleet with its devices."""

    line: FleetLine
    ownership: dict[Ownership, int]
    installs: tuple[Install, ...]
    """The devices with the app, at most as many as are shown."""
    more: int
    """Number of further installs."""


class FleetView:
    """The fleet of an open workspace. Use ``open_fleet``."""

    def __init__(self, workspace: Workspace, run: RunRow | None) -> None:
        self._workspace = workspace
        self._run = run
        self._inventory = workspace.ledger.inventory
        self._counted: list[FleetApp] | None = None
        self._gaps: list[FleetApp] | None = None

    @property
    def nothing_probed(self) -> str:
        """Why the run shows nothing about open stores, as one sentence; empty if it probed."""
        return nothing_probed_text(self._run)

    def lines(self, *, versions: bool = True) -> list[FleetLine]:
        """Every app that an inventory ever listed; those on the most devices first, removed ones last."""
        apps = list(self._inventory.apps(versions=versions))
        matches = match_apps(self._workspace.lake, apps)
        register = VendorRegister(vendors := list(self._workspace.ledger.cases.vendors()))
        names = {vendor.id: vendor for vendor in vendors}
        known = {one.sha256 for match in matches.values() for one in match.apps}
        stores = self._stores(known)
        facts = self._store_facts()
        reach = run_reach(self._workspace, self._run, known)
        return [
            msgspec.structs.replace(
                _line(app, matches.get(app.id), register, names, stores, reach), store=facts.of(app)
            )
            for app in apps
        ]

    def gateway_hosts(self, lines: list[FleetLine]) -> "list[GatewayHost]":
        """The hosts of the open stores that these apps lead to, and of the back ends that lead there."""
        from tieback.pipeline.fleet.gateway_lists import gateway_hosts

        wanted = {key for line in lines for key in line.exposures}
        run = self._run
        stores = self._workspace.ledger.conclusions.exposures(run.id, exposed=True) if run is not None else ()
        return gateway_hosts(
            self._workspace.lake, (store for store in stores if store.id in wanted), lines, self.devices_of
        )

    def devices_of(self, lines: Iterable[FleetLine]) -> DeviceCounts:
        """The devices that have one of these apps now."""
        active = [line for line in lines if line.active]
        certain = [line.app for line in active if line.match is None or not line.match.strength.weak]
        weak = [(line.app, line.match.strength) for line in active if line.match and line.match.strength.weak]
        template = [app for app, strength in weak if strength is MatchStrength.TEMPLATE_ID]
        named = [app for app, strength in weak if strength is not MatchStrength.TEMPLATE_ID]
        return DeviceCounts(self._count(certain), self._count(named), self._count(template))

    def _count(self, apps: list[FleetApp]) -> int:
        if len(apps) < 2:
            return sum(app.devices for app in apps)
        listed = self._inventory.devices_with([row for app in apps for row in app.rows])
        return max(listed, *(app.devices for app in apps))

    def gaps(self) -> list[FleetApp]:
        """Mobile apps of the fleet that were not analysed; those on the most devices first."""
        if self._gaps is not None:
            return self._gaps
        apps = [app for app in self._apps() if app.removed is None and app.platform.mobile]
        known = matched_app_ids(self._workspace.lake, apps)
        self._gaps = [app for app in apps if app.id not in known]
        return self._gaps

    def absent(self) -> list[AbsentApp]:
        """Analysed apps that are on no device now, by name; none without an inventory, which alone shows devices."""
        if not self._inventory.known():
            return []
        apps = [app for app in self._apps() if app.platform.mobile]
        return list(_absent(self._workspace.lake, apps))

    def show(self, name: str, most: int) -> Iterator[FleetAppDetail]:
        """Apps by bundle identifier, store ID or name, with at most ``most`` installs each.

        Raises:
            UsageError: no inventory lists this app.
        """
        wanted = name.casefold()
        found = [
            line
            for line in self.lines()
            if wanted in (line.app.bundle_id.casefold(), line.app.store_id.casefold(), line.app.name.casefold())
        ]
        if not found:
            raise UsageError(
                "no inventory lists this app", where=name, advice="See `tieback inventory list`", page="See the review"
            )
        for line in found:
            installs: list[Install] = []
            more = 0
            for install in self._inventory.app_devices(line.app):
                if len(installs) < most:
                    installs.append(install)
                else:
                    more += 1
            yield FleetAppDetail(line, line.app.ownership, tuple(installs), more)

    @property
    def known(self) -> bool:
        """True if an inventory was imported."""
        return self._inventory.known()

    def summary(self) -> Fleet | None:
        """The inventory section of a report; ``None`` without an inventory."""
        if not self._inventory.known():
            return None
        active = sum(1 for app in self._apps() if app.removed is None and app.platform.mobile)
        gaps = self.gaps()
        return Fleet(active, self._inventory.devices(), len(gaps), gaps[0].devices if gaps else 0)

    def _apps(self) -> list[FleetApp]:
        """The fleet without versions; computed once."""
        if self._counted is None:
            self._counted = list(self._inventory.apps(versions=False))
        return self._counted

    def _store_facts(self) -> "_Facts":
        found: dict[tuple[str, str], list[AppStoreFact]] = {}
        for fact in self._workspace.ledger.store_facts.facts():
            found.setdefault((fact.platform, fact.ident.casefold()), []).append(fact)
        return _Facts(found)

    def _stores(self, apps: set[str]) -> "dict[str, list[_Led]]":
        """Open stores by the apps that lead there, from the run of this view."""
        run = self._run
        found: dict[str, list[_Led]] = {}
        if run is not None and apps:
            for store in self._workspace.ledger.conclusions.exposures(run.id, exposed=True):
                classes = tuple(total.pii_class for total in store.pii)
                own = store.own_people
                known = own.at_least if own is not None and own.addresses else None
                led = _Led(store.id, store.records, classes, known)
                for app in dict.fromkeys(route.app_sha256 for route in store.routes):
                    if app in apps:
                        found.setdefault(app, []).append(led)
        return found


class _Facts(msgspec.Struct, frozen=True):
    """Facts of app stores by platform and identifier."""

    known: dict[tuple[str, str], list[AppStoreFact]]

    def of(self, app: FleetApp) -> tuple[AppStoreFact, ...]:
        found: list[AppStoreFact] = []
        for ident in {app.bundle_id.casefold(), app.store_id.casefold()} - {""}:
            for platform in (app.platform, DevicePlatform.UNKNOWN):
                found += self.known.get((platform, ident), ())
        return tuple(dict.fromkeys(found))


class _Led(msgspec.Struct, frozen=True):
    """The facts about an open store that a line shows."""

    id: str
    records: Figure
    classes: tuple[str, ...]
    own_people: int | None = None


@contextmanager
def open_fleet(directory: Path, run: str = "") -> Iterator[FleetView]:
    """Open the fleet of a workspace, with the open stores of a run; default: the last finished run.

    Raises:
        WorkspaceError: the workspace does not exist or cannot be read, or there is no finished run with this ID.
    """
    with Workspace.open(directory, create=False) as workspace:
        yield FleetView(workspace, finished_run(workspace, run))


_OF_ANY_VENDOR = frozenset((MatchStrength.TEMPLATE_ID, MatchStrength.NAME))
"""Matches that say nothing about the vendor: apps of several vendors share a name, or the identifier of a template."""


def _line(
    app: FleetApp,
    match: AppMatch | None,
    register: VendorRegister,
    vendors: Mapping[str, Vendor],
    stores: "Mapping[str, list[_Led]]",
    reach: Mapping[str, RunReach],
) -> FleetLine:
    if match is None:
        return FleetLine(app, vendor=app.publisher)
    led = {store.id: store for one in match.apps for store in stores.get(one.sha256, ())}
    makers = match.apps if match.strength not in _OF_ANY_VENDOR else ()
    vendor = next((known for one in makers if (known := vendors.get(register.find_vendor(one) or ""))), None)
    return FleetLine(
        app,
        match,
        (vendor.name if vendor else "") or app.publisher or next((one.vendor for one in makers if one.vendor), ""),
        tuple(led),
        total(store.records for store in led.values()),
        tuple(sorted({name for store in led.values() for name in store.classes}, key=_by_sensitivity)),
        max((store.own_people for store in led.values() if store.own_people is not None), default=None),
        None if vendor is None else AssuranceLetter(vendor.asked, vendor.due, vendor.answer.value, vendor.answered),
        reach=reduce(add, parts)
        if (parts := [reach[one.sha256] for one in match.apps if one.sha256 in reach])
        else None,
    )


def _by_sensitivity(label: str) -> tuple[int, str]:
    return -sensitivity(label), label


def match_apps(lake: Lake, apps: Iterable[FleetApp]) -> dict[int, AppMatch]:
    """The analysed apps that match each app of the fleet, by the strongest common property.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    found: dict[int, tuple[int, list[App]]] = {}
    sql = f"""{_MATCHES}
        SELECT b.fleet, b.rank, {", ".join(f"a.{name.strip()}" for name in COLUMNS.split(","))}
        FROM best b JOIN pairs ON pairs.fleet = b.fleet AND pairs.rank = b.rank
        JOIN analysed a USING (sha256) ORDER BY b.fleet, a.version_name DESC, a.sha256"""  # noqa: S608 - our own text
    for fleet, rank, *row in lake.stream(sql, tables={"fleet_apps": _fleet_table(apps)}):
        found.setdefault(fleet, (rank, []))[1].append(app_of(row))
    return {fleet: AppMatch(_STRENGTHS[rank], tuple(same)) for fleet, (rank, same) in found.items()}


def matched_app_ids(lake: Lake, apps: Iterable[FleetApp]) -> set[int]:
    """IDs of the fleet apps that were analysed. Raises the same errors as ``match_apps``."""
    sql = f"{_MATCHES} SELECT fleet FROM best"  # noqa: S608 - our own text
    return {row[0] for row in lake.stream(sql, tables={"fleet_apps": _fleet_table(apps)})}


def _absent(lake: Lake, apps: list[FleetApp]) -> Iterator[AbsentApp]:
    gone = {app.id: app.removed for app in apps}
    sql = f"""{_MATCHES}, here AS (
            SELECT pairs.sha256, list(DISTINCT b.fleet) AS fleets FROM best b
            JOIN pairs ON pairs.fleet = b.fleet AND pairs.rank = b.rank GROUP BY pairs.sha256
        )
        SELECT a.platform, a.bundle_id, max(a.name), count(DISTINCT a.sha256), flatten(list(coalesce(here.fleets, [])))
        FROM analysed a LEFT JOIN here USING (sha256) GROUP BY a.platform, a.bundle_id
        ORDER BY lower(max(a.name)), a.bundle_id"""  # noqa: S608 - our own text
    for platform, bundle, name, versions, fleets in lake.stream(sql, tables={"fleet_apps": _fleet_table(apps)}):
        days = [gone[number] for number in fleets]
        if None not in days:
            yield AbsentApp(
                platform, bundle, name, versions, max((day for day in days if day is not None), default=None)
            )


def _fleet_table(apps: Iterable[FleetApp]) -> "pa.Table":
    import pyarrow as pa

    rows = [
        (app.id, app.platform.value, app.bundle_id, app.name, app.publisher, app.store_id, app.signer) for app in apps
    ]
    columns = list(zip(*rows, strict=True)) or [()] * 7
    names = ("platform", "bundle_id", "name", "publisher", "store_id", "signer")
    texts = {name: pa.array(column, pa.string()) for name, column in zip(names, columns[1:], strict=True)}
    template = pa.array([names_no_app(bundle or store) for bundle, store in zip(columns[2], columns[5], strict=True)])
    return pa.table({"id": pa.array(columns[0], pa.int64()), **texts, "template": template.cast(pa.bool_())})


_MATCHES = f"""
WITH {ANALYSED}, keyed AS (
    SELECT sha256, platform, CASE platform WHEN 'android' THEN bundle_id ELSE lower(bundle_id) END AS ident, bundle_id,
        lower(trim(name)) AS title, lower(trim(vendor)) AS maker, signer
    FROM analysed
), fleet AS (
    SELECT id, CASE WHEN platform = 'unknown' THEN ['android', 'ios'] ELSE [platform] END AS platforms, bundle_id,
        store_id, lower(trim(name)) AS title, lower(trim(publisher)) AS maker, signer, template
    FROM fleet_apps
), wide AS (
    SELECT id, unnest(platforms) AS platform, bundle_id, store_id, title, maker, signer, template FROM fleet
), identified AS (
    SELECT w.id AS fleet, 0 AS rank, k.sha256, w.template, w.signer AS listed, k.signer FROM wide w
        JOIN keyed k ON k.platform = w.platform
        AND k.ident = CASE w.platform WHEN 'android' THEN w.bundle_id ELSE lower(w.bundle_id) END
        WHERE w.bundle_id <> ''
    UNION SELECT w.id, 1, k.sha256, w.template, w.signer, k.signer FROM wide w
        JOIN keyed k ON k.platform = w.platform AND k.bundle_id = w.store_id
        WHERE w.store_id <> '' AND w.bundle_id = '' AND w.platform = 'android'
), pairs AS (
    SELECT fleet, CASE WHEN template THEN 5 ELSE rank END AS rank, sha256 FROM identified
        WHERE NOT template OR coalesce(listed, '') = '' OR coalesce(signer, '') = '' OR listed = signer
    UNION SELECT w.id, 2, k.sha256 FROM wide w JOIN keyed k ON k.platform = w.platform AND k.signer = w.signer
        AND k.title = w.title WHERE w.signer <> '' AND w.title <> '' AND w.bundle_id = ''
    UNION SELECT w.id, 3, k.sha256 FROM wide w JOIN keyed k ON k.platform = w.platform AND k.title = w.title
        AND k.maker = w.maker WHERE w.title <> '' AND w.maker <> '' AND w.bundle_id = ''
    UNION SELECT w.id, 4, k.sha256 FROM wide w JOIN keyed k ON k.platform = w.platform AND k.title = w.title
        WHERE w.title <> '' AND w.bundle_id = '' AND (w.maker = '' OR k.maker = '')
), best AS (
    SELECT fleet, min(rank) AS rank FROM pairs GROUP BY fleet
)"""  # noqa: S608 - our own text
"""Pairs of a fleet app and an analysed app, with the strength of the match (the order of ``MatchStrength``). A fleet
app with a known bundle identifier is never matched by name. The identifier of a template is a weak match, also with
the same signer: debug keys of build services sign many of these apps. Another signer makes it another app."""
