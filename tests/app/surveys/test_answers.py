"""Answers are checked field by field, whatever they come from."""

import pytest

from app.surveys import answers
from app.surveys.questions import (
    AUTHORITY,
    BLOCKS,
    CAPABILITIES,
    COOPERATION,
    INFRASTRUCTURE,
    NEEDS,
    POSITIONS,
    RESPONDENT,
    Kind,
    asked_by,
)

ASKED = asked_by(
    [("inputs", "Raw materials"), ("testing", "Testing")],
    technologies=[("coating", "Coating"), ("sensors", "Sensors")],
    priorities=[("P1", "Bioeconomy")],
)
WHO = {"organisation": "Aurinko", "type": "small", "nuts": "FI1C1", "consent": "yes"}


def faults(block, raw, **more):
    return [(fault.name, fault.message) for fault in answers.check_form(block, raw, ASKED, **more).faults]


def test_a_sound_respondent_becomes_clean_content():
    raw = WHO | {"organisation": "  Aurinko   Oy ", "activities": "20.16; 72.10", "website": "aurinko.example.org"}
    checked = answers.check_form(RESPONDENT, raw, ASKED)
    assert checked.faults == []
    assert checked.content == {
        "organisation": "Aurinko Oy",
        "type": "small",
        "nuts": "FI1C1",
        "activities": ["20.16", "72.10"],
        "website": "https://aurinko.example.org",
        "consent": True,
    }


@pytest.mark.parametrize(
    ("changes", "name", "part"),
    [
        ({"organisation": ""}, "organisation", "Write an answer"),
        ({"organisation": "x" * 201}, "organisation", "at most 200"),
        ({"type": ""}, "type", "Choose an answer"),
        ({"type": "bank"}, "type", "use one of: micro, small"),
        ({"nuts": "ZZ9"}, "nuts", "NUTS 2024"),
        ({"activities": "20.16 999"}, "activities", "“999” is not a code"),
        ({"website": "not an address"}, "website", "https://example.org"),
        ({"consent": ""}, "consent", "consent"),
        ({"consent": "perhaps"}, "consent", "yes or no"),
    ],
)
def test_what_is_wrong_is_named_at_its_field(changes, name, part):
    (found,) = faults(RESPONDENT, WHO | changes)
    assert found[0] == name
    assert part in found[1]


def test_a_draft_may_be_incomplete_but_not_wrong():
    assert faults(RESPONDENT, {"organisation": ""}, complete=False) == []
    assert [name for name, _m in faults(RESPONDENT, {"nuts": "ZZ9"}, complete=False)] == ["nuts"]


@pytest.mark.parametrize("trl", ["0", "10", "4.5", "high", "inf", "nan", "1e400"])
def test_readiness_levels_are_whole_and_from_one_to_nine(trl):
    assert [name for name, _m in faults(CAPABILITIES, {"capability": "x", "segment": "inputs", "trl": trl})] == ["trl"]


def test_choices_are_known_by_code_or_wording_in_any_case():
    raw = {"need": "x", "segment": "raw MATERIALS", "urgency": 4, "technologies": ["Coating", "sensors", "coating"]}
    checked = answers.check_form(NEEDS, raw, ASKED)
    assert checked.faults == []
    assert checked.content == {
        "need": "x", "segment": "inputs", "urgency": "4", "technologies": ["coating", "sensors"],
    }  # fmt: skip


def test_rules_between_fields():
    base = {"name": "Line", "kind": "pilot_line"}
    assert [name for name, _m in faults(INFRASTRUCTURE, base | {"trl_from": 7, "trl_to": 4})] == ["trl_to"]
    assert [name for name, _m in faults(INFRASTRUCTURE, base | {"latitude": "51,05"})] == ["longitude"]
    assert faults(INFRASTRUCTURE, base | {"latitude": "51,05", "longitude": "3.7"}) == []


