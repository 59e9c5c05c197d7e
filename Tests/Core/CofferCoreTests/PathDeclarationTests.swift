import ServerHarness
import Testing

@Suite struct PathDeclarationTests {
    @Test("the paths of sys and of tokens are declared without a mistake", arguments: ["sys/", "auth/token/"])
    func declarations(mount: String) async throws {
        let server = try await ServerHarness.unsealed()
        #expect(server.declarationMistakes(mount) == [])
    }
}
