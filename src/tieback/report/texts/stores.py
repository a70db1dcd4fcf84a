"""Words for a data store: product, access state, figures, contents and classes of personal data."""

from collections.abc import Iterable, Sequence

from tieback.model.app import Platform
from tieback.model.count_text import count_text
from tieback.model.device import AppStoreState, AppStoreSummary
from tieback.model.exposure import Exposure, PiiClassTotal
from tieback.model.figure import Figure, Quality
from tieback.model.probe import Access, Container, Entry, RansomVerdict
from tieback.pii.taxonomy import class_title, sensitivity
from tieback.report.figures import NOT_MEASURED, bytes_text, figure_text, measured
from tieback.report.shortened import cut_text
from tieback.report.texts.clean import clean

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

LOGIN_OF_UNKNOWN = "asks for a login, product unknown"
"""Instead of "login required", if the answer names no product: only the port, or nothing, points to a store."""

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

EXPERIMENTAL = "experimental"
"""Mark of a verdict that no recorded conversation with a real server of the product confirms."""

EXPERIMENTAL_MEANS = "no recorded conversation with a real server of this product confirms this verdict"

PLATFORM_WORDS = {Platform.ANDROID: "Android", Platform.IOS: "iOS", Platform.UNKNOWN: "unknown"}


def access_words(access: Access, entry: Entry, product: str) -> str:
    """Return the short text of an access state.

    Args:
        access: the state.
        entry: how a client gets in: a synthetic user name can work, or only one that exists.
        product: what the server showed itself to be; empty if nothing did.
    """
    if access is Access.AUTH_REQUIRED and not product:
        return LOGIN_OF_UNKNOWN
    return ANY_ACCOUNT if access is Access.ANY_USER and entry is Entry.NAMED_ACCOUNT else ACCESS_WORDS[access]


def records_text(figure: Figure | None) -> str:
    """``1 record``, ``≥2,900 records`` or ``records not measured``."""
    text = figure_text(figure)
    if figure is None or text == NOT_MEASURED:
        return f"records {NOT_MEASURED}"
    return f"{text} record{'' if figure.value == 1 else 's'}"


def contents_text(store: Exposure) -> str:
    """``1,350 records, 585 kB``, or which of the two was not measured."""
    return f"{records_text(measured(store, store.records))}, {measured_size_text(measured(store, store.bytes))}"


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


def containers_of(store: Exposure) -> list[tuple[Container, tuple[str, ...]]]:
    """Return the store's own containers with the labels of their classes of personal data.

    Containers with most records are first, and the most sensitive classes.
    """
    classes: dict[str, dict[str, None]] = {}
    for field in sorted(store.fields, key=lambda field: -sensitivity(field.pii_class)):
        classes.setdefault(field.container, {})[field.pii_class] = None
    own = [container for container in store.containers if not container.system]
    own.sort(key=lambda container: (-(container.records.value if container.records else 0), container.path))
    return [(container, tuple(classes.get(container.name, ()))) for container in own]


def classes_text(labels: Sequence[str], most: int) -> str:
    """Return the titles of classes of personal data, of labels in their order: at most ``most``, and how many more."""
    return cut_text([clean(class_title(label), 60) for label in labels], most, between="; ")


def most_sensitive(totals: Iterable[PiiClassTotal]) -> list[PiiClassTotal]:
    """Return classes of personal data: the one that decides the severity first, then by records.

    A class without records does not count for the severity, so it is last.
    """
    return sorted(totals, key=lambda total: (-_points(total), -total.records.value, total.pii_class))


def _points(total: PiiClassTotal) -> int:
    none = total.records.value == 0 and total.records.quality is Quality.EXACT
    return -1 if none else sensitivity(total.pii_class)


def count_range(least: int, most: int | None, one: str) -> str:
    """``1 data store`` or, if addresses that only look alike may be different stores, ``1 to 2 data stores``."""
    return count_text(least, one) if most is None or most <= least else f"{least:,} to {most:,} {one}s"


def measured_size_text(figure: Figure | None) -> str:
    """``585 kB`` or ``size not measured``."""
    text = bytes_text(figure)
    return f"size {text}" if text == NOT_MEASURED else text
