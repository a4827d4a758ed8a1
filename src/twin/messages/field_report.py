"""Field devices in ``twin report`` and its documents."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "field_report.heading": ("Field devices", "现场设备"),
    "field_report.title.devices": ("Field devices: reports and availability", "现场设备：上报与可用率"),
    "field_report.title.lost": ("Reports of field devices that were lost, by cause", "现场设备上报丢失原因"),
    "field_report.title.floods": ("Water in underpasses", "下穿通道积水"),
    "field_report.column.kind": ("kind", "类型"),
    "field_report.column.devices": ("devices", "设备数"),
    "field_report.column.expected": ("reports due", "应报次数"),
    "field_report.column.delivered": ("delivered", "送达率"),
    "field_report.column.under_way": ("under way at the end", "结束时在途"),
    "field_report.column.up": ("availability", "可用率"),
    "field_report.column.replaced": ("batteries replaced", "更换电池数"),
    "field_report.column.cause": ("cause", "原因"),
    "field_report.column.count": ("reports", "次数"),
    "field_report.column.share": ("of those due", "占应报次数"),
    "field_report.column.underpass": ("underpass", "下穿通道"),
    "field_report.column.deepest": ("deepest", "最大水深"),
    "field_report.column.closed": ("closed", "封闭时间占比"),
    "field_report.column.deep": ("vehicles in deep water", "驶入深水的车辆"),
    "field_report.all": ("all field devices", "全部现场设备"),
    "field_report.gateways": ("gateways", "网关"),
    "field_report.cause.device_fault": ("device broken", "设备故障"),
    "field_report.cause.battery": ("battery empty", "电池耗尽"),
    "field_report.cause.missed": ("not noticed by the device", "设备漏检"),
    "field_report.cause.radio": ("lost by the access network", "接入网丢失"),
    "field_report.cause.too_long": ("longer than the network carries", "超过网络最大长度"),
    "field_report.cause.duty_cycle": ("sent too soon for the duty cycle", "超出占空比限制"),
    "field_report.cause.gateway": ("gateway out", "网关中断"),
    "field_report.cause.store_full": ("gateway out and its store full", "网关中断且缓存已满"),
}
