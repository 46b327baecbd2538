"""The documents hold: links lead somewhere, named files exist, every setting, remark and command is told."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
PATH_IN_CODE = re.compile(r"`((?:src|tests|docs|benchmarks)/[\w./-]+?)`")
CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_that_are_named_exist(page: Path) -> None:
    named = PATH_IN_CODE.findall(page.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def written(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def found(pattern: str, *folders: str) -> set[str]:
    sources = [path for folder in folders for path in (ROOT / "src" / "encours" / folder).glob("*.py")]
    return {name for path in sources for name in re.findall(pattern, path.read_text(encoding="utf-8"))}


def test_every_setting_is_told() -> None:
    names = found(r"""(?:environment\.)?\b(?:text|flag|number)\(\s*"([A-Z][A-Z_]+)\"""", "config")
    assert {"ENCOURS_HOME", "DATABASE_URL"} <= names
    assert [name for name in sorted(names) if f"| `{name}` |" not in written("operations.md")] == []


def test_every_remark_about_a_file_is_told() -> None:
    codes = found(r"""\.add(?:_lines)?\(\s*"([a-z_]+)\"""", "connectors")
    codes |= found(r"""\"([a-z]+(?:_[a-z]+)+)",\s*"[A-Z%]""", "receivables")
    assert {"line_broken", "opening_differs"} <= codes
    assert [code for code in sorted(codes) if f"| `{code}` |" not in written("import.md")] == []


def test_every_command_is_told() -> None:
    from encours.cli.commands import app

    names = {one.name or one.callback.__name__ for one in app.registered_commands if one.callback}
    groups = {group.typer_instance.info.name or group.name for group in app.registered_groups}
    told = written("operations.md")
    assert [name for name in sorted(names | groups) if f"`encours {name}" not in told] == []


def test_every_job_is_told() -> None:
    names = found(r"\"((?:clock|daily|dunning|imports)\.[a-z_]+)\"", "jobs")
    assert {"clock.minute", "daily.run"} <= names
    assert [name for name in sorted(names) if f"`{name}`" not in written("architecture.md")] == []


def test_there_are_pages() -> None:
    assert {"README.md", "CONTRIBUTING.md"} <= {page.name for page in PAGES}
