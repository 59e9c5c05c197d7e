import CofferCore
import CofferJSON
import MemoryStorage
import ServerHarness

/// An open server with the shares that its holders have.
struct ShareHolders {
    let server: ServerHarness
    let storage: MemoryStorage
    let rootToken: String
    var shares: [String]

    init(
        shares: Int = 5, threshold: Int = 3, configure: @Sendable (inout CoreConfiguration) -> Void = { _ in }
    ) async throws {
        storage = MemoryStorage()
        server = ServerHarness(storage: storage) {
            $0.choseReportedVersion = true
            configure(&$0)
        }
        let made = try await server.ok(
            "PUT", "sys/init", ["secret_shares": .int(shares), "secret_threshold": .int(threshold)], token: nil)
        self.shares = made["keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
        rootToken = made["root_token"]?.stringValue ?? ""
        for share in self.shares.prefix(threshold) {
            try await server.ok("PUT", "sys/unseal", ["key": .string(share)], token: nil)
        }
    }

    /// Gives shares one after the other; the last answer.
    func give(
        _ shares: some Sequence<String>, to path: String, nonce: String, token: String? = nil
    ) async -> ServerAnswer? {
        var last: ServerAnswer?
        for share in shares {
            last = await server.send("PUT", path, ["key": .string(share), "nonce": .string(nonce)], token: token)
        }
        return last
    }

    /// Whether these shares open the server after it was sealed; leaves it open if they do.
    func open(with shares: some Sequence<String>) async throws -> Bool {
        await server.core.sealNow()
        var status = await server.send("PUT", "sys/unseal", ["reset": true], token: nil)
        for share in shares { status = await server.send("PUT", "sys/unseal", ["key": .string(share)], token: nil) }
        return status["sealed"]?.boolValue == false
    }
}

extension ServerAnswer {
    var nonce: String { self["nonce"]?.stringValue ?? "" }
    /// `keys` at the top level.
    var newShares: [String] { self["keys"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
}
