// Traffic whose packets say themselves whose they are: "pid=… tid=… name=…;" of who sends, or is to get, the payload.
//   owners serve                 answers: echoes of UDP 9000 and TCP 9001; UDP 9002 calls back, UDP 9004 connects back
//   owners work ADDRESS SCALE    makes all kinds of sockets, and prints each connection of TCP with the processes that have it
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sched.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_storage server;
static socklen_t server_length;
static int family;

static void die(const char *what) { fprintf(stderr, "%s: %s (pid %d)\n", what, strerror(errno), getpid()); exit(1); }
static int check(int result, const char *what) { if (result < 0) die(what); return result; }

static int own_tid(void) { return (int)syscall(SYS_gettid); }

static char own_name[16];

static int label(char *to, size_t size)
{
    return snprintf(to, size, "pid=%ld tid=%d name=%s;", syscall(SYS_getpid), own_tid(), own_name);
}

// A process goes by the name of its first thread.
static void name(const char *form, int number)
{
    char text[16];
    snprintf(text, sizeof text, form, number);
    prctl(PR_SET_NAME, text);
    if (own_tid() == syscall(SYS_getpid)) memcpy(own_name, text, sizeof text);
}

static struct sockaddr_storage with_port(const struct sockaddr_storage *address, int port)
{
    struct sockaddr_storage copy = *address;
    ((struct sockaddr_in *)&copy)->sin_port = htons(port); // at the same place in both families
    return copy;
}

static int port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    check(getsockname(fd, (void *)&address, &length), "getsockname");
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

static struct sockaddr_storage any(int port)
{
    struct sockaddr_storage address = {0};
    address.ss_family = family;
    return with_port(&address, port);
}

static void patience(int fd) { struct timeval time = {5, 0}; setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time); }

static int make(int type, int port)
{
    int fd = check(socket(family, type, 0), "socket"), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6) { int off = 0; setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off); }
    patience(fd);
    if (port >= 0) { struct sockaddr_storage at = any(port); check(bind(fd, (void *)&at, server_length), "bind"); }
    return fd;
}

// One line for each connection: its ports here and there, and who has it.
static void told(int local, int remote, int count, ...)
{
    char line[200];
    int at = snprintf(line, sizeof line, "tcp %d %d", local, remote);
    va_list list;
    va_start(list, count);
    while (count-- > 0) at += snprintf(line + at, sizeof line - at, " %d", va_arg(list, int));
    va_end(list);
    line[at++] = '\n';
    if (write(1, line, at) != at) die("write");
}

static void exchange(int fd)
{
    char text[200], back[200];
    int length = label(text, sizeof text);
    if (send(fd, text, length, 0) != length) die("send");
    int got = 0;
    while (got < length) { int n = recv(fd, back + got, length - got, 0); if (n <= 0) die("recv"); got += n; }
    if (memcmp(text, back, length)) { fprintf(stderr, "another's answer: %.*s for %.*s\n", got, back, length, text); exit(1); }
}

static void exchange_with(int fd, int port)
{
    char text[200], back[200];
    int length = label(text, sizeof text);
    struct sockaddr_storage to = with_port(&server, port);
    if (sendto(fd, text, length, 0, (void *)&to, server_length) != length) die("sendto");
    if (recv(fd, back, sizeof back, 0) != length) die("recv of an echo");
}

static int connected(int type, int local, int port)
{
    int fd = make(type, local);
    struct sockaddr_storage to = with_port(&server, port);
    check(connect(fd, (void *)&to, server_length), "connect");
    return fd;
}

static void reap(void) { int status; while (wait(&status) > 0) if (status) { fprintf(stderr, "a child ended with %x\n", status); exit(1); } }
static void reap_one(int pid) { int status; check(waitpid(pid, &status, 0), "waitpid"); if (status) { fprintf(stderr, "a child ended with %x\n", status); exit(1); } }

// ---- server ----