def test_a_matrix_keeps_active_segments_only():
    raw = {"inputs": {"active": "on", "role": "supplier"}, "testing": {"products": "Labs"}}
    assert answers.check_matrix(POSITIONS, raw, ASKED).content == {
        "inputs": {"active": True, "role": "supplier"},
        "testing": {"active": True, "products": "Labs"},
    }
    assert answers.check_matrix(POSITIONS, {"inputs": {"role": ""}}, ASKED).content == {}


def test_faults_of_a_matrix_name_the_segment():
    (wrong,) = answers.check_matrix(POSITIONS, {"inputs": {"role": "king"}}, ASKED).faults
    assert (wrong.name, wrong.segment) == ("role", "inputs")
    (unknown,) = answers.check_matrix(POSITIONS, {"moon": {"active": True}}, ASKED).faults
    assert unknown.segment == "moon"


def test_entries_of_a_list_get_lasting_keys():
    raw = [{"capability": "a", "segment": "inputs"}, {"key": "kept", "capability": "b", "segment": "testing"}]
    items = answers.check_items(CAPABILITIES, raw, ASKED).content["items"]
    assert items[1]["key"] == "kept"
    assert len(items[0]["key"]) == 12
    assert answers.check_items(CAPABILITIES, raw * 21, ASKED).faults[0].name == "items"


def test_a_campaign_without_technologies_says_so():
    bare = asked_by([("inputs", "Raw materials"), ("testing", "Testing")])
    raw = {"capability": "x", "segment": "inputs", "technologies": "coating"}
    (fault,) = answers.check_form(CAPABILITIES, raw, bare).faults
    assert "no list" in fault.message


def test_own_questions_of_a_campaign():
    own = [
        {
            "name": "plans",
            "label": "Plans?",
            "kind": "choice",
            "options": [["y", "Yes"], ["n", "No"]],
            "required": True,
        },
        {"name": "jobs", "label": "Jobs", "kind": "whole"},
    ]
    asked = asked_by([("a", "A"), ("b", "B")], keys=["needs"], own=own)
    assert [block.key for block in asked.blocks] == ["respondent", "needs", "own"]
    block = asked.block("own")
    assert block is not None
    assert answers.check_form(block, {"plans": "yes", "jobs": "3"}, asked).content == {"plans": "y", "jobs": 3}
    assert [f.name for f in answers.check_form(block, {"jobs": "some"}, asked).faults] == ["plans", "jobs"]


class TestMissing:
    full = {"respondent": {"organisation": "A", "type": "small", "nuts": "FI1C1", "consent": True}}

    def test_nothing_yet(self):
        assert [block.key for block, _why in answers.missing(ASKED, {})] == ["respondent"]

    def test_only_who_it_is(self):
        (found,) = answers.missing(ASKED, self.full)
        assert found[0].key == "positions"

    def test_one_part_is_enough(self):
        assert answers.missing(ASKED, self.full | {"needs": {"items": [{"key": "k", "need": "x"}]}}) == []
        assert len(answers.missing(ASKED, self.full | {"needs": {"items": []}})) == 1

    def test_parts_a_campaign_needs(self):
        asked = asked_by(ASKED.segments, required=["needs"])
        answered = self.full | {"positions": {"inputs": {"active": True}}}
        assert [block.key for block, _why in answers.missing(asked, answered)] == ["needs"]

    def test_a_region_answers_its_own_block(self):
        region = self.full["respondent"] | {"type": "public"}
        answered = {"respondent": region, "authority": {"instruments": "Vouchers"}}
        assert answers.missing(ASKED, answered) == []
        assert AUTHORITY in ASKED.blocks_for("public")
        assert AUTHORITY not in ASKED.blocks_for("small")


def test_every_choice_has_options_or_an_outer_list():
    outer = {"countries", "activities"}
    choices = [f for b in BLOCKS for f in b.fields if f.kind in {Kind.CHOICE, Kind.MULTI}]
    assert [f.name for f in choices if not ASKED.options(f) and f.options not in outer] == []
    assert COOPERATION.field("countries").options == "countries"
