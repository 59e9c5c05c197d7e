package import CofferBase

/// Why shares could not be made or joined. A wrong share is not among these:
/// shares carry no check value, only the seal's tag tells.
package enum ShamirError: Error, Sendable, Equatable {
    case badCounts
    case tooFewShares
    case shareLength
    case duplicateShare
    /// A share with x = 0 would be the secret itself.
    case zeroShare
    case random
}

/// Splits a secret so that any `threshold` of the shares give it back.
///
/// A share is the secret's length plus one byte: y₁ … yₙ ‖ x (contract, "Shamir").
package enum Shamir {
    /// One share of one is the secret itself, unsplit; `combine` is not for it.
    /// - Parameters:
    ///   - shares: 1…255.
    ///   - threshold: 2…shares, or 1 of 1.
    package static func split(
        _ secret: SecretBytes, shares: Int, threshold: Int, random: RandomSource
    ) throws(ShamirError) -> [SecretBytes] {
        if shares == 1, threshold == 1, secret.count > 0 { return [secret] }
        guard (2...255).contains(shares), (2...shares).contains(threshold), secret.count > 0 else { throw .badCounts }
        do {
            let places = try distinctPlaces(shares, random)
            let coefficients = try SecretBytes(count: secret.count * (threshold - 1), from: random)
            return split(secret, at: places, degree: threshold - 1, coefficients)
        } catch {
            throw .random
        }
    }

    /// The split itself, with the polynomials given: byte i uses coefficients i·degree …
    package static func split(
        _ secret: SecretBytes, at places: [UInt8], degree: Int, _ coefficients: SecretBytes
    ) -> [SecretBytes] {
        places.map { place in
            SecretBytes(count: secret.count + 1) { share in
                secret.withUnsafeBytes { constant in
                    coefficients.withUnsafeBytes { higher in
                        for index in 0..<secret.count {
                            // Horner's rule, from the highest coefficient down.
                            var value: UInt8 = 0
                            for power in stride(from: degree - 1, through: 0, by: -1) {
                                value = GaloisField.multiply(value ^ higher[index * degree + power], place)
                            }
                            share[index] = value ^ constant[index]
                        }
                    }
                }
                share[secret.count] = place
            }
        }
    }

    /// The secret that these shares give; wrong shares give a wrong secret without an error.
    package static func combine(_ shares: [SecretBytes]) throws(ShamirError) -> SecretBytes {
        guard let first = shares.first, shares.count >= 2 else { throw .tooFewShares }
        guard first.count >= 2, shares.allSatisfy({ $0.count == first.count }) else { throw .shareLength }
        let length = first.count - 1
        let places = shares.map { $0.withUnsafeBytes { $0[length] } }
        if places.contains(0) { throw .zeroShare }
        guard Set(places).count == places.count else { throw .duplicateShare }
        let weights = places.indices.map { weight(of: $0, in: places) }
        return SecretBytes(count: length) { secret in
            for (share, weight) in zip(shares, weights) {
                share.withUnsafeBytes { bytes in
                    for index in 0..<length { secret[index] ^= GaloisField.multiply(bytes[index], weight) }
                }
            }
        }
    }

    /// Lagrange's basis polynomial of one place, at zero.
    private static func weight(of index: Int, in places: [UInt8]) -> UInt8 {
        var weight: UInt8 = 1
        for (other, place) in places.enumerated() where other != index {
            let difference = places[index] ^ place
            weight = GaloisField.multiply(weight, GaloisField.multiply(place, GaloisField.inverse(difference)))
        }
        return weight
    }

    /// Distinct places 1…255 in random order (Fisher–Yates with rejection sampling).
    private static func distinctPlaces(_ count: Int, _ random: RandomSource) throws(RandomError) -> [UInt8] {
        var places = Array(1...255 as ClosedRange<UInt8>)
        for index in 0..<count {
            let left = places.count - index
            let ceiling = 256 / left * left
            var draw = 256
            while draw >= ceiling { draw = Int(try random.bytes(1)[0]) }
            places.swapAt(index, index + draw % left)
        }
        return Array(places.prefix(count))
    }
}
