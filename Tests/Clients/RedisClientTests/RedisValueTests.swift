import NIOCore
import Testing

@testable import RedisClient

@Suite("Answers of Redis")
struct RedisValueTests {
    private func read(_ bytes: [UInt8]) throws -> RedisValue? {
        var buffer = ByteBuffer(bytes: bytes)
        return try RedisValue.read(from: &buffer)
    }

    @Test("each kind of answer is read")
    func kinds() throws {
        #expect(try read(Array("+OK\r\n".utf8)) == .text("OK"))
        #expect(try read(Array("-ERR no\r\n".utf8)) == .error("ERR no"))
        #expect(try read(Array(":-7\r\n".utf8)) == .number(-7))
        #expect(try read(Array("$2\r\nhi\r\n".utf8)) == .text("hi"))
        #expect(try read(Array("$-1\r\n".utf8)) == .some(.none))
        #expect(try read(Array("*2\r\n+a\r\n*0\r\n".utf8)) == .list([.text("a"), .list([])]))
    }

    @Test("half an answer waits for the rest")
    func partial() throws {
        for text in ["", "+", "+OK\r", "$5\r\nhi", "*2\r\n+a\r\n"] { #expect(try read(Array(text.utf8)) == nil) }
    }

    @Test("a line that is no UTF-8 ends where its bytes end")
    func notUTF8() throws {
        var buffer = ByteBuffer(bytes: [0x2b, 0xff, 0xff, 13, 10, 0x2b, 0x61, 13, 10])
        #expect(try RedisValue.read(from: &buffer) != nil)
        #expect(try RedisValue.read(from: &buffer) == .text("a"))
        #expect(buffer.readableBytes == 0)
    }

    @Test(
        "what is no answer, or more than anyone needs, is refused",
        arguments: [
            "?\r\n", "$x\r\n", ":\r\n", "$1048577\r\n", "*99999999999999999999\r\n",
            "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n+a\r\n",
        ])
    func malformed(text: String) {
        #expect(throws: RedisValue.Malformed.self) { try read(Array(text.utf8)) }
    }
}
