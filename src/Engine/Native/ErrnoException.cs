namespace Sandbox.Native;

/// <summary>A native call failed. The error id is <c>call,ERRNO_NAME</c>; <see cref="ErrnoTable"/> gives the kind and the remedy.</summary>
public sealed class ErrnoException : SandboxException
{
    /// <summary>Makes one for a call and the errno that it left.</summary>
    public ErrnoException(string call, int errno, string? detail = null)
        : base($"{call},{Native.Errno.Name(errno)}", ErrnoTable.Kind(errno), Describe(call, errno, detail), ErrnoTable.Remedy(call, errno))
    {
        Call = call;
        Errno = errno;
    }

    /// <summary>The call, as its man page names it.</summary>
    public string Call { get; }

    /// <summary>The errno.</summary>
    public int Errno { get; }

    private static string Describe(string call, int errno, string? detail) =>
        detail is null ? $"{call}: {Native.Errno.Name(errno)}" : $"{call}: {Native.Errno.Name(errno)} ({detail})";
}
