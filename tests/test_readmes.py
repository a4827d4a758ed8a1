"""The English and the Chinese README: the same commands, the same places, each naming the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READMES = {"README.md": "README.zh-CN.md", "README.zh-CN.md": "README.md"}


def _commands(name: str) -> list[str]:
    blocks = re.findall(r"```(?:sh|python)\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_both_give_the_same_commands() -> None:
    """Every command and every line of code of one README stands in the other, in the same order."""
    assert _commands("README.md") == _commands("README.zh-CN.md")


@pytest.mark.parametrize("name", READMES)
def test_links_lead_somewhere(name: str) -> None:
    """Each README links to the other, and every file it links to exists."""
    links = re.findall(r"\]\(([^)#\s]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert READMES[name] in links
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []
