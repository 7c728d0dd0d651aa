"""Portuguese phrases of courier texts, from Brazil and Portugal.

Drawn from the wordings Correios and CTT show to their customers. Capitals often come without accents, so accents
never decide.
"""

from __future__ import annotations

from parcelwatch.core.lexicon.phrases import PLAIN, Phrase, PhraseBook
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

WORDS = """
o os um uma do da dos das ao aos à no na nos nas em com por para foi está seu sua não será se que pelo pela até
objeto encomenda envio remessa pacote pedido entregue entregues entrega entregar saiu destinatário remetente cliente
carteiro endereço unidade agência tratamento distribuição postado postada postagem encaminhado encaminhada trânsito
transferência recebido recebida aguardando aguarda retirada levantamento levantar disponível devolvido devolvida
devolução tentativa efetuada efetuado conseguida fiscalização aduaneira alfândega alfândegário desalfandegado
despacho pagamento extraviado extravio perdido roubado avariado danificado recusado recusou ausente mudou
desconhecido incorreto insuficiente atraso atrasado greve chuvas cancelado cancelada etiqueta emitida informações
hoje amanhã vizinho caixa correios ctt aceite expedido chegou coletado coleta assinado loja ponto destruído
apreendido retido receita transportadora falecido ninguém morada avisado ser objetos sem danificada avariada
extraviada recusada destruída perdida roubada coletada retida expedida aceita conteúdo transporte prazo após caso
mal devido ocorrência entrada levantada destinatária triagem distribuidor encontra carro
"""

_PARCEL = r"(?:objeto|encomenda|envio|remessa|pacote|pedido|volume|carta|correspondência|mercadoria)s?"
_BUYER = r"(?:destinatári[oa]|client[ea]|comprador|morador)s?"
_SHOP = r"(?:remetente|vendedor|lojista|expedidor|origem)"
_POINT = (
    r"(?:ponto (?:de )?(?:coleta|retirada|entrega|recolha|levantamento|pick ?up|ctt)|locker|cacifo|armário"
    r"|caixa de correios inteligente|parcel ?shop|clique (?:e|&) retire|terminal de encomendas)"
)

SCRUB = (
    (
        r"\b(?:será|serão|poderá ser) (?:\w+ )?(?:devolvid|destruíd)\w*[^.;!]{0,80}\b(?:se não|caso|findo"
        r"|após (?:o prazo|esse prazo|este prazo|\d+))\b[^.;!]*"
    ),
    # A return tied to a day or a period to come.
    (
        r"\b(?:será|serão) (?:\w+ )?(?:devolvid|retornad)\w*[^.;!]{0,60}\b(?:em|no dia|a partir de|dia|de|após)"
        r" (?:dia )?\d[^.;!]*"
    ),
    (
        r"\b(?:depois|em seguida|posteriormente|(?:em|dia) \d+)\b[^.;!]{0,40}\b(?:será|serão) (?:\w+ )?"
        r"(?:dev|retorn)[^.;!]*"
    ),
    r"\b(?:depois|em seguida|posteriormente),? (?:\w+ )?(?:devolução|retorno)[^.;!]*",
    r"(?<!-)\bse (?:não|o|a|os|as|você|for|houver|precis\w*|desej\w*|tiver|ninguém|estiver|ocorrer)\b[^.;!]*",
    r"\b(?:caso|salvo se|a menos que|quando|assim que)\b[^.;!]*",
    r"\b(?:findo|após|passado|decorrido) (?:o |este |esse )?prazo\b[^.;!]*",
    r"\bantes de (?:ser|sua|a sua) dev\w*[^.;!]*",
    (
        r"\b(?:sem|nenhum|nenhuma|não (?:há|apresenta|foram (?:\w+ )?(?:\w+)?)) (?:\w+ ){0,2}(?:danos?|avarias?"
        r"|atrasos?"
        r"|extravios?|pendências?)\b"
    ),
    r"\bnão (?:foi|está|se encontra) (?:danificad|avariad|perdid|extraviad|recusad|devolvid)\w*",
    r"\betiqueta (?:\w+ )?(?:danificada|rasgada|ilegível)|\bveículo avariado\b",
)

