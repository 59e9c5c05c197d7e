"""Database servers from Debian's packages, on loopback, each with a folder of its own.

Servers that refuse to run as root run as the user that their package made for them.
"""

import glob
import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .server import free_port, wait_for

PACKAGES = {
    "postgresql": "postgresql:/usr/lib/postgresql",
    "mariadb-server": "mariadb-server:mariadbd",
    "redis-server": "redis-server:redis-server",
    "etcd-server": "etcd-server:etcd",
    "etcd-client": "etcd-client:etcdctl",
}


def install():
    """Installs what is missing, by the script that ./test uses."""
    script = Path(__file__).resolve().parents[1] / "install-packages"
    subprocess.run([script, *PACKAGES.values()], check=True)


@contextmanager
def all_of_them():
    """Running servers, as {variable of the environment: details of a configuration}; unit tests read them there."""
    with ExitStack() as stack:
        kinds = (PostgresServer, MariaDBServer, RedisServer, EtcdServer, SecureEtcdServer)
        servers = [stack.enter_context(kind()).start() for kind in kinds]
        postgres, mariadb, redis, etcd, secure = servers
        secure.make_accounts()
        mariadb.make_superuser()
        accounts = {"username": "coffer", "password": RedisServer.superuser_password}
        yield {
            "COFFER_TEST_POSTGRES": {
                "connection_url": postgres.url, "username": postgres.superuser,
                "password": postgres.superuser_password},
            "COFFER_TEST_MARIADB": {"connection_url": mariadb.url, **accounts},
            "COFFER_TEST_REDIS": {"host": "127.0.0.1", "port": redis.port, **accounts},
            "COFFER_TEST_ETCD": {"address": etcd.url}, "COFFER_TEST_SECURE_ETCD": secure.details,
        }


def self_signed(folder, name, subject):
    """A certificate and its key in a folder; `subject` as openssl writes it: IP:127.0.0.1, DNS:localhost."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName={subject}", "-keyout", folder / f"{name}.key", "-out",
         folder / f"{name}.crt"], check=True, capture_output=True)
    return folder / f"{name}.crt", folder / f"{name}.key"


class DatabaseServer:
    """What the three have in common; `account` is the Unix account that it runs as when we are root."""

    account = None

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="coffer-db-"))
        self.port = free_port()
        self.process = None
        if self.account and os.geteuid() == 0:
            shutil.chown(self.folder, self.account)

    def as_account(self, command):
        if self.account and os.geteuid() == 0:
            return ["setpriv", f"--reuid={self.account}", f"--regid={self.account}", "--init-groups", *map(str, command)]
        return [str(part) for part in command]

    def environment(self):
        """The caller's folder for temporary files may be closed to the account."""
        return os.environ | {"TMPDIR": str(self.folder)}

    def run(self, command, **options):
        """A tool of the server's, as its account; its output."""
        done = subprocess.run(
            self.as_account(command), capture_output=True, text=True, cwd=self.folder, timeout=120,
            env=self.environment(), **options
        )
        if done.returncode:
            raise AssertionError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def start(self):
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                self.as_account(self.command()), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env=self.environment(),
            )
        wait_for(self.is_ready, f"{type(self).__name__} does not answer", seconds=60)
        return self

    def stop(self):
        if self.process and self.process.poll() is None:
            self.end()
            self.process.wait(timeout=60)
        self.process = None

    def end(self):
        self.process.terminate()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Refused(Exception):
    """The database did not let an account in, or refused a statement."""


def client(command, **environment):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=os.environ | environment, timeout=60
    )
    if done.returncode:
        raise Refused(done.stderr.strip())
    return done.stdout.strip()


