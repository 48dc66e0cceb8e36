using static Sandbox.Seccomp.SeccompFindingSeverity;

namespace Sandbox.Seccomp;

/// <summary>Calls that can be reached and shouldn't, and calls that can't and must.</summary>
internal static class ReachabilityLint
{
    private static readonly string[] Needed = ["rt_sigreturn", "restart_syscall", "exit_group"];
    private static readonly string[] Debugging = ["ptrace", "process_vm_readv", "process_vm_writev"];

    // Operations of io_uring with the call that each stands for (linux/io_uring.h, enum io_uring_op).
    private static readonly string[] RingOperations =
        ["openat", "openat2", "read", "write", "connect", "accept", "socket", "sendmsg", "recvmsg", "unlinkat", "renameat2", "mkdirat", "symlinkat", "linkat", "fsetxattr", "bind", "listen", "splice", "fallocate", "statx"];

    public static IEnumerable<SeccompFinding> Check(SeccompPolicy policy, SeccompArchitecture architecture)
    {
        foreach (string name in Needed)
        {
            if (CallFate.Of(policy, architecture, name) is { Never: true })
            {
                yield return new("missing-basics", name == "restart_syscall" ? Warning : Error, $"{name} is refused; {Why(name)}.", SeccompCall.Of(architecture, name), $"Allow {name} (it is in @basic).");
            }
        }

        foreach (string name in Debugging)
        {
            if (CallFate.Of(policy, architecture, name) is { CanPass: true })
            {
                yield return new("debugging", Warning, $"{name} can be allowed: it controls processes with the same user, which may be less confined.", SeccompCall.Of(architecture, name), $"Refuse {name}, unless the program is a debugger.");
            }
        }

        if (CallFate.Of(policy, architecture, "io_uring_setup") is { CanPass: true })
        {
            string[] refused = [.. RingOperations.Where(name => CallFate.Of(policy, architecture, name) is { CanFail: true })];
            if (refused.Length > 0)
            {
                yield return new("io-uring", Warning, $"io_uring is allowed, and through it what is refused or checked: {string.Join(' ', refused)}. No filter sees its operations.", SeccompCall.Of(architecture, "io_uring_setup", 1), "Refuse @io-uring.");
            }
        }

        if (CallFate.Of(policy, architecture, "clone") is { Depends: true } && CallFate.Of(policy, architecture, "clone3") is { AlwaysNotImplemented: false })
        {
            yield return new("clone3", Warning, "clone is checked by its flags and clone3 isn't answered with ENOSYS: its flags are in memory, where no filter sees them, and no C library uses clone instead after another answer.",
                SeccompCall.Of(architecture, "clone3"), "Answer clone3 with ENOSYS.");
        }

        if (architecture is SeccompArchitecture.X32 or SeccompArchitecture.X86 or SeccompArchitecture.Arm && policy.Architectures.Count > 1)
        {
            yield return new("compat-abi", Information, $"The {SeccompArchitectures.Name(architecture)} calls are open beside the native ones.", null, "Leave the architecture out, unless programs of it run.") { Place = $"Architectures[{policy.Architectures.ToList().IndexOf(architecture)}]" };
        }

        foreach (var (multiplexer, members) in Multiplexers.All)
        {
            string[] refused = [.. members.Keys.Where(member => CallFate.Of(policy, architecture, member) is { CanFail: true })];
            if (CallFate.Of(policy, architecture, multiplexer) is { CanPass: true } && refused.Length > 0)
            {
                yield return new("multiplexer", Warning, $"{multiplexer} of {SeccompArchitectures.Name(architecture)} is allowed while {string.Join(' ', refused)} is refused or checked: its arguments are in memory, where no filter sees them.",
                    SeccompCall.Of(architecture, multiplexer, 1), $"Refuse {multiplexer}.");
            }
        }
    }

    private static string Why(string name) => name switch
    {
        "exit_group" => "a program can't end",
        "rt_sigreturn" => "no signal handler can return",
        _ => "a call that a stop signal interrupted can't go on",
    };
}
