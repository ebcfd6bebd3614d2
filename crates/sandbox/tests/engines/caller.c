/* Calls out in the way its first argument names, to documentation addresses only. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netdb.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "guard.h"

static int tcp_connect(void *to, socklen_t length, int family) {
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connect(fd, to, length);
    return fd;
}

static void tcp(void) {
    struct sockaddr_in to = v4("203.0.113.7", 443);
    close(tcp_connect(&to, sizeof to, AF_INET));
}

static void tcp6(void) {
    struct sockaddr_in6 to = v6("2001:db8::7", 443);
    close(tcp_connect(&to, sizeof to, AF_INET6));
}

static void mapped(void) {
    struct sockaddr_in6 to = v6("::ffff:203.0.113.8", 443);
    close(tcp_connect(&to, sizeof to, AF_INET6));
}

static void udp_sendto(void) {
    struct sockaddr_in to = v4("198.51.100.1", 9);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    sendto(fd, "x", 1, 0, (void *)&to, sizeof to);
}

static void udp_sendmmsg(void) {
    struct sockaddr_in to[2] = {v4("198.51.100.2", 9), v4("198.51.100.3", 9)};
    struct iovec part = {"x", 1};
    struct mmsghdr messages[2] = {0};
    for (int i = 0; i < 2; i++) {
        messages[i].msg_hdr.msg_name = &to[i];
        messages[i].msg_hdr.msg_namelen = sizeof to[i];
        messages[i].msg_hdr.msg_iov = &part;
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), messages, 2, 0);
}

static void udp_sendmsg(void) {
    struct sockaddr_in to = v4("198.51.100.4", 9);
    struct iovec part = {"x", 1};
    struct msghdr message = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &part, .msg_iovlen = 1};
    sendmsg(socket(AF_INET, SOCK_DGRAM, 0), &message, 0);
}

static void route_probe(void) {
    struct sockaddr_in to = v4("198.51.100.5", 53);
    connect(socket(AF_INET, SOCK_DGRAM, 0), (void *)&to, sizeof to);
}

static void ping(void) {
    struct sockaddr_in to = v4("198.51.100.6", 0);
    char echo[8] = {8};
    int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
    if (sendto(fd, echo, sizeof echo, 0, (void *)&to, sizeof to) < 0) perror("ping");
}

/* Waits for its grandchild by a pipe, so that it never ends before the call. */
static void daemon_child(void) {
    int line[2];
    char nothing;
    if (pipe(line)) exit(3);
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            usleep(20000);
            tcp();
        }
        _exit(0);
    }
    close(line[1]);
    wait(NULL);
    if (read(line[0], &nothing, 1)) exit(4);
}

/* Everything a well-behaved engine does: none of it may be seen as an attempt. */
static void quiet(void) {
    struct sockaddr_in own = v4("127.0.0.1", 0);
    socklen_t length = sizeof own;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(listener, (void *)&own, sizeof own);
    listen(listener, 5);
    getsockname(listener, (void *)&own, &length);
    for (const char **name = (const char *[]){"127.0.0.1", "0.0.0.0", "198.18.0.1", NULL}; *name; name++) {
        struct sockaddr_in to = v4(*name, ntohs(own.sin_port));
        close(tcp_connect(&to, sizeof to, AF_INET));
    }
    struct sockaddr_in6 to = v6("::1", ntohs(own.sin_port));
    close(tcp_connect(&to, sizeof to, AF_INET6));
    struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/nowhere"};
    connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&local, sizeof local);
    int pair[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    struct iovec part = {"x", 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    for (int i = 0; i < 100; i++) {
        char byte;
        if (sendmsg(pair[0], &message, 0) != 1 || read(pair[1], &byte, 1) != 1) exit(3);
    }
    socket(AF_NETLINK, SOCK_RAW, 0);
}

int main(int count, char **arguments) {
    only_inside();
    struct { const char *name; void (*act)(void); } cases[] = {
        {"tcp", tcp}, {"tcp6", tcp6}, {"mapped", mapped}, {"sendto", udp_sendto}, {"sendmsg", udp_sendmsg},
        {"sendmmsg", udp_sendmmsg}, {"route-probe", route_probe}, {"ping", ping}, {"daemon", daemon_child},
        {"quiet", quiet},
    };
    for (int i = 1; i < count; i++)
        for (unsigned c = 0; c < sizeof cases / sizeof *cases; c++)
            if (!strcmp(cases[c].name, arguments[i])) cases[c].act();
    usleep(50000);
    return 0;
}
