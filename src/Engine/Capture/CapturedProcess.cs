using System.Text;

namespace Sandbox.Capture;

/// <summary>A process whose packets are in a capture: what is known of it, as it was when it used its socket.</summary>
public sealed record CapturedProcess
{
    /// <summary>Its id.</summary>
    public int Id { get; init; }

    /// <summary>Its name, at most 15 bytes (proc_pid_comm(5)).</summary>
    public string? Name { get; init; }

    /// <summary>The file of its program, as its own mount namespace has it (proc_pid_exe(5)).</summary>
    public string? Path { get; init; }

    /// <summary>Its arguments, the first of which names the program; the process can change them (proc_pid_cmdline(5)).</summary>
    public IReadOnlyList<string>? CommandLine => Arguments is { } arguments ? field ??= Encoding.UTF8.GetString(arguments).Split('\0') : null;

    /// <summary>Its parent's id.</summary>
    public int? ParentId { get; init; }

    /// <summary>The user with whose permissions it acts, its effective user id (credentials(7)), as the host has it.</summary>
    public long? UserId { get; init; }

    /// <summary>That user's name, where the file says it.</summary>
    public string? UserName { get; init; }

    /// <summary>When it started.</summary>
    public DateTimeOffset? StartTime => UnixNanoseconds is { } time ? PacketTime.Date(time) : null;

    /// <summary>When it started: nanoseconds since 1970.</summary>
    public long? UnixNanoseconds { get; init; }

    /// <summary>The arguments as the kernel has them, each but the last with a zero byte behind it. One by one they take many times as much memory: only who asks has them so.</summary>
    internal byte[]? Arguments { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name ?? "process"} ({Id})";
}
