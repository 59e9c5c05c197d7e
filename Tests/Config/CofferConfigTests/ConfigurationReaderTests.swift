import CofferConfig
import CofferFramework
import Testing

@Suite struct ConfigurationReaderTests {
    private func read(
        _ texts: String..., environment: [String: String] = [:]
    ) throws(ConfigurationError) -> ServerConfiguration {
        var reader = ConfigurationReader()
        for (index, text) in texts.enumerated() { try reader.add(Array(text.utf8), file: "\(index).hcl") }
        return try reader.finish(environment: environment)
    }

    private static let small = """
        storage "sqlite" { path = "/data" }
        listener "tcp" {
          address = "127.0.0.1:8200"
          tls_disable = true
        }
        """

    @Test("a small file and its defaults")
    func small() throws {
        let found = try read(Self.small)
        #expect(found.storage == StorageSettings(kind: .sqlite(folder: "/data")))
        #expect(found.listeners == [ListenerSettings(address: .tcp(host: "127.0.0.1", port: 8200))])
        #expect(found.defaultLeaseTTL == .seconds(2_764_800))
        #expect(found.logLevel == "info")
        #expect(found.warnings.isEmpty)
    }

    @Test("the JSON form says the same")
    func json() throws {
        let text = """
            {"storage": {"sqlite": {"path": "/data"}},
             "listener": [{"tcp": {"address": "127.0.0.1:8200", "tls_disable": "true"}}]}
            """
        #expect(try read(text) == read(Self.small))
    }

    @Test("a block in a list of one, as converters to JSON write it, is the block")
    func listsOfOne() throws {
        let text = """
            {"storage": [{"sqlite": [{"path": "/data"}]}],
             "audit": [{"file": [{"a": [{"options": [{"file_path": "/a"}]}]}]}],
             "listener": [{"tcp": [{"address": "127.0.0.1:8200", "tls_disable": true,
               "telemetry": [{"unauthenticated_metrics_access": true}],
               "custom_response_headers": [{"default": [{"X-Own": ["a"]}]}]}]}]}
            """
        let found = try read(text)
        #expect(found.listeners.first?.openings == ["metrics"])
        #expect(found.listeners.first?.headerRules.first?.headers.first?.value == "a")
        #expect(found.auditDevices.first?.options == ["file_path": "/a"])
    }

    @Test("kinds of storage", arguments: ["file", "sqlite", "raft"])
    func storages(type: String) throws {
        let text = Self.small.replacing("sqlite", with: type)
        #expect(try read(text).storage?.kind == .sqlite(folder: "/data"))
        #expect(try read(text).warnings.isEmpty == (type != "raft"))
    }

    @Test("memory needs no path")
    func memory() throws {
        let text = "storage \"inmem\" {}\nlistener \"unix\" { address = \"/run/c.sock\" socket_mode = \"0660\" }"
        let found = try read(text)
        #expect(found.storage?.kind == .memory)
        #expect(found.listeners.first?.address == .unix(path: "/run/c.sock", mode: 0o660))
    }

    @Test("several files: the last scalar wins, listeners append, the environment beats both")
    func merging() throws {
        let second = "log_level = \"warn\"\nlistener \"tcp\" { address = \"[::1]:8300\" tls_disable = 1 }"
        let found = try read("log_level = \"debug\"\n" + Self.small, second)
        #expect(found.logLevel == "warn")
        #expect(found.listeners.map(\.address) == [.tcp(host: "127.0.0.1", port: 8200), .tcp(host: "::1", port: 8300)])
        #expect(try read(Self.small, second, environment: ["VAULT_LOG_LEVEL": "trace"]).logLevel == "trace")
    }

    @Test("unknown keys warn with their place, known ones without effect do not hide")
    func unknown() throws {
        let found = try read("nonsense = 1\nui = true\ncache_size = 5\n" + Self.small)
        #expect(found.warnings.count == 2)
        #expect(found.warnings.first == "0.hcl:1:1: unknown configuration key \"nonsense\" is ignored")
    }

