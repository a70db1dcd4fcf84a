"""The report as text for a terminal: findings and the main tables, 100 columns wide and readable at 80."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tieback.console import UNFOLDED, RowTable, open_console
from tieback.model.backend import Route
from tieback.model.count_text import count_text
from tieback.model.exposure import AppRoute, Exposure, Finding, Severity
from tieback.model.report.apps import AppSummary
from tieback.model.report.captures import Encryption
from tieback.model.report.document import Report
from tieback.model.report.groups import GroupTable
from tieback.report.declared import NOTE as DECLARED_NOTE
from tieback.report.declared import TITLE as DECLARED_TITLE
from tieback.report.declared import by_text, declared_text, item_text, state_text
from tieback.report.detail import FindingDetail, iter_details
from tieback.report.figures import (
    LEGEND,
    NOT_MEASURED,
    SIGNS,
    figure_text,
    store_bytes_text,
    store_records_text,
    volume_text,
)
from tieback.report.interface import RendererMeta
from tieback.report.passive import passive_line, passive_summary
from tieback.report.posture import join_tables, summary_lines
from tieback.report.recipients import TITLE, class_text, coverage_lines, party_text, sender_text, where_text, wire_text
from tieback.report.shortened import cut, cut_text
from tieback.report.source_lines import source_lines
from tieback.report.store_tables import SEVERITY_STYLES, print_store
from tieback.report.tables import BY, HEADS, cells, name_of, shown_heads
from tieback.report.texts.about import about_lines
from tieback.report.texts.captures import app_text, capture_lines, encryption_text, leaks_text, server_text
from tieback.report.texts.clean import clean
from tieback.report.texts.headline import headline_text
from tieback.report.texts.routes import (
    TRAFFIC,
    AppStoreRow,
    dropped_text,
    endpoint_host,
    hosts_of,
    rows,
    stores_without_app,
    way_text,
)
from tieback.report.texts.shared_identifier import shared_identifier_text
from tieback.report.texts.stores import (
    EXPERIMENTAL,
    PLATFORM_WORDS,
    RANSOM_WORDS,
    most_sensitive,
    place_text,
    store_text,
)
from tieback.report.texts.unread import partly_read_lines, partly_read_title, unread_words
from tieback.report.verdict import access_text, no_personal_data_in, stores_by_verdict

MOST_ROWS = 50
"""Limit on the rows of one table; the rest is only counted."""
MOST_FINDINGS = 20
"""Limit on the findings shown in full; the rest is counted by title."""
MOST_EVIDENCE = 3
MOST_HOSTS = 4
MOST_CLASSES = 3
WHOLE = 1_000
"""Limit on the characters of one text in a pipe or file."""
MOST_PROBLEMS = 5
MOST_CAPTURES = 10
MOST_DETAILED = 20
"""Limit on the stores whose contents are shown, in a report of ``tieback probe``."""
MOST_GROUPS = 10
MOST_JOINED = 3
MOST_ANSWERED = 3
"""Limit on the stores that brief output names for a verdict."""
MOST_SEEN = 5
FEW_APPS = 3
"""Up to this number of apps, tables by group add no information."""
_TABLES = frozenset({"kind", "vendor", "provider"})
"""Tables shown on a terminal; the other formats contain all."""
_BRIEF_LABELS = frozenset({"Suppressed", "Authorised by", "Probed", "Note"})
"""Lines on the scope that brief output contains, too."""
WIDE = 100
"""Terminal width from which all table columns are shown separately."""
ROOMY = 160
"""Width from which a host and its port are on one line, and no column is narrowed."""
MOST_PIPED = 5_000
"""Limit on the rows of one table in a pipe or file."""


class TerminalRenderer:
    """Renders the output of ``print_report`` as plain text, 100 columns wide, without colour."""

    meta = RendererMeta("terminal", ".txt", "text/plain; charset=utf-8")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the text to ``out``."""
        text = io.StringIO()
        print_report(report, open_console(width=WIDE, file=text, color_system=None, force_terminal=False))
        lines = (line.rstrip() for line in text.getvalue().splitlines())
        out.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))


