"""What a courier's note asks for or says of itself, as far as a letter must not contradict it.

What belongs here: phrases in the couriers' languages, as data. Where a parcel is, and why, is the lexicon's to read; a
note that nobody here can read asks for nothing, and the letter then asks.
"""

from __future__ import annotations

import re
from typing import Final

_WANTED: Final = re.compile(
    r"requir|request|need|await(?!ing customs|ing clearance)|missing|provide|submit|pending|upload|must|unpaid"
    r"|to be paid|\bpay\b|payable|payment of|\bdue\b(?! to)|outstanding"
    r"|erforderlich|benötigt|fehl|ausstehend|nachreichen|vorlegen|bitte|müssen|nicht bezahlt"
    r"|zu (?:be)?zahlen|zahlung der"
    r"|requis|nécessaire|fournir|manqu|en attente|demand|réclam|à (?:payer|régler)|acquitter|paiement des"
    r"|requier|falta|pendiente|proporcion|solicit|necesari|(?:a|por) pagar|debe pagar|pago de"
    r"|necess[áa]ri|pendente|fornecer|aguard|exig|pagamento d[eo]"
    r"|必要|提出|不足|待ち|未納"
    r"|需|要求|请(?!.{0,2}耐心|.{0,2}等|稍)|補|补|缺|待(?!您|清关|查验|放行)|提供|提交|上传|上傳|未缴|未繳",
    re.IGNORECASE,
)

# The first that fits names what is asked; papers come last, for they name the others too.
_THINGS: Final = (
    ("invoice", r"invoice|发票|發票|rechnung|facture|factura|fatura|nota fiscal|インボイス|請求書"),
    (
        "identity",
        (
            r"\bid\b(?: card| number| document|$|[^a-z])|identity|identification|passport|身份|證件|证件|护照|個人資料"
            r"|ausweis|identité|identidad|\bdni\b|identidade|\bcpf\b|本人確認"
        ),
    ),
    (
        "duties",
        (
            r"dut(?:y|ies)\b|\btax(?:es|as)?\b|\bvat\b|(?:customs|import|clearance) (?:fee|charge)|税|稅"
            r"|zollgebühr|abgaben|einfuhrumsatz|(?:droits|frais) de douane|\btva\b"
            r"|arancel|impuesto|\btasas\b|\biva\b|[ií]mposto|tributo"
        ),
    ),
    (
        "papers",
        (
            r"document|paperwork|papers|information|declaration|资料|資料|文件|材料|单证|單證|报关单|報關單"
            r"|unterlagen|dokument|pièces|書類"
        ),
    ),
)
_ASKED: Final = tuple((thing, re.compile(words, re.IGNORECASE)) for thing, words in _THINGS)

_NOT_ASKED: Final = re.compile(
    r"\b(?:no|not|without)\b.{0,20}(?:requir|need|due|payable)|(?:无|無|不)需|已(?:缴|繳|提交|提供|上传|上傳|收到)"
    r"|由(?:发件|發件|寄件|卖家|賣家|商家|寄方)人?(?:支付|承担|承擔|缴|繳)"
    r"|paid by (?:the )?(?:sender|shipper|seller)|\bDDP\b|(?:information|documents?|paperwork|data) received"
    r"|(?:ha[sd]|have) been (?:paid|received|submitted|provided)|(?:was|were) (?:paid|received|submitted|provided)"
    r"|duties (?:and taxes )?paid|payment (?:of .{1,30} )?(?:received|confirmed|complete)"
    r"|(?:nicht|keine?n?).{0,20}(?:erforderlich|benötigt)|(?<!nicht )\bbezahlt(?! werden)"
    r"|(?:zahlung|unterlagen|rechnung).{0,20}(?:erhalten|eingegangen)"
    r"|payée?s?\b|paiement.{0,30}(?:reçu|effectué)|pagad[oa]s?\b|pago.{0,30}(?:recibido|realizado|confirmado)"
    r"|pagamento.{0,30}(?:recebido|realizado|confirmado)|tributos? pagos?|impostos? pagos?",
    re.IGNORECASE,
)

# Nobody says whose wish it was: the sender's, unless somebody else is named. What was tried in vain is none.
_STOPPED: Final = re.compile(r"拦截|攔截|截件|召回|intercept|recall", re.IGNORECASE)
_IN_VAIN: Final = re.compile(
    r"(?:拦截|攔截|截件|召回)(?:件)?(?:已)?(?:失败|失敗|未成功|不成功|未果|取消)|(?:未|无法|無法|不能|没有|沒有|取消)(?:被|能)?(?:成功)?(?:拦截|攔截|截件|召回)"
    r"|(?:intercept(?:ion|ed)?|recall(?:ed)?)(?: request)?(?: (?:has|was|has been))?"
    r" (?:failed|unsuccessful|cancell?ed|rejected|declined)"
    r"|(?:not|unable to|failed to|cannot)(?: be| been)? (?:intercept|recall)",
    re.IGNORECASE,
)
_BY_OTHERS: Final = re.compile(
    r"海关|海關|查验|查驗|安检|安檢|禁|收件|收方|买家|買家|customs|security|prohibited|recipient|consignee|receiver"
    r"|aduana|douane|zoll|alfândega|税関",
    re.IGNORECASE,
)
_RECALLED: Final = re.compile(
    r"(?:寄件|发件|發件|寄方|发货|發貨|商家|卖家|賣家)(?:人|方|客户|客戶)?(?:主动|主動|的)?(?:要求|申请|申請|撤回|撤件)"
    r"|(?:request(?:ed)?|initiated|instruct(?:ed|ion)s?) (?:of|by|from) (?:the )?(?:sender|shipper|merchant|seller)"
    r"|(?<!to )(?<!to the )(?:sender|shipper|merchant|seller)(?:'s)? (?:has )?(?:request|instruct|order)"
    r"|auf wunsch des (?:absenders|versenders)|vom (?:absender|versender) (?:zurück|angefordert|gewünscht)"
    r"|à la demande de l'expéditeur|demandé par l'expéditeur|rappelé"
    r"|(?:a petición|por solicitud|a solicitud) del (?:remitente|vendedor)|solicitad[oa] por el (?:remitente|vendedor)"
    r"|(?:a pedido|por solicitação) do (?:remetente|vendedor)|solicitad[oa] pelo (?:remetente|vendedor)"
    r"|差出人.{0,6}(?:依頼|希望|請求)|発送元.{0,6}依頼",
    re.IGNORECASE,
)


def asks(text: str) -> str:
    """What customs wants by a note: "invoice", "identity", "duties" or "papers"; "" where it does not say."""
    if not _WANTED.search(text) or _NOT_ASKED.search(text):
        return ""
    return next((thing for thing, words in _ASKED if words.search(text)), "")


def recalled(text: str) -> bool:
    """Whether a note says that a parcel goes back because its sender called it back."""
    stopped = _STOPPED.search(text) and not (_BY_OTHERS.search(text) or _IN_VAIN.search(text))
    return bool(_RECALLED.search(text) or stopped)
