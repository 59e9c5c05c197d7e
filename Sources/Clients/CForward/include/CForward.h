#ifndef CFORWARD_H
#define CFORWARD_H

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>

// Functions of a library that is loaded at its first use, under their own names: a file that uses FORWARD_LIBRARY
// once defines each function that it needs by FORWARD.

/// Defines `int load(void)`, which loads the library unless it is loaded, and returns 0 when it is not installed.
#define FORWARD_LIBRARY(load, file)                                     \
    static _Atomic(void *) library;                                     \
    int load(void) {                                                    \
        if (atomic_load(&library)) return 1;                            \
        /* Opening it twice gives the same handle. */                   \
        atomic_store(&library, dlopen(file, RTLD_NOW | RTLD_LOCAL));    \
        return atomic_load(&library) != NULL;                           \
    }

/// Defines a function that asks the library for the one that it stands for.
#define FORWARD(result, name, parameters, arguments)                    \
    result name parameters {                                            \
        static _Atomic(void *) found;                                   \
        void *function = atomic_load(&found);                           \
        if (!function) {                                                \
            function = dlsym(atomic_load(&library), #name);             \
            atomic_store(&found, function);                             \
        }                                                               \
        return ((result(*) parameters)function)arguments;               \
    }

#endif
