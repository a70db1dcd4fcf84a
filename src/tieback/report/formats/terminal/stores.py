"""Tables of data stores: those that are open, those that answered, and those without an app."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tieback.console import UNFOLDED, RowTable
from tieback.model.backend import Route
from tieback.model.count_text import count_text
from tieback.model.exposure import AppRoute, Exposure
from tieback.model.report.document import Report
from tieback.report.figures import (
    LEGEND,
    NOT_MEASURED,
    SIGNS,
    figure_text,
    store_bytes_text,
    store_records_text,
)
from tieback.report.formats.terminal.layout import (
    MOST_CLASSES,
    MOST_HOSTS,
    MOST_PIPED,
    ROOMY,
    WIDE,
    joined,
    print_rest,
    short_text,
    titled_table,
)
from tieback.report.shortened import cut, cut_text
from tieback.report.store_tables import SEVERITY_STYLES, print_store
from tieback.report.texts.clean import clean
from tieback.report.texts.routes import (
    TRAFFIC,
    AppStoreRow,
    endpoint_host,
    stores_without_app,
    way_text,
)
from tieback.report.texts.stores import (
    EXPERIMENTAL,
    PLATFORM_WORDS,
    RANSOM_WORDS,
    classes_text,
    most_sensitive,
    store_text,
)
from tieback.report.verdict import access_text, no_personal_data_in, stores_by_verdict

MOST_DETAILED = 20
"""Limit on the stores whose contents are shown, in a report of ``tieback probe``."""
MOST_ANSWERED = 3
"""Limit on the stores that brief output names for a verdict."""


def _print_verdicts(found: Sequence[AppStoreRow], console: Console) -> None:
    """How one gets into the stores of a table, what was not tried, and how many stores they are; each text once."""
    most = MOST_HOSTS if console.width < UNFOLDED else MOST_PIPED
    unique = {row.exposure.id: row.exposure for row in found}.values()
    for (label, text), stores in stores_by_verdict(unique).items():
        places = cut((short_text(cut_text(store.targets, 2), 80, console.width) for store in stores), most)
        line = Text.assemble((f"{', '.join(places)}: ", "bold"), f"{label}: {text}")
        console.print(Padding(line, (0, 0, 0, 2), expand=False))


def _exposed(found: Sequence[AppStoreRow], width: int, *, brief: bool) -> Table:
    """``brief``: a narrow terminal has few columns, which wrap in fewer lines."""
    roomy = width >= ROOMY
    wide = roomy or (width >= WIDE and not brief)
    table = titled_table("Apps with an exposed data store")
    table.add_column("App", overflow="fold")
    if wide:
        table.add_column("Platform", no_wrap=True)
    table.add_column("Back end", overflow="fold")
    if wide:
        table.add_column("Store", no_wrap=True, max_width=None if roomy else 16)
    table.add_column("Access", max_width=None if roomy else 9)
    table.add_column("Records", justify="right", no_wrap=True)
    if wide:
        table.add_column("Size", justify="right", no_wrap=True)
    # Host names wrap badly and lists of words wrap well, so the narrow layout shrinks the words.
    table.add_column("Personal data", overflow="fold", max_width=13 if wide and width < 120 else None)
    table.add_column("Severity", no_wrap=True)
    for row in found:
        app, store = row.summary.app, row.exposure
        name, platform = Text(short_text(app.label, 40, width)), PLATFORM_WORDS[app.platform]
        way, product = _ways(row, width), _product(store, width)
        records, size = store_records_text(store), store_bytes_text(store)
        access, severity = _access(store, width), Text(store.severity.value, style=SEVERITY_STYLES[store.severity])
        data = Text(_classes(store, MOST_CLASSES if width < UNFOLDED else None))
        if wide:
            table.add_row(name, platform, way, product, access, records, size, data, severity)
        else:
            table.add_row(
                name.append(f"\n{platform}", style="dim"),
                way.append("\n").append(store_text(store), style="dim"),
                access,
                Text(records).append(f"\n{size}", style="dim"),
                data,
                severity,
            )
    return table


def _ways(row: AppStoreRow, width: int) -> Text:
    """Host and port on separate lines if columns are narrow, so that they wrap between them."""
    piped = width >= UNFOLDED
    ways = list(dict.fromkeys(way_text(route) if width >= ROOMY else _way(route) for route in row.routes))
    if not ways:
        return Text(short_text(", ".join(row.exposure.targets), 80, width))
    parts = ways if piped else cut(ways, 2)
    if any(route.how.startswith(TRAFFIC) and route.candidate.route is Route.NAMED for route in row.routes):
        parts.append("seen in traffic")
    return Text(joined(parts, width))


def _way(route: AppRoute) -> str:
    host, port = clean(route.candidate.host, 80), route.candidate.port
    if route.candidate.route is Route.NAMED:
        return f"{host}\n:{port}"
    front = endpoint_host(route.endpoint)
    return f"{host}\n:{port}, behind " + ("its API" if front == route.candidate.host else f"\n{clean(front, 80)}")


def _product(store: Exposure, width: int) -> Text:
    parts = [short_text(text, 30, width) for text in (store.product, store.version) if text]
    if store.experimental:
        parts.append(EXPERIMENTAL)
    return Text(("\n" if width < UNFOLDED else " ").join(parts) or "unknown")


def _access(store: Exposure, width: int) -> Text:
    text = Text(access_text(store))
    if ransom := RANSOM_WORDS[store.ransom.verdict]:
        text.append(joined(("", ransom), width), style="bold magenta")
    return text


def _classes(store: Exposure, most: int | None) -> str:
    labels = [total.pii_class for total in most_sensitive(store.pii)]
    if not labels:
        return no_personal_data_in(store)
    return classes_text(labels, len(labels) if most is None else most)


def print_exposed(report: Report, found: Sequence[AppStoreRow], console: Console, *, brief: bool) -> None:
    """Apps with the open stores that they lead to. ``brief``: in few lines."""
    if not found:
        return
    console.print(_exposed(found, console.width, brief=brief))
    print_rest(console, report.ways[0], len(found))
    _print_verdicts(found, console)
    if _needs_legend(report, found):
        console.print(Text("\n" + "   ".join(f"{sign} {word}" for sign, word, _ in LEGEND), style="dim"))


def _needs_legend(report: Report, found: Sequence[AppStoreRow]) -> bool:
    """Whether a figure on the screen has a sign that must be explained."""
    figures = [report.headline.records, report.headline.bytes]
    for row in found:
        figures += row.exposure.records, row.exposure.bytes
    return any(SIGNS[figure.quality] and figure_text(figure) != NOT_MEASURED for figure in figures)


def print_others(report: Report, found: Sequence[AppStoreRow], console: Console, *, brief: bool) -> None:
    """Apps with the stores that they lead to, and that answered but were not open. ``brief``: a line per verdict."""
    if not found:
        return
    if brief:
        _print_answered(found, console)
    else:
        console.print(_other(found, console.width))
    print_rest(console, report.ways[1], len(found))
    _print_verdicts(found, console)


def _print_answered(found: Sequence[AppStoreRow], console: Console) -> None:
    """A line per verdict, with the first stores that have it."""
    stores: dict[str, dict[str, None]] = {}
    for row in found:
        places = ", ".join(dict.fromkeys(way_text(route) for route in row.routes)) or store_text(row.exposure)
        store = f"{places} ({short_text(row.summary.app.label, 40, console.width)})"
        stores.setdefault(_access(row.exposure, console.width).plain, {})[store] = None
    console.print()
    for access, named in stores.items():
        title = f"Answered but not open, {access}: "
        console.print(Text.assemble((title, "bold"), cut_text(named, MOST_ANSWERED)), soft_wrap=False)


def _other(found: Sequence[AppStoreRow], width: int) -> Table:
    table = RowTable("Stores that answered but were not open")
    table.add_column("App", overflow="fold")
    table.add_column("Back end", overflow="fold")
    table.add_column("Store", overflow="fold")
    table.add_column("Verdict")
    for row in found:
        table.add_row(
            Text(short_text(row.summary.app.label, 40, width)),
            Text(", ".join(dict.fromkeys(way_text(route) for route in row.routes)) or "unknown"),
            Text(store_text(row.exposure)),
            _access(row.exposure, width),
        )
    return table


def print_without_app(report: Report, console: Console, most: int) -> None:
    """Stores that no app leads to: those that the user named, and neighbours of an app's back end."""
    found = [stores_without_app(report, exposed=open_, most=most) for open_ in (True, False)]
    exposed, answered = (one.stores for one in found)
    if not exposed and not answered:
        return
    title = "Data stores" if report.without_inputs else "Stores without an app"
    table = RowTable(title)
    for column in ("Target", "Store", "Access", "Records", "Size", "Personal data", "Severity"):
        right = column in {"Records", "Size"}
        table.add_column(column, justify="right" if right else "left", overflow="fold", no_wrap=right)
    for store in (*exposed, *answered):
        table.add_row(
            Text(joined((short_text(target, 300, console.width) for target in store.targets), console.width)),
            Text(store_text(store)),
            _access(store, console.width),
            store_records_text(store),
            store_bytes_text(store),
            Text(_classes(store, MOST_CLASSES if console.width < UNFOLDED else None)),
            Text(store.severity.value, style=SEVERITY_STYLES[store.severity]),
        )
    console.print(table)
    for one, kind in zip(found, ("open", "not open"), strict=True):
        if one.rest:
            console.print(f"{one.rest} ({kind}); the HTML and JSON reports list more", style="dim")
    if report.without_inputs:
        for store in exposed[:MOST_DETAILED]:
            print_store(store, console)
        if len(exposed) > MOST_DETAILED:
            more = count_text(len(exposed) - MOST_DETAILED, "more open store")
            console.print(f"Contents of {more} are not shown; the HTML and JSON reports list them", style="dim")
        console.print()
