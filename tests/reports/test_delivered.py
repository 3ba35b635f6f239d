"""A delivered folder beside its manifest: each way in which it can differ has its sentence."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from reports.delivered import Finding, NothingDeliveredHereError, check_folder, definition_of
from reports.manifest import NAME

CONTENTS = {
    "klyngerapport.html": b"<html><p>tal</p></html>\n",
    "klyngerapport.pdf": b"%PDF-1.7\nmange tal\n%%EOF\n",
    "tal.csv": b"Nr.;Tal\r\n1;2\r\n",
}


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    folder = tmp_path / "K1_antibiotika"
    folder.mkdir()
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content)
    with zipfile.ZipFile(folder / "tal.xlsx", "w") as book:
        book.writestr("sheet.xml", "<sheet/>" * 200)
    files = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    write(folder, {"files": files})
    return folder


def write(folder: Path, changed: dict[str, object]) -> None:
    """The manifest, with what is `changed`."""
    usual = {
        "pack_id": "K1_antibiotika",
        "package": {"id": "antibiotika", "version": "0.1", "definition_sha256": "d" * 64},
        "extracts": [{"source": "services", "file_name": "a.csv", "sha256": "a" * 64, "period_start": None}],
        "renderer": {"name": "fake", "version": "1"},
        "versions": {},
        "run": {},
    }
    (folder / NAME).write_text(json.dumps(usual | changed), encoding="utf-8")


def only(folder: Path) -> Finding:
    (finding,) = check_folder(folder)[1]
    return finding


def test_a_folder_as_it_was_delivered_has_nothing_to_tell(delivered: Path) -> None:
    manifest, found = check_folder(delivered)
    assert found == []
    assert manifest is not None
    assert len(manifest.files) == 4
    assert definition_of(delivered) == "d" * 64


def cut(name: str, to: int) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:to])


def put(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("fault", "kind", "subject", "says"),
    [
        (put("klyngerapport.html", b"<p>andre tal</html>"), "changed", "klyngerapport.html", "its content has changed"),
        (put("tal.csv", b"Nr.;Tal\r\n1;3\r\n"), "changed", "tal.csv", "its content has changed"),
        (lambda folder: (folder / "tal.csv").unlink(), "missing", "tal.csv", "tal.csv is missing. Get it again"),
        (put("noter.txt", b""), "added", "noter.txt", "noter.txt is no file of this pack"),
        (put(".skjult", b""), "added", ".skjult", "the manifest does not name it"),
        (
            lambda folder: (folder / "tal.csv").rename(folder / "tal (1).csv"),
            "renamed",
            "tal.csv",
            "tal.csv is called tal (1).csv here. Its content is unchanged",
        ),
        (cut("klyngerapport.html", 9), "cut off", "klyngerapport.html", "is cut off after 9 bytes"),
        (cut("klyngerapport.pdf", 12), "cut off", "klyngerapport.pdf", "its end is missing. Get it again"),
        (cut("tal.xlsx", 1000), "cut off", "tal.xlsx", "is cut off after 1,000 bytes"),
        (cut("tal.csv", 11), "cut off", "tal.csv", "cut off"),
        (cut("klyngerapport.pdf", 0), "cut off", "klyngerapport.pdf", "cut off after 0 bytes"),
    ],
)
def test_each_difference_has_its_sentence(
    delivered: Path, fault: Callable[[Path], object], kind: str, subject: str, says: str
) -> None:
    fault(delivered)
    finding = only(delivered)
    assert (finding.kind, finding.subject, finding.differs) == (kind, subject, True)
    assert says in finding.sentence


def test_a_file_in_a_folder_of_its_own_and_a_link_to_a_folder_are_added(delivered: Path, tmp_path: Path) -> None:
    (delivered / "mere").mkdir()
    (delivered / "mere" / "a.pdf").write_bytes(b"")
    (delivered / "link").symlink_to(tmp_path)
    assert [finding.subject for finding in check_folder(delivered)[1]] == ["link", "mere/a.pdf"]


def test_several_differences_are_told_at_once(delivered: Path) -> None:
    (delivered / "tal.csv").unlink()
    (delivered / "klyngerapport.html").write_bytes(b"</html>")
    (delivered / "tal.xlsx").rename(delivered / "tal2.xlsx")
    assert [finding.kind for finding in check_folder(delivered)[1]] == ["changed", "missing", "renamed"]


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ({"files": {"../tal.csv": "a" * 64}}, "a file's name alone, without a folder"),
        ({"files": {"tal.csv": "abc"}}, "at files, tal.csv"),
        ({"files": {}}, "at files"),
        ({"files": {"a": "a" * 64}, "pack_id": None}, "at pack_id"),
        ({"files": {"a": "a" * 64}, "extracts": [{}]}, "3 faults in all"),
    ],
)
def test_a_manifest_that_is_not_well_formed_is_told_by_place(
    delivered: Path, manifest: dict[str, object], says: str
) -> None:
    write(delivered, manifest)
    finding = only(delivered)
    assert (finding.kind, says in finding.sentence) == ("manifest", True)
    assert finding.sentence.startswith("manifest.json is not well-formed")


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff\xfe"])
def test_a_manifest_that_is_no_json_is_told(delivered: Path, text: bytes) -> None:
    (delivered / NAME).write_bytes(text)
    assert only(delivered).kind == "manifest"
    assert definition_of(delivered) is None


def test_no_folder_and_no_manifest_are_refused(delivered: Path) -> None:
    with pytest.raises(NothingDeliveredHereError, match=r"There is no folder .*ukendt"):
        check_folder(delivered / "ukendt")
    (delivered / NAME).unlink()
    with pytest.raises(NothingDeliveredHereError, match=r"There is no manifest\.json in"):
        check_folder(delivered)
