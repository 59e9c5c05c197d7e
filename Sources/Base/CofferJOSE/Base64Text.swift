internal import CofferBase

/// The two alphabets of JOSE. A decoder that takes padding or spare bits would let one token have two texts.
enum Base64Text {
    static func url(_ text: some StringProtocol) -> [UInt8]? { Base64.urlUnpadded.decode(text) }
    static func standard(_ text: some StringProtocol) -> [UInt8]? { Base64.standard.decode(text) }
    static func url(_ bytes: some Collection<UInt8>) -> String { Base64.urlUnpadded.encode(bytes) }
}