    @Test("operations with shares are opened by name; a mistyped name is refused")
    func unauthenticatedAccess() throws {
        #expect(try read(Self.small).unauthenticatedAccess == nil)
        let found = try read("enable_unauthenticated_access = [\"rekey\", \"generate-root\"]\n" + Self.small)
        #expect(found.unauthenticatedAccess == ["rekey", "generate-root"] && found.warnings.isEmpty)
        #expect(try read("enable_unauthenticated_access = []\n" + Self.small).unauthenticatedAccess == [])
        #expect(throws: ConfigurationError.self) {
            try read("enable_unauthenticated_access = [\"re-key\"]\n" + Self.small)
        }
    }

    @Test("lockout is set for all methods or for one, and turned off by the environment")
    func userLockout() throws {
        let text = """
            user_lockout "all" { lockout_duration = "10m" lockout_threshold = "25" }
            user_lockout "userpass" { lockout_threshold = 3 lockout_counter_reset = "1h" disable_lockout = false }

            """
        let found = try read(text + Self.small)
        #expect(found.warnings.isEmpty)
        #expect(found.userLockout["all"]?.threshold == 25)
        #expect(found.userLockout["all"]?.duration == .seconds(600))
        #expect(found.userLockout["userpass"]?.threshold == 3)
        #expect(found.userLockout["userpass"]?.counterReset == .seconds(3600))
        #expect(found.userLockout["userpass"]?.duration == nil)
        #expect(!found.disablesUserLockout)
        #expect(try read(Self.small, environment: ["VAULT_DISABLE_USER_LOCKOUT": "true"]).disablesUserLockout)
    }

    @Test("seals are read with their names, priorities and whatever else they say")
    func seals() throws {
        let found = try read(
            Self.small
                + """

                seal "transit" { address = "https://a" priority = "1" name = "a" }
                seal "transit" { address = "https://b" priority = 2 name = "b" }
                seal "awskms" { kms_key_id = "k" disabled = "true" }
                seal "shamir" {}
                """)
        #expect(found.seals.map(\.name) == ["a", "b", "awskms"])
        #expect(found.seals.map(\.priority) == [1, 2, 1])
        #expect(found.seals.map(\.isDisabled) == [false, false, true])
        #expect(found.seals[2].options == ["kms_key_id": "k"])
        #expect(try read(Self.small, environment: ["VAULT_SEAL_TYPE": "transit"]).seals.map(\.type) == ["transit"])
        #expect(try read(Self.small, environment: ["VAULT_SEAL_TYPE": "shamir"]).seals.isEmpty)
    }

    @Test(
        "what cannot be used says where and why",
        arguments: [
            ("log_level = \"info\"\nlog_level = \"warn\"", "0.hcl: At 2:1: "),
            ("seal {}", "0.hcl: At 1:1: "),
            ("seal \"static\" {}\nseal \"static\" {}", "0.hcl: At 2:1: several seals of one type need a name each"),
            ("seal \"static\" { priority = 0 }", "0.hcl: At 1:17: priority must be at least 1"),
            ("user_lockout \"github\" {}", "0.hcl: At 1:1: user_lockout is for one of all, userpass, ldap, approle"),
            ("user_lockout \"all\" { lockout_threshold = \"many\" }", "0.hcl: At 1:22: expected an integer"),
            ("storage \"consul\" {}", "0.hcl: At 1:1: "),
            ("storage \"sqlite\" {}", "0.hcl: At 1:1: 'path' must be set"),
            ("storage \"raft\" { path = \"/d\" retry_join {} }", "0.hcl: At 1:30: "),
            ("listener \"tcp\" { address = \"127.0.0.1:8200\" }", "0.hcl: At 1:1: 'tls_cert_file'"),
            ("listener \"tcp\" { address = \"{{ GetPrivateIP }}:8200\" tls_disable = true }", "0.hcl: At 1:1: "),
            ("listener \"tcp\" { chroot_namespace = \"a\" }", "0.hcl: At 1:18: "),
            ("listener \"udp\" {}", "0.hcl: At 1:1: "),
            ("listener \"tcp\" {", "0.hcl: At 1:16: "),
            ("default_lease_ttl = \"soon\"", "0.hcl: At 1:1: expected a duration"),
            ("", "A storage backend must be specified"),
            ("storage \"inmem\" {}", "at least one listener must be specified"),
        ])
    func refused(text: String, start: String) {
        #expect {
            _ = try read(text)
        } throws: { error in
            (error as? ConfigurationError)?.description.hasPrefix(start) == true
        }
    }

    @Test("no message repeats a value of the file")
    func canaries() {
        for text in ["default_lease_ttl = \"canary-1\"", "log_level = \"canary-2\"\n" + Self.small, "x = \"canary-3"] {
            #expect {
                _ = try read(text)
            } throws: { error in
                !"\(error)".contains("canary")
            }
        }
    }

    @Test("every prefix of a file is read or refused")
    func prefixes() {
        for count in 0..<Self.small.utf8.count {
            let part = String(decoding: Self.small.utf8.prefix(count), as: UTF8.self)
            #expect((try? read(part)) == nil)
        }
    }
}

@Suite struct HostPortTests {
    @Test("addresses")
    func addresses() {
        #expect(HostPort.parse("127.0.0.1:8200")?.port == 8200)
        #expect(HostPort.parse(":8200")?.host == "0.0.0.0")
        #expect(HostPort.parse("[::1]:8200")?.host == "::1")
        for bad in ["", "8200", "host", "host:", "host:x", "host:70000", "::1:8200", "a b:1"] {
            #expect(HostPort.parse(bad) == nil)
        }
    }
}
