import pytest

from app.matching.decisions import Decisions, preset_of
from app.matching.weights import PRESETS, Weights


def test_decisions_survive_the_database_and_nothing_decided_means_the_defaults() -> None:
    decided = Decisions("", Weights(text=0.2, trl=0.5), common_slot=True, floor=0.1, per_organisation=3)
    assert Decisions.from_data(decided.as_data()) == decided
    assert Decisions.from_data({}) == Decisions()


@pytest.mark.parametrize("wrong", [{"floor": 1.5}, {"per_organisation": 0}, {"cap_factor": 0.5}, {"quiet_boost": -0.1}])
def test_nonsense_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Decisions(**wrong)


def test_a_preset_is_known_by_its_proportions() -> None:
    doubled = Weights(**{part: 2 * weight for part, weight in PRESETS["research"].as_dict().items()})
    assert preset_of(doubled) == "research"
    assert preset_of(Weights(text=0.9)) == ""
