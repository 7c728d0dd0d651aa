"""Wordings that once said nothing, or something else."""

from __future__ import annotations

import pytest

from parcelwatch.lexicon import read
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause


@pytest.mark.parametrize(
    ("text", "milestone", "cause"),
    [
        ("【东门网点】进行派件扫描；派送业务员：李四；联系电话：13900000002", M.OUT_FOR_DELIVERY, None),
        ("航班降落", M.IN_TRANSIT, None),
        ("航班已降落，等待提货", M.IN_TRANSIT, None),
        ("快件已送达北京转运中心", M.IN_TRANSIT, None),
        ("包裹已送达自提点，可前往领取", M.AVAILABLE_FOR_PICKUP, None),
        ("到达自提点", M.AVAILABLE_FOR_PICKUP, None),
        ("含违禁品，已由机关查扣", M.EXCEPTION, C.SECURITY),
        ("网点无法找到快件", M.EXCEPTION, C.LOST),
        ("Customer addressing error found; attempting to correct. Possible delay", M.EXCEPTION, C.ADDRESS),
        ("The parcel data have been deleted from the GLS IT system.", M.CANCELLED, None),
        ("Electronic information submitted by shipper", M.INFO_RECEIVED, None),
        ("In FedEx possession", M.PICKED_UP, None),
        ("At local facility", M.IN_TRANSIT, None),
        ("The parcel is at the parcel dispatch centre.", M.IN_TRANSIT, None),
        ("DPD has received your parcel.", M.PICKED_UP, None),
        ("Objeto atingido por incêndio em unidade operacional", M.EXCEPTION, C.LOST),
        ("Solicitação de dados não atendida", M.CUSTOMS, C.CUSTOMS),
        ("Aguardando pagamento", M.CUSTOMS, C.CUSTOMS),
        ("Pagamento confirmado", M.IN_TRANSIT, None),
        ("包裹已配達取件門市", M.AVAILABLE_FOR_PICKUP, None),
        ("包裹配達中", M.OUT_FOR_DELIVERY, None),
        ("投遞不成功", M.ATTEMPT_FAILED, None),
        ("買家已取貨", M.DELIVERED, None),
        ("貨件已抵達理貨中心，處理中", M.IN_TRANSIT, None),
    ],
)
def test_a_wording_says_what_a_person_would_read(text: str, milestone: Milestone, cause: Cause | None) -> None:
    assert (read(text).milestone, read(text).cause) == (milestone, cause)
