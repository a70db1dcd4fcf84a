"""HTTP archives in the formats that SDKs and back ends use, with known content. All people and identifiers are made up.

The formats follow the public documents of the services; no traffic of theirs was recorded. Hosts of services are real
names because owners and documented fields depend on them; nothing is contacted. Some requests send nothing personal,
because most requests do not.
"""

import base64
import gzip
import json
import random
import string
import struct
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pyarrow as pa

NOTHING = frozenset[str]()


class Call(NamedTuple):
    """One request, and the classes in it."""

    host: str
    path: str
    classes: frozenset[str] = NOTHING
    query: Mapping[str, Any] | None = None
    body: bytes = b""
    kind: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    websocket: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    """Classes that it can be called or not."""


def _json(host: str, path: str, content: object, *classes: str, **more: Any) -> Call:
    return Call(host, path, frozenset(classes), body=json.dumps(content).encode(), kind="application/json", **more)


def _form(host: str, path: str, content: Mapping[str, Any], *classes: str, **more: Any) -> Call:
    kind = "application/x-www-form-urlencoded"
    return Call(host, path, frozenset(classes), body=urlencode(content).encode(), kind=kind, **more)


def _get(host: str, path: str, content: Mapping[str, Any], *classes: str, **more: Any) -> Call:
    return Call(host, path, frozenset(classes), query=content, **more)


def _packed(call: Call, coding: str) -> Call:
    data = gzip.compress(call.body, mtime=0) if coding == "gzip" else pa.compress(
        call.body, codec={"br": "brotli", "zstd": "zstd"}[coding], asbytes=True
    )  # fmt: skip
    return call._replace(body=data, headers=(*call.headers, ("Content-Encoding", coding)))


def _base64(content: object) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


def _text_field(number: int, text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    size = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 127 | 128, len(data) >> 7])
    return bytes([number << 3 | 2]) + size + data


def _grpc(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4) + message


def _double_pair(latitude: float, longitude: float) -> bytes:
    return b"\x09" + struct.pack("<d", latitude) + b"\x11" + struct.pack("<d", longitude)


class Person(NamedTuple):
    """The person of the requests, and the device."""

    gaid: str = "5f1c7b9e-2d44-4c0b-9b5a-7e21c8d0a6f3"
    idfv: str = "9B2E6C1D-44AF-4E0C-8D37-51C0E2A9F7B4"
    android_id: str = "a3f19c84b27d60e5"
    install: str = "dK3vR8xQT1uYw0zLmN5pEa"
    first: str = "Ines"
    last: str = "Okafor"
    mail: str = "ines.okafor@mailbox.test"
    phone: str = "+4915112345678"
    token: str = ".".join(
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
            "eyJzdWIiOiI0OTIxIiwiZXhwIjoxNzkwMDAwMDAwfQ",
            "9yXk3Qm7vB2nR5tZ8wLc4dPf6hJs1aGe0uKoYiTx",
        )
    )
    push: str = "cXk3Qm7vB2nR5tZ8wLc4d:APA91b" + "F6hJs1aGe0uKoYiTx9yXk3Qm7vB2nR5tZ8wLc4dPf6" * 3

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.first} {self.last}"


PERSON = Person()
_FIRST = ("Ines", "Tomas", "Aylin", "Kofi", "Marta", "Jonas", "Leila", "Pavel", "Nadia", "Luca")
_LAST = ("Okafor", "Lindqvist", "Moreau", "Kowalski", "Demir", "Santos", "Weber", "Rossi", "Novak", "Haddad")


def person(seed: int) -> Person:
    """Another person; the forms of the identifiers stay the same."""
    source = random.Random(f"person {seed}")
    first, last = source.choice(_FIRST), source.choice(_LAST)
    letters = string.ascii_letters + string.digits
    return PERSON._replace(
        gaid=str(uuid.UUID(int=source.getrandbits(128), version=4)),
        idfv=str(uuid.UUID(int=source.getrandbits(128), version=4)).upper(),
        android_id=f"{source.getrandbits(64):016x}",
        install="d" + "".join(source.choices(letters, k=21)),
        first=first,
        last=last,
        mail=f"{first.lower()}.{last.lower()}{source.randrange(100)}@mailbox.test",
        phone=f"+49151{source.randrange(10**7, 10**8)}",
        token=".".join((*PERSON.token.split(".")[:2], "".join(source.choices(letters, k=43)))),
        push="c" + "".join(source.choices(letters, k=21)) + ":APA91b" + "".join(source.choices(letters, k=126)),
    )


