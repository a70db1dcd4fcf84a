"""Rows, order and wording shared by all human-readable renderers."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from urllib.parse import urlsplit

import msgspec

from tieback.model.app import Platform
from tieback.model.backend import Candidate, Route
from tieback.model.count_text import count_text, its_or_their
from tieback.model.device import AppStoreState, AppStoreSummary
from tieback.model.endpoint import Party
from tieback.model.exposure import AppRoute, Exposure, Finding, PiiClassTotal
from tieback.model.figure import Figure, Quality
from tieback.model.probe import Access, Container, Entry, Outcome, RansomVerdict
from tieback.model.report import (
    AppSummary,
    Baseline,
    BaselineState,
    ContactedServer,
    DataUsed,
    Encryption,
    Headline,
    PluginUsed,
    Report,
    RulesUsed,
    RunScope,
    SkipReason,
)
from tieback.model.safe_text import escape_markup
from tieback.pii.taxonomy import sensitivity
from tieback.report.figures import (
    NOT_MEASURED,
    bytes_range_text,
    bytes_text,
    figure_text,
    measured,
    range_text,
    size_text,
)
from tieback.report.personal import personal_lines
from tieback.report.recorded import recorded_text
from tieback.report.shortened import cut, cut_text, fit_text, more_text

ACCESS_WORDS = {
    Access.OPEN: "open",
    Access.OPEN_EMPTY: "open, empty",
    Access.SCHEMA_ONLY: "schema only",
    Access.PARTIAL: "partly open",
    Access.ANY_USER: "any user name",
    Access.AUTH_REQUIRED: "login required",
    Access.LOCKED: "access denied",
    Access.FIREWALLED: "blocks our address",
    Access.NOT_FOUND: "not found",
    Access.UNKNOWN: "unknown",
}
"""Short text per access state; ``access_words`` also uses the way in."""
ANY_ACCOUNT = "any existing account"
"""Instead of "any user name", if the server requires no password, and an account that exists."""

RANSOM_WORDS = {
    RansomVerdict.NONE: "",
    RansomVerdict.UNLIKELY: "ransom unlikely",
    RansomVerdict.SUSPECT: "ransom suspected",
    RansomVerdict.LIKELY: "ransom likely",
    RansomVerdict.CONFIRMED: "ransomed",
    RansomVerdict.WIPED: "wiped",
}

SKIPPED_WORDS = {
    SkipReason.DNS_NOT_ALLOWED: "DNS is not allowed by this grant. Add dns = true.",
    SkipReason.NOT_RESOLVED: "DNS has no address for the name.",
    SkipReason.EXPIRED: "the grant expired during the run.",
    SkipReason.EXCLUDED: "the grant or a never.toml excludes them.",
    SkipReason.OUTSIDE: "no target of this grant covers them.",
    SkipReason.OVER_BUDGET: "the limits of the grant ended the probe. Raise [limits].",
}

EXPERIMENTAL = "experimental"
"""Mark of a verdict that no recorded conversation with a real server of the product confirms."""
EXPERIMENTAL_MEANS = "no recorded conversation with a real server of this product confirms this verdict"
PLATFORM_WORDS = {Platform.ANDROID: "Android", Platform.IOS: "iOS", Platform.UNKNOWN: "unknown"}

TRAFFIC = "traffic/"
"""Prefix of ``how`` for routes found in a capture."""

_NOT_PROBED = frozenset({Outcome.OUT_OF_SCOPE, Outcome.BUDGET_SPENT})
_CITED = ("tieback", "asn", "city", "country")
"""Prefixes of data set names that the user did not choose."""
_UNSAFE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")
"""Format characters needed in Persian, Indic scripts and emoji; they do not change the text direction."""

_CLAUSE = re.compile(r"[:;,]\s")
MOST_REASONS = 8
"""Number of reasons that one line shows."""
MOST_SEARCHED = 5_000
"""Number of stores searched for stores without an app."""
_MOST_HOSTS = 64
"""Limit on the distinct hosts kept per app; only a few are shown."""


class AppStoreRow(msgspec.Struct, frozen=True):
    """An app and one store that it leads to."""

    summary: AppSummary
    exposure: Exposure
    routes: tuple[AppRoute, ...]
    """The app's own routes to the store, as ``own_routes``."""


