import CofferBase
import Synchronization
import TestSupport
import Testing

@Suite struct RandomSourceTests {
    private static let alphabet = Set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    private final class Script: Sendable {
        private let left: Mutex<[UInt8]>
        init(_ bytes: [UInt8]) { left = Mutex(bytes) }
        /// The next byte; nil at the end.
        func next() -> UInt8? { left.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
    }

    /// Gives exactly these bytes, then fails.
    private func scripted(_ bytes: [UInt8]) -> RandomSource {
        let script = Script(bytes)
        return RandomSource { (target) throws(RandomError) in
            for index in target.indices {
                guard let byte = script.next() else { throw RandomError() }
                target[index] = byte
            }
        }
    }

    private let broken = RandomSource { (_) throws(RandomError) in throw RandomError() }

    @Test("the system gives as many bytes as asked for, and never the same")
    func system() throws {
        for count in [0, 1, 255, 256, 257, 100_000] { #expect(try RandomSource.system.bytes(count).count == count) }
        let draws = try (0..<100).map { _ in try RandomSource.system.bytes(16) }
        #expect(Set(draws).count == 100)
        // A byte that was never written would be zero in every draw.
        for index in 0..<16 { #expect(Set(draws.map { $0[index] }).count > 1) }
    }

    @Test("base62 has the length asked for and nothing but digits and letters", arguments: [0, 1, 24, 28, 1000])
    func base62(count: Int) throws {
        let text = try RandomSource.system.base62(count)
        #expect(text.utf8.count == count)
        #expect(text.allSatisfy(Self.alphabet.contains))
    }

    @Test("bytes above 247 are passed over, so that every character is as likely as another")
    func base62IsUniform() throws {
        let text = try scripted([UInt8](0...255) + [UInt8](repeating: 0, count: 27)).base62(248)
        var counts: [Character: Int] = [:]
        for character in text { counts[character, default: 0] += 1 }
        #expect(counts.count == 62)
        #expect(counts.values.allSatisfy { $0 == 4 })
        #expect(text.hasPrefix("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01"))
        #expect(try scripted([255, 248, 61, 62, 247, 0]).base62(2) == "z0")
    }

    @Test("when too many bytes were passed over, more are drawn")
    func base62DrawsAgain() throws {
        #expect(try scripted([255, 255, 255, 255, 255, 10, 1, 2, 3, 4]).base62(1) == "A")
    }

    @Test("a UUID has the form of version 4")
    func uuid() throws {
        for _ in 0..<200 {
            let text = Array(try RandomSource.system.uuid())
            #expect(text.count == 36)
            for (index, character) in text.enumerated() {
                switch index {
                case 8, 13, 18, 23: #expect(character == "-")
                case 14: #expect(character == "4")
                case 19: #expect("89ab".contains(character))
                default: #expect("0123456789abcdef".contains(character))
                }
            }
        }
        #expect(try scripted([UInt8](repeating: 0xff, count: 16)).uuid() == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(try scripted([UInt8](repeating: 0, count: 16)).uuid() == "00000000-0000-4000-8000-000000000000")
    }

    @Test("when the source fails, everything made of it fails")
    func failure() {
        #expect(throws: RandomError.self) { try broken.bytes(1) }
        #expect(throws: RandomError.self) { try broken.base62(1) }
        #expect(throws: RandomError.self) { try broken.uuid() }
        #expect(throws: RandomError.self) { try scripted([1, 2, 3]).bytes(4) }
        #expect(throws: RandomError.self) { try scripted([255, 255, 255, 255, 255]).base62(1) }
        #expect(throws: RandomError.self) {
            var target: [UInt8] = [0]
            try target.withUnsafeMutableBytes { target in try broken.fill(target) }
        }
    }
}
