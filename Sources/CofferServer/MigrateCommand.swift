internal import CofferConfig
internal import CofferStorage
internal import Glibc
internal import GoFlags

/// `operator migrate`: copies a stopped server's entries to another storage.
package enum MigrateCommand {
    private static let flags = FlagSet(groups: [
        FlagGroup(
            "Command Options",
            [
                Flag("config", "File with storage_source and storage_destination. Required."),
                Flag("start", "Copy only keys from this one on; by default all, or where the last run was stopped."),
                Flag("reset", .bool, "Forget an unfinished migration in the destination; its entries stay."),
                Flag("max-parallel", .int, default: "10", isHidden: true, "Accepted for compatibility."),
                Flag("log-level", isHidden: true, "Accepted for compatibility."),
            ])
    ])

    private static let help = """
        Usage: coffer operator migrate [options]

          Copies all entries, as they are encrypted, from one storage to another. Servers
          of both must be stopped. An interrupted migration goes on where it was when the
          command is run again.

              $ coffer operator migrate -config=migrate.hcl

          The file names both storages as a server's configuration does:

              storage_source "sqlite" { path = "/var/lib/coffer" }
              storage_destination "sqlite" { path = "/srv/coffer" }

        \(flags.help)
        """

    /// - Returns: the exit status: 0 when all is copied, 1 for a mistake in flags or file, 2 for a failure.
    package static func run(_ arguments: [String], environment: [String: String]) async -> Int32 {
        if arguments.contains(where: { ["-h", "-help", "--help"].contains($0) }) {
            Console.write(help)
            return 0
        }
        let configuration: MigrationConfiguration
        let parsed: ParsedFlags
        do {
            parsed = try flags.parse(arguments, environment: environment)
            guard parsed.arguments.isEmpty else { throw ConfigurationError("operator migrate takes flags only") }
            let file = parsed.string("config")
            if file.isEmpty { throw ConfigurationError("Must specify exactly one config path using -config") }
            configuration = try MigrationConfiguration(try ConfigurationFiles.contents(of: file), file: file)
        } catch {
            Console.complain("\(error)")
            return 1
        }
        for warning in configuration.warnings { Console.complain("WARNING! \(warning)") }
        do {
            try await migrate(configuration, parsed)
            Console.write("Success! All of the keys have been migrated.")
            return 0
        } catch {
            Console.complain("Error migrating: \(text(of: error))")
            return 2
        }
    }

    private static func migrate(_ configuration: MigrationConfiguration, _ flags: ParsedFlags) async throws {
        try configuration.source.requireExistence()
        let source = try await configuration.source.open()
        do {
            let destination = try await configuration.destination.open()
            do {
                if flags.bool("reset") { try await reset(destination) }
                let start = flags.string("start")
                _ = try await StorageMigration(from: source, to: destination).run(
                    from: start.isEmpty ? nil : StorageKey(start)
                ) { count, last in Console.write("copied \(count) keys, the last is \(last)") }
            } catch {
                await destination.close()
                throw error
            }
            await destination.close()
        } catch {
            await source.close()
            throw error
        }
        await source.close()
    }

    private static func reset(_ destination: any Storage) async throws {
        var batch = WriteBatch(epoch: try await destination.acquireEpoch())
        batch.changes[StorageMigration.mark] = .delete
        try await destination.commit(batch)
    }

    private static func text(of error: any Error) -> String {
        switch error as? StorageMigration.Refusal {
        case .emptySource?: "the source holds nothing"
        case .unfinishedSource?: "the source is an unfinished copy itself; finish that migration first"
        case .occupiedDestination?:
            "the destination holds entries already; use an empty one, or -start to copy over a part of it"
        case .differs?: "the copy differs from its source; use -reset, empty the destination and run the command again"
        case nil where error is StorageError: "\(error); run the command again to go on"
        case nil: "\(error)"
        }
    }
}
