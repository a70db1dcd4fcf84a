"""Maps, weather, positions and travel."""

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
        # https://github.com/radarlabs/radar-sdk-android sdk/.../RadarApiClient.kt
        "radar": (
            json_call(
                "api-verified.radar.io",
                "/v1/track",
                {
                    "id": "65f0a1b2c3d4e5f607182930",
                    "installId": "1f2e3d4c-5b6a-4798-8817-263544332211",
                    "userId": "rider-2207",
                    "deviceId": who.android_id,
                    "latitude": 50.735851,
                    "longitude": 7.100662,
                    "accuracy": 9.5,
                    "foreground": True,
                    "deviceType": "Android",
                    "deviceModel": "Pixel 8",
                    "sessionId": "1777888800",
                },
                "device_id",
                "person_id",
                "geo_location",
                headers=(("Authorization", "prj_live_pk_1f2e3d4c5b6a79881726354433221100aabbccdd"),),
                unsure=("secret_token",),
            ),
        ),
        # https://github.com/traccar/traccar-client-android app/.../ProtocolFormatter.kt
        "traccar": (
            get_call(
                "fleet.van-hire.test",
                "/",
                {
                    "id": "482910",
                    "timestamp": 1777888800,
                    "lat": 51.0504088,
                    "lon": 13.7372621,
                    "speed": 0.0,
                    "bearing": 0.0,
                    "altitude": 112.5,
                    "accuracy": 14.0,
                    "batt": 83.0,
                },
                "geo_location",
                unsure=("device_id", "person_id"),
            ),
        ),
        # https://github.com/owntracks/booklet docs/tech/json.md (MQTT)
        "owntracks": (
            Call(
                "broker.where-app.test",
                "",
                frozenset({"geo_location", "password", "device_id"}),
                mqtt=mqtt_connect("inesk-phone", "inesk", "Lantern-Field-9")
                + mqtt_publish(
                    "owntracks/inesk/phone",
                    {
                        "_type": "location",
                        "tid": "IK",
                        "tst": 1777888800,
                        "lat": 51.050408,
                        "lon": 13.737262,
                        "acc": 12,
                        "batt": 71,
                        "SSID": "Fritz-Nord",
                        "BSSID": "3c:a6:2f:90:ab:1e",
                        "conn": "w",
                    },
                ),
                unsure=("username", "person_id"),
            ),
        ),
        # https://github.com/mozilla/ichnaea docs/api/geosubmit2.rst
        "geosubmit": (
            json_call(
                "location.services.test",
                "/v2/geosubmit",
                {
                    "items": [
                        {
                            "timestamp": 1777888800123,
                            "position": {
                                "latitude": -22.753919,
                                "longitude": -43.437108,
                                "accuracy": 10.0,
                                "source": "gps",
                            },
                            "wifiAccessPoints": [
                                {"macAddress": "3c:a6:2f:90:ab:1e", "channel": 6, "signalStrength": -51},
                                {"macAddress": "3c:a6:2f:90:ab:1f", "channel": 11, "signalStrength": -77},
                            ],
                            "cellTowers": [{"radioType": "lte", "mobileCountryCode": 208, "cellId": 12345}],
                        }
                    ]
                },
                "geo_location",
                "device_id",
            ),
        ),
        # https://developers.google.com/maps/documentation/geolocation/requests-geolocation
        "geolocation": (
            json_call(
                "geolocation.position-app.test",
                "/geolocation/v1/geolocate",
                {
                    "homeMobileCountryCode": 262,
                    "carrier": "O2",
                    "considerIp": False,
                    "cellTowers": [{"cellId": 21532831, "locationAreaCode": 2862, "mobileCountryCode": 262}],
                    "wifiAccessPoints": [{"macAddress": "94-B4-0F-FD-C1-40", "signalStrength": -35}],
                },
                "device_id",
                unsure=("geo_location",),
            ),
        ),
        # https://github.com/breezy-weather/breezy-weather .../sources/openmeteo, brightsky, nominatim
        "open-meteo": (
            get_call(
                "api.open-meteo.com",
                "/v1/forecast",
                {"latitude": 48.7758, "longitude": 9.1829, "current": "temperature_2m", "timezone": "auto"},
                "geo_location",
            ),
            get_call(
                "nominatim.openstreetmap.org",
                "/reverse",
                {"lat": 48.7758459, "lon": 9.1829321, "format": "jsonv2", "zoom": 13},
                "geo_location",
            ),
            get_call(
                "tiles.cloud-map.test",
                "/v2/radar/1777888800/512/5/-12.5/48.0/2/1_1.png",
                {"size": "512", "v": "1.2.3.4"},
                unsure=("geo_location",),
            ),
        ),
        # https://github.com/breezy-weather/breezy-weather @Query("latlon"), @Query("coordinates"), @Path("lat")
        "weather-pairs": (
            get_call("api.north-weather.test", "/v1/now", {"latlon": "61.4981,23.7610", "lang": "fi"}, "geo_location"),
            get_call("api.west-weather.test", "/point", {"coordinates": "46.9480,7.4474", "v": "3"}, "geo_location"),
            get_call(
                "api.south-weather.test",
                "/locations/v1/cities/geoposition/search",
                {"q": "40.4168,-3.7038", "apikey": "Kq8w7e6r5t4y3u2i1o0pAsDfGhJkLzXc", "details": "true"},
                "geo_location",
                unsure=("secret_token",),
            ),
            get_call(
                "api.path-weather.test",
                "/forecast/Kq8w7e6r5t4y3u2i/40.416775,-3.703790",
                {"units": "si"},
                unsure=("geo_location", "secret_token"),
            ),
        ),
        # https://github.com/camaraproject/DeviceLocation code/API_definitions/location-verification.yaml
        "camara": (
            json_call(
                "network-api.operator.test",
                "/location-verification/v3/verify",
                {
                    "device": {
                        "phoneNumber": who.phone,
                        "ipv4Address": {"publicAddress": "198.51.100.66", "publicPort": 59765},
                    },
                    "area": {
                        "areaType": "CIRCLE",
                        "center": {"latitude": 50.735851, "longitude": 7.10066},
                        "radius": 50000,
                    },
                    "maxAge": 120,
                },
                "phone",
                "ip_address",
                "geo_location",
                "secret_token",
                headers=(
                    ("Authorization", f"Bearer {who.token}"),
                    ("x-correlator", "b4333c46-49c0-4f62-80d7-f0ef930f1c46"),
                ),
            ),
        ),
        # https://github.com/ahivert/tgtg-python tgtg/__init__.py
        "tgtg": (
            json_call(
                "apptoogoodtogo.com",
                "/api/auth/v5/authByEmail",
                {"device_type": "ANDROID", "email": who.mail},
                "email",
            ),
            json_call(
                "items.apptoogoodtogo.com",
                "/api/item/v8/",
                {
                    "origin": {"latitude": 48.137154, "longitude": 11.576124},
                    "radius": 5,
                    "page_size": 20,
                    "page": 1,
                    "favorites_only": False,
                },
                "geo_location",
                "secret_token",
                headers=(("Authorization", "Bearer e8x4m2p9q7w1z5v3b6n0k8j4h2g1f7d5"),),
            ),
        ),
        # https://github.com/public-transport/hafas-client docs/hafas-mgate-api.md
        "hafas": (
            json_call(
                "reiseauskunft.rail-app.test",
                "/mgate.exe",
                {
                    "lang": "de",
                    "ver": "1.44",
                    "ext": "DB.R21.12.a",
                    "auth": {"type": "AID", "aid": "n91dB8Z77MLdoR0K"},
                    "client": {"id": "DB", "type": "AND", "v": "22040000", "name": "DB Navigator"},
                    "svcReqL": [
                        {
                            "meth": "TripSearch",
                            "req": {
                                "depLocL": [{"type": "S", "lid": "A=1@L=8011160@"}],
                                "arrLocL": [{"type": "C", "crd": {"x": 13377704, "y": 52516275}}],
                                "outDate": "20260504",
                                "outTime": "100000",
                            },
                        }
                    ],
                },
                unsure=("travel", "geo_location", "secret_token"),
            ),
        ),
        # https://github.com/home-assistant/developers.home-assistant docs/api/native-app-integration/sending-data.md
        "home-assistant": (
            json_call(
                "ha.home-net.test",
                "/api/mobile_app/registrations",
                {
                    "device_id": "8f1a2b3c4d5e6f70",
                    "app_id": "io.homeassistant.companion.android",
                    "app_name": "Home Assistant",
                    "app_version": "2026.4.1",
                    "device_name": "Phone of Ines",
                    "manufacturer": "Google",
                    "os_version": "34",
                    "supports_encryption": False,
                    "app_data": {"push_token": who.push, "push_url": "https://push.home-net.test/push"},
                },
                "device_id",
                "secret_token",
                headers=(("Authorization", f"Bearer {who.token}"),),
                unsure=("person_name",),
            ),
            json_call(
                "hook.home-net.test",
                "/api/webhook/c0ffee1234567890abcdef",
                {"type": "update_location", "data": {"gps": [50.110922, 8.682127], "gps_accuracy": 16, "battery": 64}},
                "geo_location",
            ),
            json_call(
                "light.home-net.test",
                "/api/webhook/c0ffee1234567890abcdef",
                {"type": "call_service", "data": {"domain": "light", "service_data": {"entity_id": "light.kitchen"}}},
            ),
        ),
        # https://osmand.net/docs/user/plugins/trip-recording (online tracking: lat, lon, timestamp, hdop, altitude)
        "osmand-live": (
            get_call(
                "track.hike-app.test",
                "/live",
                {
                    "lat": "47.421215",
                    "lon": "10.985301",
                    "timestamp": "1777888800123",
                    "hdop": "6.0",
                    "altitude": "2962.0",
                },
                "geo_location",
            ),
        ),
        # https://www.rfc-editor.org/rfc/rfc7946 (longitude first), as fleets post it
        "geojson": (
            json_call(
                "tracks.run-app.test",
                "/v1/points",
                {
                    "locations": [
                        {
                            "type": "Feature",
                            "geometry": {"type": "Point", "coordinates": [9.993682, 53.551086]},
                            "properties": {
                                "timestamp": "2026-05-04T10:00:00Z",
                                "battery_level": 0.8,
                                "wifi": "Fritz-Nord",
                            },
                        }
                    ]
                },
                "geo_location",
            ),
        ),
        # https://openweathermap.org/api/geocoding-api (a place by name), a form of a search
        "place-search": (
            form_call(
                "search.map-lite.test",
                "/suggest",
                {"q": "Lindenplatz 4, Mainz", "limit": 5},
                unsure=("postal_address",),
            ),
        ),
    }