def access_words(access: Access, entry: Entry = Entry.NONE) -> str:
    """Return the short text of an access state.

    Args:
        access: the state.
        entry: how a client gets in: a synthetic user name can work, or only one that exists.
    """
    return ANY_ACCOUNT if access is Access.ANY_USER and entry is Entry.NAMED_ACCOUNT else ACCESS_WORDS[access]


def clean(text: str, limit: int = 200) -> str:
    """Return untrusted text, safe on one line: no control, direction or line characters, at most ``limit`` long.

    Such characters become U+FFFD, so that an app name cannot move the cursor or change the text direction.
    """
    if len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "\ufffd" if unicodedata.category(sign) in _UNSAFE and sign not in _JOINERS else sign for sign in text
    )


def escape_markdown(text: str, limit: int = 200) -> str:
    """Escape untrusted text so that Markdown shows it literally, on one line."""
    return escape_markup(clean(text, limit))


def records_text(figure: Figure | None) -> str:
    """``1 record``, ``≥2,900 records`` or ``records not measured``."""
    text = figure_text(figure)
    if figure is None or text == NOT_MEASURED:
        return f"records {NOT_MEASURED}"
    return f"{text} record{'' if figure.value == 1 else 's'}"


def contents_text(store: Exposure) -> str:
    """``1,350 records, 585 kB``, or which of the two was not measured."""
    return f"{records_text(measured(store, store.records))}, {_size(measured(store, store.bytes))}"


def store_summary_text(store: AppStoreSummary) -> str:
    """What app stores said about an app: its state, downloads and category."""
    states = {AppStoreState.REMOVED: "gone from the store", AppStoreState.AVAILABLE: "in the store"}
    downloads = "" if store.downloads is None else f"{store.downloads:,}+ downloads"
    parts = (states.get(store.state, "app store: unknown"), downloads, store.category)
    return ", ".join(part for part in parts if part)


def store_text(exposure: Exposure) -> str:
    """Return product and version, and whether the verdict is experimental."""
    name = store_name(exposure)
    return f"{name} ({EXPERIMENTAL})" if exposure.experimental else name


def store_name(exposure: Exposure) -> str:
    """Return product and version."""
    return clean(f"{exposure.product} {exposure.version}".strip(), 60) or "unknown"


def place_text(exposure: Exposure) -> str:
    """Return product, version and first target: one app may use several stores of one product."""
    return store_text(exposure) + "".join(f" at {clean(target, 300)}" for target in exposure.targets[:1])


def way_text(route: AppRoute) -> str:
    """Return ``host:port`` and, if the app does not name it, the host behind which it was found."""
    candidate = route.candidate
    host = f"[{candidate.host}]" if ":" in candidate.host else candidate.host
    label = clean(f"{host}:{candidate.port}", 80)
    return label if candidate.route is Route.NAMED else f"{label} behind {clean(endpoint_host(route.endpoint), 80)}"


def way_words(routes: Iterable[AppRoute]) -> str:
    """Describe how a route was found: ``named in the app and seen in traffic, 221 B sent, 15 kB received``.

    If a route is named, routes behind an API do not count: traffic with the API is not traffic with the store.
    """
    every = list(routes)
    named = [route for route in every if route.candidate.route is Route.NAMED]
    found = named or every
    captured = [route for route in found if route.how.startswith(TRAFFIC)]
    words = ["named in the app"] if len(captured) < len(found) else []
    if captured:
        # One endpoint of a capture may lead to several targets; a capture counts once.
        volumes = {(route.file, route.endpoint): (route.bytes_out, route.bytes_in) for route in captured}
        sent, received = (sum(volume[side] for volume in volumes.values()) for side in (0, 1))
        words.append(f"seen in traffic, {size_text(sent)} sent, {size_text(received)} received")
    text = " and ".join(words)
    if named:
        return text
    return f"found behind its API, which is {text}" if captured else "found behind its API"


