import errno
import os
from pathlib import Path

import pytest

from lcresearch.errors import ProjectError
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


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_full_disk_or_a_folder_to_read_only_is_told_in_one_sentence(tmp_path, monkeypatch, fault):
    """Whoever runs out of room must be told where and what to do, and keep the earlier file."""
    path = tmp_path / "x.json"
    write_bytes(path, b"old")

    def full(*_):
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProjectError, match="x.json cannot be written") as told:
        write_bytes(path, b"new")
    assert "start again" in str(told.value)
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
