"""Providers' lists in their own shapes; small made-up ones with nets of RFC 5737 and RFC 3849."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.backends.range_files import NetworkLabel, RangeFile, read_ranges
from tieback.backends.range_table import RangeTable
from tieback.model.errors import InputError

AWS = {
    "syncToken": "1700000000",
    "createDate": "2026-06-17-12-00-00",
    "prefixes": [
        {"ip_prefix": "192.0.2.0/24", "region": "eu-west-1", "service": "AMAZON", "network_border_group": "eu-west-1"},
        {"ip_prefix": "192.0.2.0/24", "region": "eu-west-1", "service": "S3", "network_border_group": "eu-west-1"},
        {"ip_prefix": "198.51.100.0/24", "region": "GLOBAL", "service": "CLOUDFRONT", "network_border_group": "GLOBAL"},
    ],
    "ipv6_prefixes": [{"ipv6_prefix": "2001:db8::/32", "region": "us-east-1", "service": "EC2"}],
}
AZURE = {
    "changeNumber": 300,
    "cloud": "Public",
    "values": [
        {
            "name": "AzureCloud.westeurope",
            "id": "AzureCloud.westeurope",
            "properties": {"region": "westeurope", "systemService": "", "addressPrefixes": ["192.0.2.0/24"]},
        },
        {
            "name": "Storage.WestEurope",
            "properties": {
                "region": "westeurope",
                "systemService": "AzureStorage",
                "addressPrefixes": ["192.0.2.0/28", "2001:db8::/48"],
            },
        },
    ],
}
CLOUD = {
    "syncToken": "1",
    "creationTime": "2026-06-17T10:00:00.0",
    "prefixes": [
        {"ipv4Prefix": "192.0.2.0/24", "service": "Google Cloud", "scope": "us-east1"},
        {"ipv6Prefix": "2001:db8::/32", "service": "Google Cloud", "scope": "global"},
    ],
}
GOOG = {"syncToken": "1", "creationTime": "2026-06-17T10:00:00.0", "prefixes": [{"ipv4Prefix": "192.0.2.0/24"}]}
ORACLE = {
    "last_updated_timestamp": "2026-06-16T09:00:00.0",
    "regions": [
        {
            "region": "us-phoenix-1",
            "cidrs": [
                {"cidr": "192.0.2.0/25", "tags": ["OCI"]},
                {"cidr": "192.0.2.128/25", "tags": ["OSN", "OBJECT_STORAGE"]},
            ],
        }
    ],
}
CLOUDFLARE = {"result": {"ipv4_cidrs": ["192.0.2.0/24"], "ipv6_cidrs": ["2001:db8::/32"], "etag": "x"}, "success": True}
FASTLY = {"addresses": ["192.0.2.0/24"], "ipv6_addresses": ["2001:db8::/32"]}
GEOFEED = "# our ranges\n192.0.2.0/24,SG,SG-05,Singapore,627753\n2001:db8::/32,NL,NL-NH,Amsterdam,1098\nnonsense,,,,\n"
PLAIN = "# ours\n192.0.2.0/24   # Paris\n\n2001:db8::/32\nnot a net\n"
ASN = '192.0.2.0,192.0.2.255,64496,"Example, Inc."\n2001:db8::,2001:db8:ffff::,64497,Other\nx,y,z\n'


def first(file: RangeFile, address: str) -> NetworkLabel:
    from ipaddress import ip_address

    at = RangeTable(file.nets).label(ip_address(address))
    return file.labels[at]


@each(
    ("document", "provider", "kind", "name", "date", "address", "label"),
    [
        (AWS, "", "aws", "aws", "2026-06-17", "192.0.2.9", NetworkLabel("aws", "Amazon S3", "eu-west-1", rank=2)),
        (AWS, "", "aws", "aws", "2026-06-17", "198.51.100.9", NetworkLabel("aws", "Amazon CloudFront", "", rank=2)),
        (AWS, "", "aws", "aws", "2026-06-17", "2001:db8::1", NetworkLabel("aws", "Amazon EC2", "us-east-1", rank=1)),
        (AZURE, "", "azure", "azure", "", "192.0.2.200", NetworkLabel("azure", "", "westeurope", rank=1)),
        (AZURE, "", "azure", "azure", "", "192.0.2.1", NetworkLabel("azure", "Azure Storage", "westeurope", rank=3)),
        (CLOUD, "", "gcp", "gcp", "2026-06-17", "192.0.2.1", NetworkLabel("gcp", "", "us-east1", rank=1)),
        (CLOUD, "", "gcp", "gcp", "2026-06-17", "2001:db8::1", NetworkLabel("gcp", "", "", rank=1)),
        (GOOG, "", "gcp", "google", "2026-06-17", "192.0.2.1", NetworkLabel("Google")),
        (ORACLE, "", "oracle", "oracle", "2026-06-16", "192.0.2.1", NetworkLabel("oracle", "", "us-phoenix-1")),
        (
            ORACLE,
            "",
            "oracle",
            "oracle",
            "2026-06-16",
            "192.0.2.200",
            NetworkLabel("oracle", "OCI Object Storage", "us-phoenix-1", rank=1),
        ),
        (CLOUDFLARE, "", "cloudflare", "cloudflare", "", "2001:db8::1", NetworkLabel("cloudflare")),
        (FASTLY, "", "fastly", "fastly", "", "192.0.2.1", NetworkLabel("fastly", "Fastly CDN")),
        (
            GEOFEED,
            "digitalocean",
            "geofeed",
            "digitalocean",
            "",
            "192.0.2.1",
            NetworkLabel("digitalocean", place="Singapore, SG"),
        ),
        (PLAIN, "hetzner", "cidr", "hetzner", "", "192.0.2.1", NetworkLabel("hetzner")),
        (ASN, "", "asn", "asn", "", "192.0.2.1", NetworkLabel(asn=64496, as_name="Example, Inc.")),
        (ASN, "", "asn", "asn", "", "2001:db8::9", NetworkLabel(asn=64497, as_name="Other")),
    ],
)
def test_known_list_formats(
    document: dict[str, object] | str, provider: str, kind: str, name: str, date: str, address: str, label: NetworkLabel
) -> None:
    data = document if isinstance(document, str) else json.dumps(document)
    file = read_ranges(data.encode(), provider=provider)
    assert (file.kind, file.name, file.date) == (kind, name, date)
    assert first(file, address) == label


@pytest.mark.parametrize(("text", "provider"), [(GEOFEED, "digitalocean"), (PLAIN, "hetzner"), (ASN, "")])
def test_invalid_networks_are_counted(text: str, provider: str) -> None:
    file = read_ranges(text.encode(), provider=provider)
    assert (len(file.nets), file.skipped) == (2, 1)


@each(
    ("data", "says"),
    [
        (b"", "the list does not name its provider"),
        (b"192.0.2.0/24\n", "the list does not name its provider"),
        (b"\xff\xfe", "neither text nor JSON"),
        (b"{", "unknown address list format"),
        (b"{}", "no address list in"),
        (b'{"prefixes": []}', "no networks found"),
        (b'{"prefixes": "x"}', "unknown address list format"),
        (b'{"values": [{"properties": {"addressPrefixes": ["x"]}}]}', "no networks found"),
        (b'{"a":' + b"[" * 100_000, "unknown address list format"),
        (b"x" * 200_000 + b",1\n", r"not a table \(field larger than"),
        (b"1.0.0.0,1.0.0.1,1,a\n1.0.0.0,1.0.0.1,2," + b"x" * 200_000, r"not a table \(field larger than"),
    ],
)
def test_file_that_is_not_a_list_is_rejected(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_ranges(data)


@settings(max_examples=examples(80), deadline=None)
@given(st.binary(max_size=300) | st.text(alphabet='0123456789.,/:-{}[]"aprefixes\n', max_size=300).map(str.encode))
def test_any_bytes_end_in_a_list_or_one_line(data: bytes) -> None:
    try:
        file = read_ranges(data, provider="x")
    except InputError:
        return
    assert file.nets


def test_json_that_is_not_utf_8_is_one_line() -> None:
    with pytest.raises(InputError, match="unknown address list format"):
        read_ranges(b'{"prefixes":[{"ip_prefix":"1.0.0.0/8\xe4\xe4"}]}')
