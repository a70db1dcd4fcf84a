"""The result of ``tieback app`` for people: what matters most first, one app after the other.

Values are never folded or shortened: a line that is too long continues with its place on the next line. In a pipe,
each entry is one line.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from tieback.cli.declarations import TITLE as DECLARED
from tieback.cli.declarations import declaration_lines
from tieback.model.app import App, Platform
from tieback.model.cleartext import UNREAD_INFO, CleartextPolicy, Limit
from tieback.model.endpoint import STREAMS, EndpointKind, Party
from tieback.model.method_names import ARROW, completing_method, steps_text
from tieback.model.safe_text import escape_line
from tieback.model.sighting import (
    OF_LIBRARY,
    UNDECIDED,
    AppDocument,
    Credential,
    CredentialGrade,
    EndedService,
    Evidence,
    Sighting,
    UnreadKind,
    main_reasons,
)

SHOWN = 12
"""Maximum number of lines per section without ``--all``."""
SHOWN_GRAVE = 100
"""Maximum number of private and superuser keys without ``--all``."""
SHOWN_PUBLIC = 3
"""Minimum number of lines for keys that are public by design, if there are many secrets."""
SHOWN_HOSTS = 3
"""Hosts named per third party, and domains named per rule, without ``--all``."""
SHOWN_PROBLEMS = 5
SHOWN_UNREAD = 4
"""Parts that were not read, without ``--all``."""
_ADVICE = {
    UnreadKind.DAMAGED: "The package is cut off or damaged: build or download it again.",
    UnreadKind.FAILED: "tieback failed: report this error, and run a version that has it fixed.",
}
"""What to do about parts that no capture shows."""
SHOWN_SOURCES = 3
"""Entries named per setting of transport security."""
_NOT_KNOWN = "not known: "
_UNREAD_INFO = "the Info.plist of the app is missing or cannot be read"
_NARROW = 24
"""Least width of the column of values."""
_PLATFORMS = {Platform.ANDROID: "Android", Platform.IOS: "iOS"}
_GRADES = (
    CredentialGrade.PRIVATE_KEY, CredentialGrade.SUPERUSER, CredentialGrade.NORMAL, CredentialGrade.UNKNOWN,
    CredentialGrade.CLIENT_SECRET, CredentialGrade.WRITE_ONLY, CredentialGrade.LIMITED,
)  # fmt: skip
"""Gravest first, without those that are public by design."""
_PARTIES = (Party.FIRST, Party.UNKNOWN, Party.THIRD, Party.PLATFORM)

_LAST = frozenset({"firebase-app", "firebase-hosting", "gcp-project", "cognito-identitypool", "cognito-userpool"})
"""Cloud resources without data of their own."""


type _Lines = Mapping[tuple[str, str, int | None], str]
"""By value, entry and offset."""


class _Row(NamedTuple):
    value: str
    note: str
    place: str
    containers: tuple[str, ...] = ()
    evidence: Evidence | None = None
    """The evidence, if its chain is shown."""
    addresses: tuple[str, ...] = ()
    more_addresses: int = 0


def app_lines(document: AppDocument, *, width: int, everything: bool) -> Iterator[Text]:
    """The lines of one app.

    Args:
        document: the result of the analysis.
        width: columns of the terminal; lines of a pipe have no limit.
        everything: True for all entries, also for texts that are not back ends.
    """
    sections = _Sections(document.sightings)
    lines = _source_lines(document)
    yield from _title(document, width)
    yield from _prose(_summary(document, sections), width)
    yield from _unread(document, width, everything=everything)
    most = None if everything else SHOWN
    for title, sightings, by_host in (
        ("Data stores", sections.stores, False),
        ("Cloud resources", sections.cloud, False),
        ("Own hosts", sections.own, not everything),
        ("Hosts of unknown owner", sections.unknown, not everything),
    ):
        rows = _rows(sightings, lines, by_host=by_host, everything=everything)
        yield from _section(title, rows, width, most)
    yield from _section("Services that have ended", [_ended(one) for one in document.retired], width, most)
    yield from _third_parties(sections.third, lines, width, everything=everything)
    yield from _credentials(document.credentials, lines, width, everything=everything)
    yield from _transport(document.cleartext, width, everything=everything)
    if lines_of_manifests := list(declaration_lines(document, everything=everything)):
        yield Text(DECLARED, style="bold")
        for line in lines_of_manifests:
            yield from _prose(line, width)
    yield from _ignored(document, width, everything=everything)
    yield Text("")


class _Sections:
    """The endpoints of an app by interest."""

    def __init__(self, sightings: Iterable[Sighting]) -> None:
        self.stores: list[Sighting] = []
        self.cloud: list[Sighting] = []
        self.own: list[Sighting] = []
        self.unknown: list[Sighting] = []
        self.third: dict[str, list[Sighting]] = {}
        for one in sorted(sightings, key=lambda one: _PARTIES.index(one.party)):
            if one.party in {Party.THIRD, Party.PLATFORM}:
                self.third.setdefault(one.owner or str(one.party), []).append(one)
            elif one.endpoint.kind is EndpointKind.CLOUD:
                self.cloud.append(one)
            elif one.endpoint.service is not None and one.endpoint.service not in STREAMS:
                self.stores.append(one)
            elif one.party is Party.FIRST:
                self.own.append(one)
            else:
                self.unknown.append(one)
        self.cloud.sort(key=lambda one: one.endpoint.value.partition(":")[0] in _LAST)


_DOT = "·"
_TEAM = re.compile(r"[A-Z0-9]{10}")


def _maker(app: App) -> str:
    """The organisation that signed an app; of a package that the App Store signed, its seller."""
    is_store = app.platform is Platform.IOS and (app.signer is None or "O=Apple Inc." in app.signer.subject)
    is_seller = is_store and _TEAM.fullmatch(app.vendor) is None
    return app.vendor and f"{'vendor' if is_seller else 'signed by'} {app.vendor}"


def _title(document: AppDocument, width: int) -> Iterator[Text]:
    app = document.app
    if app is None:
        yield Text(escape_line(PurePath(document.path).name), style="bold")
        yield Text(f"  {escape_line(document.path)}", style="dim")
        return
    yield Text(escape_line(f"{app.label} {app.version_name}".strip()), style="bold")
    about = (app.bundle_id, _PLATFORMS.get(app.platform, ""), _maker(app), document.path)
    yield from _facts([escape_line(text) for text in about if text], width, "dim")


def _unread(document: AppDocument, width: int, *, everything: bool) -> Iterator[Text]:
    """What was not read and why, one line per part; then what to do."""
    if not document.unread:
        return
    kinds = {code.kind for code in document.unread}
    yield from _prose("Only partly read, so back ends can be missing here:", width, "bold yellow")
    parts = document.unread if everything else main_reasons(document.unread)
    shown = parts if everything else parts[:SHOWN_UNREAD]
    for code in shown:
        place = f"{escape_line(code.where)}: " if code.where else ""
        words = f"{place}{escape_line(code.what)}".split(" ")
        for line in _wrapped("    - ", words, width, separator=""):
            line.stylize("yellow")
            yield line
    if more := len(parts) - len(shown):
        yield Text(f"    and {_count(more, 'more part')}: --all", style="dim")
    advice = [text for kind, text in _ADVICE.items() if kind in kinds]
    if kinds - set(_ADVICE):
        advice.append("Capture the app's traffic to see the rest: tieback capture")
    yield from _prose(" ".join(advice), width, "yellow")


def _prose(text: str, width: int, style: str = "") -> Iterator[Text]:
    """An indented sentence, wrapped between words."""
    for line in _wrapped("  ", text.split(" "), width, separator=""):
        line.stylize(style)
        yield line


def _item(text: str, width: int, style: str = "") -> Iterator[Text]:
    """An indented sentence of a list, wrapped between words; what continues it is indented more than the next one."""
    for number, line in enumerate(_wrapped("    ", text.split(" "), width, separator="")):
        line.stylize(style)
        yield line if number else line[2:]


def _facts(facts: Sequence[str], width: int, style: str) -> Iterator[Text]:
    """Facts with dots between them, wrapped between words; no line begins or ends with a dot."""
    words = [word for fact in facts[:-1] for word in f"{fact}\0{_DOT}".split(" ")]
    words += [word for fact in facts[-1:] for word in fact.split(" ")]
    for line in _wrapped("  ", [word.replace("\0", " ") for word in words], width, separator=""):
        if line.plain.endswith(f" {_DOT}"):
            line.right_crop(len(f" {_DOT}"))
        line.stylize(style)
        yield line


def _summary(document: AppDocument, sections: _Sections) -> str:
    own, unknown = (len({one.endpoint.host for one in found}) for found in (sections.own, sections.unknown))
    counts = (
        _count(len(sections.stores), "data store"),
        _count(len(sections.cloud), "cloud resource"),
        _count(own, "own host"),
        _count(unknown, "host of unknown owner", "hosts of unknown owner"),
        _count(len(sections.third), "third party", "third parties"),
    )
    text = ", ".join(count for count in counts if count)
    if not text:
        text = "no back end found in the parts that were read" if document.unread else "no back end found"
    grades = Counter(credential.grade for credential in document.credentials)
    found = ", ".join(
        f"{grades[grade]} {_words(grade)}" for grade in (*_GRADES, CredentialGrade.PUBLIC) if grades[grade]
    )
    return text + (f"; credentials: {found}" if found else "")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}" if number else ""


def _section(title: str, rows: Sequence[_Row], width: int, most: int | None) -> Iterator[Text]:
    if not rows:
        return
    yield Text(title, style="bold")
    shown = rows if most is None else rows[:most]
    yield from _entries(shown, width, "  ")
    if len(shown) < len(rows):
        yield Text(f"  and {len(rows) - len(shown):,} more: --all", style="dim")


def _entries(rows: Sequence[_Row], width: int, indent: str) -> Iterator[Text]:
    """Value, place and note in columns; what does not fit continues on the next line."""
    tails = [f"{row.place}  {row.note}" if row.note else row.place for row in rows]
    room = max(width - len(indent) - 2 - max(map(cell_len, tails)), _NARROW)
    column = max((size for row in rows if (size := cell_len(row.value)) <= room), default=0)
    for row, tail in zip(rows, tails, strict=True):
        line = Text(indent).append(row.value)
        padding = column + 2 - cell_len(row.value)
        if padding >= 2 and len(indent) + column + 2 + cell_len(tail) <= width:
            yield line.append(" " * padding).append(tail, style="dim")
        else:
            yield line
            start = indent + " " * (column + 2)
            start = start if cell_len(start) + cell_len(tail) <= width else f"{indent}    "
            yield from _wrapped(start, tail.split(" "), width, separator="", style="dim")
        if row.containers:
            yield from _wrapped(f"{indent}    contains ", row.containers, width, style="dim")
        for address in row.addresses:
            yield Text(f"{indent}    {address}", style="dim")
        if row.more_addresses:
            yield Text(
                f"{indent}    and {_count(row.more_addresses, 'more address', 'more addresses')}: --all", style="dim"
            )
        if row.evidence is not None:
            yield from _chain(row.evidence, f"{indent}    ", width)


def _chain(evidence: Evidence, indent: str, width: int) -> Iterator[Text]:
    """How code puts a value together, from the first caller to the constants."""
    steps = [escape_line(step) for step in steps_text(evidence.chain)]
    if steps:
        words = [*(f"{step} {ARROW}" for step in steps[:-1]), steps[-1]]
        yield from _wrapped(f"{indent}by ", words, width, separator="", style="dim")


def _source_lines(document: AppDocument) -> _Lines:
    """The first line of the source for each place in the package, and the original name of its method."""
    found: dict[tuple[str, str, int | None], str] = {}
    for one in document.source:
        first = one.locations[0]
        text = f"{first.file}:{first.line}" if first.file else first.method
        found[one.value, first.entry, first.offset] = escape_line(text)
    return found


MOST_ADDRESSES = 3
"""Addresses of one cloud resource that are shown without ``--all``."""
MOST_PORTS = 3
"""Ports of one host that have a row each: more would fill the section."""


def _rows(sightings: Iterable[Sighting], lines: _Lines, *, by_host: bool, everything: bool) -> list[_Row]:
    """The endpoints as rows; with ``by_host``, one row per host and port with the number of the others.

    A host with many ports has one row. With ``everything``, the rows of the maker's own endpoints have the reason.
    """
    every = list(sightings)
    ports: dict[str, set[int | None]] = {}
    for one in every if by_host else ():
        ports.setdefault(one.endpoint.host, set()).add(one.endpoint.port)
    groups: dict[str, list[Sighting]] = {}
    for one in every:
        host = one.endpoint.host
        place = host if len(ports.get(host, ())) > MOST_PORTS else f"{host}:{one.endpoint.port}"
        groups.setdefault(place if by_host else one.endpoint.value, []).append(one)
    rows = []
    for place, found in groups.items():
        others = len(ports[place]) - 1 if place in ports else 0
        rows.append(_row(found[0], lines, 0 if others else len(found) - 1, others, everything=everything))
    return rows


def _row(one: Sighting, lines: _Lines, more: int, ports: int, *, everything: bool) -> _Row:
    service = one.endpoint.service or ""
    scheme, _, rest = one.endpoint.value.partition(":")
    notes = (
        # The value already names most services.
        service if service not in {"", scheme, scheme.partition("+")[0]} else "",
        _own(one, everything=everything) if one.party is Party.FIRST else "",
        _address_note(one.endpoint.host),
        f"your rule {one.evidence.user_rule}" if one.evidence.user_rule else "",
        f"+{_count(more, 'URL')}" if more else "",
        f"+{_count(ports, 'port')}" if ports else "",
    )
    most = len(one.addresses) if everything else MOST_ADDRESSES
    return _Row(
        escape_line(one.endpoint.value),
        escape_line(", ".join(note for note in notes if note)),
        _place(one.endpoint.value, one.evidence, lines),
        tuple(escape_line(name) for name in one.names if name != rest),
        one.evidence if everything else None,
        tuple(map(escape_line, one.addresses[:most])),
        max(0, len(one.addresses) - most),
    )


def _own(one: Sighting, *, everything: bool) -> str:
    """A note that an endpoint is the maker's, if the section does not say so, and the reason with ``everything``."""
    if everything and one.party_reason:
        return f"own: {one.party_reason}"
    return "own" if one.endpoint.service or one.endpoint.kind is EndpointKind.CLOUD else ""


