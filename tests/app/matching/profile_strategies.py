"""Made-up profiles for property tests: few words and codes, so that pairs do meet."""

from hypothesis import strategies as st

from app.matching.profiles import Profile, Statement

WORDS = (
    "polymer",
    "recycling",
    "laser",
    "welding",
    "sensor",
    "battery",
    "coating",
    "film",
    "robot",
    "Prüfung",
    "énergie",
)
KINDS = ("commercial", "technical", "research", "supplier")
POSITIONS = ("inputs", "components", "design", "manufacturing", "recovery")
SECTORS = ("22", "22.2", "22.21", "22.22", "38.32")

texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
some = st.none() | st.integers(1, 9)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    low, high = draw(some), draw(some)
    if low and high and low > high:
        low, high = high, low
    return Statement(
        draw(st.integers(1, 10**6)),
        draw(texts),
        draw(texts),
        tuple(draw(st.lists(st.sampled_from(WORDS), max_size=2, unique=True))),
        low,
        high,
        draw(st.none() | st.sampled_from(KINDS)),
    )


def _few(choices: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(choices), max_size=2, unique=True).map(tuple)


def profiles(profile_id: int, organisation_id: int | None = None) -> st.SearchStrategy[Profile]:
    return st.builds(
        Profile,
        id=st.just(profile_id),
        organisation_id=st.just(organisation_id or profile_id),
        country=st.none() | st.sampled_from(("AT", "FR")),
        languages=_few(("en", "de", "fr")),
        sectors=_few(SECTORS),
        size=st.none() | st.sampled_from(("micro", "large")),
        value_chain_position=st.none() | st.sampled_from(POSITIONS),
        participant_type=st.none() | st.sampled_from(("company", "research")),
        needs=st.lists(statements(), max_size=3).map(tuple),
        offers=st.lists(statements(), max_size=3).map(tuple),
        wanted_sectors=_few(SECTORS),
        wanted_positions=_few(POSITIONS),
        wanted_types=_few(("company", "research")),
        wanted_sizes=_few(("micro", "large")),
        wanted_countries=_few(("AT", "FR")),
    )


def events(people: int) -> st.SearchStrategy[list[Profile]]:
    return st.tuples(*(profiles(number) for number in range(1, people + 1))).map(list)
