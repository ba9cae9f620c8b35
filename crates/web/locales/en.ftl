### English. Plain words, British dates; "service" is what people book, "booking" what they make.

## Every page

skip-to-content = Skip to content
language-label = Language
powered-by = Powered by Lockstep
nav-label = Administration
nav-bookings = Bookings
nav-connection = Google
nav-public = Booking page
sign-out = Sign out
form-optional = optional
title-problem = Please check: { $title }
form-problems =
    { $count ->
        [one] One thing needs your attention
       *[other] { $count } things need your attention
    }

## Dates and times

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
date-day = { $weekday }, { $day } { $month } { $year }
date-day-brief = { $weekday } { $day } { $month }
date-month = { $month } { $year }
date-moment = { $day }, { $time }
duration-days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
duration-hours = { $count } h
duration-minutes = { $count } min
ago-now = just now
ago-minutes =
    { $count ->
        [one] { $count } minute ago
       *[other] { $count } minutes ago
    }
ago-hours =
    { $count ->
        [one] { $count } hour ago
       *[other] { $count } hours ago
    }

## Time zones

zone-shown = Times in { $zone }
zone-change = Change
zone-label = Time zone
zone-apply = Show these times
zone-unknown = That time zone is not one we know. Times are shown in { $zone }.
zones-suggested = Suggested
zones-africa = Africa
zones-america = Americas
zones-antarctica = Antarctica
zones-arctic = Arctic
zones-asia = Asia
zones-atlantic = Atlantic
zones-australia = Australia
zones-europe = Europe
zones-indian = Indian Ocean
zones-pacific = Pacific

## Home

home-heading = Who would you like to see?
home-empty = Lockstep is running
home-empty-lead = There is nobody to book yet. Three steps and your first booking page is online.
home-empty-init = Create an organization with its services and opening hours:
home-empty-serve = Start Lockstep again:
home-empty-sign-in = Sign in and connect your Google calendar.
home-empty-demo = Only having a look? This brings its own data and its own calendar:

## Services

services-heading = Book a time
services-lead = Choose what you would like to book. Every time shown is free right now.
services-empty = There is nothing to book here at the moment. Please come back later.
services-all = All services
host-with = with { $host }

## Days and times

picker-months = Month
picker-previous = Previous month: { $month }
picker-next = Next month: { $month }
picker-today = today
picker-morning = Morning
picker-afternoon = Afternoon
picker-evening = Evening
picker-empty-day = No times are left on this day. Choose one of the marked days.
picker-empty-month = No free times in { $month }
picker-empty-next = Everything this month is taken or closed.
picker-show-month = Show { $month }
picker-empty-all = There are no later free times either. New ones appear as soon as they are opened.
stale-note = These times rest on the calendar as it was on { $when }: it could not be checked since then.
stale-note-never = These times rest on the opening hours only: the calendar could not be checked yet.

## Booking

book-heading = Your details
book-other-time = Choose another time
book-summary = What you are booking
book-submit = Confirm booking
book-sending = Booking…
book-see-times = See all free times
book-privacy = What you enter goes to { $organization } and is used for this booking only.
book-bad-start = That time could not be read
book-bad-start-help = The address of the page may have been cut off. Choose a time from the calendar.
field-name = Name
field-email = E-mail
field-email-help = Or leave it empty and give a phone number.
field-phone = Phone
field-notes = Anything we should know?
field-password = Password
problem-name-empty = Enter your name.
problem-name-link = A name cannot contain a link.
problem-contact = Enter an e-mail address or a phone number.
problem-email = Enter an address such as name@example.org.
problem-phone = Enter 6 to 15 digits, such as +34 600 000 000.
problem-zone = Choose a time zone from the list.
problem-text = This text cannot be used.
problem-too-long =
    { $count ->
        [one] Use at most { $count } character.
       *[other] Use at most { $count } characters.
    }
refused-taken = This time was just taken
refused-taken-help = Somebody was a moment faster. These times nearby are free; what you entered is kept.
refused-stale = We cannot take bookings right now
refused-stale-help = The calendar has not been checked for too long, so we do not know whether this time is still free. Try again in a few minutes; what you entered is kept.
refused-past = This time is in the past
refused-notice = This time is too soon: more notice is needed
refused-horizon = This time is too far ahead: bookings are not open that far yet
refused-hours = This time is outside the hours that can be booked
refused-grid = Bookings do not start at this minute
refused-full = Every seat has been taken
refused-help = These are the nearest times that can be booked; what you entered is kept.
refused-gone = This time is not free any more
refused-gone-help = These are the nearest times that are free.
refused-in-the-way = Something else is there at this time
refused-force-help = Choose one of the nearest times, or book it all the same, below.
form-sent-before = This form was sent before
form-sent-before-help = The first time counted: its booking stands. Now the form says something else. To make one more booking, send it again; to change the first one, open its page.
form-too-many = Too many bookings for now
form-too-many-help = Several bookings were made from here, or for the same person, in a short time. Wait a while and send the form again; what you entered is kept.

