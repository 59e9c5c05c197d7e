import CofferBase

@testable import TOTPEngine

extension FuzzTarget {
    /// A key that is taken from a URL says the same in its own URL.
    static let otpauth = FuzzTarget("otpauth") { input in
        var given = KeyInput()
        given.url = String(decoding: input, as: UTF8.self)
        guard let key = try? given.record(.system) else { return }
        var again = KeyInput()
        again.url = OTPAuthURL.text(of: key)
        guard let copy = try? again.record(.system) else { fatalError("own URL is refused") }
        precondition(copy.key == key.key && copy.digits == key.digits && copy.period == key.period, "another key")
    }
}
