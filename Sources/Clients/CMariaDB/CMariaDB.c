#include "include/CMariaDB.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>

// As CPostgres does for libpq: the functions that are used, under their own names.

static _Atomic(void *) library;

int cmariadb_load(void) {
    if (atomic_load(&library)) return 1;
    // Opening it twice gives the same handle.
    atomic_store(&library, dlopen("libmariadb.so.3", RTLD_NOW | RTLD_LOCAL));
    return atomic_load(&library) != NULL;
}

#define FORWARD(result, name, parameters, arguments)                         \
    result name parameters {                                                 \
        static _Atomic(void *) found;                                        \
        void *function = atomic_load(&found);                                \
        if (!function) {                                                     \
            function = dlsym(atomic_load(&library), #name);                  \
            atomic_store(&found, function);                                  \
        }                                                                    \
        return((result(*) parameters)function) arguments;                    \
    }

FORWARD(int, mysql_server_init, (int count, char **arguments, char **groups), (count, arguments, groups))
FORWARD(MYSQL *, mysql_init, (MYSQL * connection), (connection))
FORWARD(MYSQL *, mysql_real_connect,
        (MYSQL * connection, const char *host, const char *user, const char *password, const char *database,
         unsigned int port, const char *socket, unsigned long flags),
        (connection, host, user, password, database, port, socket, flags))
FORWARD(void, mysql_close, (MYSQL * connection), (connection))
FORWARD(int, mysql_options, (MYSQL * connection, enum mysql_option option, const void *value),
        (connection, option, value))
FORWARD(int, mysql_real_query, (MYSQL * connection, const char *text, unsigned long length),
        (connection, text, length))
FORWARD(MYSQL_RES *, mysql_store_result, (MYSQL * connection), (connection))
FORWARD(void, mysql_free_result, (MYSQL_RES * answer), (answer))
FORWARD(MYSQL_ROW, mysql_fetch_row, (MYSQL_RES * answer), (answer))
FORWARD(unsigned int, mysql_num_fields, (MYSQL_RES * answer), (answer))
FORWARD(unsigned int, mysql_errno, (MYSQL * connection), (connection))
FORWARD(const char *, mysql_error, (MYSQL * connection), (connection))
FORWARD(my_socket, mysql_get_socket, (MYSQL * connection), (connection))
