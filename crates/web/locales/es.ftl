### Español neutro, de tú o impersonal. «Servicio» es lo que se reserva; «reserva», lo que resulta.

## Todas las páginas

skip-to-content = Saltar al contenido
language-label = Idioma
powered-by = Funciona con Lockstep
nav-label = Administración
nav-bookings = Reservas
nav-connection = Google
nav-public = Página pública
sign-out = Cerrar sesión
form-optional = opcional
title-problem = Por corregir: { $title }
form-problems =
    { $count ->
        [one] Hay algo por corregir
       *[other] Hay { $count } cosas por corregir
    }

## Fechas y horas

month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
weekday-1 = lunes
weekday-2 = martes
weekday-3 = miércoles
weekday-4 = jueves
weekday-5 = viernes
weekday-6 = sábado
weekday-7 = domingo
date-day = { $weekday }, { $day } de { $month } de { $year }
date-day-brief = { $weekday } { $day } de { $month }
date-month = { $month } de { $year }
date-moment = { $day }, { $time }
duration-days =
    { $count ->
        [one] { $count } día
       *[other] { $count } días
    }
duration-hours = { $count } h
duration-minutes = { $count } min
ago-now = ahora mismo
ago-minutes =
    { $count ->
        [one] hace { $count } minuto
       *[other] hace { $count } minutos
    }
ago-hours =
    { $count ->
        [one] hace { $count } hora
       *[other] hace { $count } horas
    }

## Zonas horarias

zone-shown = Hora de { $zone }
zone-change = Cambiar
zone-label = Zona horaria
zone-apply = Ver en esta zona
zone-unknown = No conocemos esa zona horaria. Se muestra la hora de { $zone }.
zones-suggested = Sugeridas
zones-africa = África
zones-america = América
zones-antarctica = Antártida
zones-arctic = Ártico
zones-asia = Asia
zones-atlantic = Atlántico
zones-australia = Australia
zones-europe = Europa
zones-indian = Océano Índico
zones-pacific = Pacífico

## Inicio

home-heading = ¿Con quién quieres reservar?
home-empty = Lockstep está en marcha
home-empty-lead = Todavía no hay con quién reservar. En tres pasos tendrás tu primera página de reservas.
home-empty-init = Crea una organización con sus servicios y horarios:
home-empty-serve = Vuelve a iniciar Lockstep:
home-empty-sign-in = Inicia sesión y conecta tu calendario de Google.
home-empty-demo = ¿Solo quieres echar un vistazo? Esto trae sus propios datos y su propio calendario:

## Servicios

services-heading = Reserva una hora
services-lead = Elige lo que quieres reservar. Todas las horas que verás están libres en este momento.
services-empty = Por ahora no hay nada que reservar aquí. Vuelve más adelante.
services-all = Todos los servicios
host-with = con { $host }

## Días y horas

picker-months = Mes
picker-previous = Mes anterior: { $month }
picker-next = Mes siguiente: { $month }
picker-today = hoy
picker-morning = Mañana
picker-afternoon = Tarde
picker-evening = Desde las 18:00
picker-empty-day = Ya no quedan horas libres este día. Elige uno de los días marcados.
picker-empty-month = No hay horas libres en { $month }
picker-empty-next = Todo el mes está ocupado o cerrado.
picker-show-month = Ver { $month }
picker-empty-all = Tampoco hay horas libres más adelante. Aparecerán aquí en cuanto se abran.
stale-note = Estas horas se basan en el calendario tal como estaba el { $when }: desde entonces no se ha podido consultar.
stale-note-never = Estas horas se basan solo en el horario: todavía no se ha podido consultar el calendario.

## Reservar

book-heading = Tus datos
book-other-time = Elegir otra hora
book-summary = Lo que vas a reservar
book-submit = Confirmar reserva
book-sending = Reservando…
book-see-times = Ver todas las horas libres
book-privacy = Lo que escribas llegará a { $organization } y solo se usará para esta reserva.
book-bad-start = No se pudo leer esa hora
book-bad-start-help = Puede que la dirección de la página se haya cortado. Elige una hora en el calendario.
field-name = Nombre
field-email = Correo electrónico
field-email-help = O déjalo vacío y escribe un teléfono.
field-phone = Teléfono
field-notes = ¿Algo que debamos saber?
field-password = Contraseña
problem-name-empty = Escribe tu nombre.
problem-name-link = El nombre no puede contener un enlace.
problem-contact = Escribe un correo electrónico o un teléfono.
problem-email = Escribe un correo como nombre@example.org.
problem-phone = Escribe entre 6 y 15 cifras, como +34 600 000 000.
problem-zone = Elige una zona horaria de la lista.
problem-text = Este texto no se puede usar.
problem-too-long =
    { $count ->
        [one] Usa como máximo { $count } carácter.
       *[other] Usa como máximo { $count } caracteres.
    }
refused-taken = Esta hora se acaba de ocupar
refused-taken-help = Alguien se adelantó por un momento. Estas horas cercanas están libres; lo que escribiste se conserva.
refused-stale = Ahora mismo no podemos aceptar reservas
refused-stale-help = Hace demasiado que no se ha podido consultar el calendario, así que no sabemos si esta hora sigue libre. Inténtalo de nuevo dentro de unos minutos; lo que escribiste se conserva.
refused-past = Esta hora ya pasó
refused-notice = Esta hora está demasiado cerca: hace falta más antelación
refused-horizon = Esta hora está demasiado lejos: aún no se admiten reservas para entonces
refused-hours = Esta hora está fuera del horario de reservas
refused-grid = Las reservas no empiezan en ese minuto
refused-full = Ya no quedan plazas
refused-help = Estas son las horas más cercanas que se pueden reservar; lo que escribiste se conserva.
refused-gone = Esta hora ya no está libre
refused-gone-help = Estas son las horas libres más cercanas.
refused-in-the-way = A esa hora hay otra cosa
refused-force-help = Elige una de las horas más cercanas o reserva de todos modos, más abajo.
form-sent-before = Este formulario ya se envió
form-sent-before-help = Contó la primera vez: esa reserva sigue en pie. Ahora el formulario dice otra cosa. Para hacer una reserva más, envíalo de nuevo; para cambiar la primera, abre su página.
form-too-many = Demasiadas reservas por ahora
form-too-many-help = Se han hecho varias reservas desde aquí, o para la misma persona, en poco tiempo. Espera un rato y envía el formulario de nuevo; lo que escribiste se conserva.

