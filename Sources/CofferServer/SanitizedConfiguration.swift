internal import CofferBase
internal import CofferConfig
internal import CofferHTTP
internal import CofferJSON

/// The configuration as `sys/config/state/sanitized` shows it: nothing in it is secret.
enum SanitizedConfiguration {
    static func object(_ configuration: ServerConfiguration) -> JSONObject {
        var object = fixed(configuration)
        if configuration.seals.isEmpty { return object }
        object["seals"] = .array(
            configuration.seals.map { seal in
                [
                    "type": .string(seal.type), "name": .string(seal.name), "priority": .int(seal.priority),
                    "disabled": .bool(seal.isDisabled),
                ]
            })
        return object
    }

    private static func fixed(_ configuration: ServerConfiguration) -> JSONObject {
        [
            "api_addr": .string(configuration.apiAddress), "cluster_addr": .string(configuration.clusterAddress),
            "cluster_name": .string(configuration.clusterName),
            "default_lease_ttl": .int(configuration.defaultLeaseTTL.wholeSeconds),
            "max_lease_ttl": .int(configuration.maximumLeaseTTL.wholeSeconds),
            "log_format": .string(configuration.logFormat), "log_level": .string(configuration.logLevel),
            "pid_file": .string(configuration.pidFile),
            "raw_storage_endpoint": .bool(configuration.hasRawStorageEndpoint),
            "listeners": .array(configuration.listeners.map(listener)),
            "storage": .object(storage(configuration)),
        ]
    }

    /// Host and port of the cluster address; the API's with the next port when none is configured.
    static func clusterAddress(_ configuration: ServerConfiguration) -> String {
        var address = configuration.clusterAddress[...]
        for scheme in ["https://", "http://"] where address.hasPrefix(scheme) {
            address = address.dropFirst(scheme.count)
        }
        if !address.isEmpty { return String(address) }
        if let api = ClusterAddress(configuration.apiAddress), api.port < 65535 { return "\(api.host):\(api.port + 1)" }
        guard case .tcp(let host, let port)? = configuration.listeners.first?.address else { return "" }
        return "\(host):\(port + 1)"
    }

    private static func listener(_ listener: ListenerSettings) -> JSON {
        switch listener.address {
        case .tcp(let host, let port):
            let address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            var config: JSONObject = ["address": .string(address), "tls_disable": .bool(listener.tls == nil)]
            if let proxy = listener.proxyProtocol {
                config["proxy_protocol_behavior"] = .string(proxy.behavior.rawValue)
                config["proxy_protocol_authorized_addrs"] = .array(proxy.authorized.map { .string($0) })
            }
            return ["type": "tcp", "config": .object(config)]
        case .unix(let path, _): return ["type": "unix", "config": ["address": .string(path)]]
        }
    }

    private static func storage(_ configuration: ServerConfiguration) -> JSONObject {
        let type: String =
            switch configuration.storage?.kind {
            case nil, .memory?: "inmem"
            case .sqlite?: "sqlite"
            case .postgresql?: "postgresql"
            case .etcd?: "etcd"
            }
        return [
            "type": .string(type), "redirect_addr": .string(configuration.apiAddress),
            "cluster_addr": .string(configuration.clusterAddress),
            "disable_clustering": .bool(configuration.disablesClustering),
        ]
    }
}
