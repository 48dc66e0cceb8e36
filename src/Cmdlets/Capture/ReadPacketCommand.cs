using System.Management.Automation;
using Sandbox.Capture;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Cmdlets;

/// <summary>Streams the packets of capture files.</summary>
[Cmdlet(VerbsCommunications.Read, "Packet")]
[OutputType(typeof(PacketRecord))]
public sealed class ReadPacketCommand : SandboxCmdlet
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
                foreach (var path in ResolvePaths([given], nameof(Path))) Read(path);
            }
            catch (SandboxException e)
            {
                WriteSandboxError(e, given);
            }
        }
    }

    private void Read(string path)
    {
        using var reader = new CaptureFileReader(path);
        foreach (var packet in reader.Read())
        {
            if (CancellationToken.IsCancellationRequested) return;
            WriteObject(packet);
        }

        if (reader.Truncation is { } truncation) WriteWarning($"{path}: {truncation}");
    }
}
