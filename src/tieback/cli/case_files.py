"""``tieback case export``, ``evidence`` and ``advisory``: cases as files for others."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tieback.cli.case_options import WORKSPACE, CaseArgument, FormatOption
from tieback.cli.data import DataOption
from tieback.cli.files import write_whole
from tieback.cli.formats import format_of_file, format_option
from tieback.cli.terminal import (
    OutputFormat,
    WorkspaceOption,
    data_console,
    message_console,
    print_problem,
    print_text,
    write_line,
)
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import UsageError
from tieback.model.safe_text import escape_line
from tieback.report.shortened import cut_text

EXPORT_FORMATS = ("csv", "json", "defectdojo", "jira-csv", "ics")
_EXPORT_SUFFIXES = {".csv": "csv", ".json": "json", ".ndjson": "json", ".ics": "ics"}
BUNDLE_FORMATS = ("intelmq", "misp")


def export(
    context: typer.Context,
    *,
    form: Annotated[
        str, format_option((*EXPORT_FORMATS, *BUNDLE_FORMATS), "Format; json is one document per line.")
    ] = "csv",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; default: stdout. For intelmq and misp: a folder.")
    ] = None,
    by: Annotated[str, typer.Option(help="Recipients of intelmq and misp bundles: network or country.")] = "network",
    tlp: Annotated[
        str, typer.Option(help="TLP 2.0 label of the bundles: clear, green, amber, amber+strict or red.")
    ] = "amber+strict",
    consent: Annotated[
        str,
        typer.Option(help="Consent of the vendors, or legal duty; else cases with a promise of silence are withheld."),
    ] = "",
    data: DataOption = None,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Export all cases for other tools. ics is a calendar of due dates.

    intelmq and misp write one bundle per network owner, abuse contact and country, with only its rows. Nothing is sent.

    Example: tieback case export --format ics -o cases.ics

    Example: tieback case export --format intelmq -o bundles
    """
    from tieback.pipeline.disclosure.cases import open_case_service

    if form in BUNDLE_FORMATS:
        _export_bundles(workspace, form, out, by, tlp, consent, data)
        return
    form = format_of_file(context, form, out, _EXPORT_SUFFIXES)
    with open_case_service(workspace) as work:
        exported = work.export(form)
    if out is None:
        print_text([exported])
    else:
        write_whole(out, exported)


def _export_bundles(
    workspace: Path, form: str, out: Path | None, by: str, tlp: str, consent: str, data: Path | None
) -> None:
    from tieback.cases.cert_export import RECIPIENTS, TLP
    from tieback.pipeline.disclosure.cases import open_case_service
    from tieback.pipeline.disclosure.cert_bundles import make_bundles

    if out is None:
        raise UsageError("missing folder", where=f"--format {form}", advice="Pass --out FOLDER: one file per recipient")
    if tlp not in TLP or by not in RECIPIENTS:
        where = f"--tlp {tlp}" if tlp not in TLP else f"--by {by}"
        raise UsageError(
            "unknown value", where=where, advice=f"Choose from {', '.join(TLP if tlp not in TLP else RECIPIENTS)}"
        )
    with open_case_service(workspace) as work:
        made = make_bundles(work, form, tlp, by, data, consent=bool(consent))
    console = message_console()
    for bundle in made.bundles:
        write_whole(out / bundle.file, bundle.data)
        name = " / ".join(part for part in (bundle.owner, bundle.contact, bundle.country) if part) or "unknown network"
        console.print(Text(f"{out / bundle.file}: {count_text(bundle.rows, 'row')} for {escape_line(name)}"))
    for one in made.withheld:
        console.print(Text(f"withheld: {one.case}: {one.reason}"))
    if made.without_address:
        console.print(
            Text(
                f"no address is known for {count_text(len(made.without_address), 'case')}: "
                f"{cut_text(made.without_address, 5)}"
            )
        )


