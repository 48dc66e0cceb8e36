// Compiles a list of rules with libseccomp, once for each byte of the standard input, and answers how many nanoseconds it took.
// The list: "default ACTION", "arch NAME", "rule ACTION NAME COUNT [INDEX OP VALUE VALUE]..."; actions are SECCOMP_RET_* values,
// operators those of enum scmp_compare. Arguments: the list, SCMP_FLTATR_CTL_OPTIMIZE, the file for the program.
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct rule { uint32_t action; char name[64]; unsigned count; struct scmp_arg_cmp arguments[6]; };
static struct rule *rules;
static size_t rule_count;
static uint32_t fallback, architectures[8];
static unsigned architecture_count;

static void stop(const char *what, const char *name, int code) {
    fprintf(stderr, "%s %s: %s\n", what, name, strerror(-code));
    exit(1);
}

static void read_list(const char *path) {
    FILE *file = fopen(path, "r");
    char word[64];
    if (!file) stop("open", path, -errno);
    while (fscanf(file, "%63s", word) == 1) {
        if (!strcmp(word, "default")) {
            if (fscanf(file, "%x", &fallback) != 1) stop("default", "", -EINVAL);
        } else if (!strcmp(word, "arch")) {
            if (fscanf(file, "%63s", word) != 1 || !(architectures[architecture_count++] = seccomp_arch_resolve_name(word))) stop("arch", word, -EINVAL);
        } else {
            rules = realloc(rules, (rule_count + 1) * sizeof *rules);
            struct rule *rule = &rules[rule_count++];
            if (fscanf(file, "%x %63s %u", &rule->action, rule->name, &rule->count) != 3 || rule->count > 6) stop("rule", word, -EINVAL);
            for (unsigned i = 0; i < rule->count; i++) {
                unsigned index, op;
                unsigned long value, second;
                if (fscanf(file, "%u %u %lx %lx", &index, &op, &value, &second) != 4) stop("condition", rule->name, -EINVAL);
                rule->arguments[i] = (struct scmp_arg_cmp){ index, op, value, second };
            }
        }
    }
    fclose(file);
}

static scmp_filter_ctx build(int optimize) {
    int code;
    scmp_filter_ctx context = seccomp_init(fallback);
    if (!context) stop("seccomp_init", "", -EINVAL);
    // What our compiler does too; libseccomp's own default kills the thread only.
    if ((code = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS))) stop("badarch", "", code);
    if ((code = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, optimize))) stop("optimize", "", code);
    for (unsigned i = 0; i < architecture_count; i++) {
        code = seccomp_arch_add(context, architectures[i]);
        if (code && code != -EEXIST) stop("seccomp_arch_add", "", code);
    }
    for (size_t i = 0; i < rule_count; i++) {
        struct rule *rule = &rules[i];
        int number = seccomp_syscall_resolve_name(rule->name);
        // As runc does: a name that this version doesn't know, and a rule that is the default, add nothing.
        if (number == __NR_SCMP_ERROR || rule->action == fallback) continue;
        code = seccomp_rule_add_array(context, rule->action, number, rule->count, rule->arguments);
        if (code) stop("seccomp_rule_add_array", rule->name, code);
    }
    return context;
}

static int export(int optimize, int file) {
    scmp_filter_ctx context = build(optimize);
    int code = seccomp_export_bpf(context, file);
    seccomp_release(context);
    return code;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    read_list(argv[1]);
    int optimize = atoi(argv[2]), code;
    int file = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (file < 0 || nowhere < 0) stop("open", argv[3], -errno);
    if ((code = export(optimize, file))) stop("seccomp_export_bpf", "", code);
    close(file);
    char byte;
    while (read(0, &byte, 1) == 1) {
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        if ((code = export(optimize, nowhere))) stop("seccomp_export_bpf", "", code);
        clock_gettime(CLOCK_MONOTONIC, &to);
        int64_t spent = (to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec - from.tv_nsec;
        if (write(1, &spent, sizeof spent) != sizeof spent) return 1;
    }
    return 0;
}