def _ended(one: EndedService) -> _Row:
    return _Row(escape_line(one.resource), escape_line(one.source), f"{one.product} ended on {one.date}")


def _address_note(host: str) -> str:
    """What kind of address a host is, if it is not an ordinary public one."""
    if not host[:1].isdigit() and ":" not in host:
        return ""
    from tieback.report.texts.addresses import special_words

    return special_words(host)


def _place(value: str, evidence: Evidence, lines: _Lines) -> str:
    """The line of the source or the method, and the place in the package."""
    place = escape_line(evidence.file if evidence.offset is None else f"{evidence.file}+{evidence.offset:#x}")
    line = lines.get((value, evidence.file, evidence.offset)) or escape_line(completing_method(evidence.context))
    return f"{line} ({place})" if line else place


def _third_parties(
    third: Mapping[str, Sequence[Sighting]], lines: _Lines, width: int, *, everything: bool
) -> Iterator[Text]:
    """One line per SDK or platform, with its hosts; with ``everything``, all endpoints with their places."""
    if not third:
        return
    yield Text("Third parties", style="bold")
    column = min(max(map(cell_len, third)), 28)
    for owner in sorted(third, key=str.lower):
        name, found = escape_line(owner), third[owner]
        if everything:
            yield Text(f"  {name}")
            yield from _entries(_rows(found, lines, by_host=False, everything=True), width, "    ")
            continue
        hosts = [escape_line(host) for host in dict.fromkeys(one.endpoint.host or one.endpoint.value for one in found)]
        shown = hosts[:SHOWN_HOSTS]
        if len(hosts) > len(shown):
            shown[-1] += f" and {len(hosts) - len(shown):,} more"
        yield from _wrapped(f"  {name}{' ' * (column - cell_len(name))}  ", shown, width)


