"""Address lists of providers, and tables of autonomous systems, in the formats in which they are published.

JSON formats: AWS ``ip-ranges.json``, Azure ``ServiceTags_*.json``, Google ``cloud.json`` and ``goog.json``, Oracle
``public_ip_ranges.json``, Cloudflare's API and Fastly's ``public-ip-list``. Other formats: geofeeds (RFC 8805:
DigitalOcean, Linode, Vultr), plain lists of CIDR blocks, and CSV tables ``first,last,AS number,name``. The format is
detected from the content.
"""

import csv
import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from itertools import islice

import msgspec

from tieback.backends.range_table import MAX_NETS, LabelledNetwork
from tieback.model.errors import InputError

MAX_BYTES = 256 * 1024 * 1024
"""Most bytes of one file. The largest known one, a table of all autonomous systems, has 40 MiB."""
MAX_FIELD = 200
"""Most characters of a name; longer ones are cut."""
_AWS_PRODUCTS = {
    "EC2": "Amazon EC2",
    "S3": "Amazon S3",
    "CLOUDFRONT": "Amazon CloudFront",
    "API_GATEWAY": "Amazon API Gateway",
    "GLOBALACCELERATOR": "AWS Global Accelerator",
    "DYNAMODB": "Amazon DynamoDB",
    "ROUTE53": "Amazon Route 53",
    "AMAZON_CONNECT": "Amazon Connect",
    "AMAZON_APPFLOW": "Amazon AppFlow",
    "EBS": "Amazon EBS",
    "CODEBUILD": "AWS CodeBuild",
    "CHIME_MEETINGS": "Amazon Chime",
    "KINESIS_VIDEO_STREAMS": "Amazon Kinesis Video Streams",
    "AURORA_DSQL": "Amazon Aurora DSQL",
}
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")


class NetworkLabel(msgspec.Struct, frozen=True):
    """Data of a network in a list."""

    provider: str = ""
    """Id as in ``hosting.toml`` if it is listed there, otherwise a name."""
    product: str = ""
    region: str = ""
    place: str = ""
    """City and country, if the list has them instead of a region."""
    asn: int | None = None
    as_name: str = ""
    rank: int = 0
    """If a network has two labels, the one with the higher rank is more specific."""


class RangeFile(msgspec.Struct, frozen=True):
    """A list that was read."""

    kind: str
    """``aws``, ``azure``, ``gcp``, ``oracle``, ``cloudflare``, ``fastly``, ``geofeed``, ``cidr`` or ``asn``."""
    name: str
    """Name under which it is stored; unique."""
    date: str
    """Date in the list itself, ``YYYY-MM-DD``; empty if it has none."""
    labels: tuple[NetworkLabel, ...]
    nets: tuple[LabelledNetwork, ...]
    skipped: int = 0
    """Number of lines or entries that are not a network."""


