"""Short names of passwords, and the host of the same service."""

from tests.each import each
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import CredentialGrade
from tieback.recognise.endpoints.named_endpoint import endpoint_of
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.settings.service_passwords import (
    Places,
    beside,
    is_service,
    is_store,
    names_password,
    place_of,
    stem_of,
)
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()


@each(
    ("name", "stem"),
    [
        ("DB_PASS", "DB"),
        ("app.mqtt.pwd", "app.mqtt"),
        ("smtpPass", "smtp"),
        ("FTP-PW", "FTP"),
        ("shop2Pwd", "shop2"),
        ("compass", ""),
        ("BYPASS", ""),
        ("pass", ""),
        ("db_passenger", ""),
        ("db_password", ""),
    ],
)
def test_the_name_of_the_service(name: str, stem: str) -> None:
    assert stem_of(name) == stem


@each(
    ("name", "known"),
    [("DB_PASS", True), ("db.password", True), ("mqttPassword", True), ("dbpassword", True), ("password", True),
     ("nopassword", False), ("password_hint", False), ("compass", False)],
)  # fmt: skip
def test_names_of_passwords(name: str, known: bool) -> None:
    assert names_password(name) is known


@each(("stem", "known"), [("DB", True), ("app.mqtt", True), ("shopFtp", True), ("login", False), ("dbLogin", False)])
def test_services_that_take_passwords(stem: str, known: bool) -> None:
    assert is_service(stem) is known
    assert is_store(stem) is (stem == "DB")


@each(
    ("text", "place"),
    [
        ("DB_HOST=db.shop.test", "db.shop.test"),
        ('"db_url": "mysql://db.shop.test/orders"', "mysql://db.shop.test/orders"),
        ("db.server = 203.0.113.7", "203.0.113.7"),
        ("DB_HOST=db.shop.test\nDB_PORT=5432", "db.shop.test:5432"),
        ('{dbPort:5433,dbHost:"db.shop.test"}', "db.shop.test:5433"),
        ("DB_HOST=db.shop.test:5434\nDB_PORT=5432", "db.shop.test:5434"),
        ("DB_HOST=db.shop.test\nFTP_PORT=21", "db.shop.test"),
        ("DB_HOST=localhost", ""),
        ("MYDB_HOST=db.shop.test", ""),
        ("DB_HOST=${HOST}", ""),
    ],
)
def test_the_place_of_a_service(text: str, place: str) -> None:
    assert place_of("DB", text) == place


def test_the_first_place_among_named_values() -> None:
    others = [("DB_NAME", "orders"), ("FTP_HOST", "ftp.shop.test"), ("db_host", "db.shop.test")]
    assert beside("DB_PASS", others) == 'db_host="db.shop.test"\n'
    assert beside("DB_PASS", [*others, ("DB_PORT", "5432")]) == 'db_host="db.shop.test"\nDB_PORT="5432"\n'
    assert beside("SSH_PASS", others) == ""
    assert beside("DB_NAME", others) == ""
    assert beside("db_password", others) == 'db_host="db.shop.test"\n'
    assert beside("password", others) == ""
    plain = [("host", "db.shop.test"), ("port", "5432")]
    assert beside("password", plain) == 'host="db.shop.test"\nport="5432"\n'
    assert beside("hint", plain) == ""


