"""Declarations of apps beside their traffic: marks of recipients, and what is declared and not seen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from tieback.leaks.declared import AppDeclarations, Sent
from tieback.model.app import Platform
from tieback.model.declaration import DeclaredItem, DeclaredState, PrivacyDeclaration
from tieback.model.report.captures import Recipient
from tieback.pipeline.mapping.traffic_apps import TrafficApp
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.queries.declarations import imported_forms, package_declarations

_ORDER = (DeclaredState.NOT_SEEN, DeclaredState.SEEN, DeclaredState.NOT_READ, DeclaredState.NO_CLASS)


class AppTraffic(msgspec.Struct):
    """What one app sent in all captures, as far as declarations need it."""

    app: tuple[str, str, str]
    """Key, name and bundle identifier."""
    sent: dict[Sent, None] = msgspec.field(default_factory=dict)
    hosts: set[str] = msgspec.field(default_factory=set)
    read: bool = False


class Declarations:
    """The declarations of some apps, by the key of the app."""

    def __init__(self, of_app: Mapping[str, Sequence[PrivacyDeclaration]]) -> None:
        """Take the declarations of each app."""
        self._of_app = {key: AppDeclarations(found) for key, found in of_app.items() if found}

    def marked(self, recipients: Iterable[Recipient]) -> Iterator[Recipient]:
        """The same recipients, each with what its app declares; without declarations they are unchanged."""
        for one in recipients:
            known = self._of_app.get(one.app_sha256)
            if known is None:
                yield one
                continue
            declared, by = known.mark(one.pii_class, one.kind)
            tracking = known.tracking_domain(one.host)
            yield msgspec.structs.replace(
                one,
                declared=declared,
                declared_by=by,
                tracking_domain_of=tracking,
                tracking_denied=bool(tracking) and known.tracking is False,
                encryption_stated=one.in_clear > 0 and known.encrypted_in_transit,
            )

    def items(self, traffic: Iterable[AppTraffic]) -> Iterator[DeclaredItem]:
        """What each app declares, beside its traffic, in the order of the apps: what was not seen first."""
        for one in traffic:
            known = self._of_app.get(one.app[0])
            if known is not None:
                items = known.items(one.app, one.sent, one.hosts, read=one.read)
                yield from sorted(items, key=lambda item: (_ORDER.index(item.state), item.kind, item.title))


def app_traffic(traffic: Iterable[TrafficApp]) -> list[AppTraffic]:
    """The traffic of each known app, over all captures."""
    found: dict[str, AppTraffic] = {}
    for group in traffic:
        if not group.known:
            continue
        key = group.app_key
        one = found.setdefault(key, AppTraffic((key, group.app.name, group.app.bundle_id)))
        one.sent |= dict.fromkeys(Sent(each.pii_class, each.kind, each.host) for each in group.recipients)
        one.hosts |= {server.host for server in group.servers}
        one.read = one.read or group.counts.read > 0
    return list(found.values())


def run_declarations(
    lake: Lake, run: str, traffic_version: str, traffic: Iterable[TrafficApp], until: float
) -> Declarations:
    """What the apps of a run's captures declare: manifests of scanned packages, and forms imported until then.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    bundles = {group.app_key: group.app.bundle_id for group in traffic if group.known}
    if not bundles:
        return Declarations({})
    packages = package_declarations(lake, run, traffic_version, bundles)
    forms = imported_forms(lake, bundles.values(), until)
    found: dict[str, list[PrivacyDeclaration]] = {}
    for key, bundle in bundles.items():
        package = packages.get(key)
        found[key] = list(package.manifests) if package is not None else []
        # The form is about the app on Google Play; an iOS app may have the same identifier.
        if bundle in forms and (package is None or package.platform != Platform.IOS):
            found[key].append(forms[bundle])
    return Declarations(found)
