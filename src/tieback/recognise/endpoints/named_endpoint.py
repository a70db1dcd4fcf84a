"""The endpoint of an address that a credential names, or that is beside it: a URL, ``host:port`` or a host."""

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.recognise.endpoints import address, cloud, connection, url
from tieback.recognise.endpoints.hosts import EndpointHost, check_host
from tieback.recognise.rules import RuleFiles

_STORE = "store"


def endpoint_of(text: str, rules: RuleFiles) -> Endpoint | None:
    """The endpoint of an address; ``None`` if it is none, or no back end."""
    name, found, _ = text.partition("://")
    if found:
        scheme = rules.services.schemes.get(name.lower())
        if scheme is None:
            return None
        verify = connection.verify if scheme.family == _STORE else url.verify
        return next(iter(verify(text, scheme, rules).endpoints), None)
    host, _, port = text.lower().partition(":")
    resource = cloud.cloud_endpoint(host, "", rules, scheme="")
    if resource is not None:
        return resource
    if port:
        return next(iter(address.verify("", host, port, rules).endpoints), None)
    checked = check_host(host, rules)
    if not isinstance(checked, EndpointHost) or "." not in checked.name:
        return None
    kind = EndpointKind.ADDRESS if checked.address else EndpointKind.HOST_PORT
    return Endpoint(kind, checked.bracketed, "", checked.name, None)
