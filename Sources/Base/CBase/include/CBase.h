#ifndef COFFER_CBASE_H
#define COFFER_CBASE_H

// System calls that the Glibc module does not export. No system header is
// included here on purpose: a _GNU_SOURCE header in a public header clashes
// with other modules in debug builds.

typedef __PTRDIFF_TYPE__ coffer_size;

/// Blocks of at least this size go back to the system when they are freed; the C library would raise the size by itself,
/// up to 32 MiB, and keep what large bodies took.
int coffer_return_large_blocks(coffer_size size);

/// Overwrites `length` bytes; the compiler may not remove it.
void coffer_zero(void *pointer, coffer_size length);
/// Fills from getrandom(2). Returns 0, or -1 when the kernel refused.
int coffer_random(void *pointer, coffer_size length);
/// Best effort: keeps the pages out of swap and of core dumps. Returns 0 or -1.
int coffer_lock_memory(void *pointer, coffer_size length);
/// Undoes coffer_lock_memory before the pages go back to the heap.
void coffer_unlock_memory(void *pointer, coffer_size length);
/// Forbids core dumps and ptrace by others. Returns 0 or -1.
int coffer_forbid_dumps(void);
/// Memory that is free stays with the process up to 2 MiB, in pieces of 256 KiB. Returns 0 or -1.
int coffer_keep_free_memory(void);
/// Unmaps the pages of this program's code and constants: those that are used come back from the system's file cache,
/// those that only the start needed do not.
void coffer_forget_code(void);
/// Name shown by ps and found by pidof; at most 15 bytes are kept.
int coffer_set_process_name(const char *name);
/// How long the calling thread may run before others get their turn, in nanoseconds; 0: as the system has it. Who asks
/// for less is let in sooner when it wakes, and gets no more or less of the processor (Linux 6.12 and later; before, and
/// under other policies, nothing happens). Returns 0 or -1. Threads that it starts have the same.
int coffer_set_turn(unsigned long long nanoseconds);
/// Has the calling thread wait for its turn when it wakes, and not interrupt another one (SCHED_BATCH). It gets as much of
/// the processor as before. Returns 0 or -1. Threads that it starts have the same.
int coffer_wait_for_turns(void);
/// A file that exists in memory only, readable by us only, with these bytes. Returns its descriptor, or -1.
int coffer_memory_file(const void *bytes, coffer_size length);
/// Opens a private file without a name in `folder`. Returns its descriptor or -1.
int coffer_spool_file(const char *folder);

#endif
