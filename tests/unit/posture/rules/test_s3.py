"""Bucket policies, ACLs and public access blocks, as AWS's documentation says they hold for strangers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.s3 import S3
from tieback.posture.rules.source import RulesText

READER = S3()
ANY = {"AWS": "*"}
ONE = "arn:aws:iam::111122223333:root"


def statement(
    effect: str = "Allow", action: Any = "s3:GetObject", resource: Any = "arn:aws:s3:::b/*", **more: Any
) -> Any:
    found = {"Effect": effect, "Principal": "*", "Action": action, "Resource": resource, **more}
    return {key: value for key, value in found.items() if value is not None}


def policy(*statements: Any, **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


def acl(group: str, permission: str, **more: Any) -> str:
    uri = f"http://acs.amazonaws.com/groups/global/{group}"
    return json.dumps({"Grants": [{"Grantee": {"Type": "Group", "URI": uri}, "Permission": permission}], **more})


def when(operator: str, key: str, value: Any) -> str:
    return policy(statement(Condition={operator: {key: value}}))


BLOCKED = {"PublicAccessBlockConfiguration": {"IgnorePublicAcls": True, "RestrictPublicBuckets": True}}
PLAIN = statement("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
VPCE = statement("Deny", "s3:*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
RCP = {
    "Statement": [statement("Deny", "s3:*", "*", Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}})]
}
"""The identity perimeter of AWS's own examples."""

