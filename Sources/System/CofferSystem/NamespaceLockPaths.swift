internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import NamespaceService

/// `sys/namespaces/api-lock`: shuts a namespace, and all below it, to everybody.
struct NamespaceLockPaths {
    let core: Core

    struct Input: Sendable {
        var key = ""

        static let schema = Schema<Input>(
            { Input() },
            [Field("unlock_key", \.key, "Key that the lock was answered with; not needed with sudo.").secret])
    }

    private static let help = ["path": "Path of a namespace below this one."]

    /// Sudo is asked about, not required: it stands in for the key.
    var paths: [Path] {
        let lock: @Sendable (Call) async throws -> Reply = { call in
            let namespace = try find(call)
            let key = try await core.open().namespaces.lock(namespace, random: call.random)
            return .data(["unlock_key": .string(key)])
        }
        let unlock: @Sendable (Call, Input) async throws -> Reply = { call, input in
            let namespace = try find(call)
            let hasSudo = call.caller?.hasSudo == true
            if input.key.isEmpty && !hasSudo { throw NamespaceTexts.emptyKey }
            try await core.open().namespaces.unlock(namespace, key: input.key.isEmpty ? nil : input.key)
            return input.key.isEmpty ? Reply.empty.warning("Namespace unlocked using sudo capabilities") : .empty
        }
        let open = PathTraits.traits { $0.worksWhenLocked = true }
        return [
            Path(
                "namespaces/api-lock/lock", "Lock the API of this namespace.",
                [Verb(.update, "write-namespaces-api-lock-lock", "Lock the API of this namespace.", lock)]),
            Path(
                "namespaces/api-lock/lock/*path", "Lock the API of a namespace below this one.", captures: Self.help,
                [Verb(.update, "write-namespaces-api-lock-lock-path", "Lock the API of a namespace.", lock)]),
            Path(
                "namespaces/api-lock/unlock", "Unlock the API of this namespace.", traits: open,
                [
                    Verb(
                        .update, "write-namespaces-api-lock-unlock", "Unlock the API of this namespace.", Input.schema,
                        unlock)
                ]),
            Path(
                "namespaces/api-lock/unlock/*path", "Unlock the API of a namespace below this one.",
                captures: Self.help, traits: open,
                [
                    Verb(
                        .update, "write-namespaces-api-lock-unlock-path", "Unlock the API of a namespace.",
                        Input.schema, unlock)
                ]),
        ]
    }

    private func find(_ call: Call) throws -> Namespace {
        let name = call.capture("path")
        let path = try call.namespace.path + (name.isEmpty ? "" : NamespaceNames.path(name) + "/")
        if path.isEmpty { throw NamespaceTexts.rootLock }
        guard let namespace = try core.open().namespaces.table[path] else { throw NamespaceTexts.unknown }
        return namespace
    }
}
