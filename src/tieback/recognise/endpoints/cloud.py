"""Cloud resources from a host and path, or from an identifier of a known form: ``s3:bucket``, ``cloud-run:service``.

The rules are data, in ``cloud.toml``. A host that is a resource is reported as that resource and not as a URL; the URL
is in the context of the evidence. A URL without the name of a resource (``https://s3.amazonaws.com/``) stays a URL.

Path of a resource to a probe: the endpoint's ``service`` (``service`` of the rule, otherwise its ``kind``) is one of
the probe's ``meta.services``. The endpoint's ``host`` is that of the API (``ask`` of the rule). Its ``path`` is the
name of a container in the rest of the text (``container``); ``collect`` gathers these names for ``Target.names``. If
many customers share the host, so that the name of the resource is not in it, the name after the colon becomes
``Target.resource``.
"""

import re
from collections.abc import Iterable

import msgspec

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.public_key import PublicKey
from tieback.model.sighting import EndedService, NotBackend, Sighting
from tieback.recognise.endpoints import firebase
from tieback.recognise.endpoints.hosts import PLACEHOLDER, InvalidHost, NonBackendHost, check_host
from tieback.recognise.endpoints.verdict import TextVerdict
from tieback.recognise.patterns import CloudPart, CloudToken
from tieback.recognise.rules import CloudHost, RuleFiles, host_and_parents

RULE = "cloud-host"
TOKEN_RULE = "cloud-id"
"""Last part of ``Evidence.how`` for an identifier without a host."""

_MAX_REST = 512


def cloud_endpoint(
    host: str, rest: str, rules: RuleFiles, *, scheme: str = "https", port: int | None = None
) -> Endpoint | None:
    """The resource that a canonical host name and the text after it name; ``None`` if they name none.

    Args:
        host: lower-case name.
        rest: path and query as written; empty if the text ends with the host.
        rules: the rule files.
        scheme: scheme of the text. If it is empty, the scheme of the endpoint is ``https``.
        port: port of the text, or the default port of the scheme.
    """
    database = firebase.firebase_endpoint(host, rules, rest[:_MAX_REST])
    if database is not None:
        return database
    unmeant = "only" if scheme else "never"
    for parent in host_and_parents(host):
        for rule in rules.cloud.below(parent):
            if rule.bare == unmeant:
                continue
            groups = _groups(rule, host, rest[:_MAX_REST])
            if groups is not None:
                return _endpoint(rule, groups, host, scheme or "https", port if port is not None else 443)
    return None


def _groups(rule: CloudHost, host: str, rest: str) -> dict[str, str] | None:
    """Groups that the patterns of a rule match in a host and the text after it; ``None`` if they do not match."""
    found = rule.host_pattern.fullmatch(host)
    if found is None:
        return None
    groups = found.groupdict("")
    if rule.rest:
        behind = rule.rest_pattern.match(rest)
        # A name that is completed at run time is cut at its placeholder; the rest names no resource.
        if behind is None or PLACEHOLDER.search(rest, 0, behind.end() + 1):
            return None
        groups |= behind.groupdict("")
    if rule.within:
        within = rule.within_pattern.match(rest)
        named = within is not None and PLACEHOLDER.search(rest, 0, within.end() + 1) is None
        groups |= dict.fromkeys(rule.within_pattern.groupindex, "")
        groups |= within.groupdict("") if within is not None and named else {}
    return groups


def _endpoint(
    rule: CloudHost | CloudToken, groups: dict[str, str], host: str, scheme: str, port: int | None
) -> Endpoint:
    asked = rule.ask.format_map(groups).replace("..", ".").strip(".").lower()
    return Endpoint(
        kind=EndpointKind.CLOUD,
        value=f"{rule.kind}:{rule.value.format_map(groups)}",
        scheme="https" if asked else scheme,
        host=asked or host,
        port=443 if asked else port,
        path=rule.container.format_map(groups).strip("/"),
        service=rule.service or rule.kind,
    )


def with_parts(endpoint: Endpoint, rest: str, rules: RuleFiles) -> tuple[Endpoint, ...]:
    """A resource, and the services of it that the text after its host requests: ``supabase-storage:project``.

    Args:
        endpoint: any endpoint; only cloud resources have parts.
        rest: path and query as written.
        rules: the rule files.
    """
    if endpoint.kind is not EndpointKind.CLOUD:
        return (endpoint,)
    kind, _, name = endpoint.value.partition(":")
    found = ((part, _part_match(part, rest[:_MAX_REST])) for part in rules.cloud.parts if part.of == kind)
    parts = (
        msgspec.structs.replace(
            endpoint,
            value=f"{part.kind}:{name}",
            path=part.container.format_map(groups.groupdict("")),
            service=part.kind,
        )
        for part, groups in found
        if groups is not None
    )
    return (endpoint, *parts)


def _part_match(part: CloudPart, rest: str) -> re.Match[str] | None:
    found = part.within_pattern.match(rest)
    return found if found is not None and PLACEHOLDER.search(rest, 0, found.end() + 1) is None else None


def ended_services(sightings: Iterable[Sighting], rules: RuleFiles) -> tuple[EndedService, ...]:
    """The resources and hosts among the sightings whose service has ended, in their order."""
    names = {name_in_service(one.endpoint): rules.cloud.end_of(one.endpoint) for one in sightings}
    return tuple(
        EndedService(name, end.product, end.date, end.source) for name, end in names.items() if end is not None
    )


def name_in_service(endpoint: Endpoint) -> str:
    """The name by which a service knows a back end: a resource, or a host, whatever the path."""
    return endpoint.value if endpoint.kind is EndpointKind.CLOUD else endpoint.host


def verify(text: str, rest: str, rules: RuleFiles) -> TextVerdict:
    """Judge a bare host name that ends with the suffix of a rule, and the text after it."""
    default = firebase.default_database(text)
    if default is not None:
        return TextVerdict(firebase.RULE, len(text), endpoints=(default,))
    host = check_host(text, rules)
    if isinstance(host, InvalidHost):
        return TextVerdict(RULE, len(text), rejected=host.reason)
    if isinstance(host, NonBackendHost):
        return TextVerdict(RULE, len(text), not_backends=(NotBackend(host.host.name, host.reason),))
    endpoint = cloud_endpoint(text.lower(), rest, rules, scheme="")
    if endpoint is None:
        return TextVerdict(RULE, len(text), rejected="no name of a resource before the domain")
    return TextVerdict(
        firebase.RULE if endpoint.service == firebase.SERVICE else RULE,
        len(text),
        endpoints=with_parts(endpoint, rest, rules),
    )


def token_verdict(found: re.Match[str], rule: CloudToken) -> TextVerdict:
    """The resource that a matched identifier names."""
    endpoint = _endpoint(rule, found.groupdict(""), "", "https", None)
    key = PublicKey(rule.kind, endpoint.value.partition(":")[2], rule.services)
    return TextVerdict(TOKEN_RULE, len(found[0]), endpoints=(endpoint,), keys=(key,) if rule.services else ())
