"""Google Cloud IAM policies with ``allUsers`` and ``allAuthenticatedUsers``.

Sources: https://cloud.google.com/storage/docs/access-control/iam-roles and
https://cloud.google.com/iam/docs/principals-overview. Any Google account counts as a signed-in user.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import msgspec

from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_json

_MEMBERS = {"allusers": (Requester.ANONYMOUS, Requester.ANY_USER), "allauthenticatedusers": (Requester.ANY_USER,)}
_BEYOND = "; not known: access lists of objects, and policies of the project, which are not in the file"
"""What a policy of a bucket without uniform access does not show."""


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Access of a predefined role to the data of a resource."""

    read: bool = False
    write: bool = False


@cache
def load_roles() -> dict[str, Role]:
    """Access by role. Raises ``msgspec.ValidationError`` if the data file is damaged."""
    raw = resources.files("tieback.posture.rules").joinpath("gcs_roles.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(raw)["role"], dict[str, Role])


@dataclass(frozen=True, slots=True)
class _Binding:
    role: str
    who: tuple[Requester, ...]
    conditional: bool
    line: int
    text: str


class GcsIam:
    """Reads the policy of a bucket, dataset, service or project."""

    meta = RulesReaderMeta(
        "gcs-iam", "Google Cloud IAM policy", "https://cloud.google.com/storage/docs/access-control/iam-roles"
    )

    def recognises(self, text: RulesText) -> bool:
        """True for bindings of roles and members."""
        head = text.text[:200_000]
        return head.lstrip().startswith("{") and '"bindings"' in head and ('"role"' in head or '"bindings": []' in head)

    def read(self, text: RulesText) -> "IamPolicy":
        """Read all bindings. Raises ``InputError``."""
        root = read_json(text)
        bindings = root.get("bindings") or ConfigNode([], root.line)
        if not isinstance(bindings.value, list):
            raise text.line_error(bindings.line, '"bindings" must be a list')
        prevention = root.get("publicAccessPrevention") or root.get("iamConfiguration", "publicAccessPrevention")
        uniform = root.get("iamConfiguration", "uniformBucketLevelAccess", "enabled")
        beyond = "" if uniform is not None and uniform.on else _BEYOND
        return IamPolicy([_binding(text, one) for one in bindings.value], prevention, beyond)


def _binding(text: RulesText, node: ConfigNode) -> _Binding:
    role, members = node.get("role"), node.get("members") or ConfigNode([], node.line)
    if role is None:
        raise text.line_error(node.line, 'a binding without "role"')
    who: list[Requester] = []
    line = role.line
    for member in members.each():
        found = _MEMBERS.get(member.text.lower(), ())
        line = member.line if found and not who else line
        who += found
    shown = ", ".join(member for member in members.texts() if member.lower() in _MEMBERS)
    return _Binding(
        role.text, tuple(dict.fromkeys(who)), node.get("condition") is not None, line, f"{role.text} to {shown}"
    )


class IamPolicy:
    """Bindings of one resource."""

    def __init__(self, bindings: Sequence[_Binding], prevention: ConfigNode | None, beyond: str = "") -> None:
        self._bindings = bindings
        self._beyond = beyond
        self._prevention = prevention

    def paths(self) -> Iterator[str]:
        """The resource as a whole."""
        yield "/"

    def ask(self, who: Requester, path: str) -> PathPermissions:  # noqa: ARG002 - a policy applies to its whole resource
        """Evaluate the resource of the policy."""
        return PathPermissions(self._judge(who, writes=False), self._judge(who, writes=True))

    def _judge(self, who: Requester, *, writes: bool) -> Permission:
        unsure: Permission | None = None
        for one in self._bindings:
            if who not in one.who:
                continue
            role = load_roles().get(one.role)
            if role is not None and not (role.write if writes else role.read):
                continue
            if self._prevention is not None and self._prevention.text == "enforced":
                return interface.deny(
                    "public access prevention is enforced", self._prevention.line, "publicAccessPrevention: enforced"
                )
            request = f"{'a write' if writes else 'a read'} " + (
                "with any Google account" if who is Requester.ANY_USER else "without an account"
            )
            if role is not None and not one.conditional:
                return interface.allow(one.line, one.text, request)
            reason = "a condition decides" if one.conditional else "the permissions of the role are unknown"
            unsure = unsure or interface.allow(one.line, one.text, request, reason=reason, certain=False)
        return unsure or interface.deny(f"no binding grants this access to this identity{self._beyond}")
