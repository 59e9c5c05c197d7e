"""A Coffer server, one database server, and how that database is told what to do."""

from contextlib import contextmanager

from livetest.databases import MariaDBServer, PostgresServer, RedisServer, Refused
from livetest.server import wait_for


class Flavour:
    """One kind of database as an operator configures it."""

    def __init__(self, name, server, details, creation, login):
        self.name = name
        self.server_class = server
        self.details = details
        self.creation = creation
        self.login = login


POSTGRES = Flavour(
    "postgresql", PostgresServer,
    lambda db: {"plugin_name": "postgresql-database-plugin", "connection_url": db.url},
    "CREATE ROLE \"{{name}}\" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'; "
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO \"{{name}}\";",
    lambda db, user, password: db.query("SELECT 1", user, password),
)
MARIADB = Flavour(
    "mariadb", MariaDBServer,
    lambda db: {"plugin_name": "mysql-database-plugin", "connection_url": db.url},
    "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON *.* TO '{{name}}'@'%';",
    lambda db, user, password: db.query("SELECT 1", user, password),
)
REDIS = Flavour(
    "redis", RedisServer,
    lambda db: {"plugin_name": "redis-database-plugin", "host": "127.0.0.1", "port": db.port},
    '["~*", "+@read", "+ping"]',
    lambda db, user, password: db.query("PING", user=user, password=password),
)


class World:
    def __init__(self, server, db, flavour):
        self.server = server
        self.db = db
        self.flavour = flavour

    @property
    def api(self):
        return self.server.api()

    def over(self, db):
        """The same server with another database."""
        return World(self.server, db, self.flavour)

    def configure(self, mount, **more):
        """A new mount with the database as `main` and a role `app`; the password in force afterwards is ours alone."""
        self.api.must("POST", f"/v1/sys/mounts/{mount}", {"type": "database"})
        self.api.must("POST", f"/v1/{mount}/config/main", {
            **self.flavour.details(self.db), "username": self.db.superuser, "password": self.db.superuser_password,
            "allowed_roles": "*", **more})
        self.role(mount, "app")

    def make_account(self, name, password):
        self.db.make_account(name, password)

    def db_account_for(self, mount, **more):
        """Another mount over the same database, with an account of its own that may make users."""
        account = mount.replace(".", "_") + "_admin"
        self.db.make_account(account, "account-password", "all")
        self.api.must("POST", f"/v1/sys/mounts/{mount}", {"type": "database"})
        self.api.must("POST", f"/v1/{mount}/config/main", {
            **self.flavour.details(self.db), "username": account, "password": "account-password",
            "allowed_roles": "*", **more})
        self.role(mount, "app")

    def role(self, mount, name, **more):
        self.api.must("POST", f"/v1/{mount}/roles/{name}", {
            "db_name": "main", "creation_statements": self.flavour.creation, "default_ttl": "1h", "max_ttl": "2h",
            **more})

    def credentials(self, mount, role="app", token=None):
        answer = self.server.api(token).must("GET", f"/v1/{mount}/creds/{role}").json
        return answer["data"]["username"], answer["data"]["password"], answer["lease_id"]

    def logs_in(self, user, password):
        try:
            self.flavour.login(self.db, user, password)
            return True
        except Refused:
            return False

    def wait_until_gone(self, user, seconds=15):
        wait_for(lambda: user not in self.db.users(), f"{user} is still there", seconds)

    def token(self, **options):
        made = self.api.must("POST", "/v1/auth/token/create", options).json["auth"]
        return made["client_token"]

    def reader(self, mount):
        """The name of a policy that may read the credentials of a mount."""
        rules = f'path "{mount}/creds/*" {{ capabilities = ["read"] }}'
        self.api.must("PUT", f"/v1/sys/policies/acl/{mount}", {"policy": rules})
        return mount


@contextmanager
def database(flavour):
    with flavour.server_class() as db:
        db.start()
        if hasattr(db, "make_superuser"):
            db.make_superuser()
        yield db
