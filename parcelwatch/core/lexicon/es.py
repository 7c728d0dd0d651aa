"""Spanish phrases of courier texts, from Spain and Latin America.

Drawn from the wordings Correos, SEUR, GLS, Correos de México, Andreani and OCA show to their customers. Capitals often
come without accents, so accents never decide.
"""

from __future__ import annotations

from parcelwatch.core.lexicon.phrases import PLAIN, Phrase, PhraseBook
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

WORDS = """
el la los las un una del al en con por para ha han sido fue está su sus tu se no le lo que este esta será envío
paquete bulto pieza pedido expedición entregado entregada entregó entrega entregar reparto repartidor destinatario
remitente cliente vendedor domicilio dirección oficina sucursal delegación punto recogida recoger recogido retirar
retiro retirado recolectado devuelto devuelta devolución retorno tránsito camino llegado llegó salido salió admitido
admisión depositado disponible aduana aduanas despacho retenido detenido incidencia dañado deteriorado extraviado
perdido robado rehusado rechazado ausente nadie intento fallido visita cancelado anulado etiqueta información
recibida recibido clasificado destino origen retraso retrasado demora huelga clima mal enviado destruido hoy mañana
vecino buzón firmado cartero ser pudo podido cerrado incorrecta incompleta siniestrado pendiente listo espera red
gestión carga recogió retiró dejó vehículo vino hubo había aún todavía nuestro nuestra hemos mercancía contenido
prohibido prohibida destruida dañada devuelva plazo atención estado correos
"""

_PARCEL = r"(?:envío|paquete|bulto|pieza|objeto|pedido|expedición|carta|mercancía|producto)s?"
_BUYER = r"(?:destinatari[oa]|cliente|titular|comprador|consignatario)s?"
_SHOP = r"(?:remitente|vendedor|expedidor|comercio|tienda|origen)"
_POINT = (
    r"(?:punto (?:de )?(?:recogida|retiro|entrega|conveniencia|recolección|pack|pick ?up)|citypaq|locker|taquilla"
    r"|parcel ?shop|casillero|terminal (?:de )?autoservicio)"
)

SCRUB = (
    (
        r"\b(?:será|serán|podrá ser) (?:\w+ )?(?:devuelt|retornad|destruid)\w*[^.;!]{0,80}\b(?:si|de no|en caso"
        r"|transcurrid\w*|pasad\w*|vencid\w*)\b[^.;!]*"
    ),
    # A return tied to a day or a period to come.
    (
        r"\b(?:será|serán) (?:\w+ )?(?:devuelt|retornad)\w*[^.;!]{0,60}\b(?:el|del|desde el|de|en)"
        r" (?:día |lunes |martes |miércoles |jueves |viernes |sábado )?\d[^.;!]*"
    ),
    (
        r"\b(?:después|luego|posteriormente|a continuación|(?:el|del|en) (?:día )?\d+)\b[^.;!]{0,40}\b(?:será"
        r"|serán) (?:\w+ )?(?:dev|retorn)[^.;!]*"
    ),
    r"\b(?:después|luego|posteriormente) (?:\w+ )?(?:devolución|retorno)[^.;!]*",
    r"\b(?:si|en caso de(?: que)?|salvo que|a menos que|de no ser|de lo contrario|cuando|siempre que)\b[^.;!]*",
    r"\b(?:transcurrid|pasad|vencid)[oa]s? (?:\w+ ){0,3}(?:plazo|días|fecha)\b[^.;!]*",
    r"\bantes de (?:ser|su|que sea|proceder a su) (?:dev|ret)\w*[^.;!]*",
    (
        r"\b(?:sin|ningún|ninguna|no hay|no (?:presenta|tiene|se (?:\w+ )?(?:observ|detect|encontr|aprecia)\w*)) "
        r"(?:\w+ ){0,2}(?:daños?|desperfectos?|averías?|incidencias?|retrasos?|demoras?|roturas?)\b"
    ),
    r"\bno (?:está|fue|ha sido|ha resultado) (?:dañad|perdid|extraviad|rechazad|rehusad|devuelt)\w*",
    r"\b(?:vehículo|camión) averiado\b|\betiqueta (?:\w+ )?(?:dañada|rota|ilegible|deteriorada)",
)

