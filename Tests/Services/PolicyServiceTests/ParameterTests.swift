import CofferJSON
import PolicyService
import Testing

@Suite struct ParameterTests {
    private func acl(_ more: String, _ others: String...) throws -> ACL {
        let texts = ([more] + others).map { path("a", "create", "read", "update", "patch", "delete", "list", and: $0) }
        let policies = try texts.map { try Policy.parse(name: "p", namespace: "root", text: $0) }
        return ACL(policies: policies, isRoot: false)
    }

    @Test("required parameters must be there, under any value and any spelling of case")
    func required() throws {
        let acl = try acl("required_parameters = [\"bar\", \"Baz\"]")
        #expect(acl.decision(.update, "a", ["bar": 1]).reason == .parameterMissing("baz"))
        #expect(acl.decision(.update, "a").reason == .parameterMissing("bar"))
        #expect(acl.allows(.update, "a", ["bar": 1, "baz": nil]))
        #expect(acl.allows(.update, "a", ["BAR": "", "baz": [], "more": 1]))
    }

    @Test("parameters are judged when reading and writing, not when deleting and listing")
    func operations() throws {
        let acl = try acl("required_parameters = [\"bar\"]")
        for operation in [PolicyOperation.create, .read, .update, .patch] {
            #expect(!acl.allows(operation, "a"))
            #expect(acl.allows(operation, "a", ["bar": 1]))
        }
        for operation in [PolicyOperation.delete, .list, .help] { #expect(acl.allows(operation, "a")) }
    }

    @Test("an allowed parameter with an empty list takes any value, and no other parameter is taken")
    func allowedNames() throws {
        let acl = try acl("allowed_parameters = { \"bar\" = [] }")
        #expect(acl.allows(.update, "a", ["bar": "x"]))
        #expect(acl.allows(.update, "a", ["BAR": ["x": 1]]))
        #expect(acl.allows(.update, "a"))
        #expect(acl.decision(.update, "a", ["bar": 1, "foo": 1]).reason == .parameterNotAllowed("foo"))
    }

    @Test("an allowed parameter with values takes those only")
    func allowedValues() throws {
        let acl = try acl("allowed_parameters = { \"Bar\" = [\"zip\", \"zap\", 5, true] }")
        for value in ["zip", "zap", 5, true] as [JSON] { #expect(acl.allows(.update, "a", ["bar": value])) }
        for value in ["zop", "", "ZIP", 6, false, nil, ["zip": 1], [], ["zop"], ["zip", "zop"]] as [JSON] {
            #expect(!acl.allows(.update, "a", ["bar": value]))
        }
    }

    @Test("beside * the named parameters stay restricted, all others are free")
    func allowedStar() throws {
        let acl = try acl("allowed_parameters = { \"bar\" = [\"zip\"], \"*\" = [] }")
        #expect(acl.allows(.update, "a", ["bar": "zip", "foo": ["any"]]))
        #expect(!acl.allows(.update, "a", ["bar": "zap", "foo": 1]))
        #expect(try self.acl("allowed_parameters = { \"*\" = [] }").allows(.update, "a", ["x": 1]))
    }

    @Test("without a single name nothing is restricted")
    func allowedNothing() throws {
        #expect(try acl("allowed_parameters = {}").allows(.update, "a", ["x": 1]))
        #expect(try acl("denied_parameters = {}").allows(.update, "a", ["x": 1]))
    }

    @Test("a denied parameter with an empty list may not be given at all")
    func deniedNames() throws {
        let acl = try acl("denied_parameters = { \"bar\" = [] }")
        for value in ["x", nil, [], 1] as [JSON] {
            #expect(acl.decision(.update, "a", ["Bar": value]).reason == .parameterDenied("bar"))
        }
        #expect(acl.allows(.update, "a", ["foo": 1]))
    }

    @Test("a denied parameter with values may be given with others")
    func deniedValues() throws {
        let acl = try acl("denied_parameters = { \"bar\" = [\"zip\", 5] }")
        for value in ["zip", 5, "5", ["zip"], ["x", "zip"], [["zip"]], "x,zip", "zip , x", "5,6"] as [JSON] {
            #expect(!acl.allows(.update, "a", ["bar": value]))
        }
        for value in ["zap", 6, "zipper", [], "x,y", ["x"]] as [JSON] {
            #expect(acl.allows(.update, "a", ["bar": value]))
        }
    }

    @Test("* denies every parameter, whatever its list says")
    func deniedStar() throws {
        for list in ["[]", "[\"x\"]"] {
            let acl = try acl("denied_parameters = { \"*\" = \(list) }")
            #expect(!acl.allows(.update, "a", ["anything": 1]))
            #expect(acl.allows(.update, "a"))
        }
    }

    @Test("denials take precedence over allowances")
    func denialFirst() throws {
        let acl = try acl(
            "allowed_parameters = { \"bar\" = [], \"*\" = [] }\ndenied_parameters = { \"bar\" = [\"x\"] }")
        #expect(acl.decision(.update, "a", ["bar": "x"]).reason == .parameterDenied("bar"))
        #expect(acl.allows(.update, "a", ["bar": "y"]))
    }

    @Test(
        "a * at the start or the end of a value stands for anything",
        arguments: [
            ("foo-*", "foo-", true), ("foo-*", "foo-bar", true), ("foo-*", "fo", false), ("foo-*", "xfoo-", false),
            ("*-foo", "bar-foo", true), ("*-foo", "-foo", true), ("*-foo", "-foox", false), ("*oo*", "foot", true),
            ("*oo*", "fot", false), ("*", "", true), ("*", "x", true), ("**", "x", true), ("a*c", "abc", false),
            ("a*c", "a*c", true), ("*a", "a", true), ("a*", "a", true),
            // As documented: the whole text may match even where its parts would not.
            ("baz/*", "baz/quux,wibble", true),
        ])
    func globs(pattern: String, value: String, isMatch: Bool) throws {
        let allowed = try acl("allowed_parameters = { \"bar\" = [\"\(pattern)\"] }")
        #expect(allowed.allows(.update, "a", ["bar": .string(value)]) == isMatch)
        let denied = try acl("denied_parameters = { \"bar\" = [\"\(pattern)\"] }")
        #expect(denied.allows(.update, "a", ["bar": .string(value)]) == !isMatch)
    }

    @Test("a list is allowed when all its elements are, or when it is listed as a whole")
    func allowedLists() throws {
        let acl = try acl("allowed_parameters = { \"bar\" = [\"x\", \"y-*\", [\"p\", \"q\"]] }")
        for value in [["x"], ["x", "y-1"], ["y-1", "x", "x"], "x,y-1", "x, y-2", ["p", "q"]] as [JSON] {
            #expect(acl.allows(.update, "a", ["bar": value]))
        }
        for value in [["p"], ["q", "p"], ["x", "z"], "x,z", "x,", ",", []] as [JSON] {
            #expect(!acl.allows(.update, "a", ["bar": value]))
        }
    }

    @Test("a single value counts as a list of one")
    func scalar() throws {
        let acl = try acl("allowed_parameters = { \"bar\" = \"zip\" }")
        #expect(acl.allows(.update, "a", ["bar": "zip"]))
        #expect(!acl.allows(.update, "a", ["bar": "zap"]))
    }

    @Test("numbers match by value however the policy writes them")
    func numbers() throws {
        let acl = try acl("allowed_parameters = { \"bar\" = [0x10, 010, -3, 1.5] }")
        for value in [16, 8, -3, .number(JSONNumber(checkedText: "1.5"))] as [JSON] {
            #expect(acl.allows(.update, "a", ["bar": value]))
        }
        #expect(!acl.allows(.update, "a", ["bar": 10]))
    }

    @Test("policies with the same pattern add up what they allow, deny and require")
    func merging() throws {
        let both = try acl(
            "allowed_parameters = { \"x\" = [\"1\"] }", "allowed_parameters = { \"x\" = [\"2\"], \"y\" = [] }")
        #expect(both.allows(.update, "a", ["x": "1", "y": 1]))
        #expect(both.allows(.update, "a", ["x": "2"]))
        #expect(!both.allows(.update, "a", ["x": "3"]))
        let any = try acl("allowed_parameters = { \"x\" = [\"1\"] }", "allowed_parameters = { \"x\" = [] }")
        #expect(any.allows(.update, "a", ["x": "3"]))
        let denied = try acl("denied_parameters = { \"x\" = [\"1\"] }", "denied_parameters = { \"x\" = [\"2\"] }")
        #expect(!denied.allows(.update, "a", ["x": "1"]) && !denied.allows(.update, "a", ["x": "2"]))
        #expect(denied.allows(.update, "a", ["x": "3"]))
        let none = try acl("denied_parameters = { \"x\" = [\"1\"] }", "denied_parameters = { \"x\" = [] }")
        #expect(!none.allows(.update, "a", ["x": "3"]))
        let required = try acl("required_parameters = [\"x\"]", "required_parameters = [\"y\"]")
        #expect(!required.allows(.update, "a", ["x": 1]) && !required.allows(.update, "a", ["y": 1]))
        #expect(required.allows(.update, "a", ["x": 1, "y": 1]))
    }

    @Test("a restriction in one policy holds though another has none", arguments: [true, false])
    func restrictionStays(isFirst: Bool) throws {
        for (restriction, refused) in [
            ("allowed_parameters = { \"x\" = [] }", ["y": 1]), ("denied_parameters = { \"y\" = [] }", ["y": 1]),
            ("required_parameters = [\"x\"]", [:]),
        ] as [(String, JSONObject)] {
            let acl = try isFirst ? acl(restriction, "") : acl("", restriction)
            #expect(!acl.allows(.update, "a", refused))
            #expect(acl.allows(.update, "a", ["x": 1]))
        }
    }
}
