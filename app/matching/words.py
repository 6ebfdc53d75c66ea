"""Words of a text: language guessed by its function words, stop words dropped, the rest cut to their stems.

Nothing is downloaded: stems come from the Snowball algorithms, function words from the lists below. A text in a
language without a list keeps all its words and their full forms; the letters part of the text score still compares
it.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

_WORD = re.compile(r"[^\W_]+")

_STOP_TEXT = {
    "en": """a about also am an and any are as at be been but by can could do does each eg etc for from had has have
        he her his how if in into is it its may more most no nor not of on only or other our out over she should so
        some such than that the their them then there these they this those through to under up was we were what when
        where which while who will with would you your""",
    "de": """aber alle als also am an auch auf aus bei beim bis da damit das dass dem den der des die dies diese
        dieser durch ein eine einem einen einer eines er es für gegen hat haben ihr ihre ihren im in ist kann können
        mit nach nicht noch nur oder ohne sein sich sie sind so sowie über um und uns unser unsere unter vom von vor
        was wenn wer werden wie wir wird zu zum zur zwischen""",
    "fr": """à au aux avec ce ces cette ceux chez comme dans de des du elle elles en entre est et eux il ils je la le
        les leur leurs lui mais même ne nos notre nous on ont ou où par pas plus pour qu que qui sa sans se ses son
        sont sous sur tous tout toute très un une vos votre vous y""",
    "es": """a al algo ante así aunque como con contra cual cuando de del desde donde e el ella ellos en entre era es
        esa ese eso esta este esto están está han hasta la las le les lo los más me mi muy ni no nos nuestra nuestro
        o os otra otro para pero por porque que quien se sea ser si sin sobre son su sus también tiene todo un una
        unas uno unos y ya""",
    "it": """a agli ai al alla alle anche c che chi ci come con cui da dagli dai dal dalla dalle degli dei del dell
        della delle di dove e ed era essere gli ha hanno i il in io la le lei lo loro ma mi ne negli nei nel nella
        nelle noi non nostra nostro o per perché più quale quando quella quello questa questo se sia si sono su sua
        sue sul sulla suo tra tutti un una uno""",
    "pt": """a ao aos as até com como da das de dela dele do dos e ela ele em entre era essa esse esta este está foi
        há isso isto já mais mas me mesmo meu muito na nas nem no nos nossa nosso não o os ou para pela pelas pelo
        pelos por qual quando que quem se sem ser seu sua são também te tem um uma você à às é""",
    "nl": """aan als bij dan dat de deze die dit doen door een en er had hebben heeft het hij hoe hun ik in is kan
        maar meer men met mijn naar niet nog of om onder ons onze ook op over te tegen tot u uit van veel voor want
        waren was wat we wel werd wie wij wordt worden zal ze zich zij zijn zo zonder""",
    "pl": """a aby albo ale bez być by był była było będzie co czy dla do gdy gdzie go i ich im iż ja jak jako je
        jego jej jest jeżeli kiedy które który która lub ma mi może na nad nam nas nasz nasza nie nim o od on ona oni
        oraz po pod poprzez przed przez przy są się ta tak także tego tej ten też to tych tym u w we wraz z za ze
        że""",
    "sv": """alla att av blev bli där de dem den denna deras dess det detta du efter eller en er ett från för ha hade
        han har hon hur här i icke in inte jag kan kunna man med mellan mot och om oss på samt sedan sig sin ska
        skall som så till under upp ut utan vad var vi vid vår våra är även över""",
    "da": """af alle at blev blive da de dem den denne der deres det dette dig din disse efter eller en er et for fra
        få ham han har havde her hun hvad hvis hvor i ikke ind jeg kan man med mellem men mod mit ned når nu og også
        om op os på samt sig sin skal som til ud under var ved vi vil vores være""",
}
STOP_WORDS = {language: frozenset(text.split()) for language, text in _STOP_TEXT.items()}

_STEMMERS = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "pt": "portuguese",
    "nl": "dutch",
    "pl": "polish",
    "sv": "swedish",
    "da": "danish",
}


_LANGUAGES_OF: dict[str, tuple[str, ...]] = {
    word: tuple(language for language, words in STOP_WORDS.items() if word in words)
    for word in frozenset().union(*STOP_WORDS.values())
}


def guess_language(tokens: Sequence[str]) -> str | None:
    """The language whose function words are most frequent among `tokens`; None when none occurs.

    A tie goes to the language listed first, English before all: titles of two words are mostly English at such
    events.
    """
    hits = dict.fromkeys(STOP_WORDS, 0)
    for token in tokens:
        for language in _LANGUAGES_OF.get(token, ()):
            hits[language] += 1
    best = max(hits, key=hits.__getitem__)
    return best if hits[best] else None


def stems(text: str) -> list[str]:
    """The stems of the words of `text` that carry meaning, in order, with repeats. Single letters are dropped."""
    return [stem for stem, _ in stems_and_words(text)]


@lru_cache(maxsize=4096)  # reasons ask for the same texts over and over, once for each partner
def stems_and_words(text: str) -> tuple[tuple[str, str], ...]:
    """Like `stems`, each with the word as it was written (in lower case), for showing."""
    tokens = _WORD.findall(text.lower())
    language = guess_language(tokens) or "en"
    return tuple([form for token in tokens if (form := _form(language, token))])


@lru_cache(maxsize=200_000)
def _form(language: str, token: str) -> tuple[str, str] | None:
    """Stem and word; None for a word that is dropped."""
    if len(token) < 2 or token in STOP_WORDS[language]:
        return None
    return str(_stemmer(language).stemWord(token)), token


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(_STEMMERS[language])
