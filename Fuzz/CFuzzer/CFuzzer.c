#include "CFuzzer.h"

// libFuzzer's main function, which ours takes the place of, names this one, so that it has to be there to link.
int LLVMFuzzerTestOneInput(const uint8_t *start, size_t size) {
    (void)start;
    (void)size;
    return 0;
}