FIRST = (
    Phrase(r"\b(?:devolución|retorno)\b[^.;]{0,30}\b(?:cancelad|anulad)[oa]\b", None),
    Phrase(r"\betiqueta (?:\w+ )?(?:de |para )(?:la )?(?:devolución|retorno)\b", None),
    Phrase(r"\b(?:aún|todavía) no\b[^.;]{0,20}\bentreg(?:ad|ó)\w*(?! (?:a|por) )", None),
    Phrase(r"\bentrega (?:anulada|revertida|desmarcada)\b|\banulación de (?:la )?entrega\b", M.EXCEPTION, C.UNSTATED),
)

RETURNS = (
    Phrase(
        rf"\b(?:entregad|restituid)[oa]s? (?:\w+ )?(?:al?|en) (?:el |la |su )?{_SHOP}\b"
        rf"|\bdevolución (?:\w+ )?(?:entregada|completada|finalizada|realizada|efectuada)"
        rf"|\bdevuelt[oa][^.;]{{0,20}}\bentregad|\brecibid[oa] por el {_SHOP}\b|\bdevolución a[^.;]{{0,20}}entregad",
        M.RETURNED,
        unless=r"\b(?:será|serán|pendiente|no|para|camino|próximamente)\b",
    ),
    Phrase(
        r"\bdevuelt[oa]s?\b|\bdevolución\b|\bdevolviendo\b|\bse devuelve\b"
        rf"|\b(?:retorn|regres)\w* (?:al?|hacia) (?:el |su )?{_SHOP}|\ben retorno\b|\bretornad[oa]\b"
        rf"|\b(?:rumbo|de vuelta|camino|reenviad[oa]) al? (?:el |su )?{_SHOP}\b|\blogística inversa\b",
        M.RETURNING,
        unless=r"\b(?:devuelt|retornad)[oa] (?:a|al) (?:la |el |su |nuestra )?(?:oficina|delegación|almacén|nave|unidad"
        r"|centro|sucursal|base|depósito)|\bno (?:será |se )?dev\w+|\bdevolución (?:cancelada|anulada)",
    ),
)

