/// GF(2⁸) with the polynomial x⁸+x⁴+x³+x+1, in constant time: no table is
/// indexed by, and no branch depends on, a share's byte (CVE-2023-25000).
package enum GaloisField {
    package static func multiply(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var product: UInt8 = 0
        var shifted = left
        for bit in 0..<8 as Range<UInt8> {
            product ^= shifted & mask(right >> bit & 1)
            shifted = shifted << 1 ^ 0x1b & mask(shifted >> 7)
        }
        return product
    }

    /// a²⁵⁴; zero for zero.
    package static func inverse(_ value: UInt8) -> UInt8 {
        var result: UInt8 = 1
        var power = value
        // 254 = 0b11111110: square, and multiply for every bit but the lowest.
        for _ in 0..<7 {
            power = multiply(power, power)
            result = multiply(result, power)
        }
        return result
    }

    /// 0x00 for 0, 0xFF for 1.
    private static func mask(_ bit: UInt8) -> UInt8 { 0 &- bit }
}