def evidence(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Case ID or unique prefix; or the word verify.")],
    archive: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="With verify: the archive to verify.")
    ] = None,
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Archive to write; default: CASE.zip.")] = None,
    timestamp: Annotated[
        str,
        typer.Option(metavar="URL", help="Request a time stamp (RFC 3161) from this authority; only its hash is sent."),
    ] = "",
    other_hosts: Annotated[
        bool, typer.Option("--other-hosts", help="Keep parts of the audit log that also name other hosts.")
    ] = False,
    key: Annotated[str, typer.Option(help="With verify: fingerprint (SHA256:...) of the only key that counts.")] = "",
    timestamp_ca: Annotated[
        Path | None, typer.Option(help="With verify: root certificates (PEM) of the time stamp authority.")
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Write the evidence of a case as one sealed archive, or verify one. Verifying needs no workspace.

    Example: tieback case evidence case-1f2e -o evidence.zip

    Example: tieback case evidence verify evidence.zip
    """
    if case == "verify":
        _verify_evidence(archive, key, timestamp_ca, output)
        return
    from tieback.pipeline.disclosure.cases import open_case_service
    from tieback.pipeline.disclosure.evidence import write_evidence

    if archive is not None:
        raise UsageError("one argument too many", where=str(archive), advice="Write the archive with --out FILE")
    with open_case_service(workspace) as work:
        found = work.find_case(case)
        made = write_evidence(work, found, tsa=timestamp, others=other_hosts)
    path = out or Path(f"{found.id}.zip")
    write_whole(path, made.data)
    console = message_console()
    blocks = count_text(made.audit_blocks, "signed part", "signed parts")
    console.print(Text(f"{path}: {count_text(len(made.data), 'byte')}, {blocks} of the audit log"))
    if made.time:
        console.print(Text(f"time stamp: {made.time}"))
    if made.audit_left_out:
        parts = count_text(made.audit_left_out, "part of the audit log", "parts of the audit log")
        console.print(f"not in the archive: {parts} with names of other hosts")
    if made.audit_left_out or not made.audit_blocks:
        console.print("`tieback recheck --case CASE` writes a part of its own; --other-hosts keeps all")


def _verify_evidence(archive: Path | None, key: str, roots: Path | None, output: OutputFormat) -> None:
    from tieback.pipeline.disclosure.evidence_check import check_evidence

    if archive is None:
        raise UsageError("no archive", where="case evidence verify", advice="Name the archive: verify FILE")
    check = check_evidence(archive, key, roots)
    if output is OutputFormat.JSON:
        write_line(encode("evidence-check", check))
        return
    console = data_console()
    console.print(
        Text(
            f"intact: case {check.case}, {count_text(check.files, 'file')}, "
            f"written {check.created} by tieback {check.tieback}"
        )
    )
    console.print(Text(f"sealed by {check.key}" + ("" if key else "; compare it with the fingerprint of its author")))
    times = f", {check.audit_first} to {check.audit_last}" if check.audit_lines else ": no connection is proved"
    console.print(Text(f"audit log: {count_text(check.audit_lines, 'line')}{times}"))
    console.print(Text(f"time stamp: {check.timestamp}"))


def advisory(
    case: CaseArgument,
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: stdout.")] = None,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Write the draft of a CSAF 2.0 advisory about one case. It names no address and no container.

    Example: tieback case advisory case-1f2e -o advisory.json
    """
    from tieback.cases.access_now import access_now, closed_text
    from tieback.model.case import CaseState
    from tieback.pipeline.disclosure.cases import open_case_service
    from tieback.report.audience import not_before_text
    from tieback.report.formats.csaf import NAMESPACE_ADVICE, NO_NAMESPACE

    with open_case_service(workspace) as work:
        found = work.find_case(case)
        data, not_before = work.advisory(found), found.unpublished_until(work.now.date())
        owner = work.other_owner(found)
    if owner:
        print_problem(
            f"{owner} answers for the store of {found.id}, not the vendor of the case: do not publish the draft"
        )
    if not closed_text(found) and found.state is not CaseState.FIXED:
        print_problem(f"the store of {found.id} {access_now(found)}: do not publish the draft before it is closed")
    if not_before is not None:
        print_problem(not_before_text(not_before))
    if NO_NAMESPACE.encode() in data:
        print_problem(f"{NAMESPACE_ADVICE}, because the grant has no e-mail address or URL as contact")
    if out is None:
        print_text([data])
    else:
        write_whole(out, data)