def ways_of(routes: Iterable[AppRoute]) -> dict[str, str]:
    """Return the distinct targets of routes (``host:port``) with their ``way_words``, in route order."""
    places: dict[str, list[AppRoute]] = {}
    for route in routes:
        host = f"[{route.candidate.host}]" if ":" in route.candidate.host else route.candidate.host
        places.setdefault(clean(f"{host}:{route.candidate.port}", 80), []).append(route)
    return {place: way_words(found) for place, found in places.items()}


def endpoint_host(value: str) -> str:
    """Return the host of an endpoint; the whole text if it has none, as for cloud resources."""
    try:
        return urlsplit(value).hostname or value
    except ValueError:
        return value


def rows(report: Report, *, exposed: bool, most: int) -> list[AppStoreRow]:
    """Return apps with their stores, worst store first, then by app name; ``ways`` has the total count.

    Args:
        report: the report.
        exposed: True for exposed stores, False for stores that answered but were not open.
        most: maximum number of rows.
    """
    stores: list[tuple[Exposure, tuple[str, ...]]] = []
    left = most
    for exposure in (report.exposed if exposed else report.answered).rows():
        leading = tuple(islice(dict.fromkeys(route.app_sha256 for route in exposure.routes), left))
        if leading:
            stores.append((exposure, leading))
            left -= len(leading)
        if left <= 0:
            break
    known = {summary.app.sha256: summary for summary in report.apps.pick({key for _, keys in stores for key in keys})}
    return [
        row_of(summary, exposure)
        for exposure, keys in stores
        for summary in sorted(
            (known[key] for key in keys if key in known), key=lambda summary: summary.app.label.casefold()
        )
    ]


def row_of(summary: AppSummary, exposure: Exposure) -> AppStoreRow:
    """Return an app and a store with the app's own routes."""
    return AppStoreRow(summary, exposure, own_routes(exposure, summary.app.sha256))


def own_routes(exposure: Exposure, app: str) -> tuple[AppRoute, ...]:
    """Return the routes of one app to a store, named routes first.

    Routes behind an API are left out if the app names the same target itself.
    """
    own = [route for route in exposure.routes if route.app_sha256 == app]
    named = {_place(route.candidate) for route in own if route.candidate.route is Route.NAMED}
    return tuple(
        sorted(
            (one for one in own if one.candidate.route is Route.NAMED or _place(one.candidate) not in named),
            key=lambda route: (
                route.candidate.route is not Route.NAMED,
                way_text(route),
                route.how.startswith(TRAFFIC),
            ),
        )
    )


def _place(candidate: Candidate) -> tuple[str, int, str, str]:
    return candidate.host, candidate.port, candidate.resource, candidate.path


class StoresWithoutApp(msgspec.Struct, frozen=True):
    """Stores that no app leads to."""

    stores: tuple[Exposure, ...]
    more: int
    """Number of others that were found."""
    not_searched: int
    """Number of stores of which it is not known."""

    @property
    def rest(self) -> str:
        """What the list does not contain; empty if it is complete."""
        searched = "not searched for stores without an app" if self.not_searched else ""
        unknown = f"{count_text(self.not_searched, 'store was', 'stores were')} {searched}" if searched else ""
        return "; ".join(filter(None, (more_text(self.more, "store"), unknown)))


def stores_without_app(report: Report, *, exposed: bool, most: int) -> StoresWithoutApp:
    """Return stores that no app leads to, worst first, such as those that the user named.

    Args:
        report: the report.
        exposed: True for exposed stores, False for stores that answered but were not open.
        most: maximum number of stores; ``MOST_SEARCHED`` stores are searched.
    """
    table = report.exposed if exposed else report.answered
    found = (store for store in islice(table.rows(), MOST_SEARCHED) if not store.routes)
    shown = tuple(islice(found, most))
    return StoresWithoutApp(shown, sum(1 for _ in found), max(table.count - MOST_SEARCHED, 0))


