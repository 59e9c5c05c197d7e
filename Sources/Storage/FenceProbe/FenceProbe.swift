internal import CofferBase
internal import CofferStorage
internal import Glibc
internal import PostgresStorage

/// A leader that does nothing but write, for the test that no deposed leader can: `Faults/` stops it, lets
/// another one take over, and counts.
///
///     FenceProbe CONNECTION_URL TABLE HA_TABLE safe|unsafe
///
/// Told `take`, it takes leadership and says `leading EPOCH`; when a write is refused, `deposed EPOCH`.
@main
struct Probe {
    private static let writers = 6

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5 else {
            say("usage: FenceProbe CONNECTION_URL TABLE HA_TABLE safe|unsafe")
            return
        }
        var options = PostgresOptions(connectionURL: arguments[1])
        options.table = arguments[2]
        options.leaderTable = arguments[3]
        options.acceptsUnsafeServer = true
        if arguments[4] == "unsafe" { options.fence = .checkThenWrite(pause: 20_000) }
        let storage = try PostgresStorage(options)
        let input = BlockingPool(threads: 1)
        say("ready")
        while let line = try await input.run({ readLine() }) {
            guard line == "take" else { continue }
            let epoch = await take(storage)
            say("leading \(epoch.value)")
            await writeUntilDeposed(storage, epoch)
            say("deposed \(epoch.value)")
        }
        await storage.close()
    }

    /// Behind a careless leader that is stopped while it holds rows, it takes a while.
    private static func take(_ storage: PostgresStorage) async -> Epoch {
        while true {
            do throws(StorageError) {
                return try await storage.acquireEpoch()
            } catch {
                say("waiting")
            }
        }
    }

    private static func writeUntilDeposed(_ storage: PostgresStorage, _ epoch: Epoch) async {
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    var number = 0
                    while true {
                        number += 1
                        var batch = WriteBatch(epoch: epoch)
                        batch.changes[StorageKey("\(epoch.value)/\(writer)/\(number)")] = .put([1])
                        do throws(StorageError) {
                            try await storage.commit(batch)
                        } catch .fenced {
                            return
                        } catch {
                            continue
                        }
                    }
                }
            }
        }
    }

    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }
}
