"""Amazon S3: bucket policy, ACL and public access block, as separate files or in one JSON document.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html. Files are outputs of ``aws s3api
get-bucket-policy``, ``get-bucket-acl`` and ``get-public-access-block``. Any AWS account counts as a signed-in user.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.logic import STORED, Value
from tieback.posture.rules.s3_conditions import conditions_match, matches_glob, needs_tags
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_json

_READ_OBJECT, _READ_BUCKET = ("s3:GetObject", "s3:GetObjectVersion"), ("s3:ListBucket", "s3:ListBucketVersions")
_WRITE_OBJECT = ("s3:PutObject", "s3:DeleteObject", "s3:PutObjectAcl", "s3:DeleteObjectVersion")
_WRITE_BUCKET = ("s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:DeleteBucket", "s3:PutBucketPublicAccessBlock")
_WRITE_TAGS = "s3:PutObjectTagging"
"""What a request also needs to store an object with tags (API reference of ``PutObject``)."""
_GROUPS = {
    "http://acs.amazonaws.com/groups/global/allusers": (Requester.ANONYMOUS, Requester.ANY_USER),
    "http://acs.amazonaws.com/groups/global/authenticatedusers": (Requester.ANY_USER,),
}
_ARN = re.compile(r"arn:aws[a-z-]*:s3:::")
_ACCESS_POINT = re.compile(r"arn:aws[a-z-]*:s3:[^:/]*:[^:/]*:accesspoint/([^/]*)(?:/object(?=/))?")
_VARIABLE = re.compile(r"\$\{([^}]{0,200})\}")
_FREE_VARIABLES = ("aws:username", "aws:principaltag/")
"""Variables of a policy whose value every customer chooses in an account of its own."""
_ACCOUNT_BLOCK, _ORGANISATION = "AccountPublicAccessBlock", "ResourceControlPolicies"
_NOT_IN_FILE = {
    _ACCOUNT_BLOCK: "a block of the account",
    _ORGANISATION: "a resource control policy (RCP) of the organisation",
}
"""Optional keys of a document with everything about a bucket, and what is not known without them. A service control
policy never decides: it applies only to the organisation's own users and roles."""


@dataclass(frozen=True, slots=True)
class _Statement:
    allows: bool
    principal: ConfigNode | None
    others: ConfigNode | None
    """``NotPrincipal``."""
    actions: tuple[str, ...]
    but_actions: tuple[str, ...]
    resources: tuple[str, ...]
    but_resources: tuple[str, ...]
    condition: ConfigNode | None
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class _Grant:
    who: tuple[Requester, ...]
    permission: str
    line: int
    text: str


class S3:
    """Reads the access settings of a bucket."""

    meta = RulesReaderMeta(
        "s3",
        "Amazon S3 bucket policy, ACL, public access block",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    )

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now

    def recognises(self, text: RulesText) -> bool:
        """True for a policy about S3, an ACL, or a public access block."""
        head = text.text[:200_000]
        if not head.lstrip().startswith("{"):
            return False
        if "PublicAccessBlock" in head or "BlockPublicPolicy" in head or ('"Grants"' in head and '"Grantee"' in head):
            return True
        return ('"Statement"' in head or '\\"Statement\\"' in head) and "s3:" in head

    def at(self, moment: datetime) -> "S3":
        """A reader for the access at that moment."""
        return S3(moment)

    def read(self, text: RulesText) -> "S3Policy":
        """Read the document. Raises ``InputError``."""
        root = read_json(text)
        block = root.get("PublicAccessBlockConfiguration") or root.get("PublicAccessBlock") or root
        policy = root.get("Policy") or root.get("BucketPolicy") or root
        line = policy.line
        inner = text
        if isinstance(policy.value, str):
            # The command-line tool returns the policy as a text within the document.
            inner = RulesText(text.path, policy.value)
            policy = read_json(inner)
        found = [_statement(text, one, line if inner is not text else 0) for one in _statements(policy)]
        if found and all(one.principal is None and one.others is None for one in found):
            what = "a policy without a Principal, which is not a bucket policy but one of IAM or an SCP"
            raise text.line_error(line or found[0].line, what)
        found += _of_organisation(text, root)
        owner = root.get("Grants") or (root.get("Acl") or ConfigNode({}, 0)).get("Grants") or ConfigNode([], 0)
        grants = [grant for one in owner.each() if (grant := _grant(one)) is not None]
        return S3Policy(
            found,
            grants,
            ignores_acl=_disabled_acls(root) or block.get("IgnorePublicAcls"),
            restricts=block.get("RestrictPublicBuckets"),
            now=self._now or datetime.now(UTC),
            account=root.get(_ACCOUNT_BLOCK),
            beyond=_beyond(root),
        )