## One booking

booking-heading = Your booking
booking-begun = Your booking has begun
booking-begun-help = It can no longer be changed here. Please contact the organization directly.
booking-over = This booking is over
booking-over-help = It took place in the past. You are welcome to book another time.
booking-cancelled = This booking is cancelled
booking-cancelled-help = The time is free for others again. You are welcome to book another one.
booking-for = Booked for
booking-notes = Notes
booking-calendar = Calendar
booking-reschedule = Reschedule
booking-cancel = Cancel booking
booking-again = Book again
booking-keep-link = Keep the address of this page: with it you can change or cancel your booking at any time.
booking-their-time = Attendee's time
booking-cancelled-label = Cancelled
booked-heading = You are booked
booked-help = We look forward to seeing you. Everything about your booking is on this page.
booked-unverified = We have your booking
booked-unverified-help = The time is kept for you. Everything about your booking is on this page.
booked-stale = The calendar was last checked on { $when }; we check it again as soon as we can.
booked-stale-never = The calendar has not been checked yet; we check it as soon as we can.
admin-unverified-help = Taken while the calendar could not be checked. Once it was, the booking is confirmed by itself; if its time is taken there, it comes into the inbox.
booking-unverified-help = The calendar could not be checked when you booked. As soon as it can, the booking is confirmed by itself and this page says so; if the time should turn out to be taken, the host decides about it.
moved-heading = Your booking has moved
moved-help = The new time is below.
status-scheduled = Scheduled
status-begun = Under way
status-over = Over
status-cancelled = Cancelled
status-declined = Declined
status-no-show = Did not come
status-unverified = Being confirmed
status-requested = Awaiting approval
status-forced = Booked on top, on purpose
calendar-synced = In the host's calendar
calendar-pending = On its way to the host's calendar
reschedule-back = Back to the booking
reschedule-heading = Choose a new time
reschedule-now = Now booked: { $when }
reschedule-confirm = Move the booking?
reschedule-from = Now booked
reschedule-to = New time
reschedule-submit = Move booking
reschedule-keep = Keep the old time
reschedule-sending = Moving…
cancel-heading = Cancel this booking?
cancel-reason = Reason
cancel-reason-admin = Reason
cancel-reason-missing = Say in a few words why: it stays on the booking's record.
cancel-submit = Yes, cancel it
cancel-keep = Keep the booking
cancel-sending = Cancelling…

## Admin

