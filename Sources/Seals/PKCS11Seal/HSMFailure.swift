internal import CPKCS11
internal import CofferFramework

/// What the numbers of the standard mean for a seal.
enum HSMFailure {
    static func check(_ code: UInt) throws(SealFailure) {
        if code == 0 { return }
        throw failure(code)
    }

    private static func failure(_ code: UInt) -> SealFailure {
        switch code {
        case 0xc0ff_ee01: SealFailure(.invalid, "the library of the HSM cannot be loaded")
        case 0xc0ff_ee02: SealFailure(.refused, "the HSM has no such token or key")
        // The PIN is wrong, has a wrong length, has expired, is locked.
        case 0xa0, 0xa1, 0xa2, 0xa3, 0xa4: SealFailure(.refused, "the HSM refused the PIN: CKR \(hex(code))")
        // What was encrypted is not what this key encrypted: data, its length, the key's type, the mechanism.
        case 0x20, 0x21, 0x40, 0x41, 0x05, 0x06, 0x62, 0x63, 0x70, 0x71:
            SealFailure(.wrongKey, "the HSM cannot do this with its key: CKR \(hex(code))")
        default: SealFailure(.unreachable, "the HSM failed: CKR \(hex(code))")
        }
    }

    private static func hex(_ code: UInt) -> String { "0x" + String(code, radix: 16) }
}
