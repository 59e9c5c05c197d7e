"""Requests as bytes: what a careful server and a careless proxy could read differently, too much, and too large."""

import json
import re
import socket
import zlib

from livetest.checks import Checks, equal, true

from .measures import forget_peak, memory

CHECKS = Checks("raw requests (F14, F16, F17)")

HEAD = b"PUT /v1/cubbyhole/outer HTTP/1.1\r\nHost: x\r\n"
BODY = b'{"k":"v"}'
CHUNK = b"9\r\n" + BODY + b"\r\n0\r\n\r\n"


def corpus(token):
    """Pairs of a name and bytes; each is refused, and what is hidden in it is not executed."""
    hidden = b"PUT /v1/cubbyhole/smuggled HTTP/1.1\r\nHost: x\r\nX-Vault-Token: " + token + b"\r\nContent-Length: 9\r\n\r\n" + BODY
    length = b"Content-Length: 9\r\n"
    for name, field in ambiguous_fields():
        yield name, HEAD + field + b"\r\n" + CHUNK + hidden
    for name, value in (
        ("plus", b"+9"), ("minus", b"-9"), ("hexadecimal", b"0x9"), ("list", b"9, 9"), ("other list", b"9, 0"), ("empty", b""),
        ("float", b"9.0"), ("exponent", b"9e0"), ("underscore", b"0_9"), ("huge", b"9" * 30), ("words", b"nine"),
        ("spaces inside", b"1 1"), ("quoted", b'"9"'), ("full width", "９".encode()), ("2^64 + 9", b"18446744073709551625"),
    ):
        yield f"length: {name}", HEAD + b"Content-Length: " + value + b"\r\n\r\n" + BODY + hidden
    yield "two lengths", HEAD + length + b"Content-Length: 0\r\n\r\n" + BODY + hidden
    yield "length and chunks", HEAD + length + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK + hidden
    yield "chunks and length", HEAD + b"Transfer-Encoding: chunked\r\n" + length + b"\r\n" + CHUNK + hidden
    yield "chunks in HTTP/1.0", HEAD.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK + hidden
    for name, size in (
        ("plus", b"+9"), ("prefix", b"0x9"), ("minus", b"-9"), ("space before", b" 9"), ("empty", b""),
        ("overflow", b"F" * 17), ("2^64 + 9", b"10000000000000009"), ("letters", b"g"), ("long extension", b"9;" + b"x" * 70_000),
        ("line feed", b"9;a\n"), ("underscore", b"0_9"),
    ):
        yield f"chunk size: {name}", HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\n" + BODY + b"\r\n0\r\n\r\n" + hidden
    yield "chunk without its end", HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n" + BODY + b"0\r\n\r\n" + hidden
    yield "chunk that is longer", HEAD + b"Transfer-Encoding: chunked\r\n\r\n8\r\n" + BODY + b"\r\n0\r\n\r\n" + hidden
    yield "chunk with line feeds", HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\n" + BODY + b"\n0\n\n" + hidden
    for name, line in (
        ("space before colon", b"X-A : b\r\n"), ("tab before colon", b"X-A\t: b\r\n"), ("folded", b"X-A: b\r\n c\r\n"),
        ("folded first", b" X-A: b\r\n"), ("no colon", b"X-A\r\n"), ("no name", b": b\r\n"), ("zero byte", b"X-A: \0\r\n"),
        ("carriage return", b"X-A: b\rX-B: c\r\n"), ("line feed", b"X-A: b\nX-B: c\n"), ("control in name", b"X\x01A: b\r\n"),
        ("not ASCII in name", "Ä: b\r\n".encode()), ("second host", b"Host: y\r\n"), ("same host", b"Host: x\r\n"),
        ("escape", b"X-A: \x1b[2J\r\n"), ("delete", b"X-A: \x7f\r\n"),
    ):
        yield f"field: {name}", HEAD + line + length + b"\r\n" + BODY + hidden
    for name, line in (
        ("two spaces", b"PUT  /v1/cubbyhole/outer HTTP/1.1"), ("tab", b"PUT\t/v1/cubbyhole/outer HTTP/1.1"),
        ("no version", b"PUT /v1/cubbyhole/outer"), ("HTTP/2.0", b"PUT /v1/cubbyhole/outer HTTP/2.0"),
        ("HTTP/1.2x", b"PUT /v1/cubbyhole/outer HTTP/1.1x"), ("small http", b"PUT /v1/cubbyhole/outer http/1.1"),
        ("no method", b" /v1/cubbyhole/outer HTTP/1.1"), ("space in path", b"PUT /v1/cubbyhole/o uter HTTP/1.1"),
        ("zero in path", b"PUT /v1/cubbyhole/\0 HTTP/1.1"), ("line feed", b"PUT /v1/cubbyhole/outer\n HTTP/1.1"),
        ("other scheme", b"PUT gopher://x/v1/cubbyhole/outer HTTP/1.1"), ("HTTP/0.9", b"GET /v1/sys/health HTTP/0.9"),
    ):
        yield f"line: {name}", line + b"\r\nHost: x\r\n" + length + b"\r\n" + BODY + hidden
    yield "no host", b"PUT /v1/cubbyhole/outer HTTP/1.1\r\n" + length + b"\r\n" + BODY + hidden


