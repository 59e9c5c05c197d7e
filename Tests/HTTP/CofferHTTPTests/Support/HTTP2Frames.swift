import NIOCore
import NIOHPACK

/// Frames of HTTP/2 as bytes, for what a well-behaved client would not send (RFC 9113, 4.1).
struct RawFrame: Equatable {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    static let settings = RawFrame(type: 4)
    /// `GET /` of `http`, all from HPACK's static table (RFC 7541, A).
    static let get = RawFrame(type: 1, flags: 0x5, stream: 1, payload: [0x82, 0x86, 0x84])

    var type: UInt8
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        [UInt8(payload.count >> 16 & 0xff), UInt8(payload.count >> 8 & 0xff), UInt8(payload.count & 0xff), type, flags]
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: stream >> $0) } + payload
    }

    /// How many bytes the first frame takes; nil when it has not come whole.
    static func length(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 9 else { return nil }
        let length = 9 + (Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2]))
        return bytes.count >= length ? length : nil
    }

    /// All whole frames at the start of some bytes.
    static func all(_ bytes: [UInt8]) -> [RawFrame] {
        var rest = bytes
        var frames: [RawFrame] = []
        while let length = length(rest) {
            let stream = rest[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            frames.append(RawFrame(type: rest[3], flags: rest[4], stream: stream, payload: Array(rest[9..<length])))
            rest.removeFirst(length)
        }
        return frames
    }

    /// The fields of a head.
    func fields() throws -> HPACKHeaders {
        var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
        var block = ByteBuffer(bytes: payload)
        return try decoder.decodeHeaders(from: &block)
    }

    /// The error code of a farewell or a reset.
    var errorCode: UInt32? {
        switch type {
        case 7 where payload.count >= 8: payload[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
        case 3 where payload.count == 4: payload.reduce(0) { $0 << 8 | UInt32($1) }
        default: nil
        }
    }
}

extension Wire {
    /// The frames up to one of a type.
    func frames(upTo type: UInt8) async throws -> [RawFrame] {
        var found: [RawFrame] = []
        while found.last?.type != type {
            let head = try await bytes(9)
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            found += RawFrame.all(head + (length > 0 ? try await bytes(length) : []))
        }
        return found
    }
}
