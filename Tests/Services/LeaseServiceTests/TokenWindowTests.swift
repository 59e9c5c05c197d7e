import CofferBase
import CofferStorage
import MemoryStorage
import TestSupport
import Testing

@testable import LeaseService

@Suite struct TokenWindowTests {
    private let home = "auth/approle/login"
    private let now = Timestamp(nanoseconds: 1_700_000_000_123_000_000)

    private func windows() async throws -> (OpenWindows, StorageView) {
        let view = StorageView(try await PlainStore(MemoryStorage()), prefix: "tokens/")
        return (OpenWindows(tokens: view), view)
    }

    /// The second token at a path opens a window.
    private func opened(_ windows: OpenWindows, at home: String, _ now: Timestamp) async throws -> TokenWindow {
        #expect(try await windows.window(at: home, now) == nil)
        return try #require(try await windows.window(at: home, now))
    }

    @Test("a window is known by its id, and leases by the window that they begin with")
    func ids() throws {
        let window = TokenWindow(home: home, stamp: TokenWindow.moment(now) | 3)
        #expect(window.stamp / 256 == 1_700_000_000_123 / 256)
        #expect(TokenWindow(id: window.id) == window)
        #expect(window.id == home + "/" + window.stem)
        let lease = window.id + String(repeating: "0a", count: 16)
        #expect(TokenWindow(ofLease: lease) == window)
        #expect(TokenWindow(id: lease) == nil)
        for other in ["", "h0123456789ab", home + "/h0123456789a", home + "/x0123456789ab", home + "/h0123456789ag"] {
            #expect(TokenWindow(id: other) == nil)
        }
        for other in [home + "/0123456789ABCDEFGHIJKLMN", home + "/h" + String(repeating: "0", count: 64), "h0"] {
            #expect(TokenWindow(ofLease: other) == nil)
        }
    }

    @Test("paths have numbers of their own, and a new quarter of a second begins anew")
    func numbers() async throws {
        let (windows, _) = try await windows()
        let first = try await opened(windows, at: home, now)
        let second = try await opened(windows, at: "auth/ldap/login/a", now)
        let later = try await opened(windows, at: home, now + .milliseconds(256))
        #expect(try await windows.window(at: home, now) == first)
        #expect(Set([first.stem, second.stem, later.stem]).count == 3)
        #expect(first.stamp & 255 == 0 && second.stamp & 255 == 1 && later.stamp & 255 == 0)
        #expect(TokenWindow.stampApart(at: now) & 255 == 255)
    }

    @Test("a number whose tokens are stored is taken, also when memory has forgotten it")
    func taken() async throws {
        let (windows, view) = try await windows()
        let first = try await opened(windows, at: home, now)
        try await view.put(StorageKey(first.stem + "00"), [1])
        let others = OpenWindows(tokens: view)
        #expect(try await opened(others, at: "auth/other", now).stamp == first.stamp + 1)
        for number in first.stamp..<first.stamp + 8 {
            try await view.put(StorageKey(TokenWindow.stem(number) + "00"), [1])
        }
        // Whoever meets too many of them gives up.
        let third = OpenWindows(tokens: view)
        #expect(try await third.window(at: home, now) == nil)
        #expect(try await third.window(at: home, now) == nil)
        #expect(try await third.window(at: home, now) == nil)
    }

    @Test("a moment that is forgotten opens no window, and those after it do")
    func forgotten() async throws {
        let (windows, _) = try await windows()
        for moment in 0..<9 { _ = try await opened(windows, at: home, now + .milliseconds(256 * moment)) }
        for _ in 0..<3 { #expect(try await windows.window(at: "auth/other", now) == nil) }
        _ = try await opened(windows, at: home, now + .seconds(10))
    }

    @Test("a window is closed only while none of its tokens is on its way, and listed anew after that")
    func closing() async throws {
        let (windows, view) = try await windows()
        let window = try await opened(windows, at: home, now)
        let end = now + .seconds(3600)
        func make() async throws -> Bool? {
            try await view.transaction { transaction in windows.enter(window, endingAt: end, &transaction) }
        }
        #expect(try await make() == false)
        #expect(try await make() == true)
        try await view.transaction { transaction in
            #expect(windows.enter(window, endingAt: end, &transaction) == true)
            #expect(!windows.close(window))
        }
        #expect(windows.close(window))
        #expect(!windows.close(window))
        #expect(try await make() == nil)
        windows.open(window)
        #expect(try await make() == false)
    }

    @Test("what failed lists nothing, and a window has few ends")
    func ends() async throws {
        struct Refusal: Error {}
        let (windows, view) = try await windows()
        let window = try await opened(windows, at: home, now)
        await #expect(throws: Refusal.self) {
            try await view.transaction { transaction in
                #expect(windows.enter(window, endingAt: now, &transaction) == false)
                throw Refusal()
            }
        }
        for second in [0, 1, 2, 3] as [Int64] {
            let isListed = try await view.transaction { transaction in
                windows.enter(window, endingAt: now + .seconds(second), &transaction)
            }
            #expect(isListed == false)
        }
        let isListed = try await view.transaction { transaction in
            windows.enter(window, endingAt: now + .seconds(4), &transaction)
        }
        #expect(isListed == nil)
    }

    @Test("the calendar lists a window no sooner than its tokens end, and less than a quarter of a second later")
    func rounding() {
        for nanoseconds in [0, 1, 249_999_999, 250_000_000, 250_000_001, 1_700_000_000_123_456_789] as [Int64] {
            let lease = Lease(
                id: "a", kind: .token, tokenKey: "k", namespaceID: "root", issueTime: Timestamp(seconds: 0),
                expireTime: Timestamp(nanoseconds: nanoseconds), renewable: false)
            let late = Leases.end(of: lease) - lease.expireTime
            #expect(late >= .zero && late < .milliseconds(250))
            #expect(Leases.end(of: lease).nanoseconds % 250_000_000 == 0)
        }
    }
}
