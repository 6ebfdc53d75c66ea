"""Process templates: the shipped ones are sound, and a faulty one is refused with every place named."""

import copy
import json

import pytest

from app.core.errors import ImportRefused
from app.partnerships.templates import SHIPPED, parse_template, read_template, shipped, shipped_data


@pytest.mark.parametrize("key", SHIPPED)
def test_shipped_templates_read_and_know_their_own_name(app, key):
    assert shipped(key).key == key
    assert shipped(key).machine("partnership").title


def test_the_baseline_ships_both_regimes(app):
    sets = {s.key: s for s in shipped("s3-baseline").rule_sets}
    jrc, cop = sets["jrc_2019"], sets["s3_cop_2024"]
    letters = next(rule for rule in jrc.hard() if rule.check == "commitment_letters")
    assert letters.parameters == {"months": 24}
    assert all(rule.check != "commitment_letters" for rule in cop.rules)
    assert {(w.opens, w.closes) for w in jrc.windows} == {("02-01", "03-31"), ("09-01", "10-31")}
    assert len(cop.hard()) == 5


def test_criteria_of_each_regime_add_up_to_a_hundred_points(app):
    for rule_set in shipped("s3-baseline").rule_sets:
        assert sum(rule.points for rule in rule_set.soft()) == 100, rule_set.key


def test_every_finished_state_can_be_taken_up_again(app):
    for key in SHIPPED:
        for machine in shipped(key).machines.values():
            for state in machine.states:
                if state.kind == "done":
                    assert any(t.reopens for t in machine.leaving(state.key)), (key, machine.name, state.key)


def broken(change) -> list[tuple[str, str]]:
    data = copy.deepcopy(shipped_data("s3-baseline"))
    change(data)
    with pytest.raises(ImportRefused) as refused:
        read_template(data)
    return [(cell.column, cell.message) for cell in refused.value.cells]


def machine(data):
    return data["machines"]["partnership"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: machine(d)["transitions"][1].update(target="nowhere"), "there is no state 'nowhere'"),
        (lambda d: machine(d)["transitions"][1].update(roles=["king"]), "there is no role 'king'"),
        (lambda d: machine(d)["transitions"][1].update(roles=[]), "at least one"),
        (lambda d: machine(d)["transitions"][1].update(guards=[{"name": "magic"}]), "there is no guard 'magic'"),
        (lambda d: machine(d)["states"].append({"key": "lost", "name": "Lost", "phase": "set_up"}), "state lost"),
        (lambda d: machine(d)["states"][0].update(phase="dream"), "there is no phase 'dream'"),
        (lambda d: machine(d)["states"][0].update(kind="done"), "must have a transition that reopens it"),
        (lambda d: d["machines"].pop("membership"), "there is no machine 'membership'"),
        (lambda d: d.update(colour="blue"), "Extra inputs"),
        (lambda d: d.update(version=0), "1 or more"),
        (lambda d: d["rule_sets"][0]["rules"][0].update(check="taste"), "there is no check 'taste'"),
        (lambda d: d["rule_sets"][0]["rules"][0].update(parameters={"regions": 3}), "'states' is missing"),
        (lambda d: d["rule_sets"][0]["rules"][0]["parameters"].update(regions="many"), "whole number"),
        (lambda d: d["documents"][0]["fields"].append(d["documents"][0]["fields"][0]), "two with the key"),
        (lambda d: d["documents"][0]["fields"][2].update(choices="none"), "there is no list 'none'"),
    ],
)
def test_a_fault_is_named(app, change, words):
    faults = broken(change)
    assert any(words in message for _column, message in faults), faults


def test_broken_json_is_refused_with_its_line(app):
    text = json.dumps(shipped_data("generic-network"), indent=1).replace('"name"', "name", 1)
    with pytest.raises(ImportRefused) as refused:
        parse_template(text)
    assert refused.value.cells[0].row == text[: text.index("\n name")].count("\n") + 2
