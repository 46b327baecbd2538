"""An analysis as files: a PDF to print, a workbook to work with, a JSON for other programs."""

from pathlib import Path

from encours.channels.letters import render
from encours.channels.xlsx import workbook
from encours.cli.analysis_json import as_json
from encours.cli.analysis_paper import paper
from encours.cli.analysis_workbook import sheets
from encours.reports.analysis import Analysis


def write(analysis: Analysis, folder: Path, stem: str) -> list[Path]:
    """Write the three files into a folder and return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "pdf": render("report", paper(analysis)),
        "xlsx": workbook(list(sheets(analysis)), written_on=analysis.today),
        "json": as_json(analysis).encode(),
    }
    paths = []
    for suffix, content in contents.items():
        path = folder / f"{stem}-encours.{suffix}"
        path.write_bytes(content)
        paths.append(path)
    return paths
