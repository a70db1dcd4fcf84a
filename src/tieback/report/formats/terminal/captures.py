"""What captures show: servers, recipients of personal data, and what apps declare."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from tieback.console import RowTable
from tieback.model.report.captures import Encryption
from tieback.model.report.document import Report
from tieback.report.declared import NOTE as DECLARED_NOTE
from tieback.report.declared import TITLE as DECLARED_TITLE
from tieback.report.declared import by_text, declared_text, item_text, state_text
from tieback.report.figures import (
    volume_text,
)
from tieback.report.formats.terminal.layout import MOST_ROWS, WIDE, print_rest
from tieback.report.recipients import TITLE, class_text, coverage_lines, party_text, sender_text, where_text, wire_text
from tieback.report.texts.captures import app_text, capture_lines, encryption_text, leaks_text, server_text
from tieback.report.texts.clean import clean

MOST_CAPTURES = 10


def print_captures(report: Report, console: Console, most: int) -> None:
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
        print_rest(console, report.servers.count, len(servers))
    console.print()
    for label, text in capture_lines(report, MOST_CAPTURES if most == MOST_ROWS else most):
        console.print(Text.assemble((f"{label}: " if label else "", "bold"), text))


def print_recipients(report: Report, console: Console, most: int) -> None:
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
        print_rest(console, report.recipients.count, len(rows))
    for line in coverage_lines(report):
        console.print(Text.assemble(("Readable content: ", "bold"), line))


def print_declared(report: Report, console: Console, most: int) -> None:
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
    print_rest(console, report.declared.count, len(rows))
    console.print(DECLARED_NOTE, style="dim")


def _names_apps(apps: Sequence[str], console: Console) -> bool:
    """True if a table needs a column of apps: on a narrow terminal, not if the app of every row is unknown."""
    return console.width >= WIDE or any(app != "unknown" for app in apps)


def _print_no_apps(console: Console, *, named: bool) -> None:
    if not named:
        console.print("The app of every row is unknown", style="dim")
