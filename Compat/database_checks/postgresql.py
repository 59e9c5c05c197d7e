"""What only PostgreSQL has: schemas, hashed passwords, TLS, and hostile names."""

from livetest.checks import Checks, equal, true
from livetest.databases import self_signed

CHECKS = Checks("postgresql: more")


@CHECKS.check("a user that owns a schema with a hostile name is dropped, and nothing else (R05)")
def _(world):
    world.db.query("CREATE ROLE bystander; CREATE TABLE IF NOT EXISTS public.kept (id int)")
    user, _, lease = world.credentials("database")
    hostile = 'x"; drop role bystander; --'
    quoted = hostile.replace('"', '""')
    world.db.query(f'CREATE SCHEMA "{quoted}" AUTHORIZATION "{user}"')
    world.db.query(f'CREATE TABLE "{quoted}".t (id int); GRANT SELECT ON "{quoted}".t TO "{user}"')
    world.api.must("PUT", "/v1/sys/leases/revoke", {"lease_id": lease, "sync": True})
    true(user not in world.db.users(), "the user is still there")
    equal(world.db.query("SELECT count(*) FROM pg_roles WHERE rolname = 'bystander'"), "1", "bystanders")
    equal(world.db.query("SELECT count(*) FROM pg_tables WHERE tablename IN ('kept', 't')"), "2", "tables")


@CHECKS.check("a password with quotes from a policy stays a password")
def _(world):
    policy = 'length = 24\nrule "charset" { charset = "\'\\"\\\\;$-" }\nrule "charset" { charset = "ab" min-chars = 1 }'
    world.api.must("PUT", "/v1/sys/policies/password/hostile", {"policy": policy})
    world.role("database", "hostile", credential_config={"password_policy": "hostile"})
    for _ in range(5):
        user, password, lease = world.credentials("database", "hostile")
        true(world.logs_in(user, password), "the login does not work")
        world.api.must("PUT", "/v1/sys/leases/revoke", {"lease_id": lease, "sync": True})


@CHECKS.check("with scram-sha-256 the server is told a verifier, never the password")
def _(world):
    world.db.query("ALTER SYSTEM SET log_statement = 'all'")
    world.db.query("SELECT pg_reload_conf()")
    world.db_account_for("scram", password_authentication="scram-sha-256")
    user, password, _ = world.credentials("scram")
    true(world.logs_in(user, password), "the login does not work")
    log = (world.db.folder / "server.log").read_text()
    true(user in log and password not in log, "the server's log holds the password, or not the statement")


@CHECKS.check("a failing statement is refused without repeating it, and leaves no user")
def _(world):
    before = world.db.users()
    creation = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}'; GRANT nonsense TO \"{{name}}\"; SELEC '{{password}}'"
    world.role("database", "broken", creation_statements=creation)
    answer = world.api.get("/v1/database/creds/broken")
    equal(answer.status, 500, "status")
    true("nonsense" in answer.errors[0], f"the reason is missing: {answer.errors}")
    world.role("database", "syntax", creation_statements="SELEC '{{password}}'")
    equal(world.api.get("/v1/database/creds/syntax").errors,
          ["1 error occurred:\n\t* syntax error in a statement (SQLSTATE 42601)\n\n"], "errors")
    equal(world.db.users(), before, "users")


@CHECKS.check("tls_ca makes the server prove who it is: self-signed and wrong names are refused (R06)")
def _(world):
    folder = world.db.folder
    for name, host in (("good", "127.0.0.1"), ("other", "127.0.0.1"), ("misnamed", "10.1.2.3")):
        self_signed(folder, name, f"IP:{host}")
    world.db.make_account("tls_admin", "tls-password", "SUPERUSER")
    details = {"plugin_name": "postgresql-database-plugin", "username": "tls_admin", "password": "tls-password",
               "connection_url": world.db.url.replace("sslmode=disable", "sslmode=require")}
    for served, trusted, wanted in (("good", "good", 204), ("good", "other", 400), ("misnamed", "misnamed", 400)):
        world.db.serve_tls(served)
        ca = (folder / f"{trusted}.crt").read_text()
        answer = world.api.post("/v1/database/config/tls", {**details, "tls_ca": ca})
        equal(answer.status, wanted, f"status with {served} served and {trusted} trusted: {answer.body}")