def containers_of(store: Exposure) -> list[tuple[Container, tuple[str, ...]]]:
    """Return the store's own containers with their classes of personal data.

    Containers with most records are first, and the most sensitive classes.
    """
    classes: dict[str, dict[str, None]] = {}
    for field in sorted(store.fields, key=lambda field: -sensitivity(field.pii_class)):
        classes.setdefault(field.container, {})[clean(field.pii_class, 40).replace("_", " ")] = None
    own = [container for container in store.containers if not container.system]
    own.sort(key=lambda container: (-(container.records.value if container.records else 0), container.path))
    return [(container, tuple(classes.get(container.name, ()))) for container in own]


def most_sensitive(totals: Iterable[PiiClassTotal]) -> list[PiiClassTotal]:
    """Return classes of personal data: the one that decides the severity first, then by records.

    A class without records does not count for the severity, so it is last.
    """
    return sorted(totals, key=lambda total: (-_points(total), -total.records.value, total.pii_class))


def _points(total: PiiClassTotal) -> int:
    none = total.records.value == 0 and total.records.quality is Quality.EXACT
    return -1 if none else sensitivity(total.pii_class)


class NamedHosts(msgspec.Struct, frozen=True):
    """The hosts that an app names."""

    names: tuple[str, ...]
    """At most ``_MOST_HOSTS``; hosts of the app's vendor come first."""
    count: int
    """Number of all of them."""


def hosts_of(report: Report, apps: Iterable[AppSummary]) -> dict[str, NamedHosts]:
    """Return the hosts that each app names, by the app's SHA-256."""
    order = (Party.FIRST, Party.UNKNOWN, Party.THIRD, Party.PLATFORM)
    seen: dict[str, dict[str, int]] = {summary.app.sha256: {} for summary in apps}
    others: dict[str, set[int]] = {key: set() for key in seen}
    if not seen:
        return {}
    for row in report.sightings.pick(seen):
        hosts = seen.get(row.app_sha256)
        name = row.sighting.endpoint.host or row.sighting.endpoint.value
        if hosts is None:
            continue
        if name in hosts or len(hosts) < _MOST_HOSTS:
            rank = order.index(row.sighting.party)
            hosts[name] = min(hosts.get(name, rank), rank)
        else:
            # Only counted: a hash per name bounds the memory.
            others[row.app_sha256].add(hash(name))
    return {
        key: NamedHosts(tuple(sorted(hosts, key=lambda host: (hosts[host], host))), len(hosts) + len(others[key]))
        for key, hosts in seen.items()
    }


MOST_PARTLY_READ = 20
"""Limit on the partly read apps that a report lists."""


def partly_read_lines(report: Report, most: int = MOST_PARTLY_READ) -> Iterator[tuple[str, str]]:
    """Yield each app with parts that were not read, and the parts with their places; then the number of the others."""
    for summary in report.partly_read.first(most):
        yield clean(f"{summary.app.label} {summary.app.version_name}".strip(), 80), unread_text(summary)
    if report.partly_read.count > most:
        yield f"and {report.partly_read.count - most:,} more", "see the JSON report"


def unread_text(summary: AppSummary) -> str:
    """The parts of an app that were not read, with their places."""
    parts = (clean(f"{one.what} ({one.where})" if one.where else one.what, 300) for one in summary.unread)
    text = "; ".join(cut(parts, 3))
    return f"cut off or damaged: {text}" if summary.damaged else text


def unread_words(summary: AppSummary, named: bool) -> str:
    """Short mark of a partly read app before the hosts that it names; empty if all of it was read."""
    if not summary.unread:
        return ""
    mark = "damaged, partly read" if summary.damaged else "partly read"
    return f"{mark}; " if named else mark if summary.damaged else f"{mark}, see its traffic"


