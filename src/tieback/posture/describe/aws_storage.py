"""S3 buckets, from any of their settings: public access block, policy, status, grants, encryption.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html explains how they combine.
A block overrides policy and grants. Without a block, either a policy or a grant can make a bucket public.
"""

from collections.abc import Iterator
from typing import Any

from tieback.model.resource import AtRest, Dependency, DependencyKind, Resource, ResourceKind, ServiceAddress, TriState
from tieback.posture.describe.aws_services import MAX_POLICY, admits_everyone
from tieback.posture.describe.interface import DescriptionContext, NotAResourceError, at_rest, either
from tieback.posture.facts import ExportObject
from tieback.posture.text import parse_json

EVERYBODY = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)
"""Grantee groups that include everyone; the second one requires an AWS account, which anyone can create."""
POLICY, GRANTS = "policy", "grants"
"""Access settings of a bucket that come as separate command outputs."""


def bucket(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A bucket."""
    name = facts.text("name", "bucketname", "bucket") or about.name or about.key.rpartition(":::")[2]
    if not name:
        raise NotAResourceError("no bucket name: pass --resource")
    block = facts.inner("publicaccessblockconfiguration", "publicaccessblock")
    block = block if list(block.pairs()) else facts  # Steampipe has the four settings as columns
    restrict, ignore = block.answer("restrictpublicbuckets"), block.answer("ignorepublicacls")
    policy = parse_json(facts.value("policy", "bucketpolicy", "policytext"), MAX_POLICY)
    if isinstance(policy, dict) and "policyText" in policy:
        policy = parse_json(policy["policyText"], MAX_POLICY)
    by_policy = _by_policy(facts, policy)
    by_grant = _by_grant(facts)
    if restrict is TriState.YES and by_policy is TriState.YES:
        by_policy = TriState.NO
    if ignore is TriState.YES and by_grant is TriState.YES:
        by_grant = TriState.NO
    rule = _rule(facts)
    encryption = rule.text("kmsmasterkeyid")
    algorithm = rule.text("ssealgorithm", "algorithm")
    # A rule without a key means the AWS key; unknown if the tool reports only the algorithm (Prowler).
    bare = rule.text("algorithm").startswith("aws:kms")
    common = Resource(
        key=f"arn:aws:s3:::{name}",
        provider="aws",
        kind=ResourceKind.BUCKET,
        account=facts.text("accountid") or about.account,
        region=facts.text("region", "bucketregion", "locationconstraint") or about.region,
        service="s3",
        product="s3",
        name=name,
        endpoints=(ServiceAddress(f"{name}.s3.amazonaws.com", 443),),
        cloud=(f"s3:{name}",),
        listens=443,
        flag=_flag(restrict, ignore),
        route=TriState.YES,
        at_rest=at_rest(
            TriState.YES if algorithm else TriState.UNKNOWN,
            encryption,
            without_key=AtRest.ENCRYPTED if bare else AtRest.PROVIDER_KEY,
        ),
        key_id=encryption,
        in_transit=_tls_only(policy),
        logging=_logging(facts),
        needs=tuple(one for one in (encryption, _guard(facts.text("accountid") or about.account)) if one),
        source=about.source,
        seen=about.seen,
    )
    for part, answer, what in ((POLICY, by_policy, "its policy"), (GRANTS, by_grant, "its grants")):
        if answer is not TriState.UNKNOWN:
            said = f"{what} {'allow' if part == GRANTS else 'allows'}"
            yield _part(common, part, answer, f"{said} {'everyone' if answer is TriState.YES else 'no public access'}")
    yield common


def account_block(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """The public access block of a whole account."""
    inner = facts.inner("publicaccessblockconfiguration")
    account = facts.text("accountid") or about.account
    if not account:
        raise NotAResourceError("no account: pass --account")
    switches = [inner.answer(key) for key in ("restrictpublicbuckets", "ignorepublicacls")]
    answer = TriState.NO if TriState.NO in switches else either(*switches)
    yield Dependency(
        _guard(account),
        DependencyKind.BLOCK,
        f"block of public access of account {account}",
        account,
        answer=answer,
        source=about.source,
        seen=about.seen,
    )


def _guard(account: str) -> str:
    return f"s3-account:{account}" if account else ""


def _part(common: Resource, part: str, answer: TriState, said: str) -> Resource:
    return Resource(
        key=common.key,
        provider="aws",
        kind=ResourceKind.BUCKET,
        account=common.account,
        service="s3",
        product="s3",
        name=common.name,
        port=answer,
        path=(said,),
        part=part,
        source=common.source,
        seen=common.seen,
    )


def _flag(restrict: TriState, ignore: TriState) -> TriState:
    if restrict is TriState.YES and ignore is TriState.YES:
        return TriState.NO
    return TriState.UNKNOWN if TriState.UNKNOWN in (restrict, ignore) else TriState.YES


def _by_policy(facts: ExportObject, policy: Any) -> TriState:
    status = (
        facts.inner("policystatus").answer("ispublic")
        if "policystatus" in facts
        else facts.answer("bucketpolicyispublic")
    )
    if status is not TriState.UNKNOWN:
        return status
    # A missing policy is no statement: the tool may not have requested it.
    return (
        TriState.of(admits_everyone(policy))
        if isinstance(policy, dict) and policy.get("Statement")
        else TriState.UNKNOWN
    )


def _by_grant(facts: ExportObject) -> TriState:
    listed = facts.inner("accesscontrollist", "acl")
    grants = facts.list("grants", "aclgrantees") or listed.list("grants", "grantlist", "grantsset")
    if not grants:
        return TriState.UNKNOWN
    return TriState.of(
        any(_named(grant) in EVERYBODY or _named(grant) in {"AllUsers", "AuthenticatedUsers"} for grant in grants)
    )


def _named(grant: Any) -> str:
    facts = ExportObject(grant) if isinstance(grant, dict) else ExportObject({})
    grantee = facts.value("grantee")
    if isinstance(grantee, str):
        return grantee
    return (ExportObject(grantee) if isinstance(grantee, dict) else facts).text("uri", "identifier")


def _rule(facts: ExportObject) -> ExportObject:
    holder = facts.inner("serversideencryptionconfiguration", "bucketencryption")
    holder = holder if list(holder.pairs()) else facts
    for rule in holder.listed("rules", "serversideencryptionconfiguration"):
        return rule.inner("applyserversideencryptionbydefault", "serversideencryptionbydefault")
    algorithm = facts.text("encryption")
    return ExportObject({"algorithm": algorithm}) if algorithm else ExportObject({})


def _tls_only(policy: Any) -> TriState:
    """Whether a policy denies requests without TLS."""
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    if not statements:
        return TriState.UNKNOWN
    for one in statements if isinstance(statements, list) else [statements]:
        condition = one.get("Condition") if isinstance(one, dict) else None
        if isinstance(condition, dict) and str(one.get("Effect", "")).lower() == "deny":
            tests = condition.get("Bool")
            flags = (
                {str(k).lower(): str(v).strip("[]'\" ").lower() for k, v in tests.items()}
                if isinstance(tests, dict)
                else {}
            )
            if flags.get("aws:securetransport") == "false":
                return TriState.YES
    return TriState.NO


def _logging(facts: ExportObject) -> TriState:
    if "loggingenabled" in facts:
        return TriState.YES
    holder = facts.inner("bucketloggingconfiguration")
    return (
        TriState.of(bool(holder.text("destinationbucketname")))
        if "bucketloggingconfiguration" in facts
        else TriState.UNKNOWN
    )
