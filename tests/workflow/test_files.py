from pathlib import Path

import pytest

from lcresearch.workflow.files import hash_files, write_bytes, write_json


def test_a_write_that_fails_leaves_the_earlier_file(tmp_path, monkeypatch):
    """An interrupted write must leave the old content whole and no litter."""
    path = tmp_path / "x.json"
    write_bytes(path, b"old")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_nan_is_not_written_as_json(tmp_path):
    """JSON has no NaN: writing one must fail rather than make a file that others cannot read."""
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "x.json", {"value": float("nan")})
    assert not (tmp_path / "x.json").exists()


def test_a_hash_depends_on_names_and_contents_but_not_on_the_place(tmp_path):
    """Moving a folder must not change its hash; renaming or changing a file must."""
    hashes = []
    files = (("a", "x", "1"), ("b", "x", "1"), ("c", "y", "1"), ("d", "x", "2"))
    for folder, name, content in files:
        path = tmp_path / folder / name
        path.parent.mkdir()
        path.write_text(content)
        hashes.append(hash_files([path], path.parent))
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3
