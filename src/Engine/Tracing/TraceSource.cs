using Sandbox.Seccomp;

namespace Sandbox.Tracing;

/// <summary>What a policy is learned from: files of one kind or several.</summary>
public sealed record TraceSource
{
    /// <summary>Files of Start-HardenedProcess -Trace and Start-SeccompTrace.</summary>
    public IReadOnlyList<string> Traces { get; init; } = [];

    /// <summary>Files of strace(1).</summary>
    public IReadOnlyList<string> Straces { get; init; } = [];

    /// <summary>Audit logs, or the kernel's log.</summary>
    public IReadOnlyList<string> AuditLogs { get; init; } = [];

    /// <summary>Whether calls that were only refused are allowed too.</summary>
    public bool IncludeDenied { get; init; }

    /// <summary>Whether arguments that select what a call does are held to the values that were seen.</summary>
    public bool WithArguments { get; init; }

    /// <summary>Whether no file is named.</summary>
    public bool IsEmpty => Traces.Count + Straces.Count + AuditLogs.Count == 0;

    /// <summary>The policy.</summary>
    /// <param name="architectures">Its architectures; those of the files if null or empty.</param>
    public SeccompPolicy Build(IReadOnlyList<SeccompArchitecture>? architectures = null)
    {
        if (WithArguments && Traces.Count == 0) throw Bad("NO_ARGUMENTS", "-WithArguments holds arguments to the values that a trace has; the other files have none.", "Give -FromTrace, or leave -WithArguments out.");
        if (IncludeDenied && Traces.Count + AuditLogs.Count == 0) throw Bad("NO_DENIALS", "-IncludeDenied allows what was refused; strace doesn't tell what a policy refused.", "Give -FromTrace or -FromAuditLog, or leave -IncludeDenied out.");
        var counts = Traces.SelectMany(TraceFile.Read).Concat(Straces.SelectMany(p => Lines(p, StraceReader.Parse))).Concat(AuditLogs.SelectMany(p => Lines(p, AuditLogReader.Parse)));
        return TracePolicy.Of(Path.GetFileNameWithoutExtension(Traces.Concat(Straces).Concat(AuditLogs).First()), TraceMerge.Of(counts), IncludeDenied, WithArguments, only: architectures);
    }

    private static SandboxException Bad(string reason, string message, string remedy) => new("NewSeccompPolicy," + reason, SandboxErrorKind.InvalidArgument, message, remedy);

    // Such files may be large, so they are read line by line.
    private static IReadOnlyList<SyscallCount> Lines(string path, Func<IEnumerable<string>, string, IReadOnlyList<SyscallCount>> parse)
    {
        try
        {
            return parse(File.ReadLines(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SandboxException("Trace,CANNOT_READ", e is FileNotFoundException or DirectoryNotFoundException ? SandboxErrorKind.ObjectNotFound : SandboxErrorKind.PermissionDenied,
                $"'{path}' can't be read: {e.Message}", "Give the path of an existing file that this user may read.", e);
        }
    }
}
