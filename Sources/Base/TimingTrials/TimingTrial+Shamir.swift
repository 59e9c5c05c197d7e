internal import CofferBase
internal import Shamir

/// CVE-2023-25000: products were looked up in tables, and a cache told which entries.
extension TimingTrial {
    package static let shamir = [
        product, hastyProduct, inverse, hastyInverse, combining, hastyCombining, secret, trimmed,
    ]

    /// Zero, which careless arithmetic is done with early, and any other.
    private static let factor: @Sendable (UInt8, inout Dice) -> UInt8 = { isRandom, dice in (dice.byte() | 1) & isRandom
    }

    private static let product = TimingTrial("product", operand: factor) { factor in
        rounds { GaloisField.multiply(factor, $0) ^ GaloisField.multiply($0, factor) }
    }

    private static let hastyProduct = TimingTrial("product that ends early", isCareless: true, operand: factor) {
        factor in
        rounds { hasty(factor, $0) ^ hasty($0, factor) }
    }

    private static let inverse = TimingTrial("inverse", operand: factor) { factor in
        rounds { GaloisField.inverse(factor) ^ $0 }
    }

    private static let hastyInverse = TimingTrial("inverse that ends early", isCareless: true, operand: factor) {
        factor in
        rounds { factor == 0 ? $0 : GaloisField.inverse(factor) ^ $0 }
    }

    /// Shares of zeros only, and of anything.
    private static let combining = TimingTrial(
        "combining shares",
        operand: { isRandom, dice in shares(dice.bytes(32, isRandom), dice.bytes(64, isRandom)) }, work: combined)

    private static let hastyCombining = TimingTrial(
        "combining shares, passing over zeros", isCareless: true,
        operand: { isRandom, dice in shares(dice.bytes(32, isRandom), dice.bytes(64, isRandom)) },
        work: { shares in
            shares.reduce(0) { sum, share in
                share.withUnsafeBytes { bytes in bytes.dropLast().reduce(sum) { $0 ^ hasty($1, 0x53) } }
            }
        })

    /// The same for the secret alone: its shares look random in both classes.
    private static let secret = TimingTrial(
        "combining a secret",
        operand: { isRandom, dice in shares(dice.bytes(32, isRandom), dice.bytes(64, 0xff)) }, work: combined)

    private static let trimmed = TimingTrial(
        "combining a secret, cutting its zeros", isCareless: true,
        operand: { isRandom, dice in shares(dice.bytes(32, isRandom), dice.bytes(64, 0xff)) },
        work: { shares in
            guard let secret = try? Shamir.combine(shares) else { return 0 }
            return secret.withUnsafeBytes { bytes in bytes.drop { $0 == 0 }.first ?? 0 }
        })

    private static let combined: @Sendable ([SecretBytes]) -> UInt8 = { shares in
        (try? Shamir.combine(shares))?.withUnsafeBytes { $0[31] } ?? 0
    }

    /// The places are no secret, and the same in both classes.
    private static func shares(_ secret: [UInt8], _ coefficients: [UInt8]) -> [SecretBytes] {
        Shamir.split(
            SecretBytes(copying: secret), at: [1, 2, 3], degree: 2, SecretBytes(copying: coefficients))
    }

    private static func rounds(_ work: (UInt8) -> UInt8) -> UInt8 {
        (0x53..<0x5b as Range<UInt8>).reduce(0) { $0 ^ work($1) }
    }

    private static func hasty(_ left: UInt8, _ right: UInt8) -> UInt8 {
        left == 0 || right == 0 ? 0 : GaloisField.multiply(left, right)
    }
}
