internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService

/// `sys/internal/specs/openapi`: the API described by itself.
struct SpecificationPaths {
    let core: Core

    struct Input: Sendable {
        var generic = false
        var context = ""

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("generic_mount_paths", \.generic, "Name mounts by parameters instead of their paths."),
                Field("context", \.context, "Context of the request; without effect."),
            ])
    }

    var paths: [Path] {
        let handler: @Sendable (Call, Input) async throws -> Reply = { call, input in
            .bare(
                OpenAPIDocument(try mounts(generic: input.generic, in: call.namespace)).json(
                    version: core.configuration.reportedVersion))
        }
        return [
            Path(
                "internal/specs/openapi", "The OpenAPI document of all mounts.",
                traits: .traits {
                    $0.unauthenticated = [.read]
                    $0.isNeverWrapped = true
                },
                [
                    Verb(
                        .read, "internal-generate-open-api-document", "The OpenAPI document of all mounts.",
                        Input.schema, handler),
                    Verb(
                        .update, "internal-generate-open-api-document-with-parameters",
                        "The OpenAPI document of all mounts.", Input.schema, handler),
                ])
        ]
    }

    private func mounts(generic: Bool, in namespace: NamespaceReference) throws -> [OpenAPIDocument.Mount] {
        try core.open().mounts.routes(in: namespace).routes.map { route in
            let path = String(route.mount.path.dropLast())
            let name = route.entry.type == "kv" ? "kv-v\(route.entry.options["version"] ?? "1")" : route.entry.type
            let type = route.entry.type
            let tag =
                route.entry.class == .auth ? "auth" : ["system", "identity"].contains(type) ? type : "secrets"
            let idPrefix = type == "system" || type == "identity" ? "" : name
            guard generic, !route.kind.isBuiltIn else {
                return .init(prefix: path, tag: tag, idPrefix: idPrefix, table: route.engine.paths)
            }
            let parameter = name.map { $0 == "-" ? "_" : String($0) }.joined() + "_mount_path"
            let prefix = (route.entry.class == .auth ? "auth/" : "") + "{\(parameter)}"
            return .init(
                prefix: prefix, parameter: (parameter, name), tag: tag, idPrefix: idPrefix,
                table: route.engine.paths)
        }
    }
}
