import CofferBase
import TestSupport
import Testing

@testable internal import Shamir

@Suite struct ShamirTests {
    private func bytes(_ hex: String) throws -> SecretBytes {
        SecretBytes(copying: try #require(Hex.decode(hex)))
    }

    private func hex(_ secret: SecretBytes) -> String { Hex.encode(secret.copyBytes()) }

    /// Every choice of `count` elements, in their order.
    private func choices<T>(_ count: Int, of elements: ArraySlice<T>) -> [[T]] {
        guard count > 0 else { return [[]] }
        guard let first = elements.first else { return [] }
        let rest = elements.dropFirst()
        return choices(count - 1, of: rest).map { [first] + $0 } + choices(count, of: rest)
    }

    @Test("the split vector holds")
    func splitVector() throws {
        let shares = Shamir.split(
            try bytes("01020304"), at: [0x01, 0x02, 0x7f, 0xff], degree: 2, try bytes("1122334455667788"))
        #expect(shares.map(hex) == ["327530fb01", "ab6f2afc02", "5662680a7f", "e7436b10ff"])
    }

    @Test(
        "the combine vectors hold: any three shares give the secret, two give another one without an error",
        arguments: [
            (["327530fb01", "ab6f2afc02", "5662680a7f"], "01020304"),
            (["e7436b10ff", "ab6f2afc02", "327530fb01"], "01020304"),
            (["e7436b10ff", "5662680a7f", "ab6f2afc02", "327530fb01"], "01020304"),
            (["327530fb01", "ab6f2afc02"], "458acf0f"),
        ])
    func combineVectors(shares: [String], secret: String) throws {
        #expect(hex(try Shamir.combine(shares.map(bytes))) == secret)
    }

    @Test("any threshold of the shares gives the secret back, in any order", arguments: 2...6)
    func roundTrip(count: Int) throws {
        let random = RandomSource.seeded(UInt64(count))
        for threshold in 2...count {
            let secret = try SecretBytes(count: 32, from: random)
            let shares = try Shamir.split(secret, shares: count, threshold: threshold, random: random)
            #expect(shares.allSatisfy { $0.count == 33 })
            #expect(Set(shares.map { $0.copyBytes().last }).count == count)
            for used in threshold...count {
                for chosen in choices(used, of: shares[...]) {
                    for order in [chosen, chosen.reversed(), Array(chosen.dropFirst() + chosen.prefix(1))] {
                        #expect(try Shamir.combine(order).constantTimeEquals(secret))
                    }
                }
            }
        }
    }

    @Test("one share fewer than the threshold gives something else")
    func tooFew() throws {
        let random = RandomSource.seeded(7)
        let secret = try SecretBytes(count: 32, from: random)
        for threshold in 3...5 {
            let shares = try Shamir.split(secret, shares: 5, threshold: threshold, random: random)
            for chosen in choices(threshold - 1, of: shares[...]) {
                #expect(try !Shamir.combine(chosen).constantTimeEquals(secret))
            }
        }
    }

    @Test("one share says nothing: over all polynomials it takes every value as often, whatever the secret")
    func secrecy() throws {
        for secret in [0, 1, 0x53, 0xff] as [UInt8] {
            var seen: Set<UInt8> = []
            for coefficient in UInt8.min...UInt8.max {
                let shares = Shamir.split(
                    SecretBytes(copying: [secret]), at: [0x2a], degree: 1, SecretBytes(copying: [coefficient]))
                seen.insert(try #require(shares.first?.copyBytes().first))
            }
            #expect(seen.count == 256)
        }
    }

    @Test("all 255 places can be used, none is zero, none twice")
    func allPlaces() throws {
        let secret = SecretBytes(copying: [1, 2, 3])
        let shares = try Shamir.split(secret, shares: 255, threshold: 255, random: .seeded(1))
        #expect(Set(shares.compactMap { $0.copyBytes().last }) == Set(1...255))
        #expect(try Shamir.combine(shares).constantTimeEquals(secret))
        #expect(try !Shamir.combine(Array(shares.dropLast())).constantTimeEquals(secret))
    }

    @Test("the places differ from split to split: a share does not tell which one it is")
    func placesAreRandom() throws {
        let random = RandomSource.seeded(2)
        let places = try (0..<20).map { _ in
            try Shamir.split(SecretBytes(copying: [1]), shares: 3, threshold: 2, random: random)
                .compactMap { $0.copyBytes().last }
        }
        #expect(Set(places).count > 15)
    }

    @Test("one share of one is the secret itself")
    func oneOfOne() throws {
        let shares = try Shamir.split(try bytes("01020304"), shares: 1, threshold: 1, random: .seeded(1))
        #expect(shares.map(hex) == ["01020304"])
    }

    @Test(
        "counts that make no sense are refused",
        arguments: [(0, 0), (1, 2), (2, 1), (3, 1), (3, 4), (256, 2), (-1, -1), (2, 0), (1, 0)])
    func badCounts(shares: Int, threshold: Int) {
        #expect(throws: ShamirError.badCounts) {
            try Shamir.split(SecretBytes(copying: [1]), shares: shares, threshold: threshold, random: .seeded(1))
        }
    }

    @Test("an empty secret is refused")
    func emptySecret() {
        for (shares, threshold) in [(1, 1), (3, 2)] {
            #expect(throws: ShamirError.badCounts) {
                try Shamir.split(
                    SecretBytes(copying: []), shares: shares, threshold: threshold, random: .seeded(1))
            }
        }
    }

    @Test("without random bytes there are no shares")
    func noRandom() {
        let broken = RandomSource { (_) throws(RandomError) in throw RandomError() }
        #expect(throws: ShamirError.random) {
            try Shamir.split(SecretBytes(copying: [1]), shares: 3, threshold: 2, random: broken)
        }
    }

    @Test(
        "shares that cannot belong together are refused, each with its reason",
        arguments: [
            ([], ShamirError.tooFewShares), (["327530fb01"], .tooFewShares),
            (["327530fb01", "327530fb01"], .duplicateShare),
            (["327530fb01", "ab6f2afc01"], .duplicateShare), (["327530fb01", "ab6f2a02"], .shareLength),
            (["01", "02"], .shareLength), (["", ""], .shareLength), (["0102030400", "ab6f2afc02"], .zeroShare),
            (["327530fb01", "0102030400"], .zeroShare),
        ])
    func refusedShares(shares: [String], error: ShamirError) throws {
        let shares = try shares.map(bytes)
        #expect(throws: error) { try Shamir.combine(shares) }
    }
}
