"""Words for the verdict on a store: access, the way in and its rights, what was not tried, and how many stores it is.

All human-readable formats use these words, so that they never differ in what they claim.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from tieback.model.count_text import count_text
from tieback.model.exposure import Exposure
from tieback.model.probe import OFFERED, Ability, Access, Container, Entry, Notice, Outcome, Privileges, ProbeReport
from tieback.report.figures import bytes_text
from tieback.report.shortened import cut
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import ANY_ACCOUNT, access_words, records_text

NOT_READ = "no fields read"
"""Instead of classes of personal data, if nothing of a container was looked at. Not every product has fields, and not
every depth reads them."""
ONLY_EXTENSIONS = "only file extensions read"
"""The same for files: what they contain is unknown."""
NOT_LOOKED = "not looked at"
"""The same for a store that showed no container, such as one that requires a login."""
EXTENSION = "extension"
"""Type of the fields of a bucket: ``*.csv`` stands for objects with this extension."""
NO_DATA = "no data"
NONE_IN_NAMES = "none found by field names"
NONE_IN_VALUES = "none found by field names and values"
UNDECIDED = "not decided"
MOST_UNTESTED = 4
INTRUSION = "somebody wrote here"
"""Label of the signs of writes by others."""

NOT_CLOSED = ". So the store is not known to be closed"
UNLISTED = "not counted"
"""Label of content that the figures may lack."""
ABILITIES = "permits"
"""Label of what every client that gets in can do there besides reading."""
ABILITY_WORDS = {
    Ability.GENERATE: "run models at the owner's cost",
    Ability.RUN_CODE: "run code, jobs, flows or containers on the server",
    Ability.CALL_TOOLS: "call the tools that the server connects to",
}

_ENTRIES = {
    Entry.ANONYMOUS: "without an account",
    Entry.ANY_USER: "with any user name, without a password",
    Entry.NAMED_ACCOUNT: "as {account}, without a password",
}
_PRIVILEGES = {
    Privileges.ADMIN: "administrator: may change data, users or settings",
    Privileges.LIMITED: "limited rights",
    Privileges.UNKNOWN: "rights unknown: the server does not show them",
}

NOTICES = {
    Notice.SENSITIVE_FILES: "sensitive files by their names",
    Notice.UNINITIALISED: "anyone can become the owner",
    Notice.MEMORY_DUMP: "memory dump offered",
    Notice.DIAGNOSTICS: "settings or logs offered",
}
"""Labels of the statements of servers that are findings of their own."""


class AccessVerdict(Protocol):
    """The part of a store or report that says if it is open."""

    @property
    def access(self) -> Access: ...  # noqa: D102
    @property
    def product(self) -> str: ...  # noqa: D102
    @property
    def entry(self) -> Entry: ...  # noqa: D102
    @property
    def undecided(self) -> bool: ...  # noqa: D102
    @property
    def privileges(self) -> Privileges: ...  # noqa: D102
    @property
    def account(self) -> str: ...  # noqa: D102


def access_text(store: AccessVerdict) -> str:
    """Return the access state in a few words; ``not decided`` if a refusal does not show that it is closed."""
    words = access_words(store.access, store.entry, store.product)
    if store.undecided and store.access is not Access.UNKNOWN:
        return f"{UNDECIDED} ({words})"
    if store.privileges is Privileges.ADMIN and store.access.exposed:
        words += ", administrator"
    return f"{words} as {clean(store.account, 40)}" if store.account and store.access.exposed else words


def entry_text(store: Exposure | ProbeReport) -> str:
    """Return how a client without credentials gets in and what it may do; empty if no probe says so."""
    way = _ENTRIES.get(store.entry, "").format(account=clean(store.account, 40) or ANY_ACCOUNT)
    return "; ".join(filter(None, (way, _PRIVILEGES.get(store.privileges, ""))))


def abilities_text(store: Exposure | ProbeReport) -> str:
    """Return what every client that gets in can do besides reading, and who says so; empty if nothing is documented."""
    if not store.abilities:
        return ""
    return f"{'; '.join(ABILITY_WORDS[one] for one in store.abilities)} (by the vendor's documentation; not tried)"


def untested_text(store: Exposure | ProbeReport) -> str:
    """Return what was not tried, as one line; empty if nothing is left or the store is open anyway."""
    if store.access.exposed:
        return ""
    return "; ".join(cut((clean(one, 300) for one in store.untested), MOST_UNTESTED))


def unlisted_text(store: Exposure) -> str:
    """Return what of the content the figures may lack, as one line; empty if nothing."""
    if not store.unlisted:
        return ""
    empty = "" if store.records.value else ". So the store is not known to be empty"
    return "; ".join(cut((clean(one, 300) for one in store.unlisted), MOST_UNTESTED)) + empty


def verdict_lines(store: Exposure) -> Iterator[tuple[str, str]]:
    """Yield what a reader must know besides the access state, as label and text."""
    if text := entry_text(store):
        yield "entry", text
    if text := abilities_text(store):
        yield ABILITIES, text
    if text := untested_text(store):
        closed = "" if store.access in (Access.OPEN_EMPTY, Access.SCHEMA_ONLY) else NOT_CLOSED
        yield "not tried", f"{text}{closed}"
    if store.default_credentials:
        yield "default credentials", f"{clean(store.default_credentials)}; they were not tried"
    for which, text in store.notices:
        yield NOTICES[which], clean(text)
    if store.unlisted:
        yield UNLISTED, unlisted_text(store)
    if store.at_most > 1:
        yield "how many", how_many_text(store)
    if store.intrusion:
        yield INTRUSION, intrusion_text(store)


def stores_by_verdict(stores: Iterable[Exposure]) -> dict[tuple[str, str], list[Exposure]]:
    """Return the ``verdict_lines`` of several stores, each once, with its stores in their order."""
    found: dict[tuple[str, str], list[Exposure]] = {}
    for store in stores:
        for line in verdict_lines(store):
            found.setdefault(line, []).append(store)
    return found


def verdict_notes(report: ProbeReport) -> tuple[str, ...]:
    """Return the same for one probed target; empty if it did not answer."""
    if report.outcome is not Outcome.OK:
        return ()
    tried = untested_text(report)
    wrote = f"{INTRUSION}: {intrusion_text(report)}" if report.intrusion else ""
    stated = (f"{NOTICES[Notice(key)]}: {clean(text)}" for key, text in report.traits if key in Notice)
    permits = f"{ABILITIES}: {abilities_text(report)}" if report.abilities else ""
    return tuple(filter(None, (entry_text(report), permits, f"not tried: {tried}" if tried else "", wrote, *stated)))


def intrusion_text(store: Exposure | ProbeReport) -> str:
    """Return the signs of writes by others, and what they do not show."""
    return f"{'; '.join(clean(one, 300) for one in store.intrusion)}. This does not show that data were copied"


def how_many_text(store: Exposure) -> str:
    """Return that the addresses may be one store or several, with the figures of both cases."""
    text = (
        f"1 to {count_text(store.at_most, 'store')}: product, version, names and figures agree at these addresses, "
        "but no identifier shows that it is one store"
    )
    if store.records_at_most is not None and store.bytes_at_most is not None and store.exposed:
        text += f"; together at most {records_text(store.records_at_most)}, {bytes_text(store.bytes_at_most)}"
    return text


def no_personal_data(container: Container) -> str:
    """Return what it means that a container has no class of personal data: not looked, or nothing found."""
    if container.kind in OFFERED:
        return NO_DATA
    if container.sampled is not None and container.sampled.records:
        return NONE_IN_VALUES
    # The extensions of a bucket's objects say nothing about their content.
    if any(field.type != EXTENSION for field in container.fields):
        return NONE_IN_NAMES
    return ONLY_EXTENSIONS if container.fields else NOT_READ


def no_personal_data_in(store: Exposure) -> str:
    """Return the same for a whole store."""
    own = [container for container in store.containers if not container.system and container.kind not in OFFERED]
    if not own:
        offers = any(container.kind in OFFERED for container in store.containers)
        return NO_DATA if offers or store.access is Access.OPEN_EMPTY else NOT_LOOKED
    return worst_answer(own)


def worst_answer(containers: Sequence[Container]) -> str:
    """Return the weakest answer of several containers, with the number of those that were not looked at."""
    outer = {container.path[:length] for container in containers for length in range(len(container.path))}
    answers = [no_personal_data(container) for container in containers if container.path not in outer]
    blind = answers.count(NOT_READ) + answers.count(ONLY_EXTENSIONS)
    if blind == len(answers):
        return ONLY_EXTENSIONS if NOT_READ not in answers else NOT_READ
    found = NONE_IN_NAMES if NONE_IN_NAMES in answers else NONE_IN_VALUES
    return f"{found}; fields of {count_text(blind, 'container')} not read" if blind else found
