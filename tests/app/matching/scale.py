"""How long scoring takes at a given size: `python -m tests.app.matching.scale --people 15000`. Not a test.

Profiles are made up: words of two to four syllables with the frequencies of Zipf's law, two needs and two offers of
some thirty words each, keywords, readiness, kinds of partnership, languages, places in the value chain. They say
nothing about quality. Printed are wall and processor time and the peak memory of this process.
"""

import argparse
import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.matching.parts.segment import CHAIN
from app.matching.scoring import Matcher, Profile, Statement

SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "er", "in", "ol")]
KINDS = ("commercial", "technical", "research", "investment", "outsourcing", "supplier")
LANGUAGES = ("en", "de", "fr", "es", "it", "pl", "nl", "pt")


def make_profiles(people: int, seed: int = 1, vocabulary: int = 20_000) -> list[Profile]:
    """Made-up profiles; the same arguments give the same ones."""
    chance = random.Random(seed)
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(vocabulary)]
    frequency = [1 / (rank + 3) for rank in range(vocabulary)]
    write = _writer(chance, words, frequency)
    return [
        Profile(
            id=number,
            organisation_id=number * 2 // 3,
            country=chance.choice(("AT", "DE", "ES", "FR", "IT", "PL")),
            languages=("en", *chance.sample(LANGUAGES, 2)),
            sectors=(f"{chance.randint(10, 99)}.{chance.randint(10, 99)}",),
            value_chain_position=chance.choice(CHAIN),
            wanted_positions=tuple(chance.sample(CHAIN, 2)),
            needs=(write(4 * number), write(4 * number + 1)),
            offers=(write(4 * number + 2), write(4 * number + 3)),
        )
        for number in range(1, people + 1)
    ]


def _writer(chance: random.Random, words: list[str], frequency: list[float]) -> Callable[[int], Statement]:
    def write(number: int) -> Statement:
        text = chance.choices(words, frequency, k=33)
        low = chance.randint(1, 9)
        return Statement(
            number,
            " ".join(text[:4]),
            " ".join(text[4:30]),
            tuple(text[30:]),
            low,
            min(9, low + chance.randint(0, 3)),
            chance.choice(KINDS),
        )

    return write


@contextmanager
def timed(what: str) -> Iterator[None]:
    wall, processor = time.perf_counter(), time.process_time()
    yield
    spent = time.perf_counter() - wall, time.process_time() - processor
    print(f"{what:<42}{spent[0]:9.2f} s{spent[1]:9.2f} s of processor", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=15_000)
    parser.add_argument("--best", type=int, default=50)
    options = parser.parse_args()
    profiles = make_profiles(options.people)
    print(f"{options.people} people, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with timed("building"):
        matcher = Matcher(profiles)
    with timed(f"the best {options.best} of each"):
        lines = sum(len(ranked) for _, ranked in matcher.ranked_all(options.best))
    someone = profiles[0].id
    for attempt in ("first", "second"):
        with timed(f"one edited profile with everybody, {attempt} time"):
            matcher.put(profiles[0])
            lines_of_one = matcher.ranked_ways(someone, {"score": options.best, "gain": 12, "give": 12})["score"]
    with timed(f"reasons with all {options.best} of the list"):
        matcher.scores(someone, [line.id for line in lines_of_one])
    with timed("one pair with its reasons"):
        matcher.score(someone, profiles[1].id)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{lines} lines; peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
