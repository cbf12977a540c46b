import hashlib
import io
import stat
import zipfile

from lcresearch.workflow.package.archive import MANIFEST, Entry, make_archive


def test_equal_contents_make_equal_bytes_in_any_order():
    """The zip must depend on names, contents and rights alone."""
    entries = {"b/run": Entry(b"#!", executable=True), "a.md": Entry("连城".encode())}
    backwards = dict(reversed(entries.items()))
    content = make_archive(entries, folder="x")
    assert content == make_archive(backwards, folder="x")
    changed = [
        {**entries, "a.md": Entry(b"other")},
        {**entries, "b/run": Entry(b"#!")},
        {"b/run": entries["b/run"], "c.md": entries["a.md"]},
    ]
    assert len({content, *(make_archive(other, folder="x") for other in changed)}) == 4


def test_the_manifest_has_the_hash_of_every_other_file():
    """A reader must be able to check every file with a standard program."""
    entries = {"b/run": Entry(b"#!", executable=True), "a.md": Entry(b"words")}
    archive = zipfile.ZipFile(io.BytesIO(make_archive(entries, folder="x")))
    assert archive.namelist() == [f"x/{MANIFEST}", "x/a.md", "x/b/run"]
    lines = archive.read(f"x/{MANIFEST}").decode().splitlines()
    assert lines == [
        f"{hashlib.sha256(entries[name].content).hexdigest()}  {name}" for name in ("a.md", "b/run")
    ]
    rights = [archive.getinfo(f"x/{name}").external_attr >> 16 for name in ("a.md", "b/run")]
    assert [bool(right & stat.S_IXUSR) for right in rights] == [False, True]
