/// The tar form (POSIX ustar), as far as an archive of plain files needs it. Names are compared, never opened.
enum Tar {
    static let block = 512

    struct Entry: Equatable {
        let name: String
        let size: Int
    }

    /// - Parameter seconds: time of modification.
    static func header(_ name: String, size: Int, seconds: Int64) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
        }
        put(name, at: 0)
        put("0000600", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        putNumber(size, at: 124, in: &header)
        putNumber(Int(max(seconds, 0)), at: 136, in: &header)
        header[156] = UInt8(ascii: "0")
        put("ustar", at: 257)
        put("00", at: 263)
        // The sum counts its own field as spaces.
        put("        ", at: 148)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6) + "\0 ", at: 148)
        return header
    }

    /// Eleven octal digits, or in binary what is larger than 8 GiB (as GNU tar and Go do).
    private static func putNumber(_ number: Int, at offset: Int, in header: inout [UInt8]) {
        if number < 1 << 33 {
            for (index, byte) in octal(number, digits: 11).utf8.enumerated() { header[offset + index] = byte }
            return
        }
        header[offset] = 0x80
        for index in 0..<8 { header[offset + 4 + index] = UInt8(truncatingIfNeeded: number >> (56 - 8 * index)) }
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(digits - text.utf8.count, 0)) + text
    }

    /// Zeros up to the next block.
    static func padding(after size: Int) -> Int { (block - size % block) % block }

    /// Nil for the block of zeros that ends an archive.
    static func parse(_ header: [UInt8]) throws(ArchiveError) -> Entry? {
        guard header.count == block else { throw ArchiveError("the archive is cut off") }
        if header.allSatisfy({ $0 == 0 }) { return nil }
        var sum = 0
        for (index, byte) in header.enumerated() { sum += (148..<156).contains(index) ? 0x20 : Int(byte) }
        guard try number(header[148..<156]) == sum else { throw ArchiveError("a header of the archive is damaged") }
        guard header[156] == UInt8(ascii: "0") || header[156] == 0 else {
            throw ArchiveError("the archive holds something else than plain files")
        }
        let name = String(decoding: header[0..<100].prefix { $0 != 0 }, as: UTF8.self)
        // A prefix would make it another name.
        guard header[345] == 0 else { throw ArchiveError("the archive holds a file of another name") }
        return Entry(name: name, size: try number(header[124..<136]))
    }

    private static func number(_ field: ArraySlice<UInt8>) throws(ArchiveError) -> Int {
        var value = 0
        if let first = field.first, first & 0x80 != 0 {
            for byte in field.suffix(8) {
                guard value < 1 << 50 else { throw ArchiveError("a header of the archive is damaged") }
                value = value << 8 | Int(byte)
            }
            return value
        }
        for byte in field where byte != 0 && byte != 0x20 {
            guard (0x30...0x37).contains(byte), value < 1 << 50 else {
                throw ArchiveError("a header of the archive is damaged")
            }
            value = value << 3 | Int(byte & 7)
        }
        return value
    }
}
