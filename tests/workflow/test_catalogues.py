from __future__ import annotations

from pathlib import Path

import pytest
import small_editions

from lcresearch.errors import BookError
from lcresearch.workflow.catalogues import (
    check_catalogues,
    coverage_of,
    faults_of_message,
    read_catalogue,
    roles_of,
    site_catalogue,
)
from lcresearch.workflow.editions import CHINESE
from lcresearch.workflow.project import Project
from lcresearch.workflow.translate import translate, words_of_site

ROOT = Path(__file__).resolve().parents[2]


def test_translations_of_the_book_insert_what_its_pages_insert() -> None:
    """Every translated message has the figures, citations and links of its source, and no digits."""
    check_catalogues(ROOT)


def test_words_of_the_site_are_all_translated() -> None:
    """The catalogue of the site's own words is what the code holds now, without a gap."""
    catalogue = read_catalogue(site_catalogue(CHINESE))
    messages = {str(message.id): message for message in catalogue if message.id}
    assert messages.keys() == set(words_of_site(ROOT)), "run: lcresearch translate"
    assert [m.id for m in messages.values() if m.fuzzy or not m.string] == []


def test_placeholders_of_the_site_survive_translation() -> None:
    """A translated phrase takes the same names and counts as the English one."""
    import string

    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for message in read_catalogue(site_catalogue(CHINESE)):
        if message.id and "`" not in str(message.id):
            assert names(str(message.string)) == names(str(message.id))


@pytest.mark.parametrize(
    ("source", "translation", "fault"),
    [
        ("{val}`a.b` and {val}`a.b`", "{val}`a.b`", "lacks {val}`a.b`"),
        ("{val}`a.b|.1f`", "{val}`a.b|.2f`", "lacks {val}`a.b|.1f`"),
        ("so {cite:p}`x`", "{cite:p}`y`", "lacks {cite:p}`x`"),
        ("so", "见 {doc}`fund`", "has {doc}`fund`, which the page has not"),
        ("a third", "约占33%", "types 33%"),
        ("in 2015", "二〇一五年，即2015年，12月", "types 12"),
    ],
)
def test_fault_of_a_translation_is_found(source: str, translation: str, fault: str) -> None:
    """A lost, changed or added role, and a typed number, are each told."""
    assert fault in list(faults_of_message(source, translation))


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("{val}`a.b`, {val}`c.d|range`", "{val}`c.d|range`与{val}`a.b`"),
        ("see {doc}`fund`", "见 {doc}`资金 <fund>`"),
        ("$x_1 > 0$ in 2015", "2015年，$x_1 > 0$"),
        ("{math}`x < 2 > 1`", "{math}`x < 2 > 1`"),
    ],
)
def test_faithful_translation_has_no_fault(source: str, translation: str) -> None:
    """Roles may stand in another order, references may have a title, years may be typed."""
    assert list(faults_of_message(source, translation)) == []


def test_roles_are_counted() -> None:
    """A role that stands twice counts twice, whatever the number of its backticks."""
    assert roles_of("{val}`a` {val}`a` {term}``b``") == {"{val}`a`": 2, "{term}`b`": 1}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the sources of the small book with two editions, and site words of its own."""
    return small_editions.make_book(tmp_path / "a book 书")


def test_catalogues_follow_the_pages(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New messages come, old ones go, changed ones keep their translation as a proposal."""
    monkeypatch.setattr("lcresearch.workflow.translations.HOME", root / "words")
    monkeypatch.setattr("lcresearch.workflow.catalogues.HOME", root / "words")
    (root / "words/zh_CN/LC_MESSAGES").mkdir(parents=True)
    page = root / "book/prose.md"
    text = page.read_text("utf-8").replace("A word of warning.", "A word or two of warning.")
    text = text.replace("- They sell {term}`rice`.\n", "")
    page.write_text(text, "utf-8")
    covered = {item.name: item for item in translate(Project(root))}
    path = small_editions.catalogue(root, "prose")
    written = path.read_text("utf-8")
    assert 'msgid "This stays as it is."\nmsgstr ""' in written
    assert "They sell" not in written
    assert (
        '#, fuzzy\n#| msgid "A word of warning."\n'
        'msgid "A word or two of warning."\nmsgstr "提醒一句。"' in written
    )
    assert '"rises"' not in written, "what stands for a chart is the notebook's to translate"
    assert 'msgid "The fund was {val}`fund.annual|,.0f`."' in written
    assert (covered["book/prose"].changed, covered["book/fund"].done) == (1, 0)
    assert not small_editions.catalogue(root, "results/one").exists()
    times = {file: file.stat().st_mtime_ns for file in root.rglob("*.po")}
    assert {item.name: item for item in translate(Project(root))} == covered
    assert {file: file.stat().st_mtime_ns for file in root.rglob("*.po")} == times


def test_changed_message_counts_as_untranslated(root: Path) -> None:
    """A translation that is marked as of an earlier wording is not used and not counted."""
    path = small_editions.catalogue(root, "prose")
    before = {item.name: item for item in coverage_of(root, CHINESE)}["book/prose"]
    path.write_text(small_editions.po(small_editions.CHINESE, fuzzy=("Villages",)), "utf-8")
    after = {item.name: item for item in coverage_of(root, CHINESE)}["book/prose"]
    assert (after.total, after.done, after.changed) == (before.total, before.done - 1, 1)


def test_broken_catalogue_is_refused(root: Path) -> None:
    """A file that is no catalogue ends in one sentence with its line, not in a traceback."""
    small_editions.catalogue(root, "prose").write_text('msgid "a"\nnonsense "b"\n', "utf-8")
    with pytest.raises(BookError, match=r"prose\.po is not a catalogue of messages"):
        check_catalogues(root)
