"""Stages of ``tieback posture join``: match resources of accounts with stores, apps and devices of a workspace."""

from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec
from msgspec.structs import replace

from tieback.backends.hosting import HostingLookup
from tieback.model.exposure import Finding
from tieback.model.posture import AppName, OwnedResource, UnclaimedStore, UnprobedPublicResource
from tieback.model.resource import Resource, ResourceKind, TriState
from tieback.pipeline.fleet.coverage import match_apps
from tieback.pipeline.posture.exports import iter_resources
from tieback.pipeline.runs import nothing_probed_text
from tieback.posture.findings import owned_resource_findings, unclaimed_store_findings
from tieback.posture.join import OutsideView, describe_match, describe_resource
from tieback.posture.numbers import ResourceTally
from tieback.storage.lake.tables.probes import read_backends
from tieback.storage.workspace import Workspace

MAX_APPS = 1_000
"""Maximum apps listed per store or resource."""


class JoinSummary(msgspec.Struct, frozen=True):
    """Totals of the join."""

    resources: int
    """Number of imported resources."""
    accounts: int
    """Number of imported accounts."""
    owned: int
    """Resources that match a store or back end of the scan."""
    leaking: int
    """Of these, resources that expose records without authentication."""
    unseen: int
    """Public resources, according to their account, that no app or probe led to."""
    foreign: int
    """Open stores that are in no imported account."""
    findings: int
    """Number of findings of the join."""
    run: str = ""
    """The run that was joined; empty if no run has finished."""
    not_probed: str = ""
    """Why the run shows nothing about open stores, as one sentence; empty if it probed."""


type JoinRow = OwnedResource | UnprobedPublicResource | UnclaimedStore | Finding | JoinSummary


