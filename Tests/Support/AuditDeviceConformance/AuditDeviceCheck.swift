import CofferBase
package import CofferFramework
import Testing

/// A device and what is at its other end.
package struct AuditDeviceFixture: Sendable {
    package let device: any AuditDevice
    /// Longest line that must get through.
    package let longest: Int
    /// What has arrived, once it is `count` lines or a long time has passed; each with its newline.
    package let received: @Sendable (_ count: Int) -> [[UInt8]]

    package init(
        _ device: any AuditDevice, longest: Int = 1 << 20, received: @escaping @Sendable (_ count: Int) -> [[UInt8]]
    ) {
        self.device = device
        self.longest = longest
        self.received = received
    }
}

/// What every audit device must do, whatever is behind it.
package struct AuditDeviceCheck: Sendable, CustomTestStringConvertible {
    package let name: String
    package let run: @Sendable (AuditDeviceFixture) async throws -> Void
    package var testDescription: String { name }

    package static let all = [
        AuditDeviceCheck(name: "lines arrive whole and in order") { fixture in
            let lines = (0..<100).map { line("{\"number\":\($0)}") }
            for line in lines { try fixture.device.write(line, at: time) }
            #expect(fixture.received(lines.count) == lines)
        },
        AuditDeviceCheck(name: "the longest line arrives whole") { fixture in
            let lines = [line(String(repeating: "x", count: fixture.longest - 1)), line("after")]
            for line in lines { try fixture.device.write(line, at: time) }
            #expect(fixture.received(2) == lines)
        },
        AuditDeviceCheck(name: "lines of several threads do not mix") { fixture in
            // One thread at a time is all that a remote device is promised to see.
            let turn = Snapshot(false)
            let isRemote = fixture.device is any RemoteAuditDevice
            let lines = (0..<200).map { line("\($0):" + String(repeating: "y", count: 1000)) }
            let pool = BlockingPool(threads: 4)
            let device = fixture.device
            try await withThrowingTaskGroup(of: Void.self) { group in
                for line in lines {
                    group.addTask {
                        try await pool.run {
                            let write = { Result { try device.write(line, at: time) } }
                            try (isRemote ? turn.update { _ in write() } : write()).get()
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(Set(fixture.received(lines.count)) == Set(lines))
        },
        AuditDeviceCheck(name: "after reopening, and after closing, lines go on") { fixture in
            let lines = ["one", "two", "three"].map(line)
            try fixture.device.write(lines[0], at: time)
            try fixture.device.reopen()
            try fixture.device.write(lines[1], at: time)
            fixture.device.close()
            fixture.device.close()
            try fixture.device.write(lines[2], at: time)
            #expect(Set(fixture.received(lines.count)) == Set(lines))
        },
    ]

    private static let time = Timestamp(seconds: 1_767_225_600)

    private static func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }
}