CAUSES = (
    Phrase(
        r"\bdestrui\w*|\bdestrucción\b|\bdecomis\w*|\bincautad\w*|\bdesechad[oa]\b|\bconfiscad\w*",
        M.EXCEPTION,
        C.DESTROYED,
    ),
    Phrase(
        r"\bextravi\w*|\bperdid[oa]s?\b|\bpérdida\b|\brobad[oa]s?\b|\brobo\b|\bhurt(?:o|ad[oa])\b|\bsiniestr\w*"
        rf"|\b{_PARCEL}\b[^.;]{{0,20}}\bno (?:\w+ ){{0,3}}(?:localiz|encontr|ubic)ad\w*|\ben paradero desconocido\b",
        M.EXCEPTION,
        C.LOST,
        unless=r"\b(?:ha sido|fue) (?:recuperad|encontrad|localizad)\w*|\brecuperad[oa]\b|\bvisita perdida",
    ),
    Phrase(
        r"\bdañad\w*|\bdaños?\b|\bdeteriorad\w*|\bdeterioro\b|\baveriad\w*|\brot[oa]s?\b|\broturas?\b|\bmojad[oa]s?\b"
        r"|\baplastad\w*|\bexpoliad\w*|\bfaltantes?\b|\bcontenido (?:\w+ )?(?:incompleto|faltante)|\ben mal estado\b"
        r"|\bdesperfectos?\b|\breembalad[oa]\b|\bavería(?! (?:en|del) (?:el )?(?:vehículo|camión))",
        M.EXCEPTION,
        C.DAMAGED,
    ),
    Phrase(
        r"\b(?:retenid|detenid|bloquead|parad|incidencia|falt|rechaz|demor|retras|problema)\w*[^.;]{0,40}\b(?:aduan\w*"
        r"|despacho)"
        r"|\baduan\w*[^.;]{0,40}(?:\b(?:retenid|detenid|bloquead|rechaz|demor|retras|incidencia|falt)|documentación"
        r"|documentos|factura|pago\b)"
        r"|\b(?:documentación|documentos|información|pago|abono)\b[^.;]{0,40}\b(?:aduan\w*|aranceles?|impuestos"
        r"|tributos|tasas)"
        r"|\bpendiente (?:de|del) pago\b[^.;]{0,30}\b(?:impuestos|aranceles|tasas|iva)",
        M.CUSTOMS,
        C.CUSTOMS,
        unless=r"\b(?:liberad|levantad|confirmad|finalizad|pagad)\w*",
    ),
    Phrase(
        r"\bprohibid\w*|\bmercancías? peligrosas?|\b(?:motivos?|razones|medidas?|control) de seguridad"
        r"|\bpor (?:la |las )?(?:autoridad\w*|policía)",
        M.EXCEPTION,
        C.SECURITY,
    ),
    Phrase(
        r"\brehus\w*|\brechaz(?:ad[oa]|ó|o)\b|\bno (?:\w+ )?acept(?:ad[oa]|ó|a)\b|\bnegativa del dest|\bse negó\b"
        r"|\bno (?:lo |la )?(?:quiere|desea)\b",
        M.EXCEPTION,
        C.REFUSED,
    ),
    Phrase(
        r"\b(?:dirección|domicilio|señas|calle|datos|código postal)\b[^.;]{0,40}(?:incorrect|incomplet|insuficient"
        r"|erróne|\berrad|desconocid|inexistent|equivocad|inválid|inaccesible|ilegible|\bno (?:\w+ )?(?:existe"
        r"|encontrad"
        r"|localizad|coincid|corresponde)|\bfalta)"
        r"|\b(?:errónea|incorrecta|incompleta|insuficiente|falta(?:n)? (?:de )?(?:la )?)[^.;]{0,12}\b(?:dirección|datos"
        r"|número|piso)"
        rf"|\b{_BUYER}[^.;]{{0,20}}\b(?:desconocid[oa]|mudad[oa]|se mudó|no (?:reside|vive|es conocido))"
        r"|\bdesconocid[oa] en (?:la|esa|el|su)|\bcambi(?:o|ó) de (?:domicilio|dirección)|\bno existe (?:el )?número",
        M.EXCEPTION,
        C.ADDRESS,
        unless=r"\b(?:corregid|actualizad|modificad)[oa]\b",
    ),
    Phrase(
        r"\bausen(?:te|cia)s?\b|\bnadie\b|\bno (?:se )?(?:encontraba|encuentra|encontró al|estaba|había|hubo|hay quien)"
        r"|\b(?:domicilio|local|empresa|comercio|negocio|establecimiento|casa)\b[^.;]{0,15}\bcerrad[oa]"
        rf"|\b{_BUYER} no (?:\w+ )?(?:disponible|localizado|contesta|responde|presente|atiende)"
        r"|\baviso de (?:visita|llegada|paso)|\bse (?:ha )?dej(?:ó|ado) aviso\b|\bno responde\b",
        M.ATTEMPT_FAILED,
        C.NOBODY_HOME,
    ),
    Phrase(
        r"\bmal (?:encaminad|clasificad|enrutad|dirigid|enviad|transitad|canalizad)\w*|\bdesviad[oa] por error"
        r"|\berror (?:de|en) (?:la )?(?:ruta|encaminamiento|clasificación|destino|envío|tránsito|canalización)"
        r"|\b(?:delegación|sucursal|oficina|plaza|destino) (?:incorrect|equivocad)\w*|\bpor error\b",
        M.EXCEPTION,
        C.MISROUTED,
    ),
    Phrase(
        r"\bclima(?:s|tic\w*|tológic\w*)?\b|\bmeteorológic\w*|\b(?:por|el|del|al) temporal\b|\bnieve\b|\bnevadas?\b"
        r"|\binundaci\w*|\btormentas?\b"
        r"|\bhuracán\w*|\blluvias?\b|\bterremoto\b|\bsismo\b|\b(?:desastre|catástrofe) natural\b",
        M.EXCEPTION,
        C.WEATHER,
    ),
    Phrase(
        r"\bretras\w*|\bdemora\w*|\bhuelga\b|\bparo (?:de|gremial|nacional)|\bfuerza mayor\b|\bavería\b"
        r"|\b(?:problemas?|incidencias?|motivos?|causas?|fallas?) (?:\w+ )?(?:técnic|operativ|logístic|de operación)\w*"
        r"|\bfalta de tiempo\b",
        M.EXCEPTION,
        C.COURIER_FAULT,
        unless=r"\b(?:posible|evitar)\b[^.;]{0,20}(?:retras|demora)",
    ),
)

