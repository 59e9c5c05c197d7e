internal import AuditService
internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// `sys/config/auditing/request-headers`: the request headers that audit lines show.
struct AuditHeaderPaths {
    let core: Core

    struct Input: Sendable {
        var isHashed = false

        static let schema = Schema<Input>(
            { Input() }, [Field("hmac", \.isHashed, "Show only a hash of the header's value.")])
    }

    var paths: [Path] {
        [
            Path(
                "config/auditing/request-headers", "List the request headers that are audited.",
                traits: .traits {
                    $0.sudo = [.read]
                    $0.isDoubled = true
                },
                [
                    Verb(.read, "auditing-list-request-headers", "List the request headers that are audited.") { _ in
                        var headers = JSONObject()
                        for setting in try core.open().audit.headers.all {
                            headers[setting.name] = Self.wire(setting)
                        }
                        return .data(["headers": .object(headers)])
                    }
                ]),
            Path(
                "config/auditing/request-headers/:header", "Audit a request header, or no longer.",
                captures: ["header": "The name of the header."],
                traits: .traits {
                    $0.sudo = [.read, .update, .delete]
                    $0.isDoubled = true
                },
                [read, enable, disable]),
        ]
    }

    private var read: Verb {
        Verb(.read, "auditing-read-request-header-information", "How a request header is audited.") { call in
            guard let setting = try core.open().audit.headers[call.capture("header")] else {
                throw EngineError.badRequest("Could not find header in config")
            }
            return .data([setting.name: Self.wire(setting)])
        }
    }

    private var enable: Verb {
        Verb(.update, "auditing-enable-request-header", "Audit a request header.", Input.schema) { call, input in
            try await core.open().audit.headers.enable(call.capture("header"), isHashed: input.isHashed)
            return .empty
        }
    }

    private var disable: Verb {
        Verb(.delete, "auditing-disable-request-header", "Audit a request header no longer.") { call in
            try await core.open().audit.headers.disable(call.capture("header"))
            return .empty
        }
    }

    private static func wire(_ setting: AuditedHeaders.Setting) -> JSON { ["hmac": .bool(setting.isHashed)] }
}
