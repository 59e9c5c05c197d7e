/// What the holders of shares do together on an open server. Forgotten when the server is sealed.
package struct Ceremonies: Sendable {
    package let rekey: Rekey
    package let recoveryRekey: Rekey
    package let generateRoot: GenerateRoot
}
