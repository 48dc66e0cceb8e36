// What calls cost under a filter: installs the program of a file ("-" for none) and times calls in batches.
// Arguments: the file, batches, calls in a batch, then for each call "number argument argument".
// Answers the nanoseconds of the installation, each call's errno, then for each batch and call the nanoseconds; all int64.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time); // by the vDSO: no call that the filter sees
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

int main(int argc, char **argv) {
    static struct sock_filter code[4097];
    static int64_t answer[4096];
    if (argc < 7 || argc % 3 != 1) return 2;
    int batches = atoi(argv[2]), count = atoi(argv[3]), kinds = (argc - 4) / 3;
    if (1 + kinds * (1 + batches) > 4096) return 2;
    if (strcmp(argv[1], "-")) {
        FILE *file = fopen(argv[1], "r");
        if (!file) return 3;
        struct sock_fprog program = { fread(code, sizeof *code, 4097, file), code };
        fclose(file);
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return 4;
        int64_t from = now();
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) return 5;
        answer[0] = now() - from;
    }
    int at = 1;
    for (int kind = 0; kind < kinds; kind++) {
        char **call = argv + 4 + 3 * kind;
        answer[at++] = syscall(strtol(call[0], 0, 0), strtoul(call[1], 0, 0), strtoul(call[2], 0, 0)) == -1 ? errno : 0;
    }
    for (int batch = 0; batch < batches; batch++) {
        for (int kind = 0; kind < kinds; kind++) {
            char **call = argv + 4 + 3 * kind;
            long number = strtol(call[0], 0, 0);
            unsigned long first = strtoul(call[1], 0, 0), second = strtoul(call[2], 0, 0);
            int64_t from = now();
            for (int i = 0; i < count; i++) syscall(number, first, second);
            answer[at++] = now() - from;
        }
    }
    return write(1, answer, at * sizeof *answer) == (ssize_t)(at * sizeof *answer) ? 0 : 6;
}
