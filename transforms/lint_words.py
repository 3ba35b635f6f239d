"""Rules for words wherever they stand: letters that were broken on the way, and words that judge."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from transforms.lint import Finding, found
from transforms.lint_prose import Passage

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_MISREAD_AS = ("cp1252", "latin-1", "cp1250", "mac_roman", "cp865")
"""What a machine that does not know better takes UTF-8 for."""
_ADDRESS = re.compile(r"\S+\.(dk|com|org|net|eu|int)\b\S*")
_END = r"[^\W_]*"
_WRITTEN_OUT = re.compile(
    r"\b(aar|aaret|aars|saa|ogsaa|naar|paa|maa|maal|maalet|maalepunkt@|maaling@|maaned@|maaske|maade|faa|faar|gaar|"
    r"staar|saadan|saerlig@|raad|raadgiv@|aaben|aabne|aabent|laege@|laere|laes|laese@|laengere|laenge|vaere|vaeret|"
    r"vaelge@|vaesentlig@|naeste|naer|naesten|praeparat@|aendr@|aeldre|aeldst@|spoerg@|foer|foerste|foelge@|oensk@|"
    r"moede@|koen|boern@|hoej@|stoerre|stoerst@|noedvendig@|proev@|behoev@|goer|oere@|oeje@|loesning@|droeft@|soeg@)"
    r"\b".replace("@", _END),
    re.IGNORECASE,
)
"""Common Danish words with ae, oe or aa where æ, ø or å belongs; none of them is a word as it stands here."""
_WHO = r"(praksis\w*|klinik\w*|læger?|lægerne|klynge\w*|I)"
_JUDGING = {
    "da": re.compile(
        rf"\b((over|under)forbrug\w*|fejlordin\w*|(over|under)præster\w*|sjusk\w*|efternøler\w*|synder(en|e|ne)?|"
        rf"bundskraber\w*|duks(e|en|ene)?|uacceptab\w*|utilfredsstillende|skuffende|pinlig\w*|kritisab(el|le)|"
        rf"bedst i klassen|dårligst i klyngen|{_WHO} (der )?klarer (sig|jer) (bedre|bedst|dårlig\w*|godt|værst)|"
        rf"(?<!eller )(dårlige?|dårligste|god|gode) (praksis|praksisser|læger?|kvalitet)|{_WHO} burde|"
        rf"halter (efter|bagud)\w*|lever ikke op til|bestået|dumpe[tr]?)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b((over|under)use[ds]?(?! headache)|over-?prescrib\w*|(over|under)-?perform\w*|outliers?|unacceptabl\w*|"
        r"unsatisfactory|disappointing|(?<!or )(worst|best|poor|bad|good) (practices?|performers?|doctors?|quality)|"
        r"sloppy|culprits?|offenders?|laggards?|(practices?|doctors?|you) should have|falls? short|lags? behind|"
        r"pass(ed)? or fail(ed)?)\b",
        re.IGNORECASE,
    ),
}
"""Words that tell a practice that it is good or bad. Variation is neither; a report that says so is not read again."""
_DENIED = re.compile(r"\b(ikke|hverken|aldrig|ingen|uden|not|neither|never|nor|no|without)\b[^.]{0,60}$", re.IGNORECASE)
"""Ahead of such words it says that figures are no verdict."""


def broken_characters(passage: Passage) -> Iterator[Finding]:
    """Letters that were read in the wrong encoding, were lost, or consist of two characters where one belongs."""
    words = passage.words
    for run in dict.fromkeys(_FOREIGN.findall(words)):
        if meant := _meant(run):
            wrong, remedy = f"{run!r} was {meant!r} before it was read as another encoding", f"Write {meant!r} again"
            yield found("broken-characters", passage.place, wrong, f"{remedy}, and save the file in UTF-8")
    if "\ufffd" in words:
        wrong = "a letter was lost here (U+FFFD stands in its place)"
        yield found("broken-characters", passage.place, wrong, "Write the letter again, and save the file in UTF-8")
    if unicodedata.normalize("NFC", words) != words:
        wrong = "a letter is put together of two characters, such as a and a ring: searching does not find it"
        yield found("broken-characters", passage.place, wrong, "Type the word again")


def _meant(run: str) -> str | None:
    """What `run` was before its UTF-8 was taken for something else; None where it cannot have been."""
    for encoding in _MISREAD_AS:
        try:
            meant = run.encode(encoding).decode()
        except UnicodeError:
            continue
        # Å before a closing quotation mark looks like a letter of Slovak: only what a Danish text may hold was meant.
        if all("\u00a0" <= letter <= "\u00ff" or "\u2010" <= letter <= "\u20ac" for letter in meant):
            return meant
    return None


def danish_letters(passage: Passage) -> Iterator[Finding]:
    """Danish words that are written with ae, oe or aa."""
    words = _ADDRESS.sub("", passage.words) if passage.language == "da" else ""
    if written := dict.fromkeys(match[0] for match in _WRITTEN_OUT.finditer(words)):
        wrong = f"{', '.join(written)}: written without æ, ø or å"
        yield found("danish-letters", passage.place, wrong, "Write the Danish letters")


def judging_words(passage: Passage) -> Iterator[Finding]:
    """Words that judge a practice, other than where a text says that figures do not."""
    words = passage.words
    matches = [
        match for match in _JUDGING[passage.language].finditer(words) if not _DENIED.search(words, 0, match.start())
    ]
    if said := dict.fromkeys(match[0] for match in matches):
        wrong = f"{', '.join(repr(word) for word in said)} judges"
        yield found("judging-words", passage.place, wrong, "Say what the figures show and ask; leave the verdict out")


WORD_RULES = (broken_characters, danish_letters, judging_words)
