"""Every door has a guard, and the guard keeps the outsider out."""

from flask import Flask

from app.core.guard import policy_of

OPEN_TO_ALL = {
    "public",
    "event visible",
    "public programme",
}


def test_every_endpoint_names_a_policy(app: Flask) -> None:
    rules = app.url_map.iter_rules()
    nameless = [rule.endpoint for rule in rules if policy_of(app.view_functions[rule.endpoint]) is None]

    assert nameless == []


def test_a_stranger_reads_no_closed_page_of_an_event(app: Flask, cast, sign_in) -> None:
    """Each GET page with an event in its address and no further argument, asked for by Omar."""
    omar, opened = sign_in(cast.omar), []
    for rule in app.url_map.iter_rules():
        policy = policy_of(app.view_functions[rule.endpoint])
        closed = policy is not None and policy.name not in OPEN_TO_ALL and "register" not in rule.rule
        if rule.arguments == {"slug"} and "GET" in (rule.methods or ()) and closed:
            answer = omar.get(rule.rule.replace("<slug>", cast.event.slug), headers={"Accept": "application/json"})
            if answer.status_code != 403:
                opened.append((rule.rule, answer.status_code))

    assert opened == []


def test_nobody_signed_in_changes_anything(app: Flask, cast, client) -> None:
    """Each POST to an event, from a browser in which nobody is signed in."""
    let_in = []
    for rule in app.url_map.iter_rules():
        policy = policy_of(app.view_functions[rule.endpoint])
        closed = policy is not None and policy.name not in OPEN_TO_ALL and "register" not in rule.rule
        if "slug" in rule.arguments and "POST" in (rule.methods or ()) and closed:
            values = {name: 1 for name in rule.arguments if name != "slug"}
            with app.test_request_context():
                address = build(app, rule, values, cast.event.slug)
            if address is None:
                continue
            answer = client.post(address, headers={"Accept": "application/json"})
            if answer.status_code != 401:
                let_in.append((rule.rule, answer.status_code))

    assert let_in == []


def build(app: Flask, rule, values: dict[str, int], slug: str) -> str | None:
    """An address of the rule; arguments that only take certain words get the first of them."""
    chosen: dict[str, object] = {"slug": slug}
    for name in values:
        converter = rule._converters.get(name)
        chosen[name] = converter.items.copy().pop() if hasattr(converter, "items") else 1
    built = rule.build(chosen)
    return built[1] if built else None
