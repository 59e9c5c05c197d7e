import HCL
import Testing

@Suite struct ValueTests {
    @Test("scalars have a text, lists and objects have none")
    func scalarText() {
        #expect(HCLValue.string("x").scalarText == "x")
        #expect(HCLValue.number("0644").scalarText == "0644")
        #expect(HCLValue.bool(true).scalarText == "true")
        #expect(HCLValue.bool(false).scalarText == "false")
        #expect(HCLValue.list([]).scalarText == nil)
        #expect(HCLValue.object(HCLBody(items: [])).scalarText == nil)
    }

    @Test("a list of strings and numbers is a list of strings; anything else in it makes it none")
    func stringList() {
        #expect(HCLValue.list([.string("a"), .number("1")]).stringList == ["a", "1"])
        #expect(HCLValue.list([]).stringList == [])
        #expect(HCLValue.list([.bool(true)]).stringList == nil)
        #expect(HCLValue.list([.string("a"), .list([])]).stringList == nil)
        #expect(HCLValue.string("a").stringList == nil)
    }

    @Test("a single value counts as a list of one")
    func elements() {
        #expect(HCLValue.string("a").elements.map(\.stringValue) == ["a"])
        #expect(HCLValue.list([.string("a"), .string("b")]).elements.count == 2)
    }

    @Test("a bool is not made of a string, nor a string of a number")
    func kinds() {
        #expect(HCLValue.string("true").boolValue == nil)
        #expect(HCLValue.number("1").stringValue == nil)
        #expect(HCLValue.bool(true).boolValue == true)
        #expect(HCLValue.bool(true).intValue == nil)
    }
}
