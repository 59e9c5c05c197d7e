/// SHA-3 (FIPS 202): the Keccak sponge over 25 lanes of 64 bits.
enum Keccak {
    /// - Parameter length: of the digest, in bytes; the capacity is twice as much.
    static func sha3(_ message: [UInt8], length: Int) -> [UInt8] {
        let rate = 200 - 2 * length
        var padded = message
        // The domain bits of SHA-3 and the first bit of the padding; the last bit may share the byte.
        padded.append(0x06)
        while padded.count % rate != 0 { padded.append(0) }
        padded[padded.count - 1] |= 0x80
        var state = [UInt64](repeating: 0, count: 25)
        for start in stride(from: 0, to: padded.count, by: rate) {
            for offset in 0..<rate {
                state[offset / 8] ^= UInt64(padded[start + offset]) << UInt64(8 * (offset % 8))
            }
            permute(&state)
        }
        // Every digest is shorter than the rate, so that one squeeze is enough.
        return (0..<length).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64(8 * ($0 % 8))) }
    }

    private static func permute(_ state: inout [UInt64]) {
        for constant in roundConstants {
            theta(&state)
            rhoAndPi(&state)
            chi(&state)
            state[0] ^= constant
        }
    }

    private static func theta(_ state: inout [UInt64]) {
        var columns = [UInt64](repeating: 0, count: 5)
        for index in 0..<25 { columns[index % 5] ^= state[index] }
        for x in 0..<5 {
            let change = columns[(x + 4) % 5] ^ rotate(columns[(x + 1) % 5], 1)
            for y in 0..<5 { state[x + 5 * y] ^= change }
        }
    }

    private static func rhoAndPi(_ state: inout [UInt64]) {
        let old = state
        for x in 0..<5 {
            for y in 0..<5 { state[y + 5 * ((2 * x + 3 * y) % 5)] = rotate(old[x + 5 * y], rotations[x + 5 * y]) }
        }
    }

    private static func chi(_ state: inout [UInt64]) {
        for row in stride(from: 0, to: 25, by: 5) {
            let old = Array(state[row..<row + 5])
            for x in 0..<5 { state[row + x] = old[x] ^ (~old[(x + 1) % 5] & old[(x + 2) % 5]) }
        }
    }

    private static func rotate(_ lane: UInt64, _ count: UInt64) -> UInt64 {
        count == 0 ? lane : lane << count | lane >> (64 - count)
    }

    private static let rotations: [UInt64] = [
        0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
    ]

    private static let roundConstants: [UInt64] = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a, 0x8000_0000_8000_8000,
        0x0000_0000_0000_808b, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
        0x0000_0000_0000_008a, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
        0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
        0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800a, 0x8000_0000_8000_000a,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
}