FIRST = (
    Phrase(r"\b(?:devolução|retorno)\b[^.;]{0,30}\b(?:cancelad|anulad)[oa]\b", None),
    Phrase(r"\betiqueta (?:\w+ )?(?:de |para )(?:a )?devolução\b|\blogística reversa (?:autorizada|solicitada)", None),
    Phrase(r"\bainda não\b[^.;]{0,20}\bentreg(?:ue|ou)\w*|\bpor entregar\b", None),
    Phrase(
        r"\b(?:saída para entrega|entrega) (?:cancelada|estornada|anulada|revertida)\b",
        M.EXCEPTION,
        C.UNSTATED,
    ),
)

RETURNS = (
    Phrase(
        rf"\bentregue\b[^.;]{{0,20}}\b(?:ao|à|no) {_SHOP}|\bdevolvid[oa] e entregue\b|\bdevolução (?:\w+ )?(?:entregue"
        rf"|concluída|finalizada|efetuada)|\brecebid[oa] pelo {_SHOP}|\bdevolução\b[^.;]{{0,24}}\bentregue\b",
        M.RETURNED,
        unless=r"\b(?:não|será|aguardando|para ser|saiu)\b",
    ),
    Phrase(
        rf"\bdevolvid[oa]s?\b|\bdevolução\b|\bem retorno\b|\bretorn\w* (?:ao?|para o|à) {_SHOP}"
        rf"|\bsaiu para entrega (?:\w+ )?(?:ao|à) {_SHOP}|\b(?:reenviad|reencaminhad)[oa] (?:ao|para o|à) {_SHOP}"
        rf"|\bde volta (?:ao|para o|à) {_SHOP}",
        M.RETURNING,
        unless=r"\b(?:devolvid|retornad)[oa] (?:à|aos?|para a) (?:unidade|correios|ctt|agência|centro|loja|depósito"
        r"|base)\b"
        r"|\bdevolução (?:cancelada|anulada)|\bnão (?:será )?devolvid",
    ),
)

