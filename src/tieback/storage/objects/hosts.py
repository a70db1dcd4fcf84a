"""The hosts that the client of an object store may contact: the store, and the service that issues its credentials.

obstore follows redirects to any host and has no option against it. It does have a proxy with exceptions: all hosts but
these go to a proxy that does not exist. So a redirect ends there, and so does a query of the machine's identity service
that the user did not ask for.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from tieback.scope.guard import ExcludedServiceError, ServiceGuard
from tieback.storage.objects.location import ObjectUrl

NO_PROXY_AT_ALL = "http://127.0.0.1:1"
"""A privileged port on which nothing listens."""
MACHINE_IDENTITY = "TIEBACK_MACHINE_IDENTITY"
"""``true`` allows queries of the identity service of this machine."""
METADATA = ("169.254.169.254", "metadata.google.internal", "fd00:ec2::254")
_CONTAINER = "169.254.170.2"
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")
_CREDENTIAL_URLS = (
    "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_ENDPOINT_URL_STS", "AZURE_AUTHORITY_HOST",
    "AZURE_STORAGE_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "MSI_ENDPOINT", "AZURE_MSI_ENDPOINT",
)  # fmt: skip


def proxy_options(
    location: ObjectUrl, environ: Mapping[str, str], endpoint: str, region: str, guard: ServiceGuard
) -> dict[str, str]:
    """Client options of obstore. Empty with a proxy of the user: that proxy then decides which hosts are reached.

    Hosts that site policies exclude are not allowed, so a request for credentials ends there too.
    """
    if any(environ.get(name) for name in _PROXIES):
        return {}
    hosts = sorted(host for host in allowed_hosts(location, environ, endpoint, region) if _permitted(guard, host))
    return {"proxy_url": NO_PROXY_AT_ALL, "proxy_excludes": ",".join(hosts)}


def _permitted(guard: ServiceGuard, host: str) -> bool:
    try:
        guard.check_name(host, 443)
    except ExcludedServiceError:
        return False
    return True


def check_store(
    location: ObjectUrl, environ: Mapping[str, str], endpoint: str, region: str, guard: ServiceGuard
) -> None:
    """Check the host of the store itself, and its addresses. obstore resolves the name again when it connects.

    Raises:
        ExcludedServiceError: a site policy excludes it.
    """
    if not guard:
        return
    host, port = _host(endpoint), 443
    if host:
        parts = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")
        port = parts.port or (80 if parts.scheme == "http" else 443)
    elif location.scheme == "s3":
        zone = next(iter(_zones(location)), "")
        host = f"{location.bucket}.s3express-{zone}.{region}.amazonaws.com" if zone else f"s3.{region}.amazonaws.com"
    elif location.scheme == "gs":
        host = "storage.googleapis.com"
    else:
        host = f"{environ.get('AZURE_STORAGE_ACCOUNT_NAME', '')}.blob.core.windows.net"
    guard.check_name(host, port)
    try:
        guard.addresses(host, port)
    except ExcludedServiceError:
        raise
    except OSError:
        return  # the first request reports it


def allowed_hosts(location: ObjectUrl, environ: Mapping[str, str], endpoint: str, region: str) -> set[str]:
    """Hosts, each with its subdomains.

    Args:
        location: the bucket or container.
        environ: the user's environment.
        endpoint: URL of the store if the user set one, else empty.
        region: region of ``s3://``.
    """
    hosts = {_host(environ.get(name, "")) for name in _CREDENTIAL_URLS}
    if endpoint:
        hosts.add(_host(endpoint))
    match location.scheme:
        case "s3":
            hosts |= {f"sts.{region}.amazonaws.com", "sts.amazonaws.com"}
            if not endpoint:
                hosts |= {f"s3.{region}.amazonaws.com", f"{location.bucket}.s3.amazonaws.com"}
                hosts |= {f"{location.bucket}.s3express-{zone}.{region}.amazonaws.com" for zone in _zones(location)}
            if environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
                hosts.add(_CONTAINER)
        case "gs":
            hosts |= {"oauth2.googleapis.com", "iamcredentials.googleapis.com", "sts.googleapis.com"}
            if not endpoint:
                hosts.add("storage.googleapis.com")
        case "az":
            hosts.add("login.microsoftonline.com")
            if not endpoint:
                account = environ.get("AZURE_STORAGE_ACCOUNT_NAME", "")
                hosts |= {f"{account}.{kind}.core.windows.net" for kind in ("blob", "dfs") if account}
                hosts |= {f"onelake.{kind}.fabric.microsoft.com" for kind in ("blob", "dfs")}
    if environ.get(MACHINE_IDENTITY, "").lower() == "true":
        hosts |= set(METADATA)
    return hosts - {""}


def _host(url: str) -> str:
    try:
        return urlsplit(url if "://" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""


def _zones(location: ObjectUrl) -> list[str]:
    """The zone in the name of an S3 Express bucket: ``NAME--ZONE--x-s3``."""
    parts = location.bucket.split("--")
    return [parts[-2]] if len(parts) >= 3 and parts[-1] == "x-s3" else []