class PostgresServer(DatabaseServer):
    account = "postgres"
    superuser, superuser_password = "postgres", "first-root-password"

    def __init__(self):
        super().__init__()
        self.bin = Path(max(glob.glob("/usr/lib/postgresql/*/bin")))
        self.data = self.folder / "data"
        secret = self.folder / "password"
        secret.write_text(self.superuser_password)
        self.run(
            [self.bin / "initdb", "-D", self.data, "-U", self.superuser, "--auth-local=trust",
             "--auth-host=scram-sha-256", f"--pwfile={secret}", "--no-sync", "-E", "UTF8", "--locale=C"])

    def command(self):
        return [self.bin / "postgres", "-D", self.data, "-p", self.port, "-k", self.folder, "-c",
                "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=100"]

    def is_ready(self):
        return subprocess.run(
            [self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode == 0

    def end(self):
        # Terminating would wait for clients; this closes their connections.
        self.run([self.bin / "pg_ctl", "stop", "-D", self.data, "-m", "fast"])

    def signal(self, number):
        """To the server and its sessions: SIGSTOP makes a server that accepts and never answers."""
        chief = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{chief}/task/{chief}/children").read_text().split()
        for pid in (chief, *map(int, children)):
            os.kill(pid, number)

    @property
    def url(self):
        return f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{self.port}/postgres?sslmode=disable"

    def query(self, sql, user=None, password=None, certificate=None, database="postgres"):
        """As psql does it; as the owner through the local socket when no user is given."""
        host = "127.0.0.1" if user else str(self.folder)
        shown = {}
        if certificate:
            shown = {"PGSSLMODE": "require", "PGSSLCERT": str(certificate[0]), "PGSSLKEY": str(certificate[1])}
        return client(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", host, "-p", self.port, "-U",
             user or self.superuser, "-d", database, "-c", sql], PGPASSWORD=password or "", **shown)

    def make_account(self, name, password, rights=""):
        self.query(f"CREATE ROLE {name} LOGIN PASSWORD '{password}' {'SUPERUSER' if rights else ''}")

    def serve_tls(self, name):
        """Shows the certificate in its folder with this name from now on."""
        for ending in ("key", "crt"):
            target = self.folder / f"server.{ending}"
            shutil.copy(self.folder / f"{name}.{ending}", target)
            target.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(target, self.account, self.account)
            kind = "key" if ending == "key" else "cert"
            self.query(f"ALTER SYSTEM SET ssl_{kind}_file = '{target}'")
        self.query("ALTER SYSTEM SET ssl = on")
        self.query("SELECT pg_reload_conf()")
        # The old certificate is shown until the reload has been noticed.
        shown = f"openssl s_client -starttls postgres -connect 127.0.0.1:{self.port} </dev/null 2>/dev/null"
        wait_for(lambda: f"CN = {name}" in subprocess.run(shown, shell=True, capture_output=True, text=True).stdout,
                 "the new certificate is not shown")

    def trust_clients(self):
        """From now on members of `certified` are let in by certificates of this authority; its own files."""
        files = [self.folder / f"clients.{ending}" for ending in ("crt", "key")]
        if not files[0].exists():
            self_signed(self.folder, "clients", "DNS:clients")
            self_signed(self.folder, "served", "IP:127.0.0.1")
            files[0].chmod(0o644)
            access = self.data / "pg_hba.conf"
            access.write_text("hostssl all +certified 127.0.0.1/32 cert\n" + access.read_text())
            self.query("CREATE ROLE certified")
            self.query(f"ALTER SYSTEM SET ssl_ca_file = '{files[0]}'")
            self.serve_tls("served")
        return files

    def users(self):
        """The roles that are not the server's own."""
        return self.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%' ORDER BY 1").split()


class MariaDBServer(DatabaseServer):
    account = "mysql"
    superuser, superuser_password = "coffer", "first-root-password"

    def __init__(self):
        super().__init__()
        self.socket = self.folder / "mariadb.sock"
        self.data = self.folder / "data"
        self.certificate, self.key = self_signed(self.folder, "served", "DNS:localhost")
        self.authority = self_signed(self.folder, "clients", "DNS:clients")
        if os.geteuid() == 0:
            shutil.chown(self.key, self.account)
        self.run(["mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--skip-test-db",
                  "--auth-root-authentication-method=socket"])

    def command(self):
        return ["mariadbd", "--no-defaults", f"--datadir={self.data}", f"--socket={self.socket}",
                f"--port={self.port}", "--bind-address=127.0.0.1", f"--pid-file={self.folder}/pid",
                "--innodb-flush-log-at-trx-commit=0", f"--ssl-cert={self.certificate}", f"--ssl-key={self.key}",
                f"--ssl-ca={self.authority[0]}"]

    def is_ready(self):
        return subprocess.run(
            ["mariadb-admin", "--no-defaults", f"--socket={self.socket}", "ping"], capture_output=True
        ).returncode == 0

    def make_superuser(self):
        self.query(f"CREATE USER '{self.superuser}'@'%' IDENTIFIED BY '{self.superuser_password}'; "
                   f"GRANT ALL ON *.* TO '{self.superuser}'@'%' WITH GRANT OPTION")

    def make_account(self, name, password, rights=""):
        self.query(f"CREATE USER '{name}'@'%' IDENTIFIED BY '{password}'")
        if rights:
            self.query(f"GRANT ALL ON *.* TO '{name}'@'%' WITH GRANT OPTION")

    @property
    def url(self):
        return f"{{{{username}}}}:{{{{password}}}}@tcp(127.0.0.1:{self.port})/"

    def query(self, sql, user=None, password=None, certificate=None):
        where = ["-h", "127.0.0.1", "-P", self.port, "-u", user] if user else [f"--socket={self.socket}", "-u", "root"]
        if certificate:
            where += ["--ssl", f"--ssl-cert={certificate[0]}", f"--ssl-key={certificate[1]}"]
        return client(["mariadb", "--no-defaults", "-N", "-B", *where, "-e", sql], MYSQL_PWD=password or "")

    def trust_clients(self):
        """The authority of the certificates that users may be asked for."""
        return self.authority

    def users(self):
        return self.query("SELECT User FROM mysql.user WHERE User LIKE 'v-%' ORDER BY 1").split()


class RedisServer(DatabaseServer):
    superuser, superuser_password = "coffer", "first-root-password"

    def __init__(self):
        super().__init__()
        self.tls_port = free_port()
        self.certificate, self.key = self_signed(self.folder, "served", "DNS:localhost")

    def command(self):
        return ["redis-server", "--tls-port", self.tls_port, "--tls-cert-file", self.certificate, "--tls-key-file",
                self.key, "--tls-auth-clients", "no", "--tls-ca-cert-file", self.certificate, "--port", self.port, "--bind", "127.0.0.1", "--save", "", "--dir", self.folder,
                "--user", "default", "on", "nopass", "~*", "&*", "+@all", "--user", self.superuser, "on",
                f">{self.superuser_password}", "~*", "&*", "+@all"]

    def is_ready(self):
        try:
            return self.query("PING") == "PONG"
        except Refused:
            return False

    def query(self, *words, user=None, password=None):
        account = ["--user", user, "-a", password, "--no-auth-warning"] if user else []
        words = words[0].split() if len(words) == 1 else words
        done = subprocess.run(
            ["redis-cli", "-p", str(self.port), *account, *words], capture_output=True, text=True, timeout=60)
        answer = done.stdout.strip()
        # When a password is refused the client only says so, and goes on as the default user.
        if done.returncode or done.stderr or answer.startswith(("NOAUTH", "NOPERM", "ERR")):
            raise Refused(done.stderr + answer)
        return answer

    def make_account(self, name, password, rights=""):
        self.query("ACL", "SETUSER", name, "on", f">{password}", "~*", "&*", "+@all" if rights else "+ping")

    def users(self):
        return [line for line in self.query("ACL USERS").split() if line.startswith("V_")]


class EtcdServer(DatabaseServer):
    """A cluster of one member."""

    def __init__(self):
        super().__init__()
        self.peer_port = free_port()
        self.data = self.folder / "data"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def command(self):
        peer = f"http://127.0.0.1:{self.peer_port}"
        return ["etcd", "--data-dir", self.data, "--name", "one", "--listen-client-urls", self.url,
                "--advertise-client-urls", self.url, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", f"one={peer}", "--log-level", "error", "--logger", "zap",
                "--quota-backend-bytes", str(4 << 30)]

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.url + "/health", timeout=2) as answer:
                return json.load(answer).get("health") == "true"
        except OSError:
            return False


