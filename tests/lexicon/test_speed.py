"""No text a courier or a stranger may send keeps the reader busy."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from parcelwatch.core.texts.privacy import mask, wording
from parcelwatch.lexicon import languages, read

LONG = 2000
LIMIT = 0.02
SEEDS = [
    "a", " ", ".", "1", "13", "(", "（", "(1", "+1 ", "0 ", "010-", "é", "ß", "已", "有", "退", "签收人", "已由",
    "的", "【", "return ", "returned to ", "delivered to the ", "not be ", "the address ", "customs held ", "if ",
    "or it ", "will be returned ", "signed by ", "signed by A ", "J. ", "received by: ", "wird ", "nicht ", "zoll ",
    "empfänger ", "paketshop ", "storno ", "livré ", "non ", "retour ", "n'a pas pu ", "adresse ", "douane ",
    "sera retourné ", "disponible ", "remis à ", "remis à A ", "entregado ", "no ", "devuelto ", "no se ha ",
    "será devuelto ", "dirección ", "aduana ", "pendiente de ", "sin ", "recibido por A ", "entregue ", "não ",
    "devolvido ", "tentativa de entrega ", "endereço ", "alfândega ", "aguardando ", "se o ", "assinado por A ",
    "派件员", "派送", "海关", "如有", "有问题", "投诉电话", "（13900000001", "(13900000001,", "快件派送不成功(",
    "请", "凭", "凭码", "3天", "将于1", "will be returned on ", "after 1 ", "then will ", "package is torn ",
    "due to a ", "storm ", "lost ", "danach ", "wird am 1 ", "puis ", "será devuelto el ", "depois ", "report lost ",
    "niet ", "bezorgd ", "non ", "consegnato ", "nie ", "doręczona ", "не ", "вручено ", "お届け", "配達", "できません",
    "배달", "未", "已送达", "無法", "delivery ", "not ", "could not ", "failed ", "possible ", "zustellung ",
    "livraison ", "entrega ", "取消", "逾期将", "a b ", "ab", "Aa ", "_ ", "1-", "00", "+", "。", "，",
]  # fmt: skip


TRIES = 5


def _taken(work: Callable[[str], object], text: str) -> float:
    """Seconds of this process alone."""
    begun = time.process_time()
    work(text)
    return time.process_time() - begun


def _in_time(work: Callable[[str], object], text: str) -> bool:
    """Whether it takes less than the limit, at least when nothing else disturbs it."""
    return any(_taken(work, text) < LIMIT for _ in range(TRIES))


def _best(work: Callable[[str], object], text: str) -> float:
    """The quickest of three."""
    return min(_taken(work, text) for _ in range(3))


@pytest.mark.parametrize("hint", ["", *languages()])
def test_a_text_built_to_be_slow_is_read_in_time(hint: str) -> None:
    for seed in SEEDS:
        assert _in_time(lambda words: read.__wrapped__(words, hint), (seed * LONG)[:LONG]), seed


def test_a_text_built_to_be_slow_is_masked_in_time() -> None:
    for seed in SEEDS:
        assert _in_time(mask, (seed * LONG)[:LONG]), seed
        assert _in_time(wording, (seed * LONG)[:LONG]), seed


def test_masking_takes_as_long_as_the_text_is_and_no_longer() -> None:
    for seed in SEEDS:
        short, long = (seed * 4000)[:4000], (seed * 16000)[:16000]
        assert _in_time(mask, long) or _best(mask, long) < 20 * _best(mask, short) + LIMIT, seed
