internal import NIOCore

/// An answer of Redis (RESP 2).
package indirect enum RedisValue: Sendable, Equatable {
    case text(String)
    case number(Int64)
    case error(String)
    case list([RedisValue])
    case none

    /// Reads one value; nil when bytes are missing.
    /// - Throws: `Malformed` for what is not RESP, or more than anyone needs.
    static func read(from buffer: inout ByteBuffer, depth: Int = 8) throws(Malformed) -> RedisValue? {
        var rest = buffer
        guard depth > 0 else { throw Malformed() }
        guard let kind = rest.readInteger(as: UInt8.self) else { return nil }
        guard let line = try line(&rest) else { return nil }
        let value: RedisValue
        switch kind {
        case UInt8(ascii: "+"): value = .text(line)
        case UInt8(ascii: "-"): value = .error(line)
        case UInt8(ascii: ":"): value = .number(try number(line))
        case UInt8(ascii: "$"):
            let count = try number(line)
            if count < 0 {
                value = .none
            } else {
                guard rest.readableBytes >= Int(count) + 2, let text = rest.readString(length: Int(count)) else {
                    return nil
                }
                rest.moveReaderIndex(forwardBy: 2)
                value = .text(text)
            }
        case UInt8(ascii: "*"):
            let count = try number(line)
            if count < 0 {
                value = .none
                break
            }
            var items: [RedisValue] = []
            for _ in 0..<count {
                guard let item = try read(from: &rest, depth: depth - 1) else { return nil }
                items.append(item)
            }
            value = .list(items)
        default: throw Malformed()
        }
        buffer = rest
        return value
    }

    struct Malformed: Error {}

    private static let longest: Int64 = 1 << 20

    private static func number(_ line: String) throws(Malformed) -> Int64 {
        guard let number = Int64(line), number <= longest else { throw Malformed() }
        return number
    }

    private static func line(_ buffer: inout ByteBuffer) throws(Malformed) -> String? {
        let view = buffer.readableBytesView
        guard let end = view.firstIndex(of: 13) else {
            if view.count > longest { throw Malformed() }
            return nil
        }
        guard view.index(after: end) < view.endIndex else { return nil }
        let bytes = view[..<end]
        // Counted before it becomes a text: what is no UTF-8 is longer as one.
        buffer.moveReaderIndex(forwardBy: bytes.count + 2)
        return String(decoding: bytes, as: UTF8.self)
    }
}
