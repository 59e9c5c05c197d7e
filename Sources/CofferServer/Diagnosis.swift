internal import CofferBarrier
internal import CofferConfig
internal import CofferHTTP
internal import CofferStorage
internal import Glibc

/// The checks of `operator diagnose`, in the order of a start.
struct Diagnosis: Sendable {
    let paths: [String]
    let environment: [String: String]
    /// Names of checks that are left out.
    let skipped: [String]

    func report() async -> Finding {
        var parts = [check("Check Operating System") { Finding("", .success, parts: [openFiles]) }]
        let configuration: ServerConfiguration
        do {
            configuration = try ConfigurationFiles.load(paths, environment: environment)
            parts.append(
                Finding(
                    "Parse Configuration", .success,
                    parts: configuration.warnings.map { Finding("Key without effect", .warning, $0) }))
        } catch {
            parts.append(Finding("Parse Configuration", .failure, "\(error)"))
            return Finding("Coffer Diagnose", .success, parts: parts)
        }
        parts.append(await storage(configuration))
        if let seals = await seals(configuration) { parts.append(seals) }
        parts.append(check("Check Listeners") { Finding("", .success, parts: listeners(configuration)) })
        parts.append(
            check("Check API Address") {
                configuration.apiAddress.isEmpty
                    ? Finding("", .warning, "api_addr is not set; redirects and cluster answers will name none")
                    : Finding("", .success)
            })
        return Finding("Coffer Diagnose", .success, parts: parts)
    }

    private func check(_ name: String, _ body: () -> Finding) -> Finding {
        if skipped.contains(name) { return Finding(name, .skipped) }
        let outcome = body()
        return Finding(name, outcome.status, outcome.message, parts: outcome.parts)
    }

    private var openFiles: Finding {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let name = "Check Open File Limits"
        // Each connection takes one, and so does each file of the storage.
        return limit.rlim_cur < 1024
            ? Finding(name, .warning, "\(limit.rlim_cur) open files are few; allow 1024 or more")
            : Finding(name, .success, "Open file limits are set to \(limit.rlim_cur).")
    }

    private func storage(_ configuration: ServerConfiguration) async -> Finding {
        let name = "Check Storage"
        guard !skipped.contains(name), let settings = configuration.storage else { return Finding(name, .skipped) }
        if case .memory = settings.kind {
            return Finding(name, .warning, "inmem storage forgets everything when the server stops")
        }
        do {
            try settings.requireExistence()
        } catch {
            return Finding(name, .warning, "no storage yet; the first start makes it", parts: [diskUsage(settings)])
        }
        do {
            let storage = try await settings.open()
            let parts = [diskUsage(settings)] + (await contents(storage))
            await storage.close()
            return Finding(name, .success, parts: parts)
        } catch {
            return Finding(name, .failure, "\(error)", parts: [diskUsage(settings)])
        }
    }

    private func contents(_ storage: any Storage) async -> [Finding] {
        do {
            if try await StorageMigration.isUnfinished(storage) {
                return [Finding("Check Migration", .failure, "an unfinished migration; run operator migrate again")]
            }
            let isInitialized = try await storage.get(SealConfiguration.path) != nil
            return [
                Finding("Check Reading", .success),
                isInitialized
                    ? Finding("Check Initialization", .success)
                    : Finding("Check Initialization", .warning, "not initialized; run operator init"),
            ]
        } catch {
            return [Finding("Check Reading", .failure, "\(error)")]
        }
    }

    private func diskUsage(_ settings: StorageSettings) -> Finding {
        let name = "Check Disk Usage"
        guard case .sqlite(let folder) = settings.kind else { return Finding(name, .skipped) }
        var status = statvfs()
        guard statvfs(folder, &status) == 0, status.f_blocks > 0 else { return Finding(name, .skipped) }
        let percent = 100 - Int(status.f_bavail * 100 / status.f_blocks)
        return percent > 95
            ? Finding(name, .warning, "\(folder) is on a file system that is \(percent) percent full")
            : Finding(name, .success, "\(folder) usage ok.")
    }

    private func listeners(_ configuration: ServerConfiguration) -> [Finding] {
        configuration.listeners.map { listener in
            let name = "Check Listener \(listener.shownAddress)"
            guard let tls = listener.tls else {
                if case .unix = listener.address { return Finding(name, .success) }
                return Finding(name, .warning, "TLS is disabled")
            }
            do {
                _ = try TLSContext(
                    TLSContext.Files(certificate: tls.certificateFile, key: tls.keyFile, clients: .ignored))
                return Finding(name, .success)
            } catch {
                return Finding(name, .failure, "\(error)")
            }
        }
    }
}

extension ListenerSettings {
    fileprivate var shownAddress: String {
        switch address {
        case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .unix(let path, _): path
        }
    }
}
