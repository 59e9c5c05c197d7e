import CofferFramework
import SQLClient
import Testing

@Suite struct UserStatementsTests {
    private func names(_ credential: DatabaseCredential, _ statements: String...) throws -> Set<String> {
        Set(try UserStatements.values("u", credential, expiration: "e", for: statements).keys)
    }

    @Test("each credential fills in its own mark")
    func own() throws {
        #expect(try names(.password("p"), "'{{password}}'") == ["name", "username", "expiration", "password"])
        #expect(try names(.publicKey("k"), "'{{public_key}}'") == ["name", "username", "expiration", "public_key"])
        #expect(try names(.certificate, "'{{name}}'") == ["name", "username", "expiration"])
    }

    @Test("a mark that nothing fills in is refused: it would become everybody's password")
    func strange() {
        #expect(throws: DatabaseFailure.self) { try names(.certificate, "a", "PASSWORD '{{password}}'") }
        #expect(throws: DatabaseFailure.self) { try names(.certificate, "{{public_key}}") }
        #expect(throws: DatabaseFailure.self) { try names(.password("p"), "{{public_key}}") }
        #expect(throws: DatabaseFailure.self) { try names(.publicKey("k"), "{{public_key}} {{password}}") }
    }

    @Test("a key that reaches no statement is refused")
    func lost() {
        #expect(throws: DatabaseFailure.self) { try names(.publicKey("k"), "CREATE ROLE x LOGIN") }
    }
}
