"""Debian's file servers with files to list: the rsync daemon, vsftpd (root only) and Samba."""

import re
from pathlib import Path

from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.programs import Need, locate
from tieback.lab.serve import ServerDirectory, accepts_connections, create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

_RSYNC, _VSFTPD = Need("rsync", "Debian: rsync"), Need("vsftpd", "Debian: vsftpd")
_SMBD = Need("smbd", "Debian: samba")


def start_rsync(place: StartContext) -> RunningServer:
    """One module open to all, one with a password."""
    binary, store = str(locate(_RSYNC)), place.store
    home = create_server_directory(place, keep_root=True)
    shown = _files(store, home)
    secrets = home.path / "secrets"
    secrets.write_text(f"{LAB_ACCOUNT.user}:{LAB_ACCOUNT.password}\n", encoding="ascii")
    secrets.chmod(0o600)
    (home.path / "rsyncd.conf").write_text(
        f"port={store.port}\naddress={store.address}\nuse chroot=no\n[pub]\npath={shown}\ncomment=open to all\n"
        f"[payroll]\npath={shown}\nauth users={LAB_ACCOUNT.user}\nsecrets file={secrets}\n",
        encoding="utf-8",
    )
    argv = (binary, "--daemon", "--no-detach", f"--config={home.path}/rsyncd.conf")
    return _serve(place, home, argv, (binary, "--version"), r"version ([\d.]+)")


def start_vsftpd(place: StartContext) -> RunningServer:
    """Anonymous users may list; started as root, because only then it can confine them."""
    binary, store = str(locate(_VSFTPD)), place.store
    home = create_server_directory(place, keep_root=True)
    shown = _files(store, home)
    (home.path / "empty").mkdir()
    (home.path / "vsftpd.conf").write_text(
        f"listen=YES\nlisten_address={store.address}\nlisten_port={store.port}\nbackground=NO\nlocal_enable=YES\n"
        f"anonymous_enable=YES\nanon_root={shown}\nnopriv_user=nobody\nsecure_chroot_dir={home.path}/empty\n"
        "delay_failed_login=0\nseccomp_sandbox=NO\n",
        encoding="utf-8",
    )
    argv = (binary, str(home.path / "vsftpd.conf"))
    return _serve(place, home, argv, ("/bin/sh", "-c", f"{binary} -v 0>&1 2>&1"), r"version ([\d.]+)")


def start_samba(place: StartContext) -> RunningServer:
    """One share that guests may read."""
    binary, store = str(locate(_SMBD)), place.store
    home = create_server_directory(place, keep_root=True)
    kept = "".join(f"{kind} = {home.path}\n" for kind in ("state directory", "cache directory", "lock directory"))
    (home.path / "private").mkdir()
    (home.path / "smb.conf").write_text(
        f"[global]\nserver role = standalone\nsmb ports = {store.port}\ninterfaces = {store.address}/8\n"
        f"bind interfaces only = yes\nprivate dir = {home.path}/private\n{kept}pid directory = {home.path}\n"
        f"ncalrpc dir = {home.path}/rpc\nlog file = {home.path}/log\nload printers = no\ndisable spoolss = yes\n"
        f"netbios name = FILES\nmap to guest = Bad User\n[pub]\npath = {_files(store, home)}\nguest ok = yes\n"
        "read only = yes\n",
        encoding="utf-8",
    )
    argv = (binary, "--foreground", "--no-process-group", "-s", str(home.path / "smb.conf"), "-l", str(home.path))
    return _serve(place, home, argv, (binary, "--version"), r"Version ([\d.]+)")


def _files(store: LabStore, home: ServerDirectory) -> Path:
    """One file per record, in a read-only directory."""
    shown = home.path / "shown"
    shown.mkdir()
    for holding in store.holdings:
        for number, row in enumerate(synthetic_rows("visitors", holding.records)):
            (shown / f"visit{number}.csv").write_text(f"{row['full_name']},{row['email']}\n", encoding="utf-8")
    shown.chmod(0o555)
    return shown


def _serve(
    place: StartContext, home: ServerDirectory, argv: tuple[str, ...], asks: tuple[str, ...], pattern: str
) -> RunningServer:
    version = re.search(pattern, run_tool(asks, directory=home.path))
    where = (place.store.address, place.store.port)
    return serve(place, home, argv, lambda: accepts_connections(*where), version=version[1] if version else "")


def count(_store: LabStore, server: RunningServer, _holding: Holding) -> int:
    """Files on the disk."""
    return sum(1 for path in (Path(server.directory) / "shown").iterdir() if path.is_file())


_SHARE = (Holding(("pub",), "", 30),)
RSYNC = LabProduct(
    server=ServerProgram.RSYNC,
    needs=(_RSYNC,),
    start=start_rsync,
    count=count,
    stores=(
        # The other module requires a password.
        lab_store("rsync", ServerProgram.RSYNC, 240, 873, StoreState.OPEN, Access.PARTIAL, holdings=_SHARE),
    ),
)
VSFTPD = LabProduct(
    server=ServerProgram.VSFTPD,
    needs=(_VSFTPD,),
    start=start_vsftpd,
    count=count,
    # Anonymous access is only probed if a rule names that account; the lab's grant names none.
    stores=(
        lab_store(
            "ftp", ServerProgram.VSFTPD, 241, 21, StoreState.OPEN, Access.UNKNOWN, holdings=(Holding(("/",), "", 30),)
        ),
    ),
)
SAMBA = LabProduct(
    server=ServerProgram.SAMBA,
    needs=(_SMBD,),
    start=start_samba,
    count=count,
    stores=(lab_store("smb", ServerProgram.SAMBA, 242, 445, StoreState.OPEN, Access.UNKNOWN, holdings=_SHARE),),
)
