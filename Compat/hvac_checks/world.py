"""What the checks share: the server, a client with the root token, and short ways to say common things."""

import hvac
from hvac import exceptions
from livetest.checks import equal


class World:
    def __init__(self, server):
        self.server = server
        self.keys = []
        self.root_token = None

    def client(self, token=None):
        """A new hvac client; with the root token unless another one is given ("" for none)."""
        client = hvac.Client(url=self.server.address, token=self.root_token if token is None else token)
        # hvac falls back to VAULT_TOKEN and ~/.vault-token.
        client.token = self.root_token if token is None else token
        return client

    @property
    def root(self):
        return self.client()

    def child(self, **options):
        """A client with a new token made by root."""
        return self.client(self.root.auth.token.create(**options)["auth"]["client_token"])

    def child_with(self, rules, name):
        """A client with a new token whose only own policy is the given text."""
        self.root.sys.create_or_update_policy(name, rules)
        return self.child(policies=[name])


DENIED = ["1 error occurred:\n\t* permission denied\n\n"]
INVALID_TOKEN = ["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]


def refused(kind, errors, call, *arguments, **named):
    """The call must raise hvac's exception of that kind with exactly these errors."""
    try:
        answer = call(*arguments, **named)
    except kind as error:
        equal(error.errors, errors, "errors")
        return error
    except exceptions.VaultError as error:
        raise AssertionError(f"{type(error).__name__} with {error.errors}, not {kind.__name__}") from error
    raise AssertionError(f"no error; the answer was {answer}")


def bad_request(errors, call, *arguments, **named):
    return refused(exceptions.InvalidRequest, errors, call, *arguments, **named)


def denied(call, *arguments, **named):
    return refused(exceptions.Forbidden, DENIED, call, *arguments, **named)


def missing(call, *arguments, **named):
    """404 with an empty list of errors."""
    return refused(exceptions.InvalidPath, [], call, *arguments, **named)


def no_content(response):
    equal(response.status_code, 204, "status")
    equal(response.content, b"", "body")
