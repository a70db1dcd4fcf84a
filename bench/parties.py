"""First party, third party, platform, unknown: how many labels of the hand-labelled table are right."""

import sys
from collections import Counter
from ipaddress import ip_address
from pathlib import Path

from bench.measure import table
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.recognise.cloud import cloud_endpoint
from tieback.recognise.ownership import Maker
from tieback.recognise.rules import Rules

TABLE = Path(__file__).with_name("parties.tsv")


def labelled() -> list[tuple[str, str, str, str]]:
    """Bundle identifier, organisation, host and party."""
    rows = [line.split("\t") for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return [(bundle, vendor, host, party) for bundle, vendor, host, party in rows]


def wrong() -> list[tuple[str, str, str, str]]:
    """Bundle identifier, host, party as judged, and label, of those that differ."""
    rules = Rules()
    found = []
    for bundle, vendor, host, label in labelled():
        maker = Maker(App(Platform.ANDROID, bundle, "", vendor=vendor), rules)
        plain = Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443)
        cloud = None if _literal(host) else cloud_endpoint(host, "", rules)
        said = str(maker.party(cloud or plain))
        if said != label:
            found.append((bundle, host, said, label))
    return found


def _literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def run() -> str:
    """Score the table."""
    rows, found = labelled(), wrong()
    for bundle, host, said, label in found:
        print(f"{bundle}: {host} is {said}, labelled {label}", file=sys.stderr)
    total, bad = Counter(row[3] for row in rows), Counter(row[3] for row in found)
    lines = [(party, f"{n - bad[party]} of {n}", f"{100 * (1 - bad[party] / n):.1f} %") for party, n in total.items()]
    lines.append(("all", f"{len(rows) - len(found)} of {len(rows)}", f"**{100 * (1 - len(found) / len(rows)):.1f} %**"))
    head = "Hosts of `bench/parties.tsv`, seen from apps, labelled by hand; goal 95 %.\n\n"
    return "## Whose hosts are\n\n" + head + table(("label", "right", "share"), lines)
