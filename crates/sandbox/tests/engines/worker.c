/* Does what its arguments say, one after the other. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void eat(long megabytes) {
    for (long i = 0; i < megabytes; i++) {
        char *piece = malloc(1 << 20);
        if (!piece) exit(12);
        memset(piece, 1, 1 << 20);
    }
}

static void *nap(void *milliseconds) {
    long ms = (long)milliseconds;
    struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&wait, NULL);
    return NULL;
}

static void *nap_twice(void *milliseconds) {
    nap(milliseconds);
    for (volatile long busy = 0; busy < 50000000; busy++) {}
    return nap(milliseconds);
}

static void *read_timer(void *milliseconds) {
    long ms = (long)milliseconds;
    struct itimerspec once = {.it_value = {ms / 1000, ms % 1000 * 1000000}};
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    unsigned long ticks;
    timerfd_settime(timer, 0, &once, NULL);
    if (read(timer, &ticks, sizeof ticks) < 0) exit(5);
    return NULL;
}

static struct timespec moment(clockid_t clock, long ms) {
    struct timespec then;
    clock_gettime(clock, &then);
    then.tv_sec += ms / 1000;
    return then;
}

static void *nap_until(void *milliseconds) {
    struct timespec then = moment(CLOCK_MONOTONIC, (long)milliseconds);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL);
    return NULL;
}

static void *wait_until(void *milliseconds) {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    struct timespec then = moment(CLOCK_REALTIME, (long)milliseconds);
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&never, &mutex, &then);
    return NULL;
}

static void *poll_for(void *milliseconds) {
    poll(NULL, 0, (int)(long)milliseconds);
    return NULL;
}

static void beat(void) {
    for (;;) poll(NULL, 0, 300);
}

static void *beating(void *nothing) {
    beat();
    return nothing;
}

static void look(const char *path) {
    int fd = open(path, O_RDONLY);
    char text[4096];
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (length < 0) { printf("look %s: %s\n", path, strerror(errno)); return; }
    text[length] = 0;
    printf("look %s: %s\n", path, text);
}

static void put(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    printf("put %s: %s\n", path, fd < 0 || write(fd, "1", 1) != 1 ? strerror(errno) : "done");
}

/* Tries to change a node that the host may share, leaving it as it was should that succeed. */
static void change(const char *path) {
    struct stat before;
    if (stat(path, &before)) { printf("change %s: %s\n", path, strerror(errno)); return; }
    int failed = chmod(path, before.st_mode & 07777);
    printf("change %s: %s\n", path, failed ? strerror(errno) : "done");
}

static void starve(const char *process) {
    struct rlimit limit;
    getrlimit(RLIMIT_CORE, &limit);
    int failed = prlimit(atoi(process), RLIMIT_CORE, &limit, NULL);
    printf("starve %s: %s\n", process, failed ? strerror(errno) : "done");
}

static void fill(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    static char block[1 << 20];
    long written = 0;
    for (ssize_t got; (got = write(fd, block, sizeof block)) > 0 && written < 1L << 30;) written += got;
    printf("fill %s: %ld MB, %s\n", path, written >> 20, strerror(errno));
}

int main(int count, char **arguments) {
    setvbuf(stdout, NULL, _IONBF, 0);
    for (int i = 1; i < count; i++) {
        const char *what = arguments[i], *with = i + 1 < count ? arguments[i + 1] : "";
        pthread_t thread;
        if (!strcmp(what, "eat")) eat(atol(with));
        if (!strcmp(what, "exit")) return atoi(with);
        if (!strcmp(what, "crash")) raise(SIGSEGV);
        if (!strcmp(what, "look")) look(with);
        if (!strcmp(what, "put")) put(with);
        if (!strcmp(what, "change")) change(with);
        if (!strcmp(what, "starve")) starve(with);
        if (!strcmp(what, "fill")) fill(with);
        if (!strcmp(what, "sleep")) nap((void *)atol(with));
        if (!strcmp(what, "thread-sleep")) pthread_create(&thread, NULL, nap, (void *)atol(with));
        if (!strcmp(what, "thread-naps")) pthread_create(&thread, NULL, nap_twice, (void *)atol(with));
        if (!strcmp(what, "thread-timer")) pthread_create(&thread, NULL, read_timer, (void *)atol(with));
        if (!strcmp(what, "thread-until")) pthread_create(&thread, NULL, nap_until, (void *)atol(with));
        if (!strcmp(what, "thread-condition")) pthread_create(&thread, NULL, wait_until, (void *)atol(with));
        if (!strcmp(what, "thread-poll")) pthread_create(&thread, NULL, poll_for, (void *)atol(with));
        if (!strcmp(what, "thread-beat")) pthread_create(&thread, NULL, beating, NULL);
        if (!strcmp(what, "stubborn")) signal(SIGTERM, SIG_IGN);
        if (!strcmp(what, "leave") && fork() == 0) { setsid(); for (;;) pause(); }
        if (!strcmp(what, "bomb")) while (fork() >= 0) {}
        if (!strcmp(what, "shout")) for (long n = 0; n < atol(with); n++) puts("0123456789abcdef0123456789abcdef");
        if (!strcmp(what, "wait")) for (;;) pause();
    }
    return 0;
}
