"""The words of the product: the texts of all catalogues keep to the glossary."""

from __future__ import annotations

import pkgutil
import re

from twin import messages
from twin.glossary import GLOSSARY, Term
from twin.playback.catalogue import texts as page_texts
from twin.sensors.kinds import KINDS

TERMS = [term for terms in GLOSSARY.values() for term in terms]


def _texts() -> dict[str, tuple[str, str]]:
    """Return every text as (English, Chinese) by its key."""
    english, chinese = page_texts("en"), page_texts("zh")
    texts = {key: (english[key], chinese[key]) for key in english}
    for module in pkgutil.iter_modules(messages.__path__):
        texts |= messages.catalogue(module.name)
    return texts | {f"kind {name}": (kind.name_en, kind.name_zh) for name, kind in KINDS.items()}


def _english(term: Term) -> re.Pattern[str]:
    """Return a pattern of the English word, singular or plural, without what is in parentheses."""
    word = re.sub(r"\s*\(.*?\)", "", term.en)
    return re.compile(rf"\b{re.escape(word)}s?\b", re.IGNORECASE)


def test_no_text_has_another_word() -> None:
    """No Chinese text has a word that the glossary gives up for another."""
    known = sorted((term.zh for term in TERMS), key=len, reverse=True)
    wrong = []
    for key, (_, chinese) in _texts().items():
        rest = chinese
        for word in known:
            rest = rest.replace(word, "")
        wrong += [f"{key}: {other} for {term.zh}" for term in TERMS for other in term.not_zh if other in rest]
    assert not wrong, "\n".join(wrong)


def test_both_languages_speak_of_the_same() -> None:
    """A text that has a paired term in English has its Chinese word too; each paired term occurs somewhere."""
    for term in TERMS:
        if not term.paired:
            continue
        found = {key: chinese for key, (english, chinese) in _texts().items() if _english(term).search(english)}
        assert found, f"no text speaks of {term.en}"
        without = [key for key, chinese in found.items() if term.zh.partition("（")[0] not in chinese]
        assert not without, f"{term.en} without {term.zh}: {', '.join(without)}"


def test_no_term_is_there_twice() -> None:
    """Each word of each language stands for one thing."""
    for words in ([term.zh for term in TERMS], [term.en for term in TERMS]):
        assert len(words) == len(set(words))
