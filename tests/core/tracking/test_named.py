"""The day that a courier's words name."""

from __future__ import annotations

from datetime import date

import pytest

from parcelwatch.core.tracking.named import named_day

FRIDAY = date(2026, 3, 6)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Held until 2026-03-14", date(2026, 3, 14)),
        ("Held until 03/14/2026", date(2026, 3, 14)),
        ("Held until 14/03", date(2026, 3, 14)),
        ("Held until 7.4.", date(2026, 4, 7)),
        ("Held until March 9th", date(2026, 3, 9)),
        ("Held until 9 Mar 2026", date(2026, 3, 9)),
        ("Held until Monday", date(2026, 3, 9)),
        ("Held until Friday", date(2026, 3, 13)),
        ("客户要求周一派送", date(2026, 3, 9)),
        ("约定3月12日派送", date(2026, 3, 12)),
        ("约定 03-12 派送", date(2026, 3, 12)),
        ("联系不上明日送", date(2026, 3, 7)),
        ("Customer requested future delivery", None),
        ("Held until 2019-03-14", None),
        ("Held until 99/99", None),
        ("Held until 2026-12-24", None),
        ("电话13900000002, 0371-12345678", None),
        ("Rescheduled to Monday 16 March", date(2026, 3, 16)),
        ("Attempted on 6 March, rescheduled to 9 March", date(2026, 3, 9)),
        ("Attempted on 05/03, rescheduled to 09/03", date(2026, 3, 9)),
        ("Was due Fri 6 Mar, now Tue 10 Mar", date(2026, 3, 10)),
        ("Later on 6 March", date(2026, 3, 6)),
        ("Ordered 14/03/2025, put off", None),
        ("Ordered 14 March 2025, put off", None),
        ("Rescheduled for the 9th of March", date(2026, 3, 9)),
        ("Rescheduled for 09-MAR-2026", date(2026, 3, 9)),
        ("Rescheduled for the day after tomorrow", date(2026, 3, 8)),
        ("To be delivered on Tue", date(2026, 3, 10)),
        ("Zustellung auf Montag verschoben", date(2026, 3, 9)),
        ("Zustellung verschoben auf 9. März", date(2026, 3, 9)),
        ("Zustellung auf morgen verschoben", date(2026, 3, 7)),
        ("Zustellung auf übermorgen verschoben", date(2026, 3, 8)),
        ("Zustellung am Morgen", None),
        ("Livraison reportée au 9 août", None),
        ("Livraison reportée à mardi", date(2026, 3, 10)),
        ("Entrega reprogramada para el 9 de marzo", date(2026, 3, 9)),
        ("Entrega reagendada para segunda-feira", date(2026, 3, 9)),
        ("Segunda tentativa", None),
        ("客户要求大后天送", date(2026, 3, 9)),
        ("客户要求下周五送", date(2026, 3, 13)),
        ("周一至周五派送", None),
        ("因天气，说明天气转好后派送", None),
        ("3天后天津派送", None),
        ("客户要求周末派送", date(2026, 3, 7)),
        ("客户要求9号送", date(2026, 3, 9)),
        ("客户要求3号再派送", date(2026, 4, 3)),
        ("放在9号楼", None),
        ("客户要求6号送", date(2026, 3, 6)),
        ("客户要求45号派送", None),
        ("改约九九月九九日派送", None),
        ("第3号派送员", None),
        ("改约三月九日派送", date(2026, 3, 9)),
        ("改约三月二十一日派送", date(2026, 3, 21)),
        ("改约四月十日派送", date(2026, 4, 10)),
        ("改约20260309派送", date(2026, 3, 9)),
        ("单号 202603091", None),
        ("Held Monday to Friday", date(2026, 3, 13)),
        ("Held from 6 to 9 March", date(2026, 3, 9)),
        ("Held from 9 March to 12 March", date(2026, 3, 12)),
        ("Held from March 9 to 12", date(2026, 3, 12)),
        ("3月9日至12日不派送", date(2026, 3, 12)),
        ("3月9日至3月12日不派送", date(2026, 3, 12)),
        ("2026-03-09 – 2026-03-12", date(2026, 3, 12)),
        ("Sat on the dock", None),
        ("Handed to Sun Li", None),
        ("Delivered Mon-Fri", None),
        ("It may 10 times be delayed", None),
        ("Parcel 3/9 of the shipment", None),
        ("12.3 kg", None),
        ("12.03 kg", None),
        ("9.3 小时", None),
        ("3-9天后派送", None),
        ("App 3.9.1", None),
        ("Between 03-09", None),
        ("10-12 Uhr", None),
        ("Floor 3-9", None),
    ],
)
def test_the_day_that_words_name(words: str, day: date | None) -> None:
    assert named_day(words, FRIDAY) == day


def test_on_a_saturday_the_weekend_is_the_day_after() -> None:
    assert named_day("客户要求周末派送", date(2026, 3, 7)) == date(2026, 3, 8)


def test_a_day_of_next_year_is_named_without_its_year() -> None:
    assert named_day("Held until January 4", date(2026, 12, 28)) == date(2027, 1, 4)