## Una reserva

booking-heading = Tu reserva
booking-begun = Tu reserva ya ha empezado
booking-begun-help = Ya no se puede cambiar desde aquí. Ponte en contacto con la organización.
booking-over = Esta reserva ya pasó
booking-over-help = Ya tuvo lugar. Puedes reservar otra hora cuando quieras.
booking-cancelled = Esta reserva está cancelada
booking-cancelled-help = La hora vuelve a estar libre para otras personas. Puedes reservar otra cuando quieras.
booking-for = A nombre de
booking-notes = Notas
booking-calendar = Calendario
booking-reschedule = Cambiar la hora
booking-cancel = Cancelar la reserva
booking-again = Reservar de nuevo
booking-keep-link = Guarda la dirección de esta página: con ella puedes cambiar o cancelar tu reserva en cualquier momento.
booking-their-time = Hora del asistente
booking-cancelled-label = Cancelada
booked-heading = Reserva confirmada
booked-help = Te esperamos. En esta página tienes todo sobre tu reserva.
booked-unverified = Tenemos tu reserva
booked-unverified-help = Te guardamos la hora. En esta página tienes todo sobre tu reserva.
booked-stale = El calendario se consultó por última vez el { $when }; lo volveremos a consultar en cuanto podamos.
booked-stale-never = El calendario aún no se ha consultado; lo haremos en cuanto podamos.
admin-unverified-help = Se aceptó mientras no se podía consultar el calendario. En cuanto se consulte, la reserva se confirma sola; si su hora está ocupada ahí, llega a la bandeja.
booking-unverified-help = No se pudo consultar el calendario cuando reservaste. En cuanto se pueda, la reserva se confirma sola y esta página lo dirá; si resultara que la hora estaba ocupada, lo decidirá quien te atiende.
moved-heading = Tu reserva ha cambiado de hora
moved-help = La nueva hora está aquí abajo.
status-scheduled = Programada
status-begun = En curso
status-over = Pasada
status-cancelled = Cancelada
status-declined = Rechazada
status-no-show = No se presentó
status-unverified = Pendiente de confirmar
status-requested = Pendiente de aprobación
status-forced = Reservada encima, a propósito
calendar-synced = Anotada en el calendario
calendar-pending = En camino al calendario
reschedule-back = Volver a la reserva
reschedule-heading = Elige otra hora
reschedule-now = Hora actual: { $when }
reschedule-confirm = ¿Cambiar la hora de la reserva?
reschedule-from = Hora actual
reschedule-to = Nueva hora
reschedule-submit = Cambiar la hora
reschedule-keep = Dejarla como está
reschedule-sending = Cambiando…
cancel-heading = ¿Cancelar esta reserva?
cancel-reason = Motivo
cancel-reason-admin = Motivo
cancel-reason-missing = Explica en pocas palabras por qué: quedará en el historial de la reserva.
cancel-submit = Sí, cancelarla
cancel-keep = Conservar la reserva
cancel-sending = Cancelando…

## Administración

