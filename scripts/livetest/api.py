"""A plain HTTP client of the /v1 API, over the standard library only."""

import http.client
import json
from typing import NamedTuple


class Answer(NamedTuple):
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.json["data"]

    @property
    def errors(self):
        return self.json["errors"]


class API:
    """One address and, unless told otherwise, one token; a connection for each request."""

    def __init__(self, port, token=None, timeout=30):
        self.port = port
        self.token = token
        self.timeout = timeout
        # Called with every answer; the canary checks collect them here.
        self.observer = None

    def request(self, method, path, body=None, token=None, headers=None, raw=None):
        """`body` is sent as JSON, `raw` as it is; `token=""` sends none."""
        connection = self.connection()
        try:
            connection.request(method, path, self.payload(body, raw), self.fields(token, headers))
            response = connection.getresponse()
            answer = Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()
        if self.observer:
            self.observer(method, path, answer)
        return answer

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)

    @staticmethod
    def payload(body, raw):
        if raw is not None:
            return raw
        return None if body is None else json.dumps(body).encode()

    def fields(self, token, headers):
        fields = {"X-Vault-Request": "true"}
        token = self.token if token is None else token
        if token:
            fields["X-Vault-Token"] = token
        fields.update(headers or {})
        return fields

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, body, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    def list(self, path, **more):
        return self.request("LIST", path, **more)

    def must(self, method, path, body=None, **more):
        """A request that the test needs to succeed."""
        answer = self.request(method, path, body, **more)
        if answer.status not in (200, 204):
            raise AssertionError(f"{method} {path} gave {answer.status}: {answer.body[:300]!r}")
        return answer
