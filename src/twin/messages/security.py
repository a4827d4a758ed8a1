"""Clients of departments and who attacks through them: what is wrong in a scenario."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "security.client.found": (
        "there is no client {name!r}",
        "没有名为 {name!r} 的客户端",
    ),
    "security.client.remedy": (
        "name one of clients",
        "请写 clients 中的一个名称",
    ),
    "security.client_twice.found": (
        "there is another client {name!r} before it",
        "前面已有名为 {name!r} 的客户端",
    ),
    "security.client_twice.remedy": (
        "give each client a name of its own",
        "请为每个客户端取不同的名称",
    ),
}
