"""Nobody who is not signed in gets into the marketplace, by whatever address."""

from flask import Flask

from app.core.guard import policy_of


def test_every_address_asks_for_a_sign_in_but_the_one_that_ends_mails(app: Flask, cast, client) -> None:
    open_doors, asked = [], 0
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("market."):
            continue
        policy = policy_of(app.view_functions[rule.endpoint])
        assert policy is not None
        if policy.name == "public":
            open_doors.append(rule.endpoint)
            continue
        values = dict.fromkeys(rule.arguments, "x")
        for name in rule.arguments:
            converter = rule._converters[name]
            values[name] = sorted(converter.items)[0] if hasattr(converter, "items") else "1"
        with app.test_request_context():
            built = rule.build({name: int(v) if v == "1" else v for name, v in values.items()})
        assert built is not None
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            answer = client.open(built[1], method=method, headers={"Accept": "application/json"})
            asked += 1
            assert answer.status_code == 401, (method, built[1])
    assert open_doors == ["market.unsubscribe"]
    assert asked >= 18