sign-in = Iniciar sesión
sign-in-heading = Iniciar sesión
sign-in-lead = Para quienes gestionan el calendario. Para reservar no hace falta iniciar sesión.
sign-in-sending = Iniciando sesión…
sign-in-wrong = El correo o la contraseña no son correctos
sign-in-wrong-help = Revisa ambos e inténtalo de nuevo.
signed-out = Has cerrado la sesión
bookings-heading = Reservas
bookings-upcoming = Próximas
bookings-past = Pasadas
bookings-cancelled = Canceladas
bookings-empty-upcoming = No hay reservas próximas
bookings-empty-past = No hay reservas pasadas
bookings-empty-cancelled = No hay reservas canceladas
bookings-empty-help = Las reservas que se hagan en tu página aparecen aquí al instante:
bookings-back = Reservas
pages-label = Páginas
pages-first = Volver al principio
pages-next = Más reservas
admin-cancelled = La reserva está cancelada
admin-cancelled-help = Su evento se está quitando del calendario.
admin-moved = La reserva ha cambiado de hora
admin-moved-help = Su evento en el calendario la sigue.
admin-not-open = Esta reserva ya no se puede cambiar
admin-not-open-help = Está cancelada o ya ha empezado.
admin-made = La reserva está hecha
admin-made-help = Su evento en el calendario la sigue.
admin-approved = La solicitud está aprobada
admin-approved-help = La hora ya está ocupada y su evento en el calendario la sigue.
admin-declined = La solicitud está rechazada
admin-declined-help = No ocupaba ninguna hora, así que no ha hecho falta liberarla.
admin-reassigned = La reserva ha pasado a otra persona
admin-reassigned-help = Su evento en el calendario la sigue.
admin-changed = La reserva ha cambiado entretanto
admin-changed-help = No se ha hecho nada. Mírala como está ahora y decide de nuevo.
admin-taken = La hora se dio a otra reserva
admin-taken-help = La solicitud sigue a la espera: elige otra hora o recházala.
admin-host-busy = La reserva se queda con quien la tiene
admin-host-busy-help = La otra persona tiene otra cosa a esa hora o no ofrece este servicio.
approve-submit = Aprobar
approve-sending = Aprobando…
decline-heading = Rechazar
decline-submit = Rechazar la solicitud
decline-sending = Rechazando…
contact-heading = Vincular a un contacto
contact-help = El evento se creó en Google Calendar sin invitados. Indica un correo o un teléfono. No se avisa a nadie y el evento se queda como está.
contact-submit = Vincular contacto
contact-sending = Vinculando…
admin-contact = La reserva tiene un contacto
admin-contact-help = Su evento en el calendario se queda como está.
admin-contact-bad = No se ha vinculado el contacto
admin-contact-bad-help = Indica un nombre y un correo o un teléfono que se pueda usar.
reassign-heading = Pasar a otra persona
reassign-to = Persona
reassign-submit = Pasar la reserva
reassign-sending = Pasando…
new-heading = Nueva reserva
new-service = Servicio
new-host = Persona
new-any-host = Quien esté libre
new-date = Día
new-time = Hora
new-when-problem = Indica un día y una hora, por ejemplo el 24 de noviembre de 2026 a las 10:00.
new-host-problem = Esta persona no ofrece este servicio.
new-submit = Reservar
new-force-heading = Reservar de todos modos
new-force-help = La reserva queda por encima de lo que hay, se marca como tal y su historial dice quién lo hizo y por qué.
new-force-submit = Reservar encima
sync-heading = Google Calendar
sync-none = Sin calendario
sync-pending = Por sincronizar
sync-synced = Sincronizada
sync-error = Calendario desactualizado
sync-last = Última sincronización: { $ago }
sync-open = Abrir en Google Calendar
problem-needs-reconnect = Google ya no acepta nuestro acceso. Vuelve a conectar el calendario; lo pendiente se enviará solo.
problem-needs-reconnect-after-week = Google terminó nuestro acceso a los siete días de concederlo. Vuelve a conectar el calendario. Si el proyecto de Google Cloud de este servidor está publicado solo para pruebas, pasará cada semana: antes, en su consola, abre «Google Auth Platform», luego «Público», y pulsa «Publicar aplicación».
problem-needs-reconnect-every-week = Google termina nuestro acceso cada siete días, como hace con los proyectos publicados solo para pruebas. En la consola de Google Cloud abre «Google Auth Platform», luego «Público», pulsa «Publicar aplicación» y vuelve a conectar el calendario.
problem-needs-reconnect-unused = Google terminó nuestro acceso porque no se usó durante seis meses. Vuelve a conectar el calendario; lo pendiente se enviará solo.
problem-invalid-rapt = El Google Workspace de esta cuenta pide de nuevo la contraseña. Vuelve a conectar el calendario; para que no se repita, su administrador puede eximir a Lockstep en la consola de administración, en «Control de sesiones de Google Cloud».
problem-scope-missing = Falta el permiso para editar eventos. Vuelve a conectar y marca la casilla «Ver y editar eventos en todos tus calendarios».
problem-token-refused = Google rechazó una vez nuestro acceso. Lo pedimos de nuevo y seguimos sin ayuda; no se pierde nada.
problem-invalid-client = Google rechaza el id o el secreto de cliente de este servidor. Compara GOOGLE_CLIENT_ID y GOOGLE_CLIENT_SECRET con el cliente de OAuth en la consola de Google Cloud y reinicia Lockstep. Nadie tiene que volver a conectar.
problem-deleted-client = El cliente de OAuth de este servidor se eliminó en la consola de Google Cloud. Restáuralo allí, o crea otro, configura su id y su secreto y vuelve a conectar.
problem-disabled-client = El cliente de OAuth o la cuenta de servicio de este servidor están inhabilitados. Habilítalos en la consola de Google Cloud; lo pendiente se enviará solo.
problem-unauthorized-client = Google no permite a este servidor actuar como pide. Si una cuenta de servicio actúa por un usuario, el administrador de Google Workspace añade la delegación en todo el dominio con el permiso calendar.events; un cliente de OAuth tiene que ser del tipo «Aplicación web».
problem-redirect-uri-mismatch = Google no conoce la dirección de redirección de este servidor. En la consola de Google Cloud, añádela al cliente de OAuth tal como está en la página del calendario y en GOOGLE_REDIRECT_URI.
problem-invalid-scope = Google no deja a este cliente pedir el permiso calendar.events. En la consola de Google Cloud, añádelo en «Google Auth Platform», «Acceso a los datos»; lo pendiente se enviará solo.
problem-admin-policy-enforced = El Google Workspace de esta cuenta no permite Lockstep. Su administrador puede permitirlo en la consola de administración, en «Controles de API».
problem-org-internal = El proyecto de Google Cloud de este servidor es solo para cuentas de otra organización. Hazlo externo en su consola, en «Público», o conecta una cuenta de esa organización.
problem-access-denied = Google nos niega el acceso y no dice más. Pregunta al administrador de la cuenta si Lockstep está bloqueado, o conecta otra cuenta.
problem-misconfigured = Google rechaza esta instalación por un motivo suyo. Busca las palabras de Google en el registro de este servidor. Nadie tiene que volver a conectar.
problem-rate-limited = Google nos pide ir más despacio. Lo hacemos; no se pierde nada y todo se enviará solo.
problem-unreachable = No se puede acceder a Google, o tiene problemas. Seguimos intentándolo; no se pierde nada.
problem-unexpected-answer = Lo que responde no es Google como lo conocemos; puede ser un proxy o la página de acceso de una red. Comprueba cómo llega este servidor a internet. Seguimos intentándolo; no se pierde nada.
problem-clock-wrong = El reloj de este servidor se desvía varios minutos, y Google rechaza lo que firma. Pon el reloj en hora; lo pendiente se enviará solo.
problem-service-account-refused = Google no acepta la clave de la cuenta de servicio. Crea otra en la consola de Google Cloud, configúrala como GOOGLE_SERVICE_ACCOUNT_JSON y reinicia Lockstep.
problem-subject-unknown = El usuario por el que debe actuar la cuenta de servicio no existe. Corrige GOOGLE_SERVICE_ACCOUNT_SUBJECT y reinicia Lockstep.
problem-not-configured = En este servidor faltan los ajustes de Google. Configúralos («lockstep config» muestra cuáles hay) y reinicia Lockstep.
problem-other-master-key = Nuestro acceso está sellado con otra clave maestra que la de este servidor. Mientras se cambia la clave, da las dos a cada proceso, como LOCKSTEP_MASTER_KEY y LOCKSTEP_MASTER_KEY_PREVIOUS.
problem-calendar-not-found = Google no encuentra el calendario. Comprueba CALENDAR_ID, que el calendario existe y que está compartido con la cuenta conectada.
problem-calendar-read-only = La cuenta conectada puede leer este calendario y no cambiar sus eventos. En sus ajustes de uso compartido, dale «Hacer cambios en eventos» y reintenta lo que haya en la bandeja.
problem-not-a-calendar-user = La cuenta conectada no tiene Google Calendar. Abre calendar.google.com una vez con ella; lo pendiente se enviará solo.
problem-api-not-enabled = La API de Google Calendar está desactivada en el proyecto de Google Cloud de este servidor. Actívala allí en «API y servicios»; lo pendiente se enviará solo.
problem-refused = Google rechazó el cambio. Comprueba que la cuenta conectada puede editar este calendario; el registro de este servidor tiene las palabras de Google.
problem-moved-onto-booking = El evento se movió en Google encima de otra reserva. La reserva se quedó donde estaba: cambia la hora de una de las dos.
problem-moved-into-past = El evento se movió al pasado en Google. La reserva se quedó donde estaba: devuelve el evento a su hora o cancela la reserva.
problem-moved-there = El evento se movió en Google y quieres decidir antes de que la reserva lo siga.
problem-deleted-there = El evento se eliminó en Google y quieres decidir antes de que se cancele la reserva.
problem-declined-there = El anfitrión rechazó el evento en Google y quieres decidir antes de que se cancele la reserva.
problem-moved-by-one = Uno de los anfitriones movió su evento en Google. La reserva se quedó donde estaba, porque los demás también tienen el suyo.
problem-deleted-by-one = Uno de los anfitriones eliminó o rechazó su evento en Google. La reserva sigue en pie.
problem-restored = La reserva se canceló al eliminarse su evento en Google. El evento ha vuelto y la reserva no pudo seguirlo sin más: su hora está ocupada o ha pasado, o quieres decidir tú.
problem-both-changed-here = Se cambió aquí y en Google a la vez: { $field }. Vale la versión de aquí, y el evento la muestra.
problem-both-changed-there = Se cambió aquí y en Google a la vez: { $field }. Vale la versión de Google, y la reserva la sigue.
field-time = la hora
field-title = el título
field-description = la descripción
field-location = el lugar
problem-all-day = El evento pasó a ser de todo el día en Google. La reserva se quedó como estaba: devuelve su hora al evento.
problem-recurring = El evento pasó a repetirse en Google. La reserva se quedó como estaba: haz que vuelva a ser un evento único.
problem-length = El evento tiene en Google una duración que una reserva no puede tener. La reserva se quedó como estaba.
problem-not-found = Google ya no encuentra el evento, pero no dice que se haya eliminado. Comprueba que el calendario sigue compartido con la cuenta conectada.
problem-generations = El evento ha desaparecido de Google varias veces. Averigua quién o qué lo quita.
problem-retrying = Google no respondió como se esperaba. Seguimos intentándolo; no se pierde nada.
problem-ignored = Alguien decidió dejar este evento desactualizado hasta que la reserva vuelva a cambiar.
problem-unverified-overlap = La reserva se aceptó cuando no se podía consultar el calendario. Ahora hay otra cosa a la misma hora.
problem-held = Se movieron o eliminaron muchos eventos del calendario en poco tiempo, también este. La reserva se queda como está hasta que alguien decida en la bandeja.
problem-mass-loss = Se movieron o eliminaron muchos eventos de este calendario en Google en 15 minutos. { $count ->
        [one] Una reserva espera como estaba y no se sigue nada más de esto hasta que decidas.
       *[other] { $count } reservas esperan como estaban y no se sigue nada más de esto hasta que decidas.
    } Las reservas que ya lo siguieron quedan movidas o canceladas. Aquí se muestra la primera que espera.