CASES: list[tuple[str, str, str, str, str]] = [
    ("public objects", policy(statement()), "anonymous", "b/key", "r-"),
    ("public objects are not listed", policy(statement()), "anonymous", "b", "--"),
    ("public list", policy(statement(action="s3:ListBucket", resource="arn:aws:s3:::b")), "anonymous", "b", "r-"),
    (
        "everything",
        policy(statement(action="s3:*", resource=["arn:aws:s3:::b", "arn:aws:s3:::b/*"])),
        "anonymous",
        "b",
        "rw",
    ),
    ("everything, an object", policy(statement(action="*", resource="*")), "anonymous", "b/x", "rw"),
    ("any action that gets", policy(statement(action="s3:Get*")), "anonymous", "b/x", "r-"),
    ("uploads", policy(statement(action=["s3:PutObject"])), "anonymous", "b/x", "-w"),
    ("a folder", policy(statement(resource="arn:aws:s3:::b/public/*")), "anonymous", "b/public/a", "r-"),
    ("beside the folder", policy(statement(resource="arn:aws:s3:::b/public/*")), "anonymous", "b/private/a", "--"),
    ("by an s3 URL", policy(statement()), "anonymous", "s3://b/key", "r-"),
    ("another bucket", policy(statement()), "anonymous", "c/key", "--"),
    (
        "principal as a list",
        policy(statement(Principal={"AWS": ["arn:aws:iam::1:root", "*"]})),
        "anonymous",
        "b/x",
        "r-",
    ),
    ("an account alone", policy(statement(Principal={"AWS": "arn:aws:iam::1:root"})), "any-user", "b/x", "--"),
    ("a service alone", policy(statement(Principal={"Service": "cloudfront.amazonaws.com"})), "any-user", "b/x", "--"),
    ("all but one", policy(statement(Principal=None, NotPrincipal={"AWS": ONE})), "anonymous", "b/x", "r-"),
    ("all but everybody", policy(statement(Principal=None, NotPrincipal=ANY)), "anonymous", "b/x", "--"),
    ("all but everybody, as a star", policy(statement(Principal=None, NotPrincipal="*")), "any-user", "b/x", "--"),
    (
        "all but everybody, denied",
        policy(statement(), statement("Deny", Principal=None, NotPrincipal=ANY)),
        "anonymous",
        "b/x",
        "r-",
    ),
    (
        "denied to all but one",
        policy(statement(), statement("Deny", Principal=None, NotPrincipal={"AWS": ONE})),
        "any-user",
        "b/x",
        "--",
    ),
    ("a role of any account", when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app"), "any-user", "b/x", "r-"),
    (
        "a role of any account, unsigned",
        when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app"),
        "anonymous",
        "b/x",
        "--",
    ),
    (
        "a role of one account",
        when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*"),
        "any-user",
        "b/x",
        "--",
    ),
    (
        "a pattern without wildcards",
        when("StringEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/*"),
        "any-user",
        "b/x",
        "--",
    ),
    ("any organisation", when("StringLike", "aws:PrincipalOrgID", "o-*"), "any-user", "b/x", "r-"),
    ("any organisation, unsigned", when("StringLike", "aws:PrincipalOrgID", "o-*"), "anonymous", "b/x", "--"),
    ("any account", when("StringLike", "aws:PrincipalAccount", "*"), "any-user", "b/x", "r-"),
    ("a tag that anybody sets", when("StringEquals", "aws:PrincipalTag/team", "web"), "any-user", "b/x", "r-"),
    ("a tag, unsigned", when("StringEquals", "aws:PrincipalTag/team", "web"), "anonymous", "b/x", "--"),
    ("a user's name", when("StringEquals", "aws:username", "deploy"), "any-user", "b/x", "r-"),
    ("any network of AWS", when("StringLike", "aws:SourceVpc", "vpc-*"), "anonymous", "b/x", "r-"),
    ("any endpoint", when("StringLike", "aws:SourceVpce", "*"), "any-user", "b/x", "r-"),
    ("any account's endpoint", when("StringLike", "aws:VpceAccount", "*"), "anonymous", "b/x", "r-"),
    ("a private address in any network", when("IpAddress", "aws:VpcSourceIp", "10.0.0.0/8"), "anonymous", "b/x", "r-"),
    ("users only", when("StringEquals", "aws:PrincipalType", "User"), "any-user", "b/x", "r-"),
    ("users only, unsigned", when("StringEquals", "aws:PrincipalType", "User"), "anonymous", "b/x", "--"),
    ("not anonymous", when("StringNotEquals", "aws:PrincipalType", "Anonymous"), "anonymous", "b/x", "--"),
    ("not anonymous, any user", when("StringNotEquals", "aws:PrincipalType", "Anonymous"), "any-user", "b/x", "r-"),
    ("any type", when("StringLike", "aws:PrincipalType", "*"), "anonymous", "b/x", "r-"),
    ("a role's sessions", when("StringLike", "aws:userid", "AROAEXAMPLE:*"), "any-user", "b/x", "--"),
    ("any user id", when("StringLike", "aws:userid", "*"), "any-user", "b/x", "r-"),
    ("half of the Internet", when("IpAddress", "aws:SourceIp", "128.0.0.0/1"), "anonymous", "b/x", "r-"),
    ("a /7", when("IpAddress", "aws:SourceIp", "52.0.0.0/7"), "anonymous", "b/x", "r-"),
    ("a /8", when("IpAddress", "aws:SourceIp", "52.0.0.0/8"), "anonymous", "b/x", "--"),
    ("a private /8", when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), "anonymous", "b/x", "--"),
    ("a service for any customer", when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:topic"), "any-user", "b/x", "r-"),
    (
        "a service for one customer",
        when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:111122223333:*"),
        "any-user",
        "b/x",
        "--",
    ),
    ("a service for one bucket", when("ArnLike", "aws:SourceArn", "arn:aws:s3:::own"), "any-user", "b/x", "--"),
    ("with MFA", when("Bool", "aws:MultiFactorAuthPresent", "true"), "any-user", "b/x", "r-"),
    ("with MFA, unsigned", when("Bool", "aws:MultiFactorAuthPresent", "true"), "anonymous", "b/x", "--"),
    ("until a past day", when("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"), "anonymous", "b/x", "--"),
    ("from a past day", when("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"), "anonymous", "b/x", "r-"),
    ("until a second of the epoch", when("NumericLessThan", "aws:EpochTime", "1577836800"), "anonymous", "b/x", "--"),
    ("GovCloud", policy(statement(resource="arn:aws-us-gov:s3:::b/*")), "anonymous", "b/x", "r-"),
    (
        "an access point",
        policy(statement(resource="arn:aws:s3:eu-west-1:111122223333:accesspoint/ap/object/*")),
        "anonymous",
        "ap/x",
        "r-",
    ),
    (
        "an access point of another account",
        when("StringEquals", "s3:DataAccessPointAccount", "111122223333"),
        "any-user",
        "b/x",
        "--",
    ),
    ("own folder by name", policy(statement(resource="arn:aws:s3:::b/${aws:username}/*")), "any-user", "b/eve/x", "r-"),
    (
        "own folder by name, unsigned",
        policy(statement(resource="arn:aws:s3:::b/${aws:username}/*")),
        "anonymous",
        "b/eve/x",
        "--",
    ),
    ("ACL may be written", acl("AllUsers", "WRITE_ACP"), "anonymous", "/", "rw"),
    ("ACL may be read", acl("AllUsers", "READ_ACP"), "anonymous", "/", "--"),
    (
        "ACLs are off",
        acl("AllUsers", "READ", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}),
        "anonymous",
        "/",
        "--",
    ),
    ("all actions but deleting", policy(statement(action=None, NotAction="s3:DeleteObject")), "anonymous", "b/x", "rw"),
    ("denied", policy(statement(), statement("Deny")), "anonymous", "b/x", "--"),
    ("denied first", policy(statement("Deny"), statement()), "anonymous", "b/x", "--"),
    (
        "denied elsewhere",
        policy(statement(), statement("Deny", resource="arn:aws:s3:::b/s/*")),
        "anonymous",
        "b/x",
        "r-",
    ),
    ("denied outside the network", policy(statement(), VPCE), "anonymous", "b/x", "--"),
    ("denied without TLS", policy(statement(), PLAIN), "anonymous", "b/x", "r-"),
    ("block of public policies", policy(statement(), **BLOCKED), "anonymous", "b/x", "--"),
    ("address range", when("IpAddress", "aws:SourceIp", "203.0.113.0/24"), "anonymous", "b/x", "--"),
    ("every address", when("IpAddress", "aws:SourceIp", ["0.0.0.0/0", "::/0"]), "anonymous", "b/x", "r-"),
    ("all but a range", when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"), "anonymous", "b/x", "r-"),
    ("organisation", when("StringEquals", "aws:PrincipalOrgID", "o-1"), "any-user", "b/x", "--"),
    (
        "organisation, if it is there",
        when("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1"),
        "anonymous",
        "b/x",
        "r-",
    ),
    ("referer is chosen", when("StringLike", "aws:Referer", "https://shop.example.org/*"), "anonymous", "b/x", "r-"),
    ("tag of the object", when("StringEquals", "s3:ExistingObjectTag/open", "yes"), "anonymous", "b/x", "r?-"),
    ("network", when("StringEquals", "aws:SourceVpc", "vpc-1"), "anonymous", "b/x", "--"),
    ("without the key", when("Null", "aws:PrincipalOrgID", "true"), "anonymous", "b/x", "r-"),
    ("list by ACL", acl("AllUsers", "READ"), "anonymous", "/", "r-"),
    ("all by ACL", acl("AllUsers", "FULL_CONTROL"), "anonymous", "/", "rw"),
    ("accounts by ACL", acl("AuthenticatedUsers", "READ"), "any-user", "/", "r-"),
    ("accounts by ACL, anonymous", acl("AuthenticatedUsers", "READ"), "anonymous", "/", "--"),
    ("log delivery", acl("LogDelivery", "WRITE").replace("global/", "s3/"), "any-user", "/", "--"),
    ("ACL is ignored", acl("AllUsers", "READ", **BLOCKED), "anonymous", "/", "--"),
    (
        "a block of the account",
        policy(statement(), AccountPublicAccessBlock=BLOCKED["PublicAccessBlockConfiguration"]),
        "anonymous",
        "b/x",
        "--",
    ),
    (
        "an ACL and a block of the account",
        acl("AllUsers", "READ", AccountPublicAccessBlock=BLOCKED["PublicAccessBlockConfiguration"]),
        "anonymous",
        "/",
        "--",
    ),
    (
        "an ACL and a block that is off",
        acl("AllUsers", "READ", PublicAccessBlockConfiguration={"IgnorePublicAcls": False}),
        "anonymous",
        "/",
        "r-",
    ),
    (
        "an ACL and a block of new ACLs",
        acl("AllUsers", "READ", PublicAccessBlockConfiguration={"BlockPublicAcls": True}),
        "anonymous",
        "/",
        "r-",
    ),
    (
        "an access point of any account",
        policy(statement(resource="arn:aws:s3:us-east-1:*:accesspoint/*/object/*")),
        "any-user",
        "ap/x",
        "r-",
    ),
    (
        "all requests through access points of one account",
        policy(
            statement(
                action="s3:*",
                resource=["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
                Condition={"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}},
            )
        ),
        "anonymous",
        "b/x",
        "--",
    ),
    (
        "a resource control policy that denies outsiders",
        policy(statement(), ResourceControlPolicies=[RCP]),
        "anonymous",
        "b/x",
        "--",
    ),
    (
        "a resource control policy, as the command line gives it",
        policy(statement(), ResourceControlPolicies=[{"Policy": {"Content": json.dumps(RCP)}}]),
        "any-user",
        "b/x",
        "--",
    ),
    (
        "a resource control policy about another action",
        policy(statement(), ResourceControlPolicies=[{"Statement": [statement("Deny", "s3:PutObject", "*")]}]),
        "anonymous",
        "b/x",
        "r-",
    ),
    (
        "the policy that every organisation has grants nothing",
        policy(ResourceControlPolicies=[{"Statement": [statement(action="*", resource="*")]}]),
        "anonymous",
        "b/x",
        "--",
    ),
    ("as the command line gives it", json.dumps({"Policy": policy(statement())}), "anonymous", "b/x", "r-"),
]


@each(("text", "who", "path", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, who: str, path: str, expected: str) -> None:
    assert ask(READER, text, who, path) == expected


def test_verdict_names_the_statement() -> None:
    text = json.dumps({"Statement": [statement(Sid="Public")]}, indent=1)
    found = READER.read(RulesText("p.json", text))
    read = found.ask(Requester.ANONYMOUS, "b/k").read
    assert (read.line, read.rule) == (3, "Public: Allow s3:GetObject on arn:aws:s3:::b/*")
    assert read.request == "GET https://b.s3.amazonaws.com/k"
    assert list(found.paths()) == ["b/*"]


@pytest.mark.parametrize(
    ("more", "unknown"),
    [
        ({}, ["a block of the account", "a resource control policy (RCP) of the organisation"]),
        ({"AccountPublicAccessBlock": {}}, ["a resource control policy (RCP) of the organisation"]),
        ({"ResourceControlPolicies": []}, ["a block of the account"]),
        ({"AccountPublicAccessBlock": {}, "ResourceControlPolicies": []}, []),
    ],
)
def test_what_is_not_in_the_file_is_not_known(more: dict[str, Any], unknown: list[str]) -> None:
    read = READER.read(RulesText("p.json", policy(statement(), **more))).ask(Requester.ANONYMOUS, "b/x").read
    assert read.allowed
    assert read.reason == (f"not known: {' and '.join(unknown)}, which can deny it" if unknown else "")


def test_a_policy_of_iam_is_not_a_bucket_policy() -> None:
    text = policy(statement(Principal=None), statement("Deny", Principal=None))
    with pytest.raises(InputError, match="one of IAM or an SCP"):
        READER.read(RulesText("p.json", text))


def test_a_statement_without_effect_is_a_mistake() -> None:
    with pytest.raises(InputError, match=r"p\.json:2.*Effect"):
        READER.read(RulesText("p.json", '{"Statement":\n[{"Action": "s3:*"}]}'))


NAMES = st.sampled_from(["Statement", "Effect", "Principal", "Action", "Resource", "Condition", "Grants", "AWS"])
SCALARS = st.none() | st.booleans() | st.text(max_size=5)


@given(st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4)))
def test_any_json_never_raises_another_error(value: Any) -> None:
    try:
        found = READER.read(RulesText("p", json.dumps(value)))
    except InputError:
        return
    found.ask(Requester.ANONYMOUS, "b/x")
