"""Lists of servers in scripts and JSON: ``s.hosts=s.hosts||["api-1.shop.de","api-2.shop.de"]``.

The code joins each name with a scheme elsewhere, often when an earlier server fails. A list counts if its key or
variable ends with hosts, servers, endpoints or urls, and if all its elements are names of hosts. Code also has such
lists to compare addresses with: of permitted, blocked or recognised sites. The words of the name show these, a search
in the list (``hosts.includes(…)``), or elements that are whole sites: ``shop.de`` and ``www.shop.de`` are one site.
In JSON, ``urls`` are servers also then.
Bounds: 200 lists per script, 64 names per list, 256 KiB on each side of a list in which its name is looked for, at
most 1,000 times.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice, pairwise

from tieback.intake.apps.interface import Buffer, BufferKind, Bytes
from tieback.intake.apps.text_places import places_of
from tieback.model.endpoint import Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, parse
from tieback.recognise.calls import is_script_file
from tieback.recognise.context import match_context
from tieback.recognise.dataflow.hosts.bare_hosts import is_bare_host
from tieback.recognise.endpoints.hosts import EndpointHost, check_host, web_server
from tieback.recognise.makers.domains import registrable_domain
from tieback.recognise.near import matches_near
from tieback.recognise.rules import RuleFiles

RULE = "server-list"
COMPARED = "only in a list of sites that addresses are compared with"
MAX_LISTS = 200
_NAMES = ("osts", "OSTS", "ervers", "ERVERS", "dpoints", "dPoints", "DPOINTS", "rls", "RLs", "RLS")
LIST_MARKS = tuple(name + r"[\"']?\]?[\t-\r ]{0,4}[:=]" for name in _NAMES)
"""The end of a key or variable up to its sign, for ``anchors.parse``."""
_MAX_MARKS = 10_000
_BEFORE, _BEHIND = 24, 16_384
_ITEM = rb"(?:\"[A-Za-z0-9][A-Za-z0-9.-]{2,252}\"|'[A-Za-z0-9][A-Za-z0-9.-]{2,252}'|`[A-Za-z0-9][A-Za-z0-9.-]{2,252}`)"
_LIST = lazy_pattern(
    rb"(?P<end>" + "|".join(_NAMES).encode() + rb")[\"']?\]?\s{0,4}(?::|=(?![=>]))\s{0,40}"
    rb"(?:[\w$.]{1,80}\s{0,4}(?:\|\||\?\?)\s{0,4})?\[\s{0,80}+"
    rb"(?P<items>" + _ITEM + rb"(?:\s{0,80}+,\s{0,80}+" + _ITEM + rb"){1,63}+)\s{0,80}+,?\s{0,80}+\]"
    rb"(?!\s{0,40}\??\.\s{0,40}(?:includes|indexOf|some|every)\b)"
)
_TEXT = lazy_pattern(rb"[A-Za-z0-9.-]{3,253}")
_NAME = lazy_pattern(rb"[\w$-]{0,60}\Z")
_WORD = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_COMPARED_WORDS = (
    "allow", "disallow", "permit", "trust", "untrust", "accepted", "approved", "valid", "supported", "unsupported",
    "block", "unblock", "deny", "denied", "forbid", "banned", "reject", "restrict", "ignor", "exclu", "except", "skip",
    "omit", "bypass", "noproxy", "nonproxy", "whitelist", "blacklist", "filter", "intercept", "linked", "deeplink",
    "universallink", "redirect", "referr", "cors", "mock", "example", "sample", "spam", "phish", "malicious",
)  # fmt: skip
"""Beginnings of words in the names of lists whose elements are not contacted for being in them."""
_SEARCH = lazy_pattern(rb"\s{0,8}\??\.\s{0,8}(?:includes|indexOf|some|every)\s{0,4}\(")
_PICK = lazy_pattern(rb"\s{0,8}(?:\[\s{0,4}[\w$]|\??\.\s{0,8}(?:at|pop|shift|slice|sort)\s{0,4}\()")
_SET = lazy_pattern(rb"new Set\(\s{0,8}[\w$.]{0,80}\Z")
_REACH, _PLAIN_REACH = 256 * 1024, 4 * 1024
"""Bytes on each side of a list that are searched for its name, and if that is only the general word."""
_MAX_USES = 1_000
_PLAIN = (b"hosts", b"servers", b"endpoints", b"endPoints", b"urls")
_SITE = "www."
_SHORT = lazy_pattern(r"[^.]+\.(?:[^.]{1,3}\.[^.]{2}|[^.]+)")
"""A domain of one organisation, such as shop.de or shop.co.uk."""
_OF_JSON = lazy_pattern(rb"(?:\xef\xbb\xbf)?\s{0,80}[\[{]\s{0,80}[\"\[{]")
"""The beginning of a text in JSON."""
_OF_SERVERS = ("servers", "endpoints")
"""Ends of names that sites to compare with do not have; such lists also have servers like ``mastodon.social``."""
_OF_SERVERS_IN_JSON = (*_OF_SERVERS, "urls")


def server_lists(buffer: Buffer, rules: RuleFiles, *, marked: bool = True) -> Iterator[Sighting | NotBackend]:
    """The hosts in the lists of servers of a script or of JSON, and those in lists for comparison; else nothing.

    Args:
        buffer: any buffer.
        rules: rule files.
        marked: false if none of ``LIST_MARKS`` is in it.
    """
    if not marked or buffer.utf16:
        return
    data = buffer.data
    is_json = buffer.kind is BufferKind.TEXT and _OF_JSON.match(data) is not None
    if not is_json and not is_script_file(buffer):
        return
    for found in islice(_lists(data), MAX_LISTS):
        hosts = {one[0].decode("ascii").lower(): one.start() for one in _TEXT.finditer(data, *found.span("items"))}
        if len(hosts) < 2 or not all(_names_host(host, rules, is_json=is_json) for host in hosts):
            continue
        before = _NAME.search(data, max(0, found.start() - 60), found.start())
        raw = (before[0] if before else b"") + found["end"]
        name = raw.decode("ascii", "replace")
        ends = _OF_SERVERS_IN_JSON if is_json else _OF_SERVERS
        is_compared = _has_word(name) or _are_sites(name, tuple(hosts), ends, rules)
        is_compared = is_compared or _is_searched(data, raw, *found.span())
        for host, at in hosts.items():
            if is_compared:
                yield NotBackend(host, COMPARED)
            elif is_bare_host(host, rules):  # a resource of a cloud provider is found without its list
                shown = match_context(f"{name} = ", host)
                yield Sighting(
                    web_server(EndpointHost(host)),
                    1,
                    Party.UNKNOWN,
                    Evidence(buffer.file, buffer.base + at, f"text/{RULE}", shown),
                )


def _lists(data: Bytes) -> Iterator[re.Match[bytes]]:
    hits, _ = _scanner().scan(data, 0, len(data), _MAX_MARKS)
    return matches_near(_LIST, data, [end - 1 for _, end in hits], _BEFORE, _BEHIND)


@cache
def _scanner() -> AnchorScanner:
    return AnchorScanner(tuple(Anchor(AnchorKind.MARK, parse(one), caseless=False) for one in LIST_MARKS))


def _names_host(text: str, rules: RuleFiles, *, is_json: bool) -> bool:
    """True for the name of a host; not for an address, package or file, or in a script a property as ``box.top``."""
    labels = text.split(".")
    is_property = not is_json and len(labels) == 2 and labels[1] in rules.names.short_vetoes
    if labels[0] in rules.names.first_labels or is_property:
        return False
    checked = check_host(text, rules)
    return isinstance(checked, EndpointHost) and not checked.address


def _has_word(name: str) -> bool:
    """True if a word of a name shows that addresses are compared with the elements of its list."""
    words = [word.lower() for word in _WORD.findall(name)]
    return any(one.startswith(_COMPARED_WORDS) for one in (*words, *map("".join, pairwise(words))))


def _are_sites(name: str, hosts: Sequence[str], ends: tuple[str, ...], rules: RuleFiles) -> bool:
    """True if hosts are web sites as people name them, or one of them is the site of another one.

    With one of the ``ends``, a name is that of servers.
    """
    bare = [host.removeprefix(_SITE) for host in hosts]
    parents = {registrable_domain(host, rules) for host in hosts if registrable_domain(host, rules) != host}
    if len(set(bare)) < len(bare) or not parents.isdisjoint(hosts):
        return True
    return not name.lower().endswith(ends) and all(_SHORT.fullmatch(host) for host in bare)


def _is_searched(data: Bytes, name: bytes, start: int, end: int) -> bool:
    """True if the code around a list looks for an element in it, by its name."""
    reach = _PLAIN_REACH if name in _PLAIN else _REACH
    places = list(islice(places_of(data, name, max(0, start - reach), min(len(data), end + reach)), _MAX_USES))
    if any(_PICK.match(data, at + len(name), at + len(name) + 40) for at in places):
        return False  # code takes an element of it
    for at in places:
        behind = at + len(name)
        is_whole = not at or not (data[at - 1 : at].isalnum() or data[at - 1 : at] in (b"_", b"$"))
        if is_whole and (_SEARCH.match(data, behind, behind + 40) or _SET.search(data, max(0, at - 100), at)):
            return True
    return False
