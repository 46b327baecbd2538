"""Extracts every message of the code and the templates into the catalogs, with Babel and Django's own reader."""

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).parent.parent
LOCALES = PACKAGE / "locale"
KEYWORDS: dict[str, tuple[Any, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    # The words of the timeline, kept until they are told.
    "_count": (1, 2),
    "_grade": None,
}
# Django turns a template into calls among letters that are no Python: the calls alone are kept.
CALLS = re.compile(
    r"""\b(?:_|n?p?gettext)\((?:[^()'"]|u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*")*\)""",
)
Found = tuple[str | tuple[str, str], str | None, str]


def messages_of(path: Path) -> Iterator[Found]:
    """Yield message (and plural), context and file of one source file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = "\n".join(CALLS.findall(templatize(text)))
    name = path.relative_to(PACKAGE).as_posix()
    extracted: Iterator[tuple[Any, ...]] = extract_python(
        io.BytesIO(text.encode()), KEYWORDS, [], {"encoding": "utf-8"}
    )
    for _line, function, words, _comments in extracted:
        said: tuple[Any, ...] = words if isinstance(words, tuple) else (words,)
        spec = KEYWORDS.get(str(function))
        if spec and isinstance(spec[0], tuple):
            context, texts = said[0], said[1 : len(spec)]
        else:
            context, texts = None, said[: len(spec) if spec else 1]
        if texts and all(isinstance(one, str) and one for one in texts):
            yield (texts[0] if len(texts) == 1 else (texts[0], texts[1])), context, name


def collected() -> Catalog:
    """Return every message of the package."""
    catalog = Catalog(project="encours", charset="utf-8")
    sources = [*sorted(PACKAGE.rglob("*.py")), *sorted(PACKAGE.rglob("*.html"))]
    for path in sources:
        if "migrations" in path.parts:
            continue
        for message, context, name in messages_of(path):
            # Without the line: catalogs would change with every edit.
            catalog.add(message, context=context, locations=[(name, 0)])
    for refusal in refusals():
        catalog.add(str(refusal()), locations=[(f"{refusal.__module__.replace('.', '/')[8:]}.py", 0)])
    return catalog


def refusals() -> Iterator[type[Exception]]:
    """Yield every refusal that a person may read: its docstring is what is said."""
    from encours.backoffice.errors import REFUSALS  # noqa: PLC0415 - needs Django's settings

    waiting: list[type[Exception]] = list(REFUSALS)
    while waiting:
        refusal = waiting.pop()
        yield refusal
        waiting += refusal.__subclasses__()


def update(language: str) -> tuple[int, int]:
    """Bring one catalog up to date with the code; return how many messages there are and how many lack words."""
    file = LOCALES / language / "LC_MESSAGES" / "django.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists():
        with file.open("rb") as reader:
            catalog = read_po(reader, locale=language)
    else:
        catalog = Catalog(locale=language, project="encours", charset="utf-8")
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    buffer = io.BytesIO()
    write_po(buffer, catalog, sort_output=True, omit_header=False, ignore_obsolete=True, include_lineno=False)
    text = re.sub(
        r'"(POT-Creation-Date|PO-Revision-Date|Generated-By)[^\n]*\n', "", buffer.getvalue().decode()
    )
    file.write_text(text, encoding="utf-8")
    return len(catalog), sum(not all(words(one)) for one in catalog if one.id)


def words(message: Message) -> Sequence[str]:
    """Return the words of a message in the language of its catalog, one text for each number it tells apart."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or [""])


def main() -> None:
    """Update the French catalog and compile it."""
    from encours.config.provision import compile_translations  # noqa: PLC0415 - needs Django's settings

    count, lacking = update("fr")
    compile_translations()
    print(f"{count} messages, {lacking} without French words.")  # noqa: T201


if __name__ == "__main__":
    main()
