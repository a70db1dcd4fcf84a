"""Provider defaults that no customer can change (``defaults.toml``), such as permanent encryption."""

from collections.abc import Mapping
from functools import cached_property
from importlib import resources

import msgspec
from msgspec.structs import replace

from tieback.model.resource import AtRest, Resource, ResourceKind, TriState


class ProviderDefault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Defaults of a service."""

    provider: str
    service: str
    source: str
    """URL of the provider's page that documents the default."""
    product: str = ""
    at_rest: AtRest = AtRest.UNKNOWN
    always_encrypted: bool = False
    backups_as_data: bool = False
    """True if backups are encrypted like the data."""
    authentication: TriState = TriState.UNKNOWN
    in_transit: TriState = TriState.UNKNOWN
    flag: TriState = TriState.UNKNOWN
    route: TriState = TriState.UNKNOWN
    port: TriState = TriState.UNKNOWN
    note: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    default: tuple[ProviderDefault, ...]


_ANSWERS = ("authentication", "in_transit", "flag", "route", "port")


class ProviderDefaults:
    """The table, read at the first look-up."""

    @cached_property
    def all(self) -> tuple[ProviderDefault, ...]:
        """All entries, in file order."""
        raw = resources.files("tieback.posture").joinpath("defaults.toml").read_bytes()
        return msgspec.toml.decode(raw, type=_File).default

    @cached_property
    def _by_service(self) -> Mapping[tuple[str, str], tuple[ProviderDefault, ...]]:
        found: dict[tuple[str, str], list[ProviderDefault]] = {}
        for one in self.all:
            found.setdefault((one.provider, one.service), []).append(one)
        return {key: tuple(some) for key, some in found.items()}

    def apply(self, resource: Resource) -> Resource:
        """The resource with the provider's fixed defaults for facts that no source reports."""
        if resource.kind is ResourceKind.SNAPSHOT:
            return resource
        changes: dict[str, object] = {}
        for one in self._by_service.get((resource.provider, resource.service), ()):
            if one.product and one.product != resource.product:
                continue
            for name in _ANSWERS:
                if getattr(one, name) is not TriState.UNKNOWN and getattr(resource, name) is TriState.UNKNOWN:
                    changes.setdefault(name, getattr(one, name))
            if resource.at_rest is AtRest.UNKNOWN and one.at_rest is not AtRest.UNKNOWN:
                changes.setdefault("at_rest", one.at_rest)
            elif resource.at_rest is AtRest.NONE and one.always_encrypted:
                said = f"a source reports unencrypted, but {one.service} always encrypts ({one.source})"
                changes.setdefault("at_rest", one.at_rest)
                changes["problems"] = (*resource.problems, said + (f"; {one.note}" if one.note else ""))
            at_rest = changes.get("at_rest", resource.at_rest)
            if one.backups_as_data and resource.backups is TriState.YES and at_rest is not AtRest.UNKNOWN:
                told = resource.backups_encrypted
                changes["backups_encrypted"] = (
                    TriState.of(at_rest is not AtRest.NONE) if told is TriState.UNKNOWN else told
                )
        return replace(resource, **changes) if changes else resource
