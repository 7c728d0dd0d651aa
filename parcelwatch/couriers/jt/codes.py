"""极兔's scan types and problem types, by number and by name: clients have seen either in the same field.

Facts: a public table and a client's own list. Some problems come under two numbers with one name. A changed address or
time of delivery heals by itself; a parcel for a village beyond the round has an address nobody goes to.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

_PICKED: Meaning = (M.PICKED_UP, None)
_MOVING: Meaning = (M.IN_TRANSIT, None)
_POSTPONED: Meaning = (M.IN_TRANSIT, C.POSTPONED)
_OUT: Meaning = (M.OUT_FOR_DELIVERY, None)
_WAITING: Meaning = (M.AVAILABLE_FOR_PICKUP, None)
_ODD: Meaning = (M.EXCEPTION, C.UNSTATED)
_ADDRESS: Meaning = (M.EXCEPTION, C.ADDRESS)
_REFUSED: Meaning = (M.ATTEMPT_FAILED, C.REFUSED)
_NOBODY: Meaning = (M.ATTEMPT_FAILED, C.NOBODY_HOME)
_LATE: Meaning = (M.EXCEPTION, C.COURIER_FAULT)
_WEATHER: Meaning = (M.EXCEPTION, C.WEATHER)
_BACK: Meaning = (M.RETURNING, None)
_VOID: Meaning = (M.CANCELLED, None)

_SCANS: tuple[tuple[str, str, Meaning], ...] = (
    ("1", "快件揽收", _PICKED),
    ("2", "入仓扫描", _MOVING),
    ("3", "发件扫描", _MOVING),
    ("4", "到件扫描", _MOVING),
    ("5", "出仓扫描", _MOVING),
    ("6", "入库扫描", _WAITING),
    ("7", "代理点收入扫描", _WAITING),
    ("8", "快件取出扫描", _OUT),
    ("9", "出库扫描", _OUT),
    ("10", "快件签收", (M.DELIVERED, None)),
    ("11", "问题件扫描", _ODD),
    ("12", "安检扫描", _MOVING),
    ("13", "其他扫描", _MOVING),
    ("14", "退件扫描", _BACK),
)

_PROBLEMS: tuple[tuple[str, str, Meaning], ...] = (
    ("A1", "客户取消寄件-网点", _VOID),
    ("A2", "客户拒收", _REFUSED),
    ("A3", "更改派送地址", _MOVING),
    ("A4", "退回件-网点", _BACK),
    ("A7", "异常件提醒", _ODD),
    ("A8", "包裹异常-网点", _ODD),
    ("A9", "收件人联系不上", _NOBODY),
    ("A10", "收件人联系不上", _NOBODY),
    ("A11", "多次派件失败", (M.ATTEMPT_FAILED, None)),
    ("A12", "收件人信息错误", _ADDRESS),
    ("A13", "更改派送时间", _POSTPONED),
    ("A14", "客户拒收", _REFUSED),
    ("A15", "收件地址不详", _ADDRESS),
    ("A16", "收件地址错误", _ADDRESS),
    ("A17", "包裹存放至网点", _WAITING),
    ("A18", "包裹存放至网点", _WAITING),
    ("A19", "收件地址禁止", _ADDRESS),
    ("A20", "包裹异常", _ODD),
    ("A21", "包裹暂存网点", _WAITING),
    ("A23", "包裹延迟-节假日", _POSTPONED),
    ("A24", "包裹异常-中心", _ODD),
    ("A25", "退回件-中心", _BACK),
    ("A26", "客户取消寄件-中心", _VOID),
    ("A27", "异常天气", _WEATHER),
    ("A28", "自然灾害", _WEATHER),
    ("A29", "代收/到付结算异议拒付", _REFUSED),
    ("A30", "货未到齐", _LATE),
    ("A31", "作废件", _VOID),
    ("A32", "未录进仓编码", _LATE),
    ("A33", "政府管制", (M.EXCEPTION, C.SECURITY)),
    ("A34", "乡镇件", _ADDRESS),
    ("A35", "发票问题客户拒收", _REFUSED),
)

SCANS: Mapping[str, Meaning] = {key: meaning for *names, meaning in _SCANS for key in names}
PROBLEMS: Mapping[str, Meaning] = {key: meaning for *names, meaning in _PROBLEMS for key in names}

# A problem, "other", and taken out of a shop again: the words beside them are read in their own way.
PROBLEM_SCANS = frozenset({"11", "问题件扫描"})
WORDY = frozenset({"13", "其他扫描"})
TAKEN_OUT = frozenset({"8", "快件取出扫描"})
