using System.Management.Automation;
using Sandbox.Capture;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Cmdlets;

/// <summary>Streams the packets of capture files.</summary>
[Cmdlet(VerbsCommunications.Read, "Packet")]
[OutputType(typeof(PacketRecord))]
public sealed class ReadPacketCommand : SandboxCmdlet
{
    private FrameFilter? _filter;

    /// <summary>The files.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath", "FullName")]
    public string[] Path { get; set; } = [];

    /// <summary>Which packets.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Filter { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Filter is null) return;
        try
        {
            _filter = new(Filter);
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e, Filter);
        }
    }

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

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _filter?.Dispose();
    }

    private void Read(string path)
    {
        using var reader = new CaptureFileReader(path);
        foreach (var packet in reader.Read(_filter))
        {
            if (CancellationToken.IsCancellationRequested) return;
            WriteObject(packet);
        }

        if (reader.Truncation is { } truncation) WriteWarning($"{path}: {truncation}");
    }
}