def _of_organisation(text: RulesText, root: ConfigNode) -> list["_Statement"]:
    """The deny statements of the resource control policies; their allow statements grant nothing."""
    listed = root.get(_ORGANISATION)
    found: list[_Statement] = []
    for one in listed.each() if listed is not None else ():
        policy = one.get("Policy", "Content") or one.get("Content") or one
        if isinstance(policy.value, str):
            found += [
                _statement(text, each, one.line) for each in _statements(read_json(RulesText(text.path, policy.value)))
            ]
        else:
            found += [_statement(text, each, 0) for each in _statements(policy)]
    return [each for each in found if not each.allows]


def _beyond(root: ConfigNode) -> str:
    """What can still deny access, because the file does not contain it."""
    missing = [what for key, what in _NOT_IN_FILE.items() if root.get(key) is None]
    return f"not known: {' and '.join(missing)}, which can deny it" if missing else ""


def _disabled_acls(root: ConfigNode) -> ConfigNode | None:
    """The setting by which the owner of the bucket owns all objects, so that ACLs have no effect."""
    rules = (root.get("OwnershipControls") or root).get("Rules")
    for rule in rules.each() if rules is not None else []:
        found = rule.get("ObjectOwnership")
        if found is not None and found.text == "BucketOwnerEnforced":
            return ConfigNode("true", found.line)
    return None


def _statements(policy: ConfigNode) -> list[ConfigNode]:
    found = policy.get("Statement")
    return found.each() if found is not None else []


def _statement(text: RulesText, node: ConfigNode, line: int) -> _Statement:
    effect = node.get("Effect")
    where = line or node.line
    if effect is None or effect.text not in {"Allow", "Deny"}:
        raise text.line_error(where, 'a statement whose "Effect" is neither "Allow" nor "Deny"')

    def words(name: str) -> tuple[str, ...]:
        found = node.get(name)
        return tuple(found.texts()) if found is not None else ()

    sid = node.get("Sid")
    shown = [f"{effect.text} {', '.join(words('Action') or ('all but ' + ', '.join(words('NotAction')),))}"]
    shown.append(f"on {', '.join(words('Resource') or ('all but ' + ', '.join(words('NotResource')),))}")
    if sid is not None and sid.text:
        shown.insert(0, f"{sid.text}:")
    return _Statement(
        effect.text == "Allow", node.get("Principal"), node.get("NotPrincipal"), words("Action"), words("NotAction"),
        words("Resource"), words("NotResource"), node.get("Condition"), where, " ".join(shown),
    )  # fmt: skip


def _grant(node: ConfigNode) -> _Grant | None:
    uri, permission = node.get("Grantee", "URI"), node.get("Permission")
    who = _GROUPS.get(uri.text.lower(), ()) if uri is not None else ()
    if not who or permission is None:
        return None
    assert uri is not None
    return _Grant(who, permission.text, node.line, f"{permission.text} to {uri.text.rpartition('/')[2]}")