sign-in = Sign in
sign-in-heading = Sign in
sign-in-lead = For the people who run the calendar. To make a booking, no sign-in is needed.
sign-in-sending = Signing in…
sign-in-wrong = E-mail or password is wrong
sign-in-wrong-help = Check both and try again.
signed-out = You are signed out
bookings-heading = Bookings
bookings-upcoming = Upcoming
bookings-past = Past
bookings-cancelled = Cancelled
bookings-empty-upcoming = No bookings ahead
bookings-empty-past = No past bookings
bookings-empty-cancelled = No cancelled bookings
bookings-empty-help = Bookings made on your page appear here at once:
bookings-back = Bookings
pages-label = Pages
pages-first = Back to the start
pages-next = More bookings
admin-cancelled = The booking is cancelled
admin-cancelled-help = Its calendar event is being removed.
admin-moved = The booking has moved
admin-moved-help = Its calendar event follows.
admin-not-open = This booking can no longer be changed
admin-not-open-help = It is cancelled, or it has begun.
admin-made = The booking is made
admin-made-help = Its calendar event follows.
admin-approved = The request is approved
admin-approved-help = The time is taken now, and its calendar event follows.
admin-declined = The request is declined
admin-declined-help = It never took any time, so none had to be freed.
admin-reassigned = The booking has another host
admin-reassigned-help = Its calendar event follows.
admin-changed = The booking has changed meanwhile
admin-changed-help = Nothing was done. Look at it as it is now, and decide again.
admin-taken = The time was given to another booking
admin-taken-help = The request still waits: choose another time for it, or decline it.
admin-host-busy = The booking stays with its host
admin-host-busy-help = The other host has something else at this time, or does not offer this service.
approve-submit = Approve
approve-sending = Approving…
decline-heading = Decline
decline-submit = Decline the request
decline-sending = Declining…
contact-heading = Link a contact
contact-help = The event was made in Google Calendar without a guest. Give an e-mail address or a phone number. Nobody is told, and the event stays as it is.
contact-submit = Link contact
contact-sending = Linking…
admin-contact = The booking has a contact
admin-contact-help = Its event in the calendar stays as it is.
admin-contact-bad = The contact was not linked
admin-contact-bad-help = Give a name, and an e-mail address or a phone number that can be used.
reassign-heading = Give to another host
reassign-to = Host
reassign-submit = Give booking
reassign-sending = Giving…
new-heading = New booking
new-service = Service
new-host = Host
new-any-host = Whoever is free
new-date = Day
new-time = Time
new-when-problem = Enter a day and a time, such as 24 November 2026 at 10:00.
new-host-problem = This host does not offer this service.
new-submit = Book
new-force-heading = Book it all the same
new-force-help = The booking lies over what is there, is marked so, and its history says who did it and why.
new-force-submit = Book on top
sync-heading = Google Calendar
sync-none = No calendar
sync-pending = Waiting to sync
sync-synced = In step
sync-error = Calendar out of date
sync-last = Last synced { $ago }
sync-open = Open in Google Calendar
problem-needs-reconnect = Google no longer accepts our access. Reconnect the calendar; what waits then follows by itself.
problem-needs-reconnect-after-week = Google ended our access seven days after it was granted. Reconnect the calendar. If the Google Cloud project of this server is published only for testing, this happens every week: in its console, open “Google Auth Platform”, then “Audience”, and press “Publish app” first.
problem-needs-reconnect-every-week = Google ends our access every seven days, as it does for projects that are published only for testing. In the Google Cloud console, open “Google Auth Platform”, then “Audience”, press “Publish app”, and reconnect the calendar.
problem-needs-reconnect-unused = Google ended our access because it was not used for six months. Reconnect the calendar; what waits then follows by itself.
problem-invalid-rapt = The Google Workspace of this account asks for the password again. Reconnect the calendar; so that it does not happen again, its administrator can exempt Lockstep in the Admin console under “Google Cloud session control”.
problem-scope-missing = The permission to edit events is missing. Reconnect, and tick the box “View and edit events on all your calendars”.
problem-token-refused = Google refused our access once. We ask for it anew and go on by ourselves; nothing is lost.
problem-invalid-client = Google refuses this server's client id or secret. Compare GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET with the OAuth client in the Google Cloud console and restart Lockstep. Nobody need reconnect.
problem-deleted-client = The OAuth client of this server was deleted in the Google Cloud console. Restore it there, or make a new one, set its id and secret, and reconnect.
problem-disabled-client = The OAuth client or the service account of this server is disabled. Enable it in the Google Cloud console; what waits then follows by itself.
problem-unauthorized-client = Google does not let this server act as it asks to. For a service account that acts for a user, the administrator of the Google Workspace adds domain-wide delegation with the scope calendar.events; an OAuth client must be of the type “Web application”.
problem-redirect-uri-mismatch = Google does not know this server's redirect address. In the Google Cloud console, add it to the OAuth client, exactly as the calendar page and GOOGLE_REDIRECT_URI have it.
problem-invalid-scope = Google does not let this client ask for the permission calendar.events. In the Google Cloud console, add it under “Google Auth Platform”, “Data access”; what waits then follows by itself.
problem-admin-policy-enforced = The Google Workspace of this account does not allow Lockstep. Its administrator can allow it in the Admin console under “API controls”.
problem-org-internal = The Google Cloud project of this server is only for accounts of another organization. Make it external in its console under “Audience”, or connect an account of that organization.
problem-access-denied = Google denies us access and does not say more. Ask the administrator of the account whether Lockstep is blocked, or connect another account.
problem-misconfigured = Google refuses this installation for a reason of its own. Look for Google's words in the log of this server. Nobody need reconnect.
problem-rate-limited = Google asks us to slow down. We do; nothing is lost, and everything follows by itself.
problem-unreachable = Google cannot be reached, or is in trouble itself. We keep trying; nothing is lost.
problem-unexpected-answer = What answers is not Google as we know it; it may be a proxy, or the sign-in page of a network. Check how this server reaches the internet. We keep trying; nothing is lost.
problem-clock-wrong = The clock of this server is wrong by minutes, so Google refuses what it signs. Set the clock; what waits then follows by itself.
problem-service-account-refused = Google does not accept the key of the service account. Make a new key in the Google Cloud console, set it as GOOGLE_SERVICE_ACCOUNT_JSON, and restart Lockstep.
problem-subject-unknown = The user the service account is to act for does not exist. Correct GOOGLE_SERVICE_ACCOUNT_SUBJECT and restart Lockstep.
problem-not-configured = The settings for Google are missing on this server. Set them (“lockstep config” shows which there are) and restart Lockstep.
problem-other-master-key = Our access is sealed with another master key than this server has. While the key is being replaced, give every process both, as LOCKSTEP_MASTER_KEY and LOCKSTEP_MASTER_KEY_PREVIOUS.
problem-calendar-not-found = Google does not find the calendar. Check CALENDAR_ID, and that the calendar still exists and is shared with the connected account.
problem-calendar-read-only = The connected account may read this calendar and not change its events. In its sharing settings, give the account “Make changes to events”, then retry what stands in the inbox.
problem-not-a-calendar-user = The connected account has no Google Calendar. Open calendar.google.com once with it; what waits then follows by itself.
problem-api-not-enabled = The Google Calendar API is switched off in the Google Cloud project of this server. Enable it there under “APIs & Services”; what waits then follows by itself.
problem-refused = Google refused the change. Check that the connected account may edit this calendar; the log of this server has Google's words.
problem-moved-onto-booking = The event was moved in Google onto another booking. The booking stayed where it was: move one of the two.
problem-moved-into-past = The event was moved into the past in Google. The booking stayed where it was: move the event back, or cancel the booking.
problem-moved-there = The event was moved in Google, and you want to be asked before its booking follows.
problem-deleted-there = The event was deleted in Google, and you want to be asked before its booking is cancelled.
problem-declined-there = The host said no to the event in Google, and you want to be asked before its booking is cancelled.
problem-moved-by-one = One of the hosts moved his event in Google. The booking stayed where it was, because the others have theirs too.
problem-deleted-by-one = One of the hosts deleted his event in Google or said no to it. The booking still takes place.
problem-restored = The booking was cancelled when its event was deleted in Google. The event is back there, and the booking could not simply follow: its time is taken or over, or you want to be asked.
problem-both-changed-here = It was changed here and in Google at the same time: { $field }. The version here counts, and the event shows it.
problem-both-changed-there = It was changed here and in Google at the same time: { $field }. The version in Google counts, and the booking follows it.
field-time = the time
field-title = the title
field-description = the description
field-location = the place
problem-all-day = The event was made an all-day event in Google. The booking stayed as it was: give the event its time back.
problem-recurring = The event was made recurring in Google. The booking stayed as it was: make it a single event again.
problem-length = The event has a length in Google that a booking cannot have. The booking stayed as it was.
problem-not-found = Google no longer finds the event, but does not say that it was deleted. Check that the calendar is still shared with the connected account.
problem-generations = The event has disappeared from Google several times. Check who or what removes it.
problem-retrying = Google did not answer as expected. We keep trying; nothing is lost.
problem-ignored = Somebody decided to leave this event out of date until the booking changes again.
problem-unverified-overlap = The booking was taken while the calendar could not be checked. Now something else stands there at the same time.
problem-held = Many events of the calendar were moved or deleted within a short time, this one too. The booking stays as it is until somebody decides in the inbox.
problem-mass-loss = Many events of this calendar were moved or deleted in Google within 15 minutes. { $count ->
        [one] One booking waits as it was, and nothing more of this is followed until you decide.
       *[other] { $count } bookings wait as they were, and nothing more of this is followed until you decide.
    } Bookings that followed before stay moved or cancelled. Shown here is the first one that waits.