def print_report(report: Report, console: Console, *, brief: bool = False, least: Severity | None = None) -> None:
    """Print the report's conclusions: headline, exposed stores by app, findings, other stores, problems, scope.

    Args:
        report: the report.
        console: where to print it.
        brief: one line per finding, without evidence, named back ends and most of the scope.
        least: a pipe or file gets every new or worse finding of this severity or above: these fail the command.
    """
    console.print(Text(clean(report.title, 90), style="bold"))
    most = MOST_ROWS if console.width < UNFOLDED else MOST_PIPED
    open_rows = rows(report, exposed=True, most=most)
    other_rows = rows(report, exposed=False, most=most)
    worst = max((row.exposure.severity for row in open_rows), key=lambda severity: severity.rank, default=None)
    console.print(Text(headline_text(report), style=SEVERITY_STYLES[worst] if worst is not None else ""))
    if report.headline.stores_ransomed:
        ransomed = count_text(report.headline.stores_ransomed, "store shows", "stores show")
        console.print(Text(f"{ransomed} signs of ransom or wiping.", style="bold magenta"))
    _print_exposed(report, open_rows, console)
    _print_partly_read(report, console)
    _print_findings(report, console, brief=brief, least=least if console.width >= UNFOLDED else None)
    _print_others(report, other_rows, console, brief=brief)
    _print_without_app(report, console, most)
    if brief:
        _print_problems(report, console)
        console.print()
        for label, text in about_lines(report):
            if label in _BRIEF_LABELS:
                console.print(Text.assemble((f"{label}: ", "bold"), text), soft_wrap=False)
        return
    _print_named(report, console, most)
    _print_captures(report, console, most)
    _print_recipients(report, console, most)
    _print_declared(report, console, most)
    if report.headline.apps_analysed > FEW_APPS:
        for table in report.tables:
            # A single group adds nothing to the headline. Stores that were not probed have no numbers.
            if table.by in _TABLES and len(table.groups) > 1 and shown_heads(table, probed=report.probed):
                console.print(_groups(table, console.width, probed=report.probed))
    _print_accounts(report, console)
    _print_seen(report, console)
    _print_problems(report, console)
    console.print()
    for label, text in about_lines(report):
        console.print(Text.assemble((f"{label}: ", "bold"), text), soft_wrap=False)


def _print_verdicts(found: Sequence[AppStoreRow], console: Console) -> None:
    """How one gets into the stores of a table, what was not tried, and how many stores they are; each text once."""
    most = MOST_HOSTS if console.width < UNFOLDED else MOST_PIPED
    unique = {row.exposure.id: row.exposure for row in found}.values()
    for (label, text), stores in stores_by_verdict(unique).items():
        places = cut((_short(cut_text(store.targets, 2), 80, console.width) for store in stores), most)
        line = Text.assemble((f"{', '.join(places)}: ", "bold"), f"{label}: {text}")
        console.print(Padding(line, (0, 0, 0, 2), expand=False))


def _print_named(report: Report, console: Console, most: int) -> None:
    """The back ends that the apps name, and the number of names that are none."""
    if report.apps.count:
        shown = report.apps.first(most)
        console.print(_named(report, shown, console.width))
        _print_rest(console, report.apps.count, len(shown))
        if console.width < UNFOLDED and any(summary.endpoints > MOST_HOSTS for summary in shown):
            console.print("  All back ends, with provider and owner: tieback backend list", style="dim")
    if dropped := dropped_text(report):
        console.print(Text(f"\n{dropped}. Each with its reason: --format json", style="dim"))


def _print_partly_read(report: Report, console: Console) -> None:
    """Apps and captures with parts that were not read: what they show is not complete."""
    title = partly_read_title(report)
    if not title:
        return
    console.print(Text(f"\n{title}", style="bold yellow"))
    for app, what in partly_read_lines(report, MOST_PROBLEMS):
        console.print(Padding(Text.assemble((f"{app}: ", "bold"), what), (0, 0, 0, 2), expand=False))