def _wrapped(head: str, words: Sequence[str], width: int, *, separator: str = ",", style: str = "") -> Iterator[Text]:
    """A line with a list of words, continued below its first word; no word is broken."""
    line, indent = Text(head, style=style), " " * cell_len(head)
    first = True
    for at, word in enumerate(words):
        part = word if at == len(words) - 1 else f"{word}{separator}"
        if not first and line.cell_len + 1 + cell_len(part) > width:
            yield line
            line, first = Text(indent, style=style), True
        line.append(part if first else f" {part}")
        first = False
    yield line


def _credentials(credentials: Sequence[Credential], lines: _Lines, width: int, *, everything: bool) -> Iterator[Text]:
    """Each credential with grade, kind, masked value, endpoint and place; those that are public by design last."""
    secret = [one for one in credentials if one.grade is not CredentialGrade.PUBLIC]
    public = [one for one in credentials if one.grade is CredentialGrade.PUBLIC]
    if not credentials:
        return
    yield Text("Credentials (masked; tieback never uses them)", style="bold")
    secret.sort(key=lambda one: _GRADES.index(one.grade) if one.grade in _GRADES else len(_GRADES))
    # What gives the most access is never left out, except from the longest lists.
    grave = sum(one.grade in _GRADES[:2] for one in secret)
    shown = secret[: max(SHOWN, min(grave, SHOWN_GRAVE))]
    by_design = public[: max(SHOWN - len(shown), SHOWN_PUBLIC)]
    shown = [*secret, *public] if everything else [*shown, *by_design]
    column = max((len(_words(one.grade)) for one in shown), default=0)
    for one in shown:
        style = "red" if one.grade in _GRADES[:2] else "yellow" if one.grade is CredentialGrade.NORMAL else ""
        head = Text("  ").append(f"{_words(one.grade):<{column}}", style=style)
        head.append(f"  {escape_line(_words(one.kind))}  {escape_line(one.masked)}")
        place = _place(one.masked, one.evidence, lines)
        rule = f"your rule {escape_line(one.evidence.user_rule)}" if one.evidence.user_rule else ""
        parts = [f"for {escape_line(one.endpoint)}" if one.endpoint else "", rule, place]
        rest = Text("  ".join(part for part in parts if part), style="dim")
        indent = " " * (column + 4)
        if head.cell_len + 2 + rest.cell_len <= width:
            yield head.append("  ").append_text(rest)
        elif cell_len(indent) + rest.cell_len <= width:
            yield from (head, Text(indent).append_text(rest))
        else:
            yield from (head, *(Text(indent).append(part, style="dim") for part in parts if part))
        if everything:
            yield from _chain(one.evidence, f"{indent}  ", width)
    if not everything:
        more = len(secret) + len(by_design) - len(shown)
        if more:
            yield Text(f"  and {more:,} more: --all", style="dim")
        if left_out := public[len(by_design) :]:
            kinds = Counter(_words(one.kind) for one in left_out)
            words = [f"{f'{count} ' if count > 1 else ''}{escape_line(kind)}" for kind, count in kinds.items()]
            yield from _wrapped("  more that are public by design (--all): ", words, width)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _transport(policies: Sequence[CleartextPolicy], width: int, *, everything: bool) -> Iterator[Text]:
    """Whether the app allows connections without TLS, trusts the user's certificate authorities, and pins."""
    if not policies:
        return
    yield Text("Transport security that the app declares", style="bold")
    most = None if everything else SHOWN_HOSTS
    own = [one for one in policies if not one.part] or list(policies)
    yield from _cleartext("", own, most, width)
    # iOS always trusts them: its rules have no source for that.
    if any(one.cas_source for one in own):
        yield from _setting(
            "CAs that the user installs",
            ("trusted", f"not trusted{_where([own[0].cas_source])}"),
            own,
            [(one, one.cas_source) for one in own if one.user_cas],
            most,
            width,
        )
    yield from _pins("", own, most, width)
    parts: dict[str, list[CleartextPolicy]] = {}
    for one in policies:
        if one.part:
            parts.setdefault(one.part, []).append(one)
    for part, rules in parts.items() if own != list(policies) else ():
        where = f" in {escape_line(part)}, only there"
        if everything or any(one.cleartext is not False for one in rules):
            yield from _cleartext(where, rules, most, width)
        if any(one.pins for one in rules):
            yield from _pins(where, rules, most, width)


