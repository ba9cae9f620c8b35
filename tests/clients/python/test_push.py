"""Channels through google-api-python-client, and what arrives at their address."""

import queue
import threading
import unittest
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import LEO, FakeTest, on_day

# A bound for what takes milliseconds.
SECONDS_MAX = 20


class Receiver:
    """Somebody who is called back; `next()` is what came."""

    def __init__(self):
        messages = self.messages = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers.get("content-length", 0))
                messages.put((self.path, dict(self.headers), self.rfile.read(length)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def next(self):
        _, headers, body = self.messages.get(timeout=SECONDS_MAX)
        assert body == b"", body
        return {name.lower(): value for name, value in headers.items()}

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Push(FakeTest):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        self.service = self.connect()

    def wish(self, **more):
        return {
            "id": str(uuid.uuid4()),
            "type": "web_hook",
            "address": self.receiver.address,
            "token": "t0ken",
            **more,
        }

    def watch(self, body, calendar="primary"):
        return self.service.events().watch(calendarId=calendar, body=body)

    def stop(self, channel):
        body = {"id": channel["id"], "resourceId": channel["resourceId"]}
        return self.service.channels().stop(body=body)

    def test_a_channel_syncs_tells_a_change_and_stops(self):
        channel = self.watch(self.wish(params={"ttl": "3600"})).execute()
        self.assertEqual(channel["kind"], "api#channel")
        self.assertIsInstance(channel["expiration"], str)
        sync = self.receiver.next()
        self.assertEqual(sync["x-goog-resource-state"], "sync")
        self.assertEqual(sync["x-goog-message-number"], "1")
        self.assertEqual(sync["x-goog-channel-id"], channel["id"])
        self.assertEqual(sync["x-goog-channel-token"], "t0ken")
        self.assertEqual(sync["x-goog-resource-id"], channel["resourceId"])
        self.assertEqual(sync["x-goog-resource-uri"], channel["resourceUri"])
        self.assertIn("GMT", sync["x-goog-channel-expiration"])

        self.service.events().insert(calendarId="primary", body=on_day(2)).execute()
        exists = self.receiver.next()
        self.assertEqual(exists["x-goog-resource-state"], "exists")
        self.assertGreater(int(exists["x-goog-message-number"]), 1)

        self.assertEqual(self.stop(channel).execute(), "")
        self.service.events().insert(calendarId="primary", body=on_day(3)).execute()
        self.assertEqual(self.fake.control("channels")["waiting"], 0)
        self.assert_refused(self.stop(channel), 404, "notFound")

    def test_a_channel_id_cannot_be_used_again(self):
        wish = self.wish()
        self.watch(wish).execute()
        self.assert_refused(self.watch(wish), 400, "channelIdNotUnique")

    def test_wishes_that_cannot_be_are_refused(self):
        plain = self.wish(address="http://app.example/hook")
        self.assert_refused(self.watch(plain), 400, "push.webhookUrlNotHttps")
        late = self.wish(expiration="1")
        self.assert_refused(self.watch(late), 400, "invalid")
        self.assert_refused(self.watch(self.wish(), calendar=LEO), 404, "notFound")


if __name__ == "__main__":
    unittest.main()