DEVICE = {"os": "android", "osVersion": "14", "manufacturer": "Google", "model": "Pixel 8", "locale": "de_DE"}


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    bearer = (("Authorization", f"Bearer {who.token}"),)
    return {
        # Services of measurement and advertising
        "adjust": (
            _form(
                "app.adjust.com",
                "/session",
                {
                    "gps_adid": who.gaid,
                    "android_uuid": str(uuid.UUID(int=7 << 90)),
                    "app_token": "abc123def456",
                    "device_name": "Pixel8",
                    "country": "DE",
                    "language": "de",
                    "environment": "production",
                    "created_at": "2026-05-04T10:00:00.000Z",
                },
                "device_id",
            ),
            _get("app.adjust.com", "/attribution", {"gps_adid": who.gaid, "app_token": "abc123def456"}, "device_id"),
        ),
        "appsflyer": (
            _json(
                "launches.appsflyersdk.com",
                "/api/v6.12/androidevent",
                {
                    "advertiserId": who.gaid,
                    "advertiserIdEnabled": "true",
                    "uid": "1714800000000-8241907364512873645",
                    "brand": "google",
                    "app_version_name": "4.2.0",
                    "carrier": "Telekom.de",
                    "counter": "1",
                    "af_timestamp": "1714800000000",
                },
                "device_id",
                unsure=("person_id",),
            ),
            _json(
                "conversions.appsflyersdk.com",
                "/api/v6.12/conversions",
                {"advertiserId": who.gaid, "android_id": who.android_id},
                "device_id",
            ),
        ),
        "facebook": (
            _form(
                "graph.facebook.com",
                "/v17.0/1234567890/activities",
                {
                    "event": "MOBILE_APP_INSTALL",
                    "advertiser_id": who.gaid,
                    "anon_id": "XZ5f1c7b9e2d444c0b9b5a",
                    "advertiser_tracking_enabled": "true",
                    "extinfo": '["a2","com.example.shop",42,"4.2.0","14","Pixel 8","de_DE","CET","Telekom",1080,2400]',
                },
                "device_id",
            ),
            _get(
                "graph.facebook.com",
                "/v17.0/1234567890",
                {"fields": "gdpv4_nux_enabled,app_events_config", "sdk": "android"},
            ),
        ),
        "amplitude": (
            _json(
                "api2.amplitude.com",
                "/2/httpapi",
                {
                    "api_key": "f00dfeedf00dfeedf00dfeedf00dfeed",
                    "events": [
                        {
                            "user_id": who.mail,
                            "device_id": str(uuid.UUID(int=9 << 100)),
                            "event_type": "checkout",
                            "platform": "Android",
                            "carrier": "O2",
                            "adid": who.gaid,
                            "time": 1714800000000,
                            "session_id": 1714799000000,
                        }
                    ],
                },
                "email",
                "device_id",
                "secret_token",
            ),
        ),
        "mixpanel": (
            _form(
                "api.mixpanel.com",
                "/track",
                {
                    "data": _base64(
                        [
                            {
                                "event": "Sign Up",
                                "properties": {
                                    "distinct_id": "5f1c7b9e-2d44-4c0b-9b5a-aaaa00000001",
                                    "$email": who.mail,
                                    "$os": "Android",
                                    "$app_version_string": "4.2",
                                    "mp_lib": "android",
                                },
                            }
                        ]
                    )
                },
                "email",
                unsure=("person_id",),
            ),
            _form(
                "api.mixpanel.com",
                "/engage",
                {
                    "data": _base64(
                        [
                            {
                                "$set": {
                                    "$first_name": who.first,
                                    "$last_name": who.last,
                                    "$email": who.mail,
                                    "$phone": who.phone,
                                }
                            }
                        ]
                    )
                },
                "person_name",
                "email",
                "phone",
            ),
        ),
        "segment": (
            _packed(
                _json(
                    "api.segment.io",
                    "/v1/batch",
                    {
                        "batch": [
                            {
                                "type": "identify",
                                "userId": "u_49213344",
                                "traits": {"email": who.mail, "phone": who.phone, "plan": "pro"},
                                "context": {
                                    "device": {"advertisingId": who.gaid, "model": "Pixel 8"},
                                    "os": {"name": "Android"},
                                },
                            }
                        ]
                    },
                    "email",
                    "phone",
                    "device_id",
                    "person_id",
                ),
                "gzip",
            ),
            _get("cdn-settings.segment.com", "/v1/projects/abc/settings", {}),
        ),
        "braze": (
            _json(
                "sdk.iad-01.braze.com",
                "/api/v3/data",
                {
                    "device_id": str(uuid.UUID(int=11 << 101)),
                    "attributes": [
                        {"email": who.mail, "first_name": who.first, "push_token": who.push, "dob": "1991-07-14"}
                    ],
                    "sdk_version": "29.0.1",
                },
                "device_id",
                "email",
                "person_name",
                "birth",
            ),
        ),
        "onesignal": (
            _json(
                "api.onesignal.com",
                "/players",
                {
                    "app_id": "11111111-2222-4333-8444-555555555555",
                    "identifier": who.push,
                    "device_model": "Pixel 8",
                    "lat": 52.520008,
                    "long": 13.404954,
                    "timezone": 3600,
                    "language": "de",
                },
                "device_id",
                "geo_location",
            ),
        ),
        "firebase": (
            _json(
                "firebaseinstallations.googleapis.com",
                "/v1/projects/shop-app/installations",
                {
                    "fid": who.install,
                    "appId": "1:123456789012:android:abcdef0123456789",
                    "authVersion": "FIS_v2",
                    "sdkVersion": "a:17.1.0",
                },
                "device_id",
            ),
            _json(
                "firebaseremoteconfig.googleapis.com",
                "/v1/projects/shop-app/namespaces/firebase:fetch",
                {
                    "appInstanceId": who.install,
                    "countryCode": "DE",
                    "languageCode": "de-DE",
                    "platformVersion": "34",
                    "packageName": "com.example.shop",
                },
                "device_id",
            ),
        ),
        "crashlytics": (
            _json(
                "crashlyticsreports-pa.googleapis.com",
                "/v1/firelog/legacy/batchlog",
                {
                    "logRequest": [
                        {
                            "clientInfo": {
                                "androidClientInfo": {"model": "Pixel 8", "hardware": "shiba", "sdkVersion": 34}
                            },
                            "logSourceName": "FIREBASE_CRASHLYTICS_REPORT",
                        }
                    ]
                },
            ),
        ),
        "sentry": (
            _packed(
                _json(
                    "o4501.ingest.sentry.io",
                    "/api/4505/envelope/",
                    {
                        "event_id": "9ec79c33ec9942ab8353589fcb2e04dc",
                        "platform": "java",
                        "user": {"id": "49213344", "email": who.mail, "ip_address": "203.0.113.77"},
                        "release": "4.2.0",
                    },
                    "email",
                    "ip_address",
                    "person_id",
                ),
                "gzip",
            ),
        ),
        "sentry-anonymous": (
            _json(
                "o4502.ingest.sentry.io",
                "/api/4506/envelope/",
                {
                    "event_id": "1ec79c33ec9942ab8353589fcb2e04dd",
                    "level": "error",
                    "exception": {"values": [{"type": "IOException", "value": "timeout"}]},
                    "release": "1.0",
                },
            ),
        ),
        "bugsnag": (
            _json(
                "sessions.bugsnag.com",
                "/",
                {
                    "notifier": {"name": "Android", "version": "6.1"},
                    "device": {"id": str(uuid.UUID(int=13 << 102)), "manufacturer": "Google", "model": "Pixel 8"},
                    "app": {"id": "com.example.shop"},
                },
                "device_id",
            ),
        ),
        "applovin": (
            _json(
                "d.applovin.com",
                "/1.0/device",
                {
                    "device_info": {
                        "idfa": who.gaid,
                        "idfv": who.idfv,
                        "brand": "google",
                        "country_code": "DE",
                        "dnt": False,
                        "wvvc": 124,
                    },
                    "app_info": {"package_name": "com.example.game"},
                },
                "device_id",
            ),
            _json(
                "d.applovin.com",
                "/1.0/device",
                {"device_info": {"idfa": "00000000-0000-0000-0000-000000000000", "dnt": True}},
            ),
        ),
        "unity": (
            _get(
                "publisher-config.unityads.unity3d.com",
                "/games/1234567/configuration",
                {
                    "advertisingTrackingId": who.gaid,
                    "limitAdTracking": "false",
                    "deviceModel": "Pixel 8",
                    "bundleId": "com.example.game",
                    "sdkVersion": "4900",
                },
                "device_id",
            ),
        ),
        "ironsource": (
            _get(
                "logs.ironsrc.mobi",
                "/logs",
                {
                    "data": _base64(
                        {
                            "data": {
                                "deviceid": who.gaid,
                                "deviceidtype": "GAID",
                                "bundleid": "com.example.game",
                                "devicemodel": "Pixel 8",
                                "connectiontype": "wifi",
                            },
                            "table": "super.dwh",
                        }
                    )
                },
                "device_id",
            ),
        ),
        "branch": (
            _json(
                "api2.branch.io",
                "/v1/install",
                {
                    "hardware_id": who.android_id,
                    "google_advertising_id": who.gaid,
                    "brand": "Google",
                    "local_ip": "192.168.178.23",
                    "metadata": {},
                    "os": "Android",
                },
                "device_id",
                "ip_address",
            ),
        ),
        "openrtb": (
            _json(
                "bidder.criteo.com",
                "/inapp/v2",
                {
                    "id": "8f3a",
                    "imp": [{"id": "1", "banner": {"w": 320, "h": 50}}],
                    "device": {
                        "ifa": who.gaid,
                        "ip": "203.0.113.9",
                        "geo": {"lat": 48.137154, "lon": 11.576124, "country": "DEU"},
                        "ua": "Mozilla/5.0",
                        "model": "Pixel 8",
                    },
                    "user": {"gender": "F", "yob": 1991},
                },
                "device_id",
                "ip_address",
                "geo_location",
                "demographic",
                "birth",
            ),
        ),
        "clevertap": (
            _json(
                "eu1.clevertap-prod.com",
                "/a1",
                [
                    {"g": "__a3f19c84b27d60e5a3f19c84b27d60e5", "type": "meta"},
                    {
                        "type": "profile",
                        "profile": {"Name": who.name, "Email": who.mail, "Phone": who.phone, "Gender": "F"},
                    },
                ],
                "person_name",
                "email",
                "phone",
                "demographic",
            ),
        ),
        "tiktok": (
            _json(
                "analytics.us.tiktok.com",
                "/api/v1/app_sdk/batch",
                {
                    "tiktok_app_id": "7101234567890123456",
                    "batch": [
                        {
                            "context": {
                                "device": {"gaid": who.gaid, "platform": "Android"},
                                "user": {"anonymous_id": str(uuid.UUID(int=17 << 99))},
                                "locale": "de",
                            }
                        }
                    ],
                },
                "device_id",
            ),
        ),
        "singular": (
            _get(
                "sdk-api-v1.singular.net",
                "/api/v1/start",
                {
                    "aifa": who.gaid,
                    "andi": who.android_id,
                    "a": "key_1",
                    "i": "com.example.game",
                    "p": "Android",
                    "ma": "Google",
                    "mo": "Pixel 8",
                },
                "device_id",
            ),
        ),
        "moengage": (
            _json(
                "sdk-03.moengage.com",
                "/v2/sdk/report/ABC",
                {
                    "viewsInfo": [
                        {
                            "EVENT_ACTION": "EVENT_ACTION_USER_ATTRIBUTE",
                            "EVENT_ATTRS": json.dumps(
                                {"USER_ATTRIBUTE_USER_EMAIL": who.mail, "USER_ATTRIBUTE_USER_MOBILE": who.phone}
                            ),
                        }
                    ],
                    "meta": {"bid": "b-1"},
                },
                "email",
                "phone",
            ),
        ),
        "intercom": (
            _json(
                "api-iam.intercom.io",
                "/messenger/mobile/users",
                {
                    "app_id": "abcd1234",
                    "user": {"user_id": "u_88120377", "email": who.mail, "name": who.name, "phone": who.phone},
                    "device": {"os": "android"},
                },
                "email",
                "person_name",
                "phone",
                "person_id",
            ),
        ),
        # Back ends of apps
        "shop-login": (
            _json(
                "api.shop-one.test",
                "/v2/login",
                {"email": who.mail, "password": "Tr0ub4dor&3-xyz"},
                "email",
                "password",
            ),
            Call("api.shop-one.test", "/v2/me", frozenset({"secret_token"}), headers=bearer),
            _get("api.shop-one.test", "/v2/catalog", {"page": 2, "sort": "price", "category": "shoes"}),
            _get("img.shop-one.test", "/p/8812.webp", {"w": 640, "q": 80}),
        ),
        "shop-checkout": (
            _json(
                "pay.shop-two.test",
                "/checkout",
                {
                    "card": {"number": "4556737586899855", "cvc": "123", "exp": "11/29", "holder": who.name},
                    "shipping": {"street": "Lindenstrasse 14", "zip": "10969", "city": "Berlin", "country": "DE"},
                    "amount": 4990,
                    "currency": "EUR",
                },
                "payment_card",
                "postal_address",
            ),
        ),
        "taxi": (
            _json(
                "api.taxi-app.test",
                "/rides",
                {
                    "pickup": {"latitude": 52.516275, "longitude": 13.377704},
                    "dropoff": {"latitude": 52.525, "longitude": 13.3694},
                    "passenger": {"name": who.name, "phone": who.phone},
                },
                "geo_location",
                "person_name",
                "phone",
                headers=(),
            ),
            _json("eta.taxi-app.test", "/eta", {"zone": "berlin-mitte", "class": "standard"}),
        ),
        "loan": (
            _json(
                "collect.quick-loan.test",
                "/sync",
                {
                    "contacts": [
                        {"name": "Amina Diallo", "phone": "+233241234567"},
                        {"name": "Kofi Mensah", "phone": "+233201234568"},
                        {"name": "Esi Owusu", "phone": "+233501234569"},
                    ]
                },
                "contact_list",
                "phone",
                "person_name",
            ),
            _json(
                "collect.quick-loan.test",
                "/apps",
                {
                    "app_list": ["com.whatsapp", "com.opera.mini.native", "org.telegram.messenger", "com.mtn.momo"],
                    "imei": "356938035643809",
                },
                "app_list",
                "device_id",
            ),
        ),
        "cycle": (
            _json(
                "events.cycle-app.test",
                "/log",
                {
                    "symptoms": ["cramps"],
                    "diagnosis": "endometriosis",
                    "medication": "ibuprofen",
                    "pregnancy_status": "trying",
                    "date": "2026-04-02",
                },
                "health",
            ),
            _json("cfg.cycle-app.test", "/flags", {"platform": "ios", "version": "8.1"}),
        ),
        "dating": (
            _json(
                "api.match-app.test",
                "/profile",
                {
                    "first_name": who.first,
                    "birthday": "1991-07-14",
                    "gender": "female",
                    "sexual_orientation": "bisexual",
                    "religion": "none",
                    "bio": "climber",
                },
                "person_name",
                "birth",
                "demographic",
                unsure=("message_content",),
            ),
        ),
        "chat": (
            Call(
                "ws.chat-app.test",
                "/socket",
                frozenset({"message_content", "phone"}),
                websocket=(
                    json.dumps(
                        {
                            "type": "message",
                            "from": who.phone,
                            "to": "+4915112345679",
                            "text": "see you at eight, I love that place",
                        }
                    ),
                    json.dumps({"type": "typing", "room": "r1"}),
                ),
            ),
        ),
        "graphql": (
            _json(
                "gw.social-app.test",
                "/graphql",
                {
                    "operationName": "UpdateProfile",
                    "query": "mutation UpdateProfile($input: ProfileInput!) { updateProfile(input: $input) { id } }",
                    "variables": {"input": {"email": who.mail, "phoneNumber": who.phone, "displayName": "ines"}},
                },
                "email",
                "phone",
                unsure=("person_name", "username"),
            ),
            _json(
                "gw.social-app.test",
                "/graphql",
                {"query": "query Feed { feed(first: 20) { id title } }", "variables": {}},
            ),
        ),
        "graphql-literal": (
            _json(
                "gw.event-app.test",
                "/query",
                {"query": f'mutation {{ rsvp(email: "{who.mail}", seats: 2) {{ ok }} }}'},
                "email",
            ),
        ),
        "multipart": (
            Call(
                "upload.kyc-app.test",
                "/documents",
                frozenset({"person_name", "national_id"}),
                kind="multipart/form-data; boundary=X-B",
                body=b'--X-B\r\nContent-Disposition: form-data; name="full_name"\r\n\r\nInes Okafor\r\n'
                b'--X-B\r\nContent-Disposition: form-data; name="passport_number"\r\n\r\nC01X00T47\r\n--X-B--\r\n',
            ),
        ),
        "protobuf": (
            Call(
                "telemetry.map-app.test",
                "/v1/fix",
                frozenset({"geo_location"}),
                kind="application/x-protobuf",
                body=_text_field(1, "session-start")
                + _text_field(2, _double_pair(52.520008, 13.404954))
                + _text_field(3, "android"),
            ),
            Call(
                "account.map-app.test",
                "/v1/update",
                frozenset({"email"}),
                kind="application/x-protobuf",
                body=_text_field(1, "update") + _text_field(4, _text_field(1, who.mail) + _text_field(2, "de")),
            ),
        ),
        "grpc": (
            Call(
                "grpc.bank-app.test",
                "/bank.v1.Users/Invite",
                frozenset({"email", "phone"}),
                kind="application/grpc",
                body=_grpc(_text_field(1, who.mail) + _text_field(2, who.phone)),
            ),
        ),
        "brotli": (
            _packed(
                _json(
                    "in.news-app.test",
                    "/e",
                    {"reader": {"email": who.mail}, "article": "budget-2026", "dwell": 31},
                    "email",
                ),
                "br",
            ),
        ),
        "zstd": (
            _packed(
                _json(
                    "in.fit-app.test",
                    "/e",
                    {"hr": [61, 63, 62], "device": {"mac": "3C:22:FB:7A:01:9E"}, "steps": 4120},
                    "device_id",
                ),
                "zstd",
            ),
        ),
        "weather": (
            _get(
                "api.weather-app.test", "/forecast", {"lat": "52.52", "lon": "13.41", "units": "metric"}, "geo_location"
            ),
            _get("tiles.weather-app.test", "/6/33/21.png", {"style": "dark"}),
        ),
        "iot": (
            _json(
                "hub.lamp-app.test",
                "/pair",
                {
                    "ssid": "FRITZ!Box 7590",
                    "bssid": "3C:A6:2F:11:22:33",
                    "wifi_password": "correct-horse-9",
                    "serial": "LAMP00317",
                },
                "device_id",
                "password",
            ),
        ),
        "insurance": (
            _json(
                "api.insure-app.test",
                "/quote",
                {
                    "vehicle": {"license_plate": "B-IO 4921", "vin": "WVWZZZ1JZXW000001"},
                    "iban": "DE89370400440532013000",
                    "date_of_birth": "14.07.1991",
                },
                "vehicle",
                "bank_account",
                "birth",
            ),
        ),
        "travel": (
            _form(
                "m.fly-app.test",
                "/booking",
                {"lastName": who.last, "pnr": "X7K2QP", "ticketNumber": "2201234567890"},
                "person_name",
                "travel",
            ),
        ),
        "otp": (_json("auth.pay-app.test", "/verify", {"phone": who.phone, "otp": "482913"}, "phone", "pin_otp"),),
        "referer": (
            Call(
                "pixel.tracker-net.test",
                "/p.gif",
                frozenset({"email"}),
                headers=(("Referer", f"https://shop.test/reset?email={who.mail}"),),
            ),
        ),
        # More of both, written after the rules were settled for the archives above
        "kochava": (
            _json(
                "control.kochava.com",
                "/track/json",
                {
                    "action": "install",
                    "kochava_device_id": "KA1714800000t5f1c7b9e2d444c0b9b5a7e21c8d0a6f3",
                    "data": {
                        "adid": who.gaid,
                        "android_id": who.android_id,
                        "device": "Pixel 8-google",
                        "volume": 0.4,
                        "ssid": "Home-5G",
                    },
                },
                "device_id",
            ),
        ),
        "airship": (
            _json(
                "device-api.urbanairship.com",
                "/api/channels",
                {
                    "channel": {
                        "device_type": "android",
                        "opt_in": True,
                        "push_address": who.push,
                        "named_user_id": "user-88213",
                    },
                    "identity_hints": {"user_id": "0f8fad5b-d9cb-469f-a165-70867728950e"},
                },
                "person_id",
                unsure=("device_id", "secret_token"),
            ),
        ),
        "leanplum": (
            _form(
                "api.leanplum.com",
                "/api",
                {
                    "action": "start",
                    "userId": who.mail,
                    "deviceId": "3C22FB7A019E3C22",
                    "appId": "app_abc",
                    "city": "Lagos",
                    "location": "6.524379,3.379206",
                    "locale": "en_NG",
                },
                "email",
                "device_id",
                "geo_location",
                unsure=("postal_address", "person_id"),
            ),
        ),
        "mapbox": (
            _json(
                "events.mapbox.com",
                "/events/v2",
                [
                    {
                        "event": "location",
                        "lat": 51.507351,
                        "lng": -0.127758,
                        "horizontalAccuracy": 8,
                        "sessionId": "7a1c8d0a6f35f1c7b9e2d444c0b9b5a7e",
                    }
                ],
                "geo_location",
                unsure=("secret_token",),
            ),
        ),
        "zendesk": (
            _json(
                "acme.zendesk.com",
                "/api/v2/requests.json",
                {
                    "request": {
                        "requester": {"name": who.name, "email": who.mail},
                        "subject": "Refund",
                        "comment": {"body": "Hello, my parcel never arrived, please help me with a refund."},
                    }
                },
                "person_name",
                "email",
                unsure=("message_content",),
            ),
        ),
        "auth-service": (
            _json(
                "tenant.auth-service.test",
                "/oauth/token",
                {
                    "grant_type": "password",
                    "username": who.mail,
                    "password": "hunter2-Blue-Sky",
                    "client_id": "mobile",
                    "scope": "openid",
                },
                "email",
                "password",
                unsure=("username",),
            ),
            _form(
                "tenant.auth-service.test",
                "/oauth/token",
                {
                    "grant_type": "refresh_token",
                    "refresh_token": "v1.MjAyNi0wNS0wNFQxMDowMDowMFo.k3Qm7vB2nR5tZ8wLc4dPf6h",
                    "client_id": "mobile",
                },
                "secret_token",
            ),
        ),
        "clinic": (
            _json(
                "api.clinic-app.test",
                "/appointments",
                {
                    "patient": {"full_name": who.name, "insurance_number": "M123456785", "date_of_birth": "1991-07-14"},
                    "reason": "follow-up",
                    "blood_type": "A+",
                    "allergies": ["penicillin"],
                },
                "person_name",
                "birth",
                "health",
                unsure=("national_id",),
            ),
        ),
        "courier": (
            _json(
                "track.courier-app.test",
                "/v1/positions",
                {
                    "points": [
                        {"lat": 40.712776, "lon": -74.005974, "t": 1714800000},
                        {"lat": 40.713, "lon": -74.0061, "t": 1714800005},
                    ],
                    "courier": "c-17",
                },
                "geo_location",
            ),
        ),
        "bank": (
            _json(
                "api.neo-bank.test",
                "/transfer",
                {
                    "iban": "GB29NWBK60161331926819",
                    "recipient_name": "Kofi Mensah",
                    "amount": "120.00",
                    "reference": "rent may",
                },
                "bank_account",
                "person_name",
                headers=bearer,
                unsure=("secret_token", "financial"),
            ),
        ),
        "school": (
            _form(
                "portal.school-app.test",
                "/enrol",
                {"student_name": "Tom Okafor", "guardian_email": who.mail, "guardian_phone": who.phone, "grade": "4"},
                "person_name",
                "email",
                "phone",
            ),
        ),
        "smart-tv": (
            _json(
                "acr.tv-app.test",
                "/beat",
                {"tifa": who.gaid, "mac": "A4:CF:12:7B:00:91", "show": "Evening News", "channel": 7},
                "device_id",
            ),
        ),
        "keyboard": (
            _json(
                "suggest.keyboard-app.test", "/v1", {"text_before": "see you", "lang": "en", "layout": "qwerty", "n": 3}
            ),
        ),
        "podcast": (
            _get("feed.podcast-app.test", "/episodes", {"show": "1234", "since": "1714800000", "order": "desc"}),
            _json(
                "log.podcast-app.test",
                "/dl",
                {"episode": "9f86d081", "bytes": 1048576, "status": "ok", "name": "episode-14"},
            ),
        ),
        "wallpaper": (
            _get("api.wall-app.test", "/list", {"q": "mountain", "w": 1080, "h": 2400, "page": 1, "client": "android"}),
        ),
        "calculator": (
            _json(
                "telemetry.calc-app.test",
                "/v1",
                {"version": "5.0.1", "os": "ios", "features": {"graph": True}, "count": 12},
            ),
        ),
        "chess": (
            _json(
                "ws.chess-app.test",
                "/move",
                {"game": "b7f2c1", "from": "e2", "to": "e4", "clock": 291, "fen": "rnbqkbnr/pppppppp/8/8/4P3/8/8"},
            ),
        ),
        "train": (
            _get(
                "api.train-app.test",
                "/routes",
                {"origin": "Berlin Hbf", "destination": "Hamburg Hbf", "date": "2026-05-04", "adults": 1},
                unsure=("travel", "postal_address"),
            ),
        ),
        "forum": (
            _json(
                "api.forum-app.test",
                "/posts",
                {"thread": 8812, "author_id": 4921, "body": "I think the second edition is much better."},
                "person_id",
                unsure=("message_content",),
            ),
        ),
        # Requests that send nothing personal
        "flags": (
            _json(
                "flags.tool-app.test",
                "/eval",
                {"context": {"platform": "android", "version": "3.1", "locale": "en"}, "keys": ["a", "b"]},
            ),
        ),
        "game": (
            _json(
                "play.puzzle-app.test",
                "/score",
                {"level": 14, "score": 22310, "moves": 18, "origin": "daily", "result": "ok"},
            ),
            _json(
                "play.puzzle-app.test",
                "/sync",
                {"version": "1.2.3", "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
            ),
        ),
        "radio": (
            _get("api.radio-app.test", "/search", {"artist": "Nina Simone", "title": "Sinnerman", "limit": 20}),
            _json(
                "log.radio-app.test",
                "/play",
                {"track": {"artist": "Nina Simone", "album": "Pastel Blues"}, "position": 31, "msg": "success"},
            ),
        ),
        "currency": (_get("rates.money-app.test", "/latest", {"base": "EUR", "symbols": "USD,GBP"}),),
        "cdn": (
            Call(
                "cdn.video-app.test",
                "/seg/0001.ts",
                headers=(
                    ("X-Request-Id", "550e8400-e29b-41d4-a716-446655440000"),
                    ("Range", "bytes=0-1023"),
                    ("X-Backend-Rtt", "0.0008"),
                    ("CF-Ray", "7d1a2b3c4d5e6f70-FRA"),
                ),
            ),
        ),
        "update": (
            _json(
                "update.editor-app.test",
                "/check",
                {
                    "build": "20260401.2",
                    "channel": "stable",
                    "sha": "4d5e6f7081929394a5b6c7d8e9f00112233445566",
                    "name": "Editor Pro",
                    "title": "Spring release",
                    "message": "error: none",
                },
            ),
        ),
        "consent": (
            _json(
                "cmp.consent-app.test",
                "/v2/config",
                {"cmpId": 28, "vendors": [1, 2, 755], "purposes": {"1": True}, "lang": "de"},
            ),
        ),
        "pages": (
            _get(
                "docs.help-app.test",
                "/article",
                {"id": "1408", "ref": "home", "from": "menu", "to": "faq", "name": "getting-started"},
            ),
        ),
        "stock": (
            _json(
                "quote.trade-app.test",
                "/watch",
                {"symbols": ["AAPL", "SAP.DE"], "interval": "1m", "position": 3, "account_type": "demo"},
            ),
        ),
        "library": (
            _json(
                "api.book-app.test",
                "/search",
                {"author": "Chinua Achebe", "isbn": "9780385474542", "publisher": "Anchor"},
            ),
        ),
        "recipes": (
            _json(
                "api.cook-app.test",
                "/list",
                {"diet": "any", "servings": 4, "ingredients": ["leek", "rice"], "user_agent": "cook/1.0"},
            ),
        ),
    }


def write_archives(folder: Path, who: Person = PERSON) -> Iterator[tuple[str, Path, list[tuple[str, str, bool]]]]:
    """Write each archive; yields its source, its path, and the host and class of what it sends, and if that is sure."""
    for name, calls in archives(who).items():
        path = folder / f"{name}.har"
        entries = [_entry(call, number) for number, call in enumerate(calls)]
        path.write_text(
            json.dumps({"log": {"version": "1.2", "creator": {"name": "made", "version": "1"}, "entries": entries}})
        )
        yield f"made-{name}", path, sorted(_labels(calls))


def _labels(calls: tuple[Call, ...]) -> set[tuple[str, str, bool]]:
    sure = {(call.host, one, True) for call in calls for one in call.classes}
    return sure | {(call.host, one, False) for call in calls for one in call.unsure}


def _entry(call: Call, number: int) -> dict[str, Any]:
    query = f"?{urlencode(call.query)}" if call.query else ""
    headers = [{"name": "Host", "value": call.host}, {"name": "User-Agent", "value": "okhttp/4.12.0"}]
    headers += [{"name": name, "value": value} for name, value in call.headers]
    request: dict[str, Any] = {
        "method": "POST" if call.body else "GET",
        "url": f"https://{call.host}{call.path}{query}",
    }
    if call.body:
        headers.append({"name": "Content-Type", "value": call.kind})
        request["postData"] = {
            "text": base64.b64encode(call.body).decode(),
            "encoding": "base64",
            "mimeType": call.kind,
        }
    request["headers"] = headers
    entry: dict[str, Any] = {
        "startedDateTime": f"2026-05-04T10:00:{number:02}.000Z",
        "time": 40,
        "request": request,
        "response": {"status": 200, "headers": [], "content": {"size": 0}},
    }
    if call.websocket:
        entry["_webSocketMessages"] = [{"type": "send", "opcode": 1, "data": text} for text in call.websocket]
        request["url"] = request["url"].replace("https:", "wss:")
    return entry
