"""Stand-ins for servers that no registry gives: folders of the form that their makers ship, with emulations inside.

They show that the lab starts, fills, counts and stops what an operator has unpacked. Nothing about the real servers
follows from them.
"""

import shutil
from pathlib import Path

from tieback.lab.wheels import program

PYTHON = Path("/usr/bin/python3")
"""A program that every user may run; it stands for Java and for Erlang's machine."""
SERVER = """
import http.server, json, socketserver, struct, sys
held = {}

class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def say(self, document, status=200):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
    def body(self):
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")

class Solr(Web):
    def do_GET(self):
        core = self.path.split("/")[2]
        self.say({"response": {"numFound": len(held.get(core, ()))}})
    def do_POST(self):
        told = self.body()
        held[self.path.split("/")[2]] = told if isinstance(told, list) else []
        self.say({})

class Couch(Web):
    def do_GET(self):
        name = self.path.strip("/")
        if name in ("", "_up"):
            return self.say({"couchdb": "Welcome", "version": "0.0.0-standin"})
        self.say({"doc_count": held[name]} if name in held else {}, 200 if name in held else 404)
    def do_DELETE(self):
        known = held.pop(self.path.strip("/"), None)
        self.say({}, 404 if known is None else 200)
    def do_PUT(self):
        self.body()
        held.setdefault(self.path.strip("/").split("/")[0], 0)
        self.say({})
    def do_POST(self):
        held[self.path.strip("/").split("/")[0]] = len(self.body()["docs"])
        self.say({})

class Cassandra(socketserver.StreamRequestHandler):
    def handle(self):
        login = sys.argv[4:] == ["PasswordAuthenticator"]
        while len(header := self.rfile.read(9)) == 9:
            kind, size = header[4], int.from_bytes(header[5:], "big")
            body = self.rfile.read(size)
            answer, told = 8, struct.pack(">I", 1)
            if kind == 1:
                answer, told = (3, b"") if login else (2, b"")
            elif kind == 15:
                answer, told = 16, b""
            else:
                text = body[4 : 4 + int.from_bytes(body[:4], "big")].decode()
                words = text.split()
                if words[:2] == ["CREATE", "TABLE"]:
                    held[words[2]] = 0
                elif words[0] == "INSERT":
                    held[words[2]] += 1
                elif words[0] == "SELECT":
                    table = words[-1] if "count" in text else "reception.visitors"
                    found = held.get(table)
                    told = struct.pack(">III", 2, 0, 1) + b"\\0\\1k\\0\\1t\\0\\1c\\0\\2"
                    told += struct.pack(">I", 0) if found is None else struct.pack(">IIq", 1, 8, found)
            self.wfile.write(b"\\x84\\0\\0\\1" + bytes([answer]) + len(told).to_bytes(4, "big") + told)

class Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

Threads((sys.argv[2], int(sys.argv[3])), globals()[sys.argv[1]]).serve_forever()
"""


def elasticsearch(folder: Path) -> Path:
    """osmem-server, an emulation of OpenSearch, in the place of its Java machine."""
    (folder / "modules" / "x-pack-security").mkdir(parents=True)
    return _search_engine(folder, "elasticsearch", "8.15.0", "ES")


def opensearch(folder: Path) -> Path:
    """The same."""
    return _search_engine(folder, "opensearch", "3.1.0", "OPENSEARCH")


def _search_engine(folder: Path, name: str, version: str, prefix: str) -> Path:
    _write(folder / "lib" / f"{name}-{version}.jar", "")
    _write(folder / "config" / "jvm.options", "-Xlog:gc*:file=logs/gc.log:utctime\n-XX:HeapDumpPath=data\n")
    _write(
        folder / "bin" / name,
        "#!/bin/sh\n"
        'test "$(id -u)" != 0 || exit 1\n'
        f"conf=${prefix}_PATH_CONF; yml=$conf/{name}.yml\n"
        'host=$(sed -n "s/^network.host: //p" "$yml"); port=$(sed -n "s/^http.port: //p" "$yml")\n'
        'grep -q "^-Xlog:gc\\*:file=/.*/logs/gc.log" "$conf/jvm.options" || exit 1\n'
        f'exec "${prefix}_JAVA_HOME/bin/java" -addr "$host:$port" -no-stdin-watch -no-ja\n',
    )
    java = folder / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    shutil.copy(program("osmem_server", "bin", "osmem-server"), java)
    return folder


def solr(folder: Path) -> Path:
    """A few lines of Python that take documents and count them."""
    _write(folder / "server/solr-webapp/webapp/WEB-INF/lib/solr-core-9.6.1.jar", "")
    _write(folder / "server/solr/solr.xml", "<solr/>")
    _write(folder / "server/solr/configsets/_default/conf/managed-schema.xml", "<schema/>")
    _java(folder)
    _write(
        folder / "bin" / "solr",
        '#!/bin/sh\ntest "$1 $2 $3" = "start -f -p" && test -f "$SOLR_HOME/solr.xml" || exit 1\n'
        f'exec "$SOLR_JAVA_HOME/bin/java" {folder}/standin.py Solr "$SOLR_JETTY_HOST" "$4"\n',
    )
    return folder


def couchdb(folder: Path) -> Path:
    """A few lines of Python that take documents and count them."""
    _write(folder / "etc" / "default.ini", "")
    _write(folder / "standin.py", SERVER)
    machine = folder / "erts-1.0" / "bin" / "beam.smp"
    machine.parent.mkdir(parents=True)
    machine.symlink_to(PYTHON)
    _write(
        folder / "bin" / "couchdb",
        "#!/bin/sh\n"
        "set -- $ERL_FLAGS; ini=$3\n"
        'host=$(sed -n "s/^bind_address = //p" "$ini"); port=$(sed -n "s/^port = //p" "$ini")\n'
        'grep -q noinput "$COUCHDB_ARGS_FILE" || exit 1\n'
        f'exec {machine} {folder}/standin.py Couch "$host" "$port"\n',
    )
    return folder


def cassandra(folder: Path) -> Path:
    """A few lines of Python that speak as much of the native protocol as the loader does."""
    _write(folder / "lib" / "apache-cassandra-4.1.5.jar", "")
    _write(folder / "conf" / "cassandra-env.sh", 'JMX_PORT="7199"\n')
    _write(folder / "conf" / "cassandra.yaml", "cluster_name: not ours\n")
    _java(folder)
    _write(
        folder / "bin" / "cassandra",
        '#!/bin/sh\ntest "$1" = -f && yml=$CASSANDRA_CONF/cassandra.yaml || exit 1\n'
        'host=$(sed -n "s/^rpc_address: //p" "$yml"); port=$(sed -n "s/^native_transport_port: //p" "$yml")\n'
        'login=$(sed -n "s/^authenticator: //p" "$yml")\n'
        f'exec "$JAVA_HOME/bin/java" {folder}/standin.py Cassandra "$host" "$port" "$login"\n',
    )
    # It must be the copied settings' port that it is asked at.
    _write(folder / "bin" / "nodetool", '#!/bin/sh\ngrep -q "JMX_PORT=\\"$4\\"" "$CASSANDRA_CONF/cassandra-env.sh"\n')
    return folder


def _java(folder: Path) -> None:
    _write(folder / "standin.py", SERVER)
    java = folder / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.symlink_to(PYTHON)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755 if path.parent.name == "bin" else 0o644)
