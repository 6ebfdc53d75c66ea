"""Nobody who is not signed in gets into the marketplace; and no other feature reads entries past its queries."""

import ast
from pathlib import Path

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


APP = Path(__file__).resolve().parents[3] / "app"
READERS = {
    "app/matching/gathering.py": "turns what `entries_for_matching` gave into profiles",
    "app/meetings/directory.py": "conditions of a search, each with `openly_shown`",
    "app/demo/market.py": "writes the demo",
    "app/demo/peopling.py": "writes the demo",
    "app/demo/queries.py": "counts",
}
"""Who may know the table itself, and why that gives nobody away. Everybody else takes faces from the queries."""


def test_no_other_feature_reads_the_table_of_entries() -> None:
    """An anonymous entry is safe only while everything that shows entries goes through `app.marketplace.queries`."""
    found = set()
    for path in APP.rglob("*.py"):
        name = path.relative_to(APP.parent).as_posix()
        if name.startswith("app/marketplace/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            from_models = isinstance(node, ast.ImportFrom) and node.module == "app.marketplace.models"
            if from_models and "Entry" in {alias.name for alias in node.names}:
                found.add(name)
    assert found == set(READERS)