@each(
    ("file", "text", "endpoint"),
    [
        (".env", "DB_HOST=db.shop.de\nDB_PORT=5432\nDB_PASS=Kd83sPq7", "db.shop.de:5432"),
        (".env", "NAS_HOST=nas.shop.de\nNAS_PASS=Kd83sPq9", "nas.shop.de"),
        ("c.properties", "mqtt.url=ssl://mq.shop.de:8883\nmqtt.pw=Kd83sPq9", "ssl://mq.shop.de:8883"),
        ("c.json", '{"smtpHost":"mail.shop.de","smtpPort":587,"smtpPass":"torfstich"}', "mail.shop.de:587"),
        ("main.js", 'x={smtpHost:"mail.shop.de",smtpPort:587,smtpPass:"torfstich"}', "mail.shop.de:587"),
        (
            "res/values/strings.xml",
            '<resources><string name="ftp_host">f.shop.de</string><string name="ftp_pass">Kd83sPq</string></resources>',
            "f.shop.de",
        ),
        ("c.properties", "db_host=db.shop.de\ndb_port=5432\ndb_password=Torf83moor", "db.shop.de:5432"),
        ("c.properties", "dbhost=db.shop.de\ndbport=5432\ndbpassword=Torf83moor", "db.shop.de:5432"),
        ("c.properties", "host=db.shop.de\nport=5432\npassword=Torf83moor!x", "db.shop.de:5432"),
        (".env", "SMTP_HOST=mail.shop.de\nSMTP_PORT=587\nSMTP_PASSWORD=Kd83sPq9", "mail.shop.de:587"),
        ("c.json", '{"host":"db.shop.de","port":5432,"password":"Torf83moor"}', "db.shop.de:5432"),
        ("c.yaml", "db:\n  host: db.shop.de\n  port: 5432\n  password: 'Torf83moor'\n", "db.shop.de:5432"),
        ("main.js", 'x={host:"db.shop.de",port:5432,user:"root",password:"Torf83moor"}', "db.shop.de:5432"),
        ("c.xml", '<a><db host="db.shop.de" port="5432" password="Torf83moor"/></a>', "db.shop.de:5432"),
        (
            "c.xml",
            "<a><db_host>db.shop.de</db_host><db_port>5432</db_port><db_password>Torf83moor</db_password></a>",
            "db.shop.de:5432",
        ),
        (
            "res/values/strings.xml",
            '<resources><string name="db_url">d.shop.de</string><string name="db_password">Torf83</string></resources>',
            "d.shop.de",
        ),
    ],
)
def test_the_password_names_the_endpoint_of_its_service(file: str, text: str, endpoint: str) -> None:
    artifact = Artifact(file, (Buffer(file, BufferKind.TEXT, text.encode()),))
    merged = merge_finds(None, AppSearch(RULES).finds([artifact]), RULES)
    assert {one.endpoint for one in merged.credentials} == {endpoint}
    assert [one.endpoint.value for one in merged.sightings] == [endpoint]


@each(
    ("text", "value"),
    [
        ("https://api.shop.de/v1", "https://api.shop.de/v1"),
        ("db.shop.de:5432", "db.shop.de:5432"),
        ("DB.shop.de", "db.shop.de"),
        ("185.44.81.7", "185.44.81.7"),
        ("203.0.113.7", ""),
        ("mysql://u:p@db.shop.de/orders", "mysql://db.shop.de:3306/orders"),
        ("shop-1234.firebaseio.com", "firebase-rtdb:shop-1234"),
        ("jar://db.shop.de", ""),
        ("localhost", ""),
        ("localhost:5432", ""),
        ("db.shop.de:99999", ""),
    ],
)
def test_the_endpoint_of_an_address(text: str, value: str) -> None:
    found = endpoint_of(text, RULES)
    assert (found.value if found else "") == value


@each(
    ("file", "text"),
    [
        ("c.json", '{"a":{"host":"db.shop.de","port":5432},"b":{"password":"Kies47wall"}}'),
        ("c.yaml", 'db:\n  host: db.shop.de\nlogin:\n  password: "Torf83moor"\n'),
        ("c.ini", "[db]\nhost=db.shop.de\n[login]\npassword=Torf83moor!2\n"),
        ("main.js", 'x={host:"db.shop.de",port:5432};y={password:"Torf83moor"}'),
        (".env", "API_URL=https://api.shop.de\nDB_PASSWORD=Kd83sPq9"),
        ("c.json", '{"db_host":"localhost","db_password":"Kd83sPq9"}'),
    ],
)
def test_a_password_does_not_name_the_host_of_another_part(file: str, text: str) -> None:
    artifact = Artifact(file, (Buffer(file, BufferKind.TEXT, text.encode()),))
    merged = merge_finds(None, AppSearch(RULES).finds([artifact]), RULES)
    assert [one.endpoint for one in merged.credentials] == [""]