problem-other = Google reported a problem ({ $code }).
messages-heading = What attendees are told
messages-help = Messages ready to be sent, newest first. This version does not send them yet.
message-requested = { $name } is told: the request for { $time } has arrived
message-unverified = { $name } is told: { $time } is taken and still to be checked
message-confirmed = { $name } is told: it takes place on { $time }
message-moved = { $name } is told of the move to { $time }
message-changed = { $name } is told of a change of place or host; the time stays { $time }
message-cancelled = { $name } is told: { $time } is cancelled
message-restored = { $name } is told: it takes place after all, on { $time }
message-declined = { $name } is told: the request for { $time } is declined
message-waits = On { $when }, unless it changes again
timeline-heading = What happened
timeline-booked = Booked for { $when }
timeline-moved = Moved to { $when }
timeline-cancelled = Cancelled
timeline-event-created = Added to Google Calendar
timeline-event-changed = Changed in Google Calendar, to match
timeline-event-moved-calendar = Moved to the calendar { $calendar } in Google
timeline-left-event-edited = Changed in Google after the booking went to another calendar; the change was not taken over
timeline-event-removed = Removed from Google Calendar, to match
timeline-reassigned = Given to another host
timeline-declined = Declined
timeline-approved = Approved
timeline-verified = Checked against the calendar and confirmed
timeline-left = Somebody left their seat
timeline-joined = Somebody took a seat
timeline-forced = Booked for { $when } on top of what was there, on purpose
timeline-requested = Asked for { $when }: waits for approval
timeline-deletion-refuted = Google listed the event as deleted, but it is still there: nothing was cancelled
timeline-retried = Tried again
timeline-relinked = A new event is made; the old one is let go
timeline-ignored = Left out of date on purpose
timeline-asked-insert = Asked Google to add the event
timeline-asked-change = Asked Google to change the event
timeline-asked-remove = Asked Google to remove the event
timeline-asked-look = Looked at the event in Google
timeline-times =
    { $count ->
        [one] { $what }, once
       *[other] { $what }, { $count } times
    }