def ambiguous_fields():
    for value in (
        b"chunked, chunked", b"identity, chunked", b"chunked, identity", b"gzip, chunked", b"xchunked", b"chunkedx", b"Chunked,",
        b"\x0bchunked", b"chunked\x0b", b"identity", b'"chunked"', b"chunked;q=1", b"", b"ch\xc3\xbcnked",
    ):
        yield f"transfer encoding {value!r}", b"Transfer-Encoding: " + value + b"\r\n"
    yield "encoding twice", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
    yield "encoding before colon", b"Transfer-Encoding : chunked\r\n"
    yield "encoding folded", b"Transfer-Encoding:\r\n chunked\r\n"
    yield "encoding after a line feed", b"X-A: b\nTransfer-Encoding: chunked\r\n"


def send(server, data, seconds=5):
    """All that comes back until the server closes; whether it did close."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as link:
        answer = b""
        try:
            link.sendall(data)
            while part := link.recv(65536):
                answer += part
            return answer, True
        except TimeoutError:
            return answer, False
        except OSError:
            return answer, True


def statuses(answer):
    return [int(found) for found in re.findall(rb"^HTTP/1\.1 (\d\d\d) ", answer, re.MULTILINE)]


def requests_of(world):
    lines = [json.loads(line) for line in world.audit.read_text().splitlines()]
    return [line["request"]["path"] for line in lines if line["type"] == "request"]


@CHECKS.check("a server with an audit file")
def _(world):
    server = world.server = world.new_server("raw").start_unsealed()
    world.audit = server.folder / "audit.log"
    server.api().must("POST", "/v1/sys/audit/file", {"type": "file", "options": {"file_path": str(world.audit)}})


@CHECKS.check("what two readers could take for different requests is refused, closed, and nothing hidden in it is done (F16)")
def _(world):
    examples = list(corpus(world.server.root_token.encode()))
    true(len(examples) >= 60, f"only {len(examples)} examples")
    for name, data in examples:
        before = len(requests_of(world))
        answer, is_closed = send(world.server, data)
        found = statuses(answer)
        true(is_closed, f"{name}: the connection stays open after {found}")
        true(len(found) == 1 and found[0] in (400, 413, 431, 501, 505), f"{name}: statuses {found}, {answer[:80]!r}")
        true("cubbyhole/smuggled" not in requests_of(world)[before:], f"{name}: the hidden request was executed")
    equal(world.server.api().list("/v1/cubbyhole/").status, 404, "status of the list of what was written")
    print(f"           ({len(examples)} examples)", flush=True)


@CHECKS.check("pipelined requests are answered in order, each once, and trailers change nothing (F16)")
def _(world):
    token = b"X-Vault-Token: " + world.server.root_token.encode() + b"\r\n"
    before = len(requests_of(world))
    put = b"PUT /v1/cubbyhole/piped HTTP/1.1\r\nHost: x\r\n" + token
    get = b"GET /v1/cubbyhole/piped HTTP/1.1\r\nHost: x\r\n" + token
    closing = b"Connection: close\r\n\r\n"
    answer, is_closed = send(
        world.server, put + b"Content-Length: 9\r\n\r\n" + BODY + put + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK
        + get + b"\r\n" + get + closing)
    equal((statuses(answer), is_closed), ([204, 204, 200, 200], True), "statuses")
    equal(requests_of(world)[before:], ["cubbyhole/piped"] * 4, "requests of the audit file")
    trailer = CHUNK[:-2] + b"X-Vault-Token: " + world.server.root_token.encode() + b"\r\n\r\n"
    answer, _ = send(
        world.server, b"PUT /v1/cubbyhole/t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + trailer)
    equal(statuses(answer), [403], "a token among the trailers")
    for line in (b"PUT http://x/v1/cubbyhole/piped HTTP/1.1", b"PUT http://evil/v1/cubbyhole/piped HTTP/1.1"):
        answer, _ = send(world.server, line + b"\r\nHost: x\r\n" + token + b"Content-Length: 9\r\n" + closing + BODY)
        true(statuses(answer) in ([204], [400]), f"absolute form: {answer[:60]!r}")
    upgrade = b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings, close\r\n\r\n"
    answer, _ = send(world.server, get + upgrade)
    equal(statuses(answer), [200], "an upgrade to h2c is not taken")


@CHECKS.check("floods of fields and long tokens are refused before anything is hashed (F17)")
def _(world):
    before = len(requests_of(world))
    get = b"GET /v1/cubbyhole/x HTTP/1.1\r\nHost: x\r\n"
    floods = {
        "1,000 fields": b"".join(b"X-%d: y\r\n" % i for i in range(1000)), "a field of 1 MiB": b"X-A: " + b"y" * (1 << 20) + b"\r\n",
        "fields of 80 KiB": b"".join(b"X-%d: " % i + b"y" * 8000 + b"\r\n" for i in range(10)),
        "a token of 9 KiB": b"X-Vault-Token: " + b"t" * 9216 + b"\r\n", "a bearer of 9 KiB": b"Authorization: Bearer " + b"t" * 9216 + b"\r\n",
        "a name of 20 KiB": b"X" * 20_000 + b": y\r\n", "a path of 70 KiB": None,
    }
    for name, fields in floods.items():
        data = b"GET /v1/" + b"p" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n" if fields is None else get + fields + b"Connection: close\r\n\r\n"
        answer, is_closed = send(world.server, data)
        true(is_closed and statuses(answer)[:1] in ([431], [400], [414]), f"{name}: {answer[:60]!r}")
    equal(requests_of(world)[before:], [], "requests in the audit file")


@CHECKS.check("endless and packed bodies, and those that wait to be asked for, are bounded (F14)")
def _(world):
    server = world.server
    before = memory(server)
    forget_peak(server)
    head = b"PUT /v1/cubbyhole/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as link:
        link.sendall(head)
        try:
            while sent < 64 << 20:
                link.sendall(piece)
                sent += 65536
        except OSError:
            pass
        true(sent < (40 << 20), f"{sent >> 20} MiB of an endless body were taken")
    true(memory(server, "VmHWM") - before < (96 << 20), "more memory than the body may have")
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packed.compress(b" " * (1 << 20)) for _ in range(100)) + packed.flush()
    before = memory(server)
    forget_peak(server)
    answer = server.api().request("PUT", "/v1/cubbyhole/x", raw=bomb, headers={"Content-Encoding": "gzip"})
    true(answer.status in (400, 413, 415), f"a packed body: {answer.status}")
    true(memory(server, "VmHWM") - before < (16 << 20), "a packed body was unpacked")
    expecting = b"PUT /v1/cubbyhole/x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    answer, is_closed = send(server, expecting % (33 << 20))
    equal((statuses(answer), is_closed), ([413], True), "too large a body that waits")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as link:
        link.sendall(expecting % 9)
        true(link.recv(64).startswith(b"HTTP/1.1 100 "), "told to go on")
        link.sendall(BODY)
        true(link.recv(4096).startswith(b"HTTP/1.1 403 "), "and answered")
