from tieback.report.encoding import encode_row


def test_keys_have_one_order_and_lone_surrogates_are_replaced() -> None:
    assert (
        encode_row({"b": 1, "a": ["caf\udce9", {"\ud800": None}]})
        == '{"a":["caf\ufffd",{"\ufffd":null}],"b":1}'.encode()
    )