@each(
    ("file", "text", "kind", "endpoint"),
    [
        ("c.json", '{"host":"db.shop.de","port":5432,"password":"Torf83moor"}', "database_password", "db.shop.de:5432"),
        ("c.json", '{"host":"w.shop.de","port":8443,"password":"Torf83moor"}', "named_password", "w.shop.de:8443"),
        ("c.json", '{"host":"w.shop.de","password":"Torf83moor"}', "named_password", "w.shop.de"),
        (".env", "SRV_HOST=d.shop.de\nSRV_PORT=3306\nSRV_PASS=Torf83moor", "database_password", "d.shop.de:3306"),
        ("c.properties", "host=d.shop.de\nport=6379\npassword=Torf83moor!x", "database_password", "d.shop.de:6379"),
        (".env", "SMTP_HOST=m.shop.de\nSMTP_PORT=587\nSMTP_PASS=Torf83moor", "service_password", "m.shop.de:587"),
        (
            "c.json",
            '{"host":"d.shop.de","port":5432,"auth":{"role":"app","password":"Torf83moor"}}',
            "database_password",
            "d.shop.de:5432",
        ),
        (
            "c.js",
            'new Client({node:"https://e.shop.de:9200",auth:{username:"elastic",password:"Torf83moor"}})',
            "database_password",
            "https://e.shop.de:9200",
        ),
        (
            "c.js",
            'createTransport({host:"m.shop.de",port:587,auth:{user:"a@shop.de",pass:"Torf83moor"}})',
            "http_auth_password",
            "m.shop.de:587",
        ),
        (
            "c.yaml",
            'db:\n  host: d.shop.de\n  port: 5432\n  login:\n    role: app\n    password: "Torf83moor"\n',
            "database_password",
            "d.shop.de:5432",
        ),
        (
            "c.js",
            'f({url:"https://w.shop.de/v1",form:{name:"app",password:"Torf83moor"}})',
            "named_password",
            "",
        ),
    ],
)
def test_the_server_of_a_password_shows_whether_it_is_that_of_a_database(
    file: str, text: str, kind: str, endpoint: str
) -> None:
    artifact = Artifact(file, (Buffer(file, BufferKind.TEXT, text.encode()),))
    merged = merge_finds(None, AppSearch(RULES).finds([artifact]), RULES)
    grade = CredentialGrade.UNKNOWN if kind == "named_password" else CredentialGrade.NORMAL
    assert [(one.kind, one.endpoint, one.grade) for one in merged.credentials] == [(kind, endpoint, grade)]


PLIST = '<?xml version="1.0"?><plist version="1.0"><dict>%s</dict></plist>'
HOST = "<key>host</key><string>db.shop.de</string>"
SECRET = "<dict><key>password</key><string>Torf83moor</string></dict>"


