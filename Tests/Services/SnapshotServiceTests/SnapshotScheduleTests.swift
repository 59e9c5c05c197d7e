import CofferBase
import CofferFramework
import CofferJSON
import Glibc
import HTTPClient
import Logging
import MemoryStorage
import Synchronization
import TestSupport
import Testing

@testable import SnapshotService

/// A bucket in memory.
private final class Bucket: Sendable {
    private struct State {
        var objects: [String: [UInt8]] = [:]
        var parts: [Int: [UInt8]] = [:]
        var isDown = false
    }

    private let state = Mutex(State())

    var objects: [String: [UInt8]] { state.withLock { $0.objects } }
    var isDown: Bool {
        get { state.withLock { $0.isDown } }
        set { state.withLock { $0.isDown = newValue } }
    }

    func send(_ call: HTTPCall) -> HTTPAnswer {
        state.withLock { state in
            let words = call.target.split(separator: "?", maxSplits: 1).map(String.init)
            let (path, query) = (words[0], words.count > 1 ? words[1] : "")
            if state.isDown { return HTTPAnswer(status: 503, body: Array("<Code>Slow<b/>Down</Code>".utf8)) }
            switch call.method {
            case "POST" where query == "uploads=":
                return HTTPAnswer(status: 200, body: Array("<UploadId>u1</UploadId>".utf8))
            case "PUT" where query.hasPrefix("partNumber="):
                let number = Int(query.dropFirst(11).prefix { $0 != "&" }) ?? 0
                state.parts[number] = call.body
                return HTTPAnswer(status: 200, headers: [("ETag", "\"\(number)\"")])
            case "POST":
                state.objects[path] = state.parts.sorted { $0.key < $1.key }.flatMap(\.value)
                return HTTPAnswer(status: 200, body: Array("<ETag>x</ETag>".utf8))
            case "PUT":
                state.objects[path] = call.body
                return HTTPAnswer(status: 200)
            case "DELETE":
                state.objects[path] = nil
                return HTTPAnswer(status: 204)
            default:
                let keys = state.objects.keys.sorted().map { "<Key>\($0.dropFirst("/b/".count))</Key>" }
                return HTTPAnswer(
                    status: 200, body: Array(("<IsTruncated>false</IsTruncated>" + keys.joined()).utf8))
            }
        }
    }
}

/// What a snapshot gives, and whether it passes the check.
private final class Source: Sendable {
    private struct State {
        var content: [UInt8] = [1, 2, 3]
        var isGood = true
        var verified: [[UInt8]] = []
    }

    private let state = Mutex(State())

    func set(_ content: [UInt8], isGood: Bool = true) {
        state.withLock { ($0.content, $0.isGood) = (content, isGood) }
    }

    var verified: [[UInt8]] { state.withLock { $0.verified } }

    func take() -> ByteStream {
        let content = state.withLock { $0.content }
        let rest = Mutex(content)
        return ByteStream {
            rest.withLock { rest in
                if rest.isEmpty { return nil }
                let piece = Array(rest.prefix(3 << 20))
                rest.removeFirst(piece.count)
                return piece
            }
        }
    }

    func verify(_ stream: ByteStream) async throws {
        var content: [UInt8] = []
        while let piece = try await stream.next() { content += piece }
        let isGood = state.withLock { state in
            state.verified.append(content)
            return state.isGood
        }
        if !isGood { throw EngineError.badRequest("planned") }
    }
}

@Suite struct SnapshotScheduleTests {
    private let storage: PlainStore
    private let clock = ManualClock()
    private let bucket = Bucket()
    private let source = Source()

    init() async throws { storage = try await PlainStore(MemoryStorage()) }

    private func schedule() -> SnapshotSchedule {
        var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        log.logLevel = .critical
        let (bucket, source) = (bucket, source)
        return SnapshotSchedule(
            storage: storage, clock: clock, log: log,
            send: { (call) async throws(HTTPFailure) in bucket.send(call) }, take: { source.take() },
            verify: { try await source.verify($0) })
    }

