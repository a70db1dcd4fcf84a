"""The commands of ``tieback``, in the order and with the panels of its help."""

from tieback.cli.lazy import CommandEntry

APP_SHOW = "app show"
"""Hidden name of ``backend app`` in the command line of version 0.1."""

ANALYSE = "Analyse"
PROBE = "Probe"
REPORT = "Report"
DISCLOSE = "Disclose"
FLEET = "Fleet"
OWN_ACCOUNTS = "Own accounts"
OPERATE = "Operate"

COMMANDS = (
    CommandEntry(
        APP_SHOW,
        "tieback.cli.backend:app_",
        "Show what an app of the last run contacts: endpoints, back ends and stores, each with its evidence.",
        hidden=True,
    ),
    CommandEntry(
        "scan",
        "tieback.cli.scan:scan",
        "Analyse apps, map their back ends, probe the data stores that the grant covers, and write a report.",
        ANALYSE,
    ),
    CommandEntry(
        "app",
        "tieback.cli.app:app",
        "List back ends and credentials in apps, with file and offset, most interesting first. Contacts nothing.",
        ANALYSE,
    ),
    CommandEntry(
        "traffic",
        "tieback.cli.traffic:traffic",
        "List the flows of captures: server, protocol, encryption, app, and personal data leaked in cleartext.",
        ANALYSE,
    ),
    CommandEntry(
        "capture",
        "tieback.cli.capture:app",
        "Record live traffic of apps through a proxy: flows, rejected certificates, leaks, and blind spots.",
        ANALYSE,
    ),
    CommandEntry(
        "import",
        "tieback.cli.import_:import_",
        "Import reports of other tools as passive evidence, with source and date.",
        ANALYSE,
    ),
    CommandEntry(
        "backend",
        "tieback.cli.backend:app",
        "Show back ends: provider, owner, apps, stores, and the reason for each statement.",
        ANALYSE,
    ),
    CommandEntry("pii", "tieback.cli.pii:app", "Classify personal data.", ANALYSE),
    CommandEntry(
        "grant",
        "tieback.cli.grant:app",
        "Manage grants. A grant is the written permission to probe: which targets, how deep, and until when.",
        PROBE,
    ),
    CommandEntry(
        "probe",
        "tieback.cli.probe:probe",
        "Check if data stores allow unauthenticated access, and what they expose. Read-only, under a grant.",
        PROBE,
    ),
    CommandEntry(
        "report",
        "tieback.cli.report:app",
        "Render the last finished run of a workspace (or --run ID), compare two reports, or explain a figure.",
        REPORT,
    ),
    CommandEntry(
        "case",
        "tieback.cli.case:app",
        "Manage disclosure cases: one per open store, for its owner, with a tamper-evident log.",
        DISCLOSE,
    ),
    CommandEntry(
        "vendor",
        "tieback.cli.vendor:app",
        "Manage vendors: the apps they are responsible for, their contacts, and their answers.",
        DISCLOSE,
    ),
    CommandEntry(
        "letter",
        "tieback.cli.letter:app",
        "Write letters to vendors, providers, CERTs and device owners. Letters are files; nothing is sent.",
        DISCLOSE,
    ),
    CommandEntry("recheck", "tieback.cli.recheck:recheck", "Probe the stores of cases again, under a grant.", DISCLOSE),
    CommandEntry(
        "watch",
        "tieback.cli.recheck:watch",
        "Re-check all open cases on a schedule. Prints events as JSON lines, stores them, and sends them to webhooks.",
        DISCLOSE,
    ),
    CommandEntry("inventory", "tieback.cli.inventory:app", "Manage the app inventory, from EMM/MDM exports.", FLEET),
    CommandEntry(
        "posture",
        "tieback.cli.posture:app",
        "Check your own accounts: data stores in cloud exports, access rules and configurations.",
        OWN_ACCOUNTS,
    ),
    CommandEntry(
        "serve",
        "tieback.cli.serve:serve",
        "Serve web pages and a REST API over a workspace.",
        OPERATE,
    ),
    CommandEntry(
        "push",
        "tieback.cli.push:push",
        "Send a report to a server, which imports it as evidence with source and date.",
        OPERATE,
    ),
    CommandEntry(
        "workspace",
        "tieback.cli.workspace:app",
        "Manage the workspace: its ledger, its stored results, and their retention.",
        OPERATE,
    ),
    CommandEntry(
        "rules",
        "tieback.cli.rules:app",
        "List, check and test rules of your own: identifiers, credentials, hosts, field names, ransom names, probes.",
        OPERATE,
    ),
    CommandEntry(
        "config",
        "tieback.cli.config:app",
        "Show the configuration: files, values, and where each value comes from.",
        OPERATE,
    ),
    CommandEntry(
        "plugins",
        "tieback.cli.plugins:app",
        "List and run Python plug-ins: readers of file formats, and renderers of reports. None of them probes.",
        OPERATE,
    ),
    CommandEntry(
        "data",
        "tieback.cli.data:app",
        "Manage address data that you provide: provider ranges, MMDB files, RDAP documents. Downloads nothing.",
        OPERATE,
    ),
    CommandEntry(
        "cluster",
        "tieback.cli.cluster:app",
        "Scan on several machines: certificates, scheduler, workers. Needs `tieback\\[dask]`.",
        OPERATE,
    ),
    CommandEntry(
        "lab",
        "tieback.cli.lab:app",
        "Run labelled test stores with synthetic data on loopback (127.77.0.0/16), with a grant for them.",
        OPERATE,
    ),
)
