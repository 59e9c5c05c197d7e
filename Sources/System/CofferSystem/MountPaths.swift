internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService
internal import NamespaceService
internal import QuotaService
internal import TokenService

/// `sys/mounts`: the secrets engines.
struct MountPaths {
    let core: Core

    var paths: [Path] {
        [
            Path(
                "mounts", "List the mounted secrets engines.", traits: .traits { $0.isDoubled = true },
                [
                    Verb(.read, "mounts-list-secrets-engines", "List the mounted secrets engines.") { call in
                        .data(try core.describeMounts(.secret, in: call.namespace))
                    }
                ]),
            Path(
                "mounts/*path/tune", "Settings of a secrets engine.",
                captures: ["path": "The path of the mount, for example \"aws/east\"."],
                traits: .traits { $0.isDoubled = true },
                [
                    Verb(.read, "mounts-read-tuning-information", "Read the settings of a secrets engine.") { call in
                        .data(try core.tuning(of: call.capture("path") + "/", in: call.namespace))
                    },
                    Verb(
                        .update, "mounts-tune-configuration-parameters", "Change the settings of a secrets engine.",
                        input: TuneInput.descriptors
                    ) { call in
                        try await core.tune(call.capture("path") + "/", call.fields, in: call.namespace)
                    },
                ]),
            Path(
                "mounts/*path", "Enable, read or disable a secrets engine.",
                captures: ["path": "The path to mount to, for example \"aws/east\"."],
                traits: .traits { $0.isDoubled = true },
                [
                    Verb(.read, "mounts-read-configuration", "Read a mount.") { call in
                        .data(try core.describeMount(call.capture("path") + "/", in: call.namespace))
                    },
                    Verb(
                        .update, "mounts-enable-secrets-engine", "Enable a secrets engine.", EnableInput.schema
                    ) { call, input in
                        try await core.enable(
                            try input.entry(path: call.capture("path"), class: .secret), in: call.namespace)
                    },
                    Verb(.delete, "mounts-disable-secrets-engine", "Disable a secrets engine.") { call in
                        try await core.disable(call.capture("path") + "/", in: call.namespace)
                    },
                ]),
        ]
    }
}

/// `sys/auth`: the auth methods.
struct AuthMountPaths {
    let core: Core

    var paths: [Path] {
        let sudo = PathTraits.traits {
            $0.isDoubled = true
            $0.sudo = [.read, .update, .delete]
        }
        return [
            Path(
                "auth", "List the enabled auth methods.", traits: .traits { $0.isDoubled = true },
                [
                    Verb(.read, "auth-list-enabled-methods", "List the enabled auth methods.") { call in
                        .data(try core.describeMounts(.auth, in: call.namespace))
                    }
                ]),
            Path(
                "auth/*path/tune", "Settings of an auth method.",
                captures: ["path": "The path of the auth method."], traits: sudo,
                [
                    Verb(.read, "auth-read-tuning-information", "Read the settings of an auth method.") { call in
                        .data(try core.tuning(of: "auth/" + call.capture("path") + "/", in: call.namespace))
                    },
                    Verb(
                        .update, "auth-tune-configuration-parameters", "Change the settings of an auth method.",
                        input: TuneInput.descriptors
                    ) { call in
                        try await core.tune("auth/" + call.capture("path") + "/", call.fields, in: call.namespace)
                    },
                ]),
            Path(
                "auth/*path", "Enable, read or disable an auth method.",
                captures: ["path": "The path to enable at, for example \"userpass\"."], traits: sudo,
                [
                    Verb(.read, "auth-read-configuration", "Read an auth method.") { call in
                        .data(try core.describeMount("auth/" + call.capture("path") + "/", in: call.namespace))
                    },
                    Verb(.update, "auth-enable-method", "Enable an auth method.", EnableInput.schema) { call, input in
                        try await core.enable(
                            try input.entry(path: call.capture("path"), class: .auth), in: call.namespace)
                    },
                    Verb(.delete, "auth-disable-method", "Disable an auth method.") { call in
                        try await core.disable("auth/" + call.capture("path") + "/", in: call.namespace)
                    },
                ]),
        ]
    }
}

