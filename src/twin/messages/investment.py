"""Bills of quantities and estimates in a document."""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = {
    "investment.none": (
        "No estimate: no complete run of the sweep lies beside its folder.",
        "没有估算：批量对比试验目录旁没有已完成的运行。",
    ),
    "investment.nothing": ("Nothing is bought: the deployment has no devices.", "没有采购项：布设方案不含设备。"),
    "investment.note": (
        (
            "Prices without value-added tax, as middle (low – high): the ends are all prices low and all prices high together, "
            "not an interval of probability. Life-cycle cost: what is built, replaced and run over the years ahead, in money "
            "of today. “Assumed”: no published source; “partly sourced”: docs/prices.md says which part is."
        ),
        (
            "价格不含增值税，写作 中值（低值 – 高值）：两端为全部取低价与全部取高价，并非概率区间。"
            "全生命周期成本：计算期内建设、更换与运维的费用，按现值计。"
            "“假设”指没有公开来源；“部分有据”指部分取值有公开来源，见 docs/prices.md。"
        ),
    ),
    "investment.bill": ("Bill of quantities", "设备清单"),
    "investment.bill.title": ("Unit prices (10,000 CNY) and quantities", "单价（万元）与数量"),
    "investment.item": ("item", "项目"),
    "investment.price.low": ("low", "低值"),
    "investment.price.mid": ("middle", "中值"),
    "investment.price.high": ("high", "高值"),
    "investment.basis": ("basis", "依据"),
    "investment.basis.given": ("scenario", "场景给定"),
    "investment.basis.partly": ("partly sourced", "部分有据"),
    "investment.basis.assumed": ("assumed", "假设"),
    "investment.item.per_lane": ("{name}, per lane", "{name}（每车道）"),
    "investment.item.rsu": ("roadside unit (RSU)", "路侧单元（RSU）"),
    "investment.item.compute": ("edge computer (MEC)", "边缘计算单元（MEC）"),
    "investment.item.pole": ("pole with foundation", "杆件及基础"),
    "investment.item.power": ("power connection", "接电"),
    "investment.item.civil_works": ("civil works of a site", "点位土建（管道、光缆）"),
    "investment.item.removal": ("removal of a pole", "拆除杆件"),
    "investment.estimate": ("Estimate", "估算"),
    "investment.estimate.title": ("10,000 CNY: middle (low – high)", "万元：中值（低值 – 高值）"),
    "investment.estimate.deployment": ("deployment", "布设方案"),
    "investment.estimate.site_count": ("sites", "点位数"),
    "investment.estimate.investment": ("investment", "投资"),
    "investment.estimate.yearly": ("operation a year", "年运维费"),
    "investment.estimate.life_cycle": ("life-cycle cost", "全生命周期成本"),
    "investment.estimate.years": ("years ahead (discount rate)", "计算期年数（折现率）"),
}