def unread_lists_text(head: Headline) -> str:
    """What it means that apps were only partly read."""
    one = head.apps_partly_read == 1
    return "Its list of back ends is not complete" if one else "Their lists of back ends are not complete"


def unread_advice(head: Headline) -> str:
    """What to do about apps that were only partly read; empty if there are none."""
    partly, damaged = head.apps_partly_read or 0, head.apps_damaged or 0
    advice = []
    if damaged:
        packages = "Its package is" if partly == 1 else count_text(damaged, "package is", "packages are")
        it = "it" if damaged == 1 else "them"
        advice.append(f"{packages} cut off or damaged: build or download {it} again.")
    if partly > damaged:
        advice.append(f"Capture {its_or_their(partly)} traffic to see the other back ends (tieback capture).")
    return " ".join(advice)


def headline_text(report: Report) -> str:
    """Return the conclusion in a few sentences that claim no more than was read and probed."""
    text, partly = _conclusion(report), report.headline.apps_partly_read
    if damaged := report.headline.damaged_parts:
        parts = count_text(damaged, "part of the stored results is", "parts of the stored results are")
        text = f"Incomplete: {parts} damaged and ignored, so apps and stores may be missing. {text}"
    if not partly:
        return text
    return f"{text} {count_text(partly, 'app was', 'apps were')} only partly read. {unread_advice(report.headline)}"


def _conclusion(report: Report) -> str:
    head = report.headline
    analysed = _analysed_text(report)
    if report.scope is None:
        return (
            f"{analysed} There was no grant, so no back end was contacted. "
            "This report makes no statement about data stores."
        )
    skipped = _skipped_text(report.scope, exposed=bool(head.stores_exposed))
    if not head.stores_exposed:
        if not report.scope.probed and not head.stores_answering:
            none = "No data store was probed: the inputs lead to none."
            if head.apps_partly_read:
                none = "No data store was probed: the code that was read leads to none."
            return f"{analysed} {skipped or none}".lstrip()
        if not head.stores_answering:
            # Silence is not safety: a refused connection today decides nothing about the store.
            probed = count_text(report.scope.probed, "candidate was", "candidates were")
            closed = "it is closed" if report.scope.probed == 1 else "they are closed"
            text = f"{analysed} {probed} probed. No data store answered, which does not show that {closed}."
            return f"{text} {skipped}".strip()
        answered = count_range(head.stores_answering, head.stores_answering_at_most, "data store")
        text = f"{analysed} {answered} answered; none allowed unauthenticated access to records."
        return " ".join(filter(None, (text.strip(), undecided_text(head), skipped)))
    stores = count_range(head.stores_exposed, head.stores_exposed_at_most, "data store")
    exposed = f"{stores} accessible without authentication"
    if head.apps_analysed >= max(head.apps_affected, 1):
        apps = count_text(head.apps_analysed, "app")
        verb = "leads" if head.apps_affected == 1 else "lead"
        leading = f"{head.apps_affected:,} of {apps}{_fully_read_share(head)} {verb} to {exposed}"
    else:
        leading = f"{analysed} {exposed}".lstrip()
    records, size = records_text(head.records), _size(head.bytes)
    if head.stores_exposed_at_most is not None:
        records = f"{range_text(head.records, head.records_at_most)} records"
        size = bytes_range_text(head.bytes, head.bytes_at_most)
    text = f"{leading}: {records}, {size}."
    return " ".join(filter(None, (text, undecided_text(head), skipped)))


def count_range(least: int, most: int | None, one: str) -> str:
    """``1 data store`` or, if addresses that only look alike may be different stores, ``1 to 2 data stores``."""
    return count_text(least, one) if most is None or most <= least else f"{least:,} to {most:,} {one}s"


