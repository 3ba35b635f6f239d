"""Sealed files: only the owner of a key opens them, and nothing half is left."""

from pathlib import Path

import pytest

from warehouse.sealed import SealError, new_key, open_file, require_public, seal_file

WORDS = b"A er Bagsv\xc3\xa6rd L\xc3\xa6gehus\n" * 5000


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "key.csv"
    path.write_bytes(WORDS)
    return path


def test_each_owner_opens_it_and_nobody_reads_it_closed(plain: Path, tmp_path: Path) -> None:
    mine, yours = new_key(), new_key()
    sealed = tmp_path / "key.csv.age"
    seal_file(plain, sealed, [mine.public, yours.public])
    assert sealed.read_bytes().startswith(b"age-encryption.org/v1")
    assert b"gehus" not in sealed.read_bytes()
    for key in (mine, yours):
        open_file(sealed, tmp_path / "opened.csv", f" {key.secret}\n")
        assert (tmp_path / "opened.csv").read_bytes() == WORDS


def test_another_key_opens_nothing_and_leaves_nothing(plain: Path, tmp_path: Path) -> None:
    sealed = tmp_path / "key.csv.age"
    seal_file(plain, sealed, [new_key().public])
    with pytest.raises(SealError, match="sealed for another"):
        open_file(sealed, tmp_path / "opened.csv", new_key().secret)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["key.csv", "key.csv.age"]


def test_a_changed_file_is_not_opened(plain: Path, tmp_path: Path) -> None:
    key = new_key()
    sealed = tmp_path / "key.csv.age"
    seal_file(plain, sealed, [key.public])
    content = bytearray(sealed.read_bytes())
    content[-20] ^= 1
    sealed.write_bytes(content)
    with pytest.raises(SealError, match="was changed"):
        open_file(sealed, tmp_path / "opened.csv", key.secret)
    assert not (tmp_path / "opened.csv").exists()


@pytest.mark.parametrize("public", ["", "age1", "AGE-SECRET-KEY-1ABC", "klynge@example.org"])
def test_what_is_no_key_is_refused(public: str, plain: Path, tmp_path: Path) -> None:
    with pytest.raises(SealError, match="begins with age1"):
        require_public(public)
    with pytest.raises(SealError, match="begins with age1"):
        seal_file(plain, tmp_path / "key.csv.age", [public])
    assert not (tmp_path / "key.csv.age").exists()


def test_a_secret_key_is_never_repeated(tmp_path: Path) -> None:
    with pytest.raises(SealError) as caught:
        open_file(tmp_path / "none.age", tmp_path / "plain", "AGE-SECRET-KEY-1NOTREALLY")
    assert "NOTREALLY" not in caught.value.shown()
