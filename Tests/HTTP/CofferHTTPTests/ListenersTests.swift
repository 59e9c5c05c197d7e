import CofferBase
import Glibc
import NIOCore
import Testing

@testable import CofferHTTP

/// Where a server listens, and how many it lets in.
@Suite struct ListenersTests {
    private func answer(_ wire: Wire) async throws -> String {
        try await wire.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return try await wire.answer().text
    }

    @Test("two listeners of one server have handlers of their own")
    func two() async throws {
        try await ServerUnderTest.run(handler: { _ in HTTPResponse(status: 200, body: Array("one".utf8)) }) { server in
            let second = ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0))
            let port = try await server.server.listen(second) { _ in
                HTTPResponse(status: 200, body: Array("two".utf8))
            }
            #expect(port != server.port)
            #expect(try await answer(server.connect()) == "one")
            #expect(try await answer(Wire.connect(port: port)) == "two")
        }
    }

    @Test("a port in use is told in words, with its address")
    func portInUse() async throws {
        try await ServerUnderTest.run { server in
            let same = ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: server.port))
            let other = HTTPServer(threads: 1, clock: SystemClock())
            let error = await #expect(throws: ListenError.self) {
                _ = try await other.listen(same, handler: Handlers.echo)
            }
            #expect(
                error?.description
                    == "cannot listen on 127.0.0.1:\(server.port): the port is in use by another process")
            await other.shutdown()
        }
    }

    @Test("an address that is not of this machine is told in words")
    func foreignAddress() async throws {
        let server = HTTPServer(threads: 1, clock: SystemClock())
        // Reserved for documentation (RFC 5737).
        let foreign = ListenerConfiguration(address: .tcp(host: "192.0.2.1", port: 0))
        let error = await #expect(throws: ListenError.self) {
            _ = try await server.listen(foreign, handler: Handlers.echo)
        }
        #expect(error?.description == "cannot listen on 192.0.2.1:0: Cannot assign requested address")
        await server.shutdown()
    }

    @Test("a unix socket has its mode, takes the place of a stale one, and its clients have no address")
    func unixSocket() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let path = folder.path("socket")
        let seen = Sightings<ConnectionInfo>()
        for mode: UInt32 in [0o600, 0o660] {
            try await ServerUnderTest.run(
                { $0.address = .unix(path: path, mode: mode) },
                handler: { request in
                    seen.note(request.connection)
                    return HTTPResponse(status: 200, body: Array("unix".utf8))
                }
            ) { server in
                #expect(server.port == 0)
                var status = stat()
                #expect(stat(path, &status) == 0)
                #expect(status.st_mode & S_IFMT == S_IFSOCK)
                #expect(status.st_mode & 0o777 == mode)
                let wire = try await Wire.connect(path: path)
                #expect(try await answer(wire) == "unix")
            }
        }
        #expect(seen.all.map(\.remoteAddress) == ["", ""])
    }

    @Test("a file that is not a socket is left alone")
    func notASocket() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let path = try folder.write("file", "kept")
        let server = HTTPServer(threads: 1, clock: SystemClock())
        let error = await #expect(throws: ListenError.self) {
            _ = try await server.listen(
                ListenerConfiguration(address: .unix(path: path, mode: 0o600)), handler: Handlers.echo)
        }
        #expect(error?.description == "cannot listen on \(path): the file that is there is not a socket")
        #expect(access(path, F_OK) == 0)
        await server.shutdown()
    }

    // CVE-2026-15972: connections were accepted without a bound.
    @Test("at the limit the connection that was idle longest makes room for a new one")
    func idleMakesRoom() async throws {
        try await ServerUnderTest.run({ $0.maximumConnections = 2 }) { server in
            let wires = [try await server.connect(), try await server.connect()]
            for wire in wires {
                try await wire.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await wire.answer().text == "GET /x ")
            }
            #expect(try await answer(server.connect()) == "GET / ")
            #expect(try await wires[0].rest() == "")
            try await wires[1].send("GET /y HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wires[1].answer().text == "GET /y ")
            try await wires[1].close()
        }
    }

    @Test("at the limit a connection that never ends its head or its body makes room for a new one")
    func slowMakesRoom() async throws {
        try await ServerUnderTest.run({ $0.maximumConnections = 2 }) { server in
            let slow = [
                try await server.connect(saying: "GET /x HTTP/1.1\r\nHost"),
                try await server.connect(saying: "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"),
            ]
            // Those that were turned away by each other are gone in turn.
            for _ in 0..<2 { #expect(try await server.isServed(within: 1000)) }
            for wire in slow { try? await wire.close() }
        }
    }

    @Test("where every connection serves a request a new one is closed at once, and a place that is free is taken")
    func allServe() async throws {
        let gate = Gate()
        let begun = Sightings<String>()
        try await ServerUnderTest.run(
            { $0.maximumConnections = 2 },
            handler: { request in
                begun.note(request.path)
                if request.path == "/wait" { await gate.pass() }
                return HTTPResponse(status: 200, body: Array("served".utf8))
            }
        ) { server in
            let wires = [try await server.connect(), try await server.connect()]
            for wire in wires {
                try await wire.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = await begun.next()
            }
            #expect(try await server.connect().rest() == "")
            gate.open()
            for wire in wires { #expect(try await wire.answer().text == "served") }
            #expect(try await answer(server.connect()) == "served")
            for wire in wires { try? await wire.close() }
        }
    }

    @Test("after the listener is closed nobody new is let in, and who is there goes on")
    func stopListening() async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            try await wire.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.answer().text == "GET /x ")
            await server.server.stopListening()
            await #expect(throws: (any Error).self) { _ = try await server.connect() }
            try await wire.send("GET /y HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.answer().text == "GET /y ")
            try await wire.close()
        }
    }
}
