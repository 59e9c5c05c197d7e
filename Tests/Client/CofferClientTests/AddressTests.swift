internal import ClientTLS
internal import Testing

@testable internal import CofferClient

@Suite("Addresses, paths and settings")
struct AddressTests {
    @Test("addresses and what is made of them")
    func addresses() throws {
        let plain = try ServerAddress("http://127.0.0.1:8200")
        #expect(plain.host == "127.0.0.1" && plain.port == 8200 && plain.hostIsAddress)
        let tls = try ServerAddress("https://vault.example/base/")
        #expect(tls.host == "vault.example" && tls.port == 443 && tls.basePath == "/base/" && !tls.hostIsAddress)
        let six = try ServerAddress("https://[::1]:8200")
        #expect(six.host == "::1" && six.port == 8200 && six.origin == "https://[::1]:8200" && six.hostIsAddress)
        let socket = try ServerAddress("unix:///run/coffer.sock")
        #expect(socket.socketPath == "/run/coffer.sock" && socket.origin == "http://localhost")
    }

    @Test(
        "addresses that cannot be used",
        arguments: ["", "127.0.0.1:8200", "ftp://x", "http://", "http://:80", "http://x:port", "http://u@x", "unix://"])
    func refused(text: String) {
        #expect(throws: ClientError.self) { try ServerAddress(text) }
    }

    @Test("paths are joined, cleaned and escaped as Go does it")
    func paths() {
        #expect(GoPath.join("/", "v1", "a//b/") == "/v1/a/b")
        #expect(GoPath.join("secret/", "data", "app") == "secret/data/app")
        #expect(GoPath.join("", "") == "")
        #expect(GoPath.clean("a/../../b") == "../b")
        #expect(GoPath.clean("/../a/./b") == "/a/b")
        #expect(GoPath.clean("") == ".")
        #expect(GoPath.escape("/a b/ü?#%") == "/a%20b/%C3%BC%3F%23%25")
        #expect(GoPath.query([("b", "x y"), ("a", "1&2"), ("b", "z")]) == "a=1%262&b=x+y&b=z")
    }

    @Test("settings come from the environment; BAO names count where the others are unset")
    func environment() throws {
        let environment = vaultEnvironment([
            "BAO_ADDR": "http://one", "BAO_TOKEN": "b", "VAULT_TOKEN": "a", "VAULT_CLIENT_TIMEOUT": "5",
            "VAULT_MAX_RETRIES": "7", "VAULT_SKIP_VERIFY": "true", "VAULT_HEADERS": #"{"A":"1","B":["2","3"]}"#,
        ])
        let configuration = try ClientConfiguration(environment: environment)
        #expect(configuration.address == "http://one")
        #expect(configuration.token.count == 1 && configuration.token.hasPrefix("a"))
        #expect(configuration.timeout == .seconds(5))
        #expect(configuration.retries == 7)
        #expect(configuration.tls.skipsVerification)
        #expect(configuration.headers.map { "\($0.name)=\($0.value)" } == ["A=1", "B=2", "B=3"])
        #expect(try ClientConfiguration(environment: [:]).retries == 2)
        #expect(
            try ClientConfiguration(environment: ["VAULT_AGENT_ADDR": "http://two", "VAULT_ADDR": "x"]).address
                == "http://two")
    }

    @Test(
        "a variable that cannot be read is named, its value is not",
        arguments: ["VAULT_MAX_RETRIES", "VAULT_SKIP_VERIFY", "VAULT_HEADERS"])
    func badVariable(name: String) {
        let error = #expect(throws: ClientError.self) { try ClientConfiguration(environment: [name: "canary"]) }
        #expect(error?.description == "could not parse \(name)")
    }
}