class S3Policy:
    """Read and write access to a bucket and its objects."""

    def __init__(
        self,
        statements: Sequence[_Statement],
        grants: Sequence[_Grant],
        *,
        ignores_acl: ConfigNode | None,
        restricts: ConfigNode | None,
        now: datetime,
        account: ConfigNode | None = None,
        beyond: str = "",
    ) -> None:
        self._now = now
        self._beyond = beyond
        self._statements = statements
        self._of_action = {
            action: [one for one in statements if _acts(one, action)]
            for action in (*_READ_OBJECT, *_READ_BUCKET, *_WRITE_OBJECT, _WRITE_TAGS, *_WRITE_BUCKET)
        }
        self._grants = grants
        both = account or ConfigNode({}, 0)
        self._ignores_acl = _first_on(ignores_acl, both.get("IgnorePublicAcls"))
        self._restricts = _first_on(restricts, both.get("RestrictPublicBuckets"))
        self._buckets = {_short(resource).partition("/")[0] for one in statements for resource in one.resources}

    def paths(self) -> Iterator[str]:
        """Yield the resources of the policy, then the whole bucket."""
        named = dict.fromkeys(_short(resource) for one in self._statements for resource in one.resources)
        if self._grants or not named:
            named.setdefault("/", None)
        yield from list(named)[: interface.MAX_PATHS]

    def ask(self, who: Requester, path: str) -> PathPermissions:
        """Evaluate a bucket (``/`` or its name) or an object (``s3://bucket/key``, ``bucket/key``, ``/key``)."""
        bucket, key = self._parts(path)
        reads, writes = (_READ_OBJECT, _WRITE_OBJECT) if key else (_READ_BUCKET, (*_WRITE_OBJECT, *_WRITE_BUCKET))
        return PathPermissions(
            self._judge(who, bucket, key, reads, "READ"), self._judge(who, bucket, key, writes, "WRITE")
        )

    def _parts(self, path: str) -> tuple[str, str]:
        path = _short(path).removeprefix("s3://")
        if path.startswith("/") and path.strip("/").partition("/")[0] not in self._buckets:
            return "", path.strip("/")
        bucket, _, key = path.strip("/").partition("/")
        if bucket in self._buckets or not self._buckets or path.count("/"):
            return bucket, key
        return bucket, ""

    def _judge(self, who: Requester, bucket: str, key: str, actions: Sequence[str], access: str) -> Permission:
        candidates = [self._by_policy(who, bucket, key, action) for action in actions]
        if not key:
            candidates.append(self._by_acl(who, access))
        best = next((one for one in candidates if one.allowed and one.certain), None)
        best = best or next((one for one in candidates if one.allowed), None)
        return best or next((one for one in candidates if one.line), candidates[0])

    def _by_acl(self, who: Requester, access: str) -> Permission:
        for wanted in ({access, "FULL_CONTROL"}, {"WRITE_ACP"}):
            for grant in self._grants:
                if who not in grant.who or grant.permission not in wanted:
                    continue
                if self._ignores_acl is not None and self._ignores_acl.on:
                    return interface.deny("public ACLs are ignored", self._ignores_acl.line, "IgnorePublicAcls: true")
                if grant.permission == "WRITE_ACP":
                    request, reason = "PUT https://<bucket>.s3.amazonaws.com/?acl", "may change the ACL, so also"
                    reason = f"{reason} {'read' if access == 'READ' else 'write'}"
                    return interface.allow(grant.line, grant.text, request, reason=reason)
                request = f"{'GET' if access == 'READ' else 'PUT'} https://<bucket>.s3.amazonaws.com/"
                return interface.allow(grant.line, grant.text, request, reason=self._beyond)
        return interface.deny("no grant of the ACL is public")

    def _by_policy(self, who: Requester, bucket: str, key: str, action: str) -> Permission:
        found: Permission = interface.deny("no statement allows it")
        for one in self._of_action[action]:
            if not _covers(one, bucket, key, action, who):
                continue
            applies = self._applies(one, who)
            if not one.allows:
                continue
            if applies is False or (found.allowed and found.certain):
                continue
            if action == "s3:PutObject" and one.condition is not None and needs_tags(one.condition):
                tags = self._by_policy(who, bucket, key, _WRITE_TAGS)
                if not tags.allowed:
                    continue
                applies = applies if tags.certain else STORED
            reason = self._beyond if applies is not STORED else "an unresolved condition of the policy decides"
            permit = interface.allow(
                one.line, one.text, _request(action, bucket, key), reason=reason, certain=applies is not STORED
            )
            found = permit if not found.allowed or permit.certain else found
        if found.allowed and self._restricts is not None and self._restricts.on:
            return interface.deny(
                "public policies grant no access outside the account",
                self._restricts.line,
                "RestrictPublicBuckets: true",
            )
        return self._denied(found, who, bucket, key, action)

    def _denied(self, found: Permission, who: Requester, bucket: str, key: str, action: str) -> Permission:
        """A deny statement applies wherever it is in the policy."""
        if not found.allowed:
            return found
        for one in self._of_action[action]:
            if one.allows or not _covers(one, bucket, key, action, who):
                continue
            applies = self._applies(one, who)
            if applies is True:
                return interface.deny("a statement denies it", one.line, one.text)
            if applies is STORED:
                found = _unsure(found, "a condition of a Deny statement decides")
        return found

    def _applies(self, one: _Statement, who: Requester) -> Value:
        if not _names_everybody(one):
            return False
        return conditions_match(one.condition, who, self._now) if one.condition is not None else True


