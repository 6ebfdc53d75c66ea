"""Does the text part find the right partner? A check on public notes by another author.

The notes of a classification of activities (Eurostat's NACE Rev. 2.1, tab-separated, with the columns CODE, HEADING,
LEVEL, Includes, IncludesAlso) are split: of each class that lists two activities or more, one line is taken out at
random and becomes a need; heading and remaining notes of every class are an offer. Asked is the class the line came
from. Needs and offers go through the same `StatementParts` that scores participants.
"""

import csv
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.matching.parts.text import Meaning, StatementParts
from app.matching.profiles import Profile, Statement

COLUMNS = ("CODE", "HEADING", "LEVEL", "Includes", "IncludesAlso")
CLASS_LEVEL = "4"
SEEDS = (1, 2, 3)
MEASURES = ("R@1", "R@5", "R@10", "MRR")
BASELINES = {
    "TF-IDF, words 1-2": (0.402, 0.703, 0.779, 0.541),
    "TF-IDF, characters 3-5": (0.393, 0.704, 0.791, 0.533),
    "BM25": (0.426, 0.715, 0.800, 0.561),
    "BM25 + characters, scaled and added": (0.436, 0.734, 0.802, 0.569),
}
"""Measured with scikit-learn 1.9 and bm25s 0.3 by the same protocol, seeds 1 to 3, in the order of `MEASURES`."""


@dataclass(frozen=True, slots=True)
class Split:
    """Offers by class code, and needs with the code they came from."""

    offers: dict[str, str]
    needs: list[tuple[str, str]]


def read_classes(path: Path) -> list[dict[str, str]]:
    """The rows of the classes in the file. ValueError, naming the file, if it is not such a file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t")
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{path}: the column {missing[0]} is missing; expected tab-separated notes of NACE")
        rows = [row for row in reader if row["LEVEL"] == CLASS_LEVEL]
    if not rows:
        raise ValueError(f"{path}: no row of level {CLASS_LEVEL}; there is nothing to search")
    return rows


def split_notes(rows: Iterable[dict[str, str]], seed: int) -> Split:
    """Needs and offers out of the notes; the same seed gives the same split."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable draw, no secret
    offers: dict[str, str] = {}
    needs: list[tuple[str, str]] = []
    for row in rows:
        lines = _lines(row["Includes"])
        activities = [number for number, line in enumerate(lines) if _is_activity(line)]
        if len(activities) >= 2:
            needs.append((lines.pop(chance.choice(activities)).removeprefix("- "), row["CODE"]))
        offers[row["CODE"]] = " ".join(" ".join([row["HEADING"], *lines, *_lines(row["IncludesAlso"])]).split())
    return Split(offers, needs)


def _lines(cell: str) -> list[str]:
    return re.split(r"\\n|\n", cell)


def _is_activity(line: str) -> bool:
    """A list entry with words of its own: not one that only introduces the entries below it."""
    return len(line) > 12 and line.startswith("- ") and not line.endswith(":")


def ranks(split: Split, meaning: Meaning | None = None) -> np.ndarray:
    """For each need the place of the right class, 1 the best; classes of equal score all count as before it."""
    offering = [
        Profile(number, number, offers=(Statement(number, text),)) for number, text in enumerate(split.offers.values())
    ]
    seeking = [
        Profile(number, number, needs=(Statement(number, text),))
        for number, (text, _) in enumerate(split.needs, start=len(offering))
    ]
    parts = StatementParts([*offering, *seeking], meaning=meaning)
    rows, cols = np.arange(len(offering), len(offering) + len(seeking)), np.arange(len(offering))
    scores = parts.blocks(rows, cols)["text"]
    place = {code: number for number, code in enumerate(split.offers)}
    right = scores[np.arange(len(rows)), [place[code] for _, code in split.needs]]
    return np.asarray((scores >= right[:, None]).sum(axis=1))


def measure(
    rows: list[dict[str, str]], seeds: Iterable[int] = SEEDS, meaning: Meaning | None = None
) -> dict[str, float]:
    """R@1, R@5, R@10 and the mean reciprocal rank, means over the seeds; `meaning` adds vectors to the words."""
    by_seed = []
    for seed in seeds:
        found = ranks(split_notes(rows, seed), meaning)
        by_seed.append([*((found <= k).mean() for k in (1, 5, 10)), (1 / found).mean()])
    return dict(zip(MEASURES, map(float, np.mean(by_seed, axis=0)), strict=True))
