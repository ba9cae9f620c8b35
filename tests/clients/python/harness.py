"""Starts a fresh fake-google for each test and connects Google's own client to it.

Nothing here knows what a method answers; the tests do. A test gets `self.fake`, the process with its
control interface, and `self.connect()`, which walks the whole consent road and gives a service.
"""

import json
import os
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

# The fake speaks plain http on loopback; the scope `email` comes back as a URL, as from Google.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"

from google_auth_oauthlib.flow import Flow  # noqa: E402
from googleapiclient.discovery import build  # noqa: E402
from googleapiclient.errors import HttpError  # noqa: E402

TOP = Path(__file__).resolve().parents[3]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target"))

ANA = "ana@example.com"
LEO = "leo@example.com"
ZONE = "America/Montevideo"
CLIENT_ID = "client"
CLIENT_SECRET = "secret"
REDIRECT = "http://localhost:8080/callback"

ROOT = "https://www.googleapis.com/auth/"
SCOPE_ALL = ROOT + "calendar"
SCOPE_EVENTS = ROOT + "calendar.events"
SCOPE_READONLY = ROOT + "calendar.events.readonly"

# A process that does not say where it is by then will not.
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 5


def binary():
    """The newest build of the fake; `FAKE_GOOGLE_BIN` names another."""
    named = os.environ.get("FAKE_GOOGLE_BIN")
    if named:
        return named
    built = [TARGET / profile / "fake-google" for profile in ("debug", "release")]
    built = [path for path in built if path.exists()]
    assert built, f"no fake-google in {TARGET}: cargo build -p fake-google first"
    return str(max(built, key=lambda path: path.stat().st_mtime))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The consent form answers with a redirect to the client, which is not running."""

    def redirect_request(self, *_):
        return None


class Fake:
    """A fake-google process of its own, strict about what it is sent."""

    def __init__(self):
        self.process = subprocess.Popen(
            [
                binary(),
                *("--listen", "127.0.0.1:0"),
                *("--strict", "--rule", "push.allows_http=true"),
                *("--account", f"{ANA}:{ZONE}", "--account", f"{LEO}:Europe/Madrid"),
                *("--client", f"{CLIENT_ID}:{CLIENT_SECRET}:{REDIRECT}"),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert "control http" in line, f"fake-google is not ready: {line!r}"
        self.origin = line.split("control ")[1].split("/_fake/")[0]

    def stop(self):
        self.process.terminate()
        self.process.wait(STOP_SECONDS_MAX)
        self.process.stdout.close()

    def control(self, name, body=None):
        """One call of the control interface: GET without a body, POST with one."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.origin}/_fake/{name}", data, headers)
        with urllib.request.urlopen(request, timeout=START_SECONDS_MAX) as answer:
            return json.loads(answer.read() or "null")

    def fail_next(self, method, status, count=1):
        """Lets the next calls of a method answer with a status."""
        self.control("faults", [{"method": method, "kind": {"status": status}, "count": count}])

    def flow(self, scopes):
        config = {
            "web": {
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "auth_uri": f"{self.origin}/o/oauth2/v2/auth",
                "token_uri": f"{self.origin}/token",
            }
        }
        return Flow.from_client_config(config, scopes=scopes, redirect_uri=REDIRECT)

    def decide(self, address, account, ticked, decision="allow"):
        """Posts the consent form that a person would see at `address`; where it leads to."""
        form = [("account", account), ("decision", decision)]
        form += [("scope", scope) for scope in ticked]
        opener = urllib.request.build_opener(NoRedirect)
        try:
            opener.open(address, urllib.parse.urlencode(form).encode(), START_SECONDS_MAX)
        except urllib.error.HTTPError as answer:
            with answer:
                assert answer.code in (302, 303), f"{answer.code} {answer.read()}"
                return answer.headers["location"]
        raise AssertionError("the consent form leads nowhere")


class FakeTest(unittest.TestCase):
    """A test against a fresh fake."""

    def setUp(self):
        self.fake = Fake()
        self.addCleanup(self.fake.stop)

    def credentials(self, scopes=(SCOPE_ALL,), account=ANA):
        """Consent to everything and exchange the code."""
        flow = self.fake.flow(["openid", "email", *scopes] if len(scopes) > 1 else list(scopes))
        address, _ = flow.authorization_url(access_type="offline", prompt="consent")
        back = self.fake.decide(address, account, scopes)
        flow.fetch_token(authorization_response=back)
        return flow.credentials

    def service(self, credentials):
        options = {"api_endpoint": f"{self.fake.origin}/calendar/v3/"}
        service = build("calendar", "v3", credentials=credentials, client_options=options)
        self.addCleanup(service.close)
        return service

    def connect(self, scopes=(SCOPE_ALL,), account=ANA):
        return self.service(self.credentials(scopes, account))

    def assert_refused(self, request, status, reason):
        """Executes a request that Google refuses; the error as the client reads it."""
        with self.assertRaises(HttpError) as caught:
            request.execute()
        error = json.loads(caught.exception.content)["error"]
        told = (caught.exception.resp.status, error["errors"][0]["reason"])
        self.assertEqual(told, (status, reason), error)
        return caught.exception

    def refused_status(self, request):
        """The status of a request that Google refuses for one of several reasons."""
        with self.assertRaises(HttpError) as caught:
            request.execute()
        return caught.exception.resp.status


def on_day(day, **more):
    """An event from 10 to 11 UTC on a day of March 2027."""
    start = {"dateTime": f"2027-03-{day:02}T10:00:00Z"}
    end = {"dateTime": f"2027-03-{day:02}T11:00:00Z"}
    return {"start": start, "end": end, **more}
