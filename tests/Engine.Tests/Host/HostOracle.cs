using System.Globalization;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Host;

/// <summary>What a C program and util-linux find out about this machine, with nothing of ours in between.</summary>
internal static class HostOracle
{
    // Each line is a capability and the errno of the call, 0 for success.
    private const string Source = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <net/if.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/ioctl.h>
        #include <sys/mman.h>
        #include <sys/prctl.h>
        #include <sys/socket.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        #include <arpa/inet.h>
        #include <linux/audit.h>
        #include <linux/bpf.h>
        #include <linux/if_packet.h>
        #include <linux/netlink.h>
        #include <linux/seccomp.h>
        static void say(const char *name, long result) { printf("%s %d\n", name, result < 0 ? errno : 0); fflush(stdout); }
        static void action(const char *name, unsigned value) { say(name, syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &value)); }
        int main(void) {
            long abi = syscall(444, NULL, 0, 1);
            say("landlock", abi);
            printf("landlock_abi %ld\n", abi);
            action("seccomp_kill_process", SECCOMP_RET_KILL_PROCESS);
            action("seccomp_kill_thread", SECCOMP_RET_KILL_THREAD);
            action("seccomp_trap", SECCOMP_RET_TRAP);
            action("seccomp_errno", SECCOMP_RET_ERRNO);
            action("seccomp_user_notif", SECCOMP_RET_USER_NOTIF);
            action("seccomp_trace", SECCOMP_RET_TRACE);
            action("seccomp_log", SECCOMP_RET_LOG);
            action("seccomp_allow", SECCOMP_RET_ALLOW);
            say("packet_socket", socket(AF_PACKET, SOCK_RAW, 0));
            say("kernel_log", open("/dev/kmsg", O_RDONLY | O_NONBLOCK));
            int audit = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
            struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1) };
            say("audit_bind", audit < 0 ? audit : bind(audit, (struct sockaddr *)&address, sizeof address));
            struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT } };
            union bpf_attr program = { .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT, .insn_cnt = 2, .insns = (unsigned long)code, .license = (unsigned long)"GPL" };
            say("bpf_program", syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof program));
            union bpf_attr map = { .map_type = BPF_MAP_TYPE_RINGBUF, .max_entries = sysconf(_SC_PAGESIZE) };
            say("bpf_ring_buffer", syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map));
            int file = open("/dev/null", O_RDONLY);
            say("close_range", syscall(SYS_close_range, file, file, 0));
            say("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
            say("memory_deny_write_execute", prctl(65, 1, 0, 0, 0));
            return 0;
        }
        """;

    /// <summary>The C program's answers.</summary>
    public static Dictionary<string, int> Calls()
    {
        var directory = Directory.CreateTempSubdirectory("host-oracle-").FullName;
        try
        {
            var (code, output, error) = CProgram.Run(CProgram.Compile(Source, directory), []);
            Assert.True(code == 0, error);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).ToDictionary(w => w[0], w => int.Parse(w[1], CultureInfo.InvariantCulture));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Whether a command line of sh(1) ends with 0.</summary>
    public static bool Succeeds(string command) => CProgram.Run("/bin/sh", ["-c", command]).Code == 0;

    /// <summary>The first program of a command must be there.</summary>
    public static void Require(string program) =>
        Assert.SkipUnless(new[] { "/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/" }.Any(d => File.Exists(d + program)), $"needs {program}");
}
