/* Programs that call out include this: they refuse to run anywhere but inside the sandbox, so that nothing they do can
   reach a real network. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void only_inside(void) {
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    struct sockaddr_in own = {.sin_family = AF_INET};
    inet_pton(AF_INET, "198.18.0.1", &own.sin_addr);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    /* Only the engine's own device has this address; without a device there is no route at all. */
    FILE *routes = fopen("/proc/net/route", "r");
    int lines = 0;
    for (int c; routes && (c = fgetc(routes)) != EOF;) lines += c == '\n';
    int own_address = bind(fd, (struct sockaddr *)&own, sizeof own) == 0;
    if (strcmp(host, "engine") != 0 || !routes || !(own_address || lines == 1)) {
        fprintf(stderr, "refusing to run outside the sandbox\n");
        exit(99);
    }
    close(fd);
}

static inline struct sockaddr_in v4(const char *address, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, address, &to.sin_addr);
    return to;
}

static inline struct sockaddr_in6 v6(const char *address, int port) {
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    inet_pton(AF_INET6, address, &to.sin6_addr);
    return to;
}
