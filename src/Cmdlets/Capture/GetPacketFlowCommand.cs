using System.Management.Automation;
using Sandbox.Capture;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Cmdlets;

/// <summary>Sums packets up by who talked to whom.</summary>
[Cmdlet(VerbsCommon.Get, "PacketFlow", DefaultParameterSetName = "Capture")]
[OutputType(typeof(PacketFlow))]
public sealed class GetPacketFlowCommand : SandboxCmdlet
{
    private readonly PacketFlowSummary _summary = new();

    /// <summary>Captures of this session.</summary>
    [Parameter(ParameterSetName = "Capture", Mandatory = true, ValueFromPipeline = true)]
    public PacketCapture[] Capture { get; set; } = [];

    /// <summary>Capture files.</summary>
    [Parameter(ParameterSetName = "Path", Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath", "FullName")]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var capture in Capture)
        {
            WriteObject(capture.Flows, enumerateCollection: true);
            WarnOfUnlisted(capture.PacketsUnlisted, capture.NamesUnlisted);
        }

        foreach (var given in Path)
        {
            try
            {
                foreach (var path in ResolvePaths([given], nameof(Path)))
                {
                    if (_summary.Add(path, CancellationToken) is { } truncation) WriteWarning($"{path}: {truncation}");
                }
            }
            catch (SandboxException e)
            {
                WriteSandboxError(e, given);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        WriteObject(_summary.Flows, enumerateCollection: true);
        WarnOfUnlisted(_summary.PacketsUnlisted, _summary.NamesUnlisted);
    }

    private void WarnOfUnlisted(long packets, long names)
    {
        if (packets > 0) WriteWarning($"{packets} packets are in no flow: there are too many flows.");
        if (names > 0) WriteWarning($"{names} names of addresses are in no flow: there are too many.");
    }
}
