internal import CofferBase

/// GHSA-34fc-gh42-pj53: a token was compared with `==`, which ends at the first byte that differs.
extension TimingTrial {
    package static let comparison =
        [(255, "the first or the last byte"), (nil, "the first byte or nowhere")].flatMap { place, name in
            [
                TimingTrial("secrets that differ in " + name, operand: others(place)) { other in
                    repeated { secret.constantTimeEquals(other) }
                },
                TimingTrial("bytes that differ in " + name, operand: texts(place)) { other in
                    repeated { constantTimeEqual(text, other) }
                },
                TimingTrial("the same, compared until they differ", isCareless: true, operand: others(place)) { other in
                    repeated {
                        secret.withUnsafeBytes { left in other.withUnsafeBytes { left.elementsEqual($0) } }
                    }
                },
            ]
        }

    private static let text = [UInt8](repeating: 0x5a, count: 256)
    private static let secret = SecretBytes(copying: text)

    /// Differs from `text` in its first byte, or in the random class at `place`; nil: nowhere.
    private static func texts(_ place: Int?) -> @Sendable (UInt8, inout Dice) -> [UInt8] {
        { isRandom, _ in
            var other = text
            other[0] ^= 1 & ~isRandom
            if let place { other[place] ^= 1 & isRandom }
            return other
        }
    }

    private static func others(_ place: Int?) -> @Sendable (UInt8, inout Dice) -> SecretBytes {
        let texts = texts(place)
        return { isRandom, dice in SecretBytes(copying: texts(isRandom, &dice)) }
    }

    /// What comes out is no secret, but what is done with it must not take part in the measurement: nothing branches.
    private static func repeated(_ equals: () -> Bool) -> UInt8 {
        for _ in 0..<4 { hold(equals()) }
        return 0
    }
}
