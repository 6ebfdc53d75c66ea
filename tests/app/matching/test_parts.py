import numpy as np
import pytest

from app.matching.parts.codes import CodesPart, code_of, parent_of, with_ancestors
from app.matching.parts.partnership import partnership_fit
from app.matching.parts.segment import segment_fit
from app.matching.parts.trl import Levels, trl_fit
from app.matching.parts.wishes import WishesPart
from app.matching.profiles import Profile, Statement


@pytest.mark.parametrize(
    ("wanted", "there", "fit"),
    [
        ((6, 9), (7, 8), 1),
        ((6, 9), (5, 5), 2 / 3),
        ((6, None), (9, 9), 1),
        ((None, 4), (6, None), 1 / 3),
        ((8, 9), (1, 3), 0),
        ((None, None), (1, 3), None),
        ((8, 9), (None, None), None),
    ],
)
def test_readiness(wanted: Levels, there: Levels, fit: float | None) -> None:
    assert trl_fit(wanted, there) == (fit if fit is None else pytest.approx(fit))


@pytest.mark.parametrize(
    ("wanted", "position", "fit"),
    [
        (("inputs",), "inputs", 1),
        (("inputs",), "components", 0.5),
        (("inputs", "end_use"), "recovery", 0.5),
        (("inputs",), "end_use", 0),
        (("own place",), "own place", 1),
        (("inputs",), "own place", 0),
        ((), "inputs", None),
        (("inputs",), None, None),
    ],
)
def test_place_in_the_value_chain(wanted: tuple[str, ...], position: str | None, fit: float | None) -> None:
    assert segment_fit(wanted, position) == fit


@pytest.mark.parametrize(
    ("sought", "offered", "fit"),
    [
        ("supplier", "supplier", 1),
        ("supplier", "commercial", 0.5),
        ("research", "investment", 0),
        (None, "supplier", None),
    ],
)
def test_kind_of_partnership(sought: str | None, offered: str, fit: float | None) -> None:
    assert partnership_fit(sought, offered) == fit


def test_codes_climb_their_hierarchy_and_keywords_are_stemmed() -> None:
    assert with_ancestors("nace:22.21") == {"nace:22.21", "nace:22.2", "nace:22"}
    assert parent_of("laser") is None
    assert code_of(" Lasers ") == code_of("laser")
    assert code_of("NACE:C") == "nace:c"


def _codes_figure(seeker: Profile, partner: Profile) -> float:
    return float(CodesPart([seeker, partner]).block(np.array([0]), np.array([1]))[0, 0])


@pytest.mark.parametrize(
    ("wanted", "sectors", "figure"),
    [
        (("22.21",), ("22.21",), 1),
        (("22.21",), ("22.22",), 0.5**0.5),
        (("22.21",), ("22.2",), 0.5**0.5),
        (("22.2",), ("22.21",), 1),
        (("22",), ("22.21",), 1),
        (("22.21",), ("38.32",), 0),
        (("22.21", "38.32", "01.1", "02.1"), ("22.21",), 0.5),
        ((), ("22.21",), float("nan")),
        (("22.21",), (), float("nan")),
    ],
)
def test_sectors_same_counts_one_and_same_parent_half(
    wanted: tuple[str, ...], sectors: tuple[str, ...], figure: float
) -> None:
    found = _codes_figure(Profile(1, 1, wanted_sectors=wanted), Profile(2, 2, sectors=sectors))
    assert found == pytest.approx(figure, nan_ok=True)


def test_keywords_are_not_held_against_a_partner_who_uses_none() -> None:
    seeker = Profile(1, 1, wanted_sectors=("22",), needs=(Statement(1, "x", keywords=("laser", "film")),))
    assert _codes_figure(seeker, Profile(2, 2, sectors=("22.1",))) == 1


def test_wishes_are_the_share_that_comes_true() -> None:
    seeker = Profile(1, 1, wanted_countries=("FR", "AT"), wanted_sizes=("micro",), wanted_types=("company",))
    partner = Profile(2, 2, country="AT", size="large")
    part = WishesPart([seeker, partner])
    assert part.block(np.array([0]), np.array([1]))[0, 0] == 0.5
    assert np.isnan(part.block(np.array([1]), np.array([0]))[0, 0])
    reason = part.reason(seeker, partner)
    assert reason is not None
    assert reason.shared == ("country=AT",)
