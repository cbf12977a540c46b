import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
import toy
from jupyter_client.manager import start_new_kernel

import lcresearch.workflow.warm.place as places
from lcresearch.errors import NotebookError
from lcresearch.workflow import execute as executing
from lcresearch.workflow.warm import KERNEL
from lcresearch.workflow.warm.place import Place

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.fixture(scope="module", autouse=True)
def _own_templates(tmp_path_factory):
    """Templates of these tests meet nobody else's, and end with them."""
    folder = tmp_path_factory.mktemp("run")
    folder.chmod(0o700)
    earlier = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    yield
    if earlier is None:
        del os.environ["XDG_RUNTIME_DIR"]
    else:
        os.environ["XDG_RUNTIME_DIR"] = earlier


@pytest.fixture
def kernel():
    """A warm kernel and its client."""
    manager, client = start_new_kernel(kernel_name=KERNEL)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def ask(client, code):
    """What a kernel prints for some code, or the error's name."""
    printed = []
    reply = client.execute_interactive(
        code, timeout=60, output_hook=lambda message: printed.append(message["content"])
    )
    if reply["content"]["status"] == "error":
        return reply["content"]["ename"]
    return "".join(content.get("text", "") for content in printed)


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def run(path, kernel, monkeypatch):
    """The executed copy of a notebook, run by a kernel of that name."""
    monkeypatch.setattr(executing, "_kernel_name", lambda: kernel)
    return executing.run_notebook(nbformat.read(path, as_version=4), path.stem, {})


CELLS = (
    "import sys\nimport pandas as pd\nimport matplotlib.pyplot as plt\nimport lcresearch as lc",
    "lc.figures.use_style()\ncanvas, axes = plt.subplots()\n_ = axes.plot([1, 2])\n"
    "axes.set(xlabel='x', ylabel='y', title='t')",
    "lc.figures.show(canvas, key='a.b', alt='A line that rises from one to two.')",
    "print('said', file=sys.stderr)\npd.DataFrame({'a': [1.5], 'b': ['字']})",
    "lc.record('a.c', 2.5, unit='count', grade='simulated', source='a model')",
    "pd.options.display.max_rows, sys.path, __name__",
)


def test_cold_and_warm_kernels_give_the_same_outputs(tmp_path, monkeypatch):
    """Charts, tables, streams and claims must not depend on how the kernel started."""
    path = toy.make_notebook(tmp_path / "one.ipynb", *CELLS)
    cold, warm = (run(path, name, monkeypatch) for name in ("python3", KERNEL))
    assert nbformat.writes(cold) == nbformat.writes(warm)
    assert any("image/png" in o.get("data", {}) for c in warm.cells for o in c.get("outputs", []))


def test_nothing_leaks_from_one_run_to_the_next(kernel):
    """Each run must be a process of its own, forked from a template that ran nothing."""
    _, client = kernel
    marks = "import lcresearch, os, pandas; lcresearch.mark = 1; os.environ['MARK'] = '1'"
    own = int(ask(client, f"{marks}; pandas.options.display.max_rows = 7; print(os.getpid())"))
    manager, other = start_new_kernel(kernel_name=KERNEL)
    try:
        seen = ask(
            other,
            "import lcresearch, os, pandas; print(os.getpid(), hasattr(lcresearch, 'mark'), "
            "'MARK' in os.environ, pandas.options.display.max_rows)",
        ).split()
    finally:
        other.stop_channels()
        manager.shutdown_kernel(now=True)
    assert int(seen[0]) != own
    assert seen[1:] == ["False", "False", "60"]


def test_two_kernels_draw_different_random_numbers(tmp_path, monkeypatch):
    """Forks share memory, and must not share the state of a generator."""
    path = toy.make_notebook(
        tmp_path / "draw.ipynb",
        "import random\nimport numpy as np\nrandom.random(), np.random.rand()",
    )
    drawn = {run(path, KERNEL, monkeypatch).cells[1].outputs[0].data["text/plain"] for _ in "ab"}
    assert len(drawn) == 2


