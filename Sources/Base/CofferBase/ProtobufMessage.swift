/// A message in the protobuf encoding, as much of it as small records need: whole numbers and bytes.
package struct ProtobufMessage: Sendable {
    package enum Value: Sendable, Equatable {
        case number(UInt64)
        case bytes([UInt8])
    }

    package private(set) var fields: [(number: Int, value: Value)] = []

    package init() {}

    /// Fields of four or eight fixed bytes are passed over; nil when malformed.
    package init?(_ message: some Collection<UInt8>) {
        var rest = Array(message)[...]
        while !rest.isEmpty {
            guard let tag = Self.number(&rest), let number = Int(exactly: tag >> 3), number > 0 else { return nil }
            switch tag & 7 {
            case 0:
                guard let value = Self.number(&rest) else { return nil }
                fields.append((number, .number(value)))
            case 2:
                guard let count = Self.number(&rest), let bytes = Self.take(count, &rest) else { return nil }
                fields.append((number, .bytes(bytes)))
            case 1: if Self.take(8, &rest) == nil { return nil }
            case 5: if Self.take(4, &rest) == nil { return nil }
            default: return nil
            }
        }
    }

    /// Of several fields with this number the last one, as the encoding wants it.
    package func bytes(_ number: Int) -> [UInt8]? {
        for field in fields.reversed() where field.number == number {
            if case .bytes(let bytes) = field.value { return bytes }
        }
        return nil
    }

    /// All of a repeated field, in order.
    package func list(_ number: Int) -> [[UInt8]] {
        fields.compactMap { field in
            if field.number == number, case .bytes(let bytes) = field.value { bytes } else { nil }
        }
    }

    package func number(_ number: Int) -> UInt64? {
        for field in fields.reversed() where field.number == number {
            if case .number(let value) = field.value { return value }
        }
        return nil
    }

    /// Nothing is added for the value that an absent field stands for.
    package mutating func add(_ number: Int, _ value: UInt64) {
        if value != 0 { fields.append((number, .number(value))) }
    }

    package mutating func add(_ number: Int, _ bytes: [UInt8]) {
        if !bytes.isEmpty { fields.append((number, .bytes(bytes))) }
    }

    package mutating func add(_ number: Int, _ text: String) { add(number, Array(text.utf8)) }

    package func encoded() -> [UInt8] {
        var message: [UInt8] = []
        for (number, value) in fields {
            switch value {
            case .number(let value):
                Self.append(UInt64(number) << 3, to: &message)
                Self.append(value, to: &message)
            case .bytes(let bytes):
                Self.append(UInt64(number) << 3 | 2, to: &message)
                Self.append(UInt64(bytes.count), to: &message)
                message += bytes
            }
        }
        return message
    }

    private static func append(_ value: UInt64, to message: inout [UInt8]) {
        var value = value
        while value > 0x7f {
            message.append(UInt8(value & 0x7f) | 0x80)
            value >>= 7
        }
        message.append(UInt8(value))
    }

    private static func take(_ count: UInt64, _ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return Array(rest.prefix(Int(count)))
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0 as UInt64, through: 63, by: 7) {
            guard let byte = rest.popFirst(), shift < 63 || byte < 2 else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
