"""Who answers whom in the demo world: in what requests quote, and in what the scorer finds."""

from datetime import date

import pytest

from app.demo.building import build_world
from app.matching.scoring import Filters, Matcher, Profile, Statement

TODAY = date(2027, 1, 11)
BEST = 20


@pytest.fixture(scope="module")
def world():
    return build_world(TODAY)


def profiles_of(world) -> list[Profile]:
    organisations = {row.key: (number, row) for number, row in enumerate(world.organisations, 1)}
    entries: list[Statement] = []

    def statements(written):
        made = [
            Statement(len(entries) + n, e.title, e.text, e.keywords, e.trl_min, e.trl_max, e.partnership)
            for n, e in enumerate(written)
        ]
        entries.extend(made)
        return tuple(made)

    return [
        Profile(
            id=number,
            organisation_id=organisations[person.organisation][0],
            country=organisations[person.organisation][1].country,
            languages=person.languages,
            sectors=(organisations[person.organisation][1].nace,),
            value_chain_position=person.chain,
            participant_type=person.type,
            needs=statements(person.needs),
            offers=statements(person.offers),
        )
        for number, person in enumerate(world.participants, 1)
    ]


def by_title(world, kind):
    return {e.title: e for p in world.participants for e in p.needs + p.offers if e.kind == kind}


def test_a_request_quotes_an_offer_that_answers_the_need_it_quotes(world) -> None:
    needs, offers = by_title(world, "need"), by_title(world, "offer")
    people = {person.code: person for person in world.participants}
    quoting = 0
    for request in world.requests:
        two = people[request.requester], people[request.recipient]
        said_needs = [e.title for p in two for e in p.needs if f"“{e.title}”" in request.message]
        said_offers = [e.title for p in two for e in p.offers if f"“{e.title}”" in request.message]
        if len(said_needs) == len(said_offers) == 1:
            quoting += 1
            assert offers[said_offers[0]].answers(needs[said_needs[0]]), request.message
    assert quoting > len(world.requests) / 6


def test_most_needs_are_answered_by_somebody(world) -> None:
    needs, offers = by_title(world, "need").values(), by_title(world, "offer").values()
    answered = sum(any(offer.answers(need) for offer in offers) for need in needs)
    assert answered / len(needs) > 0.9


def test_the_best_pairs_rest_on_needs_and_offers_that_answer_each_other(world) -> None:
    matcher = Matcher(profiles_of(world), filters=Filters(may_ask=frozenset(world.permissions)))
    needs, offers = by_title(world, "need"), by_title(world, "offer")
    scores = {
        (min(one, line.id), max(one, line.id)): line.score for one, lines in matcher.ranked_all(BEST) for line in lines
    }
    best = sorted(scores, key=lambda pair: (-scores[pair], pair))[:BEST]
    quoted = [r for pair in best for r in matcher.score(*pair).reasons if r.part == "text"]
    right = [reason for reason in quoted if offers[reason.offer].answers(needs[reason.need])]
    assert len(quoted) == 2 * BEST
    assert len(right) >= 0.9 * len(quoted)