def undecided_text(head: Headline) -> str:
    """Say how many stores are known neither as open nor as closed; empty if there are none."""
    if not head.undecided:
        return ""
    stores = count_text(head.undecided, "data store is", "data stores are")
    return f"{stores} not decided: the answer was unclear, or another access path was not tried. Not counted as closed."


def _analysed_text(report: Report) -> str:
    """Say what was read, as ``3 apps analysed.`` or ``1 capture read: 12 servers``.

    Empty if the run had no input, as a probe of targets that the user named.
    """
    count, captures = report.headline.apps_analysed, report.captures.count
    apps = f"{count_text(count, 'app')} analysed." if count or not (captures or report.without_inputs) else ""
    if not captures:
        return apps
    leaking = sum(bool(server.leaks) for server in report.servers.rows())
    servers = count_text(report.servers.count, "server") if report.servers.count else "no servers"
    told = f"{count_text(captures, 'capture')} read: {servers}"
    told += f", {leaking:,} with personal data or credentials in cleartext." if leaking else "."
    return f"{apps} {told}".lstrip()


def encryption_text(server: ContactedServer) -> str:
    """Return the weakest encryption of the traffic with a server, with the versions of TLS if there are some."""
    versions = ", ".join(clean(version, 20) for version in server.tls)
    match server.encryption:
        case Encryption.CLEARTEXT:
            return f"cleartext and {versions}" if versions else "cleartext"
        case Encryption.WEAK_TLS:
            return f"weak: {versions}"
        case Encryption.ENCRYPTED:
            return versions or "encrypted"
    return "unknown"


