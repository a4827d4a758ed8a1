"""Documents of a sweep and of a run: self-contained, complete in both languages, the same bytes each time."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path

import docx
import pytest
from tests.report.told_sweep import AXIS, METRICS, Told, told_sweep
from tests.sweeps.town_sweep import sweep_file

from twin import cli
from twin.errors import InputError, TwinError
from twin.eventlog.reader import Run, open_run
from twin.messages import LANGUAGES, say, use_language
from twin.metrics import document_pictures, pictures
from twin.report import word
from twin.report.build import run_document, sweep_document
from twin.report.calibration import read_calibration
from twin.report.content import PARTS, Document, Picture
from twin.report.html import html_of
from twin.report.word import word_of
from twin.sweeps.assumption_sweep import load_study, run_study
from twin.sweeps.results import SweepResults
from twin.sweeps.uncertainty_tables import findings, write_tables
from twin.terminal.assumptions import write_sentences
from twin.terminal.tables import ShownTable

VOID = {"meta", "br", "wbr", "link", "img", "use", "path"}


class Page(HTMLParser):
    """What of a page the tests ask."""

    def __init__(self, content: bytes) -> None:
        """Read the page; every element that is opened is closed."""
        super().__init__()
        self.sections: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.names: list[str] = []
        self._open: list[str] = []
        self.feed(content.decode())
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element and what it refers to."""
        self.tags.append(tag)
        given = dict(attrs)
        self.addresses += [str(given[name]) for name in ("src", "href", "xlink:href", "data") if name in given]
        self.names += [str(given["id"])] if "id" in given else []
        if tag == "section":
            self.sections.append(str(given["id"]))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element without content."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        if tag not in VOID:
            assert self._open.pop() == tag


@pytest.fixture(scope="module", name="found")
def _found(tmp_path_factory: pytest.TempPathFactory) -> SweepResults:
    return told_sweep(tmp_path_factory.mktemp("told"), real=1)


@pytest.fixture(scope="module", name="run")
def _run(found: SweepResults) -> Run:
    return open_run(found.folder.parent / found.table["folder"].to_pylist()[0])