def join_accounts(
    workspace: Workspace, tally: ResourceTally | None = None, since: str = "", run: str = ""
) -> Iterator[JoinRow]:
    """Join all imported resources with a run; the summary comes last.

    Public resources without a match are yielded as they are found, in bounded memory. The others follow; there are no
    more of them than stores and back ends of the run.

    Args:
        workspace: an open workspace.
        tally: counts the resources.
        since: as in ``iter_resources``.
        run: ID of the run; default: the last finished run.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    last = None if run else workspace.ledger.latest_run()
    run = last.id if last is not None else run
    outside = _outside(workspace, run)
    owned: list[OwnedResource] = []
    accounts: dict[str, str] = {}
    names: dict[str, str] = {}
    count = unseen = 0
    for resource in iter_resources(workspace, since):
        count += 1
        if tally is not None:
            tally.add(resource)
        if resource.account and not resource.planned:
            accounts.setdefault(resource.account.lower(), resource.provider)
        found = None if resource.planned else outside.of(resource)
        if found is not None:
            owned.append(found)
        elif _public(resource):
            unseen += 1
            yield UnprobedPublicResource(resource, f"{describe_resource(resource)}; no app and no probe led to it")
    names.update(accounts)
    foreign = list(outside.foreign(names, HostingLookup()))
    apps = _Apps(workspace, run, owned, foreign)
    findings: list[Finding] = []
    for one in sorted(owned, key=_worst):
        named = apps.named(one)
        said = replace(named, says=describe_match(named))
        findings += owned_resource_findings(said)
        yield said
    for store in foreign:
        told = replace(store, apps=apps.of(store.store.apps))
        told = replace(told, says=_whose(told, len(accounts)))
        findings += unclaimed_store_findings(told, accounts=len(accounts))
        yield told
    findings.sort(key=lambda one: (-one.severity.rank, one.rule, one.id))
    yield from findings
    leaking = sum(any(store.exposed for store in one.stores) for one in owned)
    why = nothing_probed_text(workspace.ledger.find_run(run) if run else None)
    yield JoinSummary(count, len(accounts), len(owned), leaking, unseen, len(foreign), len(findings), run, why)


def _outside(workspace: Workspace, run: str) -> OutsideView:
    if not run:
        return OutsideView((), ())
    return OutsideView(workspace.ledger.conclusions.exposures(run), read_backends(workspace.lake, run))


def _public(resource: Resource) -> bool:
    if resource.planned or resource.kind is ResourceKind.HOST:
        return False
    if resource.kind is ResourceKind.SNAPSHOT:
        return resource.backups_public is TriState.YES
    return resource.public is TriState.YES


def _worst(owned: OwnedResource) -> tuple[object, ...]:
    rank = max((store.severity.rank for store in owned.stores if store.exposed), default=-1)
    return (-rank, not owned.stores, owned.resource.public is not TriState.YES, owned.resource.key)


def _whose(foreign: UnclaimedStore, accounts: int) -> str:
    target = foreign.store.targets[0] if foreign.store.targets else foreign.store.id
    at = f", at {foreign.provider}" if foreign.provider else ""
    if not accounts:
        return f"{target} is open{at}; no account is imported that could own it"
    whose = f" ({foreign.account})" if foreign.account else ""
    if foreign.ours:
        return f"{target} is open{at}, in your account{whose}, but no export describes it; export again"
    where = "not in the one imported account" if accounts == 1 else f"in none of the {accounts:,} imported accounts"
    return f"{target} is open{at}{whose} and {where}: a forgotten resource, or a vendor's"


class _Apps:
    """Names and devices of the apps in the join; other apps are not read."""

    def __init__(
        self, workspace: Workspace, run: str, owned: Iterable[OwnedResource], foreign: Iterable[UnclaimedStore]
    ) -> None:
        endpoints = {value for one in owned for value in one.endpoints}
        wanted = {app for one in owned for store in one.stores for app in store.apps}
        wanted |= {app for one in foreign for app in one.store.apps}
        self._by_endpoint = _apps_of(workspace, run, endpoints)
        wanted |= {app for apps in self._by_endpoint.values() for app in apps}
        self._names = _names(workspace, wanted)

    def named(self, owned: OwnedResource) -> OwnedResource:
        """The resource with its apps: those that lead to its stores first, then those that only name it."""
        apps = [app for store in owned.stores for app in store.apps]
        apps += [app for value in owned.endpoints for app in self._by_endpoint.get(value, ())]
        return replace(owned, apps=self.of(apps))

    def of(self, apps: Iterable[str]) -> tuple[AppName, ...]:
        """Each app once, those on the most devices first."""
        found = [self._names.get(app) or AppName(app, app[:12], "") for app in dict.fromkeys(apps)]
        found.sort(key=lambda one: -(one.devices or 0))
        return tuple(found[:MAX_APPS])


def _apps_of(workspace: Workspace, run: str, endpoints: Collection[str]) -> dict[str, list[str]]:
    if not endpoints or not run:
        return {}
    import pyarrow as pa

    sql = """
        SELECT DISTINCT s.value, s.app_sha256 FROM sightings s
        SEMI JOIN wanted ON s.value = wanted.value
        SEMI JOIN (SELECT unit, version FROM inputs WHERE run = ? AND problem = '') i
            ON s.unit = i.unit AND s.version = i.version
        ORDER BY ALL"""
    found: dict[str, list[str]] = {}
    tables = {"wanted": pa.table({"value": pa.array(sorted(endpoints), pa.string())})}
    for value, app in workspace.lake.stream(sql, [run], tables=tables):
        apps = found.setdefault(value, [])
        if len(apps) < MAX_APPS:
            apps.append(app)
    return found


def _names(workspace: Workspace, apps: Collection[str]) -> Mapping[str, AppName]:
    if not apps:
        return {}
    import pyarrow as pa

    devices = _devices(workspace, apps)
    sql = """
        SELECT DISTINCT ON (unit) unit, coalesce(name, ''), coalesce(bundle_id, ''), path
        FROM apps SEMI JOIN wanted USING (unit) ORDER BY unit, version DESC"""
    tables = {"wanted": pa.table({"unit": pa.array(sorted(apps), pa.string())})}
    found = {}
    for unit, name, bundle, path in workspace.lake.stream(sql, tables=tables):
        label = name or bundle or path.rpartition("/")[2]
        found[unit] = AppName(unit, label, bundle, None if devices is None else devices.get(unit, 0))
    return found


def _devices(workspace: Workspace, apps: Collection[str]) -> dict[str, int] | None:
    """Number of devices per app, by a strong match with the fleet; ``None`` without an imported inventory."""
    if not workspace.ledger.inventory.known():
        return None
    fleet = list(workspace.ledger.inventory.apps(versions=False))
    matches = match_apps(workspace.lake, fleet)
    found: dict[str, int] = {}
    for one in fleet:
        match = matches.get(one.id)
        for app in match.apps if match is not None and not match.strength.weak else ():
            if app.sha256 in apps:
                found[app.sha256] = found.get(app.sha256, 0) + one.devices
    return found
