"""Writes needs and offers: a hand-written title and first sentence, filled in, and one or two sentences more.

No title and no text is used twice. Who needs and who offers what follows the organisation's field, so that the needs
of some really are the offers of others.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from app.demo.content import THEME_KEYS, Topic, ecosystem, own_language_entries, phrases, themes
from app.demo.draws import capital, weighted
from app.demo.people import Person
from app.demo.world import Entry

PARTNERSHIPS = {
    "company_need": {"supplier": 0.34, "technical": 0.24, "research": 0.16, "commercial": 0.2, "outsourcing": 0.06},
    "company_offer": {"commercial": 0.34, "technical": 0.26, "supplier": 0.22, "outsourcing": 0.1, "research": 0.08},
    "research_need": {"research": 0.88, "technical": 0.12},
    "research_offer": {"research": 0.62, "technical": 0.26, "outsourcing": 0.12},
    "cluster_need": {"research": 0.5, "commercial": 0.5},
    "cluster_offer": {"commercial": 0.6, "research": 0.4},
    "public_need": {"research": 0.4, "investment": 0.6},
    "public_offer": {"investment": 0.6, "research": 0.4},
    "investor_need": {"investment": 1.0},
    "investor_offer": {"investment": 1.0},
}
READINESS = {"company_need": (5, 9), "company_offer": (6, 9), "research_need": (3, 6), "research_offer": (2, 6)}
HOW_MANY = {1: 0.36, 2: 0.44, 3: 0.2}
OF_THE_ECOSYSTEM = {"need": 0.12, "offer": 0.08}
"""How often a company needs or offers what the ecosystem is about: money, tests, training, customers."""
SAYS_WISH = 0.2
"""How often an entry repeats in words the kind of partnership it states anyway."""
SUBJECTS = {"need": (1,), "offer": (1, 2)}
ATTEMPTS = 80
"""Draws before giving up; from half of them on, people of the ecosystem speak of any field."""
MONTHS = ("January", "February", "March", "April", "May", "June", "September", "October", "November")
Focus = tuple[list[Topic], list[Topic]]
"""What an organisation needs and what it offers."""
Sides = tuple[list[Entry], list[Entry]]
"""Needs and offers of one person."""
SIDE_OF = {"company": {"need": "need", "offer": "offer"}, "research": {"need": "seek", "offer": "share"}}


@dataclass(slots=True)
class Writer:
    """Writes entries one by one and remembers what it has written."""

    rng: random.Random
    titles: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    leads: Counter[str] = field(default_factory=Counter)
    own_leads: set[str] = field(default_factory=set)

    def entries(self, person: Person, focus: Focus) -> Sides:
        """Return the person's needs and offers; nobody needs what they offer or says the same thing twice."""
        self.own_leads = set()
        sides: dict[str, list[Entry]] = {"offer": [], "need": []}
        for kind, written in sides.items():
            topics = focus[kind == "offer"]
            offered = {entry.topic for entry in sides["offer"]}
            for _ in range(weighted(self.rng, HOW_MANY)):
                written.append(self._entry(person, kind, topics, offered))
        return sides["need"], sides["offer"]

    def _entry(self, person: Person, kind: str, topics: list[Topic], offered: set[str]) -> Entry:
        for attempt in range(ATTEMPTS):
            topic = self._topic(person, kind, topics)
            entry = None
            if topic.theme == "ecosystem" or topic.key not in offered:
                entry = self._try(person, kind, topic, any_field=attempt > ATTEMPTS // 2)
            if entry is not None:
                return entry
        raise AssertionError(f"too few fragments for a {kind} of {person.organisation.theme}")

    def _topic(self, person: Person, kind: str, topics: list[Topic]) -> Topic:
        """Mostly one of the organisation's topics; now and then a neighbour's, or one of the ecosystem."""
        chance = self.rng.random()
        if person.type not in SIDE_OF:
            return self.rng.choice([t for t in ecosystem() if t.lines.get(f"{person.type}_{kind}")])
        if person.type == "company" and chance < OF_THE_ECOSYSTEM[kind]:
            return self.rng.choice([t for t in ecosystem() if t.lines.get(f"company_{kind}")])
        if chance > 0.86:
            return self.rng.choice(themes()[self.rng.choice(THEME_KEYS)].topics)
        return self.rng.choice(topics)

    def _try(self, person: Person, kind: str, topic: Topic, *, any_field: bool) -> Entry | None:
        """Write one entry on ``topic``, or None when what was drawn has been written before."""
        common, voice = topic.theme == "ecosystem", f"{person.type}_{kind}"
        labels = topic.fillings if any_field else themes()[person.organisation.theme].labels
        options = [
            (self.leads[line.lead], self.rng.random(), capital(line.title.format(m=" and ".join(group))), line, group)
            for line in topic.lines[voice if common else SIDE_OF[person.type][kind]]
            for group in subjects_of(kind, labels if common else topic.fillings)
            if line.lead not in self.own_leads
        ]
        # The least used first sentence comes first, so that each returns as late as possible.
        free = [option for option in options if option[2] not in self.titles]
        if not free:
            return None
        *_, title, line, subjects = min(free, key=lambda option: option[:3])
        self.titles.add(title)
        self.leads[line.lead] += 1
        self.own_leads.add(line.lead)
        about = (*subjects, field_of(subjects)) if common else subjects
        partnership = weighted(self.rng, PARTNERSHIPS[voice])
        tone = f"ecosystem_{kind}" if common and person.type != "company" else voice
        low, high = self._readiness(voice)
        return Entry(
            kind=kind,
            title=title,
            text=self._text(capital(line.lead.format(m=" and ".join(subjects))), tone, partnership),
            keywords=(*line.keywords, *about) if common and person.type != "company" else line.keywords,
            trl_min=low,
            trl_max=high,
            partnership=partnership,
            topic=topic.key,
            subjects=about,
        )

    def _text(self, lead: str, voice: str, partnership: str) -> str:
        """Return the lead with up to two further sentences, in words nobody else has."""
        for _attempt in range(40):
            sentences = [lead]
            if self.rng.random() < 0.74:
                sentences.append(self._context(voice))
            if self.rng.random() < SAYS_WISH:
                sentences.append(self.rng.choice(phrases()["wish"][partnership]))
            text = " ".join(sentences)
            if text not in self.texts:
                break
        self.texts.add(text)
        return text

    def _context(self, voice: str) -> str:
        sentence: str = self.rng.choice(phrases()["context"][voice])
        return capital(
            sentence.format(
                n=self.rng.choice((8, 12, 20, 35, 40, 60, 90, 150, 240, 300, 450)),
                money=self.rng.choice((20, 35, 50, 80, 120, 200)),
                month=self.rng.choice(MONTHS),
                weeks=self.rng.choice(("two", "three", "four", "six", "eight")),
                partners=self.rng.choice(("three", "four", "five", "six", "seven", "nine", "eleven")),
            )
        )

    def _readiness(self, voice: str) -> tuple[int, int]:
        lowest, highest = READINESS.get(voice, (4, 9))
        low = self.rng.randint(lowest, highest)
        return low, min(highest, low + self.rng.randint(0, 2))

    def own_language(self) -> Iterator[tuple[str, str, Entry]]:
        """Yield theme, language and entry for every text written in another language than English."""
        for row in own_language_entries():
            for filling in row["m"]:
                title, text = row["title"].format(m=filling), capital(row["text"].format(m=filling))
                voice = f"company_{row['side']}"
                low, high = self._readiness(voice)
                partnership = weighted(self.rng, PARTNERSHIPS[voice])
                found = Entry(
                    kind=row["side"],
                    title=title,
                    text=text,
                    keywords=tuple(row["keywords"]),
                    trl_min=low,
                    trl_max=high,
                    partnership=partnership,
                    topic=f"{row['theme']}/{row['topic']}",
                    subjects=(filling,),
                    language=row["lang"],
                )
                yield row["theme"], row["lang"], found


def subjects_of(kind: str, fillings: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What a need or an offer may be about: a need about one thing, an offer about one or two."""
    return [group for size in SUBJECTS[kind] for group in combinations(fillings, size)]


def field_of(subjects: tuple[str, ...]) -> str:
    """The name of the field that one of its labels stands for.

    Clusters, authorities and investors write it beside their keywords; among companies of one trade it tells nothing.
    """
    return next(theme.name for theme in themes().values() if subjects[0] in theme.labels)


def focus_of(rng: random.Random, theme: str) -> Focus:
    """Return the topics an organisation of ``theme`` needs and those it offers; none is on both sides."""
    topics = list(themes()[theme].topics)
    rng.shuffle(topics)
    return topics[:3], topics[3:]
