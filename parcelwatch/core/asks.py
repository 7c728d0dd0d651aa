"""What a courier's note asks for or says of itself, as far as a letter must not contradict it.

What belongs here: phrases in the couriers' languages, as data. Where a parcel is, and why, is the lexicon's to read; a
note that nobody here can read asks for nothing, and the letter then asks.
"""

from __future__ import annotations

import re
from typing import Final

from parcelwatch.core.texts.patterns import lazily

_WANTED: Final = lazily(
    r"requir|request|need|await(?!ing customs|ing clearance)|missing|provide|submit|pending|upload|must|unpaid"
    r"|to be paid|payable|payment due|payment of|\bpay\b"
    r"|outstanding|\bdue\b(?! to)|in(?:correct|valid|adequate|complete)|mismatch"
    r"|erforderlich|benötigt|fehl|ausstehend|nachreichen|vorlegen|bitte|fordert"
    r"|\bmuss\b|müssen|nicht bezahlt|zu (?:entrichten|(?:be)?zahlen)"
    r"|requis|nécessaire|fournir|manqu|en attente|demand|réclam|à (?:régler|payer)"
    r"|requier|falta|pendiente|proporcion|solicit|necesari|(?:a|por) pagar|debe pagar"
    r"|necess[áa]ri|pendente|fornecer|aguard|exig"
    r"|必要|提出|不足|待ち|未納|未払"
    r"|需|要求|[请請](?!.{0,2}耐心|.{0,2}等|稍)|補|补|缺|待(?!您|清关|查验|放行)|提供|提交|上传|上傳|未缴|未繳"
    r"|尚未(?:委任|提供|提交|上传|上傳|缴|繳|实名|實名)|未完成|不符|有误|有誤|不完整",
    re.IGNORECASE,
)

# The first that fits names what is asked; papers come last, for they name the others too. Papers prove what was paid
# for it, and a number for taxes says who somebody is.
_THINGS: Final = (
    (
        "papers",
        (
            r"proof of (?:payment|purchase|value)|payment proof"
            r"|(?:付款|购物|購物|购买|購買|交易)(?:截图|截圖|凭证|憑證|证明|證明)"
            r"|zahlungsnachweis|kaufnachweis|justificatif|comprobante|comprovante"
        ),
    ),
    ("invoice", r"invoice|pro-?forma|发票|發票|rechnung|facture|factura|fatura|nota fiscal|インボイス|請求書"),
    (
        "identity",
        (
            r"\bid\b(?: card| number| document|$|[^a-z])|identity|identification|passport|身份|證件|证件|护照|個人資料"
            r"|ausweis|identité|identidad|\bdni\b|identidade|\bcpf\b|本人確認|实名|實名|委任"
            r"|(?<![a-z])(?:eori|ez ?way|n[iu]f|cnpj)(?![a-z])|\btax (?:id|number|code)|steuer(?:nummer|-id)"
        ),
    ),
    (
        "duties",
        (
            r"dut(?:y|ies)\b|\btax(?:es|as)?\b|\bvat\b|(?:customs|clearance) fee|税|稅|zollgebühr"
            r"|einfuhrabgabe|einfuhrumsatz|droits|\btva\b|arancel|impuesto|\biva\b|imposto|tributo|\btasas\b|\babgaben\b|zollabgabe"
            r"|(?:customs|import) charges|payment|zahlung|paiement|règlement|\bpago\b|pagamento|支払|付款|缴费|繳費"
        ),
    ),
    (
        "papers",
        (
            r"document|paperwork|papers|information|declaration|资料|資料|文件|材料|单证|單證|报关单|報關單"
            r"|unterlagen|dokument|pièces|書類|凭证|憑證"
        ),
    ),
)
_ASKED: Final = tuple((thing, lazily(words, re.IGNORECASE)) for thing, words in _THINGS)

_NOT_ASKED: Final = lazily(
    r"\b(?:no|not|without)\b.{0,20}(?:requir|need|due|payable)|(?:无|無|不)需|已(?:缴|繳|提交|提供|上传|上傳|收到)"
    r"|由(?:发件|發件|寄件|卖家|賣家|商家|寄方)人?(?:支付|承担|承擔|缴|繳)"
    r"|paid by (?:the )?(?:sender|shipper|seller)|\bDDP\b|(?:information|documents?|paperwork|data) received"
    r"|(?:ha[sd]|have) been (?:paid|received|provided)|(?:was|were?) (?:paid|received|provided)"
    r"|submitted|under review|duties (?:and taxes )?paid"
    r"|payment (?:of .{1,30} )?(?:received|completed|confirmed)|已(?:支付|付款)|支払い?(?:済|完了)"
    r"|(?:nicht|keine?n?).{0,20}(?:erforderlich|benötigt)|(?<!nicht )\bbezahlt(?! werden)|entrichtet"
    r"|zahlung (?:erhalten|eingegangen|bestätigt)"
    r"|payée?s?\b|réglée?s?\b|paiement (?:reçu|effectué|confirmé)"
    r"|pag(?:o|amento) (?:recibido|realizado|confirmado|recebido|efetuado)|pagad[oa]s?\b"
    r"|(?:tributo|imposto)s? pagos?\b",
    re.IGNORECASE,
)

# Nobody says whose wish it was: the sender's, unless somebody else is named. What was tried in vain is none.
_STOPPED: Final = lazily(r"拦截|攔截|截件|召回|intercept|recall", re.IGNORECASE)
_IN_VAIN: Final = lazily(
    r"(?:拦截|攔截|截件|召回)(?:件)?(?:已)?(?:失败|失敗|未成功|不成功|未果|取消)|(?:未|无法|無法|不能|没有|沒有|取消)(?:被|能)?(?:成功)?(?:拦截|攔截|截件|召回)"
    r"|(?:intercept(?:ion|ed)?|recall(?:ed)?)(?: request)?(?: (?:has|was|has been))?"
    r" (?:failed|unsuccessful|cancell?ed|rejected|declined)"
    r"|(?:not|unable to|failed to|cannot)(?: be| been)? (?:intercept|recall)",
    re.IGNORECASE,
)
_BY_OTHERS: Final = lazily(
    r"海关|海關|查验|查驗|安检|安檢|禁|收件|收方|买家|買家|customs|security|prohibited|recipient|consignee|receiver"
    r"|aduana|douane|zoll|alfândega|税関",
    re.IGNORECASE,
)
_RECALLED: Final = lazily(
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