ATTEMPTS = (
    Phrase(
        r"\bno (?:\w+ ){0,4}?entreg(?:ad[oa]|ar|arse|arlo|arlos|ó|amos|able)\b|\bno (?:\w+ )?(?:posible|pudo|puede)"
        r" (?:\w+ ){0,2}entreg\w*"
        r"|\b(?:entrega|visita|reparto|intento) (?:\w+ ){0,2}?(?:fallid|infructuos|imposible|frustrad|no (?:\w+ )?"
        r"(?:efectuad|realizad|exitos|conseguid|lograd|posible)|sin éxito)"
        r"|\bintento de (?:entrega|visita|reparto)|\bimposib\w*[^.;]{0,16}\bentreg\w*|\bintentó (?:la )?entreg"
        r"|\b(?:primer|segund|tercer)[oa]?(?: \w+)? (?:visita|intento)\b",
        M.ATTEMPT_FAILED,
        unless=r"\bintento de entrega (?:exitoso|programado)|\ben reparto\b"
        r"|\bno (?:\w+ ){0,3}entregad[oa] (?:por el (?:rem|ven)|a"
        r" correos)|\bsegundo intento (?:programado|de reparto en curso)",
    ),
)

_RETRIEVED = r"(?:recog|retir|recolec|busca)"

