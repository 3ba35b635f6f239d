"""The booklet: every part of a package is there, nothing a package says is acted on, and it is the same every time."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import docx
import pytest

from reports.booklet import FORMATS, TEXTS, Booklet, booklet_sources, render_booklet
from reports.booklet_texts import cleaned
from reports.bundled import BundledRenderer
from reports.wording import voice
from transforms.definitions import Package, parse_package
from transforms.kinds import KINDS
from transforms.sources import DERIVED, DIVIDERS, NOT_MEASURED, QUANTITIES

SHIPPED = sorted((Path(__file__).parents[2] / "klyngepakker").glob("*/package.toml"))
HOSTILE = (
    "<script>alert(1)</script>",
    "=1+1",
    "$x$",
    "#let x = 1",
    '#read("/etc/hosts")',
    "\\input{/etc/hosts}",
    "{{< include /etc/hosts >}}",
    "<b onclick=alert(1)>",
    "`x`{=html}",
    "@nobody",
    "*not* _strong_",
)
SOUND = ("# Ours\n\n## Fokus\n\nSee what is known.[^first][^third]\n\n"
    "| Who | When |\n|---|---|\n| **All** | May[^first] |\n")  # fmt: skip
MINUTES = ({"40": 10, "90": 30, "120": 50, "virtual": 20}, {"40": 30, "90": 60, "120": 70})


def text(words: str) -> dict[str, str]:
    return {"da": words, "en": f"{words} in English"}


def measure(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "proportion",
        "numerator": {"source": "prescriptions", "quantity": "items", "codes": ["J01CE02"], "sex": "female"},
        "denominator": {"source": "prescriptions", "quantity": "items", "codes": ["J01"], "age": "18+"},
        "per": 100,
        "title": text(f"Title of {name}"),
        "definition": text(f"Definition of {name}"),
        "unit": text("%"),
        "events": text("things"),
        "pitfalls": text(f"Pitfall of {name}"),
        **more,
    }


def package(**more: Any) -> Package:
    """A package with something of everything."""
    reference = {"publisher": "Somebody", "year": 2024, "opened": date(2026, 11, 22)}
    described = {
        "id": "prov",
        "version": "0.3",
        "status": "draft",
        "owner": "The owner",
        "author": "The author",
        "review_due": date(2027, 11, 1),
        "title": text("The package"),
        "focus": text("The question"),
        "population": text("The people"),
        "windows": {"months": 6, "followup_why": text("The season")},
        "minimum_events": 17,
        "measures": [
            measure("one", direction="lower", guidelines=["third", "first"]),
            measure("two", draft=True, draft_why=text("Not confirmed"),
                    national_aim={**text("At most ten"), "origin": "second"}),
        ],
        "pairs": [{"measures": ["one", "two"], "title": text("Both"), "why": text("They go together")}],
        "questions": [{**text("About all?")}, {**text("About two?"), "measures": ["two"]}],
        "references": [
            {"id": "first", "title": "First known", "url": "https://example.org/a_b", **reference},
            {"id": "second", "title": "Second known", "url": "http://example.org/plain", **reference},
            {"id": "third", "title": "Third known", **reference},
        ],
        "agenda": [{"what": text(f"Item {at}"), "minutes": each} for at, each in enumerate(MINUTES)],
        "feedback": [
            {"id": "fits", "text": text("Did it fit?"), "answer": "scale"},
            {"id": "again", "text": text("Again?"), "answer": "yes_no"},
            {"id": "lacks", "text": text("What lacks?"), "answer": "text"},
        ],
        "changes": [{"version": "0.3", "on": date(2026, 11, 20), "what": text("Made")}],
    }  # fmt: skip
    return Package.model_validate({**described, **more})


def whole() -> Booklet:
    return Booklet(package(), dict.fromkeys(TEXTS, SOUND), "da", {"prescriptions": "Recepter"})


def hostile() -> Booklet:
    """A package each of whose words, and a text each of whose lines, would like to be something else."""
    line = " ".join(HOSTILE)
    words = {"da": line, "en": line}
    links = "[a](javascript:alert) [b](http://plain.example) [c](https://safe.example/) ![d](https://far.example/e.png)"
    lines = "\n\n".join((*HOSTILE, links, "::: {.head}\nDiv\n:::", "```{=typst}\n#panic()\n```", "<div>\n"))
    bad = measure("one", title=words, definition=words, pitfalls=words, unit=words)
    return Booklet(
        package(title=words, focus=words, measures=[bad], pairs=[], questions=[words],
                agenda=[{"what": words, "form": words, "minutes": {"40": 40, "90": 90, "120": 120}}],
                feedback=[{"id": "x", "text": words, "answer": "text"}]),
        dict.fromkeys(TEXTS, lines),
    )  # fmt: skip


def page(folder: Path, booklet: Booklet, renderer: BundledRenderer) -> str:
    (file,) = render_booklet(booklet, folder / "page", renderer, ["html"])
    return file.read_text(encoding="utf-8").partition("<body>")[2]


def seen(html: str) -> str:
    """What a reader sees: a span is inside a line, every other tag ends a word."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?span[^>]*>", "", html))).split())


