import Testing

@testable internal import Shamir

@Suite struct GaloisFieldTests {
    /// Long multiplication with remainder by 0x11B, the way of a textbook.
    private func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var sum: UInt16 = 0
        for bit in 0..<8 where right >> bit & 1 == 1 { sum ^= UInt16(left) << bit }
        for bit in stride(from: 15, through: 8, by: -1) where sum >> bit & 1 == 1 { sum ^= 0x11b << (bit - 8) }
        return UInt8(sum)
    }

    @Test("the field's vectors hold")
    func vectors() {
        #expect(GaloisField.multiply(0x57, 0x83) == 0xc1)
        #expect(GaloisField.inverse(0x53) == 0xca)
        #expect(GaloisField.multiply(0x53, 0xca) == 0x01)
    }

    @Test("every product is that of the textbook")
    func products() {
        for left in UInt8.min...UInt8.max {
            for right in UInt8.min...UInt8.max where GaloisField.multiply(left, right) != product(left, right) {
                Issue.record("\(left) · \(right)")
            }
        }
        #expect(product(0x57, 0x83) == 0xc1)
    }

    @Test("a number times its inverse is one; zero has none and gives zero")
    func inverses() {
        for value in 1...UInt8.max { #expect(GaloisField.multiply(value, GaloisField.inverse(value)) == 1) }
        #expect(GaloisField.inverse(0) == 0)
    }
}