MOVES = (
    Phrase(
        r"\bcancelad[oa]s?\b|\banulad[oa]s?\b|\banulación\b|\bcancelación\b",
        M.CANCELLED,
        unless=r"\b(?:etiqueta|recogida|recolección|vuelo|devolución|cita|solicitud)\b",
    ),
    Phrase(
        rf"\bdisponible\b[^.;]{{0,50}}(?:\b{_RETRIEVED}|\boficina|\bsucursal|\bpunto|\blocker|\bcitypaq|\bdestinatario)"
        rf"|\b(?:list[oa]|pendiente|preparad[oa]|esper\w+)[^.;]{{0,24}}\b(?:para|de) (?:su |ser )?(?:que )?"
        rf"(?:\w+ )?{_RETRIEVED}\w*|\bpuede\w* (?:pasar a |ser )?{_RETRIEVED}\w*|\ba disposición del? (?:\w+ )?dest"
        rf"|\b(?:entregad|depositad|dejad|llegad)[oa] (?:\w+ )?(?:al?|en) (?:el |un |la |una |su "
        rf"|tu )?(?:\w+ )?{_POINT}"
        rf"|\bllegó (?:\w+ )?(?:al|a tu|a su) {_POINT}|\ben (?:el |un |tu |su )?{_POINT}|\b(?:en|entrega) ocurre\b"
        rf"|\bpara ser (?:{_RETRIEVED})\w*",
        M.AVAILABLE_FOR_PICKUP,
        unless=rf"\b(?:recogid|retirad|recolectad)[oa] (?:\w+ )?(?:por|en|de|del)\b|\b(?:será|hacia|camino|próximamente"
        rf"|admitido|admisión|por el {_SHOP})\b|\bpuerta\b",
    ),
    Phrase(
        r"\bentregad[oa]s?\b|\bentrega (?:\w+ )?(?:efectuada|realizada|exitosa|completada|confirmada)\b|\bse entregó\b"
        rf"|\b(?:recogid|retirad|recibid)[oa] (?:\w+ ){{0,3}}por (?:el |la |su |tu )?{_BUYER}|\bfirmad[oa] por\b"
        rf"|\b{_BUYER} (?:ha )?(?:recogi|retir)(?:ó|do|ado)\b|\brecibió:",
        M.DELIVERED,
        unless=r"\b(?:no|será|serán|ser|para|pendiente|cuando|sin|antes|parcialmente)\b[^.;]{0,25}\bentregad"
        r"|\bentregad[oa] (?:\w+ )?(?:al? (?:transportista|operador|aerolínea|línea|aduana|repartidor|correos|la red"
        rf"|agente|mensajero|cartero|courier|la empresa)|por (?:el |la )?{_SHOP})",
    ),
    Phrase(
        r"\ben reparto\b|\bsal(?:ió|ido|e|ida|iendo)\b[^.;]{0,16}\b(?:a|para|en|de) (?:su )?(?:reparto|entrega"
        r"|distribución)"
        r"|\ben (?:proceso de |ruta de |ruta para )?(?:entrega|distribución)\b(?! (?:en|al?) (?:oficina|sucursal))"
        r"|\ben (?:ruta|camino) (?:a|hacia) (?:el |tu |su )?(?:domicilio|destinatario|cliente)"
        r"|\b(?:con|en poder|en manos) (?:el|del) (?:cartero|repartidor|mensajero)"
        r"|\b(?:cargad|subid)[oa] (?:\w+ )?(?:en|al) (?:el )?(?:vehículo|camioneta)|\bserá entregad[oa] hoy\b"
        r"|\bse entregará hoy\b|\basignad[oa] a (?:la )?(?:ruta|reparto|repartidor)",
        M.OUT_FOR_DELIVERY,
        unless=r"\b(?:list[oa]|pendiente|centro|próxim\w*|antes|incidencia)\b",
    ),
    Phrase(
        r"\bpre-?(?:registrad|rregistrad|admisión|admitid|aviso)\w*|\bprerregistr\w*"
        r"|\b(?:información|datos|solicitud|orden|aviso)\b[^.;]{0,40}\b(?:recibid|registrad|cread|generad"
        r"|transmitid)\w*"
        r"|\betiqueta (?:\w+ )?(?:creada|generada|impresa|emitida)|\bpendiente de (?:admisión|recepción|ingreso"
        r"|imposición|depósito|ser (?:depositad|admitid|entregad)\w*)|\bdocumentad[oa]\b|\ben espera de recibir\b"
        r"|\b(?:aún|todavía) no\b[^.;]{0,20}\b(?:recibid|depositad|admitid|entregad)\w*|\bgrabad[oa]\b",
        M.INFO_RECEIVED,
    ),
    Phrase(
        r"\b(?:despachad|liberad|autorizad|superad|finalizad)\w*[^.;]{0,30}\baduan\w*|\baduan\w*[^.;]{0,30}\b(?:finaliz"
        r"|complet|despachad|liberad|conclu|autorizad|superad)\w*|\bdespacho (?:finalizado|completado|autorizado)"
        r"|\bnacionalizad[oa]\b|\blevante (?:aduanero|autorizado)|\bsal(?:ió|ida|ido) de (?:la )?aduana",
        M.IN_TRANSIT,
        unless=r"\b(?:no|pendiente|espera)\b",
    ),
    Phrase(r"\baduan\w*|\bnacionalización\b|\bdespacho aduanero\b", M.CUSTOMS),
    Phrase(
        r"\bretenid[oa]\b|\bdetenid[oa]\b|\bincidencia\b|\bbloquead[oa]\b|\bparalizad[oa]\b|\ben investigación\b",
        M.EXCEPTION,
        C.UNSTATED,
        unless=r"\bincidencia (?:resuelta|solucionada|cerrada)",
    ),
    Phrase(
        rf"\badmitid[oa]\b|\badmisión\b|\brecogid[oa]\b|\brecolectad[oa]\b|\bcolectad[oa]\b|\bdepositad[oa] (?:en"
        rf"|por)\b"
        rf"|\bimposición\b|\bentregad[oa] (?:\w+ )?por (?:el |la )?{_SHOP}|\b(?:recogida|recolección|colecta"
        rf"|retiro) (?:\w+ )?(?:realizad|efectuad|exitos)[oa]|\bingresad[oa] al? (?:correo|circuito"
        rf"|sistema|la"
        r" red)|\bretirad[oa] (?:en|de|del|por)\b|\brecibid[oa] (?:del|de) (?:el )?remitente|\baceptad[oa]\b",
        M.PICKED_UP,
        unless=r"\b(?:no|pendiente|será|para ser|fallida|cancelada|aún|punto de recogida)\b",
    ),
    Phrase(
        r"\ben (?:tránsito|camino|curso|viaje|ruta|proceso|transporte)\b|\blleg(?:ó|ada|ado|a)\b|\barrib\w*"
        r"|\bsal(?:ió|ida"
        r"|ido)\b|\bdespachad\w*|\bclasificad\w*|\bclasificación\b|\btransport\w*|\brecibid[oa] en\b|\benviad[oa]\b"
        r"|\bexpedid[oa]\b|\bprocesad[oa]\b|\btraslad\w*|\breexpedi\w*|\bingres(?:ó|o|ado)\b|\ben (?:la |el |nuestra )?"
        r"(?:unidad|delegación|planta|centro|agencia|almacén)\b|\btránsito\b",
        M.IN_TRANSIT,
        unless=r"\bno (?:ha )?(?:llegado|llegó)|\bpróxim\w* a llegar",
    ),
)

_ANNOUNCED = r"\b(?:será|serán)\b"

BOOK = PhraseBook(SCRUB, RETURNS, CAUSES, ATTEMPTS, MOVES, FIRST, PLAIN, announced=_ANNOUNCED)
