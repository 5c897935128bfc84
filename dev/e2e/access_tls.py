"""TLS from the packaged program: what the port speaks and what it does not, files that are replaced while it runs, files
that cannot be used, and the commands at such a port."""
import asyncio
import datetime
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

from access_client import ROOT, Hub, Socket, bearer, check, publish_lines, together, until
from access_ways import event

# Kinds of keys.
EC = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
RSA = ["rsa:2048"]

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def openssl(*words, data=b"", good=True):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=good, timeout=60)


class Authority:
    """Signs certificates, with any times and names."""

    def __init__(self, folder, name):
        self.folder = Path(folder) / name
        self.folder.mkdir(parents=True)
        self.at_work = threading.Lock()
        self.certificate, self.key = self.folder / "authority.pem", self.folder / "authority.key"
        (self.folder / "index.txt").touch()
        self.config = self.folder / "openssl.cnf"
        self.config.write_text(f"""
            [ca]
            default_ca = own
            [own]
            database = {self.folder}/index.txt
            new_certs_dir = {self.folder}
            certificate = {self.certificate}
            private_key = {self.key}
            rand_serial = yes
            unique_subject = no
            default_md = sha256
            copy_extensions = copy
            preserve = yes
            policy = any
            [any]
            commonName = optional
            organizationName = optional
            [req]
            distinguished_name = any
            [authority]
            basicConstraints = critical, CA:TRUE
            """)
        openssl("req", "-x509", "-config", str(self.config), "-extensions", "authority", "-newkey", *EC, "-nodes",
                "-subj", f"/CN={name}", "-days", "30", "-keyout", str(self.key), "-out", str(self.certificate))

    def issue(self, name, subject="/CN=localhost", alternatives="DNS:localhost,IP:127.0.0.1", begin=-3_600, end=86_400, kind=EC):
        """A pair of files, the certificate being valid from and until so many seconds from now."""
        pair = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        wish = str(self.folder / f"{name}.request")
        more = ["-addext", "subjectAltName=" + alternatives] if alternatives else []
        openssl("req", "-new", "-config", str(self.config), "-newkey", *kind, "-nodes", "-subj", subject, *more,
                "-keyout", str(pair[1]), "-out", wish)
        now = datetime.datetime.now(datetime.timezone.utc)
        begin, end = ((now + datetime.timedelta(seconds=each)).strftime("%Y%m%d%H%M%SZ") for each in (begin, end))
        with self.at_work:
            openssl("ca", "-batch", "-notext", "-config", str(self.config), "-in", wish, "-out", str(pair[0]), "-startdate", begin,
                    "-enddate", end)
        return pair

    def context(self, pair=None, protocols=("http/1.1",)):
        """A client's side, which trusts this authority."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.set_alpn_protocols(list(protocols))
        if pair:
            context.load_cert_chain(*map(str, pair))
        return context


class Tunnel:
    """A plain port that leads to one that speaks TLS, so that everything can be tried there that is tried on a plain one."""

    def __init__(self, port, context):
        self.far, self.context = port, context
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda loop, failure: None)  # connections that break, as they are meant to
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.port = asyncio.run_coroutine_threadsafe(self.listen(), self.loop).result()

    async def listen(self):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]

    async def serve(self, reader, writer):
        try:
            far = await asyncio.open_connection("127.0.0.1", self.far, ssl=self.context, server_hostname="localhost")
        except OSError:
            writer.close()
            return
        await asyncio.gather(self.hand_on(reader, far[1]), self.hand_on(far[0], writer))

    @staticmethod
    async def hand_on(source, target):
        try:
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
        except OSError:
            pass
        finally:
            target.close()


class SecureHub(Hub):
    """A hub whose port speaks TLS."""

    def __init__(self, folder, name, authority, pair, *options):
        super().__init__(folder, name, "--tls-cert", str(pair[0]), "--tls-key", str(pair[1]), *options)
        self.authority, self.tunnel = authority, None

    def start(self):
        super().start()
        check("the first line says https", self.first_line == f"listening on https://127.0.0.1:{self.port}\n", self.first_line)
        self.tunnel = self.reached(self.authority.context())

    def reached(self, context):
        """The hub as somebody reaches it who encrypts so."""
        return Tunnel(self.port, context)

    @property
    def plain_port(self):
        return self.tunnel.port


def connect(port, context, session=None, name="localhost"):
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=10), server_hostname=name, session=session)


def read_all(connection):
    """What comes until the end, of whatever kind that is; a connection that does not end is told at the end of it."""
    said = b""
    try:
        while piece := connection.recv(65_536):
            said += piece
    except TimeoutError:
        said += b" (and does not end)"
    except OSError:
        pass
    return said


def healthy(connection):
    connection.sendall(HEALTH)
    return b"HTTP/1.1 200" in read_all(connection)


# What the port speaks ---------------------------------------------------------------------------------------------


def speaks(folder):
    """Versions, ALPN, ciphers, plain HTTP, renegotiation, resumption; and the commands."""
    authority = Authority(folder, "tls-authority")
    # With RSA there are ciphers without a key that is used once, which could be taken.
    hub = SecureHub(folder, "tls", authority, authority.issue("server", kind=RSA))
    root = hub.key("root")
    hub.write_keys()
    hub.start()
    together(lambda: versions(hub, authority), lambda: plain(hub), lambda: renegotiation(hub), lambda: resumption(hub, authority),
             lambda: commands(hub, authority, root))
    hub.stop()


def versions(hub, authority):
    for version, name in [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]:
        context = authority.context(protocols=["h2", "http/1.1"])
        context.minimum_version = context.maximum_version = version
        with connect(hub.port, context) as connection:
            check(f"{name} is spoken", connection.version() == name, connection.version())
            check(f"{name}: ALPN takes http/1.1", connection.selected_alpn_protocol() == "http/1.1", connection.selected_alpn_protocol())
            check(f"{name}: and answers", healthy(connection))
    for what, words in [("TLS 1.1", ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]), ("no key that is used once", ["-tls1_2", "-cipher", "AES128-GCM-SHA256"]),
                        ("CBC", ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"])]:
        done = openssl("s_client", "-connect", f"127.0.0.1:{hub.port}", *words, data=HEALTH, good=False)
        check(f"{what}: refused", done.returncode != 0 and b"HTTP/1.1" not in done.stdout, done.stdout[-300:])


def plain(hub):
    with socket.create_connection(("127.0.0.1", hub.port), timeout=10) as connection:
        connection.sendall(HEALTH)
        said = read_all(connection)
    check("plain HTTP is told that this port does not speak it", said.startswith(b"HTTP/1.1 400") and b"https" in said.partition(b"\r\n\r\n")[2], said)
    with socket.create_connection(("127.0.0.1", hub.port), timeout=10) as connection:
        connection.sendall(bytes(range(128, 250)))
        said = read_all(connection)
    check("what is neither is cut off", said == b"", said)


class Conversation:
    """`openssl s_client`, to which something is said when it has said something."""

    def __init__(self, port, *words):
        self.process = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = b""
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while piece := self.process.stdout.read1():
            self.said += piece

    def answers(self, what, seconds=10):
        """Whether it says this in time, or before it ends: all that it has said is read by then."""
        return until(lambda: what in self.said or not self.reader.is_alive(), seconds) and what in self.said

    def say(self, what):
        try:
            self.process.stdin.write(what)
            self.process.stdin.flush()
        except OSError:
            pass

    def end(self):
        self.say(b"")
        try:
            self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.reader.join(5)
        return self.said


def renegotiation(hub):
    conversation = Conversation(hub.port, "-tls1_2")
    check("s_client is connected", conversation.answers(b"Verify return code"), conversation.said[-300:])
    conversation.say(b"R\n")
    conversation.answers(b"RENEGOTIATING")
    ended = until(lambda: conversation.process.poll() is not None, 3)
    if not ended:
        conversation.say(HEALTH)
        conversation.answers(b"HTTP/1.1", 3)
    said = conversation.end()
    # A second handshake would show the certificate again.
    after = said.partition(b"RENEGOTIATING")[2]
    check("another handshake on a connection is refused", b"RENEGOTIATING" in said and b"verify return" not in after.lower()
          and (b"error" in after or b"alert" in after or b"HTTP/1.1 200" in after), after[-300:])


def resumption(hub, authority):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = authority.context()
        context.minimum_version = context.maximum_version = version
        with connect(hub.port, context) as first:
            check("a first session is no resumed one", healthy(first) and not first.session_reused)
            session = first.session
        with connect(hub.port, context, session) as second:
            check(f"{version.name}: a session is resumed", second.session_reused and healthy(second))
    done = openssl("s_client", "-connect", f"127.0.0.1:{hub.port}", "-tls1_2", "-reconnect", data=b"", good=False)
    check("s_client -reconnect: five times", done.stdout.count(b"Reused, TLSv1.2") == 5, done.stdout.count(b"Reused"))
    kept = hub.folder / "session.pem"
    conversation = Conversation(hub.port, "-tls1_3", "-ign_eof", "-sess_out", str(kept))
    conversation.say(HEALTH)
    conversation.answers(b"HTTP/1.1 200")
    conversation.end()
    conversation = Conversation(hub.port, "-tls1_3", "-ign_eof", "-sess_in", str(kept))
    conversation.say(HEALTH)
    check("s_client -sess_in: resumed", conversation.answers(b"Reused, TLSv1.3") and conversation.answers(b"HTTP/1.1 200"),
          conversation.said[-300:])
    conversation.end()


# The commands -----------------------------------------------------------------------------------------------------


def run(*words, key=None):
    environment = {**os.environ, **({"TOCSIN_KEY": key} if key else {})}
    return subprocess.run([str(ROOT / "tocsin"), *words], input='{"type":"alert.deleted","payload":{"id":"x"}}\n', capture_output=True,
                          text=True, timeout=60, env=environment)


def commands(hub, authority, root):
    key_file = hub.folder / "root.key"
    key_file.write_text(root + "\n")
    key_file.chmod(0o600)
    ca = ["--ca", str(authority.certificate)]
    payload = ["alert.deleted", "--payload", '{"id":"tls"}']
    done = run("publish", *payload, "--url", f"https://localhost:{hub.port}", *ca, "--key", str(key_file))
    check("publish over https with --key and --ca", done.returncode == 0, done)
    done = run("publish", *payload, "--url", f"wss://127.0.0.1:{hub.port}", *ca, key=root)
    check("publish over wss with TOCSIN_KEY", done.returncode == 0, done)
    tails(hub, ca, root, key_file)
    done = run("bench", "--url", f"https://localhost:{hub.port}", *ca, "--key", str(key_file), "--connections", "5", "--rate", "50",
               "--duration", "1s", "--warm-up", "1s")
    check("bench over https", done.returncode == 0, done)
    strangers(authority, hub, root)


def tails(hub, ca, root, key_file):
    """`tail` with a key from the environment, and with one from a file: neither stands in what `ps` shows."""
    processes = [
        subprocess.Popen([str(ROOT / "tocsin"), "tail", "--json", "-n", "1", "--url", url, *ca, *more], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})
        for url, more, environment in [(f"https://localhost:{hub.port}", [], {"TOCSIN_KEY": root}),
                                       (f"wss://localhost:{hub.port}", ["--key", str(key_file)], {})]]
    for process in processes:
        line = process.stdout.readline()
        check("tail over TLS shows the newest event", '"tls"' in line, line)
        shown = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(process.pid)], capture_output=True, text=True).stdout \
            if shutil.which("ps") else Path(f"/proc/{process.pid}/cmdline").read_text()
        check("tail: ps shows the command, and no key", "tail" in shown and root not in shown and root.split("_", 2)[2] not in shown, shown)
    for process in processes:
        process.terminate()
        said = process.communicate(timeout=20)
        check("tail says no key", root not in said[0] + said[1])


class Stranger(threading.Thread):
    """A server of TLS with a certificate that clients should not like."""

    def __init__(self, pair):
        super().__init__(daemon=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*map(str, pair))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.heard = b""
        self.start()

    def run(self):
        while True:
            try:
                with self.context.wrap_socket(self.listener.accept()[0], server_side=True) as connection:
                    connection.settimeout(3)
                    self.heard += connection.recv(65_536)
            except OSError:
                if self.listener.fileno() < 0:
                    return


def strangers(authority, hub, root):
    """Whom the commands do not trust is named in a sentence, and is shown no key."""
    day = 86_400
    servers = {
        "its certificate is for another host name": Stranger(authority.issue("elsewhere", "/CN=elsewhere.example", "DNS:elsewhere.example")),
        "its certificate has expired": Stranger(authority.issue("expired", begin=-2 * day, end=-day)),
        "its certificate is not valid yet": Stranger(authority.issue("early", begin=day, end=2 * day)),
    }
    places = [(sentence, server.port, ["--ca", str(authority.certificate)]) for sentence, server in servers.items()]
    places.append(("signed by an authority that is not trusted here; if it is yours, add --ca FILE", hub.port, []))
    words = [["tail"], ["publish", "alert.deleted", "--payload", '{"id":"x"}'], ["publish", "-"], ["bench", "--duration", "1s"], ["stats"]]
    # The first place with each command, the others with one.
    cases = [(*places[3], each) for each in words] + [(*places[n], words[n % 2]) for n in range(3)]

    def refused(sentence, port, more, command):
        done = run(*command, "--url", f"https://localhost:{port}", *more, key=root)
        check(f"{command[0]}: {sentence[:40]}", done.returncode == 1 and sentence in done.stderr and not re.search(r"^\s+at |Exception", done.stderr, re.M)
              and root not in done.stderr + done.stdout, done)
    together(*(lambda case=case: refused(*case) for case in cases[:4]))
    together(*(lambda case=case: refused(*case) for case in cases[4:]))
    for sentence, server in servers.items():
        check("who is not trusted is shown nothing", not server.heard, server.heard[:100])
        server.listener.close()


# The files --------------------------------------------------------------------------------------------------------


def put(source, target):
    """Replaces a file at once."""
    fresh = target.with_suffix(".new")
    shutil.copy(source, fresh)
    os.replace(fresh, target)


def certificate_of(port, authority):
    with connect(port, authority.context()) as connection:
        return connection.getpeercert()["subject"][0][0][1]


def files(folder):
    """Pairs that are replaced while the server runs, by better and by worse ones; and those it does not even start with."""
    authority = Authority(folder, "files-authority")
    together(lambda: replaced(folder, authority), lambda: at_the_start(authority))


def replaced(folder, authority):
    first, second, third, old = (authority.issue(name, f"/CN={name}", **times) for name, times in [
        ("first", {}), ("second", {}), ("third", {}), ("old", {"begin": -2 * 86_400, "end": -86_400})])
    pair = authority.folder / "in-use.pem", authority.folder / "in-use.key"
    for source, target in zip(first, pair):
        put(source, target)
    hub = SecureHub(folder, "files", authority, pair)
    root = hub.key("root")
    hub.write_keys()
    hub.start()
    context = authority.context()
    with connect(hub.port, context) as connection:
        healthy(connection)
        session = connection.session
    open_one = Socket(hub.plain_port, headers=bearer(root))
    check("the first certificate is shown", certificate_of(hub.port, authority) == "first")
    for source, target in zip(second, pair):
        put(source, target)
    check("another is taken up within 10 s", until(lambda: certificate_of(hub.port, authority) == "second", 10))
    with connect(hub.port, context, session) as connection:
        check("a session from before it is not resumed", not connection.session_reused and healthy(connection))
    check("which is told", until(lambda: "the certificate was replaced" in hub.said(), 3), hub.said()[-300:])

    def cut_off():
        pair[0].write_bytes(third[0].read_bytes()[:-100])

    def gone():
        pair[1].unlink()

    def unreadable():
        put(third[0], pair[0])
        put(third[1], pair[1])
        pair[1].unlink()
        pair[1].mkdir()

    for what, change, undo, words in [
        ("the key of another", lambda: put(third[1], pair[1]), lambda: put(second[1], pair[1]), "does not belong to the certificate"),
        ("a certificate that is cut off", cut_off, lambda: put(second[0], pair[0]), "is no whole PEM file"),
        ("a key that cannot be read", unreadable, lambda: (pair[1].rmdir(), put(second[1], pair[1]), put(second[0], pair[0])), "cannot be read: it is a directory"),
        ("no key at all", gone, lambda: put(second[1], pair[1]), "there is no such file"),
        ("one that has expired", lambda: (put(old[0], pair[0]), put(old[1], pair[1])), lambda: None, "expired at"),
    ]:
        before = len(hub.said())
        change()
        told = until(lambda: words in hub.said()[before:], 10)
        check(f"{what}: told in a sentence", told and "stay in use" in hub.said()[before:] and str(authority.folder) in hub.said()[before:],
              hub.said()[before:])
        check(f"{what}: the old pair stays in use", certificate_of(hub.port, authority) == "second")
        undo()
    for source, target in zip(third, pair):
        put(source, target)
    check("a good one is taken up after all that", until(lambda: certificate_of(hub.port, authority) == "third", 10), hub.said()[-300:])
    publish_lines(hub.plain_port, [event("front", 3)], bearer(root))
    check("and the connection from the beginning lives", open_one.await_message(lambda message: "previous" in message, 0, 5), open_one.code)
    open_one.close()
    check("and the program has met no fault of its own", not re.search("ERROR|Exception", hub.said()), hub.said()[-300:])
    hub.stop()


def at_the_start(authority):
    good, other = authority.issue("good"), authority.issue("other")
    short, locked = authority.folder / "short.pem", authority.folder / "locked.key"
    short.write_bytes(good[0].read_bytes()[:-100])
    openssl("pkcs8", "-topk8", "-in", str(good[1]), "-out", str(locked), "-passout", "pass:secret")
    none = authority.folder / "none.pem"

    def refused(what, code, words, *options):
        done = run("serve", "--memory", "--port", "0", *map(str, options))
        check(f"{what}: a sentence and {code}", done.returncode == code and words in done.stderr and done.stderr.startswith("tocsin: ")
              and not re.search(r"^\s+at |Exception", done.stderr, re.M) and not done.stdout, done)
    cases = [
        ("the key of another", 1, "does not belong to the certificate", "--tls-cert", good[0], "--tls-key", other[1]),
        ("a certificate that is cut off", 1, "is no whole PEM file", "--tls-cert", short, "--tls-key", good[1]),
        ("no certificate", 1, "there is no such file", "--tls-cert", none, "--tls-key", good[1]),
        ("a folder", 1, "it is a directory", "--tls-cert", good[0], "--tls-key", authority.folder),
        ("a key that is locked", 1, "encrypted", "--tls-cert", good[0], "--tls-key", locked),
        ("no authority in its file", 1, "has no certificate", "--tls-cert", good[0], "--tls-key", good[1], "--tls-client-ca", good[1]),
        ("no key", 2, "give --tls-key", "--tls-cert", good[0]),
        ("an authority without TLS", 2, "needs TLS", "--tls-client-ca", authority.certificate),
    ]
    together(*(lambda case=case: refused(*case) for case in cases[:4]))
    together(*(lambda case=case: refused(*case) for case in cases[4:]))