static void echo_udp(int port)
{
    int fd = make(SOCK_DGRAM, port);
    struct timeval none = {0, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none);
    for (;;) {
        char text[300];
        struct sockaddr_storage from;
        socklen_t length = sizeof from;
        int got = recvfrom(fd, text, sizeof text - 1, 0, (void *)&from, &length);
        if (got < 0) continue;
        text[got] = 0;
        int back, mode, n;
        if (port == 9000) sendto(fd, text, got, 0, (void *)&from, length);
        else if (port == 9002 && sscanf(text, "call %d %n", &back, &n) == 1) {
            struct sockaddr_storage to = with_port(&from, back);
            for (int i = 0; i < 3; i++) sendto(fd, text + n, got - n, 0, (void *)&to, length);
        } else if (port == 9004 && sscanf(text, "connect %d %d", &back, &mode) == 2) {
            if (fork()) continue;
            int tcp = make(SOCK_STREAM, -1);
            struct sockaddr_storage to = with_port(&from, back);
            if (connect(tcp, (void *)&to, length)) exit(0);
            if (mode) send(tcp, "hello", 5, 0);
            for (int i = 0; i < 2; i++) { got = recv(tcp, text, sizeof text, 0); if (got > 0) send(tcp, text, got, 0); }
            recv(tcp, text, sizeof text, 0);
            exit(0);
        }
    }
}

static void echo_tcp(int port)
{
    int fd = make(SOCK_STREAM, port);
    struct timeval none = {0, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none);
    check(listen(fd, 512), "listen");
    for (;;) {
        int peer = accept(fd, NULL, NULL);
        if (peer < 0) continue;
        if (fork()) { close(peer); continue; }
        char text[4096];
        int got;
        while ((got = recv(peer, text, sizeof text, 0)) > 0) send(peer, text, got, 0);
        exit(0);
    }
}

// ---- workload ----

static void udp_client(int i)
{
    name("udp%d", i);
    int fd = make(SOCK_DGRAM, -1);
    exchange_with(fd, 9000);
    exchange_with(fd, 9000);
    if (i % 2) return; // its end closes it
    close(fd);
}

// Sends and is gone, before the address of the link is known.
static void udp_shot(int i)
{
    name("shot%d", i);
    int fd = make(SOCK_DGRAM, -1);
    char text[200];
    int length = label(text, sizeof text);
    struct sockaddr_storage to = with_port(&server, 9009);
    sendto(fd, text, length, 0, (void *)&to, server_length);
}

static void udp_forked(void)
{
    name("fork%d", 0);
    int fd = connected(SOCK_DGRAM, -1, 9000);
    exchange(fd);
    for (int i = 1; i <= 3; i++) {
        int pid = fork();
        if (pid == 0) { name("fork%d", i); exchange(fd); exchange(fd); _exit(0); }
        reap_one(pid);
        exchange(fd);
    }
}

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static void *thread_body(void *shared)
{
    name("thr%d", own_tid() % 100000);
    for (int i = 0; i < 5; i++) { pthread_mutex_lock(&turn); exchange(*(int *)shared); pthread_mutex_unlock(&turn); }
    return NULL;
}

static void threads(int type)
{
    name("threads%d", type);
    int fd = connected(type, -1, type == SOCK_STREAM ? 9001 : 9000);
    if (type == SOCK_STREAM) told(port_of(fd), 9001, 1, getpid());
    pthread_t all[4];
    for (int i = 0; i < 4; i++) pthread_create(&all[i], NULL, thread_body, &fd);
    for (int i = 0; i < 4; i++) pthread_join(all[i], NULL);
}

static void tcp_client(int i)
{
    name("tcp%d", i);
    int fd = connected(SOCK_STREAM, -1, 9001);
    told(port_of(fd), 9001, 1, getpid());
    exchange(fd);
    exchange(fd);
    if (i % 3 == 0) { struct linger hard = {1, 0}; setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard); }
    if (i % 2) close(fd);
}

static void give(int channel, int fd)
{
    char byte = 0, control[CMSG_SPACE(sizeof fd)];
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET; head->cmsg_type = SCM_RIGHTS; head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    check(sendmsg(channel, &message, 0), "sendmsg");
}

static int get(int channel)
{
    char byte, control[CMSG_SPACE(sizeof(int))];
    int fd;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    check(recvmsg(channel, &message, 0), "recvmsg");
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

static void passed(int type)
{
    name("giver%d", type);
    int channel[2];
    check(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel), "socketpair");
    int pid = fork(); // before the socket is there: it has it by message alone
    if (pid == 0) {
        name("taker%d", type);
        int fd = get(channel[1]);
        exchange(fd);
        exchange(fd);
        _exit(0);
    }
    int fd = connected(type, -1, type == SOCK_STREAM ? 9001 : 9000);
    if (type == SOCK_STREAM) told(port_of(fd), 9001, 2, getpid(), pid);
    exchange(fd);
    give(channel[0], fd);
    close(fd);
    reap_one(pid);
}

