"""The probing part of a run with a grant: from the endpoints of apps and traffic to reports of their data stores."""

from typing import TYPE_CHECKING

from tieback.backends.candidates import merge_candidates, requested_bases
from tieback.backends.neighbours import neighbour_candidates
from tieback.backends.pivot import Pivot
from tieback.model.grant import Depth
from tieback.pipeline.mapping.api_leads import LeadFollower, names_in_captures
from tieback.pipeline.mapping.attribution import AttributionSources
from tieback.pipeline.mapping.backends import MappedBackends
from tieback.pipeline.mapping.dns_answers import DnsLookups
from tieback.pipeline.mapping.traffic_apps import paths_of
from tieback.pipeline.probing.candidates import (
    Candidates,
    ProbeHintIndex,
    ProviderLookup,
    exclude_targets,
    target_label,
)
from tieback.pipeline.probing.ransom_notes import NoteJudge, workspace_salt
from tieback.pipeline.probing.run_targets import RunEndpoints, ScanTargets
from tieback.pipeline.probing.samples import SampleJudge
from tieback.pipeline.probing.service import probe_all
from tieback.pipeline.progress import Progress
from tieback.pipeline.rule_sets import probe_set, ransom_signs
from tieback.scope.audit import open_audit_log
from tieback.scope.dialer import Dialer
from tieback.scope.lease import digest_of
from tieback.scope.policy.approval import ApprovedGrant
from tieback.scope.resolver import NameResolver
from tieback.scope.rules import blocks_of
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.apps import container_names, public_keys
from tieback.storage.lake.tables.dns import DnsAnswerCache
from tieback.storage.lake.tables.probes import ProbedTargets, ProbeWriter, read_probes
from tieback.storage.own_domains import read_own_domains
from tieback.storage.workspace import Workspace

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules


async def probe_run(
    workspace: Workspace,
    run: str,
    approved: ApprovedGrant,
    named: RunEndpoints,
    progress: Progress,
    kept: DnsAnswerCache,
    knowledge: AttributionSources,
    rules: "UserRules | None",
) -> ScanTargets:
    """Map the back ends of apps and traffic with DNS, and probe the data stores among them.

    Reports are written to the lake as they complete.

    Args:
        workspace: of the run.
        run: the run.
        approved: the grant that covers the targets.
        named: the endpoints of the run.
        progress: called with each probed target.
        kept: answers of DNS.
        knowledge: who runs a back end.
        rules: those of users.

    Raises:
        WorkspaceError: the workspace or the audit log cannot be written.
        StoppedError: the stop file exists.
    """
    lake, grant, approval, probes = workspace.lake, approved.grant, approved.approval, probe_set(rules)
    ports = probes.store_ports()
    names = NameResolver(grant, kept=kept, never=approval.policy.rules)
    answers = DnsLookups(names, names_in_captures(named.traffic).addresses)
    mapped = await MappedBackends.of(lake, named.units, named.traffic, answers.resolve, answers)
    await answers.query_owner_hints(mapped.backends, knowledge.dns_hints, knowledge.domains)
    running = knowledge.still_running(mapped.backends)
    wanted = Candidates(running, ports)
    wanted.add(await answers.srv_candidates(running))
    wanted.add(neighbour_candidates(running, blocks_of(grant), ports))
    requests = paths_of(named.traffic)
    for one in named.traffic:
        wanted.add(requested_bases(mapped.backends, paths_of([one])), one.app_key if one.known else "")
    along = ProbeHintIndex(mapped.backends, _containers(lake, named), public_keys(lake, named.units), requests)
    answered = ProbedTargets(lake, run)
    with (
        workspace.grant_lease(digest_of(grant)) as lease,
        open_audit_log(workspace.audit_file) as audit,
        ProbeWriter(lake, run, first=len(answered)) as writer,
    ):
        dialer = Dialer(
            grant,
            audit,
            names=names,
            stop_file=workspace.stop_file,
            provider_of=ProviderLookup().of,
            approval=approval,
        )
        dialer.announce()
        follower = LeadFollower(mapped.backends, Pivot(ports, knowledge.foreign), answers.resolve, dialer.permit)
        for one in named.traffic:
            wanted.add(await follower.follow(one.leads), one.app_key if one.known else "")
        noting = any(rule.ransom_note for rule in grant.target)
        notes = NoteJudge(workspace_salt(workspace.directory), signs=ransom_signs(rules)) if noting else None
        own = read_own_domains(workspace.directory)
        sampled = any(rule.depth is Depth.SAMPLE for rule in grant.target)
        samples = SampleJudge(own_domains=own, added=rules) if sampled else None
        first = along.attach(exclude_targets(wanted, answered))
        async for candidate, report in probe_all(first, grant, dialer, progress, along, notes, samples, lease, probes):
            writer.add(report)
            along.pop(candidate, None)
        writer.flush()
        # A second round, for names in the certificates of APIs.
        more = await follower.follow(follower.leads_of(read_probes(lake, run, encrypted=True)))
        asked = frozenset(target_label(one) for host in {one.host for one in more} for one in wanted.at(host))
        wanted.add(more)
        second = along.attach(exclude_targets(exclude_targets(merge_candidates(more, ()), asked), answered))
        async for candidate, report in probe_all(second, grant, dialer, progress, along, notes, samples, lease, probes):
            writer.add(report)
            along.pop(candidate, None)
    return ScanTargets(mapped, wanted, len(answered))


def _containers(lake: Lake, named: RunEndpoints) -> dict[str, tuple[str, ...]]:
    """Containers that apps and traffic name within an endpoint, by endpoint value."""
    found = container_names(lake, named.units)
    for sighting in (sighting for traffic in named.traffic for sighting in traffic.sightings):
        value = sighting.endpoint.value
        found[value] = tuple(sorted({*found.get(value, ()), *sighting.names}))
    return found