@each(
    ("file", "text", "endpoint"),
    [
        ("c.xml", '<s host="db.shop.de"><auth password="Torf83moor"/></s>', "db.shop.de"),
        ("c.xml", '<s host="db.shop.de" port="5432"><auth user="u" password="Torf83moor"/></s>', "db.shop.de:5432"),
        (
            "c.xml",
            "<s><host>db.shop.de</host><port>5432</port><auth><password>Torf83moor</password></auth></s>",
            "db.shop.de:5432",
        ),
        (
            "c.xml",
            "<s><host>db.shop.de</host><port>5432</port><form><password>Torf83moor</password></form></s>",
            "",
        ),
        ("c.xml", '<a><s host="db.shop.de"/><auth password="Torf83moor"/></a>', ""),
        ("c.plist", PLIST % f"{HOST}<key>auth</key>{SECRET}", "db.shop.de"),
        ("c.plist", PLIST % f"{HOST}<key>port</key><string>5432</string><key>login</key>{SECRET}", "db.shop.de:5432"),
        ("c.plist", PLIST % f"{HOST}<key>form</key>{SECRET}", ""),
        ("c.yaml", "db:\n  host: db.shop.de\n  port: 5432\n  auth:\n    password: Torf83moor\n", "db.shop.de:5432"),
        ("c.yaml", "db:\n  auth:\n    user: u\n    password: Torf83moor\n  host: db.shop.de\n", "db.shop.de"),
        ("c.yaml", "db:\n  host: db.shop.de\n  auth:\n    host: a.shop.de\n    password: Torf83moor\n", "a.shop.de"),
        ("c.yaml", "db:\n  host: db.shop.de\n  form:\n    password: Torf83moor\n", ""),
        ("c.yaml", "db:\n  host: db.shop.de\nauth:\n  password: Torf83moor\n", ""),
        ("c.conf", "s {\n host = db.shop.de\n auth {\n  password = Torf83moor\n }\n}\n", "db.shop.de"),
        ("c.conf", "host: db.shop.de\nauth: {\n  password: Torf83moor\n}\n", "db.shop.de"),
        ("c.conf", "s {\n host = db.shop.de\n form {\n  password = Torf83moor\n }\n}\n", ""),
        ("c.toml", "[s]\nhost = 'db.shop.de'\n[s.auth]\npassword = 'Torf83moor'\n", "db.shop.de"),
        ("c.toml", "[s]\nhost = 'db.shop.de'\n[t.auth]\npassword = 'Torf83moor'\n", ""),
    ],
)
def test_a_password_in_the_login_of_a_server_names_the_server(file: str, text: str, endpoint: str) -> None:
    artifact = Artifact(file, (Buffer(file, BufferKind.TEXT, text.encode()),))
    merged = merge_finds(None, AppSearch(RULES).finds([artifact]), RULES)
    assert [one.endpoint for one in merged.credentials] == [endpoint]


@each(
    ("file", "text"),
    [
        (
            "c.xml",
            (
                '<a><s host="a.shop.de"><auth password="Torf83moor"/></s>'
                '<s host="b.shop.de"><auth password="Kies47wall"/></s></a>'
            ),
        ),
        (
            "c.yaml",
            (
                "s:\n  - host: a.shop.de\n    auth:\n      password: Torf83moor\n"
                "  - host: b.shop.de\n    auth:\n      password: Kies47wall\n"
            ),
        ),
    ],
)
def test_each_login_names_its_own_server(file: str, text: str) -> None:
    artifact = Artifact(file, (Buffer(file, BufferKind.TEXT, text.encode()),))
    merged = merge_finds(None, AppSearch(RULES).finds([artifact]), RULES)
    found = {(one.masked, one.endpoint) for one in merged.credentials}
    assert found == {("T***r (10)", "a.shop.de"), ("K***l (10)", "b.shop.de")}


def test_each_password_of_a_list_names_its_own_host() -> None:
    text = (
        '[{"db_host":"d1.shop.de","db_port":5432,"db_password":"Torf83moor"},'
        '{"db_host":"d2.shop.de","db_port":5432,"db_password":"Kies47wall"}]'
    )
    artifact = Artifact("c.json", (Buffer("c.json", BufferKind.TEXT, text.encode()),))
    merged = merge_finds(None, AppSearch(RULES).finds([artifact]), RULES)
    assert {(one.masked, one.endpoint) for one in merged.credentials} == {
        ("T***r (10)", "d1.shop.de:5432"),
        ("K***l (10)", "d2.shop.de:5432"),
    }


class Table:
    """A table of resources that counts how often it is read."""

    def __init__(self) -> None:
        self.read = 0

    def text(self, resource: int) -> str:
        return str(resource)

    def named(self, name: str) -> str:
        return name

    def items(self, resource: int) -> tuple[str, ...]:
        return (str(resource),)

    def integer(self, resource: int) -> int | None:
        return resource

    def ending(self, end: str) -> dict[str, str]:
        self.read += 1
        return {"db_host": "db.shop.test"} if end == "host" else {}


def test_a_table_of_resources_is_read_once_for_all_passwords() -> None:
    table, places = Table(), Places()
    assert places.of(table) == [("db_host", "db.shop.test")]
    read = table.read
    assert all(places.of(table) == [("db_host", "db.shop.test")] for _ in range(100))
    assert table.read == read
    assert Places().of(Table()) == [("db_host", "db.shop.test")]
