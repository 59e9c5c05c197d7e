import ServerHarness
import Testing

@Suite struct PathDeclarationTests {
    @Test(
        "the paths of sys, tokens and identity are declared without a mistake",
        arguments: ["sys/", "auth/token/", "identity/"])
    func declarations(mount: String) async throws {
        let server = try await ServerHarness.unsealed()
        #expect(server.declarationMistakes(mount) == [])
    }
}