def _print_findings(report: Report, console: Console, *, brief: bool, least: Severity | None) -> None:
    """Counts of all findings, the first in full, and the number of the others by title.

    With a baseline, new and worse findings come first: only these can fail ``--fail-on``.
    """
    if not report.findings.count:
        return
    shown, others, counts = _split_findings(report, least)
    total = ", ".join(f"{counts[severity]:,} {severity.value}" for severity in reversed(Severity) if counts[severity])
    console.print(Text.assemble("\n", (f"{count_text(report.findings.count, 'finding')}: ", "bold"), total))
    for detail in iter_details(report, shown):
        for line in _finding_lines(report, detail, brief=brief):
            console.print(line)
    if others:
        rest = ", ".join(f"{severity.value}: {title} ({count:,})" for (severity, title), count in others.items())
        console.print(Padding(Text(f"and {sum(others.values()):,} more: {rest}"), (0, 0, 0, 2), expand=False))
    more = (
        "More, with evidence and advice: the report" if brief else "More, with advice: tieback report --format markdown"
    )
    console.print(Text(f"  {more}", style="dim"))


def _split_findings(
    report: Report, least: Severity | None
) -> tuple[list[Finding], Counter[tuple[Severity, str]], Counter[Severity]]:
    """The findings to show in full, and the number of the others by title and of all by severity."""
    shown: list[Finding] = []
    later: list[Finding] = []
    counts: Counter[Severity] = Counter()
    others: Counter[tuple[Severity, str]] = Counter()
    for finding in report.findings.rows():
        counts[finding.severity] += 1
        others[finding.severity, clean(finding.title)] += 1
        new = _is_new(report, finding)
        group = shown if new else later
        counts_for_exit = new and least is not None and finding.severity.rank >= least.rank
        if len(group) < (MOST_PIPED if counts_for_exit else MOST_FINDINGS):
            group.append(finding)
    shown += later[: max(MOST_FINDINGS - len(shown), 0)]
    others.subtract((finding.severity, clean(finding.title)) for finding in shown)
    return shown, +others, counts


def _is_new(report: Report, finding: Finding) -> bool:
    return report.baseline is None or report.baseline.is_news(finding.id)


def _finding_lines(report: Report, detail: FindingDetail, *, brief: bool) -> Iterator[Padding]:
    """Severity and title; then apps and stores; then the evidence with its place. ``brief``: one line, no evidence."""
    finding = detail.finding
    known = report.baseline
    new = f" ({known.word(finding.id)})" if known is not None and known.is_news(finding.id) else ""
    title = Text.assemble((finding.severity.value, SEVERITY_STYLES[finding.severity]), f"  {clean(finding.title)}{new}")
    labels = (clean(f"{one.app.label} {one.app.version_name}".strip(), 60) for one in detail.apps)
    names = cut_text(labels, 3, count=len(finding.apps)) if detail.apps else ""
    # One line has no room for the product, which most titles and the table above name.
    short = brief and detail.apps
    places = (clean(store.targets[0], 300) if short and store.targets else place_text(store) for store in detail.stores)
    stores = cut_text(places, 3, count=len(finding.exposures)) if detail.stores else ""
    about = "; ".join(filter(None, (names, stores)))
    if brief:
        yield Padding(title.append(f": {about}" if about else ""), (0, 0, 0, 2), expand=False)
        return
    yield Padding(title, (0, 0, 0, 2), expand=False)
    more = len(finding.evidence) - MOST_EVIDENCE
    lines = [about, *(clean(line, 400) for line in finding.evidence[:MOST_EVIDENCE])]
    rest = f"and {count_text(more, 'more line')} of evidence" if more > 0 else ""
    for line in (*lines, rest, clean(shared_identifier_text(finding), 600), *source_lines(finding)):
        if line:
            yield Padding(Text(line), (0, 0, 0, 6), expand=False)


