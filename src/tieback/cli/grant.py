"""``tieback grant``: create, check and explain a grant; verify an audit log."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.terminal import ExitCode, NeverOption, OutputFormat, data_console, message_console, write_line
from tieback.model.document import encode
from tieback.model.errors import GrantError
from tieback.model.grant import Depth, ExcludeRule, Grant, TargetRule

if TYPE_CHECKING:
    from tieback.scope.audit_check import AuditCheck
    from tieback.scope.decide import CompiledGrant, Decision
    from tieback.scope.policy.never import SitePolicy
    from tieback.scope.resolver import NameResolver

app = typer.Typer(
    help="Manage grants. A grant is the written permission to probe: which targets, how deep, and until when.\n\n"
    "Example: tieback grant explain grant.toml es.example.org:9200"
)

_DEFAULT_DAYS = 30

FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per line.")]


class TargetExplanation(msgspec.Struct, frozen=True):
    """One line of output of ``grant explain``."""

    target: str
    """The target as the user wrote it."""
    host: str
    port: int | None
    """``None`` if the user named no port; then ``ports`` lists the allowed ones."""
    address: str
    allowed: bool
    reason: str
    rule: str
    ports: str
    depth: Depth | None
    """Maximum probe depth; ``None`` if the target is not allowed."""
    needs_dns: bool = False
    """The grant covers the name and the port; the address, which only DNS gives, decides."""


class KeyVerdict(msgspec.Struct, frozen=True):
    """A key that counts for a requirement."""

    key: str
    """Fingerprint, as ``ssh-keygen -l`` prints it."""
    comment: str
    file: str
    """Name of the file with its signature."""


class RequirementVerdict(msgspec.Struct, frozen=True):
    """One demand for signatures, and who satisfied it."""

    where: str
    """``the grant``, or the path of a site policy."""
    need: int
    keys: int
    """Number of listed keys."""
    signed_by: tuple[KeyVerdict, ...]
    ok: bool


class GrantVerdict(msgspec.Struct, frozen=True):
    """The document of ``grant verify``."""

    ok: bool
    """False if a signature is missing, and also if nothing demands one: then none was checked."""
    requirements: tuple[RequirementVerdict, ...]
    problems: tuple[str, ...]
    """Signatures that do not count."""


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; an existing file is not overwritten.")],
    *,
    authorised_by: Annotated[str, typer.Option(help="Person or department that authorises the probes.")],
    contact: Annotated[str, typer.Option(help="Contact that probes announce (e-mail or URL).")],
    not_after: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=f"Last valid day (UTC); default: in {_DEFAULT_DAYS} days."),
    ] = None,
    target: Annotated[list[str] | None, typer.Option(help="Address, CIDR block, host or *.suffix; repeatable.")] = None,
    depth: Annotated[Depth, typer.Option(help="Maximum probe depth.")] = Depth.DESCRIBE,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MATCH[=REASON]",
            help="Never contact this address, CIDR block, host or *.suffix, even if a target covers it; repeatable.",
        ),
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=ADDRESS", help="Address of a name, used instead of DNS; repeatable."),
    ] = None,
    dns: Annotated[
        bool, typer.Option("--dns", help="Allow DNS queries for names that a target covers; otherwise only [hosts].")
    ] = False,
    scans: Annotated[
        bool,
        typer.Option(
            "--scans", help="Allow counts that cost the server a bounded scan, or its owner money per request."
        ),
    ] = False,
) -> None:
    """Write a new grant with every key explained, and print what it permits, for a person to review and sign off.

    Example: tieback grant new grant.toml --authorised-by "Security office" --contact me@a.org --target '*.a.org' --dns
    """
    from tieback.scope.grant import parse_grant, render_grant

    last = not_after.date() if not_after is not None else _today() + timedelta(days=_DEFAULT_DAYS)
    rules = tuple(TargetRule(match=match, ports="any", depth=depth, scans=scans) for match in target or ())
    pairs = (one.partition("=") for one in exclude or ())
    excluded = tuple(ExcludeRule(match.strip(), reason=reason.strip()) for match, _, reason in pairs)
    hosts = _hosts(host or ())
    text = render_grant(Grant(authorised_by, contact, last, target=rules, dns=dns, hosts=hosts, exclude=excluded))
    grant = parse_grant(text, "the new grant")
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise GrantError(
            "the file exists", where=str(file), advice="Choose another file name, or edit this file"
        ) from None
    except OSError as error:
        raise GrantError(
            f"cannot be written ({error.strerror})", where=str(file), advice="Choose a folder with write permission"
        ) from None
    console = data_console()
    for line in (f"{file}: authorised by {authorised_by}, valid until {last} (UTC)", *_words(grant)):
        console.print(line, soft_wrap=True)
    if not rules:
        message_console().print(f"{file} has no target yet: add one before use")


def _hosts(pairs: Iterable[str]) -> dict[str, str | tuple[str, ...]]:
    """The section ``[hosts]`` of ``NAME=ADDRESS`` pairs; a name may have several."""
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        name, equals, address = pair.partition("=")
        if not equals:
            raise GrantError("no address", where=f"--host {pair:.80}", advice="Write --host NAME=ADDRESS")
        found[name.strip()] = (*found.get(name.strip(), ()), address.strip())
    return {name: addresses[0] if len(addresses) == 1 else addresses for name, addresses in found.items()}


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Grant file.")],
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Check a grant and show what it allows. Exits with code 2 if it is malformed, expired or not yet valid.

    Example: tieback grant check grant.toml
    """
    from tieback.scope.grant import check_valid, load_grant

    grant = load_grant(file)
    try:
        check_valid(grant, _today())
    except GrantError as error:
        raise GrantError(error.what, where=str(file), advice=error.advice) from None
    if output is OutputFormat.JSON:
        write_line(encode("grant", grant))
        return
    console = data_console()
    since = f"from {grant.not_before} " if grant.not_before is not None else ""
    console.print(f"authorised by {grant.authorised_by}, {since}until {grant.not_after}, contact {grant.contact}")
    console.print(_rules_table(grant))
    names = f"{len(grant.hosts)} names in [hosts]; " if grant.hosts else ""
    for line in _restrictions(grant, None):
        console.print(line, soft_wrap=True)
    console.print(f"{names}DNS {'only for names that a target covers' if grant.dns else 'not used'}")