CAUSES = (
    Phrase(
        r"\bdestru[ií]\w*|\bdestruição\b|\bapreen(?:dido|dida|são)\b|\brefugad[oa]\b|\brefugo\b|\bconfiscad\w*"
        r"|\binutilizad[oa]\b",
        M.EXCEPTION,
        C.DESTROYED,
    ),
    Phrase(
        r"\bextravi\w*|\bperdid[oa]s?\b|\bperda\b|\broubad[oa]s?\b|\broubo\b|\bfurt(?:o|ad[oa])\b|\bsinistr\w*"
        rf"|\b{_PARCEL}\b[^.;]{{0,16}}\bnão (?:foi )?(?:localizad|encontrad)\w*|\bassalto\b",
        M.EXCEPTION,
        C.LOST,
        unless=r"\b(?:foi|já) (?:\w+ )?(?:recuperad|encontrad|localizad)\w*|\brecuperad[oa]\b",
    ),
    Phrase(
        r"\bavariad[oa]s?\b|\bavarias?\b|\bdanificad[oa]s?\b|\bdanos?\b|\bquebrad[oa]s?\b|\bmolhad[oa]s?\b"
        r"|\brasgad[oa]s?\b"
        r"|\bviolad[oa]s?\b|\bespoliad[oa]s?\b|\bamassad[oa]s?\b|\bconteúdo (?:\w+ )?(?:incompleto|faltando|em falta)"
        r"|\bem mau estado\b|\bdeteriorad\w*|\breembalad[oa]",
        M.EXCEPTION,
        C.DAMAGED,
        unless=r"\bdanos morais",
    ),
    Phrase(
        r"\b(?:aguard|retid|bloquead|atras|pendên|pendent|falta|recus|rejeit|problema|indeferid)\w*[^.;]{0,40}"
        r"\b(?:despacho postal|imposto|tributo|taxas?)\b"
        r"|\b(?:retid|bloquead|atras|pendên|falta|recus|rejeit|problema|document\w*|informaç\w*"
        r"|pagamento)\w*[^.;]{0,40}"
        r"\b(?:alfândeg\w*|alfandeg\w*|aduan\w*|receita federal|desalfandeg\w*|importação)"
        r"|\b(?:alfândeg\w*|alfandeg\w*|aduan\w*|desalfandeg\w*|importação)[^.;]{0,40}\b(?:retid|bloquead|atras|pendên"
        r"|falta|recus|rejeit|não autorizad|negad|document|pagamento|aguardando (?:doc|inf|pag))\w*",
        M.CUSTOMS,
        C.CUSTOMS,
        unless=r"\b(?:liberad|finalizad|confirmad|concluíd|autorizada)\w*\b(?<!não autorizada)",
    ),
    Phrase(
        r"\bproibid[oa]s?\b|\bmercadorias? perigosas?|\b(?:motivos?|razões|controlo|questões) de segurança"
        r"|\bpor (?:autoridade|determinação judicial)|\bpelas? (?:autoridades?|polícia)",
        M.EXCEPTION,
        C.SECURITY,
        unless=r"\bárea\b",
    ),
    Phrase(
        r"\brecus(?:ad[oa]|ou|a)\b|\brejeitad[oa]\b|\bnão aceit(?:e|ou|o)\b|\bnão quis receber\b",
        M.EXCEPTION,
        C.REFUSED,
    ),
    Phrase(
        r"\b(?:endereço|morada|destino|cep|código postal|numeração|rua|logradouro|dados)\b[^.;]{0,40}(?:incorret"
        r"|incomplet"
        r"|insuficient|irregular|\berrad|desconhecid|inexistent|inválid|inacess|ilegív|\bnão (?:foi )?(?:localizad"
        r"|encontrad"
        r"|existe))"
        r"|\b(?:falta|sem) (?:de |do )?(?:número|complemento|endereço)|\bnúmero (?:\w+ )?inexistente"
        rf"|\b{_BUYER}\b[^.;]{{0,16}}(?:\bmudou|\bdesconhecid|não (?:reside|mora|conhecido)|\bfalecid)"
        r"|\bmudou-se\b|\bdesconhecid[oa] (?:no|na) (?:local|morada)|\bsem distribuição domiciliária",
        M.EXCEPTION,
        C.ADDRESS,
        unless=r"\b(?:corrigid|atualizad|alterad)[oa]\b",
    ),
    Phrase(
        r"\bausen(?:te|cia)s?\b|\bninguém\b|\bnão (?:foi )?atendid[oa]\b|\bnão atendeu\b"
        r"|\b(?:estabelecimento|empresa|local|loja|residência|imóvel)\b[^.;]{0,15}\b(?:fechad[oa]|encerrad[oa])"
        r"|\bnão (?:estava|encontrad[oa])[^.;]{0,12}\b(?:casa|morada|local)|\bavisad[oa]\b|\bnão respondeu\b",
        M.ATTEMPT_FAILED,
        C.NOBODY_HOME,
    ),
    Phrase(
        r"\bmal (?:encaminhad|direcionad|enviad|separad|triad)\w*|\bencaminhad[oa] (?:\w+ )?(?:incorretamente"
        r"|por engano"
        r"|por erro)|\berro (?:de|no) (?:encaminhamento|triagem|envio|destino|rota)|\benviad[oa] por engano"
        r"|\b(?:unidade|centro|destino) (?:errad|incorret)[oa]\b",
        M.EXCEPTION,
        C.MISROUTED,
    ),
    Phrase(
        r"\bclim(?:a|ático|ática)s?\b|\bmeteorológic\w*|\bchuvas?\b|\btemporal\b|\bneve\b|\binundaç\w*"
        r"|\balagament\w*|\benchentes?\b"
        r"|\btempestades?\b|\bdesastre natural\b|\bcalamidade\b|\bmau tempo\b",
        M.EXCEPTION,
        C.WEATHER,
    ),
    Phrase(
        r"\batras\w*|\bdemora\b|\bgreve\b|\bparalisação\b|\bforça maior\b|\bproblemas? (?:técnic|operacion|logístic)\w*"
        r"|\bmotivos? operacionais|\bfalha (?:operacional|técnica)|\bacidente\b|\bavaria (?:do|no) veículo",
        M.EXCEPTION,
        C.COURIER_FAULT,
        unless=r"\b(?:possível|evitar)\b[^.;]{0,20}atras",
    ),
)

