import NIOCore
import Testing

@testable import CofferHTTP

@Suite struct HTTP2FrameWalkTests {
    /// Two frames whose payloads look like a farewell's header, and then perhaps a farewell.
    private static let others =
        RawFrame(type: 0, stream: 1, payload: [0, 0, 8, 7, 0, 0, 0, 0, 0, 7]).bytes
        + RawFrame(type: 1, stream: 7, payload: [UInt8](repeating: 7, count: 300)).bytes
    private static let farewell = RawFrame(type: 7, payload: [0, 0, 0, 0, 0, 0, 0, 1]).bytes

    private func found(_ bytes: [UInt8], piece: Int) -> Bool {
        var walk = HTTP2FrameWalk()
        var rest = bytes[...]
        var found = false
        while !rest.isEmpty {
            if walk.holdFarewell(ByteBuffer(bytes: rest.prefix(piece))) { found = true }
            rest = rest.dropFirst(piece)
        }
        return found
    }

    @Test(
        "a farewell is seen among other frames, however the buffers are cut", arguments: [1, 2, 8, 9, 10, 100, 10_000])
    func walk(piece: Int) {
        #expect(!found(Self.others + Self.others, piece: piece))
        #expect(found(Self.farewell, piece: piece))
        #expect(found(Self.others + Self.farewell + Self.others, piece: piece))
    }
}
