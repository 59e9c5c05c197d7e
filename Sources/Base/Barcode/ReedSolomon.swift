/// Error correction over GF(2⁸) with the polynomial x⁸+x⁴+x³+x²+1 and the generator 2 (ISO 18004, 8.5).
struct ReedSolomon {
    /// Coefficients of the generator polynomial from the highest power down, without the leading one.
    private let generator: [UInt8]

    init(degree: Int) {
        var generator = [UInt8](repeating: 0, count: degree - 1) + [1]
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in generator.indices {
                generator[index] = Self.multiply(generator[index], root)
                if index + 1 < degree { generator[index] ^= generator[index + 1] }
            }
            root = Self.multiply(root, 2)
        }
        self.generator = generator
    }

    /// The remainder of the data, to be sent behind it.
    func correction(for data: some Sequence<UInt8>) -> [UInt8] {
        var remainder = [UInt8](repeating: 0, count: generator.count)
        for byte in data {
            let factor = byte ^ remainder.removeFirst()
            remainder.append(0)
            for index in remainder.indices { remainder[index] ^= Self.multiply(generator[index], factor) }
        }
        return remainder
    }

    private static func multiply(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var product: UInt8 = 0
        for bit in (0..<8).reversed() {
            let carries = product & 0x80 != 0
            product <<= 1
            if carries { product ^= 0x1d }
            if right >> UInt8(bit) & 1 == 1 { product ^= left }
        }
        return product
    }
}
