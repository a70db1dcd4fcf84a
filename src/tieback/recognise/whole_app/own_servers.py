"""Servers that makers run themselves, of a product whose projects an identifier names: Parse Server and Appwrite.

The identifier and the server are one back end: ``Parse.initialize("ID")`` and ``Parse.serverURL = "https://…"``. The
rules are ``server`` of cloud.toml. An app with several identifiers, or several servers, does not tell which belongs to
which.
"""

from collections.abc import Container, Iterable

import msgspec

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.sighting import Sighting
from tieback.recognise.patterns import CloudToken
from tieback.recognise.rules import RuleFiles


def rule_of(endpoint: Endpoint, rules: RuleFiles) -> CloudToken | None:
    """The rule of an identifier without a host, if makers run servers for it; ``None`` for others."""
    if endpoint.kind is not EndpointKind.CLOUD or endpoint.host:
        return None
    kind = endpoint.value.partition(":")[0]
    return next((rule for rule in rules.cloud.tokens if rule.kind == kind and rule.server), None)


def server_of(rule: CloudToken, files: Container[str], others: Iterable[Sighting], rules: RuleFiles) -> Endpoint | None:
    """The only server of the product in the files of the identifier, or else in the app, with its service.

    Args:
        rule: of the identifier.
        files: those with the identifier.
        others: the endpoints of the app.
        rules: the rule files.
    """
    servers = [one for one in others if _is_server(rule, one, rules)]
    servers = [one for one in servers if one.evidence.file in files] or servers
    if len({(one.endpoint.host, one.endpoint.port) for one in servers}) != 1:
        return None
    first = min((one.endpoint for one in servers), key=lambda endpoint: (len(endpoint.path), endpoint.value))
    return msgspec.structs.replace(first, service=rule.services[0])


def _is_server(rule: CloudToken, one: Sighting, rules: RuleFiles) -> bool:
    endpoint = one.endpoint
    if not endpoint.host or rules.cloud.retirement(endpoint.value) is not None:
        return False
    if endpoint.service is not None:
        return endpoint.service in rule.services
    found = rule.server_pattern.finditer(one.evidence.context)
    return endpoint.kind is EndpointKind.URL and any(one["host"].lower() == endpoint.host for one in found)
