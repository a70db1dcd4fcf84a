"""Things at home, cars, media players and other apps with things."""

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
)  # fmt: skip


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    return {
        # https://github.com/AlexxIT/SonoffLAN custom_components/sonoff/core/ewelink/cloud.py
        "ewelink": (
            json_call(
                "eu-apia.coolkit.cc",
                "/v2/user/login",
                {"password": "Ladder-Snow-33", "countryCode": "+49", "phoneNumber": who.phone},
                "password",
                "phone",
                headers=(
                    ("Authorization", "Sign 4m9Qk3Vm7vB2nR5tZ8wLc4dPf6hJs1aGe0uKoYiTx="),
                    ("X-CK-Appid", "R8Oq3y0eSZSYdKccHlrQzT1ACCOUT9Gv"),
                ),
                unsure=("secret_token",),
            ),
            Call(
                "eu-pconnect3.coolkit.cc",
                "/api/ws",
                frozenset({"secret_token"}),
                websocket=(
                    json.dumps(
                        {
                            "action": "userOnline",
                            "at": "a527297584f1ca030579a90d2e800481e22e850a",
                            "apikey": "24b0e1f2-a3c4-4d5e-8f60-718293a4b5c6",
                            "appid": "R8Oq3y0eSZSYdKccHlrQzT1ACCOUT9Gv",
                            "nonce": "17778888",
                            "ts": 1777888800,
                            "userAgent": "app",
                            "version": 8,
                        }
                    ),
                ),
                unsure=("person_id",),
            ),
        ),
        # https://github.com/albertogeniola/MerossIot docs/meross-protocol.rst, meross_iot/utilities/mqtt.py
        "meross": (
            Call(
                "mqtt.plug-cloud.test",
                "",
                frozenset({"password"}),
                mqtt=mqtt_connect("app:9f1c2d3e4f5061728394a5b6c7d8e9f0", "88213", "5f4dcc3b5aa765d61d8327deb882cf99")
                + mqtt_publish(
                    "/appliance/2103251832910251803248e1e9a1b2c3/subscribe",
                    {
                        "header": {
                            "from": "/app/88213-9f1c2d3e4f50/subscribe",
                            "messageId": "122e3e47835fefcd8aaf22d13ce21859",
                            "method": "GET",
                            "namespace": "Appliance.System.All",
                            "sign": "b4236ac6fb399e70c3d61e98fcb68b74",
                            "timestamp": 1777888800,
                        },
                        "payload": {},
                    },
                ),
                unsure=("username", "person_id", "device_id"),
            ),
        ),
        # https://github.com/python-ring-doorbell/python-ring-doorbell ring_doorbell/auth.py, doorbell registration
        "ring": (
            form_call(
                "oauth.ring.com",
                "/oauth/token",
                {
                    "client_id": "ring_official_android",
                    "scope": "client",
                    "grant_type": "password",
                    "username": who.mail,
                    "password": "Maple-Ferry-61",
                },
                "email",
                "password",
                "device_id",
                "pin_otp",
                headers=(
                    ("2fa-support", "true"),
                    ("2fa-code", "550172"),
                    ("hardware_id", "d0c1b2a3-9485-4766-8556-47382910aabb"),
                ),
                unsure=("username",),
            ),
            form_call(
                "api.ring.com",
                "/clients_api/session",
                {
                    "api_version": "11",
                    "device[hardware_id]": "d0c1b2a3-9485-4766-8556-47382910aabb",
                    "device[os]": "android",
                    "device[metadata][device_model]": "Pixel 8",
                    "device[metadata][resolution]": "1080x2400",
                },
                "device_id",
            ),
        ),
        # https://github.com/fronzbot/blinkpy blinkpy/api.py, auth.py
        "blink": (
            json_call(
                "rest-prod.immedia-semi.com",
                "/api/v5/account/login",
                {
                    "email": who.mail,
                    "password": "Canyon-Brush-2",
                    "unique_id": "Blinkpy_5e6f7a81-92b3-44c5-96d7-e8f90a1b2c3d",
                    "device_identifier": "Blinkpy",
                    "client_name": "Computer",
                    "reauth": True,
                },
                "email",
                "password",
                "device_id",
            ),
            json_call(
                "pin.immedia-semi.com",
                "/api/v4/account/1234/client/5678/pin/verify",
                {"pin": "190284"},
                "pin_otp",
                "secret_token",
                headers=(("TOKEN-AUTH", "kQ8w7e6r5t4y3u2i1o0pAs"),),
            ),
        ),
        # https://github.com/bdraco/yalexs yalexs/api_common.py
        "august": (
            json_call(
                "api-production.august.com",
                "/session",
                {
                    "installId": "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
                    "identifier": f"phone:{who.phone}",
                    "password": "Tulip-Harbor-7",
                },
                "device_id",
                "phone",
                "password",
                headers=(("x-august-api-key", "7cab4bbd-2693-4fc1-b99b-dec0fb20f9d5"),),
                unsure=("username", "secret_token"),
            ),
            json_call(
                "locks.august.com",
                "/validate/email",
                {"email": who.mail, "code": "481920"},
                "email",
                "pin_otp",
                "secret_token",
                headers=(("x-august-access-token", who.token),),
            ),
        ),
        # https://github.com/Hyundai-Kia-Connect/hyundai_kia_connect_api hyundai_kia_connect_api/KiaUvoApi*.py
        "car-connect": (
            json_call(
                "prd.eu-ccapi.car-brand.test",
                "/api/v1/spa/notifications/register",
                {
                    "pushRegId": "fcm-9f8e7d6c5b4a39281706f5e4d3c2b1a0",
                    "pushType": "GCM",
                    "uuid": "2d3e4f50-6172-4839-8a4b-5c6d7e8f9001",
                },
                "device_id",
                headers=(("ccsp-service-id", "fdc85c00-0a2f-4c64-bcb4-2cfb1500730a"), ("Stamp", "a8f7e6d5")),
            ),
            json_call(
                "pin.car-brand.test",
                "/api/v1/user/pin",
                {"deviceId": "2d3e4f50-6172-4839-8a4b-5c6d7e8f9001", "pin": "8810"},
                "device_id",
                "pin_otp",
                "secret_token",
                headers=(
                    ("Authorization", f"Bearer {who.token}"),
                    ("vehicleId", "c6d7e8f9-0a1b-4c2d-8e3f-405162738495"),
                ),
                unsure=("vehicle",),
            ),
            json_call(
                "owners.car-brand.test",
                "/ac/v2/rcs/rfc/findMyCar",
                {"userName": who.mail, "vin": "KMHC05LH1JU100234"},
                "email",
                "vehicle",
                unsure=("username",),
            ),
        ),
        # https://github.com/bimmerconnected/bimmer_connected bimmer_connected/vehicle/remote_services.py, account.py
        "bmw": (
            json_call(
                "cocoapi.bmwgroup.com",
                "/eadrax-dcs/v1/send-to-car/send-to-car",
                {
                    "vin": "WBA000000SECRET01",
                    "locations": [
                        {
                            "name": "some_name",
                            "coordinates": {"latitude": 48.177024, "longitude": 11.559107},
                            "address": {"formatted": "Petuelring 130, 80809 Munich"},
                        }
                    ],
                },
                "vehicle",
                "geo_location",
                "secret_token",
                headers=(
                    ("Authorization", "Bearer q8w7e6r5t4y3u2i1o0pAsDfGhJkLzXcVbNm"),
                    ("bmw-vin", "WBA000000SECRET01"),
                    ("bmw-correlation-id", "0a1b2c3d-4e5f-4061-8273-8495a6b7c8d9"),
                ),
                unsure=("postal_address",),
            ),
        ),
        # https://github.com/jellyfin/jellyfin-sdk-kotlin jellyfin-api/.../AuthorizationHeaderBuilder.kt
        "jellyfin": (
            json_call(
                "media.home-cinema.test",
                "/Users/AuthenticateByName",
                {"Username": "ines", "Pw": "Saddle-Rain-4"},
                "username",
                "password",
                "device_id",
                headers=(
                    (
                        "Authorization",
                        (
                            'MediaBrowser Client="Jellyfin Android", Version="2.6.2", DeviceId="f1'
                            'e2d3c4b5a69788", Device="Pixel 8"'
                        ),
                    ),
                ),
                unsure=("secret_token",),
            ),
            Call(
                "items.home-cinema.test",
                "/Items",
                frozenset({"secret_token", "device_id"}),
                query={"userId": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "limit": 20},
                headers=(
                    (
                        "Authorization",
                        (
                            'MediaBrowser Client="Jellyfin Android", DeviceId="f1e2d3c4b5a69788", '
                            'Token="9c8b7a6958473625140f1e2d3c4b5a69"'
                        ),
                    ),
                ),
                unsure=("person_id",),
            ),
        ),
        # https://github.com/pkkid/python-plexapi plexapi/__init__.py, myplex.py
        "plex": (
            form_call(
                "plex.tv",
                "/api/v2/users/signin",
                {"login": who.mail, "password": "Button-Cliff-90", "rememberMe": "true"},
                "email",
                "password",
                "device_id",
                headers=(
                    ("X-Plex-Client-Identifier", "b6c7d8e9f0a1b2c3d4e5"),
                    ("X-Plex-Product", "Plex for Android"),
                    ("X-Plex-Device", "Pixel 8"),
                    ("X-Plex-Version", "10.4.1.4"),
                ),
                unsure=("username",),
            ),
            get_call(
                "metadata.provider.plex.tv",
                "/library/sections/watchlist/all",
                {"X-Plex-Token": "xQ8w7e6r5t4y3u2i1o0p", "X-Plex-Container-Size": 20},
                "secret_token",
            ),
        ),
        # https://github.com/gpodder/mygpo doc/api/reference/devices.rst, events.rst
        "gpodder": (
            json_call(
                "gpodder.net",
                "/api/2/devices/inesk/phone-7.json",
                {"caption": "My Phone", "type": "mobile"},
                "password",
                headers=(("Authorization", "Basic aW5lc2s6UGFwZXItT3dsLTIy"),),
                unsure=("username", "secret_token"),
            ),
        ),
        # https://github.com/tuya/tuya-connector-python tuya_connector/openapi.py, docs of pairing
        "tuya": (
            form_call(
                "a1.tuyaeu.com",
                "/api.json",
                {
                    "a": "tuya.m.device.active",
                    "clientId": "3fjrekuxank9eaej3gcx",
                    "deviceId": "9c1b2a3d4e5f60718293a4b5c6d7e8f9a0b1c2d3e4f5",
                    "lat": "52.520008",
                    "lon": "13.404954",
                    "os": "Android",
                    "time": "1777888800",
                    "postData": json.dumps({"ssid": "Fritz-Nord", "mac": "d8:1f:12:44:9a:0c", "timeZone": "+02:00"}),
                    "sign": "0f1e2d3c4b5a69788796a5b4c3d2e1f0a1b2c3d4e5f60718293a4b5c6d7e8f90",
                },
                "device_id",
                "geo_location",
                unsure=("secret_token",),
            ),
        ),
    }