extension Core {
    func describeMounts(_ mountClass: EngineKind.Class, in namespace: NamespaceReference) throws -> JSONObject {
        var object = JSONObject()
        for route in try open().mounts.routes(in: namespace).routes where route.entry.class == mountClass {
            object[route.entry.path] = .object(describe(route))
        }
        return object
    }

    func describe(_ route: Route) -> JSONObject {
        var object = route.entry.shown(version: route.kind.version, isBuiltIn: route.kind.isBuiltIn)
        // What clients know these mounts as below the root.
        if route.kind.isBuiltIn && !route.namespace.isRoot { object["type"] = .string("ns_" + route.entry.type) }
        return object
    }

    func describeMount(_ fullPath: String, in namespace: NamespaceReference) throws -> JSONObject {
        guard let route = try open().mounts.routes(in: namespace)[Self.clean(fullPath)] else {
            throw EngineError.badRequest("No secret engine mount at \(Self.plain(fullPath))")
        }
        return describe(route)
    }

    func tuning(of fullPath: String, in namespace: NamespaceReference) throws -> JSONObject {
        guard let route = try open().mounts.routes(in: namespace)[Self.clean(fullPath)] else {
            throw EngineError.badRequest("cannot fetch sysview for path \"\(Self.plain(fullPath))\"")
        }
        return route.entry.tuning(route.mount)
    }

    func tune(_ fullPath: String, _ fields: JSONObject, in namespace: NamespaceReference) async throws -> Reply {
        guard try open().mounts.routes(in: namespace)[Self.clean(fullPath)] != nil else {
            throw EngineError.badRequest("tune of path \"\(Self.plain(fullPath))\" failed: no mount entry found")
        }
        _ = try await open().mounts.update(Self.clean(fullPath), in: namespace) { entry in
            try TuneInput.apply(fields, to: &entry)
            try checkVersion(of: entry)
        }
        return .empty
    }

    private func checkVersion(of entry: MountEntry) throws(EngineError) {
        let kind = configuration.engines.first { $0.type == entry.type && $0.class == entry.class }
        if let kind { try TuneInput.checkVersion(entry.configuration.pluginVersion, of: kind) }
    }

    func enable(_ entry: MountEntry, in namespace: NamespaceReference) async throws -> Reply {
        try checkVersion(of: entry)
        let services = try open()
        if entry.class == .secret { try refuseNamespace(at: entry.path, in: namespace) }
        _ = try await services.mounts.enable(entry, in: namespace)
        return .empty
    }

    /// A mount must not take the requests of a namespace.
    func refuseNamespace(at path: String, in namespace: NamespaceReference) throws {
        let first = path.split(separator: "/").first.map { $0 + "/" } ?? ""
        if try open().namespaces.table[namespace.path + first] != nil {
            throw EngineError.badRequest("path is already in use at \(first)")
        }
    }

    /// Disabling what is not there is no error, as in Vault.
    func disable(_ fullPath: String, in namespace: NamespaceReference) async throws -> Reply {
        let services = try open()
        let path = Self.clean(fullPath)
        if let entry = try await services.mounts.beginRemoval(of: path, in: namespace) {
            try await services.quotas.mountRemoved(path, in: namespace.path)
            try await services.engineLeases.revokeAll(below: entry.leaseFolder)
            try await services.engineLeases.finishRemoval(of: entry)
        }
        return .empty
    }

    /// One final slash, whatever the caller wrote.
    static func clean(_ path: String) -> String {
        var path = path
        while path.hasSuffix("//") { path.removeLast() }
        return path
    }

    /// A path for an error text; it passed the canonical check, so it is printable.
    static func plain(_ path: String) -> String { String(clean(path).prefix(200)) }
}
