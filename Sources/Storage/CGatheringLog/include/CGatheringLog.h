#pragma once

/// The name of a layer around SQLite's own way to files (https://sqlite.org/vfs.html, "shims"), for connections that
/// write; NULL, which means SQLite's own, when it cannot be had.
///
/// It gathers what a commit adds to the write-ahead log, so that it goes to the system in one call. SQLite writes each
/// page of the log, and before it the page's header, by themselves; but nobody may rely on any of them before the sync
/// that ends the commit (under `synchronous=FULL`). So they are kept until then, or until anything else is asked of the
/// log. What cannot be written fails that call, and with it the commit, with the code of the failed write.
///
/// Every file but the log is SQLite's own. May be called by any thread.
const char *coffer_gathering_log(void);
