#ifndef COFFER_CFUZZER_H
#define COFFER_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// libFuzzer's own main function, which the build system's entry point takes the place of.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*test)(const uint8_t *start, size_t size));

#endif
