internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// What the server is and does: versions, requests in flight, configuration.
struct ServerStatePaths {
    let core: Core

    var paths: [Path] { [history, inFlight, configuration, reload] }

    private var history: Path {
        Path(
            "version-history", "The versions that have served this storage.",
            [
                Verb(.list, "version-history", "The versions that have served this storage.", Page.schema) {
                    _, page in
                    let entries = try await VersionHistory(storage: core.open().barrier).entries()
                    var info = JSONObject()
                    var previous: JSON = .null
                    for entry in entries {
                        info[entry.version] = [
                            "build_date": .string(entry.buildDate), "previous_version": previous,
                            "timestamp_installed": .string(entry.installed.rfc3339),
                        ]
                        previous = .string(entry.version)
                    }
                    // In the order of their time: a page starts after a version, wherever it stands.
                    var names = entries.map(\.version)
                    if let place = names.firstIndex(of: page.after) { names.removeSubrange(...place) }
                    names = Array(names.prefix(page.maximum ?? .max))
                    for name in info.keys where !names.contains(name) { info[name] = nil }
                    return .data(["keys": .strings(names), "key_info": .object(info)])
                }
            ])
    }

    private var inFlight: Path {
        Path(
            "in-flight-req", "The requests that are being served.",
            traits: .traits {
                $0.isLocalOnly = true
                $0.isNeverWrapped = true
                $0.openedBy = "in-flight-req"
            },
            [
                Verb(.read, "collect-in-flight-request-information", "The requests that are being served.") { _ in
                    var object = JSONObject()
                    for entry in core.inFlight.entries {
                        object.append(
                            entry.id,
                            [
                                "start_time": .string(entry.startTime.rfc3339),
                                "client_remote_address": .string(entry.remoteAddress),
                                "request_path": .string(entry.path), "request_method": .string(entry.method),
                                "client_id": "",
                            ])
                    }
                    return .bare(.object(object))
                }
            ])
    }

    private var configuration: Path {
        Path(
            "config/state/sanitized", "The configuration without anything secret.",
            traits: .traits { $0.isLocalOnly = true },
            [
                Verb(
                    .read, "read-sanitized-configuration-state", "The configuration without anything secret."
                ) { _ in .data(core.controls.sanitizedConfiguration.value) }
            ])
    }

    private var reload: Path {
        Path(
            "config/reload/:subsystem", "Read a part of the configuration anew.",
            captures: ["subsystem": "What to read anew: license (without effect), listener or audit."],
            [
                Verb(.update, "reload-subsystem", "Read a part of the configuration anew.") { call in
                    let name = call.capture("subsystem")
                    if name == "license" { return .empty }
                    guard let reload = core.controls.reloads.value[name] else {
                        throw EngineError.badRequest("unknown subsystem; use license, listener or audit")
                    }
                    reload()
                    return .empty
                }
            ])
    }
}
