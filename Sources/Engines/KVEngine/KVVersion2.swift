package import CofferFramework

/// Secrets with versions: each write adds one, old ones can be read, deleted and brought back.
package struct KVVersion2: Engine {
    package let paths: PathTable

    package init() {
        let upgrade = Upgrade()
        paths = PathTable([
            Self.configuration(upgrade), Self.data(upgrade), Self.subkeys(upgrade),
            Self.versions(
                "delete", id: "delete-versions", "Mark versions as deleted; they can be brought back.",
                upgrade.before(VersionChanges.delete)),
            Self.versions(
                "undelete", id: "undelete-versions", "Bring deleted versions back.",
                upgrade.before(VersionChanges.undelete)),
            Self.versions(
                "destroy", id: "destroy-versions", "Remove the data of versions for good.",
                upgrade.before(VersionChanges.destroy)),
            Self.metadata(upgrade), Self.metadataRoot(upgrade), Self.detailed(upgrade), Self.invalid,
        ])
    }

    private static let captures = ["path": "Location of the secret."]

    private static func configuration(_ upgrade: Upgrade) -> Path {
        Path(
            "config", "Settings that apply to every secret of the mount.", traits: KV.readOnStandby,
            [
                Verb(
                    .read, "read-configuration", "Read the settings of the mount.", upgrade.before(MountSettings.read)),
                Verb(
                    writing: MountSettings.schema, "configure", "Change settings of the mount.",
                    upgrade.before(MountSettings.write)),
            ])
    }

    private static func data(_ upgrade: Upgrade) -> Path {
        Path(
            "data/*path", "Write, patch, read and delete the data of a secret.",
            description: "Each write and each patch makes a new version; the oldest versions beyond the limit are "
                + "removed for good. A delete marks the current version as deleted.",
            captures: captures, traits: KV.readOnStandby, exists: upgrade.existence,
            [
                Verb(
                    .read, "read", "Read a version of the secret, the current one by default.", ReadInput.schema,
                    upgrade.before(SecretVersions.read)),
                Verb(
                    .update, "write", "Write a new version of the secret.", WriteInput.schema,
                    upgrade.before(SecretVersions.write)),
                Verb(
                    .patch, "patch", "Write a new version: the current one with some fields changed.",
                    WriteInput.schema, upgrade.before(SecretVersions.patch)),
                Verb(
                    .delete, "delete", "Mark the current version as deleted; it can be brought back.",
                    upgrade.before(VersionChanges.deleteCurrent)),
            ])
    }

    private static func subkeys(_ upgrade: Upgrade) -> Path {
        Path(
            "subkeys/*path", "Read the names inside a secret without the values.", captures: captures,
            traits: KV.readOnStandby,
            [
                Verb(
                    .read, "read-subkeys", "Read the names inside a version of the secret.", SubkeysInput.schema,
                    upgrade.before(SecretVersions.subkeys))
            ])
    }

    private static func versions(
        _ word: String, id: String, _ summary: String,
        _ handler: @escaping @Sendable (Call, VersionsInput) async throws -> Reply
    ) -> Path {
        Path(
            "\(word)/*path", summary, captures: captures,
            [Verb(.update, id, summary, VersionsInput.schema, handler)])
    }

    private static func metadata(_ upgrade: Upgrade) -> Path {
        Path(
            "metadata/*path", "Settings and versions of a secret.", captures: captures, traits: KV.readOnStandby,
            exists: upgrade.existence,
            [
                Verb(
                    .read, "read-metadata", "Read the settings of the secret and what is known of its versions.",
                    upgrade.before(MetadataPaths.read)),
                Verb(
                    writing: SecretSettings.schema, "write-metadata", "Change settings of the secret.",
                    upgrade.before(MetadataPaths.write)),
                Verb(
                    .patch, "patch-metadata", "Change settings of an existing secret; null clears one.",
                    input: SecretSettings.schema.descriptors, upgrade.before(MetadataPaths.patch)),
                Verb(
                    .delete, "delete-metadata-and-all-versions", "Remove the secret with all its versions for good.",
                    upgrade.before(MetadataPaths.delete)),
                Verb(
                    .list, "list", "List the names below the path.", Page.schema, upgrade.before(MetadataPaths.list)),
                Verb(
                    .scan, "scan", "List the names of all secrets below the path.", Page.schema,
                    upgrade.before(MetadataPaths.scan)),
            ])
    }

    private static func metadataRoot(_ upgrade: Upgrade) -> Path {
        Path(
            "metadata", "Names of the secrets at the root of the mount.", traits: KV.readOnStandby,
            [
                Verb(
                    .list, "list-root", "List the names at the root of the mount.", Page.schema,
                    upgrade.before(MetadataPaths.list)),
                Verb(
                    .scan, "scan-root", "List the names of all secrets of the mount.", Page.schema,
                    upgrade.before(MetadataPaths.scan)),
            ])
    }

    /// As in OpenBao: a path of its own, so that a policy can give names without what is known of them.
    private static func detailed(_ upgrade: Upgrade) -> Path {
        Path(
            "detailed-metadata(/*path)", "Names of secrets with their settings and versions.", captures: captures,
            traits: KV.readOnStandby,
            [
                Verb(
                    .list, "list-detailed", "List the names below the path with what is known of each.", Page.schema,
                    upgrade.before(MetadataPaths.detailed(MetadataPaths.list))),
                Verb(
                    .scan, "scan-detailed", "The same at any depth.", Page.schema,
                    upgrade.before(MetadataPaths.detailed(MetadataPaths.scan))),
            ])
    }

    /// Clients written for version 1 end up here; they are told so in a form they parse (contract 1.5).
    private static let invalid = Path(
        "(*path)", "Requests without data/ or metadata/.", captures: captures,
        traits: .traits { $0.isFallback = true },
        ([.read, .update, .patch, .delete, .list] as [Operation]).map { operation in
            Verb(freeForm: operation, "refuse-\(operation.rawValue)", "Answer that the path is not valid.") { call, _ in
                var reply = Reply(.none, status: 404).warning(KVErrors.invalidPath)
                reply.headers.append(KVErrors.hint(mount: call.mount.path, path: call.capture("path")))
                return reply
            }
        })
}
