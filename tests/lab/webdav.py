"""Real WebDAV servers on loopback with the same folders: Apache HTTP Server, rclone and WsgiDAV."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import test_probe_http_stores as stores
from tieback.lab.process import RunningServer

PASSWORD = "correct horse"
MODULES = Path("/usr/lib/apache2/modules")
DOCS, YEAR, BACKUPS, ROOT = 23, 5, 4, 1
"""Files in ``docs``, in ``docs/2020``, in ``backups``, and in no folder."""
FOLDERS = {"docs": DOCS + YEAR, "backups": BACKUPS, "empty": 0, "/": ROOT}
SIZE = 7
"""Bytes of each file."""


def fill(tree: Path) -> None:
    """Make the folders and files."""
    for folder, count in (("docs", DOCS), ("docs/2020", YEAR), ("backups", BACKUPS), ("empty", 0), (".", ROOT)):
        (tree / folder).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            (tree / folder / f"anna & co {number}.pdf").write_bytes(b"secret\n")


def apache(serve: stores.Serve, port: int, rules: str = "", at: str = "") -> RunningServer:
    """Apache with mod_dav.

    Args:
        serve: starts it.
        port: its port.
        rules: further lines of its configuration; ``{tree}`` is the folder with the files.
        at: path below which WebDAV is; elsewhere are files without it.
    """
    program = stores.program("apache2", "Debian: apache2-bin")

    def argv(directory: Path) -> tuple[str, ...]:
        tree = directory / "tree"
        fill(tree)
        modules = ("mpm_event", "authz_core", "authn_core", "alias", "dir", "autoindex", "dav", "dav_fs")
        lines = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules]
        lines += [
            f"ServerRoot {directory}",
            "ServerName dav.test",
            f"PidFile {directory}/pid",
            f"Listen {stores.HOST}:{port}",
        ]
        lines += [f"ErrorLog {directory}/error.log", f"DavLockDB {directory}/locks", f"DocumentRoot {tree}"]
        lines += [
            f"Alias {at} {tree}" if at else "",
            f"<Location {at or '/'}>\nDav On\nRequire all granted\n</Location>",
        ]
        lines += [f"<Directory {tree}>\nOptions Indexes\nRequire all granted\n</Directory>", rules.format(tree=tree)]
        (directory / "httpd.conf").write_text("\n".join(lines) + "\n")
        return (program, "-X", "-f", str(directory / "httpd.conf"))

    return serve("apache", argv, port)


def rclone(serve: stores.Serve, port: int, *more: str) -> RunningServer:
    """``rclone serve webdav``."""
    program = stores.program("rclone", "Debian: rclone")

    def argv(directory: Path) -> tuple[str, ...]:
        fill(directory / "tree")
        (directory / "rclone.conf").write_text("")
        return (
            *(program, "serve", "webdav", str(directory / "tree"), "--addr", f"{stores.HOST}:{port}", "--read-only"),
            *("--config", str(directory / "rclone.conf"), "--cache-dir", str(directory / "cache"), *more),
        )

    return serve("rclone", argv, port)


def wsgidav(serve: stores.Serve, port: int, users: str = "true") -> RunningServer:
    """WsgiDAV; ``users`` as in its configuration: ``true``, or a mapping of names."""
    program = stores.CACHE / "webdav" / "bin" / "wsgidav"
    if not program.exists():
        pytest.skip("wsgidav is not installed here (PyPI: wsgidav)")

    def argv(directory: Path) -> tuple[str, ...]:
        fill(directory / "tree")
        (directory / "wsgidav.yaml").write_text(
            f"host: {stores.HOST}\nport: {port}\nserver: cheroot\nverbose: 1\nprovider_mapping:\n"
            f"  '/': {{root: '{directory}/tree', readonly: true}}\n"
            f"simple_dc: {{user_mapping: {{'*': {users}}}}}\nhttp_authenticator: {{accept_basic: true}}\n"
        )
        python = program.parent / "python"
        return (str(python), str(program), "--config", str(directory / "wsgidav.yaml"))

    return serve("wsgidav", argv, port)


type Start = Callable[[stores.Serve, int], RunningServer]
