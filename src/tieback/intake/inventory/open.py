"""Selection of the importer for an inventory: by content, never by file name."""

from tieback.intake.inventory.adb import AdbPackageList, is_package_list
from tieback.intake.inventory.android_management import AndroidManagement, GoogleWorkspace
from tieback.intake.inventory.apple_mdm import AppleMdm
from tieback.intake.inventory.hexnode import Hexnode
from tieback.intake.inventory.interface import FileHead, InventoryImporter, column_names_text, json_keys, named_columns
from tieback.intake.inventory.intune import Intune
from tieback.intake.inventory.ivanti import Ivanti
from tieback.intake.inventory.jamf import Jamf
from tieback.intake.inventory.kandji import Kandji
from tieback.intake.inventory.kaspersky import Kaspersky
from tieback.intake.inventory.knox import Knox
from tieback.intake.inventory.maas360 import Maas360
from tieback.intake.inventory.meraki import Meraki
from tieback.intake.inventory.plain import PlainTable
from tieback.intake.inventory.simplemdm import SimpleMdm
from tieback.intake.inventory.soti import Soti
from tieback.intake.inventory.source import InventorySource, decode_line, spreadsheet_error
from tieback.intake.inventory.table import find_header
from tieback.intake.inventory.workspace_one import WorkspaceOne
from tieback.model.errors import InputError

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
"""Start of the files of older office programs, and of encrypted ones ([MS-CFB] section 2.2)."""


def importers() -> tuple[InventoryImporter, ...]:
    """One instance of each importer: the most specific formats first, the generic table last."""
    return (
        AppleMdm(),
        AdbPackageList(),
        Intune(),
        Jamf(),
        WorkspaceOne(),
        Ivanti(),
        AndroidManagement(),
        GoogleWorkspace(),
        Maas360(),
        Kandji(),
        Knox(),
        Kaspersky(),
        Soti(),
        Meraki(),
        SimpleMdm(),
        Hexnode(),
        PlainTable(),
    )


def read_head(source: InventorySource) -> FileHead:
    """The beginning of a file. Raises ``InputError`` if it cannot be read."""
    text = source.head()
    if text.startswith(_COMPOUND_FILE):
        raise spreadsheet_error(source.label)
    start = text.lstrip()[:64]
    if start.startswith(b"bplist00") or b"<plist" in text or b"<!DOCTYPE plist" in text:
        return FileHead("plist", text=text)
    if start[:1] in (b"{", b"["):
        return FileHead("json", keys=json_keys(text), text=text)
    if start[:1] == b"<":
        return FileHead("xml", text=text)
    if b"\x00" in text or not start:
        return FileHead("", text=text)
    lines = [decode_line(line) for line in text.split(b"\n", 2)[:2]]
    columns = () if is_package_list(text) else find_header("\n".join(lines))
    return FileHead("csv", columns=columns, text=text) if len(columns) > 1 else FileHead("text", text=text)


def open_inventory(source: InventorySource, name: str = "") -> tuple[InventoryImporter, str, FileHead]:
    """The importer of a file, the name of the file's format, and its head.

    Args:
        source: the file.
        name: name of the importer, if the user chose one; by default every importer is tried.

    Raises:
        InputError: the file cannot be read, no importer knows it, or it does not have the format that the user chose.
    """
    head = read_head(source)
    known = importers()
    for importer in known:
        if name in ("", importer.meta.name) and (shape := importer.shape(head)):
            return importer, shape, head
    named = next((importer for importer in known if importer.meta.name == name), None)
    if named is not None:
        raise InputError(
            f"not a {named.meta.title} inventory (found: {_found(head)})",
            where=source.label,
            advice=f"A {named.meta.title} inventory must contain {named.meta.needs}",
        )
    titles = ", ".join(importer.meta.title for importer in known)
    what = f"unknown inventory format (found: {_found(head)})" if head.text else "empty"
    raise InputError(what, where=source.label, advice=f"Pass an export of one of these: {titles}")


def _found(head: FileHead) -> str:
    names = head.columns or tuple(sorted(head.keys))
    kind = {"csv": "columns", "json": "members"}.get(head.form)
    if kind is None or not names:
        return head.form or "binary data"
    return f"{kind} {column_names_text(named_columns(names))}"
