"""Real servers on loopback that list the same folders: Apache HTTP Server, nginx, lighttpd, Python and rclone."""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.servers import test_probe_http_stores as stores
from tieback.lab.process import RunningServer

MODULES = Path("/usr/lib/apache2/modules")
FILES = {"readme.txt": 3, "backups/shop.sql.gz": 7000, "backups/server.key": 100}
FILES |= {f"docs/anna & co {number}.pdf": 1500 * number for number in (1, 2, 3)}
# Each server encodes these in its own way; to Apache and rclone a colon looks like the scheme of a URL.
FILES |= {
    f"year:2026/{name}": 100 for name in ("12:30.csv", "a\\b.csv", "c#d.csv", "e?f.csv", "g%41.csv", "h;i=j&k.csv")
}
"""Bytes by path."""
COUNTS = {"/": 1, "backups": 2, "docs": 3, "year:2026": 6}
"""Files by folder."""
SIZES = {"/": 3, "backups": 7100, "docs": 9000, "year:2026": 600}

type Start = Callable[[stores.Serve, int], RunningServer]


def fill(directory: Path) -> Path:
    """Make the files; the folder that is published."""
    tree = directory / "tree"
    for name, size in FILES.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(b"s" * size)
    return tree


def apache(serve: stores.Serve, port: int) -> RunningServer:
    """Apache with mod_autoindex; its sizes are rounded."""
    program = stores.program("apache2", "Debian: apache2-bin")

    def argv(directory: Path) -> tuple[str, ...]:
        tree = fill(directory)
        modules = ("mpm_event", "authz_core", "alias", "dir", "autoindex")
        lines = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules]
        lines += [f"ServerRoot {directory}", "ServerName files.test", f"PidFile {directory}/pid"]
        lines += [f"Listen {stores.HOST}:{port}", f"ErrorLog {directory}/error.log", f"DocumentRoot {tree}"]
        lines += ["IndexOptions FancyIndexing HTMLTable"]
        lines += [f"<Directory {tree}>\nOptions Indexes\nRequire all granted\n</Directory>"]
        (directory / "httpd.conf").write_text("\n".join(lines) + "\n")
        return (program, "-X", "-f", str(directory / "httpd.conf"))

    return serve("apache", argv, port)


def nginx(serve: stores.Serve, port: int, rules: str = "") -> RunningServer:
    """nginx with autoindex; ``rules`` are lines of its server block."""
    program = stores.program("nginx", "Debian: nginx")

    def argv(directory: Path) -> tuple[str, ...]:
        tree = fill(directory)
        places = "".join(f"{one}_temp_path {directory}/{one};" for one in ("client_body", "proxy", "fastcgi"))
        places += "".join(f"{one}_temp_path {directory}/{one};" for one in ("uwsgi", "scgi"))
        server = f"server {{ listen {stores.HOST}:{port}; root {tree}; autoindex on; {rules} }}"
        (directory / "nginx.conf").write_text(
            f"user root; daemon off; pid {directory}/pid; error_log {directory}/error.log; worker_processes 1;\n"
            f"events {{}}\nhttp {{ access_log off; {places} {server} }}\n"
        )
        return (program, "-e", str(directory / "error.log"), "-c", str(directory / "nginx.conf"))

    return serve("nginx", argv, port)


def nginx_json(serve: stores.Serve, port: int) -> RunningServer:
    """nginx with lists in JSON."""
    return nginx(serve, port, "autoindex_format json;")


def nginx_private(serve: stores.Serve, port: int) -> RunningServer:
    """nginx that refuses one folder."""
    return nginx(serve, port, "location /backups/ { deny all; }")


def nginx_names_only(serve: stores.Serve, port: int) -> RunningServer:
    """nginx that lists folders and refuses files."""
    return nginx(serve, port, "location ~ [^/]$ { deny all; }")


def lighttpd(serve: stores.Serve, port: int) -> RunningServer:
    """lighttpd with mod_dirlisting."""
    program = stores.program("lighttpd", "Debian: lighttpd")

    def argv(directory: Path) -> tuple[str, ...]:
        tree = fill(directory)
        (directory / "lighttpd.conf").write_text(
            f'server.document-root = "{tree}"\nserver.port = {port}\nserver.bind = "{stores.HOST}"\n'
            'server.modules = ("mod_dirlisting")\ndir-listing.activate = "enable"\n'
        )
        return (program, "-D", "-f", str(directory / "lighttpd.conf"))

    return serve("lighttpd", argv, port)


def python(serve: stores.Serve, port: int) -> RunningServer:
    """``python -m http.server``; it states no sizes."""
    return serve(
        "python",
        lambda directory: (
            *(sys.executable, "-m", "http.server", "-b", stores.HOST),
            *("-d", str(fill(directory)), str(port)),
        ),
        port,
    )


def rclone(serve: stores.Serve, port: int) -> RunningServer:
    """``rclone serve http``."""
    program = stores.program("rclone", "Debian: rclone")

    def argv(directory: Path) -> tuple[str, ...]:
        (directory / "rclone.conf").write_text("")
        return (
            *(program, "serve", "http", str(fill(directory)), "--addr", f"{stores.HOST}:{port}", "--read-only"),
            *("--config", str(directory / "rclone.conf")),
        )

    return serve("rclone", argv, port)