timeline-span = { $first } – { $last }
answer-found = It is there
answer-deleted = It was deleted
answer-not-found = Nothing was found
answer-foreign = Something else is in its place
answer-rate-limited = Too many requests for now
answer-none = No usable answer
answer-not-sent = Google was not reached
answer-not-heard = The answer did not reach us
answer-token-refused = Access had run out and is renewed
answer-scope-missing = A permission is missing
answer-id-taken = It exists already
answer-changed = It had changed meanwhile
answer-refused = Refused
answer-unexpected = An answer we do not understand
answer-waiting = Waiting for the answer
timeline-parked = Set aside: somebody must look at it
timeline-contact-linked = Linked to a contact
timeline-imported = Taken over from Google Calendar, for { $when }
timeline-moved-in-calendar = Moved by hand in Google Calendar to { $when }
timeline-cancelled-in-calendar = Cancelled: the event was deleted by hand in Google Calendar
timeline-edited-in-calendar = Edited by hand in Google Calendar
timeline-edited = Edited
timeline-restored-in-calendar = Back, at { $when }: the event was restored by hand in Google Calendar
timeline-both-changed = Changed here and in Google at the same time; both versions are kept in the inbox
timeline-decided-for-booking = Decided: the version here counts
timeline-decided-for-event = Decided: the version in Google counts
timeline-before = It was { $what } before
timeline-edit = Changed { $field }: “{ $to }”, before “{ $from }”
timeline-both-here = { $field }: here “{ $here }”, in Google “{ $there }”. The version here counts.
timeline-both-there = { $field }: here “{ $here }”, in Google “{ $there }”. The version in Google counts.
timeline-given = { $from } → { $to }
timeline-given-to = To { $to }
timeline-about = About { $field }
timeline-of-many =
    { $count ->
        [one] One booking at once
       *[other] { $count } bookings at once
    }
timeline-kept = Confirmed by hand, though something else is in the calendar
timeline-other = Noted: { $kind }
timeline-by = { $what } · { $by }
cause-attendee = by the attendee
cause-api = through the API
cause-admin = by the organization
cause-calendar = in Google Calendar

## Inbox

alarm-connection = The calendar connection needs you: bookings go on, and their events wait.
alarm-see = See why
nav-inbox = Inbox
inbox-heading = Inbox
inbox-lead = What needs you: bookings that do not agree with the calendar.
inbox-empty = Nothing to decide
inbox-empty-help = When Google refuses a change for good, or an event was changed there in a way its booking cannot follow, it appears here with what you can do. Everything else keeps in step by itself.
inbox-since = since { $when }
inbox-trying = Trying again
inbox-here = Here
inbox-there = In Google
inbox-here-nothing = No event: the booking does not take place
inbox-there-all-day = An event for the whole day
inbox-there-recurring = A recurring event
inbox-there-deleted = The event was deleted
inbox-there-not-found = The event is not found
inbox-there-foreign = Another event is in its place
inbox-there-not-made = No event yet
inbox-there-busy = Busy on { $day }, { $hours }
inbox-there-free = Nothing any more: the booking is about to be confirmed
inbox-retry = Retry
inbox-overlap = Time taken twice
inbox-overlap-retry-help = Look at the calendar once more. Right when what else stood there was moved.
inbox-retry-help = Look at the event and ask Google once more. Right when you have mended the cause.
inbox-relink = Make a new event
inbox-relink-help = Write a new event for the booking and let go of the old one. If the old one is still in Google, it stays there: delete it by hand.
inbox-ignore = Leave it so
inbox-ignore-help = The event stays out of date on purpose, until the booking changes again.
inbox-ours = Keep it as here
inbox-ours-help = The booking stays as it is, and the event in Google is brought back to it.
inbox-theirs = Take it as in Google
inbox-theirs-help = The booking follows what was done in Google, on top of another booking if one is there.
inbox-put-back = Put everything back
inbox-put-back-help = The bookings that wait stay as they are. Deleted events are made anew, moved ones are moved back.
inbox-meant = These changes are meant
inbox-meant-help = The bookings that wait follow what was done in Google: they are moved or cancelled. Right when the host is ill or has cleared the day.
inbox-nothing-said = Nothing
inbox-ours-done = The version here counts
inbox-ours-done-help = The event in Google is being brought back to it.
inbox-theirs-done = The version in Google counts
inbox-theirs-done-help = The booking follows it.
inbox-cannot-be = The booking cannot be there
inbox-cannot-be-help = Another booking is at that time, or this one is over. Nothing was changed.
inbox-keep = Keep the booking
inbox-keep-help = The booking is confirmed although something else stands there. Right when both can be, or the other gives way.
inbox-cancel = Cancel the booking
inbox-cancel-help = The booking is cancelled and its time is free again. Tell the attendee.
inbox-sending = One moment…
inbox-next = More
inbox-retried = It is being tried again
inbox-retried-help = Reload the page in a moment to see how it went.
inbox-relinked = A new event is being made
inbox-relinked-help = The old event is no longer ours. If it is still in Google, delete it by hand.
inbox-ignored = It stays as it is
inbox-ignored-help = The event is out of date on purpose until the booking changes again.
inbox-kept = The booking is confirmed
inbox-kept-help = It stands, whatever else is in the calendar at that time.
inbox-ended = The booking is cancelled
inbox-ended-help = Its time is free again. Tell the attendee.
inbox-over = That is settled already
inbox-over-help = It came into step by itself, or somebody decided it. Nothing was done now.
inbox-changed = It has changed meanwhile
inbox-changed-help = Nothing was done. Look at it as it is now, and decide again.
google-said = Google says: “{ $said }”
sync-retry = Retry
sync-inbox = All ways to decide, in the inbox
sync-ignored = Out of date on purpose
told-heading = Notices
told-lead = What the people who run this were told. Each cause is told once.
told-empty = Nothing so far. If the calendar connection breaks, or Google refuses a booking's event, it is noted here.
told-owner = To the owner
told-operator = To the operator
told-waiting = Still so
told-cleared = Over
told-grant-dead = Google no longer accepts our access: reconnect the calendar
told-scope-missing = A permission is missing: reconnect the calendar and tick the box
told-installation-refused = Google refuses this installation: its Google Cloud project needs attention
told-calendar-lost = The calendar can no longer be reached or written
told-event-refused = Google refuses the event of a booking
told-push-ended = Google no longer tells of changes in a calendar: they show up a little later, until this is mended
told-mass-loss = Many events of a calendar were moved or deleted at once: decide in the inbox