    private func folder() throws -> String {
        var template = Array("/tmp/coffer-snapshots-XXXXXX".utf8CString)
        return try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    private func files(_ folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private func local(_ folder: String, retain: Int64 = 2) -> SnapshotPlan {
        var plan = SnapshotPlan()
        plan.name = "daily"
        plan.interval = .seconds(3600)
        plan.retain = retain
        plan.storageType = "local"
        plan.pathPrefix = folder
        return plan
    }

    private func inBucket() -> SnapshotPlan {
        var plan = local("")
        plan.storageType = "aws-s3"
        plan.pathPrefix = "backups"
        plan.bucket = "b"
        plan.accessKey = "A"
        plan.secretKey = "S"
        plan.endpoint = "http://s3.test"
        return plan
    }

    @Test("snapshots come at their times, are verified, and the oldest go")
    func folderPlan() async throws {
        let (schedule, folder) = (schedule(), try folder())
        await schedule.start()
        try await schedule.put(local(folder))
        for round in 1...3 {
            await clock.waitForSleepers(1)
            #expect(files(folder).count == min(round, 2))
            clock.advance(by: .seconds(3600))
        }
        await clock.waitForSleepers(1)
        #expect(files(folder).allSatisfy { $0.hasPrefix("vault-snapshot-") && $0.hasSuffix(".snap") })
        #expect(source.verified.count == 4 && source.verified[0] == [1, 2, 3])
        let status = await schedule.status("daily")
        #expect(status?.lastURL.hasPrefix("file://\(folder)/") == true && status?.lastError == "")
        #expect(status?.next == clock.now + .seconds(3600))
        await schedule.stop()
    }

    @Test("a snapshot that could not be restored is removed, and the good ones stay")
    func bad() async throws {
        let (schedule, folder) = (schedule(), try folder())
        try await schedule.put(local(folder, retain: 1))
        await clock.waitForSleepers(1)
        let good = files(folder)
        source.set([9], isGood: false)
        clock.advance(by: .seconds(3600))
        await clock.waitForSleepers(1)
        #expect(files(folder) == good)
        let status = await schedule.status("daily")
        #expect(status?.consecutiveErrors == 1)
        #expect(status?.lastError == "the snapshot could not be restored, and was removed")
        await schedule.stop()
    }

    @Test("after a restart a plan goes on where it was")
    func restart() async throws {
        let folder = try folder()
        let first = schedule()
        try await first.put(local(folder))
        await clock.waitForSleepers(1)
        await first.stop()
        clock.advance(by: .seconds(600))
        let second = schedule()
        await second.start()
        await clock.waitForSleepers(1)
        #expect(clock.nextDeadline == clock.now + .seconds(3000))
        #expect(files(folder).count == 1)
        await second.stop()
    }

    @Test("a large snapshot goes to the bucket in parts, a small one in one piece")
    func parts() async throws {
        let schedule = schedule()
        let large = [UInt8](repeating: 7, count: BucketTarget.partSize * 2 + 5)
        source.set(large)
        try await schedule.put(inBucket())
        await clock.waitForSleepers(1)
        let key = try #require(bucket.objects.keys.first)
        #expect(key.hasPrefix("/b/backups/vault-snapshot-") && bucket.objects[key] == large)
        source.set([5])
        clock.advance(by: .seconds(3600))
        await clock.waitForSleepers(1)
        #expect(bucket.objects.values.contains([5]))
        clock.advance(by: .seconds(3600))
        await clock.waitForSleepers(1)
        #expect(bucket.objects.count == 2 && bucket.objects[key] == nil)
        await schedule.stop()
    }

    @Test("a bucket that cannot be reached is told in the status, without credentials")
    func down() async throws {
        let schedule = schedule()
        bucket.isDown = true
        try await schedule.put(inBucket())
        await clock.waitForSleepers(1)
        #expect(await schedule.status("daily")?.lastError == "the object storage answered with status 503 SlowbDown")
        #expect(await schedule.status("daily")?.consecutiveErrors == 1)
        await schedule.stop()
    }

    @Test("secrets of a plan are not shown")
    func shown() {
        let shown = inBucket().shown
        #expect(shown["aws_secret_access_key"] == nil && shown["aws_session_token"] == nil)
        #expect(shown["aws_s3_bucket"]?.stringValue == "b")
    }

    @Test(
        "a plan that cannot work is refused",
        arguments: [
            { $0.interval = .zero }, { $0.retain = 0 }, { $0.filePrefix = "a/b" }, { $0.filePrefix = ".." },
            { $0.storageType = "azure-blob" }, { $0.pathPrefix = "relative" }, { $0.pathPrefix = "/root/../x" },
            // Swift takes this letter and the slash for one character.
            { $0.pathPrefix = "/snapshots/\u{d4e}/.." },
            { $0.pathPrefix = "/elsewhere" },
        ] as [@Sendable (inout SnapshotPlan) -> Void])
    func refused(change: @Sendable (inout SnapshotPlan) -> Void) throws {
        var plan = local("/snapshots/daily")
        try plan.check(within: "/snapshots")
        change(&plan)
        #expect(throws: EngineError.self) { try plan.check(within: "/snapshots") }
    }
}