problem-other = Google informó de un problema ({ $code }).
messages-heading = Avisos a los asistentes
messages-help = Mensajes listos para enviarse, primero el más reciente. Esta versión todavía no los envía.
message-requested = Aviso a { $name }: llegó la solicitud para { $time }
message-unverified = Aviso a { $name }: { $time } queda ocupada y falta comprobarla
message-confirmed = Aviso a { $name }: la cita es el { $time }
message-moved = Aviso a { $name } del cambio al { $time }
message-changed = Aviso a { $name } de un cambio de lugar o de persona; la hora sigue siendo { $time }
message-cancelled = Aviso a { $name }: se cancela la cita del { $time }
message-restored = Aviso a { $name }: la cita sí tendrá lugar, el { $time }
message-declined = Aviso a { $name }: se rechaza la solicitud para { $time }
message-waits = El { $when }, si no vuelve a cambiar
timeline-heading = Historial
timeline-booked = Reservada para el { $when }
timeline-moved = Cambiada al { $when }
timeline-cancelled = Cancelada
timeline-event-created = Anotada en Google Calendar
timeline-event-changed = Actualizada en Google Calendar
timeline-event-moved-calendar = Movida al calendario { $calendar } en Google
timeline-left-event-edited = Cambiada en Google después de que la reserva pasara a otro calendario; el cambio no se aplicó
timeline-event-removed = Quitada de Google Calendar
timeline-reassigned = Pasó a otra persona
timeline-declined = Rechazada
timeline-approved = Aprobada
timeline-verified = Comprobada con el calendario y confirmada
timeline-left = Alguien dejó su plaza
timeline-joined = Alguien ocupó una plaza
timeline-forced = Reservada para { $when } encima de lo que había, a propósito
timeline-requested = Solicitada para { $when }: a la espera de aprobación
timeline-deletion-refuted = Google dio el evento por borrado, pero sigue ahí: no se ha cancelado nada
timeline-retried = Se intentó de nuevo
timeline-relinked = Se crea un evento nuevo; el anterior se suelta
timeline-ignored = Se dejó desactualizada a propósito
timeline-asked-insert = Se pidió a Google añadir el evento
timeline-asked-change = Se pidió a Google cambiar el evento
timeline-asked-remove = Se pidió a Google quitar el evento
timeline-asked-look = Se miró el evento en Google
timeline-times =
    { $count ->
        [one] { $what }, una vez
       *[other] { $what }, { $count } veces
    }
