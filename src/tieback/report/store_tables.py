"""Tables of one store for the terminal: why it is open or closed, its containers, personal data, people, ransom signs.

Names come from servers: control characters are replaced, and values of records are never shown.
"""

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tieback.assess.ransom import RANSOMED
from tieback.console import UNFOLDED
from tieback.model.count_text import count_text
from tieback.model.exposure import Exposure, Severity
from tieback.model.probe import Privileges
from tieback.pii.taxonomy import class_title
from tieback.report.figures import bytes_text, container_text, figure_text
from tieback.report.personal import own_people_text, people_text
from tieback.report.recorded import recorded_text
from tieback.report.shortened import cut, more_text
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import (
    EXPERIMENTAL,
    EXPERIMENTAL_MEANS,
    classes_text,
    containers_of,
    most_sensitive,
    store_text,
)
from tieback.report.verdict import ABILITIES, INTRUSION, access_text, no_personal_data, verdict_lines

MOST_CONTAINERS = 20
"""Limit on the containers of one store on a terminal; a pipe gets ``MOST_PIPED``."""
MOST_PIPED = 5_000
MOST_PROOFS = 3
MOST_CLASSES = 5
SEVERITY_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


def print_store(store: Exposure, console: Console) -> None:
    """Print a store: where it is, its verdict with the proofs, and its contents."""
    access = access_text(store)
    places = ", ".join(clean(target, 300) for target in store.targets)
    severity = store.severity
    console.print(
        Text.assemble(
            ("\n" + places, "bold"), f"  {store_text(store)}, {access}, ", (severity.value, SEVERITY_STYLES[severity])
        )
    )
    for label, text in _facts(store):
        alarm = label in _ALARMS or (label == _ADMIN and store.privileges is Privileges.ADMIN)
        line = Text.assemble((f"{label}: ", "bold"), text, style="bold magenta" if alarm else "")
        console.print(Padding(line, (0, 0, 0, 2), expand=False))
    _print_containers(store, console)


_ALARMS = frozenset({"ransom", "honeypot", INTRUSION, ABILITIES})
_ADMIN = "entry"


def _facts(store: Exposure) -> Iterator[tuple[str, str]]:
    if store.experimental:
        yield EXPERIMENTAL, f"{EXPERIMENTAL_MEANS}; all probes: {recorded_text()}"
    for proof in cut((clean(proof, 300) for proof in store.proofs), MOST_PROOFS, one="proof"):
        yield "why", proof
    if not store.proofs:
        yield "why", "the answer decides neither open nor closed" if not store.access.exposed else "one proof only"
    yield from verdict_lines(store)
    if store.cleartext:
        yield "transport", "cleartext, no TLS"
    classes = most_sensitive(store.pii)
    if classes:
        shown = [f"{clean(class_title(one.pii_class), 60)} {figure_text(one.records)}" for one in classes]
        yield "personal data", f"{'; '.join(shown)} (records)"
    if store.people is not None:
        yield "people", people_text(store.people)
        yield "your domains", own_people_text(store.own_people)
    if store.ransom.verdict in RANSOMED or store.ransom.reasons:
        reasons = "; ".join(clean(reason, 300) for reason in store.ransom.reasons)
        yield "ransom", f"{store.ransom.verdict}: {reasons}"
    if store.honeypot:
        yield "honeypot", f"probably, so it is in no total: {'; '.join(clean(one, 300) for one in store.honeypot)}"


def _print_containers(store: Exposure, console: Console) -> None:
    own = containers_of(store)
    piped = console.width >= UNFOLDED
    most = MOST_PIPED if piped else MOST_CONTAINERS
    system = len(store.containers) - len(own)
    if own:
        table = Table(box=None, padding=(0, 1, 0, 1))
        for column in ("container", "kind", "records", "bytes", "fields", "personal data"):
            right = column in {"records", "bytes", "fields"}
            table.add_column(column, justify="right" if right else "left", overflow="fold", no_wrap=right)
        for container, classes in own[:most]:
            shown = classes_text(classes, len(classes) if piped else MOST_CLASSES)
            nothing = no_personal_data(container)
            table.add_row(
                Text(clean(container.name, 300)),
                Text(clean(container.kind, 40)),
                container_text(container),
                bytes_text(container.bytes),
                f"{len(container.fields):,}" if container.fields else "-",
                Text(shown or nothing, style="" if shown else "dim"),
            )
        console.print(table)
    more = more_text(len(own) - most, "container")
    rest = [f"{more}: --format json lists them all"] if more else []
    rest += [f"{count_text(system, 'system container')} not shown"] if system else []
    if rest:
        console.print(Text("  " + "; ".join(rest), style="dim"))
