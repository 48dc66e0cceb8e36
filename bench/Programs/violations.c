// violations MODE COUNT: waits for a byte, then makes COUNT calls that fail with EPERM ("refused") or succeed ("plain"), and prints the seconds.
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct none[2] = { { 0, 0, 0 } };
    struct timespec begin, end;
    char word;
    if (argc != 3 || syscall(SYS_capset, &head, none) || read(0, &word, 1) != 1) return 2;
    long count = atol(argv[2]);
    int refused = !strcmp(argv[1], "refused");
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (long i = 0; i < count; i++) {
        if (refused ? chroot("/usr/bin/..") != -1 : syscall(SYS_getppid) < 0) return 3;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.9f\n", (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
    return 0;
}
