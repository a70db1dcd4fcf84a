"""The commands of ``tieback``, in the order of its help."""

from tieback.cli.lazy import CommandEntry

APP_SHOW = "app show"
"""Hidden name of ``backend app`` in the command line of version 0.1."""

COMMANDS = (
    CommandEntry(
        "scan",
        "tieback.cli.scan:scan",
        "Analyse apps, map their back ends, probe the data stores that the grant covers, and write a report.",
    ),
    CommandEntry(
        "app", "tieback.cli.app:app", "List the back ends named in apps, with file and offset. Contacts nothing."
    ),
    CommandEntry(
        APP_SHOW,
        "tieback.cli.backend:app_",
        "Show what an app of the last run contacts: endpoints, back ends and stores, each with its evidence.",
        hidden=True,
    ),
    CommandEntry(
        "traffic",
        "tieback.cli.traffic:traffic",
        "List the flows of captures: server, protocol, encryption, app, and personal data leaked in cleartext.",
    ),
    CommandEntry(
        "capture",
        "tieback.cli.capture:capture",
        "Record live traffic of apps through a proxy: flows, rejected certificates, leaks, and blind spots.",
    ),
    CommandEntry(
        "probe",
        "tieback.cli.probe:probe",
        "Check if data stores allow unauthenticated access, and what they expose. Read-only, under a grant.",
    ),
    CommandEntry(
        "import",
        "tieback.cli.import_:import_",
        "Import reports of other tools as passive evidence, with source and date.",
    ),
    CommandEntry("recheck", "tieback.cli.recheck:recheck", "Probe the stores of cases again, under a grant."),
    CommandEntry(
        "watch",
        "tieback.cli.recheck:watch",
        "Re-check all open cases on a schedule. Prints events as JSON lines, stores them, and sends them to webhooks.",
    ),
    CommandEntry(
        "report",
        "tieback.cli.report:app",
        "Render the last finished run of a workspace (or --run ID), compare two reports, or explain a figure.",
    ),
    CommandEntry(
        "backend",
        "tieback.cli.backend:app",
        "Show back ends: provider, owner, apps, stores, and the reason for each statement.",
    ),
    CommandEntry(
        "case",
        "tieback.cli.case:app",
        "Manage disclosure cases: one per vendor and open store, with a tamper-evident log.",
    ),
    CommandEntry(
        "cluster",
        "tieback.cli.cluster:app",
        "Scan on several machines: certificates, scheduler, workers. Needs `tieback\\[dask]`.",
    ),
    CommandEntry(
        "data",
        "tieback.cli.data:app",
        "Manage address data that you provide: provider ranges, MMDB files, RDAP documents. Downloads nothing.",
    ),
    CommandEntry(
        "grant",
        "tieback.cli.grant:app",
        "Manage grants. A grant is the written permission to probe: which targets, how deep, and until when.",
    ),
    CommandEntry("inventory", "tieback.cli.inventory:app", "Manage the app inventory, from EMM/MDM exports."),
    CommandEntry(
        "lab",
        "tieback.cli.lab:app",
        "Run labelled test stores with synthetic data on loopback (127.77.0.0/16), with a grant for them.",
    ),
    CommandEntry(
        "letter",
        "tieback.cli.letter:app",
        "Write letters to vendors, providers, CERTs and device owners. Letters are files; nothing is sent.",
    ),
    CommandEntry("pii", "tieback.cli.pii:app", "Classify personal data."),
    CommandEntry(
        "posture",
        "tieback.cli.posture:app",
        "Check your own accounts: data stores in cloud exports, access rules and configurations.",
    ),
    CommandEntry(
        "vendor",
        "tieback.cli.vendor:app",
        "Manage vendors: the apps they are responsible for, their contacts, and their answers.",
    ),
    CommandEntry(
        "workspace",
        "tieback.cli.workspace:app",
        "Manage the workspace: its ledger, its stored results, and their retention.",
    ),
)
