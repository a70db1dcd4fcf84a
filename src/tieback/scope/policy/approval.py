"""Whether a grant may be used here: the site policies, and the signatures that it or they demand.

The dialer connects only with an approval of exactly its grant. So no command can leave the check out: without an
approval, the dialer reads the site policies itself, and refuses a grant for which signatures are demanded.
"""

from datetime import date
from pathlib import Path

import msgspec

from tieback.model.count_text import count_text
from tieback.model.errors import GrantError
from tieback.model.grant import Grant
from tieback.scope.grant import check_valid, parse_grant
from tieback.scope.lease import digest_of
from tieback.scope.policy.never import SitePolicy, load_site_policy
from tieback.scope.policy.signatures import Requirement, SignatureCheck, Signer, check_signatures, signature_files
from tieback.scope.policy.ssh_keys import signing_keys
from tieback.scope.toml_file import decode_text, read_bytes

THE_GRANT = "the grant"


class Approval(msgspec.Struct, frozen=True):
    """That a grant may be used."""

    grant: str
    """SHA-256 of its values, as ``digest_of``."""
    policy: SitePolicy = SitePolicy()
    signers: tuple[Signer, ...] = ()
    """Who signed the file; empty if no signature was demanded."""
    text: str = ""
    """Text of the file; empty for a grant without one."""
    file: str = ""
    """Path of the file, for errors; empty for a grant without one."""


class ApprovedGrant(msgspec.Struct, frozen=True):
    """A grant with its approval."""

    grant: Grant
    approval: Approval


class GrantSignatures(msgspec.Struct, frozen=True):
    """What is demanded of a grant file, and what it has."""

    grant: Grant
    policy: SitePolicy
    requirements: tuple[Requirement, ...]
    check: SignatureCheck
    text: str
    """The whole text of the file."""

    def missing(self) -> Requirement | None:
        """The first requirement that is not satisfied."""
        return next((one for one in self.requirements if len(self.check.signers_for(one)) < one.need), None)


def requirements_of(grant: Grant, policy: SitePolicy) -> tuple[Requirement, ...]:
    """Every demand for signatures: of the grant, and of each site policy. Each one must be satisfied."""
    demands = [(THE_GRANT, grant.signatures), *((file.where, file.signatures) for file in policy.files)]
    return tuple(Requirement(where, its.need, signing_keys(its)) for where, its in demands if its is not None)


def check_grant_file(path: Path, never: Path | None, today: date) -> GrantSignatures:
    """Read a grant file once, and check the signatures of exactly these bytes.

    Args:
        path: the grant file.
        never: a site policy that the command names, besides the usual ones.
        today: the day in UTC, for the last days of keys.

    Raises:
        GrantError: the grant or a site policy cannot be read or is malformed, or ssh-keygen is needed and missing.
    """
    content = read_bytes(path, "Create one with `tieback grant new`")
    advice = "Correct the grant; `tieback grant new` creates one with every key explained"
    text = decode_text(content, str(path), advice)
    grant = parse_grant(text, str(path))
    policy = load_site_policy(never)
    requirements = requirements_of(grant, policy)
    check = check_signatures(content, signature_files(path), requirements, today) if requirements else SignatureCheck()
    return GrantSignatures(grant, policy, requirements, check, text)


def load_approved_grant(path: Path, never: Path | None, today: date) -> ApprovedGrant:
    """Read a grant for use. Arguments as ``check_grant_file``.

    Raises:
        GrantError: as ``check_grant_file``, or a demanded signature is missing.
    """
    found = check_grant_file(path, never, today)
    lacking = found.missing()
    if lacking is not None:
        raise GrantError(
            lacking_text(lacking, found.check),
            where=str(path),
            advice=f"Sign it with `tieback grant sign {path.name} --key KEY`; see `tieback grant verify {path.name}`",
        )
    digest, signers = digest_of(found.grant), found.check.signers
    return ApprovedGrant(found.grant, Approval(digest, found.policy, signers, found.text, str(path)))


def lacking_text(lacking: Requirement, check: SignatureCheck) -> str:
    """One clause: what is demanded, and what there is."""
    count = len(check.signers_for(lacking))
    need, keys = count_text(lacking.need, "signature"), count_text(len(lacking.keys), "key")
    text = f"{lacking.where} demands {need} of its {keys}, and {count_text(count, 'counts', 'count')}"
    return f"{text} ({'; '.join(check.problems[:3])})" if check.problems else text


def check_dates(grant: Grant, approval: Approval | None, today: date) -> None:
    """Check the dates of a grant; the error names its file, if the approval knows it.

    Raises:
        GrantError: the grant has expired, or is not valid yet.
    """
    check_valid(grant, today, approval.file if approval is not None else "")


def approve_values(grant: Grant) -> Approval:
    """The approval of a grant without a file, under the site policies in their usual places.

    Raises:
        GrantError: a site policy is damaged, or signatures are demanded, which only a file can have.
    """
    policy = load_site_policy()
    requirements = requirements_of(grant, policy)
    if requirements:
        raise GrantError(
            f"{requirements[0].where} demands signatures, and they were not checked",
            advice="Use the grant by its file; see `tieback grant verify FILE`",
        )
    return Approval(digest_of(grant), policy)


def require_approval(grant: Grant, approval: Approval | None) -> Approval:
    """The approval, checked to be of this grant; without one, as ``approve_values``.

    Raises:
        GrantError: as ``approve_values``, or it is the approval of another grant.
    """
    if approval is None:
        return approve_values(grant)
    if approval.grant != digest_of(grant):
        raise GrantError("the approval belongs to another grant", advice="Load the grant again")
    return approval
