"""``tieback grant``: create, check and explain a grant; verify an audit log."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.terminal import (
    NeverOption,
    OutputFormat,
    data_console,
    exit_with_findings,
    message_console,
    write_line,
)
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import GrantError
from tieback.model.grant import Depth, ExcludeRule, Grant, TargetRule

if TYPE_CHECKING:
    from tieback.scope.audit_check import AuditCheck

app = typer.Typer(
    help="Manage grants. A grant is the written permission to probe: which targets, how deep, and until when.\n\n"
    "Example: tieback grant explain grant.toml es.example.org:9200"
)

_DEFAULT_DAYS = 30

FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per line.")]


class KeyVerdict(msgspec.Struct, frozen=True):
    """A key that counts for a requirement."""

    key: str
    """Fingerprint, as ``ssh-keygen -l`` prints it."""
    comment: str
    """Comment of the key, as its list has it."""
    file: str
    """Name of the file with its signature."""


class RequirementVerdict(msgspec.Struct, frozen=True):
    """One demand for signatures, and who satisfied it."""

    where: str
    """``the grant``, or the path of a site policy."""
    need: int
    """Number of signatures that are required."""
    keys: int
    """Number of listed keys."""
    signed_by: tuple[KeyVerdict, ...]
    """Keys of this requirement that signed the grant."""
    ok: bool
    """True if there are enough signatures."""


class GrantVerdict(msgspec.Struct, frozen=True):
    """The document of ``grant verify``."""

    ok: bool
    """False if a signature is missing, and also if nothing demands one: then none was checked."""
    requirements: tuple[RequirementVerdict, ...]
    """The demands for signatures, of the grant and of site policies."""
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
    resource: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Project, bucket, account or application whose owner permits probes, for targets of hosts that many "
            "customers share; repeatable.",
        ),
    ] = None,
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
        bool, typer.Option("--dns", help="Allow DNS queries for names that a target covers; otherwise only \\[hosts].")
    ] = False,
    scans: Annotated[
        bool,
        typer.Option(
            "--scans", help="Allow counts that cost the server a bounded scan, or its owner money per request."
        ),
    ] = False,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Allow a session with MCP servers, to list the names of their tools.")
    ] = False,
) -> None:
    """Write a new grant with every key explained, and print what it permits, for a person to review and sign off.

    Example: tieback grant new grant.toml --authorised-by "Security office" --contact me@a.org --target '*.a.org' --dns
    """
    from tieback.scope.grant import parse_grant, render_grant
    from tieback.scope.grant_words import grant_sentences

    last = not_after.date() if not_after is not None else _today() + timedelta(days=_DEFAULT_DAYS)
    if last < _today():
        raise GrantError("the day has passed", where=f"--not-after {last}", advice="Write a day from today on (UTC)")
    rules = tuple(
        TargetRule(match, "any", depth, scans=scans, mcp=mcp, resources=_resources_of(match, resource or ()))
        for match in target or ()
    )
    if resource and not any(rule.resources for rule in rules):
        raise GrantError(
            "no --target is a host that many customers share",
            where=f"--resource {resource[0]:.80}",
            advice="Name such a host, as in --target firestore.googleapis.com, or leave it out",
        )
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
    for line in (f"{file}: authorised by {authorised_by}, valid until {last} (UTC)", *grant_sentences(grant)):
        console.print(line, soft_wrap=True)
    if not rules:
        message_console().print(f"{file} has no target yet: add one before use")


def _resources_of(match: str, names: Iterable[str]) -> tuple[str, ...]:
    """The resources for a target: only a host or domain of many customers takes them."""
    from tieback.scope.shared_hosts import is_shared

    return tuple(dict.fromkeys(names)) if is_shared(match) else ()


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
    from tieback.scope.grant_words import restriction_sentences

    grant = load_grant(file)
    check_valid(grant, _today(), str(file))
    if output is OutputFormat.JSON:
        write_line(encode("grant", grant))
        return
    console = data_console()
    since = f"from {grant.not_before} " if grant.not_before is not None else ""
    console.print(f"authorised by {grant.authorised_by}, {since}until {grant.not_after}, contact {grant.contact}")
    console.print(_rules_table(grant))
    names = f"{len(grant.hosts)} {'name' if len(grant.hosts) == 1 else 'names'} in [hosts]; " if grant.hosts else ""
    for line in restriction_sentences(grant, None):
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
    from tieback.scope.grant_words import grant_sentences
    from tieback.scope.policy.never import load_site_policy

    grant, policy = load_grant(file), load_site_policy(never)
    since = f"from {grant.not_before} " if grant.not_before is not None else ""
    console = data_console()
    head = f"{file}: authorised by {grant.authorised_by}, valid {since}until {grant.not_after} (UTC)"
    for line in (head, *grant_sentences(grant, policy)):
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
            count = f"{len(row.signed_by)} of {count_text(row.need, 'required signature')}"
            state = "ok" if row.ok else "missing"
            line = f"{state}: {count}, from a list of {count_text(row.keys, 'key')} in {row.where}"
            console.print(line, soft_wrap=True)
            for signer in row.signed_by:
                console.print(f"  - {signer.key} {signer.comment} ({signer.file})", soft_wrap=True)
        for problem in verdict.problems:
            console.print(f"does not count: {problem}", soft_wrap=True)
        if not rows:
            console.print("not checked: neither the grant nor a never.toml demands signatures")
    if not verdict.ok:
        missing = sum(not row.ok for row in rows)
        exit_with_findings(
            f"required signatures are missing: {missing:,} of {count_text(len(rows), 'list')}"
            if rows
            else "no signature was checked"
        )


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Grant file.")],
    targets: Annotated[
        list[str],
        typer.Argument(
            metavar="HOST[:PORT][/RESOURCE]",
            help="Targets to check; put IPv6 addresses with a port in brackets. A resource is a project, bucket, "
            "account or application at a host that many customers share.",
        ),
    ],
    never: NeverOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Explain why targets are inside or outside the grant.

    Sends no packet and no DNS query; names are resolved only from the grant's own table.

    Example: tieback grant explain grant.toml es.example.org:9200 '[2001:db8::1]:27017'
    """
    from tieback.scope.explain import explain_target
    from tieback.scope.grant import load_grant
    from tieback.scope.policy.never import load_site_policy

    grant, policy = load_grant(file), load_site_policy(never)
    rows = [row for text in targets for row in explain_target(grant, policy, text, _today())]
    if output is OutputFormat.JSON:
        for row in rows:
            write_line(encode("grant-explanation", row))
        return
    table = RowTable()
    for column in ("target", "", "address", "ports", "depth", "also allowed", "why"):
        table.add_column(column, overflow="fold")
    for row in rows:
        outside = Text("by DNS", "yellow") if row.needs_dns else Text("out", "red")
        verdict = Text("in", "green") if row.allowed else outside
        depth = Text(row.depth or "")
        only = ("only " + ", ".join(row.resources),) if row.resources else ()
        also = ", ".join((*row.permissions, *only))
        why = "; ".join((row.reason, *(f"forbidden by a site policy: {one}" for one in row.forbidden)))
        table.add_row(Text(row.target), verdict, Text(row.address), Text(row.ports), depth, also, Text(why))
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
                f"intact: {count_text(verdict.lines, 'entry', 'entries')}{noted}, last hash {verdict.head}",
                markup=False,
                soft_wrap=True,
            )
        elif verdict.bad_line is None:
            console.print(f"broken: {verdict.why}", soft_wrap=True)
        else:
            kind = "truncated" if verdict.cut else "broken"
            before = f"the hash chain of the {count_text(verdict.lines, 'entry', 'entries')} before it is intact"
            console.print(f"{kind} at line {verdict.bad_line}: {verdict.why}; {before}", soft_wrap=True)
        for line in _signed_text(verdict, own_fingerprint()):
            console.print(line, soft_wrap=True)
    if not verdict.ok:
        exit_with_findings("the audit log is not intact")


