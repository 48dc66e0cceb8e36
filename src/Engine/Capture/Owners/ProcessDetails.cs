using System.Globalization;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Capture;

/// <summary>Looks at a process that owns a socket: it is the one that is meant, and still runs the same program, or nothing is said but what is known already.</summary>
internal static class ProcessDetails
{
    private const int LongestArguments = 65_535; // what an option of pcapng holds
    private const string Gone = " (deleted)";

    /// <summary>What can be told of an owner now.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="start">When it started, in nanoseconds since 1970, where that is known.</param>
    /// <param name="probe">Tells whether it still runs the same program.</param>
    public static CapturedProcess Of(in SocketOwner owner, long? start, ProcessProbe probe)
    {
        var known = new CapturedProcess { Id = owner.ProcessId, Name = owner.Name, UnixNanoseconds = start };
        if (owner.Program == 0) return known;
        known = known with { UserId = owner.User };
        try
        {
            var directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{owner.ProcessId}");
            var (path, arguments) = (Program(directory), Arguments(directory));
            // Asked afterwards: what was read is of the same program, since none comes back.
            if (probe.Parent(owner) is not { } parent) return known;
            return known with { ParentId = parent, Path = path, Arguments = arguments };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SandboxException)
        {
            return known; // it has ended, or nothing can be asked now
        }
    }

    // A file that is gone has no path any more; what names one in memory never had; and what isn't UTF-8 can't be told.
    private static string? Program(string directory) =>
        new FileInfo(directory + "/exe").LinkTarget is { } path && path.StartsWith('/') && !path.EndsWith(Gone, StringComparison.Ordinal) && !path.Contains('\uFFFD', StringComparison.Ordinal) ? path : null;

    // A process can say that they are gigabytes (PR_SET_MM of prctl(2)). What is too long is left out: a part would be another command.
    private static unsafe byte[]? Arguments(string directory)
    {
        using var file = FileDescriptor.Open(directory + "/cmdline", LibC.O_RDONLY); // whoever locks it (flock(2)) is no obstacle
        var all = new byte[LongestArguments + 2];
        var length = 0;
        while (length < all.Length)
        {
            long count;
            fixed (byte* at = all) count = Check.Result("read", (int)(long)LibC.read(file.Number, at + length, all.Length - length));
            if (count == 0) break;
            length += (int)count;
        }

        if (length == 0) return null;
        if (all[length - 1] == 0) length--;
        return length > LongestArguments ? null : all[..length];
    }
}
