/// A QR symbol of a text in bytes, with error correction level M (ISO 18004).
package struct QRCode: Sendable {
    /// Modules along one side, without the light border.
    package let size: Int
    private let matrix: QRMatrix

    /// Nil for more than 2,331 bytes, which no symbol holds.
    package init?(_ text: [UInt8]) {
        for version in 1...40 {
            let blank = QRMatrix(version: version)
            let blocks = Self.blocks[version - 1]
            let codewords = blank.capacity / 8
            let room = codewords - blocks.count * blocks.correction
            guard let data = Self.encode(text, version: version, into: room) else { continue }
            matrix = Self.best(of: blank, Self.interleave(data, blocks, codewords: codewords))
            size = matrix.size
            return
        }
        return nil
    }

    package func isDark(row: Int, column: Int) -> Bool { matrix[row, column] }

    /// Mode, length, bytes and padding; nil when they need more than `room` bytes.
    private static func encode(_ text: [UInt8], version: Int, into room: Int) -> [UInt8]? {
        let lengthBits = version < 10 ? 8 : 16
        guard 4 + lengthBits + text.count * 8 <= room * 8 else { return nil }
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) {
            for bit in (0..<count).reversed() { bits.append(value >> bit & 1 == 1) }
        }
        append(0b0100, 4)
        append(text.count, lengthBits)
        for byte in text { append(Int(byte), 8) }
        append(0, min(4, room * 8 - bits.count))
        append(0, (8 - bits.count % 8) % 8)
        var bytes = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        let filled = bytes.count
        while bytes.count < room { bytes.append((bytes.count - filled) % 2 == 0 ? 0xec : 0x11) }
        return bytes
    }

    /// Splits data into blocks with error correction, and takes from all blocks by turns.
    private static func interleave(_ data: [UInt8], _ blocks: Blocks, codewords: Int) -> [UInt8] {
        let code = ReedSolomon(degree: blocks.correction)
        let length = data.count / blocks.count
        let longer = data.count % blocks.count
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        for index in 0..<blocks.count {
            let end = start + length + (index < blocks.count - longer ? 0 : 1)
            parts.append(data[start..<end])
            start = end
        }
        let corrections = parts.map { code.correction(for: $0) }
        var result: [UInt8] = []
        for index in 0...length {
            for part in parts where index < part.count { result.append(part[part.startIndex + index]) }
        }
        for index in 0..<blocks.correction {
            for correction in corrections { result.append(correction[index]) }
        }
        return result
    }

    private static func best(of blank: QRMatrix, _ bytes: [UInt8]) -> QRMatrix {
        var filled = blank
        filled.drawData(bytes)
        let candidates = (0..<8).map { mask in
            var candidate = filled
            candidate.apply(mask: mask)
            candidate.drawFormat(mask: mask)
            return candidate
        }
        return candidates.min { $0.penalty < $1.penalty } ?? filled
    }

    /// How many blocks a version has at level M, and the bytes of error correction in each (table 9).
    private typealias Blocks = (count: Int, correction: Int)

    private static let blocks: [Blocks] = Array(
        zip(
            [
                1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28,
                29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
            ],
            [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26]
                + [Int](repeating: 28, count: 19)))
}
