"""Selection of the importer for a report: by content, never by file name."""

from pathlib import Path

from tieback.intake.reports.censys import Censys
from tieback.intake.reports.data_safety import DataSafety
from tieback.intake.reports.exodus import Exodus
from tieback.intake.reports.interface import ReportImporter
from tieback.intake.reports.leakix import LeakIx
from tieback.intake.reports.masscan import Masscan
from tieback.intake.reports.mobsf import MobSf
from tieback.intake.reports.mobsf_dynamic import MobSfDynamic
from tieback.intake.reports.nmap import Nmap
from tieback.intake.reports.nuclei import Nuclei
from tieback.intake.reports.openfirebase import OpenFirebase
from tieback.intake.reports.prowler import ProwlerFindings
from tieback.intake.reports.shadowserver import Shadowserver
from tieback.intake.reports.shodan import Shodan
from tieback.intake.reports.source import ReportSource
from tieback.intake.reports.tieback import TiebackReport
from tieback.model.errors import InputError

REPORTS_VERSION = "1"
"""Version of the importers; increased when one reads something else from the same file."""


def importers() -> tuple[ReportImporter, ...]:
    """One instance of each importer, the most specific formats first."""
    return (
        TiebackReport(),
        Shodan(),
        LeakIx(),
        Nuclei(),
        ProwlerFindings(),
        OpenFirebase(),
        Exodus(),
        MobSfDynamic(),
        MobSf(),
        Nmap(),
        Masscan(),
        Censys(),
        Shadowserver(),
        DataSafety(),
    )


def importer_of(source: ReportSource) -> ReportImporter:
    """The importer of a report.

    Raises:
        InputError: the file cannot be read, or no importer knows it.
    """
    head = source.head()
    found = next((importer for importer in importers() if importer.recognises(head)), None)
    if found is None:
        known = ", ".join(sorted(importer.meta.title for importer in importers()))
        raise InputError(
            "unknown report format" if head else "empty",
            where=str(source.path),
            advice=f"Pass a report of one of these: {known}; for captures and HAR files, use tieback scan; "
            "for inventories, tieback inventory import",
        )
    return found


def open_report(path: Path) -> tuple[ReportImporter, ReportSource]:
    """An importer and its report. Raises as ``importer_of``."""
    source = ReportSource(path)
    return importer_of(source), source
