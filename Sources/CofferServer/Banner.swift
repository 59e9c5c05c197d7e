internal import CofferConfig
internal import CofferCore
internal import CofferStorage

/// What the server prints before it logs; scripts and test frameworks search it.
enum Banner {
    static func text(_ configuration: ServerConfiguration, _ server: RunningServer) -> String {
        var rows: [(String, String)] = []
        let api = configuration.apiAddress.isEmpty ? server.addresses.first ?? "" : configuration.apiAddress
        rows.append(("Api Address", api))
        for (index, address) in server.addresses.enumerated() {
            let isUnix = address.hasPrefix("unix://")
            let tls = address.hasPrefix("https") ? "enabled" : "disabled"
            let place = address.split(separator: "/").dropFirst().joined(separator: "/")
            rows.append(("Listener \(index + 1)", "\(isUnix ? "unix" : "tcp") (addr: \"\(place)\", tls: \"\(tls)\")"))
        }
        rows.append(("Log Level", configuration.logLevel))
        rows.append(("Storage", server.storage.type))
        rows.append(
            (
                "Version",
                "Coffer v\(RunningServer.version), compatible with Vault v\(server.core.configuration.reportedVersion)"
            ))
        let width = (rows.map { $0.0.count }.max() ?? 0) + 8
        let lines = rows.map { name, value in
            String(repeating: " ", count: width - name.count) + "\(name): \(value)"
        }
        return "==> Vault server configuration:\n\n" + lines.joined(separator: "\n")
            + "\n\n==> Vault server started! Log data will stream in below:\n"
    }
}