def _print_accounts(report: Report, console: Console) -> None:
    """Summary of the owner's cloud accounts."""
    if report.posture is None:
        return
    console.print(Text("\nYour cloud accounts", style="bold"))
    for label, text in summary_lines(report.posture):
        console.print(Text.assemble((f"{label}: ", "bold"), text))
    for part in join_tables(report.posture, MOST_JOINED):
        for line in part.rows:
            console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))
        if part.left_out:
            console.print(f"  and {part.left_out:,} more: tieback posture join", style="dim")


def _print_seen(report: Report, console: Console) -> None:
    """Reports of other tools; claims that no probe of ours checked come first."""
    if said := passive_summary(report):
        console.print(Text.assemble(("\nReported by others: ", "bold"), said))
        notes = sorted(report.seen.rows(), key=lambda note: (note.superseded, not note.service.claims.exposed))
        for note in notes[:MOST_SEEN]:
            line = passive_line(note)
            console.print(Padding(Text(f"{line.said} ({line.ours})"), (0, 0, 0, 2), expand=False))
        if len(notes) > MOST_SEEN:
            console.print(
                f"  and {len(notes) - MOST_SEEN:,} more; the HTML and JSON reports list them all", style="dim"
            )
    if report.seen_in_apps.count:
        count = count_text(report.seen_in_apps.count, "endpoint")
        console.print(Text(f"  {count} found in these apps only by others; the HTML and JSON reports list them"))


def _table(title: str) -> Table:
    return Table(
        title=Text(f"\n{title}", style="bold"), title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=0
    )


def _groups(found: GroupTable, width: int, *, probed: bool) -> Table:
    table = _table(f"By {BY[found.by].lower()}")
    shown = [
        at for at in shown_heads(found, probed=probed) if width >= WIDE or HEADS[at] not in {"Apps using", "Stores"}
    ]
    table.add_column(BY[found.by], overflow="fold")
    for at in shown:
        table.add_column(HEADS[at], justify="right", min_width=8)
    for group in found.groups[:MOST_GROUPS]:
        row = cells(group, probed=probed)
        table.add_row(Text(name_of(found, group)), *(Text(row[at]) for at in shown))
    left_out = found.left_out + max(len(found.groups) - MOST_GROUPS, 0)
    if left_out:
        table.add_row(Text(f"and {left_out:,} more", style="dim"))
    return table


def _exposed(found: Sequence[AppStoreRow], width: int) -> Table:
    wide, roomy = width >= WIDE, width >= ROOMY
    table = _table("Apps with an exposed data store")
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
        name, platform = Text(_short(app.label, 40, width)), PLATFORM_WORDS[app.platform]
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


def _short(text: str, limit: int, width: int) -> str:
    """Untrusted text, at most ``limit`` long on a terminal and whole in a pipe or file."""
    return clean(text, limit if width < UNFOLDED else WHOLE)


def _joined(parts: Iterable[str], width: int) -> str:
    """One part per line on a terminal; all on one line in a pipe or file, so that ``grep`` finds the row."""
    return ("\n" if width < UNFOLDED else ", ").join(parts)


def _ways(row: AppStoreRow, width: int) -> Text:
    """Host and port on separate lines if columns are narrow, so that they wrap between them."""
    piped = width >= UNFOLDED
    ways = list(dict.fromkeys(way_text(route) if width >= ROOMY else _way(route) for route in row.routes))
    if not ways:
        return Text(_short(", ".join(row.exposure.targets), 80, width))
    parts = ways if piped else cut(ways, 2)
    if any(route.how.startswith(TRAFFIC) and route.candidate.route is Route.NAMED for route in row.routes):
        parts.append("seen in traffic")
    return Text(_joined(parts, width))


def _way(route: AppRoute) -> str:
    host, port = clean(route.candidate.host, 80), route.candidate.port
    if route.candidate.route is Route.NAMED:
        return f"{host}\n:{port}"
    front = endpoint_host(route.endpoint)
    return f"{host}\n:{port}, behind " + ("its API" if front == route.candidate.host else f"\n{clean(front, 80)}")