@app.command()
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Grant file.")],
    never: NeverOption = None,
) -> None:
    """Print in words what a grant permits, what it and this site exclude, and which signatures it needs.

    Example: tieback grant show grant.toml
    """
    from tieback.scope.grant import load_grant
    from tieback.scope.policy.never import load_site_policy

    grant, policy = load_grant(file), load_site_policy(never)
    since = f"from {grant.not_before} " if grant.not_before is not None else ""
    console = data_console()
    head = f"{file}: authorised by {grant.authorised_by}, valid {since}until {grant.not_after} (UTC)"
    for line in (head, *_words(grant, policy)):
        console.print(line, soft_wrap=True)


@app.command()
def sign(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Grant file.")],
    *,
    key: Annotated[
        Path, typer.Option(help="Private key of OpenSSH, or a public one whose private half is in the SSH agent.")
    ],
) -> None:
    """Sign a grant file with ssh-keygen. The signature is written beside it; each signer makes one.

    The signature covers the exact bytes of the file: sign again after each edit.

    Example: tieback grant sign grant.toml --key ~/.ssh/id_ed25519
    """
    from tieback.scope.grant import parse_grant
    from tieback.scope.policy import signatures
    from tieback.scope.toml_file import decode_text, read_bytes

    content = read_bytes(file, "Create one with `tieback grant new`")
    parse_grant(decode_text(content, str(file), "Correct the grant"), str(file))
    written, fingerprint = signatures.sign(file, content, key)
    data_console().print(f"{written}: signed with {fingerprint}", soft_wrap=True)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Grant file.")],
    never: NeverOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Check the signatures that a grant and the site policies demand. Exits with code 1 if one is missing.

    If nothing demands signatures, none is checked, and the exit code is 1, too.

    Example: tieback grant verify grant.toml
    """
    from tieback.scope.policy.approval import check_grant_file

    found = check_grant_file(file, never, _today())
    rows = []
    for one in found.requirements:
        signers = found.check.signers_for(one)
        keys = tuple(KeyVerdict(signer.fingerprint, signer.comment, signer.file) for signer in signers)
        rows.append(RequirementVerdict(one.where, one.need, len(one.keys), keys, len(keys) >= one.need))
    verdict = GrantVerdict(bool(rows) and all(row.ok for row in rows), tuple(rows), found.check.problems)
    if output is OutputFormat.JSON:
        write_line(encode("grant-signatures", verdict))
    else:
        console = data_console()
        for row in rows:
            count = f"{len(row.signed_by)} of {row.need} required signatures"
            state = "ok" if row.ok else "missing"
            line = f"{state}: {count}, from a list of {row.keys} keys in {row.where}"
            console.print(line, soft_wrap=True)
            for signer in row.signed_by:
                console.print(f"  - {signer.key} {signer.comment} ({signer.file})", soft_wrap=True)
        for problem in verdict.problems:
            console.print(f"does not count: {problem}", soft_wrap=True)
        if not rows:
            console.print("not checked: neither the grant nor a never.toml demands signatures")
    if not verdict.ok:
        raise typer.Exit(ExitCode.FINDINGS)


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Grant file.")],
    targets: Annotated[
        list[str],
        typer.Argument(metavar="HOST[:PORT]", help="Targets to check; put IPv6 addresses with a port in brackets."),
    ],
    never: NeverOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Explain why targets are inside or outside the grant.

    Sends no packet and no DNS query; names are resolved only from the grant's own table.

    Example: tieback grant explain grant.toml es.example.org:9200 '[2001:db8::1]:27017'
    """
    from tieback.scope.grant import load_grant
    from tieback.scope.policy.never import load_site_policy

    grant, policy = load_grant(file), load_site_policy(never)
    rows = [row for text in targets for row in _explain(grant, policy, text)]
    if output is OutputFormat.JSON:
        for row in rows:
            write_line(encode("explanation", row))
        return
    table = Table(box=None, pad_edge=False)
    for column in ("target", "", "address", "ports", "depth", "why"):
        table.add_column(column, overflow="fold")
    for row in rows:
        outside = Text("by DNS", "yellow") if row.needs_dns else Text("out", "red")
        verdict = Text("in", "green") if row.allowed else outside
        depth = Text(row.depth or "")
        table.add_row(Text(row.target), verdict, Text(row.address), Text(row.ports), depth, Text(row.reason))
    data_console().print(table)


