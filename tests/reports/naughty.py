"""Sixty names that attack: each is to come out as the text it is, in every format. Made for this project."""

from __future__ import annotations

import re

RTL, LTR_END, ZERO_WIDTH, JOINER = "\u202e", "\u202c", "\u200b", "\u200d"
HTML = (
    "<script>alert(1)</script>",
    "</title></head><body onload=alert(2)>",
    "<img src=x onerror=alert(3)>",
    '"><svg/onload=alert(4)>',
    "' autofocus onfocus='alert(5)",
    "<!-- Lægehuset -->",
    "</style><style>*{display:none}",
    "]]> <![CDATA[ Lægehuset",
    "&lt;b&gt; &amp;amp; &#60;",
    "&nbsp;Lægerne&shy;her",
    "javascript:alert(6)",
    "<a href=https://praksis.example>her</a>",
)
FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1;1)",
    '=HYPERLINK("https://praksis.example";"her")',
    "\u22121+1",
    "%0A=1+1",
    '="a"&"b"',
    "'=1+1",
    "{=SUM(A1:A9)}",
)
TYPESETTING = (
    '#panic("typst")',
    "#let x = 1; #x",
    '#image("/etc/passwd")',
    "#set page(fill: red)",
    "$x^2$ og $$y$$",
    "\\input{/etc/passwd} \\LaTeX{}",
    "\\newpage \\\\ slut",
    "<label> @reference",
    "/ Led: forklaring",
    "1. ikke en liste",
    "- heller ikke",
    "= Ikke en overskrift",
)
MARKDOWN = (
    "# Lægehuset #",
    "*fed* _kursiv_ **begge** __to__",
    "~~streg~~ ~ned~ ^op^ ==gul==",
    "[her](https://praksis.example)",
    "![billede](https://praksis.example/a.png)",
    "`kode` ``mere``",
    "```{=html} <b>x</b> ```",
    "`<b>x</b>`{=html} [x]{.own}",
    "::: {.seconds}",
    "| celle | to | tre |",
    "[^1] @nøgle [@nøgle]",
    "--- --- ---",
    "> citat",
    "\"citat\" 'og' ... -- ---",
    "\\*ikke fed\\* \\",
    "https://praksis.example/?a=1&b=2",
)
TEMPLATES = (
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "<< title >> <% if %>",
    "{{< include /etc/passwd >}}",
    "{{< pagebreak >}}",
    "${HOME} $(id) `id` %PATH%",
    "%s %n {0} {x!r}",
)
LETTERS = (
    f"Læger {RTL}egernæl{LTR_END} her",
    f"nul{ZERO_WIDTH}bredde",
    "I\u0301 e\u0301 å\u0308 y\u0302",
    "Lægerne \U0001f469\u200d\u2695\ufe0f på torvet",
    "العيادة",
    "診療所 ①",
    "NULL",
    "00123",
    "1e5",
    "2026-01-31",
    'O\'Brien "& Sønner"; -- ',
    "æøåÆØÅ ßẞ ǰ",
    "Langt" + "lægehusnavn" * 18,
)
CONTROLS = ("\x1b[31mrød\x1b[0m", "klokke\x07her", "linje\nskift\ttab", "side\x0cskift\x0blodret")
"""What no XML can hold, or what a terminal obeys: each control is a space in a document."""
NAMES = (*HTML, *FORMULAS, *TYPESETTING, *MARKDOWN, *TEMPLATES, *LETTERS, *CONTROLS)
_SPACE = re.compile(r"[\x00-\x20\x7f]+")


def normalised(text: str) -> str:
    """What README and docs promise of a name: controls and runs of white space are one space, ends are bare."""
    return _SPACE.sub(" ", text).strip(" ")


def letters(text: str) -> str:
    """Text without any space: what a page's lines are broken at is not what is asked."""
    return re.sub(r"\s+", "", text)