def _product(store: Exposure, width: int) -> Text:
    parts = [_short(text, 30, width) for text in (store.product, store.version) if text]
    if store.experimental:
        parts.append(EXPERIMENTAL)
    return Text(("\n" if width < UNFOLDED else " ").join(parts) or "unknown")


def _access(store: Exposure, width: int) -> Text:
    text = Text(access_text(store))
    if ransom := RANSOM_WORDS[store.ransom.verdict]:
        text.append(_joined(("", ransom), width), style="bold magenta")
    return text


def _classes(store: Exposure, most: int | None) -> str:
    names = [clean(total.pii_class, 30).replace("_", " ") for total in most_sensitive(store.pii)]
    if not names:
        return no_personal_data_in(store)
    return cut_text(names, len(names) if most is None else most)


def _print_exposed(report: Report, found: Sequence[AppStoreRow], console: Console) -> None:
    if not found:
        return
    console.print(_exposed(found, console.width))
    _print_rest(console, report.ways[0], len(found))
    _print_verdicts(found, console)
    if _needs_legend(report, found):
        console.print(Text("\n" + "   ".join(f"{sign} {word}" for sign, word, _ in LEGEND), style="dim"))


def _needs_legend(report: Report, found: Sequence[AppStoreRow]) -> bool:
    """Whether a figure on the screen has a sign that must be explained."""
    figures = [report.headline.records, report.headline.bytes]
    for row in found:
        figures += row.exposure.records, row.exposure.bytes
    return any(SIGNS[figure.quality] and figure_text(figure) != NOT_MEASURED for figure in figures)


def _print_others(report: Report, found: Sequence[AppStoreRow], console: Console, *, brief: bool) -> None:
    if not found:
        return
    if brief:
        _print_answered(found, console)
    else:
        console.print(_other(found, console.width))
    _print_rest(console, report.ways[1], len(found))
    _print_verdicts(found, console)


def _print_answered(found: Sequence[AppStoreRow], console: Console) -> None:
    """A line per verdict, with the first stores that have it."""
    stores: dict[str, dict[str, None]] = {}
    for row in found:
        places = ", ".join(dict.fromkeys(way_text(route) for route in row.routes)) or store_text(row.exposure)
        store = f"{places} ({_short(row.summary.app.label, 40, console.width)})"
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
            Text(_short(row.summary.app.label, 40, width)),
            Text(", ".join(dict.fromkeys(way_text(route) for route in row.routes)) or "unknown"),
            Text(store_text(row.exposure)),
            _access(row.exposure, width),
        )
    return table


def _named(report: Report, shown: Sequence[AppSummary], width: int) -> Table:
    hosts = hosts_of(report, shown)
    most = MOST_HOSTS if width < UNFOLDED else None
    table = RowTable("Endpoints named in the apps")
    table.add_column("App", overflow="fold")
    table.add_column("Version", overflow="fold")
    table.add_column("Endpoints", justify="right")
    table.add_column("Hosts", overflow="fold")
    for summary in shown:
        known = hosts[summary.app.sha256]
        shown_names = len(known.names) if most is None else most
        named = cut_text(map(clean, known.names), shown_names, count=known.count)
        partly = unread_words(summary, named=bool(named))
        table.add_row(
            Text(_short(summary.app.label, 40, width)),
            Text(_short(summary.app.version_name, 20, width)),
            f"{summary.endpoints:,}" + ("+" if summary.unread else ""),
            Text(partly, style="yellow").append("; ".join(filter(None, (named, known.words))), style="default"),
        )
    return table


def _print_without_app(report: Report, console: Console, most: int) -> None:
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
            Text(_joined((_short(target, 300, console.width) for target in store.targets), console.width)),
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


