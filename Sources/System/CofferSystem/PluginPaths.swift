internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// `sys/plugins/catalog`, `pins` and `runtimes`: what is built in. Nothing can be added:
/// no request and no stored entry ever names a program to run.
struct PluginPaths {
    let core: Core

    private static let refusal = EngineError.badRequest(
        "external plugins are not supported: this server runs only what is built in")

    private static let types = ["auth", "database", "secret"]

    /// Accepted so that no warning hides the refusal.
    struct Input: Sendable {
        var ignored = JSON.null

        static func schema(_ names: [String]) -> Schema<Input> {
            Schema({ Input() }, names.map { Field($0, \.ignored, "Of an external plugin; refused.") })
        }
    }

    private static let pluginFields = Input.schema(["sha256", "command", "args", "env", "version", "oci_image"])
    private static let runtimeFields = Input.schema([
        "oci_runtime", "cgroup_parent", "cpu_nanos", "memory_bytes", "rootless",
    ])

    private static let sudo = PathTraits.traits { $0.sudo = [.read, .update, .delete, .list] }

    var paths: [Path] { [catalog, byType, one, old, pins, pin, runtimes, runtime] }

    private struct Plugin {
        let name: String
        let version: String
    }

    /// Built-ins of a type, by name.
    private func builtIn(_ type: String) -> [Plugin] {
        let engines = core.configuration.engines.filter { !$0.isBuiltIn }
        let plugins =
            type == "database"
            ? engines.flatMap { kind in kind.databasePlugins.map { Plugin(name: $0, version: kind.version) } }
            : engines.filter { $0.class.rawValue == type }.map { Plugin(name: $0.type, version: $0.version) }
        return plugins.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private var catalog: Path {
        Path(
            "plugins/catalog", "List all plugins.",
            [
                Verb(.read, "plugins-catalog-list-plugins", "List all plugins.") { _ in
                    var object = JSONObject()
                    var detailed: [JSON] = []
                    for type in Self.types {
                        let plugins = builtIn(type)
                        if !plugins.isEmpty { object[type] = .strings(plugins.map(\.name)) }
                        detailed += plugins.map { plugin in
                            [
                                "builtin": true, "deprecation_status": "supported", "name": .string(plugin.name),
                                "type": .string(type), "version": .string(plugin.version),
                            ]
                        }
                    }
                    object["detailed"] = .array(detailed)
                    return .data(object)
                }
            ])
    }

    private var byType: Path {
        Path(
            "plugins/catalog/:type", "List the plugins of a type.", captures: ["type": "auth, database or secret."],
            traits: Self.sudo,
            [
                Verb(
                    .list, "plugins-catalog-list-plugins-with-type", "List the plugins of a type.", Page.schema
                ) { call, page in
                    let type = call.capture("type")
                    guard Self.types.contains(type) else {
                        throw EngineError.badRequest("unsupported plugin type; use auth, database or secret")
                    }
                    return .data(["keys": .strings(page.part(of: builtIn(type).map(\.name)))])
                }
            ])
    }

    private var one: Path {
        plugin(
            "plugins/catalog/:type/:name", suffix: "-with-type",
            captures: ["type": "auth, database or secret.", "name": "Name of the plugin."])
    }

    private var old: Path {
        plugin("plugins/catalog/:name", suffix: "", captures: ["name": "Name of the plugin."])
    }

    private func plugin(_ pattern: String, suffix: String, captures: [String: String]) -> Path {
        Path(
            pattern, "A plugin.", captures: captures, traits: Self.sudo,
            [
                Verb(.read, "plugins-catalog-read-plugin-configuration" + suffix, "Read a plugin.") { call in
                    let types = call.capture("type").isEmpty ? Self.types : [call.capture("type")]
                    let found = types.flatMap { builtIn($0) }.first { $0.name == call.capture("name") }
                    guard let found else { throw EngineError.notFound }
                    return .data([
                        "args": [], "builtin": true, "command": "", "deprecation_status": "supported",
                        "name": .string(found.name), "sha256": "", "version": .string(found.version),
                    ])
                },
                Verb(
                    .update, "plugins-catalog-register-plugin" + suffix, "Refused: external plugins are not run.",
                    Self.pluginFields
                ) { _, _ in throw Self.refusal },
                Verb(
                    .delete, "plugins-catalog-remove-plugin" + suffix, "Without effect: built-ins stay."
                ) { _ in .empty },
            ])
    }

    private var pins: Path {
        Path(
            "plugins/pins", "List pinned versions.",
            [
                Verb(.read, "plugins-catalog-pins-list-pinned-versions", "List pinned versions.") { _ in
                    .data(["pinned_versions": []])
                }
            ])
    }

    private var pin: Path {
        Path(
            "plugins/pins/:type/:name", "A pinned version.",
            captures: ["type": "auth, database or secret.", "name": "Name of the plugin."], traits: Self.sudo,
            [
                Verb(.read, "plugins-catalog-pins-read-pinned-version", "Read a pinned version.") { _ in
                    throw EngineError.notFound
                },
                Verb(
                    .update, "plugins-catalog-pins-create-pinned-version", "Refused: external plugins are not run.",
                    Self.pluginFields
                ) { _, _ in throw Self.refusal },
                Verb(.delete, "plugins-catalog-pins-remove-pinned-version", "Remove a pinned version.") { _ in .empty },
            ])
    }

    private var runtimes: Path {
        Path(
            "plugins/runtimes/catalog", "List plugin runtimes.", traits: Self.sudo,
            [
                Verb(.list, "plugins-runtimes-catalog-list-plugins-runtimes", "List plugin runtimes.") { _ in
                    .data(["runtimes": []])
                }
            ])
    }

    private var runtime: Path {
        Path(
            "plugins/runtimes/catalog/:type/:name", "A plugin runtime.",
            captures: ["type": "Type of the runtime.", "name": "Name of the runtime."], traits: Self.sudo,
            [
                Verb(.read, "plugins-runtimes-catalog-read-plugin-runtime-configuration", "Read a runtime.") { _ in
                    throw EngineError.notFound
                },
                Verb(
                    .update, "plugins-runtimes-catalog-register-plugin-runtime",
                    "Refused: external plugins are not run.", Self.runtimeFields
                ) { _, _ in throw Self.refusal },
                Verb(
                    .delete, "plugins-runtimes-catalog-remove-plugin-runtime", "Without effect: there are none."
                ) { _ in .empty },
            ])
    }
}