timeline-span = { $first } – { $last }
answer-found = Está ahí
answer-deleted = Se había eliminado
answer-not-found = No se encontró nada
answer-foreign = Hay otra cosa en su lugar
answer-rate-limited = Demasiadas peticiones por ahora
answer-none = Ninguna respuesta útil
answer-not-sent = No se pudo acceder a Google
answer-not-heard = La respuesta no nos llegó
answer-token-refused = El acceso había caducado y se renueva
answer-scope-missing = Falta un permiso
answer-id-taken = Ya existe
answer-changed = Había cambiado entretanto
answer-refused = Rechazado
answer-unexpected = Una respuesta que no entendemos
answer-waiting = A la espera de la respuesta
timeline-parked = Apartada: alguien tiene que revisarla
timeline-contact-linked = Vinculada a un contacto
timeline-imported = Tomada de Google Calendar, para el { $when }
timeline-moved-in-calendar = Movida a mano en Google Calendar al { $when }
timeline-cancelled-in-calendar = Cancelada: el evento se eliminó a mano en Google Calendar
timeline-edited-in-calendar = Editada a mano en Google Calendar
timeline-edited = Editada
timeline-restored-in-calendar = De vuelta, el { $when }: el evento se restauró a mano en Google Calendar
timeline-both-changed = Se cambió aquí y en Google a la vez; las dos versiones están en la bandeja
timeline-decided-for-booking = Decidido: vale la versión de aquí
timeline-decided-for-event = Decidido: vale la versión de Google
timeline-before = Antes: { $what }
timeline-edit = Se cambió { $field }: «{ $to }», antes «{ $from }»
timeline-both-here = { $field }: aquí «{ $here }», en Google «{ $there }». Cuenta la versión de aquí.
timeline-both-there = { $field }: aquí «{ $here }», en Google «{ $there }». Cuenta la versión de Google.
timeline-given = { $from } → { $to }
timeline-given-to = A { $to }
timeline-about = Sobre { $field }
timeline-of-many =
    { $count ->
        [one] Una reserva a la vez
       *[other] { $count } reservas a la vez
    }
timeline-kept = Confirmada a mano, aunque hay otra cosa en el calendario
timeline-other = Anotado: { $kind }
timeline-by = { $what } · { $by }
cause-attendee = por el asistente
cause-api = a través de la API
cause-admin = por la organización
cause-calendar = en Google Calendar

## Bandeja

alarm-connection = La conexión con el calendario te necesita: las reservas siguen y sus eventos esperan.
alarm-see = Ver por qué
nav-inbox = Bandeja
inbox-heading = Bandeja
inbox-lead = Lo que te necesita: reservas que no coinciden con el calendario.
inbox-empty = Nada que decidir
inbox-empty-help = Cuando Google rechaza un cambio de forma definitiva, o un evento se cambió allí de un modo que su reserva no puede seguir, aparece aquí con lo que puedes hacer. Todo lo demás se mantiene al día solo.
inbox-since = desde el { $when }
inbox-trying = Se intenta de nuevo
inbox-here = Aquí
inbox-there = En Google
inbox-here-nothing = Ningún evento: la reserva no tiene lugar
inbox-there-all-day = Un evento de todo el día
inbox-there-recurring = Un evento que se repite
inbox-there-deleted = El evento se eliminó
inbox-there-not-found = El evento no se encuentra
inbox-there-foreign = Hay otro evento en su lugar
inbox-there-not-made = Todavía ningún evento
inbox-there-busy = Ocupado el { $day }, { $hours }
inbox-there-free = Ya nada: la reserva está a punto de confirmarse
inbox-retry = Reintentar
inbox-overlap = Hora ocupada dos veces
inbox-overlap-retry-help = Mirar el calendario otra vez. Lo adecuado cuando ya se ha movido lo que estaba ahí.
inbox-retry-help = Mirar el evento y pedírselo a Google otra vez. Lo adecuado cuando ya has corregido la causa.
inbox-relink = Crear otro evento
inbox-relink-help = Escribir un evento nuevo para la reserva y soltar el anterior. Si el anterior sigue en Google, allí se queda: elimínalo a mano.
inbox-ignore = Dejarlo así
inbox-ignore-help = El evento se queda desactualizado a propósito hasta que la reserva vuelva a cambiar.
inbox-ours = Dejarlo como aquí
inbox-ours-help = La reserva se queda como está y el evento de Google vuelve a coincidir con ella.
inbox-theirs = Tomarlo como en Google
inbox-theirs-help = La reserva sigue lo que se hizo en Google, encima de otra reserva si la hay.
inbox-put-back = Deshacerlo todo
inbox-put-back-help = Las reservas que esperan se quedan como están. Los eventos eliminados se crean de nuevo y los movidos vuelven a su sitio.
inbox-meant = Estos cambios son a propósito
inbox-meant-help = Las reservas que esperan siguen lo que se hizo en Google: se mueven o se cancelan. Es lo correcto si el anfitrión está enfermo o ha despejado el día.
inbox-nothing-said = Nada
inbox-ours-done = Vale la versión de aquí
inbox-ours-done-help = El evento de Google vuelve a coincidir con ella.
inbox-theirs-done = Vale la versión de Google
inbox-theirs-done-help = La reserva la sigue.
inbox-cannot-be = La reserva no puede estar ahí
inbox-cannot-be-help = Hay otra reserva a esa hora, o esta ya terminó. No se cambió nada.
inbox-keep = Mantener la reserva
inbox-keep-help = La reserva se confirma aunque haya otra cosa a esa hora. Adecuado si caben las dos o la otra cede.
inbox-cancel = Cancelar la reserva
inbox-cancel-help = La reserva se cancela y su hora queda libre. Avisa a la persona.
inbox-sending = Un momento…
inbox-next = Más
inbox-retried = Se intenta de nuevo
inbox-retried-help = Recarga la página en un momento para ver cómo ha ido.
inbox-relinked = Se está creando un evento nuevo
inbox-relinked-help = El anterior ya no es nuestro. Si sigue en Google, elimínalo a mano.
inbox-ignored = Se queda como está
inbox-ignored-help = El evento está desactualizado a propósito hasta que la reserva vuelva a cambiar.
inbox-kept = La reserva está confirmada
inbox-kept-help = Se mantiene, haya lo que haya en el calendario a esa hora.
inbox-ended = La reserva está cancelada
inbox-ended-help = Su hora vuelve a estar libre. Avisa a la persona.
inbox-over = Eso ya está resuelto
inbox-over-help = Se puso al día solo o alguien lo decidió. Ahora no se ha hecho nada.
inbox-changed = Ha cambiado entretanto
inbox-changed-help = No se ha hecho nada. Míralo como está ahora y decide de nuevo.
google-said = Google dice: «{ $said }»
sync-retry = Reintentar
sync-inbox = Todas las opciones, en la bandeja
sync-ignored = Desactualizada a propósito
told-heading = Avisos
told-lead = Lo que se ha comunicado a quienes llevan esto. Cada causa se comunica una vez.
told-empty = Nada por ahora. Si la conexión con el calendario falla, o Google rechaza el evento de una reserva, se anota aquí.
told-owner = Para la persona titular
told-operator = Para quien administra el servidor
told-waiting = Sigue así
told-cleared = Terminado
told-grant-dead = Google ya no acepta nuestro acceso: vuelve a conectar el calendario
told-scope-missing = Falta un permiso: vuelve a conectar el calendario y marca la casilla
told-installation-refused = Google rechaza esta instalación: hay que revisar su proyecto de Google Cloud
told-calendar-lost = Ya no se puede acceder al calendario o escribir en él
told-event-refused = Google rechaza el evento de una reserva
told-push-ended = Google ya no avisa de los cambios de un calendario: se ven un poco más tarde hasta que se arregle
told-mass-loss = Se movieron o eliminaron muchos eventos de un calendario a la vez: decide en la bandeja

