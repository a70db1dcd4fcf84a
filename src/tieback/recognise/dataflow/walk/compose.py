"""Compose the parts from a sink into one text, or into a host and a port."""

from collections.abc import Mapping
from urllib.parse import urljoin

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import NotBackend
from tieback.recognise.dataflow.methods.sinks import Sink
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.endpoints.hosts import (
    EndpointHost,
    InvalidHost,
    NonBackendHost,
    check_host,
    check_port,
    web_server,
)
from tieback.recognise.rules import RuleFiles

_BUCKET = lazy_pattern(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_PROJECT = lazy_pattern(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
_ACCOUNT = lazy_pattern(r"(?:^|;)AccountName=([a-z0-9]{3,24})(?:;|$)")
_REALM_APP = lazy_pattern(r"[a-z][a-z0-9_-]{2,60}-[a-z]{5}")
_DATABASES = (
    "Lcom/google/firebase/database/FirebaseDatabase;", "Lcom/google/firebase/database/DatabaseReference;",
)  # fmt: skip
_NODE = lazy_pattern(r"[\w-][\w -]{0,80}(?:/[\w-][\w -]{0,80}){0,8}")
_IPV6 = lazy_pattern(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}")
"""An address with at least two colons, so that no port is behind it."""
_BARE = frozenset(("", "host", "port"))
RESOLVERS = frozenset(
    ("1.0.0.1", "1.1.1.1", "4.2.2.1", "4.2.2.2", "8.8.4.4", "8.8.8.8", "9.9.9.9", "114.114.114.114", "114.114.115.115",
     "119.29.29.29", "149.112.112.112", "180.76.76.76", "208.67.220.220", "208.67.222.222", "223.5.5.5", "223.6.6.6")
)  # fmt: skip
"""Resolvers of the DNS that anyone may use: https://developers.google.com/speed/public-dns,
https://developers.cloudflare.com/1.1.1.1/, https://www.quad9.net/, https://www.opendns.com/,
https://www.114dns.com/, https://www.alidns.com/, https://www.dnspod.cn/Products/publicdns.
"""
_REGION = "us-central1"
"""Region of callable functions if the code names none: https://firebase.google.com/docs/functions/locations"""

type Parts = Mapping[str, str | int]


def url_of(parts: Parts) -> str:
    """The URL from the parts; empty if they make no URL, or only the URL that was passed as a whole."""
    url = parts.get("url")
    text = url if isinstance(url, str) else _authority(parts)
    spec, path = parts.get("spec"), parts.get("path")
    if not text or (url is not None and spec is None and path is None):
        return ""
    if isinstance(spec, str):
        try:
            text = urljoin(text, spec)
        except ValueError:  # brackets without an address
            return ""
    if isinstance(path, str):
        text = f"{text.rstrip('/')}/{path.lstrip('/')}"
    return text


def _authority(parts: Parts) -> str:
    scheme, host, port = parts.get("scheme"), parts.get("host"), parts.get("port")
    if not isinstance(scheme, str) or not isinstance(host, str) or not scheme or not host:
        return ""
    if "://" in scheme or "://" in host:
        return ""  # another constant of the same settings
    return f"{scheme}://{host}" + (f":{port}" if isinstance(port, int) and port > 0 else "")


def bucket_of(parts: Parts, sink: Sink) -> str:
    """A URL of the named bucket, or an empty text."""
    bucket = parts.get("bucket")
    if not isinstance(bucket, str) or not _BUCKET.fullmatch(bucket):
        return ""
    return f"gs://{bucket}/" if sink.service == "gcs" else f"https://{bucket}.s3.amazonaws.com/"


def realm_of(parts: Parts) -> str:
    """The URL of an app of Atlas App Services; empty if none was named."""
    app = parts.get("app")
    named = isinstance(app, str) and _REALM_APP.fullmatch(app) is not None
    return f"https://services.cloud.mongodb.com/api/client/v2.0/app/{app}" if named else ""


def azure_of(parts: Parts) -> str:
    """The URL of the account that an Azure connection string names; empty if there is none."""
    text = parts.get("url")
    found = _ACCOUNT.search(text) if isinstance(text, str) else None
    return f"https://{found[1]}.blob.core.windows.net/" if found is not None else ""


def firebase_of(parts: Parts, project: str) -> str:
    """A URL of the named collection or function in a project; empty if none was named."""
    collection, function, region = parts.get("collection"), parts.get("callable"), parts.get("region", _REGION)
    if not _PROJECT.fullmatch(project):
        return ""
    if isinstance(collection, str):
        return f"https://firestore.googleapis.com/v1/projects/{project}/databases/(default)/documents/{collection}"
    return f"https://{region}-{project}.cloudfunctions.net/{function}" if isinstance(function, str) else ""


def node_of(parts: Parts, sink: Sink) -> str:
    """The path of a node in the Realtime Database that the settings of the app name; empty if a call names none.

    Source: https://firebase.google.com/docs/database/android/read-and-write#get_a_databasereference
    """
    path = parts.get("path")
    if sink.owner not in _DATABASES or set(parts) != {"path"} or not isinstance(path, str):
        return ""
    known = path.partition(HOLE)[0]
    if known != path:
        known = known.rpartition("/")[0]
    known = known.strip("/")
    return known if _NODE.fullmatch(known) else ""


def bare_host(parts: Parts, sink: Sink, rules: RuleFiles) -> Endpoint | NotBackend | None:
    """The host that a call looks up, or connects to at a port that is not known; the address of a web server stands
    for it. An address that is no server, such as one of a multicast group, is left out with the reason.
    """
    host = parts.get("host")
    if not isinstance(host, str) or "port" in parts or sink.port is not None or not _BARE.issuperset(sink.roles):
        return None
    checked = check_host(host, rules) if "." in host else None
    if isinstance(checked, NonBackendHost) and checked.host.address:
        return NotBackend(checked.host.bracketed, checked.reason)
    return web_server(checked) if isinstance(checked, EndpointHost) and checked.name not in RESOLVERS else None


def host_port(parts: Parts, sink: Sink, rules: RuleFiles) -> Endpoint | NotBackend | None:
    """The host and port from a sink. The call defines their meaning, so no further evidence is needed."""
    host, port = parts.get("host"), parts.get("port", sink.port)
    if not isinstance(host, str) or not isinstance(port, int) or "scheme" in parts:
        return None
    host = host.rpartition("/")[2]  # dns:///host:port
    if _IPV6.fullmatch(host):
        host = f"[{host}]"
    elif port == sink.port and "port" not in parts and ":" in host:
        host, _, digits = host.rpartition(":")
        port = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
    checked = check_host(host, rules)
    if isinstance(checked, InvalidHost) or isinstance(check_port(str(port)), InvalidHost):
        return None
    if isinstance(checked, NonBackendHost):
        return NotBackend(f"{checked.host.bracketed}:{port}", checked.reason)
    return Endpoint(
        kind=EndpointKind.ADDRESS if checked.address else EndpointKind.HOST_PORT,
        value=f"{checked.bracketed}:{port}",
        scheme="",
        host=checked.name,
        port=port,
        service=sink.service or rules.services.of(checked.name, port),
    )
