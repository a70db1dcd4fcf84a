"""The tables of ``tieback posture``: imports, resources, the three numbers, the join."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from tieback.cli.terminal import data_console, talk_console

if TYPE_CHECKING:
    from tieback.model.posture import Keys, Numbers, Share
    from tieback.model.resource import Resource
    from tieback.pipeline.posture import ImportedPosture
    from tieback.pipeline.posture_join import Joined, JoinSummary

SHOWN = 30
"""Rows of a table that has no end."""


def _table(*columns: str, right: Iterable[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in set(right) else "left")
    return table


def print_imports(done: "list[ImportedPosture]") -> None:
    """A row an export: what was read of it, and what was left out."""
    counts = ("statements", "rules and keys", "left out")
    table = _table("export", "of", *counts, "", right=counts)
    for one in done:
        note = f"imported before, {one.before[:10]}" if one.before else "not whole" if one.incomplete else ""
        table.add_row(
            Text(one.path), Text(one.title), f"{one.statements:,}", f"{one.dependencies:,}", f"{one.left_out:,}", note
        )
    data_console().print(table)


def print_resources(found: "Iterable[Resource]") -> None:
    """A row a resource, those that the Internet reaches marked."""
    from tieback.intake.reports.interface import short

    table = _table("resource", "account", "engine", "public", "at rest", "login", "TLS", "by", "seen")
    count = more = 0
    for one in found:
        if count >= SHOWN * 10:
            more += 1
            continue
        count += 1
        table.add_row(
            Text(short(one.label) + (" (planned)" if one.planned else "")),
            Text(short(one.account)),
            Text(short(one.engine or one.product or one.service)),
            _coloured(one.public, bad="yes"),
            Text(one.at_rest.replace("_", " "), style="red" if one.at_rest == "none" else ""),
            _coloured(one.authentication, bad="no"),
            _coloured(one.in_transit, bad="no"),
            Text(short(", ".join(dict.fromkeys(source.partition(" ")[0] for source in one.sources)))),
            one.seen[:10],
        )
    if count:
        data_console().print(table)
    if more:
        talk_console().print(Text(f"and {more:,} more; --format json has all"))
    if not count:
        talk_console().print(Text("no such resource was imported"))


def _coloured(answer: str, *, bad: str) -> Text:
    return Text("?" if answer == "unknown" else answer, style="red" if answer == bad else "")


def print_numbers(rows: "list[Numbers]") -> None:
    """The three numbers with their denominators, and the chart beside the figure of 2017."""
    from tieback.intake.reports.interface import short
    from tieback.posture.numbers import FIGURE_2017, METHOD

    console = data_console()
    for planned, kind in dict.fromkeys((row.planned, row.kind) for row in rows):
        some = [row for row in rows if (row.planned, row.kind) == (planned, kind)]
        title = {"database": "Hosted databases", "bucket": "Buckets", "snapshot": "Snapshots"}[kind]
        console.print(Text(f"{title}{' in templates, not deployed' if planned else ''}", style="bold"))
        public = "restorable by all" if kind == "snapshot" else "public"
        counts = ("all", "not encrypted", "provider's key", "your key", "key untold", "?", public)
        table = _table("", *counts, right=counts)
        for row in some:
            share = row.restorable if kind == "snapshot" else row.public
            name = "all" if row.by == "all" else f"  {row.by} {row.name}"
            table.add_row(Text(short(name)), f"{row.resources:,}", *_keys(row.at_rest), _share(share))
        console.print(table)
        whole = some[0]
        for line in _lines(whole):
            console.print(Text(f"  {line}"))
        if kind == "database" and not planned:
            _chart(whole)
            console.print(Text(f"  2017: {FIGURE_2017} % unencrypted. {METHOD}", style="dim"))
        console.print()


def _keys(keys: "Keys") -> tuple[str, ...]:
    counts = (keys.none, keys.provider_key, keys.customer_key, keys.encrypted)
    return (*(_per_cent(count, keys.known) for count in counts), f"{keys.unknown:,}")


def _share(share: "Share") -> str:
    return f"{_per_cent(share.yes, share.known)}" + (f", {share.unknown:,} ?" if share.unknown else "")


def _per_cent(count: int, of: int) -> str:
    return f"{count:,}/{of:,} {100 * count / of:.0f} %" if of else "-"


def _lines(row: "Numbers") -> Iterable[str]:
    if row.public.yes:
        keys = row.public_at_rest
        yield (
            f"of the {row.public.yes:,} public ones (flag and route and port): {_per_cent(keys.none, keys.known)} not "
            f"encrypted, {_per_cent(keys.provider_key, keys.known)} provider's key, "
            f"{_per_cent(keys.customer_key, keys.known)} your key, {keys.encrypted:,} key untold, {keys.unknown:,} ?"
        )
    for share, bad in ((row.authentication, "ask for no login"), (row.tls, "do not insist on TLS")):
        if share.known:
            yield f"{_per_cent(share.no, share.known)} {bad}" + (f", {share.unknown:,} ?" if share.unknown else "")


def _chart(row: "Numbers") -> None:
    """Bars of the three figures beside that of 2017, for people."""
    from tieback.posture.numbers import FIGURE_2017

    keys = row.at_rest
    if not keys.known:
        return
    console = data_console()
    for name, share in (
        ("2017: not encrypted", float(FIGURE_2017)),
        ("not encrypted", keys.share(keys.none) or 0.0),
        ("provider's key", keys.share(keys.provider_key) or 0.0),
        ("your key", keys.share(keys.customer_key) or 0.0),
        ("key untold", keys.share(keys.encrypted) or 0.0),
    ):
        console.print(Text(f"  {name:<20}{'█' * round(share / 2.5):<41}{share:5.1f} %"))


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def print_joined(found: "list[Joined]", summary: "JoinSummary") -> None:
    """Which open store is which resource, and what has no counterpart on the other side."""
    console = data_console()
    groups = (
        ("Owned", "Known outside"),
        ("Foreign", "Open outside, in no account of yours"),
        ("Unseen", "Public by your account's word, but nothing led there"),
    )
    for kind, title in groups:
        some = [one for one in found if type(one).__name__ == kind]
        if some:
            console.print(Text(title, style="bold"))
        for one in some[:SHOWN]:
            console.print(Text(f"  {getattr(one, 'says', '')}"))
        total = {"Owned": summary.owned, "Foreign": summary.foreign, "Unseen": summary.unseen}[kind]
        if total > min(len(some), SHOWN):
            console.print(Text(f"  and {total - min(len(some), SHOWN):,} more; --format json has all", style="dim"))
    findings = [one for one in found if type(one).__name__ == "Finding"]
    if findings:
        console.print(Text("Findings", style="bold"))
    for one in findings[:SHOWN]:
        console.print(Text(f"  {getattr(one, 'severity', '')}: {getattr(one, 'title', '')}"))
    console.print(
        Text(
            f"{_of(summary.resources, 'resource')} of {_of(summary.accounts, 'account')}: {summary.owned:,} known "
            f"outside, {summary.leaking:,} of them leak; {summary.unseen:,} public and unseen; "
            f"{_of(summary.foreign, 'open store')} in no account; {_of(summary.findings, 'finding')}"
            + ("" if summary.run else ". No scan has ended here: `tieback scan` brings the outside")
        )
    )