def _documents(found: SweepResults, run: Run) -> list[Document]:
    return [sweep_document(found), run_document(run)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_whole_and_needs_nothing_else(found: SweepResults, run: Run, language: str) -> None:
    """The fixed parts in their order, no script, no address but within the page, no name twice, the mark on the first page."""
    use_language(language)
    for document in _documents(found, run):
        content = html_of(document)
        page = Page(content)
        assert tuple(page.sections) == PARTS
        assert "script" not in page.tags
        assert all(address.startswith("#") for address in page.addresses)
        assert {address[1:] for address in page.addresses} <= {*page.names}
        assert len(page.names) == len(set(page.names))
        assert not re.search(rb"https?://|@import|url\((?!#)", content)
        text = content.decode()
        assert text.count(say("traffic.not_calibrated")) >= 2  # on the first page and in the header of every page
        assert "© OpenStreetMap contributors" in text
        assert "1 km" in text or " m</text>" in text  # the scale bar
        assert all(f"<h2>{say(f'document.part.{key}')}</h2>" in text for key in PARTS)
    assert page.tags.count("svg") == 1


def test_the_parts_of_a_sweep(found: SweepResults) -> None:
    """A map of three deployments, three pictures in all, a table a metric, bills that add up, the command with its file."""
    parts = {part.key: part.blocks for part in sweep_document(found).parts}
    assert sum(isinstance(block, Picture) for blocks in parts.values() for block in blocks) == 3
    titles = [block.title for block in parts["comparison"] if isinstance(block, ShownTable)]
    assert titles == [
        "which density",
        "recall (%)",
        "perceived vehicle time (%)",
        "sites",
        "investment of the deployment (million CNY)",
    ]
    bill, estimate = (block for block in parts["investment"] if isinstance(block, ShownTable))
    assert bill.names[-3:] == ("one", "两个", "three")
    assert bill.rows[0] == ("LiDAR", "2.40", "6.00", "15.0", "assumed", "1", "2", "3")
    middle = sum(float(row[2]) for row in bill.rows)
    assert estimate.rows[0][2].startswith(f"{middle:.1f} (")
    keys = [row[0] for block in parts["assumptions"] if isinstance(block, ShownTable) for row in block.rows]
    assert "deployment.kits.*(lidar).range_m" in keys
    assert "deployment.costs.lidar" in keys
    assert "deployment.costs.camera" not in keys  # nobody buys one
    command = next(block for block in parts["repeat"] if type(block).__name__ == "Command")
    assert "sweep.yaml" in command.text


def test_the_same_document_is_the_same_bytes(found: SweepResults, run: Run) -> None:
    """HTML and Word, of a sweep and of a run, made twice."""
    for document, again in zip(_documents(found, run), _documents(found, run), strict=True):
        assert html_of(document) == html_of(again)
        assert word_of(document) == word_of(again)


@pytest.mark.parametrize("language", LANGUAGES)
def test_word_opens_with_everything_in_it(found: SweepResults, run: Run, language: str) -> None:
    """Headings, tables and pictures are those of the document; A4; the mark in the header; no date of today."""
    use_language(language)
    for document in _documents(found, run):
        opened = docx.Document(io.BytesIO(word_of(document)))
        headings = [
            paragraph.text for paragraph in opened.paragraphs if paragraph.style and paragraph.style.name == "Heading 1"
        ]
        assert headings == [part.title for part in document.parts]
        blocks = [block for part in document.parts for block in part.blocks]
        tables = [block for block in blocks if isinstance(block, ShownTable)]
        assert [[cell.text for cell in table.rows[0].cells] for table in opened.tables[1:]] == [
            [*table.names] for table in tables
        ]
        assert [len(table.rows) - 1 for table in opened.tables[1:]] == [len(table.rows) for table in tables]
        assert len(opened.inline_shapes) == sum(isinstance(block, Picture) for block in blocks)
        (section,) = opened.sections
        assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
        assert all(
            shape.width <= section.page_width - section.left_margin - section.right_margin for shape in opened.inline_shapes
        )
        assert document.mark in section.header.paragraphs[0].text
        assert opened.core_properties.created.year == 1980


def test_without_a_chinese_font_pictures_are_in_english(found: SweepResults, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document says so, and nothing warns of missing characters; the page's pictures keep their Chinese text."""
    use_language("zh")
    for module in (pictures, document_pictures, word):
        monkeypatch.setattr(module, "chinese_font", lambda: None)
    document = sweep_document(found)
    opened = docx.Document(io.BytesIO(word_of(document)))
    assert say("document.no_font") in [paragraph.text for paragraph in opened.paragraphs]
    assert "两个 (2 个点位)" in html_of(document).decode()


def test_runs_that_are_not_there_are_said_to_be_missing(tmp_path: Path) -> None:
    """A sweep whose runs lie elsewhere has no map and no bill, but all of its comparison."""
    document = sweep_document(told_sweep(tmp_path))
    text = html_of(document).decode()
    assert say("document.map.none") in text
    assert say("investment.none") in text
    assert "perceived vehicle time (%)" in text


def test_a_calibration_lifts_the_mark(found: SweepResults, tmp_path: Path) -> None:
    """Its name, hash and first lines are shown, escaped; what cannot be such a note is refused."""
    note = tmp_path / "calibration.md"
    note.write_text("Counts of <May>\n\nGEH < 5 at 92 % of 40 stations\n", encoding="utf-8")
    text = html_of(sweep_document(found, read_calibration(note))).decode()
    assert say("traffic.not_calibrated") not in text
    assert "calibration attached: calibration.md" in text
    assert "Counts of &lt;May&gt; GEH &lt; 5 at 92 % of 40 stations" in text
    assert re.search(r"calibration\.md, SHA-256 [0-9a-f]{64}", text)
    for content, says in ((b"", "empty"), (b"\xff\xfe\x00", "not UTF-8"), (b"x" * 1_000_001, "larger")):
        note.write_bytes(content)
        with pytest.raises(InputError, match=says):
            read_calibration(note)
    with pytest.raises(InputError, match="cannot be read"):
        read_calibration(tmp_path / "nowhere.md")


def test_a_study_of_the_assumptions_must_be_one(found: SweepResults, tmp_path: Path) -> None:
    """A folder without its tables is answered with the file that is missing."""
    with pytest.raises(InputError, match=r"bands\.parquet"):
        sweep_document(found, study=tmp_path)


def test_a_study_shows_both_bands_apart(found: SweepResults, tmp_path: Path) -> None:
    """Its table has a band of chance and one with the assumptions, its sentences stand in the language asked for."""
    file = sweep_file(tmp_path, axes=AXIS, rest=f"seeds: [1, 2]\n{METRICS}\nassumptions: {{draws: 10, tornado: 1}}\n")
    result = run_study(load_study(file), tmp_path / "runs", Told())
    tables = findings(result)
    write_tables(result, tables)
    write_sentences(result, tables)
    folder = result.drawn.folder
    use_language("zh")
    document = sweep_document(found, study=folder)
    (blocks,) = (part.blocks for part in document.parts if part.key == "assumptions")
    bands = next(block for block in blocks if isinstance(block, ShownTable) and "仅随机性" in block.names)
    shown = {row[1]: row for row in bands.rows if row[0].startswith("感知率")}
    assert set(shown) == {"one", "两个", "three", "两个 - one", "three - one", "three - 两个"}
    assert shown["one"][2] == "50.15"
    assert shown["两个 - one"][2] == "30.0"
    assert f"{folder.name}" in html_of(document).decode()
    assert sum(isinstance(block, Picture) for block in blocks) == 1  # figures that are told swing nothing
    assert word_of(document)


def test_without_python_docx_it_is_named(found: SweepResults, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(TwinError, match=r"guangzhou-twin\[report\]"):
        word_of(sweep_document(found))


@pytest.fixture(name="call")
def _call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["twin", "report", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


def test_the_command(found: SweepResults, run: Run, call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are named after their folder; options of documents alone, and sweeps on the terminal, are bad input."""
    monkeypatch.chdir(tmp_path)
    assert call(found.folder, "--to", "html", "--lang", "zh")[:2] == (0, f"已写出 {found.folder.name}.html\n")
    assert call(run.path, "--to", "docx", "--out", tmp_path / "run.docx")[0] == 0
    assert docx.Document(str(tmp_path / "run.docx")).tables
    assert call(found.folder)[0] == 2
    code, _, err = call(run.path, "--out", "x.html")
    assert (code, "--out is only for a document" in err) == (2, True)
    assert call(run.path, "--to", "html", "--study", tmp_path)[0] == 2
    assert call(tmp_path, "--to", "html")[0] == 2
    assert call(run.path, "--to", "html", "--out", tmp_path / "no" / "x.html")[0] == 1
    assert call(run.path)[1].startswith("town (complete)")


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints_on_a4(found: SweepResults, run: Run, language: str, tmp_path: Path) -> None:
    """In a real browser nothing is wider than the page's text, on the screen or on paper, and the pages are A4."""
    chromium = shutil.which("chromium")
    if chromium is None and os.environ.get("CI") != "true":
        pytest.skip("chromium is missing: pages are not printed")
    from playwright.sync_api import sync_playwright

    use_language(language)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 658, "height": 986})  # A4 less the margins, at 96 dots an inch
        for document in _documents(found, run):
            file = tmp_path / "page.html"
            file.write_bytes(html_of(document))
            asked: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto(file.as_uri())
            for medium in ("screen", "print"):
                page.emulate_media(media=medium)
                wide = """[...document.querySelectorAll('body *')].filter(element => {
                    const box = element.getBoundingClientRect(), text = document.body.getBoundingClientRect();
                    return box.right > text.right + 1 || box.left < text.left - 1;
                }).map(element => element.outerHTML.slice(0, 80))"""
                assert page.evaluate(wide) == []
            printed = page.pdf(prefer_css_page_size=True)
            sizes = {tuple(map(float, size.split())) for size in re.findall(rb"/MediaBox \[([^\]]*)\]", printed)}
            assert len(sizes) == 1
            assert sizes.pop() == pytest.approx((0.0, 0.0, 595.3, 841.9), abs=1.0)
            assert asked == [file.as_uri()]
        browser.close()


def test_a_sweep_writes_the_documents_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``outputs`` stand beside the tables when a sweep ends, with what its budget buys; a remote store is refused at once."""
    rest = f"seeds: [1]\n{METRICS}\nbudget_cny: 1.0e12\noutputs: [html, docx, html]"
    file, out = sweep_file(tmp_path, axes=AXIS, rest=rest), tmp_path / "runs"
    command = ["twin", "sweep", str(file), "--executor", "local", "--workers", "1", "--out"]
    monkeypatch.setattr(sys, "argv", [*command, (tmp_path / "remote").as_uri()])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "this machine only" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", [*command, str(out)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    (folder,) = (path.parent for path in out.glob("*/sweep.json"))
    assert sorted(path.name for path in folder.glob("report.*")) == ["report.docx", "report.html"]
    said = "For 1,000,000.0 million CNY"
    assert said in capsys.readouterr().out
    assert said in (folder / "report.html").read_text(encoding="utf-8")
    monkeypatch.setattr(sys, "argv", [*command, str(out), "--quiet"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, *capsys.readouterr()) == (0, "", "")
