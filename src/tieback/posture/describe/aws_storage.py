"""S3 buckets, from any available data: public access block, policy, status, grants, encryption.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html describes the combination.
A public access block overrides policy and grants. Policy or grants can each make a bucket public.
"""

from collections.abc import Iterator
from typing import Any

from tieback.model.resource import Answer, AtRest, Dependency, DependencyKind, Place, Resource, ResourceKind
from tieback.posture.describe.aws_services import MAX_POLICY, admits_everyone
from tieback.posture.describe.interface import About, UndescribedError, at_rest, either
from tieback.posture.facts import Facts
from tieback.posture.text import parsed

EVERYBODY = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)
"""Grantee groups that include anyone; the second requires an AWS account, which anyone can create."""
POLICY, GRANTS = "policy", "grants"
"""Parts of what decides about a bucket that come in answers of their own."""


def bucket(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """A bucket."""
    name = facts.text("name", "bucketname", "bucket") or about.name or about.key.rpartition(":::")[2]
    if not name:
        raise UndescribedError("no bucket name: pass --resource")
    block = facts.inner("publicaccessblockconfiguration", "publicaccessblock")
    block = block if list(block.pairs()) else facts  # Steampipe has the four switches as columns
    restrict, ignore = block.answer("restrictpublicbuckets"), block.answer("ignorepublicacls")
    policy = parsed(facts.value("policy", "bucketpolicy", "policytext"), MAX_POLICY)
    if isinstance(policy, dict) and "policyText" in policy:
        policy = parsed(policy["policyText"], MAX_POLICY)
    by_policy = _by_policy(facts, policy)
    by_grant = _by_grant(facts)
    if restrict is Answer.YES and by_policy is Answer.YES:
        by_policy = Answer.NO
    if ignore is Answer.YES and by_grant is Answer.YES:
        by_grant = Answer.NO
    rule = _rule(facts)
    encryption = rule.text("kmsmasterkeyid")
    algorithm = rule.text("ssealgorithm", "algorithm")
    # A rule without a key means AWS's own; a tool that gives the algorithm alone (Prowler) does not tell.
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
        endpoints=(Place(f"{name}.s3.amazonaws.com", 443),),
        cloud=(f"s3:{name}",),
        listens=443,
        flag=_flag(restrict, ignore),
        route=Answer.YES,
        at_rest=at_rest(
            Answer.YES if algorithm else Answer.UNKNOWN,
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
        if answer is not Answer.UNKNOWN:
            said = f"{what} {'allow' if part == GRANTS else 'allows'}"
            yield _part(common, part, answer, f"{said} {'everyone' if answer is Answer.YES else 'no public access'}")
    yield common


def account_block(facts: Facts, about: About) -> Iterator[Resource | Dependency]:
    """The block of public access of a whole account."""
    inner = facts.inner("publicaccessblockconfiguration")
    account = facts.text("accountid") or about.account
    if not account:
        raise UndescribedError("no account: pass --account")
    switches = [inner.answer(key) for key in ("restrictpublicbuckets", "ignorepublicacls")]
    answer = Answer.NO if Answer.NO in switches else either(*switches)
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


def _part(common: Resource, part: str, answer: Answer, said: str) -> Resource:
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


def _flag(restrict: Answer, ignore: Answer) -> Answer:
    if restrict is Answer.YES and ignore is Answer.YES:
        return Answer.NO
    return Answer.UNKNOWN if Answer.UNKNOWN in (restrict, ignore) else Answer.YES


def _by_policy(facts: Facts, policy: Any) -> Answer:
    status = (
        facts.inner("policystatus").answer("ispublic")
        if "policystatus" in facts
        else facts.answer("bucketpolicyispublic")
    )
    if status is not Answer.UNKNOWN:
        return status
    # A policy that is not there is no statement: it may not have been asked for.
    return (
        Answer.of(admits_everyone(policy)) if isinstance(policy, dict) and policy.get("Statement") else Answer.UNKNOWN
    )


def _by_grant(facts: Facts) -> Answer:
    listed = facts.inner("accesscontrollist", "acl")
    grants = facts.list("grants", "aclgrantees") or listed.list("grants", "grantlist", "grantsset")
    if not grants:
        return Answer.UNKNOWN
    return Answer.of(
        any(_named(grant) in EVERYBODY or _named(grant) in {"AllUsers", "AuthenticatedUsers"} for grant in grants)
    )


def _named(grant: Any) -> str:
    facts = Facts(grant) if isinstance(grant, dict) else Facts({})
    grantee = facts.value("grantee")
    if isinstance(grantee, str):
        return grantee
    return (Facts(grantee) if isinstance(grantee, dict) else facts).text("uri", "identifier")


def _rule(facts: Facts) -> Facts:
    holder = facts.inner("serversideencryptionconfiguration", "bucketencryption")
    holder = holder if list(holder.pairs()) else facts
    for rule in holder.listed("rules", "serversideencryptionconfiguration"):
        return rule.inner("applyserversideencryptionbydefault", "serversideencryptionbydefault")
    algorithm = facts.text("encryption")
    return Facts({"algorithm": algorithm}) if algorithm else Facts({})


def _tls_only(policy: Any) -> Answer:
    """Whether a policy denies what does not come by TLS."""
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    if not statements:
        return Answer.UNKNOWN
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
                return Answer.YES
    return Answer.NO


def _logging(facts: Facts) -> Answer:
    if "loggingenabled" in facts:
        return Answer.YES
    holder = facts.inner("bucketloggingconfiguration")
    return (
        Answer.of(bool(holder.text("destinationbucketname")))
        if "bucketloggingconfiguration" in facts
        else Answer.UNKNOWN
    )
