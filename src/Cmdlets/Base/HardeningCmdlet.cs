using System.Collections;
using System.Management.Automation;
using Sandbox.Cmdlets.Binding;
using Sandbox.Runtime;

namespace Sandbox.Cmdlets.Base;

/// <summary>The parameters that say which protections a run gets.</summary>
public abstract partial class HardeningCmdlet : SandboxCmdlet
{
    /// <summary>Standard, Strict, another built-in name, a profile file, a hashtable, or a profile object.</summary>
    [Parameter]
    [ValidateNotNull]
    [ProfileTransformation]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public HardeningProfile? Profile { get; set; }

    /// <summary>Bytes of memory for the whole tree.</summary>
    [Parameter]
    [SizeTransformation]
    [ValidateRange(1L << 20, long.MaxValue)]
    public long? MemoryLimit { get; set; }

    /// <summary>Processor time of each process.</summary>
    [Parameter]
    [ValidateNotNull]
    [TimeTransformation]
    public TimeSpan? CpuTime { get; set; }

    /// <summary>Processors that the whole tree may use.</summary>
    [Parameter]
    [ValidateRange(0.01, 1024)]
    public double? CpuShare { get; set; }

    /// <summary>Wall-clock time after which the whole tree is killed.</summary>
    [Parameter]
    [ValidateNotNull]
    [TimeTransformation]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Open files of each process.</summary>
    [Parameter]
    [ValidateRange(4, int.MaxValue)]
    public long? OpenFiles { get; set; }

    /// <summary>Processes and threads of the whole tree.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public long? ProcessLimit { get; set; }

    /// <summary>The largest file that may be written.</summary>
    [Parameter]
    [ValidateNotNull]
    [SizeTransformation]
    public long? FileSize { get; set; }

    /// <summary>Any resource limit of getrlimit(2) by name.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ResourceLimitCompleter))]
    public IDictionary? ResourceLimit { get; set; }

    /// <summary>Paths that are visible, read-only.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] ReadOnlyPath { get; set; } = [];

    /// <summary>Paths that are visible and writable.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] WritablePath { get; set; } = [];

    /// <summary>Paths that are covered.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] HiddenPath { get; set; } = [];

    /// <summary>A directory that is the target's root.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RootDirectory { get; set; }

    /// <summary>Capabilities that the target keeps.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(CapabilityCompleter))]
    public string[] KeepCapability { get; set; } = [];

    /// <summary>System calls or sets allowed beyond the policy.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(SyscallCompleter))]
    public string[] AllowSyscall { get; set; } = [];

    /// <summary>System calls or sets refused whatever the policy says.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(SyscallCompleter))]
    public string[] DenySyscall { get; set; } = [];

    /// <summary>Bytes kept of each output stream.</summary>
    [Parameter]
    [SizeTransformation]
    [ValidateRange(2, 1L << 30)]
    public long? OutputLimit { get; set; }

    /// <summary>Run even where a protection fails.</summary>
    [Parameter]
    public SwitchParameter BestEffort { get; set; }

    /// <summary>The profile with this call's changes.</summary>
    protected HardeningProfile EffectiveProfile() => new ProfileOverrides
    {
        MemoryLimit = MemoryLimit,
        CpuTime = CpuTime,
        CpuShare = CpuShare,
        Timeout = Timeout,
        OpenFiles = OpenFiles,
        ProcessLimit = ProcessLimit,
        FileSize = FileSize,
        ResourceLimits = TextDictionary.Of(ResourceLimit),
        ReadOnlyPaths = Resolve(ReadOnlyPath, nameof(ReadOnlyPath)),
        WritablePaths = Resolve(WritablePath, nameof(WritablePath)),
        HiddenPaths = Resolve(HiddenPath, nameof(HiddenPath)),
        RootDirectory = RootDirectory is null ? null : ResolvePath(RootDirectory, nameof(RootDirectory)),
        Network = Network,
        AllowCidrs = AllowCidr,
        DenyCidrs = DenyCidr,
        DefaultNetworkPolicy = DefaultNetworkPolicy,
        BlockPrivate = BlockPrivate,
        BlockMetadata = BlockMetadata,
        DnsServers = DnsServer,
        HostEntries = HostEntry,
        HostsFile = HostsFile is null ? null : ResolvePath(HostsFile, nameof(HostsFile)),
        PublishPorts = PublishPort,
        KeepCapabilities = KeepCapability,
        AllowSyscalls = AllowSyscall,
        DenySyscalls = DenySyscall,
        OutputLimit = OutputLimit,
        BestEffort = BestEffort,
    }.Apply(Profile ?? Hardening.BuiltInProfiles.Strict);

    private string[] Resolve(string[] paths, string parameter) => [.. paths.Select(p => ResolvePath(p, parameter))];
}
