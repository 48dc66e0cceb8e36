using System.Management.Automation;
using Sandbox.Capture;
using Sandbox.Cmdlets.Binding;

namespace Sandbox.Cmdlets.Base;

/// <summary>What every live capture takes: where, which packets, how much of them, and until when.</summary>
public abstract class PacketCmdlet : SandboxCmdlet
{
    /// <summary>The interface.</summary>
    [Parameter(ParameterSetName = "Interface", Mandatory = true, Position = 0)]
    [Parameter(ParameterSetName = "Process")]
    [Parameter(ParameterSetName = "NetworkNamespace")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    public string? Interface { get; set; }

    /// <summary>A process whose network namespace it is.</summary>
    [Parameter(ParameterSetName = "Process", Mandatory = true, ValueFromPipeline = true)]
    [WatchedProcessTransformation]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public WatchedProcess[] Process { get; set; } = [];

    /// <summary>The network namespace.</summary>
    [Parameter(ParameterSetName = "NetworkNamespace", Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NetworkNamespaceCompleter))]
    public string? NetworkNamespace { get; set; }

    /// <summary>Which packets.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Filter { get; set; }

    /// <summary>How much of each packet is kept.</summary>
    [Parameter]
    [ValidateRange(1, PacketCaptureOptions.WholePackets)]
    public int Snaplen { get; set; } = PacketCaptureOptions.WholePackets;

    /// <summary>The size of the kernel's ring.</summary>
    [Parameter]
    [SizeTransformation]
    [ValidateRange(64 << 10, int.MaxValue)]
    public long BufferSize { get; set; } = 16 << 20;

    /// <summary>End after so many packets.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long MaxPackets { get; set; } = long.MaxValue;

    /// <summary>End after so long.</summary>
    [Parameter]
    [TimeTransformation]
    [ValidateNotNull]
    public TimeSpan? Duration { get; set; }

    /// <summary>Hand every packet on at once.</summary>
    [Parameter]
    public SwitchParameter Immediate { get; set; }

    /// <summary>Tell the process of each packet.</summary>
    [Parameter]
    public SwitchParameter ProcessAttribution { get; set; }

    /// <summary>Tell also what that process is.</summary>
    [Parameter]
    public SwitchParameter ProcessInformation { get; set; }

    /// <summary>The options that the parameters mean.</summary>
    protected PacketCaptureOptions Options()
    {
        if (Process.Length > 1) throw new SandboxException("PacketCapture,MANY", SandboxErrorKind.InvalidArgument, "A capture is of one network namespace.", "Start a capture for each process, each with a file of its own.");
        return new()
        {
            Interface = Interface, NetworkNamespace = NetworkNamespace, ProcessId = Process.Length == 0 ? null : Process[0].Id, Filter = Filter, SnapLength = Snaplen,
            BufferSize = BufferSize, MaxPackets = MaxPackets, Duration = Duration, Immediate = Immediate, ProcessAttribution = ProcessAttribution, ProcessInformation = ProcessInformation,
        };
    }
}
