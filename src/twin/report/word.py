"""A document as a Word file. The door to python-docx, which is optional (``pip install guangzhou-twin[report]``)."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from twin.errors import TwinError
from twin.messages import say
from twin.metrics.document_pictures import WIDTH_IN
from twin.metrics.pictures import chinese_font
from twin.report.content import Block, Command, Document, Heading, Paragraph, Picture, Points

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_EPOCH: Final = datetime(1980, 1, 1, tzinfo=UTC)
"""Date within every file: the earliest that ZIP knows, so that the same document is the same bytes."""

_LATIN: Final = "Arial"
_CHINESE: Final = "Microsoft YaHei"
_MOST_HEIGHT_CM: Final = 23.0
_RED: Final = (0xA0, 0x20, 0x20)


def word_of(document: Document) -> bytes:
    """Return ``document`` as the bytes of a Word file, A4, the same for the same document.

    Pictures have 200 dots an inch; where no font here has Chinese characters they are labelled in English, and the document
    says so. Raises TwinError without python-docx or Matplotlib.
    """
    try:
        import docx
        from docx.shared import Cm
    except ModuleNotFoundError:
        raise TwinError(say("document.missing")) from None
    word: WordDocument = docx.Document()
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin = section.bottom_margin = Cm(2.0)
    _fonts(word)
    _header(section, document)
    _first_page(word, document)
    if document.language == "zh" and chinese_font() is None:
        word.add_paragraph(say("document.no_font"))
    for part in document.parts:
        word.add_heading(part.title, level=1)
        for block in part.blocks:
            _add(word, block)
    properties = word.core_properties
    properties.title, properties.author, properties.comments = document.title, "", document.mark
    properties.created = properties.modified = properties.last_printed = _EPOCH.replace(tzinfo=None)
    sink = io.BytesIO()
    word.save(sink)
    return _without_dates(sink.getvalue())


def _fonts(word: WordDocument) -> None:
    """Give every style a Latin and a Chinese family, sizes for A4, and keep rows of tables in one piece."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    sizes = {"Normal": 9.5, "Title": 20.0, "Heading 1": 14.0, "Heading 2": 11.0, "List Bullet": 9.5, "Caption": 8.0}
    for name, size in sizes.items():
        style: Any = word.styles[name]
        style.font.name, style.font.size = _LATIN, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        fonts.set(qn("w:eastAsia"), _CHINESE)


def _header(section: Any, document: Document) -> None:
    """Put name and mark into the header, folder, version and page number into the footer of every page."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    for paragraph in (head, foot):
        paragraph.paragraph_format.tab_stops.clear_all()
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(17.4), WD_TAB_ALIGNMENT.RIGHT)
    head.add_run(f"{document.title}\t").font.size = Pt(8)
    mark = head.add_run(document.mark)
    mark.font.size = Pt(8)
    if not document.calibrated:
        mark.font.color.rgb = RGBColor(*_RED)
    foot.add_run(f"{document.footer}\t").font.size = Pt(7.5)
    page = foot.add_run()
    page.font.size = Pt(8)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        page._r.append(element)  # noqa: SLF001  (python-docx has no fields)


def _first_page(word: WordDocument, document: Document) -> None:
    from docx.shared import RGBColor

    mark = word.add_paragraph().add_run(document.mark)
    mark.bold = True
    if not document.calibrated:
        mark.font.color.rgb = RGBColor(*_RED)
    word.add_heading(document.title, level=0)
    if document.question:
        word.add_paragraph(document.question)
    _add_table(word, "", None, document.facts, (False, False))


def _add(word: WordDocument, block: Block) -> None:
    from docx.shared import Cm, Inches, Pt

    if isinstance(block, Paragraph):
        run = word.add_paragraph().add_run(block.text)
        if block.note:
            run.font.size = Pt(8)
    elif isinstance(block, Heading):
        word.add_heading(block.text, level=2)
    elif isinstance(block, Points):
        for item in block.items:
            word.add_paragraph(item, style="List Bullet")
    elif isinstance(block, Command):
        for line in block.text.splitlines():
            run = word.add_paragraph().add_run(line)
            run.font.name, run.font.size = "Consolas", Pt(8.5)
    elif isinstance(block, Picture):
        shape = word.add_picture(io.BytesIO(block.draw("png")), width=Inches(WIDTH_IN))
        if shape.height > Cm(_MOST_HEIGHT_CM):
            shape.width, shape.height = int(shape.width * Cm(_MOST_HEIGHT_CM) / shape.height), Cm(_MOST_HEIGHT_CM)
        word.paragraphs[-1].paragraph_format.keep_with_next = True
        word.add_paragraph(block.caption, style="Caption")
    else:
        _add_table(word, block.title, block.names, block.rows, block.right)


def _add_table(
    word: WordDocument,
    title: str,
    names: tuple[str, ...] | None,
    rows: tuple[tuple[str, ...], ...],
    right: tuple[bool, ...],
) -> None:
    """Add a table whose first row is repeated on every page and whose rows are not split; ``names`` None for no first row."""
    from docx.oxml import OxmlElement

    if title:
        caption = word.add_paragraph()
        caption.add_run(title).bold = True
        caption.paragraph_format.keep_with_next = True
    lines = [*([names] if names else []), *rows]
    table = word.add_table(rows=len(lines), cols=len(right), style="Light List Accent 1" if names else "Table Grid")
    for number, (line, row) in enumerate(zip(lines, table._tbl.tr_lst, strict=True)):  # noqa: SLF001  (rows one by one are slow)
        settings = row.get_or_add_trPr()
        settings.append(OxmlElement("w:cantSplit"))
        if names and number == 0:
            settings.append(OxmlElement("w:tblHeader"))
        for text, cell, at_right in zip(line, row.tc_lst, right, strict=True):
            _fill(cell, text, at_right=at_right, bold=bool(names) and number == 0)
    word.add_paragraph()


def _fill(cell: Any, text: str, *, at_right: bool, bold: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt
    from docx.text.paragraph import Paragraph as WordParagraph

    paragraph = WordParagraph(cell.p_lst[0], cell)
    paragraph.paragraph_format.space_after = Pt(0)
    if at_right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(7.5)


def _without_dates(content: bytes) -> bytes:
    """Return the parts of a ZIP file as they are, all with one date."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(sink, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            target.writestr(entry, source.read(name))
    return sink.getvalue()
