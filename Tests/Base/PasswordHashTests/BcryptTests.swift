import CofferBase
import PasswordHash
import TestSupport
import Testing

@Suite struct BcryptTests {
    /// From the test vectors of OpenBSD and of crypt_blowfish.
    @Test(
        "known hashes",
        arguments: [
            ("", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."),
            ("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"),
            ("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"),
            ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("U*U*U", "$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        ])
    func vectors(password: String, hash: String) async throws {
        #expect(try await Bcrypt.verify(password, against: hash))
        #expect(try await !Bcrypt.verify(password + "x", against: hash))
    }

    @Test("a new hash is of cost 10, of its password only, and salted anew")
    func newHashes() async throws {
        let random = RandomSource.seeded(1)
        let first = try await Bcrypt.hash("correct horse", random: random)
        let second = try await Bcrypt.hash("correct horse", random: random)
        #expect(first.hasPrefix("$2b$10$"))
        #expect(Bcrypt.isHash(first))
        #expect(first != second)
        #expect(try await Bcrypt.verify("correct horse", against: first))
        #expect(try await !Bcrypt.verify("Correct horse", against: first))
    }

    @Test("the hash of nobody is well formed, so that checking against it does the whole work")
    func nobody() async throws {
        #expect(Bcrypt.isHash(Bcrypt.ofNobody))
        #expect(Bcrypt.ofNobody.hasPrefix("$2b$10$"))
        #expect(try await !Bcrypt.verify("password", against: Bcrypt.ofNobody))
    }

    @Test("a password that bcrypt would cut short is refused")
    func cutShort() async throws {
        for password in [String(repeating: "a", count: 73), "before\0after"] {
            await #expect(throws: Bcrypt.Failure.unsuitablePassword) {
                try await Bcrypt.hash(password, random: .seeded(1))
            }
        }
        let hash = try await Bcrypt.hash("before", random: .seeded(1))
        #expect(try await !Bcrypt.verify("before\0after", against: hash))
        #expect(try await !Bcrypt.verify(String(repeating: "long", count: 1000), against: hash))
    }

    @Test(
        "what is no bcrypt hash of bearable cost",
        arguments: [
            "", "password", "$2b$10$", "$1$salt$hash", "$2b$31$" + String(repeating: "a", count: 53),
            "$2b$10$" + String(repeating: "a", count: 52), "$2b$10$" + String(repeating: "=", count: 53),
            "$2x$10$" + String(repeating: "a", count: 53), "$2b$+5$" + String(repeating: "a", count: 53),
        ])
    func notHashes(text: String) { #expect(!Bcrypt.isHash(text)) }
}