def test_a_kernel_starts_without_loading_the_libraries_again(kernel):
    """They must be there already, and with one thread, or forking was neither quick nor safe."""
    _, client = kernel
    loaded = "import sys; print({'pandas', 'statsmodels.api', 'seaborn'} <= set(sys.modules))"
    assert ask(client, loaded).strip() == "True"
    threads = "import os; print(os.environ['OMP_NUM_THREADS'])"
    assert ask(client, threads).strip() == "1"


def test_an_interrupt_stops_a_cell_and_the_kernel_goes_on(kernel):
    """Jupyter's interrupt must reach a kernel that is no child of it."""
    manager, client = kernel
    client.execute("import time\nwhile True:\n    time.sleep(0.01)", stop_on_error=False)
    time.sleep(0.5)
    manager.interrupt_kernel()
    assert client.get_shell_msg(timeout=20)["content"]["ename"] == "KeyboardInterrupt"
    assert ask(client, "print(1 + 1)").strip() == "2"


def test_a_kernel_ends_when_its_command_is_killed(kernel):
    """A kernel that nobody watches any more must not stay behind."""
    manager, client = kernel
    process = int(ask(client, "import os; print(os.getpid())"))
    os.kill(manager.provisioner.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while alive(process) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(process)


def test_a_kernel_that_is_killed_is_told_with_its_cell(tmp_path, monkeypatch):
    """The command must end as its kernel did, so that the run's error names the cell."""
    path = toy.make_notebook(
        tmp_path / "dies.ipynb", "import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"
    )
    with pytest.raises(NotebookError, match=r"dies: the kernel died while it ran cell 3 "):
        run(path, KERNEL, monkeypatch)


@pytest.mark.usefixtures("kernel")
def test_only_its_user_can_open_the_socket():
    """Whoever can connect can run code."""
    socket = Place().socket
    assert socket.exists()
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700


def test_a_folder_that_others_can_write_is_refused_and_an_ordinary_kernel_starts(
    tmp_path, monkeypatch
):
    """Where no private folder is to be had the run must still go on, with a word of why."""
    (tmp_path / f"lcresearch-{os.getuid()}").mkdir(mode=0o777)
    (tmp_path / f"lcresearch-{os.getuid()}").chmod(0o777)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    said = tmp_path / "said.txt"
    with said.open("w") as file:
        manager, client = start_new_kernel(kernel_name=KERNEL, stderr=file)
        try:
            assert ask(client, "print(1 + 1)").strip() == "2"
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    assert "an ordinary one starts" in said.read_text()
    assert "does not belong to this user alone" in said.read_text()


def test_an_edit_of_the_library_or_the_environment_leads_to_another_template(tmp_path, monkeypatch):
    """A kernel must never be forked from a process that loaded other code."""
    monkeypatch.setattr(places, "_PACKAGE", tmp_path)
    (tmp_path / "one.py").write_text("x = 1")
    names = {Place().socket.name}
    (tmp_path / "one.py").write_text("x = 22")
    names.add(Place().socket.name)
    monkeypatch.setenv("MPLBACKEND", "svg")
    names.add(Place().socket.name)
    assert len(names) == 3
    monkeypatch.setenv("UNRELATED", "1")
    assert Place().socket.name in names


def test_a_template_that_nobody_asks_ends_and_takes_its_socket_along(monkeypatch):
    """It must not stay in memory for ever."""
    code = "import lcresearch.workflow.warm.server as s; s._IDLE = 0.4; s._load = int; s.main()"
    # A socket's path must be short.
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        ended = subprocess.run(
            [sys.executable, "-c", code], timeout=60, check=True, capture_output=True, text=True
        )
        assert ended.stdout == "ready\n"
        assert not list(Path(folder).rglob("*.sock"))


@pytest.mark.parametrize("name", ["county", "own_panel"])
def test_the_projects_own_notebooks_do_not_depend_on_how_their_kernel_started(name, monkeypatch):
    """Tables too must look the same, which pandas would fit to a terminal."""
    path = Path(__file__).resolve().parents[2] / "notebooks" / f"{name}.ipynb"
    cold, warm = (run(path, kernel, monkeypatch) for kernel in ("python3", KERNEL))
    assert nbformat.writes(cold) == nbformat.writes(warm)
