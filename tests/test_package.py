import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The package as others install it, built offline."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    [path] = folder.glob("lcresearch-*.whl")
    return path


def test_the_package_carries_the_county_and_nothing_of_the_checkout(wheel):
    """Whoever installs the package must get its data and its types, but no tests or pages."""
    names = zipfile.ZipFile(wheel).namelist()
    data = {path.name for path in (ROOT / "data" / "liancheng").iterdir()}
    assert {f"lcresearch/data/liancheng/{name}" for name in data} <= set(names)
    assert "lcresearch/py.typed" in names
    tops = {name.split("/")[0] for name in names}
    assert all(top.startswith("lcresearch") for top in tops)


def test_the_installed_package_finds_its_county(wheel, tmp_path):
    """The county must load from the installed package, far from any checkout."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "import lcresearch as lc\n"
        "county = lc.load_county('liancheng')\n"
        "print(county.path.is_relative_to(sys.path[0]), county.value('fund.annual') > 0)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True"]
