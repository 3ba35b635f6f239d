"""How hard a text is to read: the words of its sentences, and LIX.

LIX is C. H. Björnsson's (Läsbarhet, 1968): words per sentence, which a colon ends too, and of a hundred words those of
more than six letters. Below 35 is light, 35-44 the newspaper's, 45-54 that of a textbook, above that the law's.
"""

from __future__ import annotations

import re

LONG = 6
_END = re.compile(r"(?<=[.!?»])\s+(?=[A-ZÆØÅ«»“0-9−+*{])|(?<=:)\s+|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SHORT = re.compile(r"\b(pr|fx|jan|feb|mar|apr|jun|jul|aug|sep|sept|okt|nov|dec|nr|ca|kap|mg|mio|dr)\.\s")


def sentences(text: str) -> list[str]:
    """By full stops, question marks and colons; a stop after an abbreviation ends none."""
    whole = _SHORT.sub(lambda found: f"{found[1]} ", text.replace("\u00a0", " "))
    return [part for part in _END.split(whole) if _WORD.search(part)]


def words(sentence: str) -> list[str]:
    """Numbers, marks and units are none."""
    return _WORD.findall(sentence)


def lix(text: str) -> float:
    every = [word for sentence in sentences(text) for word in words(sentence)]
    long = [word for word in every if len(word) > LONG]
    return len(every) / len(sentences(text)) + 100 * len(long) / len(every)