def _cleartext(where: str, policies: Sequence[CleartextPolicy], most: int | None, width: int) -> Iterator[Text]:
    """Whether connections without TLS are allowed in the app or in one of its parts."""
    allowing = [(one, one.source) for one in policies if one.cleartext]
    words = ("allowed", _not_allowed(policies))
    yield from _setting(f"connections without TLS{where}", words, policies, allowing, most, width)


def _pins(where: str, policies: Sequence[CleartextPolicy], most: int | None, width: int) -> Iterator[Text]:
    pinned = [(one, one.pins_source) for one in policies if one.pins]
    none = f"{_NOT_KNOWN}{_UNREAD_INFO}" if any(one.pins is None for one in policies) else "none"
    yield from _setting(f"certificate pins{where}", ("set", none), policies, pinned, most, width)


def _not_allowed(policies: Sequence[CleartextPolicy]) -> str:
    undecided = [one for one in policies if one.cleartext is None]
    if any(one.source == UNREAD_INFO for one in undecided):
        return f"{_NOT_KNOWN}{_UNREAD_INFO}"
    if undecided:
        return (
            f"{_NOT_KNOWN}the package does not name its SDK, and App Transport Security applies only to apps built "
            "with the SDK of iOS 9 or later"
        )
    return f"not allowed{_where([policies[0].source])}"