## Conexión del calendario

connection-heading = Google Calendar
connection-lead = Las reservas aparecen en tu calendario, y lo que muevas allí se mueve aquí.
connection-connected = Conectado
connection-syncing = Sincronizando…
connection-error = Problema de conexión
connection-none = Sin conectar
connection-none-help = Las reservas se aceptan igualmente. Se anotarán en tu calendario en cuanto lo conectes.
connection-connect = Conectar Google Calendar
connection-reconnect = Volver a conectar
connection-account = Cuenta
connection-state = Estado
connection-credential = Acceso
connection-since = Desde
connection-cause = Problema
credential-oauth = con el consentimiento de su titular
credential-service-account = con cuenta de servicio
credential-api-key = público, solo para leer
connection-push = Cambios en Google
push-live = Google avisa en cuanto ocurren
push-off = Se consultan con regularidad
push-opening = Se consultan con regularidad, hasta que Google avise
push-unsupported = Se consultan con regularidad: Google no avisa de los cambios de este calendario
push-not-renewed = Google avisa en cuanto ocurren, pero todavía no se ha podido renovar su compromiso. Se vuelve a intentar cada hora.
push-unreachable = Se consultan con regularidad. Google no respondió cuando se le pidió que avisara; se le vuelve a pedir cada hora.
push-refused = Se consultan con regularidad. Google se niega a avisar; el registro dice por qué. Se le vuelve a pedir cada día.
push-address-unauthorized = Se consultan con regularidad. Google no puede avisar a la dirección de esta instalación: verifica su dominio en el proyecto de Google Cloud o pon otra en LOCKSTEP_WEBHOOK_URL.
push-address-not-https = Se consultan con regularidad. Google solo avisa a direcciones https: pon una en LOCKSTEP_WEBHOOK_URL.
connection-proof = Evento de prueba
proof-none = Todavía ninguno
proof-read = Ninguno: este calendario solo se lee
proof-pending = Se está escribiendo y quitando…
proof-proven = Escrito y quitado { $when }
proof-failed = No se pudo escribir y quitar. { $cause }
proof-before = Antes de eso, sí: { $when }.
connection-prove = Probar otra vez
connection-proving = Probando…
connection-sync-now = Sincronizar ahora
connection-syncing-now = Sincronizando…
outcome-synced = Sincronizado
outcome-synced-events =
    { $count ->
        [0] Se ha leído todo: nada había cambiado.
        [one] Se ha sincronizado { $count } evento.
       *[other] Se han sincronizado { $count } eventos.
    }
outcome-sync-waits = Aún no está todo leído
outcome-sync-waits-help = La lectura sigue por sí sola. Si no termina, en esta página se dice qué falla.
connection-inactive = Desconectado
connection-inactive-help = No se escribe ni se lee nada en esta cuenta. Las reservas se aceptan igualmente; las que estén por venir se ponen al día cuando vuelvas a conectar.
connection-disconnect = Desconectar
disconnect-heading = ¿Desconectar Google Calendar?
disconnect-back = Volver a la conexión
disconnect-bookings = Tus reservas se quedan aquí tal como están, y se siguen aceptando nuevas.
disconnect-events =
    { $count ->
        [0] En este calendario no hay eventos de reservas por venir.
        [one] El evento de { $count } reserva por venir se queda en Google tal como está. Ya no sigue los cambios que hagas aquí, ni la reserva los que hagas allí.
       *[other] Los eventos de { $count } reservas por venir se quedan en Google tal como están. Ya no siguen los cambios que hagas aquí, ni las reservas los que hagas allí.
    }
disconnect-revoked = El acceso a esta cuenta se devuelve a Google.
disconnect-shared = El acceso sigue concedido en Google, porque otra conexión usa la misma cuenta.
disconnect-nothing = No hay nada que devolver a Google.
disconnect-again = Puedes volver a conectar la misma cuenta cuando quieras: se retoman los mismos eventos y ninguno se crea dos veces.
disconnect-keep = Seguir conectado
disconnect-sending = Desconectando…
outcome-disconnected = Desconectado
outcome-disconnected-help = Esta cuenta se deja en paz desde ahora. Sus eventos se quedan en Google tal como están.
outcome-revoking = Un momento
outcome-revoking-help = El acceso se está devolviendo a Google, y uno nuevo se perdería con él. Prueba otra vez dentro de uno o dos minutos.
connection-robot = Conectar con la cuenta de servicio
connection-robot-help = Nadie tiene que dar su consentimiento: comparte el calendario con { $account }, con «Hacer cambios en eventos».
status-none = no hay ningún calendario conectado; «lockstep connect» conecta uno
outcome-proving = Se está escribiendo un evento de prueba
outcome-proving-help = Se quita enseguida. Vuelve a cargar esta página en un momento para ver el resultado.
outcome-refused = Google dijo que no
outcome-robot-name = Falta CALENDAR_ID
outcome-robot-name-help = Una cuenta de servicio no tiene ningún calendario que alguien vea. Pon en CALENDAR_ID el calendario compartido con ella y reinicia Lockstep.
connection-sending = Abriendo Google…
connection-calendar = Calendario
connection-primary = El calendario principal de la cuenta
connection-no-calendar = Todavía ninguno
connection-last-sync = Última sincronización
connection-never = Todavía no
connection-changes = Cambios
connection-waiting =
    { $count ->
        [0] No hay nada en espera
        [one] { $count } cambio en espera
       *[other] { $count } cambios en espera
    }
