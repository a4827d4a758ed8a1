"""A document as one HTML file: no network, pictures within, set for A4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from importlib import resources
from string import Template
from typing import Final

from twin.report.content import Block, Command, Document, Heading, Paragraph, Picture, Points
from twin.terminal.tables import ShownTable

UNBROKEN_ROWS: Final = 12
"""Tables up to that many rows are kept on one page."""

_LANGUAGES: Final = {"en": "en", "zh": "zh-CN"}

_LATIN: Final = '"Helvetica Neue", Arial, "Liberation Sans"'
_CHINESE: Final = '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei"'
_FONTS: Final = {"en": f"{_LATIN}, {_CHINESE}, sans-serif", "zh": f"{_CHINESE}, {_LATIN}, sans-serif"}
_DIGITS = re.compile(r"(-?\d+\.\d\d)\d+")
_PATHS = re.compile(r'(?<= )(d|x|y|transform)="([^"]*)"')
_NAMES = re.compile(r'(\bid="|href="#|url\(#)')


def html_of(document: Document) -> bytes:
    """Return ``document`` as the bytes of an HTML file, the same for the same document."""
    page = Template((resources.files("twin.report") / "page.html").read_text(encoding="utf-8"))
    style = Template((resources.files("twin.report") / "page.css").read_text(encoding="utf-8"))
    pictures = iter(range(1_000_000))
    body = "\n".join(line for part in document.parts for line in _part(part.key, part.title, part.blocks, pictures))
    facts = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in document.facts)
    text = page.substitute(
        language=_LANGUAGES[document.language],
        style=style.substitute(
            mark=_css(document.mark), title=_css(document.title), fonts=_FONTS[document.language], footer=_css(document.footer)
        ),
        title=escape(document.title),
        question=escape(document.question),
        mark=escape(document.mark),
        state="calibrated" if document.calibrated else "uncalibrated",
        facts=facts,
        body=body,
        footer=escape(document.footer),
    )
    return text.encode()


def _css(text: str) -> str:
    r"""Return a text as it may stand in a string of CSS inside of HTML: every other character than plain ones as ``\hex``."""
    return "".join(letter if letter.isalnum() or letter in " .-_·()（）：" else f"\\{ord(letter):x} " for letter in text)


def _part(key: str, title: str, blocks: tuple[Block, ...], pictures: Iterator[int]) -> Iterator[str]:
    yield f'<section id="{key}">'
    yield f"<h2>{escape(title)}</h2>"
    for block in blocks:
        yield _block(block, pictures)
    yield "</section>"


def _block(block: Block, pictures: Iterator[int]) -> str:
    if isinstance(block, Paragraph):
        return f'<p class="note">{escape(block.text)}</p>' if block.note else f"<p>{escape(block.text)}</p>"
    if isinstance(block, Heading):
        return f"<h3>{escape(block.text)}</h3>"
    if isinstance(block, Points):
        return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in block.items) + "</ul>"
    if isinstance(block, Command):
        return f"<pre>{escape(block.text)}</pre>"
    if isinstance(block, Picture):
        return f"<figure>{_inline(block, next(pictures))}<figcaption>{escape(block.caption)}</figcaption></figure>"
    return _table(block)


def _table(table: ShownTable) -> str:
    def row(cells: tuple[str, ...], tag: str) -> str:
        shown = zip(cells, table.right, strict=True)
        return "<tr>" + "".join(f"<{tag}{_side(right)}>{_breakable(cell)}</{tag}>" for cell, right in shown) + "</tr>"

    short = ' class="short"' if len(table.rows) <= UNBROKEN_ROWS else ""
    caption = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    body = "\n".join(row(cells, "td") for cells in table.rows)
    return f"<table{short}>{caption}<thead>{row(table.names, 'th')}</thead><tbody>\n{body}\n</tbody></table>"


def _side(right: bool) -> str:  # noqa: FBT001
    return ' class="right"' if right else ""


def _breakable(text: str) -> str:
    """Return a text that may be broken behind the dots and underscores of a key."""
    return re.sub(r"(?<=[a-z\])])([._])(?=[a-z*\[])", r"\1<wbr>", escape(text))


def _inline(picture: Picture, number: int) -> str:
    """Return the SVG element of a picture, its names made its own, its coordinates without needless digits."""
    text = picture.draw("svg").decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = _PATHS.sub(lambda found: f'{found[1]}="{_DIGITS.sub(lambda number: number[1], found[2])}"', text)
    text = re.sub(r' xmlns(:xlink)?="[^"]*"', "", text)
    text = text.replace("xlink:href", "href")
    return _NAMES.sub(lambda found: f"{found[1]}p{number}-", text)