## Calendar connection

connection-heading = Google Calendar
connection-lead = Bookings appear in your calendar, and what you move there moves here.
connection-connected = Connected
connection-syncing = Syncing…
connection-error = Connection problem
connection-none = Not connected
connection-none-help = Bookings are taken all the same. They are written to your calendar as soon as you connect it.
connection-connect = Connect Google Calendar
connection-reconnect = Reconnect
connection-account = Account
connection-state = State
connection-credential = Access
connection-since = Since
connection-cause = Problem
credential-oauth = by its owner's consent
credential-service-account = by service account
credential-api-key = public, only to be read
connection-push = Changes in Google
push-live = Google tells of them as they happen
push-off = Looked for regularly
push-opening = Looked for regularly, until Google tells of them
push-unsupported = Looked for regularly: Google does not tell of changes in this calendar
push-not-renewed = Google tells of them as they happen, but its promise to do so could not be renewed yet. It is tried again every hour.
push-unreachable = Looked for regularly. Google did not answer when asked to tell of them; it is asked again every hour.
push-refused = Looked for regularly. Google refuses to tell of them; the log says why. It is asked again every day.
push-address-unauthorized = Looked for regularly. Google may not push to this installation’s address: verify its domain in the Google Cloud project, or set LOCKSTEP_WEBHOOK_URL to another one.
push-address-not-https = Looked for regularly. Google pushes to https addresses only: set LOCKSTEP_WEBHOOK_URL to one.
connection-proof = Test event
proof-none = None yet
proof-read = None: this calendar is only read
proof-pending = Being written and removed…
proof-proven = Written and removed { $when }
proof-failed = It could not be written and removed. { $cause }
proof-before = Before that, it was { $when }.
connection-prove = Test again
connection-proving = Testing…
connection-sync-now = Sync now
connection-syncing-now = Syncing…
outcome-synced = Synced
outcome-synced-events =
    { $count ->
        [0] Everything was read: nothing had changed.
        [one] { $count } event was synced.
       *[other] { $count } events were synced.
    }
outcome-sync-waits = Not all is read yet
outcome-sync-waits-help = Reading goes on by itself. If it does not end, what is wrong stands on this page.
connection-inactive = Disconnected
connection-inactive-help = Nothing is written to this account or read from it. Bookings are taken all the same; those still to come are brought in step again when you reconnect.
connection-disconnect = Disconnect
disconnect-heading = Disconnect Google Calendar?
disconnect-back = Back to the connection
disconnect-bookings = Your bookings stay here as they are, and new ones are taken all the same.
disconnect-events =
    { $count ->
        [0] No event of a booking still to come is in this calendar.
        [one] The event of { $count } booking still to come stays in Google as it is. It no longer follows changes made here, nor the booking changes made there.
       *[other] The events of { $count } bookings still to come stay in Google as they are. They no longer follow changes made here, nor the bookings changes made there.
    }