class SecureEtcdServer(EtcdServer):
    """Over TLS, with certificates on both sides and accounts; `coffer` may use the keys below /test/ only."""

    accounts = {"root": "root-password", "coffer": "coffer-password"}

    def __init__(self):
        super().__init__()
        self.certificate, self.key = self_signed(self.folder, "etcd", "IP:127.0.0.1")
        self.client_certificate, self.client_key = self_signed(self.folder, "client", "DNS:client")

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def command(self):
        return super().command() + [
            "--cert-file", self.certificate, "--key-file", self.key, "--client-cert-auth", "--trusted-ca-file",
            self.client_certificate]

    def is_ready(self):
        return self.tool("endpoint", "health", check=False).returncode == 0

    def tool(self, *arguments, check=True):
        return subprocess.run(
            ["etcdctl", f"--endpoints={self.url}", f"--cacert={self.certificate}", f"--cert={self.client_certificate}",
             f"--key={self.client_key}", *arguments],
            env=os.environ | {"ETCDCTL_API": "3"}, capture_output=True, text=True, timeout=60, check=check)

    def make_accounts(self):
        for name, password in self.accounts.items():
            self.tool("user", "add", f"{name}:{password}")
            if name != "root":
                self.tool("role", "add", name)
                self.tool("role", "grant-permission", "--prefix=true", name, "readwrite", "/test/")
            self.tool("user", "grant-role", name, name)
        self.tool("auth", "enable")

    @property
    def details(self):
        return {
            "address": self.url, "username": "coffer", "password": self.accounts["coffer"],
            "tls_ca_file": str(self.certificate), "tls_cert_file": str(self.client_certificate),
            "tls_key_file": str(self.client_key)}
