"""Requests to back ends of apps, in other encodings and places."""

import json
from collections.abc import Mapping

from bench.recipients_made.calls import (
    Call,
    Person,
    double_pair,
    form_call,
    get_call,
    grpc_message,
    json_call,
    packed,
    text_field,
)


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    return {
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
            json_call(
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
            json_call(
                "gw.social-app.test",
                "/graphql",
                {"query": "query Feed { feed(first: 20) { id title } }", "variables": {}},
            ),
        ),
        "graphql-literal": (
            json_call(
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
                body=text_field(1, "session-start")
                + text_field(2, double_pair(52.520008, 13.404954))
                + text_field(3, "android"),
            ),
            Call(
                "account.map-app.test",
                "/v1/update",
                frozenset({"email"}),
                kind="application/x-protobuf",
                body=text_field(1, "update") + text_field(4, text_field(1, who.mail) + text_field(2, "de")),
            ),
        ),
        "grpc": (
            Call(
                "grpc.bank-app.test",
                "/bank.v1.Users/Invite",
                frozenset({"email", "phone"}),
                kind="application/grpc",
                body=grpc_message(text_field(1, who.mail) + text_field(2, who.phone)),
            ),
        ),
        "brotli": (
            packed(
                json_call(
                    "in.news-app.test",
                    "/e",
                    {"reader": {"email": who.mail}, "article": "budget-2026", "dwell": 31},
                    "email",
                ),
                "br",
            ),
        ),
        "zstd": (
            packed(
                json_call(
                    "in.fit-app.test",
                    "/e",
                    {"hr": [61, 63, 62], "device": {"mac": "3C:22:FB:7A:01:9E"}, "steps": 4120},
                    "device_id",
                ),
                "zstd",
            ),
        ),
        "weather": (
            get_call(
                "api.weather-app.test", "/forecast", {"lat": "52.52", "lon": "13.41", "units": "metric"}, "geo_location"
            ),
            get_call("tiles.weather-app.test", "/6/33/21.png", {"style": "dark"}),
        ),
        "iot": (
            json_call(
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
            json_call(
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
            form_call(
                "m.fly-app.test",
                "/booking",
                {"lastName": who.last, "pnr": "X7K2QP", "ticketNumber": "2201234567890"},
                "person_name",
                "travel",
            ),
        ),
        "otp": (json_call("auth.pay-app.test", "/verify", {"phone": who.phone, "otp": "482913"}, "phone", "pin_otp"),),
        "referer": (
            Call(
                "pixel.tracker-net.test",
                "/p.gif",
                frozenset({"email"}),
                headers=(("Referer", f"https://shop.test/reset?email={who.mail}"),),
            ),
        ),
    }
