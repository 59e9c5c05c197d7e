import HCL
import Testing

@Suite struct HeredocTests {
    private func text(_ heredoc: String) throws -> String? {
        try HCLDocument.parse(text: "a = " + heredoc).body.value(named: "a")?.stringValue
    }

    @Test("a heredoc keeps its lines, its last line break, and no escapes")
    func plain() throws {
        #expect(try text("<<EOF\none \\n \"two\"\n  three ${x}\nEOF\n") == "one \\n \"two\"\n  three ${x}\n")
        #expect(try text("<<EOF\nEOF") == "")
        #expect(try text("<<EOF\n\nEOF") == "\n")
        #expect(try text("<<A-1_b\nx\nA-1_b\n") == "x\n")
    }

    @Test("only a line that holds nothing but the mark ends it")
    func closing() throws {
        #expect(try text("<<EOF\nEOF x\nxEOF\nEOFEOF\nEOF") == "EOF x\nxEOF\nEOFEOF\n")
        #expect(try text("<<EOF\nx\n  EOF") == "x\n")
    }

    @Test("after <<- the blanks before the closing mark leave every line that has them")
    func indented() throws {
        #expect(try text("<<-EOF\n    one\n      two\n    EOF\n") == "one\n  two\n")
        #expect(try text("<<-EOF\n\t\tone\n\t\tEOF\n") == "one\n")
    }

    @Test("when one line lacks the blanks, all lines stay as they are")
    func indentedButNotAll() throws {
        #expect(try text("<<-EOF\n    one\n  two\n    EOF\n") == "    one\n  two\n")
    }

    @Test("carriage returns belong to the text, but not to the marks")
    func carriageReturns() throws {
        #expect(try text("<<EOF\r\none\r\nEOF\r\n") == "one\r\n")
    }

    @Test("what follows the mark's line is read on")
    func followedByItems() throws {
        #expect(try shape(of: "a = <<EOF\nx\nEOF\nb = [<<EOF\ny\nEOF\n, 1]\nc = 1") == "a=\"x\n\" b=[\"y\n\",1] c=1")
    }

    @Test(
        "a heredoc without its end, or with an odd mark, is refused where it began",
        arguments: ["<<EOF\nx\n", "<<EOF", "<<\nx\n", "<<E F\nx\nE F\n", "<<-\nx\n-\n", "<<EOF\nx\nEOF x"])
    func refused(heredoc: String) throws {
        let error = try #require(refusal(of: "\na = " + heredoc))
        #expect(error.line == 2)
        #expect(error.column == 5)
    }

    @Test("a single < is refused")
    func single() throws {
        #expect(refusal(of: "a = <EOF\nx\nEOF")?.line == 1)
    }
}
