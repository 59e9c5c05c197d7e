import CofferBase
import Testing

@testable import EtcdClient

@Suite struct EtcdVerdictTests {
    /// Answers inside each other, as many as these.
    private static func nested(_ depth: Int) throws -> ProtobufMessage {
        var bytes: [UInt8] = []
        for _ in 0..<depth {
            var outcome = ProtobufMessage()
            outcome.add(4, bytes + [0x10, 1])
            var verdict = ProtobufMessage()
            verdict.add(3, outcome.encoded())
            bytes = verdict.encoded()
        }
        return try #require(ProtobufMessage(bytes))
    }

    @Test("a transaction in a transaction is read, and answers nested without end are refused")
    func nesting() throws {
        #expect(try EtcdVerdict(Self.nested(1)).verdict(0)?.succeeded == true)
        #expect(throws: EtcdFailure.self) { try EtcdVerdict(Self.nested(5000)) }
    }
}
