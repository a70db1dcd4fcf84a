"""Lists of web sites of many owners in data files of an app: whether code contacts each of them is not known.

A folder with the sites of dozens of companies is a catalogue that came with a library, the bookmarks of a browser, or
the stations of a radio app. In a data file, a list that code contacts and a list that it only shows look the same. So
these addresses are neither called back ends nor left out: they count as not decided.
"""

import re

from tieback.model.endpoint import EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import UNDECIDED, Sighting
from tieback.recognise.makers.domains import registrable_domain
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import AppFinds

LISTED = f"{UNDECIDED}: one of the web sites of many owners that data files of the app list"
LEAST_OWNERS = 10
"""Registrable domains in the data files of one folder, from which on they are a list."""
_DATA = lazy_pattern(r"(?:text|config)[:/]")
"""Evidence of a file that is not compiled."""
_FILES = frozenset(
    ("csv", "dat", "geojson", "ini", "json", "jsonl", "list", "properties", "tsv", "txt", "xml", "yaml", "yml")
)
"""Suffixes of data. Not of scripts, pages and style sheets, which load what they name, nor of playlists."""
_WEB_PORTS = (80, 443)


def settle_site_lists(found: AppFinds, rules: RuleFiles) -> AppFinds:
    """The finds of one app, with the web sites in lists as texts that are not decided.

    Hosts of the maker, data stores, cloud resources, bare addresses, other ports, what a credential or a rule of the
    user names, and hosts that have evidence elsewhere stay.
    """
    named = {one.endpoint for one in found.credentials}
    elsewhere = {one.endpoint.host for one in found.sightings if one.endpoint.value in named or not _is_listed(one)}
    listed = [one for one in found.sightings if _is_listed(one) and one.endpoint.host not in elsewhere]
    owners: dict[str, set[str]] = {}
    for one in listed:
        owners.setdefault(_folder(one), set()).add(registrable_domain(one.endpoint.host, rules))
    gone = {one.endpoint.value for one in listed if len(owners[_folder(one)] - {""}) >= LEAST_OWNERS}
    return found.without(gone, LISTED) if gone else found


def _is_listed(one: Sighting) -> bool:
    endpoint, evidence = one.endpoint, one.evidence
    return (
        endpoint.kind is not EndpointKind.CLOUD
        and endpoint.service is None
        and endpoint.scheme in ("", "http", "https")
        and endpoint.port in (None, *_WEB_PORTS)
        and not endpoint.host[-1:].isdigit()
        and one.party is not Party.FIRST
        and not evidence.user_rule
        and _DATA.match(evidence.how) is not None
        and _is_data(evidence.file)
    )


def _is_data(file: str) -> bool:
    _, dot, suffix = re.split(r"[/!]", file)[-1].rpartition(".")
    return not dot or suffix.lower() in _FILES


def _folder(one: Sighting) -> str:
    return one.evidence.file.rpartition("/")[0]