disconnect-revoked = Access to this account is given back to Google.
disconnect-shared = Access stays granted at Google, because another connection uses the same account.
disconnect-nothing = Nothing is to be given back to Google.
disconnect-again = You can reconnect the same account at any time: the same events are taken up again, and none is made twice.
disconnect-keep = Stay connected
disconnect-sending = Disconnecting…
outcome-disconnected = Disconnected
outcome-disconnected-help = This account is left alone from now on. Its events stay in Google as they are.
outcome-revoking = One moment
outcome-revoking-help = Access is just being given back to Google, and a new one would be lost with it. Try again in a minute or two.
connection-robot = Connect by service account
connection-robot-help = Nobody has to consent: share the calendar with { $account }, with “Make changes to events”.
status-none = no calendar is connected; “lockstep connect” connects one
outcome-proving = A test event is being written
outcome-proving-help = It is removed at once. Reload this page in a moment to see what came of it.
outcome-refused = Google refused
outcome-robot-name = CALENDAR_ID is not set
outcome-robot-name-help = A service account has no calendar that anybody sees. Set CALENDAR_ID to the calendar that is shared with it, and restart Lockstep.
connection-sending = Opening Google…
connection-calendar = Calendar
connection-primary = The account's main calendar
connection-no-calendar = None yet
connection-last-sync = Last synced
connection-never = Not yet
connection-changes = Changes
connection-waiting =
    { $count ->
        [0] Nothing is waiting
        [one] { $count } change waiting
       *[other] { $count } changes waiting
    }
setup-heading = First, two settings
setup-lead = Lockstep needs its own Google client to ask for access. These settings are missing:
setup-client = In the Google Cloud console, enable the Google Calendar API and create an OAuth client of the type “Web application”.
setup-redirect = Give Google this redirect address, exactly as it stands here:
setup-variables = Set the client's id and secret as environment variables, or in lockstep.toml, where Lockstep runs.
setup-restart = Restart Lockstep and come back to this page.
setup-details = Details for the Google Cloud console
setup-scope = Lockstep asks for one calendar permission: to view and edit events (calendar.events).
outcome-connected = Your calendar is connected
outcome-connected-help = Bookings that were waiting are being written to it now.
outcome-denied = Access was not granted
outcome-denied-help = The request was turned down at Google. Nothing was changed. Press Connect to try again.
outcome-expired = That attempt has expired
outcome-expired-help = The way back from Google belongs to another browser, was already used, or took too long. Press Connect to start afresh.
outcome-scope = One tick was missing
outcome-scope-help = On Google's page, tick the box “View and edit events on all your calendars”; without it no booking can be written. Press Connect and try again.
outcome-refresh = Google gave no lasting access
outcome-refresh-help = This happens when the account was connected before. Remove Lockstep under “Third-party apps” in the Google account, then press Connect again.
outcome-redirect = Google does not know our redirect address
outcome-redirect-help = In the Google Cloud console, open the OAuth client and add this address, exactly as it stands here, under “Authorized redirect URIs”:
outcome-client = Google refused the client id or secret
outcome-client-help = Compare GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET with the OAuth client in the Google Cloud console, paste them again, and restart Lockstep.
outcome-grant = Google refused the consent
outcome-grant-help = The code from Google was already used or too old. Press Connect and try again.
outcome-account = Another Google account is connected already
outcome-account-help = At Google, sign in with the account shown below, then press the button again.
outcome-unreachable = Google could not be reached
outcome-unreachable-help = Nothing was changed. Check that this server reaches the internet, then press Connect again.
outcome-other = Google reported a problem
outcome-other-help = Nothing was changed. The log of this server has the details. Press Connect to try again.
outcome-settings = Settings are missing
outcome-settings-help = Lockstep cannot ask Google for access before they are set; see below.

## When something goes wrong

error-not-found = This page does not exist
error-not-found-help = The address may be mistyped, or what it led to is no longer offered.
error-unknown-booking = We cannot find this booking
error-unknown-booking-help = The link may have been cut off when it was copied, or it has expired. Try it once more from where you got it, or contact the organization.
error-forbidden = This form cannot be accepted
error-forbidden-help = It did not come from a page of ours, or that page was open for too long. Go back, reload the page, and send it again.
error-method = That does not work here
error-method-help = This page can be looked at, but not used in this way.
error-too-large = That was too much at once
error-too-large-help = The form is larger than we accept. Shorten what you entered and send it again.
error-bad-request = We could not read this form
error-bad-request-help = Go back, reload the page, and send it again.
error-internal = Something went wrong on our side
error-internal-help = It has been noted. Please try again in a moment; if it stays, tell us this reference.
error-reference = Reference
error-home = To the start page
calendar-heading = Calendar settings
calendar-settings = Settings of { $name }
calendar-mode = What is it for?
calendar-mode-help = Of a calendar that is only looked at, no titles, guests or descriptions are fetched. One in both directions needs exactly one host ticked below.
calendar-import = Its events become
calendar-import-first = As it is: else the first service its host offers
calendar-import-help = Single events with a time that the host made there, from 30 days ago on. Nobody is told of them. What a person changes here is changed there too.
mode-busy = Busy times only
mode-write = Busy times and bookings
mode-two-way = Events become bookings too
calendar-blocks = Whose time do its events take?
calendar-receives = Whose bookings go there?
calendar-receives-help = New bookings go there. Earlier ones stay where they are. To let somebody's bookings go elsewhere, tick the name at the other calendar.
calendar-save = Save
calendar-saving = Saving…
calendar-add = Add a calendar
calendar-adding = Looking at the calendar…
calendar-id = Calendar ID
calendar-id-help = In Google Calendar: the calendar's settings, under “Integrate calendar”.
calendar-audit-none = Not compared with Google’s own list of events yet: that is done once a week.
calendar-audit =
    { $count ->
        [0] Compared with Google’s own list of events { $when }: they agree.
        [one] Compared with Google’s own list of events { $when }. { $count } difference was found so far, and mended.
       *[other] Compared with Google’s own list of events { $when }. { $count } differences were found so far, and mended.
    }
