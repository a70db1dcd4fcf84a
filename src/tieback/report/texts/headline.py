"""The conclusion of a report in a few sentences."""

from tieback.model.count_text import count_text
from tieback.model.report.document import Report
from tieback.model.report.headline import Headline
from tieback.report.figures import bytes_range_text, range_text
from tieback.report.texts.captures import count_servers
from tieback.report.texts.stores import count_range, measured_size_text, records_text
from tieback.report.texts.unprobed import skipped_text
from tieback.report.texts.unread import unread_advice


def headline_text(report: Report) -> str:
    """Return the conclusion in a few sentences that claim no more than was read and probed."""
    text, head = _conclusion(report), report.headline
    if damaged := report.headline.damaged_parts:
        parts = count_text(damaged, "part of the stored results is", "parts of the stored results are")
        text = f"Incomplete: {parts} damaged and ignored, so apps and stores may be missing. {text}"
    if failed := head.inputs_failed:
        text = f"{text} {failed_text(failed)}"
    counts = []
    if apps := head.apps_partly_read:
        counts.append(count_text(apps, "app"))
    if captures := head.captures_partly_read:
        counts.append(count_text(captures, "capture"))
    if not counts:
        return text
    was = "was" if (apps or 0) + (captures or 0) == 1 else "were"
    return f"{text} {' and '.join(counts)} {was} only partly read. {unread_advice(head)}".rstrip()


def failed_text(count: int) -> str:
    """How many inputs could not be read at all: ``2 inputs could not be read: see the problems``, with a full stop."""
    return f"{count_text(count, 'input')} could not be read: see the problems."


def _conclusion(report: Report) -> str:
    head = report.headline
    analysed = _analysed_text(report)
    if report.scope is None:
        return (
            f"{analysed} There was no grant, so no back end was contacted. "
            "This report makes no statement about data stores."
        )
    skipped = skipped_text(report.scope, exposed=bool(head.stores_exposed))
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
    records, size = records_text(head.records), measured_size_text(head.bytes)
    if head.stores_exposed_at_most is not None:
        records = f"{range_text(head.records, head.records_at_most)} records"
        size = bytes_range_text(head.bytes, head.bytes_at_most)
    text = f"{leading}: {records}, {size}."
    return " ".join(filter(None, (text, undecided_text(head), skipped)))


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
    count, leaking = count_servers(report.servers.rows())
    servers = count_text(count, "server") if count else "no servers"
    told = f"{count_text(captures, 'capture')} read: {servers}"
    told += f", {leaking:,} with personal data or credentials in cleartext." if leaking else "."
    return f"{apps} {told}".lstrip()


def _fully_read_share(head: Headline) -> str:
    """The same share over the apps that were fully read; empty if all or none were."""
    fully = head.apps_analysed - (head.apps_partly_read or 0)
    if not head.apps_partly_read or fully <= 0 or head.affected_partly_read is None:
        return ""
    return f" ({head.apps_affected - head.affected_partly_read:,} of the {fully:,} fully read)"
