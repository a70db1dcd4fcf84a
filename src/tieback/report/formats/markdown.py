"""The report as Markdown for a pull request, ticket or wiki: headline, exposed stores, findings.

GitHub Flavored Markdown (https://github.github.com/gfm/). Untrusted text is escaped: no markup, no mention.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO

from tieback.assess.references import MAY_APPLY, labels
from tieback.model.count_text import count_text
from tieback.model.exposure import Exposure
from tieback.model.report.apps import AppSummary
from tieback.model.report.baseline import Baseline
from tieback.model.report.document import Report
from tieback.pii.taxonomy import class_title
from tieback.report.declared import NOTE as DECLARED_NOTE
from tieback.report.declared import TITLE as DECLARED_TITLE
from tieback.report.declared import by_text, declared_text, item_text, state_text
from tieback.report.detail import FindingDetail, iter_details
from tieback.report.figures import (
    LEGEND,
    bytes_text,
    container_text,
    store_bytes_text,
    store_records_text,
    volume_text,
)
from tieback.report.interface import RendererMeta
from tieback.report.passive import passive_line, passive_sighting_line
from tieback.report.posture import join_tables, number_tables, summary_lines
from tieback.report.recipients import (
    TITLE,
    class_text,
    coverage_lines,
    first_text,
    party_text,
    sender_text,
    where_text,
    wire_text,
)
from tieback.report.shortened import cut, cut_text, fit_text, more_text
from tieback.report.source_lines import source_lines
from tieback.report.tables import BY, HEADS, cells, figure_steps, name_of, shown_heads
from tieback.report.texts.about import about_lines, baseline_counts, new_first
from tieback.report.texts.app_files import AppFiles, name_with_file
from tieback.report.texts.captures import app_text, capture_lines, encryption_text, leaks_text, server_text
from tieback.report.texts.clean import clean, escape_markdown
from tieback.report.texts.headline import headline_text
from tieback.report.texts.routes import (
    AppStoreRow,
    dropped_text,
    hosts_of,
    most_hosts,
    rows,
    stores_without_app,
    ways_of,
)
from tieback.report.texts.shared_identifier import shared_identifier_text
from tieback.report.texts.stores import (
    PLATFORM_WORDS,
    RANSOM_WORDS,
    classes_text,
    containers_of,
    most_sensitive,
    place_text,
    store_text,
)
from tieback.report.texts.unread import NO_BACK_END, partly_read_lines, partly_read_title, unread_advice
from tieback.report.verdict import access_text, no_personal_data, no_personal_data_in, stores_by_verdict

MOST_ROWS = 50
MOST_HOSTS = 10
MOST_HOSTS_OF_ALL = 200
MOST_FINDINGS = 100
MOST_PROBLEMS = 20
MOST_GROUPS = 10
MOST_JOINED = 20
MOST_SEEN = 20
MOST_CONTAINERS = 100
MOST_WAYS = 3
MOST_CLASSES = 5
MOST_TARGETS = 5
MOST_NAMES = 5
MOST_EVIDENCE = 5


class MarkdownRenderer:
    """Renders a page that is also readable as plain text; truncated tables state the number of missing rows."""

    meta = RendererMeta("markdown", ".md", "text/markdown; charset=utf-8; variant=GFM")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the page to ``out``, line by line."""
        out.writelines(f"{line}\n".encode("utf-8", "replace") for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"# {escape_markdown(report.title)}"
    yield ""
    yield f"**{headline_text(report)}**"
    yield from _figures(report)
    files = AppFiles(report)
    yield from _partly_read(report, files)
    yield from _stores("Apps with an exposed data store", rows(report, exposed=True, most=MOST_ROWS), report.ways[0])
    answered = rows(report, exposed=False, most=MOST_ROWS)
    yield from _stores("Stores that answered but were not open", answered, report.ways[1])
    yield from _without_app(report)
    yield from _named(report, files)
    yield from _servers(report)
    yield from _recipients(report)
    if report.findings.count:
        yield from ("", "## Findings", "")
        if known := report.baseline:
            against = f"{escape_markdown(known.name, 60)} of {known.created:%Y-%m-%d}"
            yield from (f"Compared with {against}: {baseline_counts(known)}.", "")
        details = list(iter_details(report, islice(new_first(report), MOST_FINDINGS)))
        same = files.of(one for detail in details for one in detail.apps)
        for detail in details:
            yield from _finding(detail, same, report.baseline)
        if report.findings.count > MOST_FINDINGS:
            yield f"- and {report.findings.count - MOST_FINDINGS:,} more"
    yield from _accounts(report)
    yield from _others(report)
    if report.suppressed.count:
        yield from ("", f"## {count_text(report.suppressed.count, 'suppressed finding')}, listed separately", "")
        for one in report.suppressed.first(MOST_FINDINGS):
            author, expires = escape_markdown(one.by.author, 80), escape_markdown(one.by.expires, 10)
            by = f"{author} until {expires}: {escape_markdown(one.by.reason)}"
            title = f"{escape_markdown(one.finding.title)} ({escape_markdown(one.finding.id, 40)})"
            yield f"- {one.finding.severity.value}: {title}, {by}"
        if report.suppressed.count > MOST_FINDINGS:
            yield f"- and {report.suppressed.count - MOST_FINDINGS:,} more"
    if report.problems.count:
        yield from ("", f"## {count_text(report.problems.count, 'problem')}", "")
        for problem in report.problems.first(MOST_PROBLEMS):
            yield f"- {escape_markdown(problem.where)}: {escape_markdown(problem.what)}"
        if report.problems.count > MOST_PROBLEMS:
            yield f"- and {report.problems.count - MOST_PROBLEMS:,} more"
    yield from ("", "## Scope", "")
    for label, text in about_lines(report):
        yield f"- {label}: {escape_markdown(text, 500)}"
    yield ""
    yield "Figures: " + ", ".join(f"{sign} {word}" for sign, word, _ in LEGEND) + "."
    yield f"Generated by tieback {escape_markdown(report.tool_version)}, {report.created:%Y-%m-%d %H:%M} UTC."


def _partly_read(report: Report, files: AppFiles) -> Iterator[str]:
    """Section on apps and captures with parts that were not read."""
    if title := partly_read_title(report):
        yield from ("", f"## {title}", "")
        for app, what in partly_read_lines(report, files=files):
            yield f"- {escape_markdown(app)}: {escape_markdown(what, 1000)}"
        yield from ("", unread_advice(report.headline))


def _figures(report: Report) -> Iterator[str]:
    yield from ("", "| Figure | Value | Quality | |", "|---|---:|---|---|")
    for step in figure_steps(report):
        yield f"| {step.label} | {step.value} | {step.quality} | {step.note} |"
    for table in report.tables:
        shown = shown_heads(table, probed=report.probed)
        if not shown:
            continue
        yield ""
        yield f"| {BY[table.by]} | " + " | ".join(HEADS[at] for at in shown) + " |"
        yield "|---|" + "---:|" * len(shown)
        for group in table.groups[:MOST_GROUPS]:
            row = cells(group, probed=report.probed)
            yield f"| {escape_markdown(name_of(table, group), 60)} | " + " | ".join(row[at] for at in shown) + " |"
        left_out = table.left_out + max(len(table.groups) - MOST_GROUPS, 0)
        if left_out:
            yield f"| and {left_out:,} more |" + " |" * len(shown)


def _accounts(report: Report) -> Iterator[str]:
    """Section on the owner's cloud accounts."""
    if report.posture is None:
        return
    yield from ("", "## Your cloud accounts", "")
    for label, text in summary_lines(report.posture):
        yield f"- {label}: {escape_markdown(text, 500)}"
    for table in number_tables(report.posture.numbers, MOST_GROUPS):
        yield from ("", f"| {table.title} | " + " | ".join(table.heads) + " |", "|---|" + "---:|" * len(table.heads))
        for name, row in table.rows:
            yield f"| {escape_markdown(name, 80)} | " + " | ".join(row) + " |"
        if table.left_out:
            yield f"| and {table.left_out:,} more |" + " |" * len(table.heads)
        if table.lines:
            yield ""
            yield from (f"- {escape_markdown(line, 500)}" for line in table.lines)
    yield from ("", f"{report.posture.figure_2017} % in 2017: {escape_markdown(report.posture.method, 1000)}")
    for part in join_tables(report.posture, MOST_JOINED):
        yield from ("", f"### {part.title}", "")
        yield from (f"- {escape_markdown(text, 600)}" for text in part.rows)
        if part.left_out:
            yield f"- and {part.left_out:,} more"


def _others(report: Report) -> Iterator[str]:
    """Section on reports of other tools."""
    if not report.seen.count and not report.seen_in_apps.count:
        return
    yield from ("", "## Reported by others, not verified by tieback", "")
    for note in report.seen.first(MOST_SEEN):
        line = passive_line(note)
        yield f"- {escape_markdown(line.said, 400)} ({escape_markdown(line.ours)})"
    if report.seen.count > MOST_SEEN:
        yield f"- and {report.seen.count - MOST_SEEN:,} more"
    for one in report.seen_in_apps.first(MOST_SEEN):
        sighting = escape_markdown(passive_sighting_line(one), 300)
        yield f"- {escape_markdown(one.app.bundle_id, 80)} contains {sighting}; not found by tieback"
    if report.seen_in_apps.count > MOST_SEEN:
        yield f"- {more_text(report.seen_in_apps.count - MOST_SEEN, 'endpoint')}"


def _stores(title: str, found: Sequence[AppStoreRow], count: int) -> Iterator[str]:
    if not found:
        return
    yield from ("", f"## {title}", "")
    yield "| Severity | App | Back end | Store | Access | Records | Size | Personal data |"
    yield "|---|---|---|---|---|---:|---:|---|"
    for row in found:
        app, store = row.summary.app, row.exposure
        access = _access(store)
        ways = "<br>".join(
            cut((f"{escape_markdown(place)} ({words})" for place, words in ways_of(row.routes).items()), MOST_WAYS)
        )
        data = _personal_data(store)
        name = (
            f"{escape_markdown(app.label, 60)} {escape_markdown(app.version_name, 20)} ({PLATFORM_WORDS[app.platform]})"
        )
        size = store_bytes_text(store)
        cells = (
            store.severity.value,
            name,
            ways,
            escape_markdown(store_text(store)),
            access,
            store_records_text(store),
            size,
        )
        yield "| " + " | ".join((*cells, escape_markdown(data))) + " |"
    if count > len(found):
        yield ""
        yield f"and {count - len(found):,} more"
    yield from _verdicts(list({row.exposure.id: row.exposure for row in found}.values()))


def _access(store: Exposure) -> str:
    return escape_markdown(" ".join(filter(None, (access_text(store), RANSOM_WORDS[store.ransom.verdict]))))


def _personal_data(store: Exposure) -> str:
    labels = [total.pii_class for total in most_sensitive(store.pii)]
    return classes_text(labels, MOST_CLASSES) or no_personal_data_in(store)


def _verdicts(stores: Sequence[Exposure]) -> Iterator[str]:
    """How one gets in, what was not tried, and how many stores it is, below a table."""
    lines = []
    for (label, text), alike in stores_by_verdict(stores).items():
        places = ", ".join(escape_markdown(cut_text(store.targets, MOST_TARGETS), 300) for store in alike)
        lines.append(f"- {places}: {label}: {escape_markdown(text, 1000)}")
    if lines:
        yield from ("", *lines)


def _without_app(report: Report) -> Iterator[str]:
    """Section on stores that no app leads to, with their contents if the user named them."""
    found = [stores_without_app(report, exposed=open_, most=MOST_FINDINGS) for open_ in (True, False)]
    stores = [store for one in found for store in one.stores]
    if not stores:
        return
    yield from ("", "## Data stores" if report.without_inputs else "## Stores without an app", "")
    yield "| Severity | Target | Store | Access | Records | Size | Personal data |"
    yield "|---|---|---|---|---:|---:|---|"
    for store in stores:
        access = _access(store)
        data = _personal_data(store)
        places = cut_text((escape_markdown(target, 300) for target in store.targets), MOST_TARGETS)
        figures = f"{store_records_text(store)} | {store_bytes_text(store)}"
        texts = f"{places} | {escape_markdown(store_text(store))} | {access}"
        yield f"| {store.severity.value} | {texts} | {figures} | {escape_markdown(data)} |"
    for one, kind in zip(found, ("open", "not open"), strict=True):
        if one.rest:
            yield from ("", f"{one.rest} ({kind})")
    yield from _verdicts(stores)
    for store in stores if report.without_inputs else ():
        contents = containers_of(store)
        if contents:
            yield from ("", f"### Contents of {escape_markdown(cut_text(store.targets, MOST_TARGETS), 300)}", "")
            yield from (
                "| Container | Kind | Records | Size | Fields | Personal data |",
                "|---|---|---:|---:|---:|---|",
            )
        for container, classes in contents[:MOST_CONTAINERS]:
            name, kind = escape_markdown(container.name, 300), escape_markdown(container.kind, 40)
            figures = f"{container_text(container)} | {bytes_text(container.bytes)} | {len(container.fields):,}"
            personal = fit_text([clean(class_title(one), 60) for one in classes], 400) or no_personal_data(container)
            yield f"| {name} | {kind} | {figures} | {escape_markdown(personal, 400)} |"
        if len(contents) > MOST_CONTAINERS:
            yield from ("", more_text(len(contents) - MOST_CONTAINERS, "container"))


def _named(report: Report, files: AppFiles) -> Iterator[str]:
    """Section on the back ends that the apps and captures name, and the number of names that are none."""
    shown = report.apps.first(MOST_ROWS)
    hosts = hosts_of(report, shown)
    same = files.of(shown)
    most = most_hosts(MOST_HOSTS, MOST_HOSTS_OF_ALL, len(shown))
    if shown:
        yield from ("", "## Endpoints in apps and captures", "")
        yield from ("| App | Version | Endpoints | Hosts |", "|---|---|---:|---|")
    for summary in shown:
        known = hosts[summary.app.sha256]
        names = known.names
        partly = ["partly read" if names else "partly read, see its traffic"] if summary.unread else []
        if not (summary.unread or summary.endpoints or names or known.words):
            partly = [NO_BACK_END]
        listed = cut(map(escape_markdown, names), most, count=known.count)
        file = same.get(summary.app.sha256, "")
        notes = [PLATFORM_WORDS[summary.app.platform], *([escape_markdown(file)] if file else [])]
        cells = (
            f"{escape_markdown(summary.app.label, 60)} ({', '.join(notes)})",
            escape_markdown(summary.app.version_name, 20),
            f"{summary.endpoints:,}" + ("+" if summary.unread else ""),
            "; ".join(filter(None, (", ".join([*partly, *listed]), known.words))),
        )
        yield "| " + " | ".join(cells) + " |"
    if report.apps.count > len(shown):
        yield from ("", f"{more_text(report.apps.count - len(shown), 'app')}; the JSON report lists them all")
    if dropped := dropped_text(report):
        yield from ("", f"{escape_markdown(dropped, 1000)}.")


def _servers(report: Report) -> Iterator[str]:
    """Section on the servers in captures."""
    if not report.captures.count and not report.servers.count:
        return
    yield from ("", "## Servers in the captures", "")
    for label, text in capture_lines(report, MOST_SEEN):
        yield f"- {escape_markdown(label)}: {escape_markdown(text, 600)}" if label else f"- {text}"
    if report.servers.count:
        yield from ("", "| Server | App | Protocol | Encryption | Sent | Received | Leaks in cleartext |")
        yield "|---|---|---|---|---:|---:|---|"
    shown = report.servers.first(MOST_FINDINGS)
    for one in shown:
        texts = (server_text(one), app_text(one), ", ".join(one.protocols) or "unknown", encryption_text(one))
        sizes = (volume_text(one.bytes_out), volume_text(one.bytes_in), escape_markdown(leaks_text(one), 400))
        yield "| " + " | ".join((*(escape_markdown(text, 300) for text in texts), *sizes)) + " |"
    if report.servers.count > len(shown):
        yield from ("", f"and {report.servers.count - len(shown):,} more")


def _recipients(report: Report) -> Iterator[str]:
    """Section on the recipients of personal data, and how much was readable."""
    if not report.captures.count:
        return
    yield from ("", f"## {TITLE}", "")
    yield from coverage_lines(report)
    shown = report.recipients.first(MOST_FINDINGS)
    if shown:
        yield from ("", "| Recipient | Host | App | Data | Where | On the wire | Declared | Values | First seen |")
        yield "|---|---|---|---|---|---|---|---:|---|"
    for one in shown:
        texts = (party_text(one), one.host, sender_text(one), class_text(one), where_text(one))
        words = (
            *(escape_markdown(text, 300) for text in texts),
            wire_text(one),
            escape_markdown(declared_text(one), 400),
        )
        yield "| " + " | ".join((*words, f"{one.count:,}", first_text(one))) + " |"
    if report.recipients.count > len(shown):
        yield from ("", f"and {report.recipients.count - len(shown):,} more")
    yield from _declared(report)


def _declared(report: Report) -> Iterator[str]:
    """Section on what apps declare, beside their traffic."""
    shown = report.declared.first(MOST_FINDINGS)
    if not shown:
        return
    yield from ("", f"## {DECLARED_TITLE}", "", DECLARED_NOTE, "")
    yield from ("| App | Declared | By | In the captures |", "|---|---|---|---|")
    for one in shown:
        texts = (one.app or one.bundle_id, item_text(one), by_text(one.declared_by), state_text(one))
        yield "| " + " | ".join(escape_markdown(text, 400) for text in texts) + " |"
    if report.declared.count > len(shown):
        yield from ("", f"and {report.declared.count - len(shown):,} more")


def _app_name(summary: AppSummary, file: str) -> str:
    name = f"{escape_markdown(summary.app.label, 60)} {escape_markdown(summary.app.version_name, 20)}".rstrip()
    return name_with_file(name, escape_markdown(file))


def _finding(detail: FindingDetail, files: Mapping[str, str], known: Baseline | None) -> Iterator[str]:
    finding = detail.finding
    apps = (_app_name(summary, files.get(summary.app.sha256, "")) for summary in detail.apps)
    stores = (escape_markdown(place_text(store), 400) for store in detail.stores)
    names = cut_text(apps, MOST_NAMES, count=len(finding.apps))
    about = "; ".join(filter(None, (names, cut_text(stores, MOST_NAMES, count=len(finding.exposures)))))
    weakness = f"{escape_markdown(finding.rule)}, {escape_markdown(finding.cwe, 20)}"
    state = f" ({known.word(finding.id)})" if known is not None else ""
    yield f"- **{finding.severity.value}**{state}: {escape_markdown(finding.title)} ({weakness})"
    if about:
        yield f"  - {about}"
    evidence = (escape_markdown(line, 400) for line in finding.evidence)
    for line in cut(evidence, MOST_EVIDENCE, one="line of evidence", many="lines of evidence"):
        yield f"  - {line}"
    if shared := shared_identifier_text(finding):
        yield f"  - {escape_markdown(shared, 600)}"
    for line in source_lines(finding):
        yield f"  - {escape_markdown(line, 1000)}"
    if finding.references:
        yield f"  - {MAY_APPLY}: {escape_markdown(fit_text(labels(finding.references), 600, between=', '), 600)}"
    yield f"  - What to do: {escape_markdown(finding.advice, 600)}"