def server_text(server: ContactedServer) -> str:
    """Return ``host:port``, or only the host if the capture does not show the port."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    return clean(host if server.port is None else f"{host}:{server.port}", 300)


def app_text(server: ContactedServer) -> str:
    """Return the app of a server as the capture shows it, or ``unknown``."""
    return clean(server.app or server.bundle_id, 80) or "unknown"


def leaks_text(server: ContactedServer) -> str:
    """Return the classes that leaked to or from a server, or why there are none."""
    if server.leaks:
        return ", ".join(clean(one, 40).replace("_", " ") for one in server.leaks)
    if server.encryption is Encryption.CLEARTEXT:
        return "none found"
    return "unknown" if server.encryption is Encryption.UNKNOWN else "none: encrypted"


def capture_lines(report: Report, most: int) -> Iterator[tuple[str, str]]:
    """Yield a label and a sentence for each capture, at most ``most``, and the number of the others."""
    for one in report.captures.first(most):
        if not one.flows:
            text = "read; it contains no flows"
        else:
            text = f"{count_text(one.flows, 'flow')} with {count_text(one.servers, 'server')}"
            if one.others:
                others = "is" if one.others == 1 else "are"
                text += f"; {one.others:,} of them {others} name resolution, discovery or time, and not listed"
        apps = cut_text((clean(app, 60) for app in one.apps), 5)
        text += f"; apps: {apps}" if apps else "; it does not show which apps" if one.flows else ""
        yield clean(one.path, 200), text
        for text in cut((clean(problem.what) for problem in one.problems), 3, one="problem"):
            yield clean(one.path, 200), text
    if report.captures.count > most:
        yield "", more_text(report.captures.count - most, "capture")


def _fully_read_share(head: Headline) -> str:
    """The same share over the apps that were fully read; empty if all or none were."""
    fully = head.apps_analysed - (head.apps_partly_read or 0)
    if not head.apps_partly_read or fully <= 0 or head.affected_partly_read is None:
        return ""
    return f" ({head.apps_affected - head.affected_partly_read:,} of the {fully:,} fully read)"


def _skipped_text(scope: RunScope, *, exposed: bool) -> str:
    """How many candidates were not probed, and why; empty if all were.

    If there are exposed stores, candidates outside the grant are only in the scope lines.
    """
    reasons = scope.unprobed
    if exposed:
        reasons.pop(SkipReason.OUTSIDE, None)
    if not reasons:
        return ""
    total = count_text(scope.candidates, "candidate")
    count = sum(reasons.values())
    if scope.probed:
        return f"{count:,} of {total} {'was' if count == 1 else 'were'} not probed: {_reasons_text(reasons)}"
    return f"0 of {total} {'was' if total == '1 candidate' else 'were'} probed: {_reasons_text(reasons)}"


def _reasons_text(reasons: Mapping[SkipReason, int]) -> str:
    """The reasons as sentences, each with its count if there are several."""
    several = len(reasons) > 1
    return " ".join(
        (f"{count:,} because " if several else "") + SKIPPED_WORDS[reason] for reason, count in reasons.items()
    )


def dropped_text(report: Report) -> str:
    """How many names in the apps are not back ends, by reason; empty if there are none."""
    if not report.dropped:
        return ""
    total = report.not_backends.count
    count = count_text(total, "name in the apps is not a back end", "names in the apps are not back ends")
    shown = report.dropped[:MOST_REASONS]
    # The explanation behind the first clause of a reason is in the JSON report.
    reasons = [f"{clean(_CLAUSE.split(reason)[0], 80)} ({number:,})" for reason, number in shown]
    left = total - sum(number for _, number in shown)
    return f"{count}: {'; '.join([*reasons, f'other reasons ({left:,})'] if left else reasons)}"


def unprobed_text(report: Report) -> str:
    """How many candidates were not probed, and all reasons; empty if all were probed. Without a grant: none was."""
    return scope_unprobed_text(report.scope, report.backends_named)


def scope_unprobed_text(scope: RunScope | None, ends: int, advice: str = "Add --grant FILE.") -> str:
    """As ``unprobed_text``, for the scope of a run, its number of back ends, and what to do without a grant."""
    if scope is None:
        return f"{count_text(ends, 'back end')} not probed: there is no grant. {advice}" if ends else ""
    reasons = scope.unprobed
    if not reasons:
        return ""
    total = count_text(scope.candidates, "candidate")
    return f"{sum(reasons.values()):,} of {total} not probed: {_reasons_text(reasons)}"


MOST_NAMED = 5
"""Limit on the candidates, stores or apps that the reason of an exit code names."""


def unprobed_names(report: Report) -> str:
    """The first candidates that were not probed, and the number of the others; empty if there are none."""
    if report.scope is None:
        return _some((one.endpoint.value for one in report.backends.rows()), report.backends.count)
    targets = (one.target for one in report.probes.rows() if one.outcome in _NOT_PROBED)
    hosts = (one.endpoint.host or one.endpoint.value for one in report.backends.rows() if not one.addresses)
    return _some(chain(targets, hosts), sum(report.scope.unprobed.values()))


def undecided_names(report: Report) -> str:
    """The first stores that are not decided, and the number of the others; empty if there are none."""
    stores = (store for store in report.exposures() if store.undecided and not store.honeypot)
    return _some((store.targets[0] if store.targets else store.id for store in stores), report.headline.undecided or 0)


def unread_names(report: Report) -> str:
    """The first apps that were only partly read, with the reason, and the number of the others."""
    apps = (f"{summary.path} ({unread_text(summary)})" for summary in report.partly_read.rows())
    return _some(apps, report.partly_read.count)


def _some(names: Iterable[str], count: int) -> str:
    """The first different names and the number of the others, of ``count`` in all."""
    shown: dict[str, None] = {}
    for name in names:
        shown[clean(name, 600)] = None
        if len(shown) == MOST_NAMED:
            break
    text = ", ".join(shown)
    return f"{text} and {count - len(shown):,} more" if shown and count > len(shown) else text


def _size(figure: Figure | None) -> str:
    text = bytes_text(figure)
    return f"size {text}" if text == NOT_MEASURED else text


def baseline_counts(known: Baseline) -> str:
    """The numbers of new, fixed, changed and unconfirmed findings."""
    told = f"{known.new:,} new, {known.fixed:,} fixed, {len(known.updated):,} changed"
    return f"{told}, {known.unconfirmed:,} unconfirmed" if known.unconfirmed else told


def new_first(report: Report) -> Iterator[Finding]:
    """The findings, most severe first; with a baseline, the new ones before all others."""
    known = report.baseline
    if known is None:
        return report.findings.rows()
    return chain(
        (finding for finding in report.findings.rows() if known.standing(finding.id) is BaselineState.NEW),
        (finding for finding in report.findings.rows() if known.standing(finding.id) is not BaselineState.NEW),
    )


def about_lines(report: Report) -> Iterator[tuple[str, str]]:
    """Yield audience, comparison with an earlier report, and scope, as label and text."""
    if report.audience:
        yield ("Audience", report.audience)
    yield ("Sharing", f"TLP:{report.tlp}")
    if report.suppressed.count:
        yield ("Suppressed", f"{count_text(report.suppressed.count, 'finding')}, listed separately")
    if (known := report.baseline) is not None:
        yield (f"Compared with {clean(known.name, 60)} of {known.created:%Y-%m-%d}", baseline_counts(known))
    yield from personal_lines(report.headline, internal=not report.audience)
    yield from scope_lines(report.scope)
    if report.scope is not None:
        means = f"; {EXPERIMENTAL}: {EXPERIMENTAL_MEANS}" if _marks_experimental(report) else ""
        yield ("Probes", f"{recorded_text()}{means}")
    if report.rules:
        yield ("Rules of users", clean(fit_text((one.cited for one in report.rules), 500), 500))
    if report.plugins:
        yield ("Plug-ins", clean(fit_text((one.cited for one in report.plugins), 500), 500))
    if report.data:
        yield ("Address data", clean(fit_text((one.cited for one in report.data), 500), 500))


def _marks_experimental(report: Report) -> bool:
    """True if a verdict can be marked as experimental; of many stores only the first are looked at."""
    if report.exposed.count + report.answered.count > MOST_SEARCHED:
        return True
    if any(store.experimental for store in report.exposures()):
        return True
    return any(probe.experimental for probe in report.probes.first(MOST_SEARCHED))


def data_for_others(data: Iterable[DataUsed]) -> tuple[DataUsed, ...]:
    """Return the address data for other audiences, without list names that the user chose."""
    return tuple(one if one.name.startswith(_CITED) else msgspec.structs.replace(one, name="a list") for one in data)


def rules_for_others(rules: Iterable[RulesUsed]) -> tuple[RulesUsed, ...]:
    """Return the files with rules of users for other audiences, without the names that users chose."""
    return tuple(msgspec.structs.replace(one, name="a file") for one in rules)


def plugins_for_others(plugins: Iterable[PluginUsed]) -> tuple[PluginUsed, ...]:
    """Return the plug-ins for other audiences, without names, which may be those of the user's own software."""
    return tuple(msgspec.structs.replace(one, name="a plug-in", distribution="a distribution") for one in plugins)


def scope_lines(scope: RunScope | None) -> Iterator[tuple[str, str]]:
    """Yield what the run was authorised to do and what it did, as label and text."""
    if scope is None:
        yield ("Authorised by", "no grant, so no back end was contacted")
        return
    yield ("Authorised by", f"{clean(scope.authorised_by)}, until {clean(scope.not_after, 20)}")
    yield ("Contact", clean(scope.contact))
    # The same number as in the headline; other audiences see none.
    outside = None if scope.targets_out_of_scope is None else scope.unprobed.get(SkipReason.OUTSIDE, 0)
    yield (
        "Probed",
        count_text(scope.targets_asked, "target")
        + ("" if outside is None else f"; {outside:,} outside the grant, not contacted"),
    )
    yield ("Traffic", f"{scope.bytes_sent:,} B sent, {scope.bytes_read:,} B read")
    if scope.note:
        yield ("Note", clean(scope.note, 500))
    if scope.audit_log:
        yield ("Audit log", clean(scope.audit_log, 300))
