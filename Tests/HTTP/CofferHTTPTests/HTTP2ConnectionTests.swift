import CofferBase
import NIOCore
import NIOHPACK
import NIOHTTP2
import Testing

@testable import CofferHTTP

/// Connections of HTTP/2 frame by frame: how they begin, break and end.
@Suite struct HTTP2ConnectionTests {
    @Test("the preface is known in whatever pieces it comes", arguments: [1, 3, 14, 23, 24, 30])
    func preface(piece: Int) async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            var rest = (RawFrame.preface + RawFrame.settings.bytes + RawFrame.get.bytes)[...]
            while !rest.isEmpty {
                try await wire.send(Array(rest.prefix(piece)))
                rest = rest.dropFirst(piece)
                // A turn of the server, so that the pieces do not come as one.
                try await server.passTime(turns: 1)
            }
            let frames = try await wire.frames(upTo: 0)
            #expect(frames.first?.type == 4)
            #expect(frames.contains { $0.type == 1 && $0.stream == 1 })
            #expect(frames.last?.payload == Array("GET / ".utf8))
            try await wire.close()
        }
    }

    /// `GET` of a path of `count` bytes: literal, in as many frames as it takes (RFC 7541, 6.2.2 and 5.1).
    private func get(path count: Int) -> [UInt8] {
        var block: [UInt8] = [0x82, 0x86, 0x04, 0x7f]
        var rest = count - 127
        while rest >= 128 {
            block.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        block += [UInt8(rest), UInt8(ascii: "/")] + [UInt8](repeating: UInt8(ascii: "a"), count: count - 1)
        var frames: [UInt8] = []
        for start in stride(from: 0, to: block.count, by: 16_384) {
            let part = Array(block[start..<min(start + 16_384, block.count)])
            let isLast: UInt8 = start + 16_384 >= block.count ? 4 : 0
            let frame = RawFrame(
                type: start == 0 ? 1 : 9, flags: isLast | (start == 0 ? 1 : 0), stream: 1, payload: part)
            frames += frame.bytes
        }
        return frames
    }

    @Test("the limit of a path is that of HTTP/1.1", arguments: [(65_536, "200"), (65_537, "414")])
    func longPath(count: Int, status: String) async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            try await wire.send(RawFrame.preface + RawFrame.settings.bytes)
            _ = try await wire.frames(upTo: 4)
            // The server's settings hold once they are acknowledged.
            try await wire.send(RawFrame(type: 4, flags: 1).bytes + get(path: count))
            let head = try #require(try await wire.frames(upTo: 1).last)
            #expect(try head.fields().first(name: ":status") == status)
            try await wire.close()
        }
    }

    @Test("a head beyond the limit ends the connection")
    func longHead() async throws {
        let begun = Sightings<String>()
        let handler: HTTPHandler = { request in
            begun.note(request.path)
            return HTTPResponse(status: 204)
        }
        try await ServerUnderTest.run(handler: handler) { server in
            let wire = try await server.connect()
            try await wire.send(RawFrame.preface + RawFrame.settings.bytes)
            _ = try await wire.frames(upTo: 4)
            wire.post(RawFrame(type: 4, flags: 1).bytes + get(path: 90_000))
            let frames = RawFrame.all(try await wire.restBytes())
            #expect(frames.last?.type == 7)
            #expect(begun.all.isEmpty)
        }
    }

    /// What a client might send behind a good preface, and the error code that it gets (RFC 9113, 7).
    static let garbage: [(String, [UInt8], UInt32)] = [
        ("a frame that is too long", [0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1], 6),
        ("data on no stream", RawFrame(type: 0, payload: [1]).bytes, 1),
        ("a head on an even stream", RawFrame(type: 1, flags: 5, stream: 2, payload: [0x82, 0x86, 0x84]).bytes, 1),
        ("an index beyond the table", RawFrame(type: 1, flags: 5, stream: 1, payload: [0xff, 0xff, 0x7f]).bytes, 9),
        ("settings of a wrong size", RawFrame(type: 4, payload: [1]).bytes, 6),
    ]

    @Test("garbage is answered with a farewell and the connection ends", arguments: garbage)
    func farewell(_ example: (String, [UInt8], UInt32)) async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            try await wire.send(RawFrame.preface + RawFrame.settings.bytes)
            _ = try await wire.frames(upTo: 4)
            try await wire.send(example.1)
            let frames = RawFrame.all(try await wire.restBytes())
            #expect(frames.last?.type == 7)
            #expect(frames.last?.errorCode == example.2)
        }
    }

    @Test("text behind the preface ends the connection")
    func text() async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            try await wire.send(RawFrame.preface + Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            let frames = RawFrame.all(try await wire.restBytes())
            #expect(frames.last?.type == 7)
            #expect(!frames.contains { $0.type == 1 })
        }
    }

    @Test("streams opened and reset in a flood end the connection")
    func rapidReset() async throws {
        let begun = Sightings<Int>()
        let handler: HTTPHandler = { _ in
            begun.note(0)
            return HTTPResponse(status: 204)
        }
        try await ServerUnderTest.run(handler: handler) { server in
            let wire = try await server.connect()
            var flood = RawFrame.preface + RawFrame.settings.bytes
            for number in 0..<UInt32(1000) {
                let stream = number * 2 + 1
                flood += RawFrame(type: 1, flags: 5, stream: stream, payload: [0x82, 0x86, 0x84]).bytes
                flood += RawFrame(type: 3, stream: stream, payload: [0, 0, 0, 8]).bytes
            }
            try? await wire.send(flood)
            _ = try await wire.restBytes()
            #expect(begun.all.count < 1000)
        }
    }

    @Test("a connection without a request is closed in the end, with a farewell that means no error")
    func idle() async throws {
        try await ServerUnderTest.run({ $0.idleTimeout = .milliseconds(200) }) { server in
            let wire = try await Wire.connect(
                port: server.port, saying: RawFrame.preface + RawFrame.settings.bytes + RawFrame.get.bytes)
            let frames = try await wire.frames(upTo: 7)
            #expect(frames.contains { $0.type == 0 && $0.payload == Array("GET / ".utf8) })
            #expect(frames.last?.errorCode == 0)
            #expect(try await wire.restBytes().isEmpty)
        }
    }

    @Test("an answer may take longer than all of the times that a client has")
    func slowAnswer() async throws {
        let gate = Gate()
        let begun = Sightings<String>()
        let handler: HTTPHandler = { request in
            begun.note(request.path)
            await gate.pass()
            return await Handlers.echo(request)
        }
        let change: (inout ListenerConfiguration) -> Void = { listener in
            (listener.readTimeout, listener.idleTimeout) = (.milliseconds(200), .milliseconds(200))
        }
        try await ServerUnderTest.run(change, handler: handler) { server in
            let start = RawFrame.preface + RawFrame.settings.bytes
            let wire = try await Wire.connect(port: server.port, saying: start + RawFrame.get.bytes)
            #expect(await begun.next() == "/")
            // Another connection, begun later, is cut: the times have passed.
            let other = try await Wire.connect(port: server.port, saying: start)
            _ = try await other.restBytes()
            gate.open()
            #expect(try await wire.frames(upTo: 0).last?.payload == Array("GET / ".utf8))
        }
    }

    @Test("a body that stops is cut with its stream, and its handler told")
    func stalledBody() async throws {
        let failures = Sightings<HTTPBodyError?>()
        let handler: HTTPHandler = { request in
            do throws(HTTPBodyError) {
                _ = try await request.body.collect(limit: 100)
                failures.note(nil)
            } catch {
                failures.note(error)
            }
            return HTTPResponse(status: 204)
        }
        try await ServerUnderTest.run({ $0.readTimeout = .milliseconds(200) }, handler: handler) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let exchange = try await client.open("PUT", "/x", endStream: false)
            exchange.post(Array("abc".utf8), endStream: false)
            #expect(await failures.next() == .disconnected)
            #expect(try await exchange.end().reset == .cancel)
            #expect(try await client.ask("GET", "/y").status == "204")
            try await client.close()
        }
    }
}
