internal import CofferBase

/// A tar archive (POSIX ustar) of plain files, put together in memory.
struct TarArchive {
    private(set) var bytes: [UInt8] = []
    /// Seconds since 1970, of all files.
    let time: Int64

    init(time: Int64) { self.time = time }

    /// - Parameter name: at most 100 bytes; longer ones lose their end, which only a broken clock could make.
    mutating func add(_ name: String, _ content: [UInt8]) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int, _ length: Int) {
            for (index, byte) in text.utf8.prefix(length).enumerated() { header[offset + index] = byte }
        }
        put(name, at: 0, 100)
        put("0000600", at: 100, 7)
        put("0000000", at: 108, 7)
        put("0000000", at: 116, 7)
        put(Self.octal(Int64(content.count), 11), at: 124, 11)
        put(Self.octal(time, 11), at: 136, 11)
        put("        ", at: 148, 8)
        put("0", at: 156, 1)
        put("ustar\0" + "00", at: 257, 8)
        put(Self.octal(header.reduce(0) { $0 + Int64($1) }, 6) + "\0 ", at: 148, 8)
        bytes += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// The archive with its end.
    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    private static func octal(_ number: Int64, _ width: Int) -> String {
        let digits = String(max(number, 0), radix: 8)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}

/// The gzip form (RFC 1952) of bytes that are stored as they are: every tool opens it, and none is needed here.
enum StoredGzip {
    static func wrap(_ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
        var rest = content[...]
        repeat {
            let block = rest.prefix(65535)
            rest = rest.dropFirst(block.count)
            let length = UInt16(block.count)
            // A stored block (RFC 1951, 3.2.4): a bit for the last one, the length, its complement, the bytes.
            bytes.append(rest.isEmpty ? 1 : 0)
            bytes += [length, ~length].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
            bytes += block
        } while !rest.isEmpty
        for word in [checksum(content), UInt32(truncatingIfNeeded: content.count)] {
            bytes += [0, 8, 16, 24].map { UInt8(word >> $0 & 255) }
        }
        return bytes
    }

    /// CRC-32 as gzip has it.
    static func checksum(_ content: [UInt8]) -> UInt32 {
        ~content.reduce(UInt32.max) { table[Int(($0 ^ UInt32($1)) & 255)] ^ ($0 >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
    }
}
