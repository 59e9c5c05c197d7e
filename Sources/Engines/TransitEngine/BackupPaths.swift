internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// Whole keys out of the server and back, in Vault's form.
struct BackupPaths: Sendable {
    let keys: KeyStore

    var paths: [Path] { [backupPath, restorePath("", "restore-key"), restorePath("/:name", "restore-and-rename-key")] }

    private var backupPath: Path {
        Path(
            "backup/:name", "A key with all its versions, in clear.",
            description: "Only for keys whose settings allow both export and plaintext backups.",
            captures: Path.transitCaptures,
            [Verb(.read, "back-up-key", "Back a key up.", backUp)])
    }

    @Sendable private func backUp(_ call: Call) async throws -> Reply {
        let name = call.capture("name")
        let backup = try await keys.change(name, in: call.storage) { key, transaction in
            guard var found = key else { throw TransitErrors.backupOfNothing(name) }
            if found.isSoftDeleted { throw TransitErrors.softDeleted }
            guard found.isExportable else { throw TransitErrors.backupNotExportable }
            guard found.allowsPlaintextBackup else { throw TransitErrors.plaintextBackupForbidden }
            found.backupTime = call.now.nanoseconds
            found.backupVersion = found.latest
            key = found
            return Backup(
                key: found, versions: try await transaction.versions(found.oldest...found.latest, of: found))
        }
        return .data(["backup": .string(try backup.encoded())])
    }

    struct RestoreInput: Sendable {
        var backup = ""
        var isForced = false

        static let schema = Schema<RestoreInput>(
            { RestoreInput() },
            [
                Field("backup", \.backup, "What `backup` answered.").secret,
                Field("force", \.isForced, "Whether a key of the same name is replaced."),
            ])
    }

    private func restorePath(_ tail: String, _ id: String) -> Path {
        Path(
            "restore" + tail, "Bring back a key that was backed up.",
            captures: ["name": "The key's new name; its own when not given."],
            [Verb(.update, id, "Restore a key.", RestoreInput.schema, restore)])
    }

    @Sendable private func restore(_ call: Call, _ input: RestoreInput) async throws -> Reply {
        if input.backup.isEmpty { throw TransitErrors.noBackup }
        let backup = try Backup(encoded: input.backup)
        var restored = backup.key
        if !call.capture("name").isEmpty { restored.name = call.capture("name") }
        // The name comes from outside, and becomes part of a storage key.
        guard PathPattern(":name").match(restored.name) != nil else { throw TransitErrors.unreadableBackup }
        restored.restoreTime = call.now.nanoseconds
        restored.restoreVersion = restored.latest
        let key = restored
        try await keys.change(key.name, in: call.storage) { current, transaction in
            if let old = current {
                guard input.isForced else { throw TransitErrors.restoreOverExisting(key.name) }
                transaction.deleteVersions(old.oldest..<old.latest + 1, of: old)
            }
            for (number, version) in backup.versions { try transaction.put(version, number, of: key) }
            current = key
        }
        return .empty
    }
}
