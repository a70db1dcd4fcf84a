"""Hosts: provider, product and region, and the party of hosts of an app."""

import json
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from bench.openback.schema import Case, Claim
from bench.parties import FoundRow
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.pipeline.mapping.attribution import AttributionSources, attribute_host
from tieback.recognise.endpoints.cloud import cloud_endpoint
from tieback.recognise.makers.ownership import Maker
from tieback.recognise.rules import RuleFiles


def claims(cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Sequence[Claim] | None]]:
    """As ``tieback backend why`` without imported data, and as ``tieback app``."""
    knowledge, rules = AttributionSources(folder / "no data"), RuleFiles()
    try:
        for case in cases:
            content = json.loads(case.input)
            found = _parties(content, rules) if "hosts" in content else _provider(content["host"], knowledge)
            yield case, found or None
    finally:
        knowledge.close()


def _provider(host: str, knowledge: AttributionSources) -> list[Claim]:
    told = attribute_host(host, knowledge)
    facts = {"provider": told.provider, "product": told.product, "region": told.region}
    return [Claim(name, value) for name, value in facts.items() if value]


def _parties(content: Mapping[str, Any], rules: RuleFiles) -> list[Claim]:
    app = App(Platform.ANDROID, content["bundle"], "", content["name"], vendor=content["vendor"])
    maker = Maker(app, rules)
    hosts = content["hosts"]
    judged = []
    if "how" in hosts[0]:
        rows = [FoundRow("", "", "", "", one["how"], one["file"], one["value"], "") for one in hosts]
        maker.learn_from([(row.endpoint, row.evidence) for row in rows])
        maker.learn_hosts(row.endpoint.host for row in rows)
        judged = [(row.value, maker.judge(row.endpoint, row.evidence)) for row in rows]
    else:
        for one in hosts:
            plain = Endpoint(EndpointKind.URL, f"https://{one['value']}", "https", one["value"], 443)
            cloud = None if _is_address(one["value"]) else cloud_endpoint(one["value"], "", rules)
            judged.append((one["value"], maker.judge(cloud or plain)))
    return [Claim("party", owned.party.value, host) for host, owned in judged if owned.party is not Party.UNKNOWN]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
