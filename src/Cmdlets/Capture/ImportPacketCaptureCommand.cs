using System.Management.Automation;
using Sandbox.Capture;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Cmdlets;

/// <summary>Sums capture files up.</summary>
[Cmdlet(VerbsData.Import, "PacketCapture")]
[OutputType(typeof(CaptureFile))]
public sealed class ImportPacketCaptureCommand : SandboxCmdlet
{
    /// <summary>The files.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath", "FullName")]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var given in Path)
        {
            try
            {
                foreach (var path in ResolvePaths([given], nameof(Path))) WriteObject(CaptureFileReader.Summarize(path));
            }
            catch (SandboxException e)
            {
                WriteSandboxError(e, given);
            }
        }
    }
}
