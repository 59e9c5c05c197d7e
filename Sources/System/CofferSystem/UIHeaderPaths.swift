internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `sys/config/ui/headers`: headers for the pages of a user interface.
struct UIHeaderPaths {
    let core: Core

    struct Input: Sendable {
        var values: [String] = []
        var multivalue = false

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("values", \.values, "Values of the header."),
                Field("multivalue", \.multivalue, "Read all values instead of the first."),
            ])
    }

    var paths: [Path] {
        let sudo = PathTraits.traits { $0.sudo = [.read, .update, .delete, .list] }
        return [
            Path(
                "config/ui/headers", "Headers of the user interface.", traits: sudo,
                [
                    Verb(.list, "ui-headers-list", "List the headers.", Page.schema) { _, page in
                        try .keys(try await headers().children(of: "", after: page.start, limit: page.maximum))
                    }
                ]),
            Path(
                "config/ui/headers/:header", "A header of the user interface.",
                captures: ["header": "Name of the header."], traits: sudo,
                [
                    Verb(.read, "ui-headers-read-configuration", "Read a header.", Input.schema) { call, input in
                        try await read(call, input)
                    },
                    Verb(.update, "ui-headers-configure", "Set a header.", Input.schema) { call, input in
                        try await write(call, input)
                    },
                    Verb(.delete, "ui-headers-delete-configuration", "Remove a header.") { call in
                        try await headers().delete(Self.key(call))
                        return .empty
                    },
                ]),
        ]
    }

    private func headers() throws -> StorageView { StorageView(try core.open().barrier, prefix: "sys/config/ui/") }

    private static func key(_ call: Call) -> StorageKey { StorageKey(call.capture("header").lowercased()) }

    private func read(_ call: Call, _ input: Input) async throws -> Reply {
        guard let stored = try await headers().get(Self.key(call)) else { throw EngineError.notFound }
        let values = try JSON.parse(stored).arrayValue ?? []
        return .data(input.multivalue ? ["values": .array(values)] : ["value": values.first ?? ""])
    }

    private func write(_ call: Call, _ input: Input) async throws -> Reply {
        if call.capture("header").lowercased().hasPrefix("x-vault-") {
            throw EngineError.badRequest("X-Vault headers cannot be set")
        }
        if input.values.isEmpty { throw EngineError.badRequest("missing values") }
        // A line break in a value would make two headers of one.
        guard input.values.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }) else {
            throw EngineError.badRequest("a value holds a character that no header may have")
        }
        try await headers().put(Self.key(call), JSON.strings(input.values).serialized())
        return .empty
    }
}
