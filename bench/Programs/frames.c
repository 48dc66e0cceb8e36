// frames INTERFACE SIZE COUNT RATE [ADDRESS]: waits for a byte, then sends COUNT Ethernet frames of SIZE bytes, RATE a second or, for 0, as many as it
// can; with ADDRESS as datagrams of a UDP socket, else made by itself. Prints how many went, how many found no room, the seconds, and its processor time.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, LONGEST = 9000 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double processor(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static unsigned sum(const unsigned char *bytes, int length) {
    unsigned total = 0;
    for (int i = 0; i < length; i += 2) total += (unsigned)(bytes[i] << 8 | bytes[i + 1]);
    while (total >> 16) total = (total & 0xffff) + (total >> 16);
    return ~total & 0xffff;
}

// UDP from 10.9.9.1 to 10.9.9.2, both ports 9, to an address that no interface has: the receiving host drops it at once.
static void fill(unsigned char *frame, int size) {
    static const unsigned char head[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 9, 9, 1, 10, 9, 9, 2, 0, 9, 0, 9 };
    memset(frame, 0, (size_t)size);
    memcpy(frame, head, sizeof head);
    frame[16] = (unsigned char)((size - 14) >> 8), frame[17] = (unsigned char)(size - 14);
    frame[38] = (unsigned char)((size - 34) >> 8), frame[39] = (unsigned char)(size - 34);
    unsigned check = sum(frame + 14, 20);
    frame[24] = (unsigned char)(check >> 8), frame[25] = (unsigned char)check;
}

static int datagrams(const char *interface, const char *address) {
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
    int socket_ = socket(AF_INET, SOCK_DGRAM, 0);
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1) return -1;
    if (socket_ < 0 || setsockopt(socket_, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface))) return -1;
    return connect(socket_, (struct sockaddr *)&to, sizeof to) ? -1 : socket_;
}

// What sends takes the packet's way to the other end itself, without a queue; taps on its own end don't see it.
static int link_layer(struct sockaddr_ll *to, const char *interface) {
    int one = 1, socket_ = socket(AF_PACKET, SOCK_RAW, 0);
    *to = (struct sockaddr_ll){ .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = (int)if_nametoindex(interface), .sll_halen = 6 };
    return to->sll_ifindex == 0 || socket_ < 0 || setsockopt(socket_, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one) ? -1 : socket_;
}

int main(int argc, char **argv) {
    static unsigned char frame[LONGEST];
    struct mmsghdr messages[BATCH] = { 0 };
    struct iovec vector;
    struct sockaddr_ll to;
    char word;
    if (argc != 5 && argc != 6) return 2;
    const char *address = argc == 6 ? argv[5] : NULL;
    int size = atoi(argv[2]);
    long count = atol(argv[3]), sent = 0, refused = 0;
    double rate = atof(argv[4]);
    if (size < 60 || size > LONGEST) return 2;
    int socket_ = address ? datagrams(argv[1], address) : link_layer(&to, argv[1]);
    if (socket_ < 0) return perror("frames"), 3;
    prctl(PR_SET_TIMERSLACK, 1);
    fill(frame, size);
    // The kernel puts the same 42 bytes before a datagram.
    vector.iov_base = frame + (address ? 42 : 0), vector.iov_len = (size_t)(size - (address ? 42 : 0));
    for (int i = 0; i < BATCH; i++) messages[i].msg_hdr = (struct msghdr){ .msg_name = address ? NULL : &to, .msg_namelen = address ? 0 : sizeof to, .msg_iov = &vector, .msg_iovlen = 1 };
    if (read(0, &word, 1) != 1) return 4;
    double used = processor(), begin = now(), origin = begin, quota = 0;
    while (sent + refused < count) {
        if (rate > 0) {
            double late = now() - origin - quota / rate;
            if (late < 0) {
                struct timespec pause = { 0, (long)(-late * 1e9) };
                nanosleep(&pause, NULL);
                continue;
            }
            // Who was kept from running makes up for a hundredth of a second, not for more.
            if (late > 0.01) origin += late - 0.01;
        }
        int want = count - sent - refused < BATCH ? (int)(count - sent - refused) : BATCH;
        int went = sendmmsg(socket_, messages, (unsigned)want, 0);
        if (went < 0 && errno != ENOBUFS && errno != EINTR) return perror("sendmmsg"), 5;
        if (went < 0 && errno == ENOBUFS) refused++, went = 1;
        else if (went > 0) sent += went;
        if (went > 0) quota += went;
    }
    double end = now();
    printf("%ld %ld %.9f %.6f\n", sent, refused, end - begin, processor() - used);
    return 0;
}
