internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService
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
                    Verb(.read, "mounts-list-secrets-engines", "List the mounted secrets engines.") { _ in
                        .data(try core.describeMounts(.secret))
                    }
                ]),
            Path(
                "mounts/*path/tune", "Settings of a secrets engine.",
                captures: ["path": "The path of the mount, for example \"aws/east\"."],
                traits: .traits { $0.isDoubled = true },
                [
                    Verb(.read, "mounts-read-tuning-information", "Read the settings of a secrets engine.") { call in
                        .data(try core.tuning(of: call.capture("path") + "/"))
                    },
                    Verb(
                        .update, "mounts-tune-configuration-parameters", "Change the settings of a secrets engine.",
                        input: TuneInput.descriptors
                    ) { call in
                        try await core.tune(call.capture("path") + "/", call.fields)
                    },
                ]),
            Path(
                "mounts/*path", "Enable, read or disable a secrets engine.",
                captures: ["path": "The path to mount to, for example \"aws/east\"."],
                traits: .traits { $0.isDoubled = true },
                [
                    Verb(.read, "mounts-read-configuration", "Read a mount.") { call in
                        .data(try core.describeMount(call.capture("path") + "/"))
                    },
                    Verb(
                        .update, "mounts-enable-secrets-engine", "Enable a secrets engine.", EnableInput.schema
                    ) { call, input in
                        try await core.enable(try input.entry(path: call.capture("path"), class: .secret))
                    },
                    Verb(.delete, "mounts-disable-secrets-engine", "Disable a secrets engine.") { call in
                        try await core.disable(call.capture("path") + "/")
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
                    Verb(.read, "auth-list-enabled-methods", "List the enabled auth methods.") { _ in
                        .data(try core.describeMounts(.auth))
                    }
                ]),
            Path(
                "auth/*path/tune", "Settings of an auth method.",
                captures: ["path": "The path of the auth method."], traits: sudo,
                [
                    Verb(.read, "auth-read-tuning-information", "Read the settings of an auth method.") { call in
                        .data(try core.tuning(of: "auth/" + call.capture("path") + "/"))
                    },
                    Verb(
                        .update, "auth-tune-configuration-parameters", "Change the settings of an auth method.",
                        input: TuneInput.descriptors
                    ) { call in
                        try await core.tune("auth/" + call.capture("path") + "/", call.fields)
                    },
                ]),
            Path(
                "auth/*path", "Enable, read or disable an auth method.",
                captures: ["path": "The path to enable at, for example \"userpass\"."], traits: sudo,
                [
                    Verb(.read, "auth-read-configuration", "Read an auth method.") { call in
                        .data(try core.describeMount("auth/" + call.capture("path") + "/"))
                    },
                    Verb(.update, "auth-enable-method", "Enable an auth method.", EnableInput.schema) { call, input in
                        try await core.enable(try input.entry(path: call.capture("path"), class: .auth))
                    },
                    Verb(.delete, "auth-disable-method", "Disable an auth method.") { call in
                        try await core.disable("auth/" + call.capture("path") + "/")
                    },
                ]),
        ]
    }
}

extension Core {
    func describeMounts(_ mountClass: EngineKind.Class) throws -> JSONObject {
        var object = JSONObject()
        for route in try open().mounts.routes.routes where route.entry.class == mountClass {
            object[route.entry.path] = .object(describe(route))
        }
        return object
    }

    func describe(_ route: Route) -> JSONObject {
        route.entry.shown(version: route.kind.version, isBuiltIn: route.kind.isBuiltIn)
    }

    func describeMount(_ fullPath: String) throws -> JSONObject {
        guard let route = try open().mounts.routes[Self.clean(fullPath)] else {
            throw EngineError.badRequest("No secret engine mount at \(Self.plain(fullPath))")
        }
        return describe(route)
    }

    func tuning(of fullPath: String) throws -> JSONObject {
        guard let route = try open().mounts.routes[Self.clean(fullPath)] else {
            throw EngineError.badRequest("cannot fetch sysview for path \"\(Self.plain(fullPath))\"")
        }
        return route.entry.tuning(route.mount)
    }

    func tune(_ fullPath: String, _ fields: JSONObject) async throws -> Reply {
        guard try open().mounts.routes[Self.clean(fullPath)] != nil else {
            throw EngineError.badRequest("tune of path \"\(Self.plain(fullPath))\" failed: no mount entry found")
        }
        _ = try await open().mounts.update(Self.clean(fullPath)) { entry in
            try TuneInput.apply(fields, to: &entry)
            try checkVersion(of: entry)
        }
        return .empty
    }

    private func checkVersion(of entry: MountEntry) throws(EngineError) {
        let kind = configuration.engines.first { $0.type == entry.type && $0.class == entry.class }
        if let kind { try TuneInput.checkVersion(entry.configuration.pluginVersion, of: kind) }
    }

    func enable(_ entry: MountEntry) async throws -> Reply {
        try checkVersion(of: entry)
        _ = try await open().mounts.enable(entry)
        return .empty
    }

    /// Disabling what is not there is no error, as in Vault.
    func disable(_ fullPath: String) async throws -> Reply {
        let services = try open()
        let path = Self.clean(fullPath)
        if let entry = try await services.mounts.beginRemoval(of: path) {
            try await services.quotas.mountRemoved(path)
            try await services.engineLeases.revokeAll(below: path)
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
