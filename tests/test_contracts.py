"""The import contracts hold, and a planted violation of each is found."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
PLANTED = [
    ("rules/quality/checks.py", "import models.base", "app uses admin_views uses models uses rules"),
    ("models/quality/checks.py", "import admin_views.words", "app uses admin_views uses models uses rules"),
    ("rules/actions/items.py", "import sqlalchemy", "Rules know the standard library only"),
    ("models/actions/items.py", "import flask", "Models know no web"),
    ("models/process/documents.py", "import models.quality", "A chapter uses those before it, never the reverse"),
    ("admin_views/quality/checks.py", "import app", "Nothing uses app"),
    ("models/types.py", "import models.base", "No cycles"),
]


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for name in ("rules", "models", "admin_views"):
        shutil.copytree(
            HERE / name, folder / name, ignore=shutil.ignore_patterns("vendor", "node_modules", "__pycache__")
        )
    for name in ("app.py", "pyproject.toml"):
        shutil.copy(HERE / name, folder / name)
    return folder


def test_the_tree_keeps_every_contract(copied):
    done = linted(copied)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path, line, contract", PLANTED)
def test_a_planted_violation_is_found(copied, path, line, contract):
    file = copied / path
    before = file.read_text()
    try:
        file.write_text(f"{before}\n{line}\n")
        done = linted(copied)
    finally:
        file.write_text(before)
    assert done.returncode == 1
    assert f"{contract} BROKEN" in " ".join(done.stdout.split())
