"""Things at home, and fitness, of further products."""

import base64
import hashlib
import json
from collections.abc import Mapping

from bench.recipients_made.calls import (
    Call,
    Person,
    form_call,
    get_call,
    json_call,
    mqtt_connect,
    mqtt_publish,
    packed,
)  # fmt: skip


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    bearer = (("Authorization", f"Bearer {who.token}"),)
    return {
        # https://github.com/PiotrMachowski/Xiaomi-cloud-tokens-extractor token_extractor.py
        "xiaomi-login": (
            form_call(
                "account.xiaomi.com",
                "/pass/serviceLoginAuth2",
                {
                    "sid": "xiaomiio",
                    "hash": hashlib.md5(b"Grape-Lock-8", usedforsecurity=False).hexdigest().upper(),
                    "callback": "https://sts.api.io.mi.com/sts",
                    "qs": "%3Fsid%3Dxiaomiio%26_json%3Dtrue",
                    "user": who.mail,
                    "_sign": "2&V1_passport&nEQ2Y4Jr1Jm3ss5Y2oX8kJtW0Pk=",
                    "_json": "true",
                },
                "email",
                headers=(("Cookie", "sdkVersion=accountsdk-18.8.15; deviceId=kqwjzx"), ("X-Device", "kqwjzx")),
                unsure=("username", "password", "secret_token", "device_id"),
            ),
            form_call(
                "de.api.io.mi.com",
                "/app/home/device_list",
                {"data": json.dumps({"fetch_own": True, "limit": 300, "app_ver": 7})},
                "secret_token",
                unsure=("person_id",),
                headers=(
                    (
                        "Cookie",
                        "userId=6271829304; yetAnotherServiceToken=kQ8w7e6r5t4y3u2i1o0pAsDfGhJk; locale=en_GB",
                    ),
                ),
            ),
        ),
        # https://github.com/twrecked/pyaarlo pyaarlo/backend.py
        "arlo": (
            json_call(
                "ocapi-app.arlo.com",
                "/api/auth",
                {
                    "email": who.mail,
                    "password": base64.b64encode(b"Pigeon-Arch-4").decode(),
                    "language": "en",
                    "EnvSource": "prod",
                },
                "email",
                "password",
                headers=(("Source", "arloCamWeb"), ("x-user-device-id", "f7081a2b-3c4d-4e5f-8061-72839405a6b7")),
                unsure=("device_id",),
            ),
            json_call(
                "factor.arlo.com",
                "/api/finishAuth",
                {"factorAuthCode": "9f8e7d6c5b4a", "otp": "310557"},
                "pin_otp",
                "secret_token",
                headers=(("Authorization", "MkZBX3Rva2VuX2Zvcl90ZXN0cw=="),),
            ),
        ),
        # https://github.com/scottbonline/sense sense_energy/sense_api.py
        "sense": (
            form_call(
                "api.sense.com",
                "/apiservice/api/v1/authenticate",
                {"email": who.mail, "password": "Anchor-Tea-33"},
                "email",
                "password",
                "device_id",
                headers=(("x-sense-device-id", "a1b2c3d4e5f60718293a4b5c6d7e8f90"),),
            ),
            form_call(
                "mfa.sense.com",
                "/apiservice/api/v1/authenticate/mfa",
                {"totp": "772018", "mfa_token": "kQ8w7e6r5t4y3u2i1o0pAsDf", "client_time": "2026-05-04T10:00:00Z"},
                "pin_otp",
                unsure=("secret_token",),
            ),
        ),
        # https://github.com/sharkiqlibs/sharkiq sharkiq/ayla_api.py
        "sharkiq": (
            json_call(
                "user-field-39a9391a.aylanetworks.com",
                "/users/sign_in.json",
                {
                    "user": {
                        "email": who.mail,
                        "password": "Velvet-Boat-9",
                        "application": {
                            "app_id": "ios_shark_prod-3A-id",
                            "app_secret": "ios_shark_prod-74tFWGNg34LQCmR0m45SsThqrqs",
                        },
                    }
                },
                "email",
                "password",
                unsure=("secret_token",),
            ),
        ),
        # https://github.com/python-kasa/python-kasa kasa/transports/aestransport.py
        "tapo": (
            json_call(
                "wap.tplink-cloud.test",
                "/",
                {
                    "method": "login",
                    "params": {
                        "appType": "Tapo_Android",
                        "cloudUserName": who.mail,
                        "cloudPassword": "Mirror-Salt-20",
                        "terminalUUID": "0A1B2C3D4E5F60718293A4B5C6D7E8F9",
                    },
                },
                "email",
                "password",
                "device_id",
                unsure=("username",),
            ),
        ),
        # https://github.com/matin/garth garth/sso.py
        "garmin": (
            form_call(
                "sso.garmin.com",
                "/sso/signin",
                {
                    "username": who.mail,
                    "password": "Copper-Sky-88",
                    "embed": "true",
                    "_csrf": "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
                },
                "email",
                "password",
                unsure=("username",),
            ),
            form_call(
                "mfa.garmin.com",
                "/sso/verifyMFA/loginEnterMfaCode",
                {
                    "mfa-code": "550913",
                    "embed": "true",
                    "_csrf": "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
                    "fromPage": "setupEnterMfaCode",
                },
                "pin_otp",
            ),
        ),
        # https://github.com/wger-project/flutter lib/models/body_weight/weight_entry.dart
        "wger": (
            json_call(
                "wger.gym-club.test",
                "/api/v2/weightentry/",
                {"weight": "80.2", "date": "2026-05-04"},
                "secret_token",
                headers=(("Authorization", "Token f0e1d2c3b4a5968778695a4b3c2d1e0f01122334"),),
                unsure=("health",),
            ),
        ),
        # https://developer.withings.com/api-reference (form), measures of the body
        "withings": (
            form_call(
                "wbsapi.withings.net",
                "/v2/oauth2",
                {
                    "action": "requesttoken",
                    "grant_type": "authorization_code",
                    "client_id": "8f7e6d5c4b3a291807",
                    "client_secret": "1a0b9c8d7e6f50413223140516273849",
                    "code": "abcdef0123456789abcdef0123456789",
                },
                "secret_token",
            ),
        ),
        # https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html (things, nobody)
        "zigbee2mqtt": (
            Call(
                "mqtt.flat-hub.test",
                "",
                frozenset({"password"}),
                mqtt=mqtt_connect("zigbee2mqtt", "bridge", "Wicker-Drum-5")
                + mqtt_publish(
                    "zigbee2mqtt/kitchen/window", {"contact": True, "battery": 97, "linkquality": 102, "voltage": 3015}
                ),
                unsure=("username", "device_id"),
            ),
        ),
        # https://www.home-assistant.io/integrations/mqtt_json/ (a position and its accuracy)
        "mqtt-json": (
            Call(
                "mqtt.follow-me.test",
                "",
                frozenset({"password", "geo_location"}),
                mqtt=mqtt_connect("phone-44", "paulus", "Hollow-Reed-2")
                + mqtt_publish(
                    "location/paulus",
                    {"longitude": 1.004321, "latitude": 2.001234, "gps_accuracy": 50, "battery_level": 99},
                ),
                unsure=("username", "person_id"),
            ),
        ),
        # https://github.com/openmhealth/schemas blood-glucose-4.0.json
        "glucose": (
            packed(
                json_call(
                    "upload.sugar-diary.test",
                    "/v1/records",
                    {
                        "patientId": "P-204417",
                        "records": [
                            {
                                "blood_glucose": {"unit": "mg/dL", "value": 95},
                                "medication": "metformin 500 mg",
                                "note": "after breakfast",
                            }
                        ],
                        "deviceSerial": "GL-55120-8831",
                    },
                    "health",
                    "person_id",
                    "device_id",
                    "secret_token",
                    headers=bearer,
                ),
                "zstd",
            ),
        ),
        # https://developer.roku.com/docs (a player at home)
        "tv-beacon": (
            get_call(
                "beacon.tv-stick.test",
                "/v1/p.gif",
                {"rida": who.gaid, "ev": "play", "title": "Evening News", "ver": "12.0.0.4182", "ts": "1777888800123"},
                "device_id",
            ),
            get_call("art.tv-stick.test", "/poster@3x.webp", {"w": 480, "h": 720}),
        ),
        # https://learn.microsoft.com/azure/iot-hub/iot-hub-mqtt-support (topics with the name of a device)
        "iot-hub": (
            json_call(
                "hub.pump-control.test",
                "/devices/pump-17/messages/events?api-version=2020-03-13",
                {"messageId": 12, "deviceId": "pump-17", "temperature": 21.4, "humidity": 60.1},
                headers=(
                    (
                        "Authorization",
                        "SharedAccessSignature sr=hub.pump-control.test&sig=kQ8w7e6r5t4y%3D&se=1777892400",
                    ),
                ),
                unsure=("device_id", "secret_token"),
            ),
        ),
    }