def paragraphs(file: Path) -> str:
    document = docx.Document(str(file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join([*(each.text for each in document.paragraphs), *cells])


@pytest.fixture(scope="module")
def made(renderer: BundledRenderer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The whole booklet by format."""
    return dict(zip(FORMATS, render_booklet(whole(), tmp_path_factory.mktemp("whole") / "it", renderer), strict=True))


@pytest.fixture(scope="module")
def shown(made: dict[str, Path]) -> str:
    return made["html"].read_text(encoding="utf-8").partition("<body>")[2]


def test_the_parts_stand_in_their_order_on_paper_and_in_word(made: dict[str, Path], shown: str) -> None:
    parts = ["Plan", "Målepunkter", "Datavejledning", "Faktaark", "Refleksionsark", "Koordinatorens ark"]
    parts += ["Hvad synes I om pakken?", "Kilder og ændringer"]
    assert [seen(each) for each in re.findall(r"<h2[^>]*>(.*?)</h2>", shown, re.S)] == parts
    document = docx.Document(str(made["docx"]))
    assert [each.text for each in document.paragraphs if each.style.name == "Heading 1"] == parts
    assert {style.name: style.font.name for style in document.styles}["Heading 1"] in (None, "Inter")
    assert document.paragraphs[0].text == "The package"


def test_a_measure_says_what_is_counted_over_what_and_how_to_read_it(shown: str) -> None:
    words = seen(shown)
    for told in (
        "Det tælles indløste recepter: kode J01CE02; kvinder",
        "Ud af indløste recepter: kode J01; 18 år og derover",
        "Fagligt sigte Lavere. [1] [3]",
        "Fagligt sigte Intet.",
        "Nævneren er mindst 17.",
        "At most ten [2] Kun til orientering.",
        "Kladde, fordi Not confirmed",
        "Pitfall of one",
        "Hentes fra Recepter",
        "Ses sammen med Title of two. They go together",
        "Periode 6 måneder ad gangen. Opfølgning De samme måneder et år senere. The season",
        "Kladde – ikke klinisk gennemgået",
        "Gennemgås igen senest 1. nov. 2027",
        "Skrevet af The author",
    ):
        assert told in words


def test_the_questions_stand_under_their_measures_and_the_general_ones_last(shown: str) -> None:
    words = seen(shown)
    order = ["Om Title of two (2) About two?", "Om emnet som helhed About all?"]
    assert sorted(order, key=words.index) == order


def test_the_agenda_adds_up(shown: str) -> None:
    table = next(each for each in re.findall(r"<table.*?</table>", shown, re.S) if "Item 0" in each)
    rows = [[seen(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in table.split("<tr")[1:]]
    assert rows[0][2:] == ["40 min.", "90 min.", "120 min.", "Virtuelt"]
    assert rows[2][2:] == ["30", "60", "70", "–"]
    columns = zip(*(row[2:] for row in rows[1:-1]), strict=True)
    assert rows[-1][2:] == [str(sum(int(cell) for cell in column if cell != "–")) for column in columns]


def test_a_footnote_is_a_citation_that_leads_to_its_reference(shown: str) -> None:
    assert "See what is known. [1] [3]" in seen(shown)
    assert "[^" not in seen(shown)
    targets = set(re.findall(r'href="#(kilde-\d)"', shown))
    assert targets == {"kilde-1", "kilde-2", "kilde-3"} == set(re.findall(r'id="(kilde-\d)"', shown))
    assert "[3] Third known. Somebody, 2024. Set 22. nov. 2026." in seen(shown)
    lost = cleaned({"plan": "This.[^nowhere]"}, {"first": 1}, "missing:")["plan"]
    assert "missing" in lost
    assert "nowhere" in lost


def test_the_form_has_boxes_and_lines_and_word_can_tick_them(made: dict[str, Path], shown: str) -> None:
    assert shown.count('class="box"') == 5 + 2
    assert shown.count('class="ruled"') == 4 + 2 * 2
    body = docx.Document(str(made["docx"])).element.xml
    assert body.count("w14:checkbox") == 2 * (5 + 2)


def test_nothing_that_a_package_says_is_acted_on(renderer: BundledRenderer, tmp_path: Path) -> None:
    files = render_booklet(hostile(), tmp_path / "it", renderer)
    html = files[0].read_text(encoding="utf-8").partition("<body>")[2]
    word, letters = re.sub(r"\s+", " ", paragraphs(files[2])), seen(html)
    for each in (*HOSTILE[:-3], "@nobody"):
        assert letters.count(each) >= len(TEXTS), each
        assert each in word, each
    assert "*not* _strong_" in letters
    tags = "".join(re.findall(r"<[^>]*>", html))
    assert not re.search(r"<(script|img|iframe|object|link|b)\b|onclick|javascript", tags)
    assert set(re.findall(r'href="([^"#][^"]*)"', html)) == {
        "https://safe.example/", "https://example.org/a_b"}  # fmt: skip
    assert "src=" not in tags


def test_the_same_package_gives_the_same_bytes(
    made: dict[str, Path], renderer: BundledRenderer, tmp_path: Path
) -> None:
    again = render_booklet(whole(), tmp_path / "it", renderer)
    assert [file.name for file in again] == [made[kind].name for kind in FORMATS]
    assert [file.read_bytes() for file in again] == [made[kind].read_bytes() for kind in FORMATS]
    assert docx.Document(str(made["docx"])).core_properties.created.date() == date(2026, 11, 20)


def test_no_file_asks_for_the_network(made: dict[str, Path]) -> None:
    html = made["html"].read_text(encoding="utf-8")
    assert not re.search(r"""(src|srcset)=|url\((?!data:)|@import|<link""", html)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_libreoffice_opens_the_word_file(made: dict[str, Path], tmp_path: Path) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "txt:Text", "--outdir", tmp_path, made["docx"]]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    opened = " ".join((tmp_path / "it.txt").read_text(encoding="utf-8-sig").split())
    for words in ("The package", "Definition of two", "Item 1", "☐", "What lacks?", "Third known"):
        assert words in opened


def test_a_package_without_numbers_says_why_and_has_no_measures(renderer: BundledRenderer, tmp_path: Path) -> None:
    soft = package(measures=[], pairs=[], questions=[text("And?")], without_numbers=text("It cannot be counted"))
    words = seen(page(tmp_path, Booklet(soft, {"plan": SOUND}), renderer))
    assert "Derfor ingen målepunkter It cannot be counted" in words
    assert "Målepunkter" not in words
    assert "Pakken bruger ingen data." in words


def test_a_text_that_is_not_there_is_left_out_with_a_line(renderer: BundledRenderer, tmp_path: Path) -> None:
    html = page(tmp_path, Booklet(package(), {"plan": SOUND}), renderer)
    assert "Faktaark mangler: pakken har ingen fact_sheet.md endnu." in seen(html)
    assert "fact-sheet" not in html
    assert "Item 0" in seen(html)


def test_in_english_the_danish_texts_are_marked(renderer: BundledRenderer, tmp_path: Path) -> None:
    given = replace(whole(), language="en", package=package(focus={"da": "Kun dansk"}))
    files = render_booklet(given, tmp_path / "it", renderer)
    html = files[0].read_text(encoding="utf-8")
    assert '<html lang="en">' in html
    assert len(re.findall(r'<(?:div|section)[^>]*lang="da"', html)) == len(TEXTS)
    assert '<span lang="da">Kun dansk</span>' in html
    assert "Definition of one in English" in html
    assert "Agenda" in seen(html)


def test_a_reviewed_package_says_by_whom_and_is_no_draft(renderer: BundledRenderer, tmp_path: Path) -> None:
    reviewed = package(status="reviewed", clinical_reviewer="A. Clinician", reviewed_on=date(2026, 12, 1))
    words = seen(page(tmp_path, Booklet(reviewed, {}), renderer))
    assert "Klinisk gennemgået 1. dec. 2026 af A. Clinician" in words
    assert "ikke klinisk gennemgået" not in words


@pytest.mark.parametrize("language", ["da", "en"])
def test_there_are_words_for_whatever_a_measure_may_count(language: str) -> None:
    words = voice(language).words
    every = [
        (model, (*names, *DERIVED.get(model, {}))) for model, names in QUANTITIES.items() if model not in NOT_MEASURED
    ]
    assert {f"{model}_{name}" for model, names in every for name in names} == set(words["counted"])
    assert {f"by_{name}" for names in DIVIDERS.values() for name in names} <= set(words["chosen"])
    assert {f"minimum_{kind}" for kind in KINDS if kind != "median"} <= set(words["measured"])


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.parent.name)
def test_every_shipped_package_has_a_booklet_without_a_lost_reference(file: Path) -> None:
    texts = {name: path.read_text("utf-8") for name in TEXTS if (path := file.with_name(f"{name}.md")).is_file()}
    for language in ("da", "en"):
        sources = booklet_sources(Booklet(parse_package(file), texts, language))
        assert str(voice(language).words["booklet"]["source_missing"]).rstrip(":") not in sources.markdown
        assert "[^" not in sources.markdown
