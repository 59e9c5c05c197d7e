internal import CofferBase
internal import CofferStorage
internal import EtcdClient

/// What a storage is made of.
struct EtcdParts {
    let client: EtcdClient
    let termClient: EtcdClient
    let reader: EtcdReader
    let session: EtcdWritingSession
    let term: EtcdTerm
    let health: StorageHealth
    let options: EtcdOptions
    let warning: String?
}

/// Looks at the cluster before it is used, and makes the keys that a new storage begins with.
struct EtcdOpening {
    private let client: EtcdClient
    private let options: EtcdOptions
    private let layout: EtcdLayout

    init(_ client: EtcdClient, _ options: EtcdOptions) {
        self.client = client
        self.options = options
        layout = EtcdLayout(path: options.path)
    }

    func storage(_ termClient: EtcdClient) async throws(StorageOpenError) -> EtcdStorage {
        let warnings = try await check(termClient)
        let generation: EtcdGeneration
        do throws(EtcdFailure) {
            generation = try await prepare()
        } catch {
            throw StorageOpenError("etcd: \(error.text)")
        }
        let (health, memory) = (StorageHealth(), EtcdMemory())
        let reader = EtcdReader(
            client, layout: layout, generation: generation, health: health, limit: options.callLimit)
        let session: EtcdWritingSession
        do throws(RandomError) {
            session = try EtcdWritingSession(
                layout: layout, client: client, reader: reader, health: health, memory: memory, options: options)
        } catch {
            throw StorageOpenError("etcd: the system gave no random bytes")
        }
        let term = EtcdTerm(termClient, layout: layout, health: health, memory: memory, limit: options.termLimit)
        return EtcdStorage(
            EtcdParts(
                client: client, termClient: termClient, reader: reader, session: session, term: term, health: health,
                options: options, warning: warnings.isEmpty ? nil : "etcd: " + warnings.joined(separator: "; ")))
    }

    private func check(_ termClient: EtcdClient) async throws(StorageOpenError) -> [String] {
        do throws(EtcdFailure) {
            let (version, alarms) = try await client.status()
            let members = try? await client.members()
            let check = EtcdServerCheck(version: version, alarms: alarms, members: members?.count)
            if !check.objections.isEmpty {
                throw EtcdFailure(.unreachable, "the cluster is not used: \(check.objections.joined(separator: "; "))")
            }
            if options.synchronizes, let members {
                for client in [client, termClient] { client.add(usable(members)) }
            }
            return check.warnings
        } catch {
            throw StorageOpenError("etcd: \(error.text)")
        }
    }

    /// What members say of themselves may be meant for their own machine only.
    private func usable(_ members: [[String]]) -> [EtcdEndpoint] {
        let named = options.settings.endpoints
        return members.flatMap { $0 }.compactMap { EtcdEndpoint($0) }.filter { member in
            named.allSatisfy { $0.isSecure == member.isSecure }
                && (!member.isLoopback || named.allSatisfy { $0.isLoopback })
        }
    }

    /// The two keys are made together, and never again: one that was deleted later must be missed, not made anew.
    private func prepare() async throws(EtcdFailure) -> EtcdGeneration {
        var first = EtcdRange(prefix: layout.root)
        (first.limit, first.keysOnly) = (1, true)
        let sight = try await client.commit(
            EtcdTransaction(
                success: [
                    .range(EtcdRange(layout.generation)), .range(EtcdRange(layout.meta)), .range(first),
                ]), isRepeatable: true)
        if let generation = EtcdGeneration(sight.entry(0)), sight.entry(1) != nil { return generation }
        guard sight.page(2)?.entries.isEmpty == true else {
            throw EtcdFailure(
                .unreachable,
                "what stands under the path is another program's, or has lost its keys `meta` and `generation`; "
                    + "choose another path, or restore a backup")
        }
        let made = try await client.commit(
            EtcdTransaction(
                [.createRevision(of: layout.generation, 0), .createRevision(of: layout.meta, 0)],
                success: [
                    .put(key: layout.generation, value: EtcdGeneration.value(Array("0".utf8))),
                    .put(key: layout.meta, value: []),
                ]), isRepeatable: true)
        // Not made: another node was first.
        _ = made
        let again = try await client.commit(
            EtcdTransaction(success: [.range(EtcdRange(layout.generation))]), isRepeatable: true)
        guard let generation = EtcdGeneration(again.entry(0)) else {
            throw EtcdFailure(.unreachable, "the keys under the path were made by a newer release")
        }
        return generation
    }
}

extension EtcdEndpoint {
    fileprivate var isLoopback: Bool { host == "localhost" || host.hasPrefix("127.") || host == "::1" }
}