def _setting(
    what: str,
    words: tuple[str, str],
    policies: Sequence[CleartextPolicy],
    found: Sequence[tuple[CleartextPolicy, str]],
    most: int | None,
    width: int,
) -> Iterator[Text]:
    """A line on one setting: the rules that have it, each with its source, and the words for yes and no."""
    yes, no = words
    if not found:
        yield from _item(f"{what}: {no}", width)
        return
    alone = len({one.domain for one in policies}) == 1
    chosen = found if most is None else found[:most]
    more = f" and {len(found) - most:,} more" if most is not None and len(found) > most else ""
    names = ", ".join(_by_limit([one for one, _ in chosen], alone=alone))
    text = f"{what}: {yes} {names}{more}{_where(source for _, source in found)}"
    if no.startswith(_NOT_KNOWN):
        text += f"; otherwise {no}"
    yield from _item(text, width, "" if yes == "set" else "yellow")


def _where(sources: Iterable[str]) -> str:
    """The entries and defaults that rules come from, in brackets; empty if none is known."""
    texts = (source.replace(" (", ": ").removesuffix(")") for source in dict.fromkeys(sources) if source)
    text = "; ".join(islice(texts, SHOWN_SOURCES))
    return f" ({escape_line(text)})" if text else ""


def _domain(policy: CleartextPolicy, *, alone: bool) -> str:
    name = "every host" if alone else "every host without a rule of its own"
    if policy.domain != "*":
        address = ":" in policy.domain or policy.domain.rpartition(".")[2].isdigit()
        below = " and its subdomains" if policy.include_subdomains and not address else ""
        name = f"{escape_line(policy.domain)}{below}"
    return name