def _print_captures(report: Report, console: Console, most: int) -> None:
    """Servers that the captures show, with their apps, encryption and leaks."""
    if not report.captures.count and not report.servers.count:
        return
    servers = report.servers.first(most)
    if servers:
        table = RowTable("Servers in the captures")
        apps = [app_text(one) for one in servers]
        named = _names_apps(apps, console)
        app = ("App",) if named else ()
        for column in ("Server", *app, "Protocol", "Encryption", "Sent", "Received", "Leaks in cleartext"):
            right = column in {"Sent", "Received"}
            table.add_column(column, justify="right" if right else "left", overflow="fold", no_wrap=right)
        for server in servers:
            clear = server.encryption in {Encryption.CLEARTEXT, Encryption.WEAK_TLS}
            table.add_row(
                Text(server_text(server)),
                *((Text(app_text(server)),) if named else ()),
                Text(clean(", ".join(server.protocols)) or "unknown"),
                Text(encryption_text(server), style="yellow" if clear else ""),
                volume_text(server.bytes_out),
                volume_text(server.bytes_in),
                Text(leaks_text(server), style="red" if server.leaks else "dim"),
            )
        console.print(table)
        _print_no_apps(console, named=named)
        _print_rest(console, report.servers.count, len(servers))
    console.print()
    for label, text in capture_lines(report, MOST_CAPTURES if most == MOST_ROWS else most):
        console.print(Text.assemble((f"{label}: " if label else "", "bold"), text))


def _print_recipients(report: Report, console: Console, most: int) -> None:
    """Which party received which class of personal data, and how much was readable."""
    if not report.captures.count:
        return
    rows = report.recipients.first(most)
    if rows:
        table = RowTable(TITLE)
        named = _names_apps([sender_text(one) for one in rows], console)
        app = ("App",) if named else ()
        compared = report.declared.count > 0
        declared = ("Declared",) if compared else ()
        for column in ("Recipient", "Host", *app, "Data", "Where", "On the wire", *declared, "Values"):
            table.add_column(column, overflow="fold", justify="right" if column == "Values" else "left")
        for one in rows:
            table.add_row(
                Text(party_text(one)),
                Text(clean(one.host, 200)),
                *((Text(sender_text(one)),) if named else ()),
                Text(class_text(one)),
                Text(where_text(one)),
                Text(wire_text(one), style="red" if one.in_clear else ""),
                *((Text(declared_text(one)),) if compared else ()),
                f"{one.count:,}",
            )
        console.print(table)
        _print_no_apps(console, named=named)
        _print_rest(console, report.recipients.count, len(rows))
    for line in coverage_lines(report):
        console.print(Text.assemble(("Readable content: ", "bold"), line))


def _print_declared(report: Report, console: Console, most: int) -> None:
    """What apps declare, beside their traffic."""
    rows = report.declared.first(most)
    if not rows:
        return
    table = RowTable(DECLARED_TITLE)
    for column in ("App", "Declared", "By", "In the captures"):
        table.add_column(column, overflow="fold")
    for one in rows:
        app = clean(one.app or one.bundle_id, 80)
        table.add_row(*map(Text, (app, item_text(one), by_text(one.declared_by), state_text(one))))
    console.print(table)
    _print_rest(console, report.declared.count, len(rows))
    console.print(DECLARED_NOTE, style="dim")


def _names_apps(apps: Sequence[str], console: Console) -> bool:
    """True if a table needs a column of apps: on a narrow terminal, not if the app of every row is unknown."""
    return console.width >= WIDE or any(app != "unknown" for app in apps)


def _print_no_apps(console: Console, *, named: bool) -> None:
    if not named:
        console.print("The app of every row is unknown", style="dim")


def _print_rest(console: Console, count: int, shown: int) -> None:
    if count > shown:
        console.print(f"and {count - shown:,} more; the HTML and JSON reports list them all", style="dim")


def _print_problems(report: Report, console: Console) -> None:
    if not report.problems.count:
        return
    console.print(Text(f"\n{count_text(report.problems.count, 'problem')}", style="yellow"))
    for problem in report.problems.first(MOST_PROBLEMS):
        line = Text(f"{clean(problem.where, 100)}: {clean(problem.what)}")
        console.print(Padding(line, (0, 0, 0, 2), expand=False))
    if report.problems.count > MOST_PROBLEMS:
        console.print(f"  and {report.problems.count - MOST_PROBLEMS:,} more", style="dim")