calendar-remove = Remove this calendar
calendar-remove-help = Once it is removed, its events take nobody's time. Events of bookings there stay in Google as they are.
calendar-free-days =
    { $count ->
        [one] { $count } all-day event of the coming 30 days is marked as free, so it blocks nothing. To block the day, open the event in Google Calendar and choose “Busy”.
       *[other] { $count } all-day events of the coming 30 days are marked as free, so they block nothing. To block those days, open the events in Google Calendar and choose “Busy”.
    }
outcome-saved = The calendar's settings are saved
outcome-saved-help = They count from now on.
outcome-removed = The calendar is removed
outcome-removed-help = Its events take nobody's time any more.
outcome-bad-id = That is no calendar ID
outcome-bad-id-help = It looks like an e-mail address. Copy it from the calendar's settings in Google Calendar.
outcome-known = This calendar is connected already
outcome-known-help = A calendar is connected once, whichever account reaches it.
outcome-unseen = Google shows this account no such calendar
outcome-unseen-help = Check the calendar ID, and share the calendar with the connected account.
outcome-read-only = The account may only read this calendar
outcome-read-only-help = For bookings to go there, its owner must share it with “Make changes to events”.
outcome-receiver = Bookings need a calendar to go to
outcome-receiver-help = Nothing was changed. First let those bookings go to another calendar.
outcome-one-host = A two-way calendar is one host’s
outcome-one-host-help = Nothing was changed. Tick exactly one host whose time its events take: they become that host’s bookings.
outcome-no-kind = Its events have nothing to become
outcome-no-kind-help = Nothing was changed. There must be a service of one host and one place.
freshness-heading = When a calendar could not be read
freshness-lead = While Google cannot be reached we do not see new events there. Choose what becomes of bookings that somebody makes meanwhile.
freshness-on-stale = What becomes of new bookings?
freshness-allow = Taken as any other
freshness-tentative = Taken, and confirmed once the calendar was read
freshness-refuse = Not taken
freshness-after = After how many minutes?
freshness-after-help = 30 to 43200 minutes. An hour has 60, a day 1440.
outcome-freshness = Saved
outcome-freshness-help = It holds from the next booking on. Bookings taken before stay as they were taken.
rules-link = Choose who decides
rules-heading = When an event changes in Google
rules-lead = Each booking has an event in Google Calendar. Choose what happens here when somebody changes that event there.
rules-moves = The event is moved
rules-moves-help = Dragged to another time, or made longer or shorter.
rules-moves-follow = The booking moves with it, unless another booking is there
rules-deletions = The event is deleted or declined
rules-deletions-help = We ask Google a second time before we believe it.
rules-deletions-follow = The booking is cancelled
rules-restorations = A deleted event is brought back
rules-restorations-help = From the bin of Google Calendar, for instance.
rules-restorations-follow = The booking comes back too, if its time is still free
rules-place = The place is edited
rules-place-help = The location of the event.
rules-place-follow = The booking takes it over
rules-place-keep = It stays in Google and is never written over
rules-both = The same thing is changed here and there
rules-both-help = The version that does not count is kept in the inbox. One click brings it back.
rules-both-origin = The side where the booking was made wins
rules-both-ours = The change made here wins
rules-both-theirs = The change made in Google wins
rules-both-newest = The later change wins
rules-ask = Ask me in the inbox first
rules-stated = These always wait in the inbox: an event made all-day or recurring, or moved into the past; and many events moved or deleted at once.
outcome-rules = Saved
outcome-rules-help = It holds from the next change on. What is in the inbox already stays there until you decide.
outcome-limit = That number of minutes is not possible
outcome-limit-help = Nothing was changed. Give a whole number from 30 to 43200 minutes.

## Calendar

nav-calendar = Calendar
calendar-title = Calendar
calendar-day = Day
calendar-week = Week
calendar-month = Month
calendar-week-of = Week from { $day }
calendar-turn = Other days
calendar-earlier = Earlier
calendar-today = Today
calendar-later = Later
calendar-nothing = Nothing
calendar-busy = Busy
calendar-all-day = All day
calendar-pending-booking = not confirmed yet
calendar-more =
    { $count ->
        [one] One more
       *[other] { $count } more
    }
calendar-cut = There is more than fits here. Choose a week or a day to see all of it.
calendar-legend = “Busy” is what else stands in your Google calendars. It takes time, and nobody can book it.