def read_ranges(data: bytes, *, provider: str = "") -> RangeFile:
    """Read a list in one of the known formats.

    Args:
        data: content of the file.
        provider: owner of the addresses, if the file does not name it: geofeeds and plain lists.

    Raises:
        InputError: the format is unknown, or the list has no networks or is too large.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES >> 20} MiB", advice="Import the list of one provider at a time")
    kind, date, entries = _json(data) if data.lstrip()[:1] == b"{" else _text(data, provider)
    labels: dict[NetworkLabel, int] = {}
    nets: list[LabelledNetwork] = []
    skipped = 0
    for block, label in entries:
        if len(nets) >= MAX_NETS:
            raise InputError(f"more than {MAX_NETS:,} networks", advice="Split the file")
        parsed = _block(block)
        if parsed is None:
            skipped += 1
            continue
        nets.append(LabelledNetwork(*parsed, labels.setdefault(label, len(labels)), label.rank))
    if not nets:
        raise InputError("no networks found", advice="Import a provider's list of its IP addresses")
    name = kind if kind in _NAMED_BY_KIND else "asn" if kind == "asn" else provider
    if kind == "gcp" and all(label.region == "" for label in labels):
        name = "google"
    return RangeFile(kind, name, date, tuple(labels), tuple(nets), skipped)


_NAMED_BY_KIND = frozenset({"aws", "azure", "gcp", "oracle", "cloudflare", "fastly"})

type _Entries = Iterator[tuple[str, NetworkLabel]]


class _Prefix(msgspec.Struct):
    ip_prefix: str = ""
    ipv6_prefix: str = ""
    region: str = ""
    service: str = ""
    v4: str = msgspec.field(name="ipv4Prefix", default="")
    v6: str = msgspec.field(name="ipv6Prefix", default="")
    scope: str = ""


class _TagProperties(msgspec.Struct):
    region: str = ""
    system: str = msgspec.field(name="systemService", default="")
    prefixes: list[str] = msgspec.field(name="addressPrefixes", default_factory=list)


class _Tag(msgspec.Struct):
    name: str = ""
    properties: _TagProperties = msgspec.field(default_factory=_TagProperties)


class _Cidr(msgspec.Struct):
    cidr: str = ""
    tags: list[str] = msgspec.field(default_factory=list)


class _OracleRegion(msgspec.Struct):
    region: str = ""
    cidrs: list[_Cidr] = msgspec.field(default_factory=list)


class _CloudflareResult(msgspec.Struct):
    ipv4_cidrs: list[str] = msgspec.field(default_factory=list)
    ipv6_cidrs: list[str] = msgspec.field(default_factory=list)


class _Document(msgspec.Struct):
    """All keys of the JSON lists."""

    sync: str | int = msgspec.field(name="syncToken", default="")
    aws_date: str = msgspec.field(name="createDate", default="")
    google_date: str = msgspec.field(name="creationTime", default="")
    prefixes: list[_Prefix] | None = None
    ipv6_prefixes: list[_Prefix] = msgspec.field(default_factory=list)
    change: int | None = msgspec.field(name="changeNumber", default=None)
    values: list[_Tag] | None = None
    oracle_date: str = msgspec.field(name="last_updated_timestamp", default="")
    regions: list[_OracleRegion] | None = None
    result: _CloudflareResult | None = None
    addresses: list[str] | None = None
    ipv6_addresses: list[str] = msgspec.field(default_factory=list)


def _json(data: bytes) -> tuple[str, str, _Entries]:
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"unknown address list format ({error})"[:200],
            advice="Import the JSON that the provider publishes, or a text file with one CIDR block per line",
        ) from None
    if document.prefixes is not None and any(p.v4 or p.v6 for p in document.prefixes):
        return "gcp", _day(document.google_date), _google(document.prefixes)
    if document.prefixes is not None:
        return "aws", _day(document.aws_date), _aws([*document.prefixes, *document.ipv6_prefixes])
    if document.values is not None:
        return "azure", "", _azure(document.values)
    if document.regions is not None:
        return "oracle", _day(document.oracle_date), _oracle(document.regions)
    if document.result is not None:
        both = (*document.result.ipv4_cidrs, *document.result.ipv6_cidrs)
        return "cloudflare", "", ((block, NetworkLabel("cloudflare")) for block in both)
    if document.addresses is not None:
        both = (*document.addresses, *document.ipv6_addresses)
        return "fastly", "", ((block, NetworkLabel("fastly", "Fastly CDN")) for block in both)
    raise InputError("no address list in the JSON document", advice="Import a provider's list of its IP addresses")


def _aws(prefixes: list[_Prefix]) -> _Entries:
    for prefix in prefixes:
        region = "" if prefix.region == "GLOBAL" else prefix.region
        # AMAZON contains all networks; EC2 also contains those of services that run on it.
        rank = {"AMAZON": 0, "EC2": 1}.get(prefix.service, 2)
        product = "" if prefix.service == "AMAZON" else _AWS_PRODUCTS.get(prefix.service, f"AWS {prefix.service}")
        yield prefix.ip_prefix or prefix.ipv6_prefix, NetworkLabel("aws", _cut(product), _cut(region), rank=rank)


def _google(prefixes: list[_Prefix]) -> _Entries:
    for prefix in prefixes:
        region = "" if prefix.scope == "global" else prefix.scope
        label = NetworkLabel("gcp", "", _cut(region), rank=1) if prefix.scope else NetworkLabel("Google")
        yield prefix.v4 or prefix.v6, label


def _azure(tags: list[_Tag]) -> _Entries:
    for tag in tags:
        its = tag.properties
        region = its.region.lower()
        product = f"Azure {its.system.removeprefix('Azure')}".strip() if its.system else ""
        label = NetworkLabel("azure", _cut(product), _cut(region), rank=2 * bool(product) + bool(region))
        for block in its.prefixes:
            yield block, label


def _oracle(regions: list[_OracleRegion]) -> _Entries:
    for region in regions:
        for one in region.cidrs:
            store = "OBJECT_STORAGE" in one.tags
            product = "OCI Object Storage" if store else ""
            yield one.cidr, NetworkLabel("oracle", product, _cut(region.region), rank=int(store))


def _text(data: bytes, provider: str) -> tuple[str, str, _Entries]:
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise InputError("neither text nor JSON", advice="Import an address list or an MMDB file") from None
    head = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    columns = next(_rows([head]), [])
    if len(columns) >= 3 and columns[2].strip().isdigit() and _is_address(columns[0]) and _is_address(columns[1]):
        return "asn", "", _asn(lines)
    if not provider:
        raise InputError("the list does not name its provider", advice="Name the provider with --provider")
    if len(columns) >= 4:
        return "geofeed", "", _geofeed(lines, provider)
    return "cidr", "", ((line.partition("#")[0].strip(), NetworkLabel(provider)) for line in lines if _said(line))


def _said(line: str) -> bool:
    return bool(line.partition("#")[0].strip())


def _geofeed(lines: list[str], provider: str) -> _Entries:
    """RFC 8805: prefix, country, region, city, postal code."""
    for row in _rows(lines):
        country, city = (row[n].strip() if len(row) > n else "" for n in (1, 3))
        yield row[0], NetworkLabel(provider, place=_cut(", ".join(part for part in (city, country) if part)))


def _asn(lines: list[str]) -> _Entries:
    for row in _rows(lines):
        number = row[2].strip() if len(row) > 2 else ""
        if number.isascii() and number.isdigit() and len(number) <= 10:
            yield f"{row[0]}-{row[1]}", NetworkLabel(asn=int(number), as_name=_cut(row[3] if len(row) > 3 else ""))
        else:
            yield "", NetworkLabel()


def _rows(lines: list[str]) -> Iterator[list[str]]:
    try:
        for row in csv.reader(line for line in lines if line.strip() and not line.startswith("#")):
            if row:
                yield row
    except csv.Error as error:
        raise InputError(f"not a table ({error})", advice="Import the unchanged file of the publisher") from None


def _block(text: str) -> tuple[int, int, int] | None:
    """Version, first and last address of ``net/prefix`` or ``first-last``; ``None`` for any other text."""
    first, dash, last = text.strip().partition("-")
    try:
        if dash:
            low, high = ip_address(first.strip()), ip_address(last.strip())
            whole = low.version == high.version and int(low) <= int(high)
            return (low.version, int(low), int(high)) if whole else None
        net = ip_network(first, strict=False)
    except ValueError:
        return None
    return net.version, int(net.network_address), int(net.broadcast_address)


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip())
    except ValueError:
        return False
    return True


def _day(text: str) -> str:
    found = _DAY.match(text.strip())
    return "-".join(found.groups()) if found else ""


def _cut(text: str) -> str:
    return "".join(islice((c for c in text.strip() if c.isprintable()), MAX_FIELD))