ATTEMPTS = (
    Phrase(
        r"\bnão (?:\w+ ){0,3}?(?:entregue|entregar|entregamos)\b"
        r"|\bentrega (?:\w+ ){0,3}?(?:não (?:\w+ ){0,2}?(?:efetuad|efectuad|realizad|conseguid|concluíd|possível|ser)"
        r"|falhad|impossib|impossív|mal ?sucedid|sem sucesso|frustrad)\w*"
        r"|\btentativa (?:de |da )?entrega\b|\btentativa (?:\w+ )?(?:não|sem|falhad)|\btentou(?:-se)? (?:a )?entreg"
        r"|\bimpossi(?:bilid|bilit|vel)\w*[^.;]{0,16}\bentreg\w*|\bentrega impossível\b|\binsucesso na entrega",
        M.ATTEMPT_FAILED,
        unless=r"\btentativa de entrega (?:bem sucedida|agendada|prevista)|\bsaiu para\b",
    ),
)

_RETRIEVED = r"(?:retir|levant|colet|recolh)"

MOVES = (
    Phrase(
        r"\bcancelad[oa]s?\b|\bcancelamento\b|\banulad[oa]s?\b|\banulação\b",
        M.CANCELLED,
        unless=r"\b(?:etiqueta|coleta|recolha|voo|devolução|agendamento)\b",
    ),
    Phrase(
        rf"\b(?:aguard\w+|disponível|pront[oa]|pendente)\b[^.;]{{0,24}}\b(?:retirada|levantamento"
        rf"|(?:ser )?{_RETRIEVED}\w*)"
        rf"|\bpode (?:ser )?{_RETRIEVED}\w*|\bdisponível (?:no|na|em|num|numa)\b|\bpara (?:retirada|levantamento)\b"
        rf"|\b(?:entregue|depositad[oa]|deixad[oa]|chegou) (?:\w+ )?(?:ao?|no|na|num|em) (?:\w+ )?{_POINT}"
        rf"|\bem {_POINT}|\bprazo de (?:retirada|levantamento)\b",
        M.AVAILABLE_FOR_PICKUP,
        unless=rf"\b(?:retirad|levantad|coletad)[oa] (?:\w+ )?(?:por|pelo|pela)\b|\b{_BUYER} (?:já )?(?:retirou"
        rf"|levantou)"
        rf"|\b(?:será|encaminhad[oa]|pelo {_SHOP}|postagem)\b|\bcoleta (?:no|do) remetente",
    ),
    Phrase(
        r"\bentregues?\b|\bdistribuíd[oa] (?:ao?|à) (?:dest|cliente)|\bentrega (?:\w+ )?(?:efetuada|efectuada"
        r"|realizada|concluída|confirmada|conseguida)\b"
        rf"|\b(?:retirad|levantad|recebid)[oa] (?:\w+ ){{0,2}}(?:pelo|pela|por) {_BUYER}|\b(?:assinado|recebido) por\b"
        rf"|\b{_BUYER} (?:já )?(?:retirou|levantou|recebeu)\b",
        M.DELIVERED,
        unless=r"\b(?:não|será|serão|ser|para ser|aguardando|quando|antes|parcialmente)\b[^.;]{0,25}\bentregue"
        r"|\bentregue (?:\w+ )?(?:ao?s? (?:transportador\w*|companhia|alfândega|operador|carteiro|correios|ctt)|à (?:"
        rf"transportadora|alfândega|companhia)|pelo {_SHOP}|aos correios|nos correios)|\brecebido por (?:ctt|correios)",
    ),
    Phrase(
        r"\bsai(?:u|da|ndo) para (?:\w+ )?(?:entrega|distribuição)\b|\bem (?:rota de |processo de )?(?:entrega"
        r"|distribuição)\b|\b(?:com|na posse d|em poder d)o (?:carteiro|entregador|estafeta|distribuidor|motorista)"
        r"|\bem rota (?:de|para) (?:a )?entrega|\bserá entregue hoje\b|\bcarregado no veículo\b|\bem giro\b",
        M.OUT_FOR_DELIVERY,
        unless=r"\b(?:preparad[oa]|pront[oa]|centro|unidade|antes|amanhã|próxim\w*)\b",
    ),
    Phrase(
        r"\betiqueta (?:\w+ )?(?:emitida|criada|gerada|impressa)|\baguard\w+ (?:\w+ )?(?:postagem|entrada|depósito"
        r"|aceitação|recolha|coleta)|\b(?:informações|dados|pré-aviso)\b[^.;]{0,40}\b(?:recebid|enviad|transmitid)\w*"
        r"|\bpré-?(?:postagem|postado|registo|registro|aviso|anúncio)|\bainda não\b[^.;]{0,20}\b(?:postad|recebid|aceit"
        r"|chegou)\w*|\bpedido (?:criado|registado|registrado)",
        M.INFO_RECEIVED,
    ),
    Phrase(
        r"\b(?:fiscalização|despacho|desalfandegamento|alfândega|desembaraço|aduan\w*)\b[^.;]{0,30}\b(?:finalizad"
        r"|concluíd|liberad|autorizad|terminad|confirmad)\w*|\bdesalfandegad[oa]\b"
        r"|\bliberad[oa][^.;]{0,24}\b(?:alfândeg"
        r"|aduan|receita)\w*|\bpagamento confirmado\b|\bimportação autorizada\b",
        M.IN_TRANSIT,
        unless=r"\b(?:não|aguard\w*|pendente)\b",
    ),
    Phrase(
        r"\baduan\w*|\balfândeg\w*|\balfandeg\w*|\bdesalfandeg\w*|\breceita federal\b|\bdespacho postal\b",
        M.CUSTOMS,
    ),
    Phrase(
        r"\bretid[oa]\b|\bbloquead[oa]\b|\bparad[oa]\b|\bem (?:análise|averiguação|investigação)\b|\bincidência\b"
        r"|\bocorrência\b",
        M.EXCEPTION,
        C.UNSTATED,
    ),
    Phrase(
        rf"\bpostad[oa]\b|\bpostagem\b|\baceite\b|\baceitação\b|\bcoletad[oa]\b|\brecolhid[oa]\b|\bcoleta (?:realizada"
        rf"|efetuada)|\bentregue (?:\w+ )?(?:pelo {_SHOP}|aos correios|nos correios)|\brecebido do remetente\b",
        M.PICKED_UP,
        unless=r"\b(?:não|será|falhada|cancelada|antes)\b",
    ),
    Phrase(
        r"\bem (?:trânsito|transferência|transporte|viagem|rota|tratamento|curso)\b|\bencaminhad[oa]\b|\bexpedid[oa]\b"
        r"|\brecebid[oa] (?:n[oa]|pel[oa]s?|em)\b|\bcheg(?:ou|ada)\b|\bsai(?:u|da) d[eoa]\b|\btransport\w*|\btriagem\b"
        r"|\btransferid[oa]\b|\benviad[oa]\b|\ba caminho\b|\bprocessad[oa]\b|\bconferid[oa]\b|\bem (?:unidade"
        r"|centro)\b",
        M.IN_TRANSIT,
        unless=r"\bnão chegou\b",
    ),
)

_ANNOUNCED = r"\b(?:será|serão)\b"

BOOK = PhraseBook(SCRUB, RETURNS, CAUSES, ATTEMPTS, MOVES, FIRST, PLAIN, announced=_ANNOUNCED)
