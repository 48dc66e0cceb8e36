// What runc (libcontainer/seccomp, matchCall) does with a profile, on libseccomp: from lines on standard input to a program on standard output.
//   default ACTION | arch NAME | rule ACTION NAME CONDITIONS (INDEX OP VALUE TWO)...
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const enum scmp_compare operators[] = { SCMP_CMP_EQ, SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_GT, SCMP_CMP_GE, SCMP_CMP_MASKED_EQ };

static void check(int result, const char *what)
{
    if (result >= 0 || result == -EEXIST) return;
    fprintf(stderr, "%s: %s\n", what, strerror(-result));
    exit(1);
}

int main(void)
{
    scmp_filter_ctx filter = NULL;
    uint32_t otherwise = 0, action;
    char word[32], name[64];
    while (scanf("%31s", word) == 1)
    {
        if (!strcmp(word, "default"))
        {
            if (scanf("%" SCNu32, &otherwise) != 1) return 2;
            filter = seccomp_init(otherwise);
            check(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "badarch");
            check(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE), "native");
        }
        else if (!strcmp(word, "arch"))
        {
            if (scanf("%63s", name) != 1) return 2;
            check(seccomp_arch_add(filter, seccomp_arch_resolve_name(name)), name);
        }
        else
        {
            int count;
            struct scmp_arg_cmp conditions[16];
            if (scanf("%" SCNu32 " %63s %d", &action, name, &count) != 3) return 2;
            int repeated = 0, seen = 0;
            for (int i = 0; i < count; i++)
            {
                unsigned index, op;
                uint64_t value, two;
                if (scanf("%u %u %" SCNu64 " %" SCNu64, &index, &op, &value, &two) != 4) return 2;
                repeated |= seen >> index & 1;
                seen |= 1 << index;
                conditions[i] = (struct scmp_arg_cmp){ index, operators[op], value, two };
            }

            if (action == otherwise) continue;
            int number = seccomp_syscall_resolve_name(name);
            if (number == __NR_SCMP_ERROR)
            {
                fprintf(stderr, "unknown %s\n", name);
                continue;
            }

            if (!repeated) check(seccomp_rule_add_array(filter, action, number, count, conditions), name);
            else for (int i = 0; i < count; i++) check(seccomp_rule_add_array(filter, action, number, 1, &conditions[i]), name);
        }
    }

    check(seccomp_export_bpf(filter, STDOUT_FILENO), "export");
    return 0;
}