static void tcp_forked(void)
{
    name("tfork%d", 0);
    int fd = connected(SOCK_STREAM, -1, 9001), ready[2];
    exchange(fd);
    check(pipe(ready), "pipe");
    int pid = fork();
    if (pid == 0) { char byte; if (read(ready[0], &byte, 1) != 1) _exit(1); name("tfork%d", 1); exchange(fd); _exit(0); }
    told(port_of(fd), 9001, 2, getpid(), pid);
    if (write(ready[1], "", 1) != 1) die("write");
    reap_one(pid);
    exchange(fd);
}

static void ask(const char *form, int port, int extra, int to)
{
    char text[300];
    int at = snprintf(text, sizeof text, form, port, extra), fd = make(SOCK_DGRAM, -1);
    at += label(text + at, sizeof text - at);
    struct sockaddr_storage address = with_port(&server, to);
    if (sendto(fd, text, at, 0, (void *)&address, server_length) != at) die("sendto");
    close(fd);
}

// A socket that only receives.
static void udp_server(int port)
{
    name("usrv%d", port);
    int fd = make(SOCK_DGRAM, port);
    ask("call %d ", port, 0, 9002);
    for (int i = 0; i < 3; i++) { char text[300]; if (recv(fd, text, sizeof text, 0) <= 0) die("recv of a call"); }
}

// The same five numbers, again and again, of one process after the other.
static void reused(int type, int local)
{
    int port = type == SOCK_STREAM ? 9001 : 9000;
    name(type == SOCK_STREAM ? "treuse%d" : "ureuse%d", getpid() % 100000);
    int fd = connected(type, local, port);
    if (type == SOCK_STREAM) { told(local, port, 1, getpid()); struct linger hard = {1, 0}; setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard); }
    exchange(fd);
    close(fd);
}

static void serve_one(int peer, int listener)
{
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    getpeername(peer, (void *)&from, &length);
    told(port_of(peer), ntohs(((struct sockaddr_in *)&from)->sin_port), 2, getpid(), listener);
    patience(peer);
    exchange(peer);
    exchange(peer);
    close(peer);
}

static void tcp_server(int workers, int count, int speaks_first)
{
    name("master%d", workers);
    int fd = make(SOCK_STREAM, 0), port, master = getpid();
    check(listen(fd, 64), "listen");
    port = port_of(fd);
    for (int i = 0; i < workers; i++) {
        if (fork()) continue;
        name("worker%d", i);
        for (int j = 0; j < count; j++) {
            int peer = check(accept(fd, NULL, NULL), "accept");
            if (speaks_first) { char text[8]; if (recv(peer, text, 5, MSG_WAITALL) != 5) die("recv of hello"); }
            serve_one(peer, master);
        }
        _exit(0);
    }
    for (int i = 0; i < (workers ? workers : 1) * count; i++) {
        ask("connect %d %d ", port, speaks_first, 9004);
        if (workers) continue;
        int peer = check(accept(fd, NULL, NULL), "accept");
        if (speaks_first) { char text[8]; if (recv(peer, text, 5, MSG_WAITALL) != 5) die("recv of hello"); }
        serve_one(peer, master);
    }
    reap();
}

// Who accepts hands on to a child, as inetd does.
static void tcp_inetd(void)
{
    name("inetd%d", 0);
    int fd = make(SOCK_STREAM, 0), master = getpid();
    check(listen(fd, 8), "listen");
    ask("connect %d %d ", port_of(fd), 0, 9004);
    int peer = check(accept(fd, NULL, NULL), "accept"), pid = fork();
    if (pid == 0) { name("inetd%d", 1); serve_one(peer, master); _exit(0); }
    close(peer);
    reap_one(pid);
}

