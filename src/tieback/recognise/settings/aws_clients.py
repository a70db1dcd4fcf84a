"""Servers of Amazon that a script contacts through the SDK for JavaScript: ``new AWS.Lambda({region: "eu-west-1"})``.

The SDK joins the host of a service from a template, ``{service}.{region}.amazonaws.com``
(https://github.com/aws/aws-sdk-js/blob/master/lib/region_config_data.json), so the script has only its parts. The
service is that of the class, and the region is in the same call, or the only one that the script sets, as in
``AWS.config.region = "eu-west-1"``. Amazon S3 is not among them: its hosts contain the bucket, see script_objects.py.
Bounds: 100 clients and 200 regions per file, 400 bytes of each call.
"""

import re
from collections.abc import Container, Iterator
from itertools import islice

from tieback.intake.apps.interface import Buffer, Bytes
from tieback.model.endpoint import Endpoint, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.calls import is_script_file
from tieback.recognise.context import match_context
from tieback.recognise.endpoints.cloud import cloud_endpoint
from tieback.recognise.endpoints.hosts import EndpointHost, web_server
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.script_objects import RULE, buckets, own_behind
from tieback.recognise.span import decode_text

MAX_CLIENTS, MAX_REGIONS = 100, 200
AROUND = 400
"""Bytes of a call that are read."""
SERVICES = {
    "CognitoIdentity": "cognito-identity",
    "CognitoIdentityCredentials": "cognito-identity",
    "CognitoIdentityServiceProvider": "cognito-idp",
    "CognitoSync": "cognito-sync",
    "Comprehend": "comprehend",
    "DynamoDB": "dynamodb",
    "DynamoDB.DocumentClient": "dynamodb",
    "Firehose": "firehose",
    "Kinesis": "kinesis",
    "Lambda": "lambda",
    "LexRuntime": "runtime.lex",
    "Pinpoint": "pinpoint",
    "Polly": "polly",
    "Rekognition": "rekognition",
    "SES": "email",
    "SNS": "sns",
    "SQS": "sqs",
    "Translate": "translate",
}
"""First part of the host by class: https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html."""
MARKS = (b"{region}.amazonaws.com", b"new AWS.")
"""A script with none of them neither contains the SDK nor uses the global object of its own file."""
_REGION = rb"(?P<region>(?:us|eu|ap|sa|ca|me|af|il|mx|cn)-(?:gov-)?(?:north|south|east|west|central){1,2}-[1-9])"
_CLIENT = lazy_pattern(
    rb"\bnew\s{1,4}(?:[\w$]{1,40}\.){1,4}?(?P<name>%b)\s{0,4}(?:\)|\(\s{0,32}(?:\)|(?P<object>\{)))"
    % b"|".join(re.escape(name.encode()) for name in sorted(SERVICES, key=len, reverse=True))
)
"""A client of the app: the SDK itself gives its own clients a variable."""
_SET = lazy_pattern(
    rb"(?<![\w$])(?<!this\.config\.)(?!signingRegion)[\w$]{0,40}(?:[rR]egion|REGION)[\"']?\s{0,4}[:=]\s{0,4}[\"'`]%b[\"'`]"
    % _REGION
)
"""A region that the script sets. The SDK itself has a default, ``this.config.region = "us-east-1"``, and
one for signatures of services without regions.
"""
_OWN = lazy_pattern(rb"(?<![\w$])region[\"']?\s{0,4}:\s{0,4}[\"'`]%b[\"'`]" % _REGION)
"""The region of one client."""
_ELSEWHERE = lazy_pattern(rb"\bendpoint[\"']?\s{0,4}:|\bIdentityPoolId[\"']?\s{0,4}:\s{0,4}[\"'`]")
"""A server of the app itself, or an identity pool, which is a resource of its own with its server: see cloud.toml."""
_COMMENT = lazy_pattern(rb"(?:^|\n)[ \t]{0,64}(?:\*|//)[^\n]{0,200}\Z")
_LINE = 240


def aws_servers(buffer: Buffer, rules: RuleFiles, marks: Container[bytes] | None = None) -> Iterator[Sighting]:
    """The buckets of Amazon S3 in a script or a JSON file, and the servers that the clients of a script contact.

    Args:
        buffer: any buffer.
        rules: rule files.
        marks: those of ``BUCKET_MARKS`` and ``MARKS`` that are in it; looked for if it is ``None``.
    """
    yield from buckets(buffer, marks)
    yield from clients(buffer, rules, marks)


def clients(buffer: Buffer, rules: RuleFiles, marks: Container[bytes] | None = None) -> Iterator[Sighting]:
    """The servers that the clients of a script contact, each once.

    Args:
        buffer: any buffer.
        rules: rule files.
        marks: those of ``MARKS`` that are in it; looked for if it is ``None``.
    """
    texts: Bytes | Container[bytes] = buffer.data if marks is None else marks
    if not is_script_file(buffer) or not any(mark in texts for mark in MARKS):
        return
    common: str | None = None
    told: set[str] = set()
    for found in islice(_CLIENT.finditer(buffer.data), MAX_CLIENTS):
        own = own_behind(bytes(buffer.data[found.end() : found.end() + AROUND])) if found["object"] else b""
        line = bytes(buffer.data[max(found.start() - _LINE, 0) : found.start()])
        if _ELSEWHERE.search(own) or _COMMENT.search(line):
            continue
        region = _OWN.search(own)
        if region is None and common is None:
            common = _only_region(buffer.data)
        host = _host(found["name"].decode("ascii"), region["region"].decode("ascii") if region else common or "")
        if host and host not in told:
            told.add(host)
            shown = match_context("", decode_text(bytes(found[0]), wide=False))
            place = Evidence(buffer.file, buffer.base + found.start("name"), f"text/{RULE}", shown)
            yield Sighting(_endpoint(host, rules), 1, Party.UNKNOWN, place)


def _only_region(data: Bytes) -> str:
    """The region that a script sets; empty if there are several, or none."""
    regions = {one["region"] for one in islice(_SET.finditer(data), MAX_REGIONS)}
    return regions.pop().decode("ascii") if len(regions) == 1 else ""


def _host(name: str, region: str) -> str:
    mainland = ".cn" if region.startswith("cn-") else ""
    return f"{SERVICES[name]}.{region}.amazonaws.com{mainland}" if region else ""


def _endpoint(host: str, rules: RuleFiles) -> Endpoint:
    return cloud_endpoint(host, "", rules) or web_server(EndpointHost(host))