@app.command()
def audit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Audit log file.")],
    key: Annotated[
        str, typer.Option(metavar="SHA256:…", help="Only checkpoints of this key count, and there must be one.")
    ] = "",
    contains: Annotated[
        str,
        typer.Option(metavar="HASH", help="The log must contain this hash, such as the last one of an earlier check."),
    ] = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Verify an audit log: its hash chain, its signed checkpoints, and this machine's record of it. Needs no secret.

    Exits with code 1 if an entry was edited, or if entries are missing. Changes after the last checkpoint, and by a
    holder of the key, cannot be detected.

    Example: tieback grant audit audit.jsonl
    """
    from tieback.scope.audit_check import AuditDemands, verify
    from tieback.scope.checkpoints import own_fingerprint, record_of

    verdict = verify(file, AuditDemands(record_of(file), key, contains))
    if output is OutputFormat.JSON:
        write_line(encode("audit", verdict))
    else:
        console = data_console()
        if verdict.ok:
            noted = f", {verdict.recovered} truncated by a crash and closed" if verdict.recovered else ""
            console.print(
                f"intact: {verdict.lines} entries{noted}, last hash {verdict.head}", markup=False, soft_wrap=True
            )
        elif verdict.bad_line is None:
            console.print(f"broken: {verdict.why}", soft_wrap=True)
        else:
            kind = "truncated" if verdict.cut else "broken"
            before = f"the hash chain of the {verdict.lines} entries before it is intact"
            console.print(f"{kind} at line {verdict.bad_line}: {verdict.why}; {before}", soft_wrap=True)
        for line in _signed_text(verdict, own_fingerprint()):
            console.print(line, soft_wrap=True)
    if not verdict.ok:
        raise typer.Exit(ExitCode.FINDINGS)


def _signed_text(verdict: "AuditCheck", own: str) -> Iterator[str]:
    """Which changes of a log checkpoints can detect, and which they cannot."""
    yield from verdict.notes
    if not verdict.checkpoints and not verdict.ok:
        return
    if not verdict.checkpoints:
        yield "not signed: there is no checkpoint, so edits with recomputed hashes cannot be detected"
        return
    keys = ", ".join(f"{key} ({'this user' if key == own else 'not the key of this user'})" for key in verdict.keys)
    yield f"signed: {verdict.checkpoints} checkpoint{'' if verdict.checkpoints == 1 else 's'} by {keys}"
    last = ""
    if verdict.unsigned:
        entries = "entry" if verdict.unsigned == 1 else f"{verdict.unsigned:,} entries"
        last = f"changes to the last {entries}, which no checkpoint covers, and "
    yield f"cannot be detected: {last}changes by a holder of the key"


def _today() -> date:
    return datetime.now(UTC).date()


_READS = {
    Depth.IDENTIFY: "which product responds, its version, and whether it requires a login",
    Depth.ENUMERATE: "names, counts and sizes of tables, collections, indexes and buckets",
    Depth.DESCRIBE: "names and types of fields, but no values",
    Depth.SAMPLE: "a few values per field, in memory only: they are masked and not stored",
}


def _words(grant: Grant, policy: "SitePolicy | None" = None) -> Iterator[str]:
    """What a grant permits and what it does not, in plain sentences."""
    from tieback.scope.rules import compile_rule

    rules = [(rule, compile_rule(rule)) for rule in grant.target]
    yield "It permits:"
    for rule, compiled in rules:
        ports = "any port" if rule.ports == "any" else f"ports {compiled.ports_text}"
        reads = "; ".join(text for depth, text in _READS.items() if rule.depth.allows(depth))
        yield f"  - {rule.match} on {ports}: read {reads}"
        if rule.passwordless:
            yield f"    log in without a password as {', '.join(rule.passwordless)}"
        if rule.scans:
            yield "    count what costs the server a bounded scan, or its owner money per request"
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
    if not any(rule.ransom_note for rule in grant.target):
        yield "  - reading the text of a ransom note (ransom_note = true)"
    if not any(rule.scans for rule in grant.target):
        yield "  - counts that cost the server a scan, or its owner money per request (scans = true)"
    named = [rule.match for rule, compiled in rules if compiled.network is None]
    yield from _restrictions(grant, policy)
    if named and not grant.dns and not grant.hosts:
        yield f"Nothing can be probed for {', '.join(named)}: DNS is not allowed and [hosts] is empty."


def _restrictions(grant: Grant, policy: "SitePolicy | None") -> Iterator[str]:
    """What is never contacted, and who must sign, in plain sentences."""
    from tieback.scope.policy.approval import requirements_of
    from tieback.scope.policy.never import SitePolicy

    site = policy if policy is not None else SitePolicy()
    if grant.exclude or site.rules:
        yield "It never contacts, even if a target covers it:"
    for rule in grant.exclude:
        yield f"  - {_excluded(rule)}"
    for sourced in site.rules:
        yield f"  - {_excluded(sourced.rule)} ({sourced.where})"
    for one in requirements_of(grant, site):
        several = "signature" if one.need == 1 else "signatures"
        yield f"Before the first connection, {one.where} demands {one.need} {several} of these keys:"
        for key in one.keys:
            last = f", until {key.not_after}" if key.not_after is not None else ""
            yield f"  - {key.fingerprint} {key.comment}{last}"


def _excluded(rule: ExcludeRule) -> str:
    from tieback.scope.policy.exclude import compile_exclude

    compiled = compile_exclude(rule)
    ports = "any port" if compiled.covers_all else f"ports {compiled.ports_text}"
    also = f" and {compiled.suffix}" if compiled.suffix else ""
    return f"{rule.match}{also} on {ports}: {rule.reason or 'no reason given'}"


def _rules_table(grant: Grant) -> Table:
    from tieback.scope.rules import compile_rule

    table = Table(box=None, pad_edge=False)
    for column in ("target", "ports", "depth", "no password", "also allowed"):
        table.add_column(column, overflow="fold")
    for rule in grant.target:
        table.add_row(
            Text(rule.match),
            compile_rule(rule).ports_text,
            rule.depth,
            Text(", ".join(rule.passwordless) or "no account"),
            ", ".join(
                words
                for words, allowed in (
                    ("ransom note", rule.ransom_note),
                    ("scans", rule.scans),
                    ("neighbours", rule.neighbours),
                )
                if allowed
            )
            or "nothing",
        )
    return table


def _explain(grant: Grant, policy: "SitePolicy", text: str) -> list[TargetExplanation]:
    """One row per address that the host has without a DNS query, or one row if it has none."""
    from tieback.scope.decide import CompiledGrant
    from tieback.scope.resolver import NameResolver

    scope = CompiledGrant(grant, _today(), policy.rules)
    host, port = _split(text)
    resolver = NameResolver(grant, never=policy.rules)
    found = resolver.known(host)
    if not found.addresses:
        return [_unresolved(scope, resolver, text, found.reason)]
    rows = []
    for address in found.addresses:
        decision, ports = _decide(scope, host, address, port)
        rows.append(
            TargetExplanation(
                target=text,
                host=host,
                port=port,
                address=decision.address,
                allowed=decision.allowed,
                reason=decision.reason,
                rule=decision.rule,
                ports=ports,
                depth=decision.depth if decision.allowed else None,
            )
        )
    return rows


def _unresolved(scope: "CompiledGrant", resolver: "NameResolver", text: str, reason: str) -> TargetExplanation:
    """The row of a host without an address: by its name and port, if DNS may resolve it."""
    from tieback.scope.decide import other_port

    host, port = _split(text)
    ports = str(port or "")
    needs_dns = False
    if scope.lapsed or scope.excluded_name(host, port):
        reason = scope.lapsed or scope.excluded_name(host, port)
    elif resolver.may_query(host):
        rules = scope.rules_for(host, None)
        rule = next((one for one in rules if port is None or one.covers(port)), None)
        if rule is None:
            reason = other_port(rules[0], port or 0)
        else:
            needs_dns, ports = True, ports or rule.ports_text
            reason = f"{reason}: allowed by `{rule.rule.match}` if the name resolves to a public address"
    return TargetExplanation(text, host, port, "", False, reason, "", ports, None, needs_dns)


def _decide(scope: "CompiledGrant", host: str, address: str, port: int | None) -> "tuple[Decision, str]":
    """The decision for one port; without a port, the first allowed port of the rules."""
    if port is not None:
        return scope.decide(host, address, port), str(port)
    first = scope.decide(host, address, 1)
    for rule in scope.rules_for(host, address):
        decision = scope.decide(host, address, rule.ports[0][0])
        if decision.allowed:
            return decision, rule.ports_text
    return first, ""


def _split(text: str) -> tuple[str, int | None]:
    """Split ``HOST[:PORT]`` into host and port; bare IPv6 has no port."""
    bracketed = text.startswith("[")
    head, colon, tail = text.rpartition(":")
    if not colon or (bracketed and text.endswith("]")) or (not bracketed and ":" in head):
        return text, None
    if not (tail.isascii() and tail.isdigit() and len(tail) < 6 and 1 <= int(tail) <= 65535):
        raise GrantError(f"{tail!r:.40} is not a port (1 to 65535)", where=text[:80], advice="Write HOST or HOST:PORT")
    return head, int(tail)
