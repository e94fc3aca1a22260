"""Rooms of the house: each package imports only what stands to its left in the import order."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
# Rooms on one floor know nothing of each other.
FLOORS = (
    ("errors", "analysis", "access"),
    ("contracts", "storage", "console"),
    ("expectations", "installation"),
    ("extract", "marts"),
    ("sample",),
    ("landing",),
    ("audit",),
    ("warehouse",),
    ("release",),
    ("lineage", "object_storage", "operations", "postgres", "public_edition"),
    ("orchestration",),
    ("defs",),
    ("definitions",),
    ("run",),
    ("terminal",),
    ("cli",),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
ROOTS = ("dagster_project", "expectations", "orchestration")


def room_of(module: str) -> str:
    """The room that a dotted module lies in: the package below dagster_project, or one of its neighbours."""
    first, *rest = module.split(".")
    return rest[0] if first == "dagster_project" and rest else first


def imported_modules(file: Path, root: Path) -> Iterator[str]:
    """Dotted names of all that a file imports, relative ones resolved."""
    package = file.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*parts, *(node.module or "").split("."))).strip(".")
            # ``from dagster_project import run`` names its room in the second half.
            yield from ([f"{module}.{alias.name}" for alias in node.names] if module == "dagster_project" else [module])


def imports_uphill(root: Path) -> list[str]:
    """List imports of a room on the same floor or a later one."""
    found = []
    for top in ROOTS:
        for file in sorted((root / top).rglob("*.py")):
            own = room_of(".".join(file.relative_to(root).with_suffix("").parts))
            for module in imported_modules(file, root):
                other = room_of(module)
                if module.split(".")[0] in ROOTS and other not in (own, "dagster_project"):
                    if own not in FLOOR_OF or other not in FLOOR_OF:
                        found.append(f"{file.relative_to(root)} has no floor or imports a room without one: {module}")
                    elif FLOOR_OF[other] >= FLOOR_OF[own]:
                        found.append(f"{file.relative_to(root)} imports {module}")
    return found


def test_every_room_imports_only_rooms_to_its_left():
    assert imports_uphill(REPOSITORY) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("dagster_project/storage/x.py", "from dagster_project.landing.store import FeedStore"),
        ("dagster_project/extract/x.py", "from dagster_project.marts import expiry"),
        ("dagster_project/errors.py", "from dagster_project import cli"),
        ("dagster_project/landing/x.py", "from ..audit.gate import judge_deliveries"),
        ("dagster_project/landing/x.py", "import dagster_project.attic"),
    ],
)
def test_an_import_uphill_is_found(tmp_path, file, line):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(f"{line}\n", encoding="utf-8")
    assert imports_uphill(tmp_path)


def test_no_package_has_more_than_fifteen_modules():
    """A folder that needs more is two folders."""
    folders = {file.parent for root in (*ROOTS, "dashboard") for file in (REPOSITORY / root).rglob("*.py")}
    counts = {folder: len([one for one in folder.glob("*.py") if one.name != "__init__.py"]) for folder in folders}
    assert {str(folder.relative_to(REPOSITORY)): count for folder, count in counts.items() if count > 15} == {}


def shared_module_names(root: Path) -> list[str]:
    """Names that two modules have, of the board or of the rest of the house."""
    names = [file.stem for top in (*ROOTS, "dashboard") for file in (root / top).rglob("*.py")]
    return sorted({name for name in names if name != "__init__" and names.count(name) > 1})


def test_no_two_modules_share_a_name():
    """A search for a name answers with one thing."""
    assert shared_module_names(REPOSITORY) == []


def test_a_second_module_of_a_name_is_found(tmp_path):
    for file in ("dagster_project/access.py", "dashboard/words/access.py", "dashboard/__init__.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("")
    assert shared_module_names(tmp_path) == ["access"]


def shared_class_names(root: Path, tops: Sequence[str] = ROOTS) -> list[str]:
    """Names of public classes that two modules define."""
    names = [
        node.name
        for top in tops
        for file in (root / top).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    return sorted({name for name in names if names.count(name) > 1})


def test_no_two_classes_share_a_name():
    assert shared_class_names(REPOSITORY) == []
    # The board knows marts only, and has words of its own.
    assert shared_class_names(REPOSITORY, ["dashboard"]) == []


def test_a_second_class_of_a_name_is_found(tmp_path):
    for file in ("dagster_project/contracts/x.py", "dagster_project/release/y.py"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text("class Column: ...\nclass _Column: ...\n", encoding="utf-8")
    assert shared_class_names(tmp_path) == ["Column"]


# The board reads a release, and nothing of how it came about.
READER = {
    "dagster_project.release.reader",
    "dagster_project.release.readable_rows",
    "dagster_project.release.diff.changes",
    "dagster_project.access",
    "dagster_project.errors",
}


def imports_of_the_board(root: Path) -> list[str]:
    """List imports of the board from the rest of the house, but for the reader of releases."""
    return [
        f"{file.relative_to(root)} imports {module}"
        for file in sorted((root / "dashboard").rglob("*.py"))
        for module in imported_modules(file, root)
        if module.split(".")[0] in ROOTS and module not in READER
    ]


def test_the_board_imports_only_the_reader_of_releases():
    assert imports_of_the_board(REPOSITORY) == []


@pytest.mark.parametrize(
    "line",
    [
        "from dagster_project.landing.store import FeedStore",
        "from dagster_project.audit import gate",
        "import expectations",
    ],
)
def test_a_board_that_imports_another_room_is_found(tmp_path, line):
    file = tmp_path / "dashboard" / "pages" / "x.py"
    file.parent.mkdir(parents=True)
    file.write_text(line)
    (found,) = imports_of_the_board(tmp_path)
    assert found.startswith("dashboard/pages/x.py imports")
