// frames INTERFACE SIZE COUNT RATE: waits for a byte, then sends COUNT Ethernet frames of SIZE bytes, RATE a second or, for 0, as many as it can; prints how many went and the seconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, LONGEST = 9000 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
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

int main(int argc, char **argv) {
    static unsigned char frame[LONGEST];
    struct mmsghdr messages[BATCH] = { 0 };
    struct iovec vector;
    int one = 1;
    char word;
    if (argc != 5) return 2;
    int size = atoi(argv[2]);
    long count = atol(argv[3]), sent = 0, refused = 0;
    double rate = atof(argv[4]);
    if (size < 60 || size > LONGEST) return 2;
    struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = (int)if_nametoindex(argv[1]), .sll_halen = 6 };
    int socket_ = socket(AF_PACKET, SOCK_RAW, 0);
    // What sends takes the packet's way to the other end itself, without a queue; taps on its own end don't see it.
    if (to.sll_ifindex == 0 || socket_ < 0 || setsockopt(socket_, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one)) return perror("frames"), 3;
    prctl(PR_SET_TIMERSLACK, 1);
    fill(frame, size);
    vector.iov_base = frame, vector.iov_len = (size_t)size;
    for (int i = 0; i < BATCH; i++) messages[i].msg_hdr = (struct msghdr){ .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &vector, .msg_iovlen = 1 };
    if (read(0, &word, 1) != 1) return 4;
    double begin = now(), origin = begin, quota = 0;
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
    printf("%ld %ld %.9f\n", sent, refused, now() - begin);
    return 0;
}
