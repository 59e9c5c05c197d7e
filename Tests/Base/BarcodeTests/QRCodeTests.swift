import Barcode
import Testing

@Suite struct QRCodeTests {
    @Test(
        "the smallest version that holds the text is taken (ISO 18004, table 7, level M)",
        arguments: [(14, 1), (15, 2), (26, 2), (27, 3), (84, 5), (106, 6), (107, 7), (180, 9), (213, 10), (2331, 40)])
    func versions(bytes: Int, version: Int) throws {
        let symbol = try #require(QRCode([UInt8](repeating: 0x41, count: bytes)))
        #expect(symbol.size == version * 4 + 17)
    }

    @Test("what no symbol holds")
    func tooLong() { #expect(QRCode([UInt8](repeating: 0x41, count: 2332)) == nil) }

    @Test("finder patterns, timing and the dark module stand where readers look for them")
    func patterns() throws {
        let symbol = try #require(QRCode(Array("HELLO".utf8)))
        let finder = ["#######.", "#.....#.", "#.###.#.", "#.###.#.", "#.###.#.", "#.....#.", "#######.", "........"]
        for (row, line) in finder.enumerated() {
            for (column, character) in line.enumerated() {
                #expect(symbol.isDark(row: row, column: column) == (character == "#"))
                #expect(symbol.isDark(row: row, column: symbol.size - 1 - column) == (character == "#"))
                #expect(symbol.isDark(row: symbol.size - 1 - row, column: column) == (character == "#"))
            }
        }
        for index in 8..<symbol.size - 8 {
            #expect(symbol.isDark(row: 6, column: index) == (index % 2 == 0))
            #expect(symbol.isDark(row: index, column: 6) == (index % 2 == 0))
        }
        #expect(symbol.isDark(row: symbol.size - 8, column: 8))
    }

    @Test("a picture is as large as asked for, or there is none")
    func pictures() throws {
        let symbol = try #require(QRCode(Array("HELLO".utf8)))
        #expect(symbol.png(width: symbol.size + 7) == nil)
        #expect(symbol.png(width: 0) == nil)
        let picture = try #require(symbol.png(width: 200))
        #expect(picture.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
        // IHDR: width and height, one bit of grey.
        #expect(picture[16..<26].elementsEqual([0, 0, 0, 200, 0, 0, 0, 200, 1, 0]))
    }
}
