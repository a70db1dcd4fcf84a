"""A grant in plain sentences: what it permits, what it does not, what is never contacted, and who must sign."""

from collections.abc import Iterator

from tieback.model.count_text import count_text
from tieback.model.grant import Depth, ExcludeRule, Grant, Permission, TargetRule
from tieback.scope.decide import without
from tieback.scope.policy.approval import requirements_of
from tieback.scope.policy.exclude import compile_exclude
from tieback.scope.policy.never import SitePolicy
from tieback.scope.rules import compile_rule
from tieback.scope.shared_hosts import is_shared, shared_sentences

_READS = {
    Depth.IDENTIFY: "which product responds, its version, and whether it requires a login",
    Depth.ENUMERATE: "names, counts and sizes of tables, collections, indexes and buckets",
    Depth.DESCRIBE: "names and types of fields, but no values",
    Depth.SAMPLE: "a few values per field, in memory only: they are masked and not stored",
}


def grant_sentences(grant: Grant, policy: SitePolicy | None = None) -> Iterator[str]:
    """What a grant permits and what it does not, in plain sentences."""
    forbids = policy.forbids if policy is not None else frozenset[Permission]()
    rules = [(rule, compile_rule(rule)) for rule in (without(target, forbids) for target in grant.target)]
    yield "It permits:"
    for rule, compiled in rules:
        ports = "any port" if rule.ports == "any" else f"ports {compiled.ports_text}"
        reads = "; ".join(text for depth, text in _READS.items() if rule.depth.allows(depth))
        yield f"  - {rule.match} on {ports}: read {reads}"
        yield from _more_about(rule)
    if not rules:
        yield "  - nothing: there is no target"
    if grant.dns:
        yield "  - DNS queries for names that a target covers"
    yield "It does not permit:"
    yield "  - anything else, and never to write, to guess passwords, or to use secrets found in apps"
    if not any(rule.depth is Depth.SAMPLE for rule in grant.target):
        yield "  - reading values of records (depth sample)"
    if not grant.dns:
        yield "  - DNS: a name is probed only if [hosts] contains its address. To allow it, add dns = true (--dns)."
    if not any(rule.ransom_note for rule, _ in rules):
        yield "  - reading the text of a ransom note (ransom_note = true)"
    if not any(rule.scans for rule, _ in rules):
        yield "  - counts that cost the server a scan, or its owner money per request (scans = true)"
    if not any(rule.mcp for rule, _ in rules):
        yield "  - sessions with MCP servers (mcp = true)"
    named = [rule.match for rule, compiled in rules if compiled.network is None]
    yield from restriction_sentences(grant, policy)
    if named and not grant.dns and not grant.hosts:
        yield f"Nothing can be probed for {', '.join(named)}: DNS is not allowed and [hosts] is empty."


def _more_about(rule: TargetRule) -> Iterator[str]:
    """What else a target permits, and whose resources it covers."""
    if is_shared(rule.match):
        only = ", ".join(rule.resources) or "those in `resources`, which is missing: none"
        yield f"    of customers there: only {only}"
    if rule.passwordless:
        yield f"    log in without a password as {', '.join(rule.passwordless)}"
    if rule.scans:
        yield "    count what costs the server a bounded scan, or its owner money per request"
    if rule.mcp:
        yield "    open a session with MCP servers, and list the names of their tools"


def restriction_sentences(grant: Grant, policy: SitePolicy | None) -> Iterator[str]:
    """Targets that cover resources of others, what is never contacted, and who must sign, in plain sentences."""
    yield from shared_sentences(grant)
    site = policy if policy is not None else SitePolicy()
    if grant.exclude or site.rules:
        yield "It never contacts, even if a target covers it:"
    for rule in grant.exclude:
        yield f"  - {_excluded(rule)}"
    for sourced in site.rules:
        yield f"  - {_excluded(sourced.rule)} ({sourced.where})"
    for file in site.files:
        if file.forbids:
            yield f"No grant can allow {', '.join(file.forbids)}: {file.where} forbids it"
    for one in requirements_of(grant, site):
        need = count_text(one.need, "signature")
        yield f"Before the first connection, {one.where} demands {need} of these keys:"
        for key in one.keys:
            last = f", until {key.not_after}" if key.not_after is not None else ""
            yield f"  - {key.fingerprint} {key.comment}{last}"


def _excluded(rule: ExcludeRule) -> str:

    compiled = compile_exclude(rule)
    ports = "any port" if compiled.covers_all else f"ports {compiled.ports_text}"
    also = f" and {compiled.suffix}" if compiled.suffix else ""
    return f"{rule.match}{also} on {ports}: {rule.reason or 'no reason given'}"
