"""Who may read what: departments, the regions and the tables that are open to them, and a log of what they asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from pydantic import Field

from twin.eventlog.tables import TABLES
from twin.spec import Spec

EVERY: Final = "*"
"""Stands for all regions or all tables."""


class PermissionSpec(Spec):
    """What one department may read; a department may stand in several entries, and reads what any of them opens."""

    department: str = Field(min_length=1)
    """Who: transport, police, urban_management, operator, …"""

    regions: tuple[str, ...] = Field(default=(EVERY,), min_length=1)
    """Names of regional clouds whose data are open, or ``*`` for all; ``central`` is the central cloud's picture."""

    tables: tuple[str, ...] = Field(min_length=1)
    """Tables of the log that are open, or ``*`` for all."""


class Permissions:
    """Answers whether a department may read a table of a region. Without any entry nothing is restricted."""

    def __init__(self, specs: Sequence[PermissionSpec]) -> None:
        """Take the entries of ``links.permissions``."""
        self._open = {(spec.department, region, table) for spec in specs for region in spec.regions for table in spec.tables}
        self.departments = tuple(sorted({spec.department for spec in specs}))
        """Who has an entry."""

    def may_read(self, department: str, region: str, table: str) -> bool:
        """Return whether ``department`` may read ``table`` of ``region``; nobody is restricted where there are no entries."""
        if not self._open:
            return True
        return any((department, r, t) in self._open for r in (region, EVERY) for t in (table, EVERY))


class AccessRecorder(Protocol):
    """What takes the rows of table ``access``."""

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table."""


class AccessLog:
    """Decides over requests to read and records each of them, granted or denied."""

    def __init__(self, permissions: Permissions, recorder: AccessRecorder | None = None) -> None:
        """Record into table ``access`` where there is a recorder; the counts are kept anyway."""
        self._permissions = permissions
        self._recorder = recorder
        self.granted = 0
        """Requests granted so far."""
        self.denied = 0
        """Requests denied so far."""

    def request(self, t_us: int, department: str, region: str, table: str, client: str = "", attack: str | None = None) -> bool:
        """Return whether the request is granted, and record it. A table that does not exist is denied.

        ``client`` is who asks for the department; ``attack``, truth, is what he is up to.
        """
        granted = table in TABLES and self._permissions.may_read(department, region, table)
        self.granted += granted
        self.denied += not granted
        if self._recorder is not None:
            asked = {"client": client, "department": department, "region": region, "read": table}
            row = {"t_us": t_us, **asked, "granted": granted, "attack": attack}
            self._recorder.append("access", {name: [value] for name, value in row.items()})
        return granted