setup-heading = Antes, dos ajustes
setup-lead = Lockstep necesita su propio cliente de Google para pedir acceso. Faltan estos ajustes:
setup-client = En la consola de Google Cloud, activa la API de Google Calendar y crea un cliente OAuth de tipo «Aplicación web».
setup-redirect = Indica a Google esta dirección de redireccionamiento, exactamente como aparece aquí:
setup-variables = Define el identificador y el secreto del cliente como variables de entorno, o en lockstep.toml, donde se ejecuta Lockstep.
setup-restart = Reinicia Lockstep y vuelve a esta página.
setup-details = Datos para la consola de Google Cloud
setup-scope = Lockstep pide un solo permiso de calendario: ver y editar eventos (calendar.events).
outcome-connected = Tu calendario está conectado
outcome-connected-help = Las reservas que esperaban se están anotando ahora.
outcome-denied = No se concedió el acceso
outcome-denied-help = La solicitud se rechazó en Google. No se ha cambiado nada. Pulsa Conectar para volver a intentarlo.
outcome-expired = Ese intento ha caducado
outcome-expired-help = El regreso desde Google pertenece a otro navegador, ya se usó o tardó demasiado. Pulsa Conectar para empezar de nuevo.
outcome-scope = Faltó marcar una casilla
outcome-scope-help = En la página de Google, marca la casilla «Ver y editar eventos en todos tus calendarios»; sin ella no se puede anotar ninguna reserva. Pulsa Conectar e inténtalo de nuevo.
outcome-refresh = Google no dio un acceso duradero
outcome-refresh-help = Ocurre cuando la cuenta ya se había conectado antes. Quita Lockstep en «Aplicaciones de terceros» de la cuenta de Google y pulsa Conectar de nuevo.
outcome-redirect = Google no conoce nuestra dirección de redireccionamiento
outcome-redirect-help = En la consola de Google Cloud, abre el cliente OAuth y añade esta dirección, exactamente como aparece aquí, en «URIs de redireccionamiento autorizados»:
outcome-client = Google rechazó el identificador o el secreto del cliente
outcome-client-help = Compara GOOGLE_CLIENT_ID y GOOGLE_CLIENT_SECRET con el cliente OAuth en la consola de Google Cloud, pégalos de nuevo y reinicia Lockstep.
outcome-grant = Google rechazó el consentimiento
outcome-grant-help = El código de Google ya se usó o es demasiado antiguo. Pulsa Conectar e inténtalo de nuevo.
outcome-account = Ya hay otra cuenta de Google conectada
outcome-account-help = Inicia sesión en Google con la cuenta que aparece más abajo y vuelve a pulsar el botón.
outcome-unreachable = No se pudo contactar con Google
outcome-unreachable-help = No se ha cambiado nada. Comprueba que este servidor tiene conexión a internet y pulsa Conectar de nuevo.
outcome-other = Google informó de un problema
outcome-other-help = No se ha cambiado nada. Los detalles están en el registro de este servidor. Pulsa Conectar para volver a intentarlo.
outcome-settings = Faltan ajustes
outcome-settings-help = Lockstep no puede pedir acceso a Google hasta que estén definidos; se explica más abajo.

## Cuando algo falla

error-not-found = Esta página no existe
error-not-found-help = Puede que la dirección esté mal escrita o que ya no se ofrezca lo que había aquí.
error-unknown-booking = No encontramos esta reserva
error-unknown-booking-help = Puede que el enlace se cortara al copiarlo o que haya caducado. Ábrelo otra vez desde donde lo recibiste o ponte en contacto con la organización.
error-forbidden = No podemos aceptar este formulario
error-forbidden-help = No vino de una página nuestra, o esa página estuvo abierta demasiado tiempo. Vuelve atrás, recarga la página y envíalo de nuevo.
error-method = Eso no funciona aquí
error-method-help = Esta página se puede ver, pero no usar de esa manera.
error-too-large = Eso fue demasiado de una vez
error-too-large-help = El formulario es más grande de lo que aceptamos. Acorta lo que escribiste y envíalo de nuevo.
error-bad-request = No pudimos leer este formulario
error-bad-request-help = Vuelve atrás, recarga la página y envíalo de nuevo.
error-internal = Algo falló por nuestra parte
error-internal-help = Ha quedado anotado. Inténtalo de nuevo en un momento; si continúa, indícanos esta referencia.
error-reference = Referencia
error-home = Ir a la página de inicio
calendar-heading = Ajustes del calendario
calendar-settings = Ajustes de { $name }
calendar-mode = ¿Para qué se usa?
calendar-mode-help = De un calendario que solo se consulta no se leen títulos, invitados ni descripciones. Uno en los dos sentidos necesita exactamente una persona marcada abajo.
calendar-import = Sus eventos serán
calendar-import-first = Como está: si no, el primer servicio de su persona
calendar-import-help = Los eventos sueltos con hora que esa persona creó allí, desde hace 30 días. No se avisa a nadie. Lo que se cambia aquí se cambia también allí.
mode-busy = Solo horas ocupadas
mode-write = Horas ocupadas y reservas
mode-two-way = Sus eventos también son reservas
calendar-blocks = ¿A quién ocupan sus eventos?
calendar-receives = ¿De quién son las reservas que van ahí?
calendar-receives-help = Las reservas nuevas van ahí. Las anteriores se quedan donde están. Para que las de alguien vayan a otro calendario, marca su nombre en ese otro.
calendar-save = Guardar
calendar-saving = Guardando…
calendar-add = Añadir un calendario
calendar-adding = Consultando el calendario…
calendar-id = ID del calendario
calendar-id-help = En Google Calendar: los ajustes del calendario, en «Integrar el calendario».
calendar-audit-none = Aún no se ha comparado con la lista de eventos de Google: se hace una vez por semana.
calendar-audit =
    { $count ->
        [0] Comparado con la lista de eventos de Google { $when }: coinciden.
        [one] Comparado con la lista de eventos de Google { $when }. Hasta ahora se ha encontrado y corregido { $count } diferencia.
       *[other] Comparado con la lista de eventos de Google { $when }. Hasta ahora se han encontrado y corregido { $count } diferencias.
    }
