// stream serve PORT: takes connections, writes "serving" when it does. stream send ADDRESS PORT SECONDS: sends to it, and prints the bytes that it
// says came, the seconds, and the bytes that were sent. stream echo ADDRESS PORT COUNT: one byte there and back, and prints microseconds: minimum, median, 95th percentile.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 1 << 18 };
static char chunk[CHUNK];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what) {
    perror(what);
    exit(3);
}

static _Noreturn void answer(int client) {
    char mode;
    int one = 1;
    uint64_t total = 0;
    ssize_t got;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (read(client, &mode, 1) != 1) _exit(0);
    while ((got = read(client, chunk, mode == 'e' ? 1 : CHUNK)) > 0) {
        total += (uint64_t)got;
        if (mode == 'e' && write(client, chunk, 1) != 1) break;
    }
    if (mode == 's' && write(client, &total, sizeof total) != sizeof total) _exit(1);
    _exit(0);
}

static _Noreturn void serve(int port) {
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    signal(SIGCHLD, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 8)) fail("serve");
    puts("serving");
    fflush(stdout);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0 && fork() == 0) answer(client);
        if (client >= 0) close(client);
    }
}

static int reach(const char *address, int port, const char *mode) {
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    struct timeval patience = { 20, 0 };
    int one = 1, stream = socket(AF_INET, SOCK_STREAM, 0);
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1) exit(2);
    setsockopt(stream, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(stream, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(stream, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (stream < 0 || connect(stream, (struct sockaddr *)&to, sizeof to) || write(stream, mode, 1) != 1) fail("connect");
    return stream;
}

static int transmit(int stream, double seconds) {
    uint64_t sent = 0, came = 0;
    double begin = now(), end;
    while (now() - begin < seconds) {
        ssize_t went = write(stream, chunk, CHUNK);
        if (went < 0) fail("write");
        sent += (uint64_t)went;
    }
    shutdown(stream, SHUT_WR);
    if (recv(stream, &came, sizeof came, MSG_WAITALL) != sizeof came) fail("read");
    end = now();
    printf("%llu %.9f %llu\n", (unsigned long long)came, end - begin, (unsigned long long)sent);
    return 0;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int echo(int stream, int count) {
    double *times = malloc((size_t)count * sizeof *times);
    char byte = 1;
    for (int i = 0; i < count; i++) {
        double begin = now();
        if (write(stream, &byte, 1) != 1 || read(stream, &byte, 1) != 1) fail("echo");
        times[i] = (now() - begin) * 1e6;
    }
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("%.3f %.3f %.3f\n", times[0], times[count / 2], times[count - 1 - count / 20]);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 3 && !strcmp(argv[1], "serve")) serve(atoi(argv[2]));
    if (argc != 5 || atof(argv[4]) <= 0) return 2;
    signal(SIGPIPE, SIG_IGN);
    int sends = !strcmp(argv[1], "send");
    int stream = reach(argv[2], atoi(argv[3]), sends ? "s" : "e");
    return sends ? transmit(stream, atof(argv[4])) : echo(stream, atoi(argv[4]));
}