static void ping(int type, int i)
{
    name(type == SOCK_RAW ? "rawping%d" : "ping%d", i);
    int fd = socket(family, type, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
    if (fd < 0) die("socket of ICMP");
    patience(fd);
    for (int n = 0; n < 3; n++) {
        char packet[300] = {0}, back[400];
        packet[0] = family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
        unsigned short id = htons(20000 + getpid() % 40000), sum = 0;
        memcpy(packet + 4, &id, 2);
        packet[7] = n;
        int length = 8 + label(packet + 8, sizeof packet - 8);
        if (type == SOCK_RAW && family == AF_INET) {
            unsigned total = 0;
            for (int at = 0; at < length; at += 2) total += (unsigned char)packet[at] << 8 | (unsigned char)packet[at + 1];
            total = (total >> 16) + (total & 0xffff); total += total >> 16;
            sum = htons(~total); memcpy(packet + 2, &sum, 2);
        }
        struct sockaddr_storage to = with_port(&server, 0);
        if (sendto(fd, packet, length, 0, (void *)&to, server_length) != length) die("sendto of an echo");
        char wanted[200];
        int size = label(wanted, sizeof wanted);
        for (;;) { int got = recv(fd, back, sizeof back, 0); if (got <= 0) die("recv of an echo"); if (memmem(back, got, wanted, size)) break; }
    }
}

// Another process with the same number and another name.
static void pid_reuse(int i)
{
    int pid = fork();
    if (pid == 0) { udp_client(2 * i); _exit(0); }
    reap_one(pid);
    pid_t wanted = pid;
    struct clone_args arguments = {.exit_signal = SIGCHLD, .set_tid = (unsigned long)&wanted, .set_tid_size = 1};
    long again = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (again == 0) { name("again%d", i); int fd = make(SOCK_DGRAM, -1); exchange_with(fd, 9000); _exit(0); }
    if (again < 0) { if (errno == EEXIST) return; die("clone3"); }
    dprintf(1, "reused %d\n", pid);
    reap_one(pid);
}

#define EACH(body) do { int made = fork(); if (made == 0) { body; _exit(0); } check(made, "fork"); if (++running >= 8) { int status; check(wait(&status), "wait"); running--; if (status) { fprintf(stderr, "%s ended with %x\n", #body, status); exit(1); } } } while (0)

static void work(int scale)
{
    int running = 0;
    for (int round = 0; round < scale; round++) {
        for (int i = 0; i < 6; i++) { EACH(udp_client(i)); EACH(tcp_client(i)); }
        EACH(udp_shot(round));
        EACH(udp_forked());
        EACH(tcp_forked());
        EACH(threads(SOCK_DGRAM));
        EACH(threads(SOCK_STREAM));
        EACH(passed(SOCK_DGRAM));
        EACH(passed(SOCK_STREAM));
        EACH(tcp_server(0, 3, 0));
        EACH(tcp_server(0, 3, 1));
        EACH(tcp_server(3, 2, 0));
        EACH(tcp_server(3, 2, 1));
        EACH(tcp_inetd());
        EACH(ping(SOCK_DGRAM, round));
        EACH(ping(SOCK_RAW, round));
        EACH(pid_reuse(round));
        while (running > 0) { int status; check(wait(&status), "wait"); running--; if (status) { fprintf(stderr, "a part ended with %x\n", status); exit(1); } }
        // One after the other, each on the port of the one before.
        for (int i = 0; i < 3; i++) {
            int pid = fork();
            if (pid == 0) { udp_server(7000 + round % 7); _exit(0); }
            reap_one(pid);
            pid = fork();
            if (pid == 0) { reused(SOCK_DGRAM, 7100); _exit(0); }
            reap_one(pid);
            pid = fork();
            if (pid == 0) { reused(SOCK_STREAM, 7200 + family); _exit(0); }
            reap_one(pid);
        }
    }
}

int main(int count, char **values)
{
    signal(SIGPIPE, SIG_IGN);
    if (count >= 2 && !strcmp(values[1], "serve")) {
        signal(SIGCHLD, SIG_IGN);
        family = AF_INET6;
        server_length = sizeof(struct sockaddr_in6);
        for (int port = 9002; port <= 9004; port += 2) if (!fork()) { prctl(PR_SET_PDEATHSIG, SIGKILL); echo_udp(port); }
        if (!fork()) { prctl(PR_SET_PDEATHSIG, SIGKILL); echo_tcp(9001); }
        if (!fork()) { prctl(PR_SET_PDEATHSIG, SIGKILL); make(SOCK_DGRAM, 9009); pause(); }
        usleep(200000);
        dprintf(1, "ready\n");
        echo_udp(9000);
    }
    if (count < 4) return 2;
    family = strchr(values[2], ':') ? AF_INET6 : AF_INET;
    server.ss_family = family;
    inet_pton(family, values[2], family == AF_INET ? (void *)&((struct sockaddr_in *)&server)->sin_addr : (void *)&((struct sockaddr_in6 *)&server)->sin6_addr);
    server_length = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    work(atoi(values[3]));
    return 0;
}
