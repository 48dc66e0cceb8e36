namespace Sandbox;

/// <summary>A program to run and the protections to run it under.</summary>
public sealed record LaunchRequest
{
    /// <summary>A program's name, looked up in the sandbox's PATH and then the caller's, or a path.</summary>
    public required string FilePath { get; init; }

    /// <summary>The arguments, each passed as it is.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The working directory; null is the caller's, which a private root shows only where that exposes no home or system directory.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The directory that relative paths and a missing <see cref="WorkingDirectory"/> stand for; null is the process's own.</summary>
    public string? CurrentDirectory { get; init; }

    /// <summary>Variables to set; a null value removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The protections.</summary>
    public required HardeningProfile Profile { get; init; }

    /// <summary>The seccomp policy, where the profile's name for it isn't enough.</summary>
    public Seccomp.SeccompPolicy? SeccompPolicy { get; init; }

    /// <summary>What the target reads on its standard input; null is the end at once.</summary>
    public byte[]? Input { get; init; }

    /// <summary>Descriptors of this process that the target keeps under the same numbers.</summary>
    public IReadOnlyList<int> PassDescriptors { get; init; } = [];

    /// <summary>A file into which every system call of the whole tree is counted, from the first instruction on; null for none.</summary>
    public string? TracePath { get; init; }

    /// <summary>How they are counted: Notify, which Auto is, or Ebpf.</summary>
    public Tracing.SeccompTraceMethod TraceMethod { get; init; }

    /// <summary>Whether the filter tells of every call.</summary>
    internal bool FilterTraces => TracePath is not null && TraceMethod != Tracing.SeccompTraceMethod.Ebpf;

    /// <summary>Whether every call that something refuses is recorded, of the whole tree, from the first instruction on. It needs CAP_BPF and CAP_PERFMON.</summary>
    public bool RecordViolations { get; init; }

    /// <summary>A file for the packets of the whole tree, from the first to the last; null for none. It must not exist.</summary>
    public string? CapturePath { get; init; }

    /// <summary>From where they are seen.</summary>
    public Capture.CaptureView CaptureView { get; init; }

    /// <summary>Whether the process of each packet is told. It needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN.</summary>
    public bool CaptureProcesses { get; init; }

    /// <summary>Whether the capture also tells what these processes are.</summary>
    public bool CaptureProcessInformation { get; init; }

    /// <summary>The least level at which the target may run.</summary>
    public HardeningLevel? RequireLevel { get; init; }
}
