internal import CofferBase
internal import CofferStorage
internal import EtcdStorage
internal import Glibc
internal import PostgresStorage

/// A leader that does nothing but write, for the test that no deposed leader can: `Faults/` stops it, lets
/// another one take over, and counts.
///
///     FenceProbe CONNECTION_URL TABLE HA_TABLE safe|unsafe
///     FenceProbe http://ETCD PATH - safe|unsafe|pieces
///
/// * `take`: takes leadership, whoever leads, and says `leading EPOCH`; when a write is refused, `deposed EPOCH`;
/// * `acquire`: asks for it as a node does, and says `leading EPOCH`, `refused` when another one leads, or `failed REASON`;
/// * `release`: gives it back, and says `released`;
/// * `write NUMBER` and `inspect`: of `pieces`, batches that take many requests each.
@main
struct Probe {
    private static let writers = 6
    private static let time: Duration = .seconds(60)

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5 else {
            say("usage: FenceProbe CONNECTION_URL TABLE HA_TABLE safe|unsafe")
            say("       FenceProbe http://ETCD PATH - safe|unsafe|pieces")
            return
        }
        let isSafe = arguments[4] != "unsafe"
        let storage =
            arguments[1].hasPrefix("http")
            ? try await etcd(arguments[1], path: arguments[2], fence: arguments[4])
            : try postgres(arguments[1], table: arguments[2], leaderTable: arguments[3], isSafe: isSafe)
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
            case "inspect": try await inspect(storage)
            case let word where word.hasPrefix("write "):
                try await writePieces(storage, from: Int(word.dropFirst("write ".count)) ?? 1)
            case "acquire": held = await acquire(storage, candidate)
            default:
                if let epoch = held { try await storage.release(epoch, candidate) }
                say("released")
            }
        }
        await storage.close()
    }

    private static func postgres(
        _ url: String, table: String, leaderTable: String, isSafe: Bool
    ) throws -> any Storage & Election {
        var options = PostgresOptions(connectionURL: url)
        options.table = table
        options.leaderTable = leaderTable
        options.acceptsUnsafeServer = true
        if !isSafe { options.fence = .checkThenWrite(pause: 20_000) }
        return try PostgresStorage(options)
    }

    private static func etcd(
        _ address: String, path: String, fence: String
    ) async throws -> any Storage & Election {
        var options = try EtcdOptions(addresses: [address], access: .init())
        if fence == "pieces" { options.requestSize = smallRequest }
        options.path = path
        if fence == "unsafe" { options.fence = .checkThenWrite(pause: .milliseconds(20)) }
        return try await EtcdStorage.open(options)
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

    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }
}