def _signed_text(verdict: "AuditCheck", own: str) -> Iterator[str]:
    """Which changes of a log checkpoints can detect, and which they cannot."""
    yield from verdict.notes
    if not verdict.checkpoints and not verdict.ok:
        return
    if not verdict.checkpoints:
        yield "not signed: there is no checkpoint, so edits with recomputed hashes cannot be detected"
        return
    keys = ", ".join(f"{key} ({'this user' if key == own else 'not the key of this user'})" for key in verdict.keys)
    yield f"signed: {count_text(verdict.checkpoints, 'checkpoint')} by {keys}"
    last = ""
    if verdict.unsigned:
        entries = "entry" if verdict.unsigned == 1 else count_text(verdict.unsigned, "entry", "entries")
        last = f"changes to the last {entries}, which no checkpoint covers, and "
    yield f"cannot be detected: {last}changes by a holder of the key"


def _today() -> date:
    return datetime.now(UTC).date()


def _rules_table(grant: Grant) -> RowTable:
    from tieback.scope.rules import compile_rule

    table = RowTable()
    listed = any(rule.resources for rule in grant.target)
    for column in ("target", "ports", "depth", "no password", "also allowed", *(["only resources"] if listed else [])):
        table.add_column(column, overflow="fold")
    for rule in grant.target:
        only = [Text(", ".join(rule.resources))] if listed else []
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
                    ("mcp", rule.mcp),
                    ("neighbours", rule.neighbours),
                )
                if allowed
            )
            or "nothing",
            *only,
        )
    return table
