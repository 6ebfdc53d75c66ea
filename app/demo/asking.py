"""Who asks whom for a meeting, in which words, and what comes back.

Demand follows needs and the offers that answer them, then the same topic, the same field, and chance; some people are
asked far more than others. It is not taken from the scores the product computes, so that those can be judged by it.
"""

import random
from bisect import bisect
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from app.demo.content import naming, phrases
from app.demo.draws import lowered, weighted
from app.demo.world import Entry, Organisation, Participant, Request, Veto

REQUESTS_EACH = 9.2
"""Requests per participant, about; the tail is long."""
PRIORITIES = {"must": 0.08, "high": 0.32, "normal": 0.6}
ANSWERS = {"accepted": 0.745, "open": 0.125, "declined": 0.1, "withdrawn": 0.03}
VETOES_PER_PERSON = 0.07
DAYS_OF_ASKING = 17
SAME_TOPIC = 0.1
"""What a need and an offer of one topic count when the offer does not answer the need."""
BOTH_WAYS, OWN_LANGUAGE = 0.6, 0.5
"""How often a message names both directions, and how often it is in a language both share."""


@dataclass(slots=True)
class Demand:
    """Draws requests among the participants of one world."""

    rng: random.Random
    people: list[Participant]
    organisations: dict[str, Organisation]
    permissions: frozenset[tuple[str, str]]
    now: datetime
    popularity: dict[str, float] = field(default_factory=dict)
    vetoed: set[tuple[str, str]] = field(default_factory=set)

    def vetoes(self) -> list[Veto]:
        """Return a few “do not meet”, mostly between those who offer the same."""
        found: list[Veto] = []
        for person in self.rng.sample(self.people, max(1, round(len(self.people) * VETOES_PER_PERSON))):
            strangers = [other for other in self.people if self._stranger(person, other)]
            rivals = [other for other in strangers if _offers_the_same(person, other)]
            other = self.rng.choice(rivals or strangers)
            found.append(Veto(person.code, other.code))
            self.vetoed.update(((person.code, other.code), (other.code, person.code)))
        return found

    def _stranger(self, one: Participant, other: Participant) -> bool:
        return one.organisation != other.organisation and (one.code, other.code) not in self.vetoed

    def requests(self) -> list[Request]:
        """Return all requests in the order they were asked; at most one for each two people."""
        self.popularity = {person.code: self.rng.lognormvariate(0, 1.05) for person in self.people}
        pairs: dict[frozenset[str], tuple[Participant, Participant]] = {}
        mutual: set[frozenset[str]] = set()
        for person in self.people:
            for other in self._wanted(person):
                pair = frozenset((person.code, other.code))
                if pair in pairs:
                    mutual.add(pair)
                else:
                    pairs[pair] = (person, other)
        rows = [self._request(one, other, pair in mutual) for pair, (one, other) in pairs.items()]
        rows.sort(key=lambda row: (row.asked_at, row.requester, row.recipient))
        return [replace(row, code=f"r{number:05}") for number, row in enumerate(rows, 1)]

    def _wanted(self, person: Participant) -> list[Participant]:
        """Draw, without repetition, those whom ``person`` asks."""
        how_many = min(round(self.rng.lognormvariate(0, 0.55) * REQUESTS_EACH / 1.16), 26, len(self.people) // 2)
        weights = [self._attraction(person, other) for other in self.people]
        sums = list(accumulate(weights))
        chosen: dict[str, Participant] = {}
        for _attempt in range(how_many * 4):
            if len(chosen) >= how_many or not sums[-1]:
                break
            other = self.people[bisect(sums, self.rng.random() * sums[-1])]
            chosen[other.code] = other
        return list(chosen.values())

    def _attraction(self, person: Participant, other: Participant) -> float:
        """Return how likely ``person`` asks ``other``: what they can do for each other, times how known they are."""
        if person.organisation == other.organisation or (person.type, other.type) not in self.permissions:
            return 0.0
        if (person.code, other.code) in self.vetoed:
            return 0.0
        gains = _fit(person.needs, other.offers)
        gives = _fit(other.needs, person.offers)
        near = self._theme(person) == self._theme(other)
        return (14 * gains + 9 * gives + 8 * gains * gives + 0.8 * near + 0.08) * self.popularity[other.code]

    def _theme(self, person: Participant) -> str:
        return self.organisations[person.organisation].theme

    def _request(self, one: Participant, other: Participant, mutual: bool) -> Request:
        state = "accepted" if mutual else weighted(self.rng, ANSWERS)
        answered = state in ("accepted", "declined")
        asked_at = self.now - timedelta(minutes=self.rng.randint(60, DAYS_OF_ASKING * 24 * 60))
        wait = (self.now - asked_at) * self.rng.uniform(0.02, 0.9)
        team = sum(person.organisation == other.organisation for person in self.people)
        return Request(
            code="",
            requester=one.code,
            recipient=other.code,
            message=self._message(one, other),
            priority=weighted(self.rng, PRIORITIES),
            recipient_priority=weighted(self.rng, PRIORITIES) if state == "accepted" else None,
            mutual=mutual,
            state=state,
            answer_reason=self.rng.choice(phrases()["messages"]["decline"]) if state == "declined" else "",
            any_colleague=team > 1 and self.rng.random() < 0.22,
            asked_at=asked_at,
            answered_at=asked_at + wait if answered else None,
        )

    def _message(self, one: Participant, other: Participant) -> str:
        """Return words that quote the need and the offer that meet, or a more general wish."""
        gain = _meeting_entries(one.needs, other.offers)
        give = _meeting_entries(other.needs, one.offers)
        words = self._words(one, other)
        pair = gain or give
        if pair is None:
            return self._open_question(one, other)
        if gain and give and self.rng.random() < BOTH_WAYS:
            text = self.rng.choice(words["both_ways"])
            return str(text.format(offer=gain[1].title, own=give[1].title, theirs=give[0].title))
        need, offer = pair
        side = "to_offer" if gain else "to_need"
        sentences = list(words[side])
        if one.type == "company":
            sentences += words.get(f"{side}_company", [])
        values = {"need": need.title, "offer": offer.title, "first": other.first}
        values |= {"need_low": lowered(need.title), "offer_low": lowered(offer.title)}
        return str(self.rng.choice(sentences).format(**values))

    def _open_question(self, one: Participant, other: Participant) -> str:
        fields = naming()["fields"]
        text: str = self.rng.choice(phrases()["messages"]["open_question"])
        return text.format(
            field=fields[self._theme(other)].lower(),
            mine=fields[self._theme(one)].lower(),
            first=other.first,
            organisation=self.organisations[other.organisation].name,
        )

    def _words(self, one: Participant, other: Participant) -> dict[str, list[str]]:
        """Return the sentences of a language both speak well, else English ones."""
        words: dict[str, Any] = phrases()["messages"]
        language = one.languages[0]
        if language in words["own"] and language == other.languages[0] and self.rng.random() < OWN_LANGUAGE:
            own: dict[str, list[str]] = words["own"][language]
            return own
        return words


def _offers_the_same(one: Participant, other: Participant) -> bool:
    return bool({entry.topic for entry in one.offers} & {entry.topic for entry in other.offers})


def _meeting_entries(needs: tuple[Entry, ...], offers: tuple[Entry, ...]) -> tuple[Entry, Entry] | None:
    """Return the need and the offer that answers it, if any: best those that name the same material or product."""
    pairs = [(need, offer) for need in needs for offer in offers if offer.answers(need)]
    return max(pairs, key=lambda pair: _same_thing(*pair), default=None)


def _fit(needs: tuple[Entry, ...], offers: tuple[Entry, ...]) -> float:
    """Return how many offers answer needs. About the same thing counts one and a half; the same topic without an
    answer a tenth, since people ask neighbours too."""
    pairs = [(need, offer) for need in needs for offer in offers if need.topic == offer.topic]
    return sum(1 + 0.5 * _same_thing(*pair) if pair[1].answers(pair[0]) else SAME_TOPIC for pair in pairs)


def _same_thing(need: Entry, offer: Entry) -> bool:
    return not set(need.subjects).isdisjoint(offer.subjects)


def degrees(requests: list[Request], state: str = "accepted") -> Counter[str]:
    """Return how many requests of ``state`` each participant is part of."""
    found: Counter[str] = Counter()
    for request in requests:
        if request.state == state:
            found.update((request.requester, request.recipient))
    return found
