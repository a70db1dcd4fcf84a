"""Hosts with ports and buckets in objects of scripts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.config import ConfigExtractor
from tieback.recognise.settings.script_objects import AROUND, MAX_OBJECTS, buckets, hosts_with_ports

EXTRACTOR = ConfigExtractor(RuleFiles())


def found(text: str, file: str = "assets/main.js") -> list[str]:
    finds = EXTRACTOR.extract(Artifact(file, (Buffer(file, BufferKind.TEXT, text.encode()),)))
    return [one.endpoint.value for one in finds if isinstance(one, Sighting)]


@each(
    ("text", "values"),
    [
        ('connect({host:"db.shop.de",port:27017})', ["db.shop.de:27017"]),
        ('connect({port:6379,tls:!0,host:"cache.shop.de"})', ["cache.shop.de:6379"]),
        ("const o = {\n  'host': 'mq.shop.de',\n  'port': '1883'\n}", ["mq.shop.de:1883"]),
        ('e={dbHost:"pg.shop.de",dbPort:5432}', ["pg.shop.de:5432"]),
        ('e={hostname:`es.shop.de`,path:"/",port:9200}', ["es.shop.de:9200"]),
        ('{host:"10.1.2.3",port:3306}', ["10.1.2.3:3306"]),
        ('new l.Client({endPoint:"s3.shop.de",port:9000,useSSL:!0})', ["s3.shop.de:9000"]),
        ('{host:"db.shop.de",port:9e3}', ["db.shop.de:9000"]),
        ('{host:"db.shop.de",port:27e3,x:1}', ["db.shop.de:27000"]),
        ('{db:{host:{name:"pg.shop.de"},port:5432}}', ["pg.shop.de:5432"]),
        ('{"port": 5432, "host": { "address": "pg.shop.de" }}', ["pg.shop.de:5432"]),
        (
            'u={apiKey:a,apiHost:"id.shop.de",tokenApiHost:"token.shop.de",apiScheme:"https"}',
            ["id.shop.de:443", "token.shop.de:443"],
        ),
        ("get({protocol:'http:',hostname:'api.shop.de',path:'/v1'})", ["api.shop.de:80"]),
        ('new AWS.S3({params:{Bucket:"shop-uploads"}})', ["s3:shop-uploads"]),
        ('s3=new S3Client();s3.send(new Put({Bucket:"shop-uploads",Key:k}))', ["s3:shop-uploads"]),
        (
            'm={"aws_user_files_s3_bucket":"shop-files","aws_user_files_s3_bucket_region":"eu-west-1"}',
            ["s3:shop-files"],
        ),
        ('Amplify.configure({Storage:{S3:{bucket:"shop-files",region:"eu-west-1"}}})', ["s3:shop-files"]),
        ('e={s3Bucket:"shop-files"}', ["s3:shop-files"]),
        ('e={MQTT_HOST:"mq.shop.de",MQTT_PORT:1884}', ["mq.shop.de:1884"]),
        ('e={HOST:"db.shop.de",PORT:5432}', ["db.shop.de:5432"]),
        (
            'e={redisHost:"rd.shop.de",esHost:"es.shop.de",redisPort:6380,esPort:9200}',
            ["rd.shop.de:6380", "es.shop.de:9200"],
        ),
        (
            'e={host:"db.shop.de",redis_host:"rd.shop.de",redis_port:6380,port:5432}',
            ["db.shop.de:5432", "rd.shop.de:6380"],
        ),
        ('e={socketHost:"so.shop.de",port:7001}', ["so.shop.de:7001"]),
        ('{db:{primary:{host:"pg.shop.de",port:5432}}}', ["pg.shop.de:5432"]),
        ('{db:{port:5432,ssl:{mode:"x",ca:{a:1}},host:"pg.shop.de"}}', ["pg.shop.de:5432"]),
        ('{db:{host:"pg.shop.de",ssl:{mode:"x",ca:{a:1}},port:5432}}', ["pg.shop.de:5432"]),
        (f'{{port:5432,host:"pg.shop.de",{"x" * AROUND}:1}}', ["pg.shop.de:5432"]),
        (f'{{{"x" * AROUND}:1,port:5432,host:"pg.shop.de"}}', ["pg.shop.de:5432"]),
        ('this.CLOUD_HOST="0.shop.de",this.CLOUD_PORT=443', ["0.shop.de:443"]),
        ("var host = 'mq.shop.de';\nvar port = 1883;", ["mq.shop.de:1883"]),
        ("t.dbHost=`pg.shop.de`,t.dbPort='5432'", ["pg.shop.de:5432"]),
        ('f({bucket:"shop-files",acl:{a:1},region:"eu-west-1"})', ["s3:shop-files"]),
    ],
)
def test_objects_name_endpoints(text: str, values: list[str]) -> None:
    assert found(text) == values


@each(
    "text",
    [
        'a.host="db.shop.de",a.dbPort=5432',
        'a.host="db.shop.de",b=1,a.port=5432',
        'a.host=="db.shop.de",a.port=5432',
        'a.host="db.shop.de",a.port=70000',
        'a.host="localhost",a.port=5432',
        'x={host:"db.shop.de"};y={port:27017}',
        'x={host:"db.shop.de"};y={protocol:"https:"}',
        'x={host:"db.shop.de",protocol:"https-only"}',
        'x={host:"db.shop.de"},port:27017}',
        "{host:e.host,port:27017}",
        '{server:{host:"db.shop.de"},port:3000}',
        '{server:{host:"db.shop.de"},options:{port:3000}}',
        '{host:{name:"Anna",mail:"db.shop.de"},port:3000}',
        '{host:{name:"db.shop.de",icon:{}},port:3000}',
        '{ghost:"db.shop.de",port:27017}',
        '{GHOST:"db.shop.de",PORT:27017}',
        '{apiHost:"api.shop.de",queuePort:5672}',
        '{apiHost:"api.shop.de",redisPort:6380,x:{redisHost:"rd.shop.de"}}',
        '{options:{host:"db.shop.de"},ssl:{port:5432}}',
        'a.host="db.shop.de",b.port=27017',
        '{host:"db.shop.de",report:"27017"}'.replace("report", "transports"),
        '{host:"config.json",port:8080}',
        '{host:"db.shop.de",port:70000}',
        'f({Bucket:"shop-uploads"})',
        'S3;f({Bucket:"examplebucket"});g({Bucket:"YOUR_BUCKET"});h({Bucket:"STRING_VALUE"})',
        "S3;f({Bucket:name})",
        'f({bucket:"shop-files"})',
        'f({bucket:"shop-files"});g({region:"eu-west-1"})',
        'f({bucket:"shop-files",region:"nyc3"})',
        'f({bucket:"shop-files",region:"ap-southeast-1",endpoint:e})',
        'f({bucket:"shop-files",region:"cn-north-4"})',
    ],
)
def test_other_objects_name_none(text: str) -> None:
    assert found(text) == []


@each(
    ("file", "text", "values"),
    [
        ("a.json", '{"s3":{"bucket":"shop-files","region":"eu-west-1"}}', ["s3:shop-files"]),
        ("a.json", '{"bucket":"shop-files","region":"eu-west-1"}', ["s3:shop-files"]),
        ("a.json", '{"bucket":"shop-files"}', []),
        (
            "a.json",
            '{"s3Bucket":"shop-files","aws_user_files_s3_bucket":"shop-more"}',
            ["s3:shop-files", "s3:shop-more"],
        ),
        (".env", "S3_BUCKET=shop-files\nAWS_S3_BUCKET=shop-more", ["s3:shop-files", "s3:shop-more"]),
        (".env", "S3_BUCKET=your-bucket\nBUCKET=shop-more", []),
    ],
)
def test_buckets_of_other_files(file: str, text: str, values: list[str]) -> None:
    assert found(text, file) == values


@pytest.mark.parametrize("host", ["mongo", "localhost", "10.0.2.2", "10.0.3.2"])
def test_hosts_of_the_development_machine_are_listed_with_a_reason(host: str) -> None:
    file = "assets/main.js"
    data = f'{{host:"{host}",port:27017}}'.encode()
    (one,) = EXTRACTOR.extract(Artifact(file, (Buffer(file, BufferKind.TEXT, data),)))
    assert isinstance(one, NotBackend)
    assert one.value == f"{host}:27017"


def test_other_files_are_not_read() -> None:
    text = b'{host:"db.shop.de",port:27017} S3 {Bucket:"shop-uploads"}'
    buffer = Buffer("notes.txt", BufferKind.TEXT, text)
    assert [*hosts_with_ports(buffer), *buckets(buffer)] == []


def test_offsets_and_bounds() -> None:
    text = '{host:"db.shop.de",port:27017}'
    (one,) = hosts_with_ports(Buffer("a.js", BufferKind.TEXT, text.encode()))
    assert text[one.offset :].startswith("db.shop.de")
    many = Buffer("a.js", BufferKind.TEXT, ("S3" + text + '{Bucket:"shop-uploads"}' * 2).encode() * 500)
    assert len(list(hosts_with_ports(many))) == MAX_OBJECTS == len(list(buckets(many)))
    far = f'{{host:"db.shop.de",{"x" * AROUND}port:27017}}'
    assert list(hosts_with_ports(Buffer("a.js", BufferKind.TEXT, far.encode()))) == []


@settings(deadline=None, max_examples=examples(100))
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_never_raises(before: bytes, after: bytes) -> None:
    buffer = Buffer("a.js", BufferKind.TEXT, before + b'S3{host:"a.de",port:80,Bucket:"abc"' + after)
    list(hosts_with_ports(buffer))
    list(buckets(buffer))


@pytest.mark.parametrize("part", [b'host:"', b'host:"a.de",', b'{Bucket:"', b'bucket:"abc",', b"{"])
def test_the_cost_of_hostile_scripts_is_linear(part: bytes) -> None:
    assert_linear(
        lambda size: Buffer("a.js", BufferKind.TEXT, b"S3 port:80" + part * (size // len(part))),
        lambda buffer: [*hosts_with_ports(buffer), *buckets(buffer)],
        200_000,
    )
