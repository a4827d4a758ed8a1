"""The sidelink's parameters: what is wrong and the remedy, told apart by “; ”."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "pc5.subchannels": (
        "there is no block error curve for {found} sub-channels; give one of {known}",
        "没有 {found} 个子信道的误块率曲线; 请改用其中之一：{known}",
    ),
    "pc5.rate": (
        "rate_hz is {rate_hz:g}: sidelink messages come more than 0 and less than 1000 times a second; give such a rate",
        "rate_hz 为 {rate_hz:g}，直连消息频率须大于 0 且小于 1000 Hz; 请改用此范围内的值",
    ),
}