def _first_on(*switches: ConfigNode | None) -> ConfigNode | None:
    """The first switch that is on: a block of the bucket or of its account is enough."""
    return next((one for one in switches if one is not None and one.on), None)


def _short(resource: str) -> str:
    """A resource without its prefix: ``bucket/key``, also for the objects of an access point."""
    short = _ARN.sub("", resource, count=1)
    return short if short != resource else _ACCESS_POINT.sub(r"\1", resource, count=1)


def _unsure(permit: Permission, reason: str) -> Permission:
    if not permit.allowed:
        return permit
    return interface.allow(permit.line, permit.rule, permit.request, reason=reason, certain=False)


def _names_everybody(one: _Statement) -> bool:
    if one.others is not None:
        # Everyone except the named principals; all but everyone is nobody.
        named = one.others.get("AWS")
        return one.others.text != "*" and (named is None or "*" not in named.texts())
    if one.principal is None:
        return False
    if one.principal.text == "*":
        return True
    accounts = one.principal.get("AWS")
    return accounts is not None and "*" in accounts.texts()


def _acts(one: _Statement, action: str) -> bool:
    lower = action.lower()
    if one.but_actions:
        return not any(matches_glob(pattern.lower(), lower) for pattern in one.but_actions)
    return any(matches_glob(pattern.lower(), lower) for pattern in one.actions)


def _covers(one: _Statement, bucket: str, key: str, action: str, who: Requester) -> bool:
    # Writing to a bucket as a whole: any key.
    inside = action in {*_READ_OBJECT, *_WRITE_OBJECT, _WRITE_TAGS}
    if one.but_resources:
        return not any(_names(pattern, bucket, key, inside=inside) for pattern in one.but_resources)
    resources = (_filled(pattern, who) for pattern in one.resources)
    return any(_names(pattern, bucket, key, inside=inside) for pattern in resources if pattern)


def _filled(pattern: str, who: Requester) -> str:
    """The pattern with its variables as this requester can set them; empty if a variable is the owner's."""
    for name in _VARIABLE.findall(pattern):
        if who is Requester.ANONYMOUS or not name.lower().startswith(_FREE_VARIABLES):
            return ""
    return _VARIABLE.sub("*", pattern)


def _names(pattern: str, bucket: str, key: str, *, inside: bool) -> bool:
    """True if a pattern of resources covers an object, or the bucket."""
    pattern = _short(pattern)
    if pattern == "*":
        return True
    own, slash, rest = pattern.partition("/")
    if bucket and not matches_glob(own, bucket):
        return False
    if not inside:
        return not slash or (rest == "*" and own.endswith("*"))
    return (bool(slash) and (not key or matches_glob(rest, key))) or (not slash and own.endswith("*"))


def _request(action: str, bucket: str, key: str) -> str:
    host = f"https://{bucket or '<bucket>'}.s3.amazonaws.com/{key or ('' if 'Bucket' in action else '<key>')}"
    verb = "GET" if action.startswith(("s3:Get", "s3:List")) else "DELETE" if "Delete" in action else "PUT"
    return f"{verb} {host}{'?list-type=2' if action.startswith('s3:List') else ''}"