def _by_limit(policies: Iterable[CleartextPolicy], *, alone: bool) -> Iterator[str]:
    """The hosts of rules without a limit, then those of each limit: ``in web views for every host``."""
    hosts: dict[Limit, list[str]] = {Limit.NONE: []}
    for one in policies:
        every = "IP addresses and local names" if one.limit is Limit.LOCAL and one.domain == "*" else ""
        hosts.setdefault(one.limit, []).append(every or _domain(one, alone=alone))
    for limit, names in hosts.items():
        words = f"{limit.words} " if limit is not Limit.LOCAL and limit.words else ""
        if names:
            yield f"{words}for {', '.join(names)}"


def _heading(reason: str) -> str:
    """Heading of the texts that are left out for a reason."""
    if reason == OF_LIBRARY:
        return "Credentials that are not reported"
    return "Not decided" if reason.startswith(UNDECIDED) else "Not back ends"


def _ignored(document: AppDocument, width: int, *, everything: bool) -> Iterator[Text]:
    """Problems, and texts that are not back ends: with ``everything`` each with its reason, else their number."""
    known = {(code.what, code.where) for code in document.unread}
    problems = [one for one in document.problems if (one.what, one.where) not in known]
    if problems:
        yield Text("Problems", style="bold")
        for problem in problems if everything else problems[:SHOWN_PROBLEMS]:
            where = f"{escape_line(problem.where)}: " if problem.where else ""
            yield from _item(f"{where}{escape_line(problem.what)}", width, "yellow")
        if not everything and len(problems) > SHOWN_PROBLEMS:
            yield Text(f"  and {len(problems) - SHOWN_PROBLEMS:,} more: --all", style="dim")
    if not document.not_backends:
        return
    if not everything:
        undecided = sum(one.reason.startswith(UNDECIDED) for one in document.not_backends)
        of_libraries = sum(one.reason == OF_LIBRARY for one in document.not_backends)
        decided = len(document.not_backends) - undecided - of_libraries
        counts = [_count(decided, "text is not a back end", "texts are not back ends")] if decided else []
        counts += [_count(undecided, "address is not decided", "addresses are not decided")] if undecided else []
        of_libraries_text = _count(of_libraries, "credential is one of a library", "credentials are those of libraries")
        counts += [of_libraries_text] if of_libraries else []
        them = "them" if len(document.not_backends) > 1 else "it"
        yield Text(f"{', '.join(counts)} (--all lists {them} with the reason)", style="dim")
        return
    reasons: dict[str, list[str]] = {}
    for one in document.not_backends:
        reasons.setdefault(escape_line(one.reason), []).append(escape_line(one.value))
    heading = ""
    for reason, values in sorted(
        reasons.items(), key=lambda item: (item[0] == OF_LIBRARY, item[0].startswith(UNDECIDED), item)
    ):
        before, heading = heading, _heading(reason)
        if heading != before:
            yield Text(heading, style="bold")
        yield Text(f"  {reason.removeprefix(f'{UNDECIDED}: ')}", style="dim")
        for value in sorted(values):
            yield Text(f"    {value}")
