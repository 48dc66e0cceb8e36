using Sandbox.Hardening;
using Sandbox.Native;

namespace Sandbox.Runtime;

/// <summary>Why execve(2) failed inside a sandbox, with the outcome that it must not take away.</summary>
internal static class ExecFailure
{
    public static HardeningException Describe(PreparedLaunch prepared, int errno, IReadOnlyList<HardeningOutcome> rows)
    {
        var (kind, remedy) = errno switch
        {
            Errno.ENOENT => (SandboxErrorKind.ObjectNotFound, "The file, its interpreter (the first line of a script) or its dynamic loader is not visible in the sandbox: add its directory by -ReadOnlyPath."),
            Errno.EACCES => (SandboxErrorKind.PermissionDenied, "The file must be executable by the sandbox's user and on a mount without noexec."),
            Errno.EPERM => (SandboxErrorKind.PermissionDenied, "The seccomp policy refuses execve; allow it, or the target can't start."),
            Errno.ENOEXEC => (SandboxErrorKind.InvalidArgument, "The file is no executable for this machine; a script needs a first line such as '#!/bin/sh'."),
            Errno.ENOMEM => (SandboxErrorKind.ResourceUnavailable, "A limit is too low for the program to be loaded: raise rlimit as, data or stack, or -MemoryLimit."),
            _ => (ErrnoTable.Kind(errno), ErrnoTable.Remedy("execve", errno) ?? $"execve(2) says what {Errno.Name(errno)} means there."),
        };
        var row = new HardeningOutcome
        {
            Name = "execve",
            Requested = true,
            Status = OutcomeStatus.Failed,
            Errno = errno,
            ErrnoName = Errno.Name(errno),
            Syscall = "execve",
            Detail = prepared.Path,
            Remedy = remedy,
        };
        return new($"execve,{Errno.Name(errno)}", kind, $"{prepared.Path} can't be executed in the sandbox: {Errno.Name(errno)}.", remedy, [.. rows, row]);
    }
}
