"""The runner behind `make reference`: over our own files, over a wrong value, and over what cannot be compared."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import recompute

HERE = Path(__file__).parent
WILSON = "x,n,confidence,proportion,lower,upper\n"
RIGHT = "1,2,0.95,0.5,0.09453120573423074,0.9054687942657692\n"


def ran(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = recompute.main([str(folder)])
    said = capsys.readouterr()
    return code, said.out, said.err


def line_of(name: str, said: str) -> str:
    return next(line for line in said.splitlines() if line.startswith(name))


def test_our_own_files_are_all_known_and_within_their_tolerance() -> None:
    command = [sys.executable, "-W", "error", str(HERE / "recompute.py"), str(HERE)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parents[1])
    assert (done.returncode, done.stderr) == (0, "")
    names = {line.split(".csv")[0] for line in done.stdout.splitlines()[1:]}
    assert names == {path.stem for path in HERE.glob("*.csv")}
    assert {line.split()[-1] for line in done.stdout.splitlines()[1:]} == {"ok"}


@pytest.mark.parametrize(
    ("name", "column"),
    [("wilson.csv", "upper"), ("runchart.csv", "longest_run"), ("xmr.csv", "special_cause_type"), ("mean.csv", "sd")],
)
def test_one_wrong_value_is_found_and_named(
    name: str, column: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in HERE.glob("*.csv"):
        shutil.copy(path, tmp_path)
    header, *rows = (tmp_path / name).read_text().splitlines()
    cells = rows[4].split(",")
    place = header.split(",").index(column)
    cells[place] = str(float(cells[place]) * (1 + 1e-6)) if "type" not in column else "Below LCL"
    (tmp_path / name).write_text("\n".join([header, *rows[:4], ",".join(cells), *rows[5:]]) + "\n")
    code, said, wrong = ran(tmp_path, capsys)
    assert code == 1
    assert [line for line in said.splitlines() if line.endswith("over")] == [line_of(name, said)]
    assert wrong.startswith(f"{name}: row 6, column {column} is {cells[place]} in the file, ")


def test_rows_values_and_the_largest_error_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wilson.csv").write_text(WILSON + RIGHT + RIGHT.replace("0.9054687", "0.9054697"))
    code, said, _ = ran(tmp_path, capsys)
    assert code == 1
    file, rows, values, left_out, error, tolerance, verdict = line_of("wilson", said).split()
    assert (file, rows, values, left_out, tolerance, verdict) == ("wilson.csv", "2", "6", "0", "1e-09", "over")
    assert float(error) == pytest.approx(1e-6 / 0.9054697942657692, rel=0.05)


def test_files_of_another_name_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wilson.csv").write_text(WILSON + RIGHT)
    (tmp_path / "wilsom.csv").write_text(WILSON + RIGHT)
    (tmp_path / "notes.txt").write_text("not a table")
    code, said, _ = ran(tmp_path, capsys)
    assert code == 0
    assert [line_of(name, said).endswith("not known: not compared") for name in ("wilsom.csv", "notes.txt")] == [
        True
    ] * 2


@pytest.mark.parametrize("cells", [",,", "0.5,0.09453120573423074,"])
def test_a_value_where_the_file_has_none_is_past_any_tolerance(
    cells: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wilson.csv").write_text(f"{WILSON}1,2,0.95,{cells}\n")
    code, said, wrong = ran(tmp_path, capsys)
    assert (code, line_of("wilson", said).split()[4]) == (1, "inf")
    assert "is empty in the file" in wrong


def test_no_value_on_either_side_agrees(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wilson.csv").write_text(f"{WILSON}{RIGHT}3,2,0.95,1.5,,\n,2,0.95,,NA,NaN\n1,2,,0.5,,\n")
    assert ran(tmp_path, capsys)[0] == 1  # without a confidence there is no row of ours at all
    (tmp_path / "wilson.csv").write_text(f"{WILSON}{RIGHT}3,2,0.95,1.5,,\n,2,0.95,,NA,NaN\n")
    assert ran(tmp_path, capsys)[0] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WILSON.replace("n,", "people,", 1) + RIGHT, "wilson.csv lacks the column n; add it"),
        (WILSON.replace("upper", "uper") + RIGHT, "wilson.csv lacks the column upper; add it"),
        (WILSON + RIGHT + RIGHT.replace(",2,", ",2 people,"), "wilson.csv, row 3, column n: '2 people' is no number"),
        (
            WILSON + RIGHT.replace("0.0945", "0;0945"),
            "wilson.csv, row 2, column lower: '0;09453120573423074' is no number",
        ),
        (
            WILSON + RIGHT.replace(",0.95,", ",95,"),
            "wilson.csv cannot be computed: confidence is 95.0; write a fraction",
        ),
        (WILSON, "wilson.csv has no rows under its header"),
        ("", "wilson.csv cannot be read as UTF-8 with commas and a header line"),
        (WILSON + "1,2,0.95,1,1,1,1,1\n", "wilson.csv cannot be read as UTF-8 with commas and a header line"),
    ],
)
def test_a_known_file_that_cannot_be_compared_is_refused_in_one_sentence(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wilson.csv").write_text(text)
    code, out, wrong = ran(tmp_path, capsys)
    assert (code, out, wrong.count("\n")) == (2, "", 1)
    assert wrong.startswith(said)


def test_a_folder_that_is_not_there_or_holds_nothing_known_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(tmp_path / "nowhere", capsys)[::2] == (
        2,
        f"There is no folder {tmp_path / 'nowhere'}; name one that holds reference files such as wilson.csv.\n",
    )
    code, _, wrong = ran(tmp_path, capsys)
    assert (code, wrong.count("\n")) == (2, 1)
    assert "holds no file of a known name" in wrong
    assert recompute.main([""]) == 2
    assert "make reference DIR=folder" in capsys.readouterr().err


def test_a_byte_order_mark_line_ends_of_windows_and_blank_last_lines_do_no_harm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wilson.csv").write_bytes(b"\xef\xbb\xbf" + f"{WILSON}{RIGHT}\n\n".replace("\n", "\r\n").encode())
    code, said, _ = ran(tmp_path, capsys)
    assert (code, line_of("wilson", said).split()[1:3]) == (0, ["1", "3"])


def test_flags_without_limits_are_left_out_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header, *rows = (HERE / "xmr.csv").read_text().splitlines()
    same = dict(zip(header.split(","), rows[0].split(","), strict=True))
    same |= {
        "value": "5",
        "mean": "5",
        "target": "",
        "assurance_type": "",
        "lpl": "",
        "upl": "",
        "relative_to_mean": "0",
    }
    constant = [",".join((same | {"point": str(point)}).values()) for point in range(9)]
    (tmp_path / "xmr.csv").write_text("\n".join([header, *constant]) + "\n")
    code, said, _ = ran(tmp_path, capsys)
    assert (code, line_of("xmr", said).split()[1:4]) == (0, ["9", str(9 * 9), str(3 * 9)])


def test_a_direction_of_another_name_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "xmr.csv").write_text((HERE / "xmr.csv").read_text().replace("increase", "upwards"))
    code, _, wrong = ran(tmp_path, capsys)
    assert (code, wrong.count("\n")) == (2, 1)
    assert "improvement_direction is upwards; write increase, decrease or neutral" in wrong


def test_columns_that_nobody_needs_may_hold_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wilson.csv").write_text(WILSON.replace("\n", ",note\n") + RIGHT.replace("\n", ",as printed\n"))
    assert ran(tmp_path, capsys)[0] == 0


def test_no_module_recomputes_a_file_of_another() -> None:
    layout = recompute.known_layout()
    modules = [path.stem for path in HERE.glob("recompute_*.py")]
    stems = [stem for name in modules for stem in __import__(name).RECOMPUTED]
    assert sorted(stems) == sorted(layout.recomputed)
    assert {setting.split(".")[0] for setting in [*layout.tolerance, *layout.absolute]} <= set(stems)
