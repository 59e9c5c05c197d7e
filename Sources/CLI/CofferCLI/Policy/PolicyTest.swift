internal import CofferClient
internal import GoFlags
internal import PolicyService

extension PolicyCommands {
    static let test = Command(
        name: "policy test", synopsis: "Checks a policy file against a file of cases",
        arguments: "[options] FILE CASES",
        about: """
            Decides cases by a policy, without a server: for continuous integration. Cases are written
            in HCL or JSON:

                case "the application reads its own secret" {
                  operation = "read"
                  path      = "secret/data/web"
                  expect    = "allow"
                }

                $ {name} policy test web.hcl web-cases.hcl

            A case may also have parameters, wrap_ttl and sudo. Ends with status 1 when one fails.
            """,
        output: [.offline], count: .exactly(2),
        run: { call in
            let acl: ACL
            let cases: [PolicyCase]
            do {
                let text = String(decoding: try source(call, 0), as: UTF8.self)
                acl = ACL(policies: [try Policy.parse(name: "test", namespace: "root", text: text)], isRoot: false)
                cases = try PolicyCase.parse(try source(call, 1))
            } catch let error as PolicyError {
                throw CommandFailure.local("\(call.arguments[0]): \(error.text)")
            } catch let error as PolicyCase.Malformed {
                throw CommandFailure.local("\(call.arguments[1]): \(error.text)")
            }
            let failures = cases.filter { !report($0, acl, call) }
            call.say("\(cases.count - failures.count) passed, \(failures.count) failed")
            return failures.isEmpty ? 0 : 1
        })

    private static func source(_ call: Invocation, _ place: Int) throws -> [UInt8] {
        do {
            return try LocalFile.read(call.expandingHome(call.arguments[place].trimmingSpaces))
        } catch {
            throw CommandFailure.local("Error reading \(call.arguments[place]): \(error)")
        }
    }

    private static func report(_ test: PolicyCase, _ acl: ACL, _ call: Invocation) -> Bool {
        let explanation = acl.explain(test.request)
        let isRight = explanation.decision.allowed == test.isAllowed
        call.say("\(isRight ? "ok    " : "FAILED") \(test.name)")
        if isRight { return true }
        let pattern = "\"\(explanation.decision.pattern ?? "")\""
        call.say("       \(explanation.decision.reason?.text(pattern) ?? "The rule \(pattern) allows it.")")
        return false
    }
}
