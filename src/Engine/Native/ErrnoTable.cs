namespace Sandbox.Native;

/// <summary>The one table from errno to error kind and remedy.</summary>
public static class ErrnoTable
{
    /// <summary>The kind of an errno.</summary>
    public static SandboxErrorKind Kind(int errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES or Errno.EROFS => SandboxErrorKind.PermissionDenied,
        Errno.ENOENT or Errno.ESRCH or Errno.ENXIO or Errno.ENODEV or Errno.ECHILD or Errno.ENOTDIR => SandboxErrorKind.ObjectNotFound,
        Errno.EEXIST or Errno.EBUSY or Errno.EADDRINUSE or Errno.ENOTEMPTY => SandboxErrorKind.ResourceExists,
        Errno.EINVAL or Errno.E2BIG or Errno.ENAMETOOLONG or Errno.ELOOP or Errno.EISDIR or Errno.ENOEXEC => SandboxErrorKind.InvalidArgument,
        Errno.ENOMEM or Errno.ENOSPC or Errno.EMFILE or Errno.ENFILE or Errno.EAGAIN or Errno.EUSERS or Errno.ENOBUFS => SandboxErrorKind.ResourceUnavailable,
        Errno.ENOSYS or Errno.EOPNOTSUPP => SandboxErrorKind.NotInstalled,
        Errno.ETIMEDOUT => SandboxErrorKind.OperationTimeout,
        _ => SandboxErrorKind.NotSpecified,
    };

    /// <summary>What to do about an errno of a call where nothing more is known; features add what they know of the machine.</summary>
    public static string? Remedy(string call, int errno) => errno switch
    {
        Errno.EPERM => $"{call} was refused: run as root, or grant the capability that its man page names.",
        Errno.EACCES => "Check the permissions of the path and of each directory above it.",
        Errno.ENOENT => "Check the path for spelling; it must exist as the sandbox sees it.",
        Errno.ENOTDIR => "A part of the path is a file where a directory is needed.",
        Errno.ELOOP => "Give the path of the file itself: a symbolic link isn't followed here, or leads back to itself.",
        Errno.EROFS => "The file system is mounted read-only: use a path on another one, or mount it writable.",
        Errno.ENOEXEC => "The file is no executable for this machine; a script needs a first line such as '#!/bin/sh'.",
        Errno.EMFILE or Errno.ENFILE => "Close files, or raise the open file limit (ulimit -n).",
        Errno.ENOMEM or Errno.EAGAIN => "Free memory or processes, or raise the limit that the call's man page names.",
        Errno.ENOSPC => "Free disk space, or raise the limit (for namespaces: sysctl user.max_*_namespaces).",
        Errno.ENOSYS => $"This kernel has no {call}; use a newer kernel, or a profile that doesn't ask for it.",
        _ => null,
    };
}
