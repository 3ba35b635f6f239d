"""The rooms: who may import whom, and which room owns which library. When this fails, move the code, not the rule."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "transforms": set(),
    "expectations": {"transforms"},
    "warehouse": {"transforms"},
    "reports": {"transforms", "warehouse"},
    "flows": {"transforms", "expectations", "warehouse", "reports", "examples"},
    "examples": set(),
}
OWNER = {
    "prefect": "flows",
    "typer": "flows",
    "rich": "flows",
    "tree_sitter": "flows",
    "tree_sitter_toml": "flows",
    "markdown_it": "flows",
    "icalendar": "flows",
    "holidays": "transforms",
    "duckdb": "warehouse",
    "pyrage": "warehouse",
    "great_expectations": "expectations",
    "sqlalchemy": "expectations",
    "pandas": "expectations",
    "matplotlib": "reports",
    "docx": "reports",
    "pptx": "reports",
    "xlsxwriter": "reports",
    "pypandoc": "reports",
    "pypdf": "reports",
    "typst": "reports",
    "fontTools": "reports",
}
MOST_LINES_A_FILE = 400
MOST_LINES_A_FUNCTION = 40
FILES = sorted(path for room in MAY_IMPORT for path in (ROOT / room).rglob("*.py"))
SQL_WORDS = ("select ", "insert into ", "update ", "delete from ", "create table ", "create temp ")


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.partition(".")[0])
    return names


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_room_imports_only_what_it_may(path: Path) -> None:
    others = imported(path) & set(MAY_IMPORT) - {room_of(path)}
    assert others <= MAY_IMPORT[room_of(path)]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_library_stays_in_the_room_that_owns_it(path: Path) -> None:
    foreign = {name for name in imported(path) if OWNER.get(name, room_of(path)) != room_of(path)}
    assert foreign == set()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [node.name for node in functions if (node.end_lineno or node.lineno) - node.lineno >= MOST_LINES_A_FUNCTION]
    assert text.count("\n") <= MOST_LINES_A_FILE
    assert long == []


@pytest.mark.parametrize("path", [path for path in FILES if room_of(path) != "examples"], ids=name_of)
def test_sql_lives_in_warehouse_sql(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    }
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [text for text in texts if text not in docs and text.lower().lstrip().startswith(SQL_WORDS)] == []


def test_no_two_test_files_share_a_name() -> None:
    """Without packages pytest imports a test file by its name alone: the second of a name would not be collected."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []


def test_every_statement_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "warehouse").glob("*.py"))
    statements = list((ROOT / "warehouse" / "sql").glob("*.sql"))
    parts = "".join(path.read_text(encoding="utf-8") for path in statements)
    used = [each for each in statements if f'"{each.stem}"' in code or f"include '{each.name}'" in parts]
    assert set(statements) - set(used) == set()


def test_no_network_address_or_machine_path_is_written_down() -> None:
    texts = [*ROOT.glob("requirements*.txt"), ROOT / "pyproject.toml", ROOT / "Makefile"]
    assert [path.name for path in texts if "://" in path.read_text(encoding="utf-8")] == []
