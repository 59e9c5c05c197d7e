"""The database engine over a PostgreSQL server that these checks start; every method of hvac's database module."""

import atexit

from livetest import databases
from livetest.checks import Checks, equal, true

from .world import bad_request, missing, no_content

CHECKS = Checks("database engine")

CREATION = ["CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"]
SHARED = {}


def server():
    if "server" not in SHARED:
        databases.install()
        SHARED["server"] = databases.PostgresServer().start()
        atexit.register(SHARED["server"].__exit__)
    return SHARED["server"]


@CHECKS.check("a connection is configured, listed, read without its password, reset and deleted")
def _(world):
    db = server()
    world.root.sys.enable_secrets_engine("database")
    engine = world.root.secrets.database
    for name in ("main", "spare"):
        no_content(engine.configure(
            name, "postgresql-database-plugin", verify_connection=True, allowed_roles=["*"],
            root_rotation_statements=["ALTER ROLE \"{{username}}\" PASSWORD '{{password}}'"],
            connection_url=db.url, username=db.superuser, password=db.superuser_password, max_open_connections=2))
    equal(engine.list_connections()["data"]["keys"], ["main", "spare"])
    data = engine.read_connection("main")["data"]
    equal(data["plugin_name"], "postgresql-database-plugin")
    equal(data["allowed_roles"], ["*"])
    equal(data["connection_details"],
          {"connection_url": db.url, "username": db.superuser, "max_open_connections": 2}, "connection_details")
    no_content(engine.reset_connection("main"))
    no_content(engine.delete_connection("spare"))
    missing(engine.read_connection, "spare")


@CHECKS.check("a role is written, listed, read and deleted")
def _(world):
    engine = world.root.secrets.database
    no_content(engine.create_role(
        "app", "main", CREATION, default_ttl="1h", max_ttl="24h", revocation_statements=[], rollback_statements=[],
        renew_statements=[]))
    no_content(engine.create_role("spare", "main", CREATION))
    equal(engine.list_roles()["data"]["keys"], ["app", "spare"])
    equal(engine.read_role("app")["data"], {
        "db_name": "main", "creation_statements": CREATION, "revocation_statements": [], "rollback_statements": [],
        "renew_statements": [], "default_ttl": 3600, "max_ttl": 86400, "credential_type": "password"})
    no_content(engine.delete_role("spare"))
    missing(engine.read_role, "spare")


@CHECKS.check("credentials log in, are leased, and go with their lease")
def _(world):
    engine = world.root.secrets.database
    answer = engine.generate_credentials("app")
    user = answer["data"]["username"]
    true(user.startswith("v-root-app-"), f"the user is called {user}")
    equal((answer["lease_duration"], answer["renewable"]), (3600, True))
    equal(server().query("SELECT current_user", user, answer["data"]["password"]), user)
    world.root.sys.revoke_lease(answer["lease_id"])
    true(user not in server().users(), "the user is still there")
    bad_request(["unknown role: none"], engine.generate_credentials, "none")


@CHECKS.check("a static role is written, listed, read, rotated and deleted")
def _(world):
    engine = world.root.secrets.database
    server().make_account("fixed", "before")
    no_content(engine.create_static_role("fixed", "main", "fixed", [], rotation_period=3600))
    equal(engine.list_static_roles()["data"]["keys"], ["fixed"])
    data = engine.read_static_role("fixed")["data"]
    equal((data["db_name"], data["username"], data["rotation_period"], data["rotation_statements"]),
          ("main", "fixed", 3600, []))
    first = engine.get_static_credentials("fixed")["data"]
    equal(server().query("SELECT current_user", "fixed", first["password"]), "fixed")
    equal((first["username"], first["rotation_period"]), ("fixed", 3600))
    no_content(engine.rotate_static_role_credentials("fixed"))
    second = engine.get_static_credentials("fixed")["data"]
    true(first["password"] != second["password"], "the password is the same")
    equal(server().query("SELECT current_user", "fixed", second["password"]), "fixed")
    no_content(engine.delete_static_role("fixed"))
    missing(engine.read_static_role, "fixed")


@CHECKS.check("the root password is rotated, and the connection goes on")
def _(world):
    engine = world.root.secrets.database
    no_content(engine.rotate_root_credentials("main"))
    try:
        server().query("SELECT 1", server().superuser, server().superuser_password)
    except databases.Refused:
        true(engine.generate_credentials("app")["data"]["username"] in server().users(), "no user was made")
        return
    raise AssertionError("the old password still works")
