#include "include/CMariaDB.h"

#include "CForward.h"

// The functions of libmariadb that are used.

FORWARD_LIBRARY(cmariadb_load, "libmariadb.so.3")

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
