"""The templates of the pages, and the filters that they use."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path

import jinja2
import msgspec

from tieback.model.figure import Figure, Quality
from tieback.model.method_names import steps_text
from tieback.model.safe_text import shown_line, shown_text
from tieback.model.sighting import main_reasons
from tieback.pii.taxonomy import class_title
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views.inventory_columns import chosen_column
from tieback.report.figures import bytes_text, figure_text, quality_text, size_text
from tieback.report.texts.captures import leaks_text
from tieback.report.texts.stores import records_text
from tieback.web.context import User
from tieback.web.tables import labelled

HERE = Path(__file__).parent
NONE = "\u2013"
"""A dash, for a figure or a time that does not exist."""
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"


class NavEntry(msgspec.Struct, frozen=True):
    """A link of the navigation."""

    path: str
    text: str
    role: str


NAV: tuple[tuple[str, tuple[NavEntry, ...]], ...] = (
    ("", (NavEntry("/", "Overview", "viewer"),)),
    (
        "Results",
        (
            NavEntry("/apps", "Apps", "analyst"),
            NavEntry("/backends", "Back ends", "analyst"),
            NavEntry("/stores", "Stores", "analyst"),
            NavEntry("/findings", "Findings", "analyst"),
            NavEntry("/recipients", "Recipients", "analyst"),
            NavEntry("/graph", "Evidence graph", "analyst"),
        ),
    ),
    (
        "Disclosure",
        (
            NavEntry("/cases", "Cases", "analyst"),
            NavEntry("/letters", "Letters", "analyst"),
            NavEntry("/vendors", "Vendors", "analyst"),
        ),
    ),
    (
        "Fleet",
        (NavEntry("/inventory", "Inventory", "analyst"), NavEntry("/posture", "Posture", "analyst")),
    ),
    (
        "Work",
        (
            NavEntry("/runs", "Runs", "analyst"),
            NavEntry("/uploads", "Uploads", "operator"),
            NavEntry("/imports", "Imports", "analyst"),
            NavEntry("/exports", "Exports", "analyst"),
            NavEntry("/grants", "Grants", "analyst"),
            NavEntry("/rules", "Rules", "analyst"),
        ),
    ),
    (
        "Server",
        (
            NavEntry("/audit", "Audit log", "admin"),
            NavEntry("/users", "Users", "admin"),
            NavEntry("/settings", "Settings", "admin"),
            NavEntry("/health", "Health", "viewer"),
            NavEntry("/api", "API", "viewer"),
        ),
    ),
)


def environment() -> jinja2.Environment:
    """Templates with escaping; an undefined name is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "clean": shown_line,
        "shown_text": shown_text,
        "number": number,
        "size": size,
        "figure": figure,
        "figure_text": figure_text,
        "bytes_text": bytes_text,
        "quality_text": quality_text,
        "records_text": records_text,
        "day": day,
        "moment": moment,
        "words": words,
        "class_title": class_title,
        "count": count,
        "leaks": leaks_text,
        "label_of": label_of,
        "chosen_column": chosen_column,
        "labelled": labelled,
        "listed": listed,
        "steps": steps_text,
        "main_reasons": main_reasons,
    }
    made.tests["permitted_to"] = permitted_to
    made.globals |= {"NAV": NAV, "rejected": rejected, "entered": entered}
    return made


@jinja2.pass_context
def rejected(context: jinja2.runtime.Context, action: str) -> bool:
    """True if this page shows the form with this ``action`` again, because what was entered is wrong."""
    return "problem" in context and context["path"] == action


@jinja2.pass_context
def entered(context: jinja2.runtime.Context, action: str, name: str, default: object = "") -> object:
    """What the user entered into a field of a form that is shown again; else ``default``."""
    return getattr(context["entered_values"], name, default) if rejected(context, action) else default


def listed(value: Sequence[str] | str) -> list[str]:
    """The values of a field that a form can send several times: the server gets one of them as a text."""
    return [value] if isinstance(value, str) else list(value)


def nav_entry(path: str, user: User) -> NavEntry | None:
    """The entry of the navigation that a page belongs to; ``None`` if there is none, or if the user may not see it."""
    entries = (entry for _, group in NAV for entry in group)
    own = (entry for entry in entries if entry.path != "/" and path.startswith(f"{entry.path}/"))
    return next((entry for entry in own if permitted_to(entry.role, user)), None)


def permitted_to(role: str, user: User) -> bool:
    """True if the user has at least this role."""
    return user.role.permits(Role(role))


def number(value: float | None) -> str:
    """A number with commas between thousands, as in reports; a dash if there is none."""
    return NONE if value is None else f"{value:,}"


def figure(value: int, quality: Quality) -> Figure:
    """A figure of a row that has its value and its quality as two keys."""
    return Figure(value, quality, "")


def size(value: int | None) -> str:
    """Bytes in the largest decimal unit, as in reports."""
    return NONE if value is None else size_text(value)


def day(value: date | float | None) -> str:
    """A day in UTC, as 2026-11-28."""
    if value is None:
        return NONE
    return (value if isinstance(value, date) else datetime.fromtimestamp(value, UTC)).strftime("%Y-%m-%d")


def moment(value: datetime | float | None) -> str:
    """A minute in UTC, as 2026-11-28 10:30 UTC."""
    if value is None:
        return NONE
    return (value if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC)).strftime("%Y-%m-%d %H:%M UTC")


def words(value: object) -> str:
    """The value of an enumeration or a code as words: ``auth_required`` is shown as ``auth required``."""
    return str(value.value if isinstance(value, Enum) else value).replace("_", " ").replace("-", " ")


_NOUNS = (
    "answer", "app", "back end", "byte", "capture", "case", "credential", "database", "device", "endpoint", "finding",
    "flow", "host", "input", "job", "path", "port", "problem", "record", "server", "service", "store", "suppression",
    "target", "type", "vendor",
)  # fmt: skip
_COUNTED = re.compile(rf"((?:closed|declared|expired|open|other|unusable) )?({'|'.join(_NOUNS)})s\b( (?:lead|leak)\b)?")
"""A label that begins with what it counts."""


def label_of(label: str, value: object) -> str:
    """The label of a number: ``inputs failed``, or ``input failed`` if the number is 1."""
    found = _COUNTED.match(label) if str(value) == "1" else None
    if found is None:
        return label
    verb = f"{found[3]}s" if found[3] else ""
    return f"{found[1] or ''}{found[2]}{verb}{label[found.end() :]}"


def count(value: int, one: str, many: str = "") -> str:
    """``1 app``, ``2 apps``."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"
