using System.Globalization;
using System.Text;
using Sandbox.Native;

namespace Sandbox.Capture;

/// <summary>Looks at a process that owns a socket: it is the one that is meant, and still runs the same program, or nothing is said but what is known already.</summary>
internal static class ProcessDetails
{
    private const long TicksPerSecond = 100; // USER_HZ, in which proc_pid_stat(5) counts
    private const long Tick = 1_000_000_000 / TicksPerSecond;
    private const string Gone = " (deleted)";
    private const ulong Address = (1ul << OwnerLayout.ExecutionsShift) - 1;

    /// <summary>What can be told of an owner now.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="start">When it started, in nanoseconds since 1970, where that is known.</param>
    public static CapturedProcess Of(in SocketOwner owner, long? start)
    {
        var known = new CapturedProcess { Id = owner.ProcessId, Name = owner.Name, UnixNanoseconds = start };
        if (start is null) return known;
        try
        {
            var directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{owner.ProcessId}");
            if (Parent(directory, owner) is not { } parent) return known;
            var found = known with { ParentId = parent, UserId = User(directory), Path = Program(directory), Arguments = Arguments(directory) };
            // Asked again: what was read in between is of the same process.
            return Parent(directory, owner) is null ? known : found with { CommandLine = found.Arguments is { } arguments ? Split(arguments) : null };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return known; // it has ended
        }
    }

    /// <summary>When a process started, to a hundredth of a second; 0 where that can't be told.</summary>
    public static long Started(string directory) => Number(Status(directory), 22) * Tick;

    /// <summary>Arguments as the kernel has them, one by one.</summary>
    public static IReadOnlyList<string> Split(ReadOnlySpan<byte> arguments) => Encoding.UTF8.GetString(arguments).Split('\0');

    // Null where it is another process, or has executed another program since.
    private static int? Parent(string directory, in SocketOwner owner)
    {
        var status = Status(directory);
        if (Number(status, 22) != owner.Started / Tick || Number(status, 48) != (long)(owner.Program & Address)) return null; // starttime, arg_start
        return File.ReadAllText(directory + "/comm").TrimEnd('\n') == owner.Name ? (int)Number(status, 4) : null;
    }

    // The fields of proc_pid_stat(5) from the third on: no later one than the second, the name, holds a parenthesis.
    private static string[] Status(string directory)
    {
        var text = File.ReadAllText(directory + "/stat");
        return text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    // As they are numbered there.
    private static long Number(string[] status, int field) => field - 3 < status.Length && long.TryParse(status[field - 3], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static long? User(string directory)
    {
        foreach (var line in File.ReadLines(directory + "/status"))
        {
            // Real, effective, saved, of the file system.
            if (line.StartsWith("Uid:", StringComparison.Ordinal)) return uint.TryParse(line.Split('\t')[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        }

        return null;
    }

    // A file that is gone has no path any more; what names one in memory never had.
    private static string? Program(string directory) => new FileInfo(directory + "/exe").LinkTarget is { } path && path.StartsWith('/') && !path.EndsWith(Gone, StringComparison.Ordinal) ? path : null;

    private static byte[]? Arguments(string directory)
    {
        var all = File.ReadAllBytes(directory + "/cmdline");
        return all.Length == 0 ? null : all[^1] == 0 ? all[..^1] : all;
    }
}
