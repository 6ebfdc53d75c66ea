"""The value chain of a campaign and its technologies."""

import pytest

from app.core.errors import Invalid
from app.surveys.chains import Segment, checked_segments, checked_technologies, code_of, default_segments, stored


def test_the_default_chain_is_sound_and_survives_storage():
    default = default_segments()
    assert [segment.code for segment in default][:3] == ["inputs", "components", "design"]
    assert len(default) == 9
    assert stored([segment.plain() for segment in checked_segments(default)]) == default


def test_a_new_segment_gets_a_code_of_its_name():
    made = checked_segments(
        [Segment("", "Échantillons & essais"), Segment("", "echantillons essais?"), Segment("x", "X")]
    )
    assert [segment.code for segment in made] == ["echantillons_essais", "echantillons_essais_2", "x"]
    assert code_of("???") == "segment"


A, B = Segment("a", "A"), Segment("b", "B")


@pytest.mark.parametrize(
    ("segments", "part"),
    [
        ([A], "from 2 to 40"),
        ([A, Segment("c", "  ")], "Segment 2 has no name"),
        ([A, Segment("c", "a")], "there twice"),
        ([A, Segment("a", "Other")], "there twice"),
        ([A, Segment("b", "B", nace=("99999",))], "NACE"),
        ([A, Segment("b", "B", parent="z")], "must stand at the top"),
        ([A, Segment("b", "B", parent="a"), Segment("c", "C", parent="b")], "must stand at the top"),
        ([A, Segment("B!", "B")], "no code"),
        ([A, Segment("b", "x" * 121)], "too long"),
        ([Segment(f"s{n}", f"S{n}") for n in range(41)], "from 2 to 40"),
    ],
)
def test_an_unsound_chain_is_refused_with_the_reason(segments, part):
    with pytest.raises(Invalid, match=part) as refused:
        checked_segments(segments)
    assert refused.value.field == "segments"


def test_technologies_are_lines_of_code_and_name():
    assert checked_technologies("coat; Coating\n\nLaser welding\n") == [
        {"code": "coat", "name": "Coating"},
        {"code": "laser_welding", "name": "Laser welding"},
    ]


@pytest.mark.parametrize(("lines", "part"), [("a; ", "Line 1"), ("a; A\na; B", "Line 2"), ("A B; x", "Line 1")])
def test_faults_of_technologies_name_the_line(lines, part):
    with pytest.raises(Invalid, match=part):
        checked_technologies(lines)
