internal import CofferBase
internal import CofferStorage
internal import Glibc
internal import PostgresStorage

/// A leader that does nothing but write, for the test that no deposed leader can: `Faults/` stops it, lets
/// another one take over, and counts.
///
///     FenceProbe postgresql CONNECTION_URL TABLE HA_TABLE safe|unsafe
///
/// * `take`: takes leadership, whoever leads, and says `leading EPOCH`; when a write is refused, `deposed EPOCH`;
/// * `acquire`: asks for it as a node does, and says `leading EPOCH`, `refused` when another one leads, or `failed REASON`;
/// * `release`: gives it back, and says `released`.
@main
struct Probe {
    private static let writers = 6
    private static let time: Duration = .seconds(60)

    static func main() async throws {
        guard let storage = try opened(CommandLine.arguments.dropFirst()) else {
            say("usage: FenceProbe postgresql CONNECTION_URL TABLE HA_TABLE safe|unsafe")
            return
        }
        let candidate = Candidate(id: "00000000-0000-4000-8000-\(hex(getpid()))", address: "")
        let input = BlockingPool(threads: 1)
        var held: Epoch?
        say("ready")
        while let line = try await input.run({ readLine() }) {
            switch line {
            case "take":
                let epoch = await take(storage)
                say("leading \(epoch.value)")
                await writeUntilDeposed(storage, epoch)
                say("deposed \(epoch.value)")
            case "acquire": held = await acquire(storage, candidate)
            default:
                if let epoch = held { try await storage.release(epoch, candidate) }
                say("released")
            }
        }
        await storage.close()
    }

    private static func opened(_ arguments: ArraySlice<String>) throws -> (any Storage & Election)? {
        let arguments = Array(arguments)
        switch (arguments.first, arguments.count) {
        case ("postgresql", 5):
            var options = PostgresOptions(connectionURL: arguments[1])
            options.table = arguments[2]
            options.leaderTable = arguments[3]
            options.acceptsUnsafeServer = true
            if arguments[4] == "unsafe" { options.fence = .checkThenWrite(pause: 20_000) }
            return try PostgresStorage(options)
        default: return nil
        }
    }

    private static func hex(_ number: Int32) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 12 - digits.count) + digits
    }

    private static func acquire(_ storage: any Election, _ candidate: Candidate) async -> Epoch? {
        do throws(StorageError) {
            let epoch = try await storage.acquire(candidate, for: time)
            say(epoch.map { "leading \($0.value)" } ?? "refused")
            return epoch
        } catch {
            say("failed \(error)")
            return nil
        }
    }

    /// Behind a careless leader that is stopped while it holds rows, it takes a while.
    private static func take(_ storage: any Storage) async -> Epoch {
        while true {
            do throws(StorageError) {
                return try await storage.acquireEpoch()
            } catch {
                say("waiting")
            }
        }
    }

    private static func writeUntilDeposed(_ storage: any Storage, _ epoch: Epoch) async {
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