calendar-remove = Quitar este calendario
calendar-remove-help = Al quitarlo, sus eventos dejan de ocupar a nadie. Los eventos de reservas que tenga se quedan en Google tal como están.
calendar-free-days =
    { $count ->
        [one] { $count } evento de día entero de los próximos 30 días está marcado como disponible, así que no bloquea nada. Para bloquear el día, abre el evento en Google Calendar y elige «No disponible».
       *[other] { $count } eventos de día entero de los próximos 30 días están marcados como disponible, así que no bloquean nada. Para bloquear esos días, abre los eventos en Google Calendar y elige «No disponible».
    }
outcome-saved = Los ajustes del calendario se han guardado
outcome-saved-help = Valen desde ahora.
outcome-removed = El calendario se ha quitado
outcome-removed-help = Sus eventos ya no ocupan a nadie.
outcome-bad-id = Eso no es un ID de calendario
outcome-bad-id-help = Se parece a una dirección de correo. Cópialo de los ajustes del calendario en Google Calendar.
outcome-known = Este calendario ya está conectado
outcome-known-help = Un calendario se conecta una sola vez, sea cual sea la cuenta que llega a él.
outcome-unseen = Google no muestra ese calendario a esta cuenta
outcome-unseen-help = Comprueba el ID del calendario y compártelo con la cuenta conectada.
outcome-read-only = La cuenta solo puede leer este calendario
outcome-read-only-help = Para que las reservas vayan ahí, su dueño debe compartirlo con «Hacer cambios en eventos».
outcome-receiver = Las reservas necesitan un calendario al que ir
outcome-receiver-help = No se ha cambiado nada. Antes haz que esas reservas vayan a otro calendario.
outcome-one-host = Un calendario en los dos sentidos es de una sola persona
outcome-one-host-help = No se ha cambiado nada. Marca exactamente a una persona cuyo tiempo ocupen sus eventos: serán sus reservas.
outcome-no-kind = Sus eventos no pueden ser nada
outcome-no-kind-help = No se ha cambiado nada. Tiene que haber un servicio de una persona y una plaza.
freshness-heading = Cuando no se ha podido leer un calendario
freshness-lead = Mientras no se puede acceder a Google no vemos los eventos nuevos. Elige qué pasa con las reservas que alguien haga entretanto.
freshness-on-stale = ¿Qué pasa con las reservas nuevas?
freshness-allow = Se aceptan como cualquier otra
freshness-tentative = Se aceptan y se confirman al leer el calendario
freshness-refuse = No se aceptan
freshness-after = ¿A partir de cuántos minutos?
freshness-after-help = De 30 a 43200 minutos. Una hora son 60; un día, 1440.
outcome-freshness = Guardado
outcome-freshness-help = Vale desde la próxima reserva. Las que ya se aceptaron siguen como estaban.
rules-link = Elegir quién decide
rules-heading = Cuando un evento cambia en Google
rules-lead = Cada reserva tiene un evento en Google Calendar. Elige qué pasa aquí cuando alguien cambia ese evento allí.
rules-moves = Se mueve el evento
rules-moves-help = Se arrastra a otra hora, o se alarga o acorta.
rules-moves-follow = La reserva se mueve con él, salvo que haya otra reserva
rules-deletions = Se elimina o se rechaza el evento
rules-deletions-help = Preguntamos a Google otra vez antes de darlo por cierto.
rules-deletions-follow = La reserva se cancela
rules-restorations = Se recupera un evento eliminado
rules-restorations-help = Por ejemplo, desde la papelera de Google Calendar.
rules-restorations-follow = La reserva también vuelve, si su hora sigue libre
rules-place = Se edita el lugar
rules-place-help = La ubicación del evento.
rules-place-follow = La reserva lo adopta
rules-place-keep = Se queda en Google y nunca se sobrescribe
rules-both = Lo mismo se cambia aquí y allí
rules-both-help = La versión que no cuenta se guarda en la bandeja. Un clic la recupera.
rules-both-origin = Gana el lado donde se hizo la reserva
rules-both-ours = Gana el cambio hecho aquí
rules-both-theirs = Gana el cambio hecho en Google
rules-both-newest = Gana el último cambio
rules-ask = Preguntarme antes en la bandeja
rules-stated = Esto siempre espera en la bandeja: un evento pasado a todo el día o a periódico, o movido al pasado; y muchos eventos movidos o eliminados a la vez.
outcome-rules = Guardado
outcome-rules-help = Vale desde el próximo cambio. Lo que ya está en la bandeja sigue ahí hasta que decidas.
outcome-limit = Ese número de minutos no es posible
outcome-limit-help = No se ha cambiado nada. Pon un número entero de 30 a 43200 minutos.

## Calendario

nav-calendar = Calendario
calendar-title = Calendario
calendar-day = Día
calendar-week = Semana
calendar-month = Mes
calendar-week-of = Semana del { $day }
calendar-turn = Otros días
calendar-earlier = Antes
calendar-today = Hoy
calendar-later = Después
calendar-nothing = Nada
calendar-busy = Ocupado
calendar-all-day = Todo el día
calendar-pending-booking = sin confirmar todavía
calendar-more =
    { $count ->
        [one] Uno más
       *[other] { $count } más
    }
calendar-cut = Hay más de lo que cabe aquí. Elige una semana o un día para verlo todo.
calendar-legend = «Ocupado» es lo demás que hay en tus calendarios de Google. Ocupa tiempo y nadie puede reservarlo.
